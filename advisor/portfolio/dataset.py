"""What a portfolio run writes, and reading it.

```text
OUT/
  findings/00003-5f2e….parquet   one file a block of shops: a row a finding
  actions/ kpis/ outcomes/ shops/
  facts/                         what was read of the shops (advisor.portfolio.facts)
  blocks/00003-5f2e….json        written when a block is done: its files, shops, fingerprint
  manifest.json                  written last: which blocks, plans and runs of the history count
  history/                       former runs, and what was done (advisor.portfolio.history)
  mutes/luna.toml                what was muted of a shop whose advisor.toml is elsewhere
  plans/luna/plan.md             the plans that were asked for; on a store below a folder a block
  index.md …                     the index; on a store index/5f2e…/index.md
```

A block has the start of its fingerprint in its name: what its files are made of. So no run writes
over files of another, and a block counts from the moment its JSON is there. Readers go by the
manifest alone: a run in progress, or one that was killed, never shows.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.errors import AdvisorError, unknown
from advisor.ingest import PendingSet
from advisor.judge import KPIS, OUTCOMES
from advisor.model import frozen, is_remote
from advisor.plan import ACTIONS, FINDINGS
from advisor.portfolio.facts import Facts, ShopFacts
from advisor.portfolio.storage import open_storage

SCHEMA_VERSION = 3
SHOPS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("shop", "folder", "name", "currency"), pl.String()),
    "usd_rate": pl.Float64(),
    **dict.fromkeys(("size", "niche", "region", "owner"), pl.String()),
    "tags": pl.List(pl.String),
    "kinds": pl.List(pl.String),
    **dict.fromkeys(("first", "last"), pl.Date()),
    **dict.fromkeys(("critical", "findings", "actions"), pl.Int64()),
    "stake": pl.Float64(),
    "total": pl.List(
        pl.Struct({"what": pl.String, **dict.fromkeys(("low", "mid", "high"), pl.Float64)})
    ),
    **dict.fromkeys(("action", "engine", "facts", "problem", "problem_kind"), pl.String()),
}
"""A row a shop. *stake* is what its plan can reach in 30 days in *currency*, overlaps counted once;
*total* the same by kind of money; *kinds* are the exports that it gave; *action* is the first thing
to do; *facts* is the block of facts/ that has what was read of it. *problem* says why a shop has no
plan, *problem_kind* whether that is its files (unreadable), its settings, or us (program,
process)."""

CHANGES: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("shop", "id", "rule", "severity", "kind", "key", "name"), pl.String()),
    **dict.fromkeys(("change", "reason"), pl.String()),
}
"""A row for each finding of a shop that is there in this run or was in the one before: its *change*
(new, worse, better, unchanged, unsure, solved, not-seen) and what may have made it (shop, rules,
settings, version, data; "" where nothing changed)."""

TABLES: Mapping[str, Mapping[str, Any]] = {
    "findings": FINDINGS,
    "actions": ACTIONS,
    "kpis": KPIS,
    "outcomes": OUTCOMES,
    "shops": SHOPS,
    "changes": CHANGES,
}
MANIFEST = "manifest.json"
FOLDERS = (*TABLES, "blocks", "facts", "history", "index", "mutes", "plans")
DIGEST = 12  # characters of a fingerprint in a name
NAME = rf"\d{{5,}}(?:-[0-9a-f]{{{DIGEST}}})?(?:-[01])*"
"""The names of blocks and of their files, whole or in halves."""
_FILES = re.compile(rf"{NAME}\.(?:parquet|json)")


@frozen
class Block:
    """A block of shops that is done. *files* are the names of its Parquet files, of which it may
    have several where a shop ended a process; *plans* the files of each plan that it wrote, by
    folder, in *formats*; *failures* what plugins failed on, told again by a run that does not do
    the block again."""

    name: str
    fingerprint: str
    folders: tuple[str, ...]
    files: tuple[str, ...]
    plans: Mapping[str, Sequence[str]] = attrs.field(factory=dict, hash=False)
    formats: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Its number, which it keeps when it is done again."""
        return number_of(self.name)


