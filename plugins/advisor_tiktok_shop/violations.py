"""Violations: our own template, because Seller Center has no export of them."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import attrs
import polars as pl

from advisor.errors import Mistakes, nearest
from advisor.hookspecs import KindInfo, Match, ReadContext
from advisor.reading import Column, Grain, Period, Reading, Table
from advisor.source import Grid, Source
from advisor.tabular.kind import Kind

STATUSES = ("open", "appealed", "resolved")
SUBJECTS = ("video", "product", "live", "shop")
FAMILY = "violations"
SHOP_KEY = ""  # the shop itself has no other key
COUNTS = ("violations", "open_violations", "violation_points")
_SHOWN = 50  # mistakes that a message lists
_COLUMNS = (
    "date",
    "violation_id",
    "type",
    "subject_kind",
    "subject_id",
    "subject_name",
    "status",
    "points",
    "deadline",
    "note",
)
_REQUIRED = _COLUMNS[:7]


@attrs.frozen
class _Header:
    grid: Grid
    row: int
    at: Mapping[str, int]

    @property
    def lacks(self) -> tuple[str, ...]:
        return tuple(name for name in _REQUIRED if name not in self.at)


@attrs.frozen
class ViolationsProvider:
    """Reads the filled-in template; a file with the header alone means that there is none.

    Every mistake of the file is named at once, each with its row (Mistakes).
    """

    kind: Kind
    name: str = "tiktok-shop violations"

    @property
    def templates(self) -> Mapping[str, Traversable]:
        """Empty files for the user to fill in, by the name they should have."""
        name = f"{self.kind.id}.csv"
        return {name: files("advisor_tiktok_shop") / "templates" / name}

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        kind = self.kind
        info = KindInfo(kind.title, kind.where, SUBJECTS, COUNTS, _COLUMNS, kind.documentation)
        return {kind.id: info}

    def recognise(self, source: Source) -> Sequence[Match]:
        header = _header(source)
        if header is None:
            return ()
        return (Match(self.kind.id, len(header.at), header.lacks),)

    def read(
        self,
        source: Source,
        match: Match,  # noqa: ARG002 (the contract)
        context: ReadContext,  # noqa: ARG002
    ) -> Reading:
        header = _header(source)
        if header is None or header.lacks:
            lacks = ", ".join(header.lacks if header else _REQUIRED)
            raise Mistakes([f"the header lacks {lacks}"], where=source.file.name)
        rows = _rows(header)
        mistakes = list(_mistakes(rows))
        if mistakes:
            shown = mistakes[:_SHOWN]
            if len(mistakes) > _SHOWN:
                shown.append(f"first {_SHOWN} of {len(mistakes)}")
            raise Mistakes(shown, where=source.file.name, hint="mend these rows and run it again")
        first, last = rows["day"].min(), rows["day"].max()
        return Reading(
            file=source.file,
            provider=self.name,
            kind=self.kind.id,
            title=self.kind.title,
            tables=tuple(_tables(rows)),
            rows=rows.height,
            period=Period(first, last) if first and last else None,  # type: ignore[arg-type]
            columns=tuple(Column(name, name) for name in header.at),
        )


def _header(source: Source) -> _Header | None:
    for grid in source.grids:
        for row, cells in enumerate(grid.head):
            names = [cell.strip().casefold() for cell in cells]
            if "violation_id" in names:
                at = {name: names.index(name) for name in _COLUMNS if name in names}
                return _Header(grid, row, at)
    return None


def _rows(header: _Header) -> pl.DataFrame:
    raw = header.grid.body(header.row, tuple(header.at.values()))
    named = raw.rename({f"c{at}": name for name, at in header.at.items()})
    absent = [pl.lit(None, pl.String).alias(n) for n in _COLUMNS if n not in header.at]
    rows = named.with_columns(absent).filter(
        pl.any_horizontal(pl.col(name).is_not_null() for name in _COLUMNS)
    )
    return rows.with_columns(
        pl.col("status", "subject_kind").str.strip_chars().str.to_lowercase(),
        pl.col("date").str.to_date("%Y-%m-%d", strict=False).alias("day"),
        pl.col("deadline").str.to_date("%Y-%m-%d", strict=False).alias("until"),
        pl.col("points").cast(pl.Float64, strict=False).alias("score"),
    )


def _mistakes(rows: pl.DataFrame) -> Iterator[str]:
    """What is wrong, row by row; only wrong rows are looked at one by one."""
    written, given = pl.col("date").is_not_null(), pl.col("subject_id").is_not_null()
    checks = (
        ("date", written & pl.col("day").is_null(), "is no day; write it as 2026-05-31"),
        ("date", ~written, "is empty; write it as 2026-05-31"),
        ("violation_id", pl.col("violation_id").is_null(), "is empty"),
        ("violation_id", pl.col("violation_id").is_duplicated(), "stands in more than one row"),
        ("status", ~_is_in("status", STATUSES), STATUSES),
        ("subject_kind", ~_is_in("subject_kind", SUBJECTS), SUBJECTS),
        (
            "subject_id",
            ~given & _is_in("subject_kind", SUBJECTS[:-1]),
            "is empty; only a violation of the shop has none",
        ),
        ("points", pl.col("points").is_not_null() & pl.col("score").is_null(), "is no number"),
        (
            "deadline",
            pl.col("deadline").is_not_null() & pl.col("until").is_null(),
            "is no day; write it as 2026-06-07",
        ),
    )
    found: list[tuple[int, str]] = []
    for column, wrong, says in checks:
        for at, value in rows.filter(wrong).select("_row", column).iter_rows():
            found.append((at, f"row {at}, {column}: {_said(value, says)}"))
    return (text for _, text in sorted(found))


def _is_in(column: str, known: Sequence[str]) -> pl.Expr:
    return pl.col(column).is_in(known).fill_null(value=False)


def _said(value: str | None, says: str | tuple[str, ...]) -> str:
    shown = "" if value is None else f"{value!r} "
    if isinstance(says, str):
        return f"{shown}{says}"
    near = nearest(value or "", says)
    known = f"did you mean {near!r}?" if near else f"write {', '.join(says[:-1])} or {says[-1]}"
    return f"{shown}is unknown; {known}" if value else f"is empty; {known}"


def _tables(rows: pl.DataFrame) -> Iterator[Table]:
    """For each kind: what happened on each day, and what is still open whenever it happened.

    The shop always has a row of what is open: a zero says that nothing is, which is known.
    """
    still = rows.filter(_is_in("status", STATUSES[:2]))
    for kind in SUBJECTS:
        days = _of(kind, rows).group_by("key", "day", maintain_order=True).agg(_NAME, *_happened())
        if days.height:
            counts = (COUNTS[0], COUNTS[2])
            yield Table(kind, FAMILY, Grain.DAY, _shaped(days, pl.col("day"), counts))
        standing = _of(kind, still).group_by("key", maintain_order=True).agg(_NAME, *_happened())
        if kind == "shop" and not standing.height:
            standing = standing.vstack(_nothing(standing.schema))
        if standing.height:
            opened = standing.with_columns(pl.col("violations").alias("open_violations"))
            nodate = pl.lit(None, pl.Date)
            yield Table(kind, f"{FAMILY}-open", Grain.PERIOD, _shaped(opened, nodate, COUNTS))


_NAME = pl.col("subject_name").drop_nulls().first().alias("name")


def _of(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of one kind with their keys; every violation is one of the shop's too."""
    if kind == "shop":
        shop = pl.lit(SHOP_KEY).alias("key")
        return rows.with_columns(shop, pl.lit(None, pl.String).alias("subject_name"))
    return rows.filter(pl.col("subject_kind") == kind).with_columns(
        pl.col("subject_id").alias("key")
    )


def _happened() -> tuple[pl.Expr, ...]:
    scored = pl.col("score").is_not_null().any()
    return (
        pl.len().cast(pl.Float64).alias("violations"),
        pl.when(scored).then(pl.col("score").sum()).alias("violation_points"),
        pl.col("_row").min(),
    )


def _nothing(schema: pl.Schema) -> pl.DataFrame:
    row = {"key": SHOP_KEY, "name": None, "violations": 0.0, "violation_points": 0.0, "_row": 1}
    return pl.DataFrame([row], schema=schema)


def _shaped(frame: pl.DataFrame, day: pl.Expr, counts: Sequence[str]) -> pl.DataFrame:
    return frame.select(
        "key",
        pl.col("name").fill_null(pl.col("key")),
        day.alias("from"),
        day.alias("to"),
        pl.lit(None, pl.String).alias("currency"),
        *counts,
        "_row",
    )
