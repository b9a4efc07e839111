"""A file against itself: printed ratios against their counts, printed totals against the rows."""

import math
from collections.abc import Container, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Self

import polars as pl

from advisor.model import frozen, lazy_gettext, lazy_ngettext
from advisor.tabular.kind import Check

_SAMPLE = 10_000  # rows that tell the unit of a column


@frozen(eq=False)
class Printed:
    """A column of printed ratios; *places* are the decimals that it is printed with."""

    header: str
    check: Check
    values: pl.Series
    places: int

    def counted(self, counts: Container[str]) -> bool:
        """Whether *counts* has all that it is made of."""
        return all(name in counts for name in (*self.check.numerator, *self.check.denominator))

    def wrong(self, counts: Mapping[str, pl.Series]) -> pl.Series:
        """Where the printed ratio is not what the counts make, null where nothing is known. The
        tolerance is half a unit of the last place, a whole unit where the source cuts off instead
        of rounding."""
        exact, bottom = self.exact(counts), _added(self.check.denominator, counts)
        allowed = 10.0**-self.places * (1.0 if self.check.truncated else 0.5) * 1.001 + 1e-9
        # Counts so large or small that nothing holds what they make say nothing.
        known = (bottom > 0) & (exact > -math.inf) & (exact < math.inf)  # no query, as `is_finite`
        off = self.values - exact
        if not self.check.loose:
            return known & ((off > allowed) | (off < -allowed))
        loose = exact.abs() * self.check.loose + allowed
        return known & ((off > loose) | (off < loose * -1.0))

    def exact(self, counts: Mapping[str, pl.Series]) -> pl.Series:
        """What the counts make."""
        top = _added(self.check.numerator, counts)
        return top * self.check.scale / _added(self.check.denominator, counts)


def scaled(
    printed: Mapping[str, tuple[Check, pl.Series]], counts: Mapping[str, pl.Series]
) -> dict[str, pl.Series]:
    """Columns of rates as fractions, where the counts tell that they were printed in the other
    unit: loaders turn percents into fractions."""
    factors = scales(printed, counts)
    return {
        name: column if factors[name] in (None, 1.0) else column * factors[name]
        for name, (_, column) in printed.items()
    }


def scales(
    printed: Mapping[str, tuple[Check, pl.Series]], counts: Mapping[str, pl.Series]
) -> dict[str, float | None]:
    """How many times each printed rate its counts are: 1, 100 or a hundredth; None where they tell
    nothing."""
    asked: list[pl.Expr] = []
    for name, (check, rate) in printed.items():
        parts = (*check.numerator, *check.denominator)
        if all(of in counts for of in parts):
            top, bottom = (
                reduce(add, (pl.lit(counts[of]) for of in side))
                for side in (check.numerator, check.denominator)
            )
            shown = pl.lit(rate)
            some = (shown > 0) & (bottom > 0) & (top >= 0)
            many = (top * check.scale / bottom / shown).filter(some).head(_SAMPLE)
            asked.append(many.median().alias(name))
    if not asked:
        return dict.fromkeys(printed)
    told = pl.select(asked).row(0, named=True)
    return {name: _near(told.get(name)) for name in printed}


def _near(many: float | None) -> float | None:
    if many is None:
        return None
    return next((one for one in (1.0, 100.0, 0.01) if 0.8 * one < many < 1.25 * one), None)


def identities(
    printed: Sequence[Printed], counts: Mapping[str, pl.Series], rows: pl.Series
) -> list[str]:
    """What to say of printed ratios that are not what their counts make."""
    checked = [(one, one.wrong(counts)) for one in printed if one.counted(counts)]
    return [_disagrees(one, counts, wrong, rows) for one, wrong in checked if wrong.any()]


def _disagrees(
    one: Printed, counts: Mapping[str, pl.Series], wrong: pl.Series, rows: pl.Series
) -> str:
    judged = pl.DataFrame(
        {
            "row": rows,
            "printed": one.values,
            "exact": one.exact(counts),
            "wrong": wrong,
            "top": _added(one.check.numerator, counts),
            "bottom": _added(one.check.denominator, counts),
        }
    )
    known = (pl.col("bottom") > 0, pl.col("printed").is_not_null(), pl.col("top").is_not_null())
    wrong_rows = judged.filter("wrong")
    row, said, exact, *_ = wrong_rows.row(0)
    return lazy_ngettext(
        "“{header}” doesn't match its counts in {n} of {all} rows: row {row} says {printed}, "
        "calculated {exact}",
        "“{header}” doesn't match its counts in {n} of {all} rows: row {row}, the first, says "
        "{printed}, calculated {exact}",
        wrong_rows.height,
        header=one.header,
        all=judged.filter(*known).height,
        row=str(row),
        printed=_short(said),
        exact=_short(exact),
    )


def _added(names: Sequence[str], counts: Mapping[str, pl.Series]) -> pl.Series:
    """The sum of counts, null where one of them is."""
    return reduce(add, (counts[name] for name in names))


def total(header: str, column: pl.Series, printed: float | None, places: int) -> str:
    """What to say where the rows do not add up to the printed total; "" where they do."""
    if printed is None:
        return ""
    added = float(column.sum() or 0.0)
    known = len(column) - column.null_count()
    rounding = 0.5 * 10.0**-places * known if places else 0.5
    if abs(added - printed) <= max(rounding, 1e-6 * abs(printed)):
        return ""
    return lazy_gettext(
        "the rows of “{header}” add up to {sum}, the file's total is {total}",
        header=header,
        sum=_short(added),
        total=_short(printed),
    )


@frozen(eq=False)
class Parts:
    """The parts of a file that was put together from several, as its totals rows and the headers
    between its rows bound them. *of_row* is the part of each row; *before* and *after* are the
    parts that end and begin at each totals row."""

    of_row: pl.Series
    before: pl.Series
    after: pl.Series

    @classmethod
    def of(cls, totals: pl.DataFrame, headers: pl.Series | None, rows: pl.Series) -> Self | None:
        """The parts of *rows*, which are numbers of rows; None where nobody can tell them."""
        if "_row" not in totals.columns:
            return None
        at = totals["_row"].cast(pl.Int64)
        bounds = [at] if headers is None else [at, headers.cast(pl.Int64)]
        bound = pl.concat(bounds).unique().sort()
        before = bound.search_sorted(at)
        return cls(bound.search_sorted(rows.cast(pl.Int64)), before, before + 1)

    def agree(self, column: pl.Series, printed: pl.Series, places: int) -> bool:
        """Whether each *printed* total is the sum of the part that ends or begins there."""
        sums = (
            pl.LazyFrame({"part": self.of_row, "x": column})
            .group_by("part")
            .agg(pl.col("x").sum(), pl.col("x").count().alias("known"))
        )
        rounding = pl.max_horizontal(
            pl.col("known") * 0.5 * 10.0**-places if places else pl.lit(0.5),
            1e-6 * pl.col("printed").abs(),
        )
        fits = ((pl.col("x") - pl.col("printed")).abs() <= rounding).fill_null(value=False)
        told = (
            pl.LazyFrame({"before": self.before, "after": self.after, "printed": printed})
            .with_row_index("at")
            .unpivot(["before", "after"], index=["at", "printed"], value_name="part")
            .join(sums, on="part", how="left")
            .group_by("at")
            .agg((fits | pl.col("printed").is_null()).any())
            .collect(engine="in-memory")
        )
        return bool(told.drop("at").to_series().all())


def _short(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"
