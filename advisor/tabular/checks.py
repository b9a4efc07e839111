"""A file against itself: printed ratios against their counts, printed totals against the rows."""

from collections.abc import Mapping

import polars as pl

from advisor.tabular.kind import Check


def identity(
    header: str,
    check: Check,
    printed: pl.Series,
    counts: Mapping[str, pl.Series],
    rows: pl.Series,
    places: int,
) -> str:
    """What to say where a printed ratio is not what its counts make; "" where it is.

    *places* are the decimals that it is printed with; the tolerance is half a unit of the last one,
    a whole unit where the source cuts off instead of rounding.
    """
    if any(name not in counts for name in (*check.numerator, *check.denominator)):
        return ""
    top = sum((counts[name] for name in check.numerator[1:]), counts[check.numerator[0]])
    bottom = sum((counts[name] for name in check.denominator[1:]), counts[check.denominator[0]])
    frame = pl.DataFrame({"p": printed, "t": top, "b": bottom})
    last = 10.0**-places
    exact = check.scale * pl.col("t") / pl.col("b")
    allowed = last * (1.0 if check.truncated else 0.5) * 1.001 + check.loose * exact.abs() + 1e-9
    judged = frame.select(
        judged=(pl.col("b") > 0) & pl.col("p").is_not_null() & pl.col("t").is_not_null(),
        wrong=(pl.col("b") > 0) & ((pl.col("p") - exact).abs() > allowed),
        exact=exact,
    )
    wrong = judged["wrong"].fill_null(value=False)
    bad, seen = int(wrong.sum()), int(judged["judged"].sum())
    if not bad:
        return ""
    return (
        f"{header!r} is not what its counts make in {bad} of {seen} rows; the first is row "
        f"{rows.filter(wrong)[0]}: {_short(printed.filter(wrong)[0])} is printed, "
        f"{_short(judged['exact'].filter(wrong)[0])} computed"
    )


def total(header: str, column: pl.Series, printed: float | None, places: int) -> str:
    """What to say where the rows do not add up to the printed total; "" where they do."""
    if printed is None:
        return ""
    added = float(column.sum() or 0.0)
    known = len(column) - column.null_count()
    rounding = 0.5 * 10.0**-places * known if places else 0.5
    if abs(added - printed) <= max(rounding, 1e-6 * abs(printed)):
        return ""
    sums = f"{_short(added)}, the file's total is {_short(printed)}"
    return f"the rows of {header!r} add up to {sums}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
