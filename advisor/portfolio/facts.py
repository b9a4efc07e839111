"""A dataset of facts: what was read of many shops, with their settings, in blocks of Parquet.

```text
FACTS/
  shops/00003-0-5f2e….parquet     a row a shop: its settings, and where its counts are
  tables/00003-0-5f2e…-02.parquet the counts of all shops of the block with these columns
  facts.parquet                   written last: a row a shop, and the block that it is in
```

It may lie in a folder or in a store like S3 (`s3://bucket/facts`): Polars reads and writes it, with
the credentials of the environment. Blocks are never changed: a block that is read again has another
name, and counts once facts.parquet names it. So readers see one whole state.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.ingest import DAMAGES, Gathered, gathered_in, gathered_out, is_own_output
from advisor.model import HISTORY_NAME, frozen, is_remote, walk
from advisor.plugin import installed_versions
from advisor.portfolio.storage import open_storage, parquet_bytes

MANIFEST = "facts.parquet"
FOLDERS = ("shops", "tables")
ROWS = 500_000  # of a block's files at most, so that memory does not grow with its shops
_TEXT = pl.String()
SHOPS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("folder", "block", "stamp", "settings", "facts"), _TEXT),
    **dict.fromkeys(("problem", "problem_kind", "agency"), _TEXT),
}
"""A row a shop: its *folder*, the *block* of its counts, a *stamp* of its files, the text of its
advisor.toml as *settings*, and its readings as JSON (*facts*), or the *problem* that kept it from
any; and what the *agency*'s agency.toml says."""
_OUTPUTS = ("plan.", "appendix.", "findings.", HISTORY_NAME)  # names of what is made of a shop
INDEX = ("folder", "block", "stamp", "problem", "problem_kind", "agency")
_FILE = re.compile(r"(\d{5,}(?:-\d+)+-[0-9a-f]{12})(?:-\d{2,})?\.parquet")  # of a block


@frozen(eq=False)
class ShopFacts:
    """What was read of the shop in *folder*, with the text of its *settings* and of those of its
    *agency*."""

    folder: str
    stamp: str
    settings: str
    gathered: Gathered
    agency: str | None = None


def is_dataset(address: str) -> bool:
    """Whether a dataset of facts is at *address*; one in a store is only looked for when it is
    read."""
    return is_remote(address) or Path(address, MANIFEST).is_file()


def stamp_of(folder: Path) -> str:
    """The files of a shop as they are, without what we wrote beside them: names, sizes, times of
    change; and the versions of what reads them."""
    digest = hashlib.sha256(installed_versions().encode())
    for place, names in walk(folder):
        for name in names:
            path = Path(place, name)
            if name.startswith(_OUTPUTS) and is_own_output(path):
                continue
            try:
                found = path.stat()
            except OSError:
                size = modified = -1  # who reads it says what is wrong
            else:
                size, modified = found.st_size, found.st_mtime_ns
            where = os.fsencode(path.relative_to(folder))
            digest.update(where + b"\0%d\0%d\0" % (size, modified))
    return digest.hexdigest()[:32]


