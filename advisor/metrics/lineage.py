"""Where a value comes from: which rows of which file."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured
from advisor.metrics.windows import Windows
from advisor.model import File, Window, define, frozen


@frozen
class Rows:
    """Rows of one file, as ranges of 1-based numbers, both ends included."""

    file: str
    ranges: tuple[tuple[int, int], ...]


@define
class Lineage:
    """Rows behind the values of many findings; of one subject they are looked up once, for all
    counts that the same of its rows have. *keys* are all that are asked for, by measured kind."""

    keys: Mapping[int, Collection[str]]
    window: Window | Windows
    files: Sequence[File]
    _found: dict[tuple[int, tuple[object, ...]], Mapping[tuple[str, str], Rows]] = attrs.field(
        factory=dict
    )

    def of(self, measured: Measured, counts: Iterable[str]) -> Mapping[tuple[str, str], Rows]:
        """The rows behind *counts* of every subject of *measured*, by shop and key."""
        counts = list(counts)
        asked = id(measured), tuple(_gaps(rows, counts) for rows in measured.source)
        if asked not in self._found:
            keys = self.keys[id(measured)]
            self._found[asked] = lineage(measured, keys, counts, self.window, self.files)
        return self._found[asked]


def _gaps(rows: CountedRows, counts: Sequence[str]) -> tuple[str, ...] | None:
    """Those of *counts* that some rows lack; None where all rows lack one."""
    if not all(count in rows.frame.columns for count in counts):
        return None
    return tuple(sorted(count for count in counts if rows.frame[count].null_count()))


def lineage(
    measured: Measured,
    keys: Iterable[str],
    counts: Iterable[str],
    window: Window | Windows,
    files: Sequence[File],
) -> Mapping[tuple[str, str], Rows]:
    """The rows behind *counts* of the subjects with these *keys*, by shop and key: those of the
    first family that has them."""
    wanted = sorted(set(keys))
    needed = list(counts)
    found: dict[tuple[str, str], Rows] = {}
    for rows in measured.source:
        if all(count in rows.frame.columns for count in needed):
            found = {**_of(rows, wanted, needed, window, files), **found}
    return found


def _held(rows: CountedRows, window: Window | Windows) -> pl.DataFrame:
    """The rows that subjects are judged by, each by its own days."""
    own = rows.own(window) if isinstance(window, Windows) else None
    if own is None or not isinstance(window, Windows) or window.subjects is None:
        return rows.held(window)
    others = window.subjects.filter(pl.col("kind") == rows.subject)
    return pl.concat([rows.held(window).join(others, on=["shop", "key"], how="anti"), own])


def _of(
    rows: CountedRows,
    keys: Sequence[str],
    counts: Sequence[str],
    window: Window | Windows,
    files: Sequence[File],
) -> dict[tuple[str, str], Rows]:
    # A range goes on while subject and file are the same and the row is the next one.
    row, file, key, shop = (pl.col(name) for name in ("_row", "_file", "key", "shop"))
    begins = (
        (row != row.shift(1) + 1)
        | (file != file.shift(1))
        | (key != key.shift(1))
        | (shop != shop.shift(1))
    ).fill_null(value=True)
    ends = pl.col("begins").shift(-1, fill_value=True)
    ranges = (
        _held(rows, window)
        .lazy()
        .filter(key.is_in(keys))
        .drop_nulls(counts)  # a row that lacks one is in no sum
        .select("shop", "key", "_file", row.cast(pl.Int64))
        .sort("shop", "key", "_file", "_row")
        .with_columns(begins.alias("begins"))
        .with_columns(ends.alias("ends"))
        .filter(pl.col("begins") | pl.col("ends"))
        .with_columns(pl.when("ends").then("_row").otherwise(row.shift(-1)).alias("last"))
        .filter("begins")
        .group_by("shop", "key", "_file", maintain_order=True)
        .agg("_row", "last")
        .collect(engine="in-memory")
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    named: dict[tuple[str, str], str] = {}
    for shop, key, file, firsts, lasts in ranges.iter_rows():
        name, subject = files[file].name, (shop, key)
        # Rows of one file; others are counted there too.
        if named.setdefault(subject, name) == name:
            found.setdefault(subject, []).extend(zip(firsts, lasts, strict=True))
    return {subject: Rows(named[subject], tuple(spans)) for subject, spans in found.items()}