def number_of(block: str) -> str:
    """The number of the block with this name."""
    return block.partition("-")[0]


class Dataset:
    """The results of a portfolio, in a folder or a store; those of a run that is not published yet,
    by its *draft* of the manifest."""

    def __init__(self, address: str | Path, draft: Mapping[str, Any] | None = None) -> None:
        self.storage = open_storage(address)
        self._draft = draft

    @property
    def address(self) -> str:
        """Where it is."""
        return self.storage.address

    @property
    def folder(self) -> Path | None:
        """The folder that it is in; None in a store."""
        return None if is_remote(self.address) else Path(self.address)

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def write_tables(self, name: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes one file a table."""
        named = {f"{table}/{name}.parquet": frame for table, frame in tables.items()}
        self.storage.write_tables(named)

    def finish_block(self, block: Block) -> None:
        """Says that a block is done."""
        about = {key: value for key, value in attrs.asdict(block).items() if key != "name"}
        text = json.dumps(about, ensure_ascii=False, indent=1)
        self.storage.write({f"blocks/{block.name}.json": text + "\n"})

    def draft(self, blocks: Sequence[Block], about: Mapping[str, Any]) -> "Dataset":
        """The results of a run of these blocks, before it is published."""
        manifest = {
            "schema_version": SCHEMA_VERSION,
            **about,
            "blocks": [block.name for block in blocks],
            "files": [file for block in blocks for file in block.files],
        }
        return Dataset(self.address, manifest)

    def publish(
        self,
        manifest: Mapping[str, Any],
        waiting: PendingSet | None = None,
        beside: Mapping[str, str | bytes] | None = None,
        version: Any = None,
    ) -> None:
        """Says that a run is done, and removes what belongs to no block of it. What is *waiting*
        for its folder and files *beside* the manifest are put in place with it. Raises AdvisorError
        where the manifest of a store is no longer the one of this *version*."""
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        if waiting is not None:
            waiting.commit({**(beside or {}), MANIFEST: text})
        elif not self.storage.replace(MANIFEST, text.encode(), version):
            problem = "another run into it has ended since this one started"
            hint = "finished blocks are kept: run the same command again, one run after the other"
            raise AdvisorError(problem, where=self.address, hint=hint)
        files, blocks = set(manifest["files"]), set(manifest["blocks"])
        for table in TABLES:
            self.storage.clean(table, _FILES, lambda name: name.removesuffix(".parquet") in files)
        self.storage.clean("blocks", _FILES, lambda name: name.removesuffix(".json") in blocks)

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def done_blocks(self) -> Mapping[str, Block]:
        """The blocks that are done and whose files are there, by name."""
        names = [f"blocks/{name}" for name in self.storage.names("blocks")]
        files = [set(self.storage.names(table)) for table in TABLES] if names else []
        found = {}
        for place, content in self.storage.read_all(names).items():
            name = place.removeprefix("blocks/").removesuffix(".json")
            try:
                block = _block(json.loads(content), name)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # damaged, or of a former version
            if all(f"{file}.parquet" in there for file in block.files for there in files):
                found[name] = block
        return found

    def manifest(self) -> Mapping[str, Any]:
        """The manifest. Raises AdvisorError where there is no finished run, or one of another
        version."""
        if self._draft is not None:
            return self._draft
        try:
            manifest: Mapping[str, Any] = json.loads(self.storage.read(MANIFEST))
            version = manifest["schema_version"]
        except OSError:
            problem = "holds no finished portfolio run"
            hint = "run `advisor portfolio SHOPS -o DIR` first"
            raise AdvisorError(problem, where=self.address, hint=hint) from None
        except (ValueError, KeyError, TypeError):
            raise AdvisorError("the manifest is damaged", where=self.address) from None
        if version != SCHEMA_VERSION:
            problem = f"was written with schema version {version} (expected: {SCHEMA_VERSION})"
            hint = "run `advisor portfolio` again"
            raise AdvisorError(problem, where=self.address, hint=hint)
        return manifest

    def former(self) -> Mapping[str, Any]:
        """The manifest of the run before; empty where there is none of this version. Raises
        AdvisorError for a file of this name that is somebody else's."""
        try:
            manifest = json.loads(self.storage.read(MANIFEST))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            manifest = None
        if not isinstance(manifest, dict) or "schema_version" not in manifest:
            problem = f"has a {MANIFEST} that no run of shop-advisor wrote"
            hint = "remove it, or choose another place with -o"
            raise AdvisorError(problem, where=self.address, hint=hint)
        return manifest if manifest["schema_version"] == SCHEMA_VERSION else {}

    def table(self, name: str) -> pl.LazyFrame:
        """A table of the finished run, as a lazy frame."""
        files = self.files(name)
        if not files:
            return pl.LazyFrame(schema=TABLES[name])
        return pl.scan_parquet(files, glob=False)

    def files(self, name: str) -> list[str]:
        """The files of a table of the finished run, in the order of its blocks."""
        files = self.manifest()["files"]
        return [self.storage.at(f"{name}/{file}.parquet") for file in files]

    def find(self, shop: str) -> tuple[str, str]:
        """The id and the folder of the shop with this id or folder. Raises AdvisorError with the
        nearest, and for a shop that has no plan."""
        rows = self.table("shops").select("shop", "folder", "problem").collect(engine="in-memory")
        found = rows.filter((pl.col("folder") == shop) | (pl.col("shop") == shop))
        if found.is_empty():
            known = [*rows["shop"].drop_nulls(), *rows["folder"]]
            raise AdvisorError(unknown("shop", shop, known), where=self.address)
        id_, folder, problem = found.row(0)
        if problem is not None:
            raise AdvisorError(f"has no plan: {problem}", where=shop)
        return str(id_), str(folder)

    def exports_of(self, folder: str) -> Path | None:
        """Where the exports of a shop were; None where the run was one of facts."""
        shops = self.manifest()["shops"]
        return None if shops is None else Path(self._seen(shops)) / folder

    def mutes_of(self, folder: str) -> str | None:
        """What was muted of a shop in the results, when they were made."""
        mutes: Mapping[str, str] = self.manifest().get("mutes", {})
        return mutes.get(folder)

    def _seen(self, place: str) -> str:
        """An address that a run has noted as it is seen from the results."""
        return place if is_remote(place) else str((self.folder or Path()) / place)

    def facts_of(self, folder: str) -> ShopFacts:
        """What was read of a shop: in the dataset that the run was of, or what it kept. Raises
        AdvisorError where that is nothing."""
        gathered = self.manifest()["facts"]
        rows = self.table("shops").filter(pl.col("folder") == folder).select("facts")
        block = rows.collect(engine="in-memory").item()
        if gathered is None and not self.manifest()["options"]["facts"]:
            hint = "run `advisor portfolio` without --no-facts"
            raise AdvisorError("facts were not kept", where=self.address, hint=hint)
        facts = Facts(self._seen(gathered) if gathered else self.storage.at("facts"))
        return facts.shop(folder, block)


def _block(raw: Mapping[str, Any], name: str) -> Block:
    return Block(
        name,
        raw["fingerprint"],
        tuple(raw["folders"]),
        tuple(raw["files"]),
        {folder: tuple(files) for folder, files in raw["plans"].items()},
        tuple(raw["formats"]),
        tuple(raw["failures"]),
    )


def empty_tables() -> dict[str, list[pl.DataFrame]]:
    """For each table the frames that make it, none yet."""
    return {name: [pl.DataFrame(schema=schema)] for name, schema in TABLES.items()}