class Facts:
    """The dataset at *address*."""

    def __init__(self, address: str | Path) -> None:
        self.storage = open_storage(address)
        self.address = self.storage.address

    @property
    def folder(self) -> Path | None:
        """The folder that it is in; None in a store."""
        return None if is_remote(self.address) else Path(self.address)

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def write(self, name: str, shops: Sequence[ShopFacts]) -> Mapping[str, str]:
        """Writes *shops* as a block whose name begins with *name*; gives the block of each
        folder."""
        digest = hashlib.sha256("".join(one.stamp for one in shops).encode()).hexdigest()[:12]
        block = f"{name}-{digest}"
        tables = _Tables()
        rows = [
            {
                "folder": one.folder,
                "block": block,
                "stamp": one.stamp,
                "settings": one.settings,
                "facts": json.dumps(
                    gathered_out(one.gathered, tables.keep), ensure_ascii=False, default=str
                ),
            }
            for one in shops
        ]
        files = {
            f"tables/{block}-{place:02}.parquet": frame
            for place, frame in enumerate(tables.frames())
        }
        self._write(files)
        self._write({f"shops/{block}.parquet": _frame(rows)})
        return {one.folder: block for one in shops}

    def version(self) -> Any:
        """What `finish` asks for, so that of two that gather at once one says so."""
        return self.storage.version(MANIFEST)

    def finish(self, index: pl.DataFrame, named: Collection[str], version: Any) -> None:
        """Says which shops the dataset has (INDEX), and removes blocks that it no longer names;
        those that are *named* elsewhere stay. Raises AdvisorError where the index of a store is no
        longer the one of this *version*."""
        with _Errors(self.address):
            table = parquet_bytes(index.select(INDEX))
            if not self.storage.replace(MANIFEST, table, version):
                hint = "what was read is kept: run the same command again"
                problem = "other facts were written into it since this run started"
                raise AdvisorError(problem, where=self.address, hint=hint)
        kept = {*index["block"].drop_nulls(), *named}

        def is_kept(name: str) -> bool:
            block = _FILE.fullmatch(name)
            return block is not None and block[1] in kept

        for folder in FOLDERS:
            self.storage.clean(folder, _FILE, is_kept)

    def _write(self, files: Mapping[str, pl.DataFrame]) -> None:
        with _Errors(self.address):
            self.storage.write_tables(files)

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def index(self) -> pl.DataFrame:
        """A row a shop (INDEX). Raises AdvisorError where there is no dataset."""
        with _Errors(self.address):
            found = self._read(MANIFEST)
            if "agency" not in found.columns:  # of a former version
                found = found.with_columns(agency=pl.lit(None, pl.String))
            return found.select(INDEX)

    def blocks(self) -> frozenset[str]:
        """The blocks that count; none where there is no dataset yet."""
        try:
            return frozenset(self.index()["block"].drop_nulls())
        except AdvisorError:
            return frozenset()

    def known(self) -> pl.DataFrame:
        """The folder, block and stamp of each shop that some block holds, also one of a run that
        was stopped."""
        schema = {name: SHOPS[name] for name in ("folder", "block", "stamp")}
        try:
            found = pl.scan_parquet(f"{self.address}/shops/*.parquet", glob=True)
            return found.select(*schema).collect(engine="in-memory")
        except (OSError, pl.exceptions.PolarsError):
            return pl.DataFrame(schema=schema)

    def read(self, block: str, folders: Collection[str]) -> Mapping[str, ShopFacts]:
        """The facts of *folders* in *block*, by folder. Raises AdvisorError where they are
        damaged."""
        where = Path(f"{self.address}/{block}.parquet")
        frames: dict[str, pl.DataFrame] = {}

        def frame(name: str) -> pl.DataFrame:
            table, start, rows = name.split(":")
            if table not in frames:
                frames[table] = self._read(f"tables/{block}-{int(table):02}.parquet")
            return frames[table].slice(int(start), int(rows))

        with _Errors(self.address):
            rows = self._read(f"shops/{block}.parquet").filter(pl.col("folder").is_in(folders))
            return {
                row["folder"]: ShopFacts(
                    row["folder"],
                    row["stamp"],
                    row["settings"],
                    gathered_in(json.loads(row["facts"]), where, frame),
                )
                for row in rows.iter_rows(named=True)
            }

    def shop(self, folder: str, block: str | None = None) -> ShopFacts:
        """The facts of one shop, which are in *block*, or where the index says. Raises AdvisorError
        where it has none."""
        try:
            now = self.index().filter(pl.col("folder") == folder).row(0, named=True)
        except pl.exceptions.OutOfBoundsError:
            now = dict.fromkeys(INDEX)
        wanted = block or now["block"]
        if wanted is None:
            raise AdvisorError(now["problem"] or "its facts were not kept", where=folder)
        try:
            facts = self.read(wanted, [folder]).get(folder)
        except AdvisorError:
            if wanted == now["block"]:
                raise
            facts = None
        if facts is None:
            hint = "run `advisor portfolio` again"
            raise AdvisorError("its facts have been read again since", where=folder, hint=hint)
        return attrs.evolve(facts, agency=now["agency"])

    def _read(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(f"{self.address}/{name}", glob=False, hive_partitioning=False)


class _Errors:
    """Turns what reading or writing raises into what the user can do."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, FileNotFoundError):
            hint = "`advisor gather SHOPS -o DIR` writes one"
            raise AdvisorError("holds no facts", where=self._address, hint=hint) from None
        if isinstance(error, OSError):
            reason = str(error).partition("\n")[0]
            raise AdvisorError(f"cannot be used: {reason}", where=self._address) from None
        if isinstance(error, DAMAGES):
            hint = "gather the shops again with `advisor gather`"
            raise AdvisorError("damaged facts", where=self._address, hint=hint) from None


class _Tables:
    """The tables of a block: frames with the same columns are one below the other."""

    def __init__(self) -> None:
        self._places: dict[tuple[Any, ...], int] = {}
        self._parts: list[list[pl.DataFrame]] = []
        self._heights: list[int] = []

    def keep(self, frame: pl.DataFrame) -> str:
        """Keeps *frame*; gives its table, its first row and how many it has."""
        columns = tuple(frame.schema.items())
        place = self._places.setdefault(columns, len(self._parts))
        if place == len(self._parts):
            self._parts.append([])
            self._heights.append(0)
        start = self._heights[place]
        self._parts[place].append(frame)
        self._heights[place] += frame.height
        return f"{place}:{start}:{frame.height}"

    def frames(self) -> list[pl.DataFrame]:
        """The tables."""
        return [pl.concat(parts, how="vertical") for parts in self._parts]


class BlockWriter:
    """Takes what is read of the shops of a block, and writes it in parts of few rows."""

    def __init__(self, facts: Facts, name: str) -> None:
        self._facts, self._name = facts, name
        self._waiting: list[ShopFacts] = []
        self._rows = self._parts = 0
        self.blocks: dict[str, str] = {}

    def add(self, shop: ShopFacts) -> None:
        """Takes a shop."""
        readings = shop.gathered.readings
        rows = sum(table.frame.height for reading in readings for table in reading.tables)
        if self._waiting and self._rows + rows > ROWS:
            self.flush()
        self._waiting.append(shop)
        self._rows += rows

    def flush(self) -> None:
        """Writes what is waiting."""
        if self._waiting:
            name = f"{self._name}-{self._parts}"
            self.blocks |= self._facts.write(name, self._waiting)
            self._waiting, self._rows, self._parts = [], 0, self._parts + 1


def stable_blocks(
    names: Sequence[str],
    before: Mapping[str, str],
    most: int,
    alike: Callable[[str], str] = lambda _: "",
) -> dict[str, list[str]]:
    """*names* by block, of *most* shops: those that were in one *before* stay in it, so that a new
    shop does not move the others. New ones that are *alike*, by a text of each, come into one block
    where they can. They fill numbers that are not taken, which gives a run that was stopped the
    blocks that it would have had; then the last block, and further ones."""
    blocks: dict[str, list[str]] = {}
    fresh = []
    for name in names:
        block = before.get(name)
        if block is None or len(blocks.setdefault(block, [])) >= most:
            fresh.append(name)
        else:
            blocks[block].append(name)
    if blocks or len(fresh) > most:
        fresh.sort(key=alike)
    last = max(blocks, default=None)
    for number in range(0 if last is None else int(last)):
        if fresh and f"{number:05}" not in blocks:
            blocks[f"{number:05}"], fresh = fresh[:most], fresh[most:]
    if last is not None:
        room = most - len(blocks[last])
        blocks[last] += fresh[:room]
        fresh = fresh[room:]
    start = 0 if last is None else int(last) + 1
    for at in range(0, len(fresh), most):
        blocks[f"{start + at // most:05}"] = fresh[at : at + most]
    place = {name: at for at, name in enumerate(names)}
    return {block: sorted(blocks[block], key=place.__getitem__) for block in sorted(blocks)}


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(SHOPS), **row} for row in rows], schema=SHOPS)


def index_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The index of a dataset (INDEX)."""
    return _frame(rows).select(INDEX)
