"""What a portfolio run writes, and reading it.

```text
OUT/
  findings/00003.parquet   one file a block of shops: a row a finding
  actions/ kpis/ outcomes/ shops/
  facts/                   what was read of the shops, for later reports (advisor.portfolio.facts)
  blocks/00003.json        written when a block is done: its files, its shops, its fingerprint
  manifest.json            written last: which blocks make the run
  history/                 former runs, and what was done (advisor.portfolio.history)
  plans/luna/plan.md       the plans that were asked for
```

A block counts from the moment its JSON is there. Readers go by the manifest alone, so that a run in
progress, or one that was killed, never shows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from advisor.errors import AdvisorError, unknown
from advisor.ingest import write_outputs
from advisor.judge import KPIS, OUTCOMES
from advisor.model import frozen
from advisor.plan import ACTIONS, FINDINGS
from advisor.portfolio.facts import Facts, parquet_bytes

SCHEMA_VERSION = 2
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
    **dict.fromkeys(("action", "engine", "problem", "problem_kind"), pl.String()),
}
"""A row a shop. *stake* is what its plan can reach in 30 days in *currency*, overlaps counted once;
*total* the same by kind of money; *kinds* are the exports that it gave; *action* is the first thing
to do. *problem* says why a shop has no plan, *problem_kind* whether that is its files (unreadable),
its settings, or us (program, process)."""

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


@frozen
class Block:
    """A block of shops that is done. *files* are the names of its Parquet files, of which it may
    have several where a shop ended a process; *failures* what plugins failed on, told again by a
    run that does not do the block again."""

    name: str
    fingerprint: str
    folders: tuple[str, ...]
    files: tuple[str, ...]
    plans: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


class Dataset:
    """A folder with the results of a portfolio."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def plans(self) -> Path:
        """Where plans are written."""
        return self.root / "plans"

    @property
    def history(self) -> Path:
        """Where former runs are kept."""
        return self.root / "history"

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def write_tables(self, name: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes one file a table, all or none."""
        outputs: dict[Path, bytes] = {}
        for table, frame in tables.items():
            outputs[self.root / table / f"{name}.parquet"] = parquet_bytes(frame)
        write_outputs(outputs)

    def finish_block(self, block: Block) -> None:
        """Says that a block is done."""
        text = json.dumps(
            {
                "fingerprint": block.fingerprint,
                "folders": block.folders,
                "files": block.files,
                "plans": block.plans,
                "formats": block.formats,
                "failures": block.failures,
            },
            ensure_ascii=False,
            indent=1,
        )
        write_outputs({self.root / "blocks" / f"{block.name}.json": text + "\n"})

    def finish(self, blocks: Sequence[Block], about: Mapping[str, Any]) -> None:
        """Says that the run is done, and removes what belongs to no block of it."""
        manifest = {
            "schema_version": SCHEMA_VERSION,
            **about,
            "blocks": [block.name for block in blocks],
            "files": [file for block in blocks for file in block.files],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        write_outputs({self.root / MANIFEST: text + "\n"})
        kept = set(manifest["files"])
        for table in TABLES:
            _remove(self.root / table, "*.parquet", kept)
        _remove(self.root / "blocks", "*.json", {block.name for block in blocks})

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def block(self, name: str) -> Block | None:
        """The block of this name, where it is done and its files are there."""
        try:
            raw = json.loads((self.root / "blocks" / f"{name}.json").read_text(encoding="utf-8"))
            block = Block(
                name,
                raw["fingerprint"],
                tuple(raw["folders"]),
                tuple(raw["files"]),
                tuple(raw["plans"]),
                tuple(raw["formats"]),
                tuple(raw["failures"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        there = all(
            (self.root / table / f"{file}.parquet").is_file()
            for table in TABLES
            for file in block.files
        )
        return block if there else None

    def blocks_of_folders(self) -> Mapping[str, str]:
        """The block of each folder, of all blocks that are done."""
        names = sorted(path.stem for path in (self.root / "blocks").glob("*.json"))
        blocks = [block for name in names if (block := self.block(name)) is not None]
        return {folder: block.name for block in blocks for folder in block.folders}

    def manifest(self) -> Mapping[str, Any]:
        """The manifest. Raises AdvisorError where there is no finished run, or one of another
        version."""
        where = str(self.root)
        try:
            text = (self.root / MANIFEST).read_text(encoding="utf-8")
        except OSError:
            hint = "run `advisor portfolio SHOPS -o DIR` first"
            raise AdvisorError("holds no finished portfolio run", where=where, hint=hint) from None
        try:
            manifest: Mapping[str, Any] = json.loads(text)
            version = manifest["schema_version"]
        except (ValueError, KeyError, TypeError):
            raise AdvisorError("the manifest is damaged", where=where) from None
        if version != SCHEMA_VERSION:
            problem = f"was written with schema version {version} (expected: {SCHEMA_VERSION})"
            hint = "run `advisor portfolio` again"
            raise AdvisorError(problem, where=where, hint=hint)
        return manifest

    def table(self, name: str) -> pl.LazyFrame:
        """A table of the finished run, as a lazy frame."""
        files = self.files(name)
        if not files:
            return pl.LazyFrame(schema=TABLES[name])
        return pl.scan_parquet(files)

    def files(self, name: str) -> list[Path]:
        """The files of a table of the finished run, in the order of its blocks."""
        return [self.root / name / f"{file}.parquet" for file in self.manifest()["files"]]

    def find(self, shop: str) -> tuple[str, str]:
        """The id and the folder of the shop with this id or folder. Raises AdvisorError with the
        nearest, and for a shop that has no plan."""
        rows = self.table("shops").select("shop", "folder", "problem").collect(engine="in-memory")
        found = rows.filter((pl.col("folder") == shop) | (pl.col("shop") == shop))
        if found.is_empty():
            known = [*rows["shop"].drop_nulls(), *rows["folder"]]
            raise AdvisorError(unknown("shop", shop, known), where=str(self.root))
        id_, folder, problem = found.row(0)
        if problem is not None:
            raise AdvisorError(f"has no plan: {problem}", where=shop)
        return str(id_), str(folder)

    @property
    def facts(self) -> Facts:
        """What was read of the shops: the dataset that the run was of, or what it kept."""
        return Facts(self.manifest()["facts"] or self.root / "facts")


def empty_tables() -> dict[str, list[pl.DataFrame]]:
    """For each table the frames that make it, none yet."""
    return {name: [pl.DataFrame(schema=schema)] for name, schema in TABLES.items()}


def _remove(folder: Path, pattern: str, kept: Iterable[str]) -> None:
    names = set(kept)
    for path in folder.glob(pattern):
        if path.stem not in names:
            path.unlink(missing_ok=True)
