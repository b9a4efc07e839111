"""A file against itself: printed ratios against their counts, printed totals against the rows."""

from collections.abc import Container, Mapping, Sequence

import polars as pl

from advisor.model import frozen, lazy_gettext, lazy_ngettext
from advisor.tabular.kind import Check

_PRINTED = "printed "


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

    @property
    def exact(self) -> pl.Expr:
        """What the counts make."""
        return self.check.scale * _added(self.check.numerator) / self.bottom

    @property
    def bottom(self) -> pl.Expr:
        return _added(self.check.denominator)

    def wrong(self, printed: str) -> pl.Expr:
        """Where the column *printed* is not what the counts make. The tolerance is half a unit of
        the last place, a whole unit where the source cuts off instead of rounding."""
        unit = 10.0**-self.places * (1.0 if self.check.truncated else 0.5) * 1.001
        allowed = unit + self.check.loose * self.exact.abs() + 1e-9
        off = (pl.col(printed) - self.exact).abs() > allowed
        return ((self.bottom > 0) & off).fill_null(value=False)


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
    found: dict[str, float | None] = dict.fromkeys(printed)
    checked = {
        name: check
        for name, (check, _) in printed.items()
        if all(of in counts for of in (*check.numerator, *check.denominator))
    }
    if not checked:
        return found
    needed = {of for check in checked.values() for of in (*check.numerator, *check.denominator)}
    rates = {f"{_PRINTED}{name}": printed[name][1] for name in checked}
    frame = pl.DataFrame({**{name: counts[name] for name in sorted(needed)}, **rates})
    times = frame.select(
        (check.scale * _added(check.numerator) / _added(check.denominator) / pl.col(rate))
        .filter(pl.col(rate) > 0)
        .median()
        .alias(rate)
        for rate, check in zip(rates, checked.values(), strict=True)
    ).row(0)
    known = (1.0, 100.0, 0.01)
    for name, many in zip(checked, times, strict=True):
        found[name] = next(
            (one for one in known if many is not None and 0.8 * one < many < 1.25 * one), None
        )
    return found


def identities(
    printed: Sequence[Printed], counts: Mapping[str, pl.Series], rows: pl.Series
) -> list[str]:
    """What to say of printed ratios that are not what their counts make, all in one step."""
    checked = [one for one in printed if one.counted(counts)]
    if not checked:
        return []
    needed = {name for one in checked for name in (*one.check.numerator, *one.check.denominator)}
    columns = {f"{_PRINTED}{at}": one.values for at, one in enumerate(checked)}
    frame = pl.DataFrame({**{name: counts[name] for name in sorted(needed)}, **columns})
    bad = frame.select(
        one.wrong(name).sum().alias(name) for name, one in zip(columns, checked, strict=True)
    ).row(0)
    return [
        _disagrees(one, frame, name, rows)
        for one, name, count in zip(checked, columns, bad, strict=True)
        if count
    ]


def _disagrees(one: Printed, frame: pl.DataFrame, printed: str, rows: pl.Series) -> str:
    known = (
        (one.bottom > 0) & pl.col(printed).is_not_null() & _added(one.check.numerator).is_not_null()
    )
    judged = frame.select(
        rows.alias("row"),
        pl.col(printed).alias("printed"),
        one.exact.alias("exact"),
        one.wrong(printed).alias("wrong"),
        known.alias("known"),
    )
    wrong = judged.filter("wrong")
    row, said, exact, *_ = wrong.row(0)
    return lazy_ngettext(
        "“{header}” doesn't match its counts in {n} of {all} rows: row {row} says {printed}, "
        "calculated {exact}",
        "“{header}” doesn't match its counts in {n} of {all} rows: row {row}, the first, says "
        "{printed}, calculated {exact}",
        wrong.height,
        header=one.header,
        all=int(judged["known"].sum()),
        row=str(row),
        printed=_short(said),
        exact=_short(exact),
    )


def _added(names: Sequence[str]) -> pl.Expr:
    return pl.sum_horizontal(*names, ignore_nulls=False)


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


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
