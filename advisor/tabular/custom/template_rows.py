"""The rows of a filled-in template: their values, and every mistake in them."""

from collections.abc import Iterator, Mapping

import polars as pl

from advisor.errors import nearest
from advisor.model import Grain, Period, Table
from advisor.tabular import cells
from advisor.tabular.headers import Found, first_name
from advisor.tabular.kind import CellRule, CellType, Kind, Role

_PLAIN = r"^[-+]?[0-9]+$"
_POINT = r"^[-+]?[0-9]*[.,][0-9]+$"
_TWO_WAYS = r"^[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
_MIDNIGHT = r"[ T]00:00(?::00(?:\.0+)?)?$"  # what a workbook adds to a date

_NUMBERS = (CellType.NUMBER, CellType.MONEY, CellType.RATE)
_HOW = {
    CellType.DATE: ("is no day", "write it as 2026-05-31"),
    CellType.MONTH: ("is no month", "write it as 2026-05"),
    CellType.NUMBER: ("is no number", "write it as 12 or 12.5"),
    CellType.MONEY: ("is no amount", "write it as 1234.50"),
    CellType.RATE: ("is no share", "write it as 0.06 or 6%"),
}


def written_rows(kind: Kind, found: Found) -> pl.DataFrame:
    """What stands in the cells, as text; rows without anything are left out."""
    raw = found.grid.body(found.row, tuple(found.columns.values()))
    named = raw.rename({f"c{at}": name for name, at in found.columns.items()})
    absent = [pl.lit(None, pl.String).alias(n) for n in kind.columns if n not in found.columns]
    text = named.with_columns(absent).with_columns(cells.known(pl.col(n)) for n in kind.columns)
    return text.filter(pl.any_horizontal(pl.col(n).is_not_null() for n in kind.columns))


def typed_rows(kind: Kind, written: pl.DataFrame) -> pl.DataFrame:
    """The values of the cells; null where a text is none of its column's type."""
    return written.with_columns(
        _value(name, spec.type, spec.cell).alias(name) for name, spec in kind.columns.items()
    )


def _value(name: str, cell_type: CellType, rule: CellRule | None) -> pl.Expr:
    """The value of a cell; null where the text is none of its type."""
    text = pl.col(name).str.strip_chars()
    if cell_type is CellType.DATE:
        return text.str.replace(_MIDNIGHT, "").str.to_date("%Y-%m-%d", strict=False)
    if cell_type is CellType.MONTH:
        month = text.str.replace(_MIDNIGHT, "").str.extract(r"^([0-9]{4}-[0-9]{2})(?:-01)?$")
        return (month + "-01").str.to_date("%Y-%m-%d", strict=False)
    if cell_type in _NUMBERS:
        percent = text.str.ends_with("%") if cell_type is CellType.RATE else pl.lit(value=False)
        digits = text.str.strip_chars_end("% ") if cell_type is CellType.RATE else text
        clear = digits.str.contains(_PLAIN) | digits.str.contains(_POINT)
        if cell_type is not CellType.RATE:
            clear &= ~digits.str.contains(_TWO_WAYS)
        number = digits.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        return pl.when(clear).then(pl.when(percent).then(number / 100).otherwise(number))
    if cell_type is CellType.ID:
        return cells.identifiers(text)
    return text.str.to_lowercase() if rule is not None and rule.allowed else text


def mistakes(kind: Kind, written: pl.DataFrame, rows: pl.DataFrame) -> Iterator[str]:
    """What is wrong in the rows of *kind*, in their order; *written* is the text, *rows* the values
    that were made of it. Only wrong rows are looked at one by one."""
    found: list[tuple[int, str]] = []
    checks = list(_checks(kind))
    texts_beside = written.drop("_row").rename(lambda name: f"{_WRITTEN}{name}")
    wrong_rows = rows.hstack(texts_beside.get_columns()).select(
        wrong.fill_null(value=False).alias(str(at)) for at, (_, wrong, _) in enumerate(checks)
    )
    for (name, _, says), wrong in zip(checks, wrong_rows.get_columns(), strict=True):
        if not wrong.any():
            continue
        title = first_name(kind.columns[name])
        texts = written.filter(wrong).select("_row", name)
        for at, value in texts.iter_rows():
            found.append((at, f"row {at}, {title}: {_describe_mistake(value, says)}"))
    return (text for _, text in sorted(found))


_Says = str | tuple[str, ...]
_WRITTEN = "__written "  # begins the columns of texts beside those of values


def _checks(kind: Kind) -> Iterator[tuple[str, pl.Expr, _Says]]:
    """Each column with what is wrong of its values and of its texts (`__written …`), and why."""
    for name, spec in kind.columns.items():
        rule = spec.cell or CellRule()
        text, value = pl.col(f"{_WRITTEN}{name}"), pl.col(name)
        bad, how = _HOW.get(spec.type, ("", ""))
        if spec.type in _HOW:
            unread = text.is_not_null() & value.is_null()
            if spec.type in (CellType.NUMBER, CellType.MONEY):
                two_ways = text.str.contains(_TWO_WAYS)
                yield name, unread & two_ways, "can be read two ways; write 1234 or 1.23"
                unread &= ~two_ways
            yield name, unread, f"{bad}; {how}"
        if spec.type is CellType.ID:
            lost = text.str.contains(cells.RUINED)
            yield name, lost, "lost its digits in a spreadsheet; copy the whole id, as text"
        if rule.required:
            excused = [pl.col(of).is_in(list(values)) for of, values in rule.unless.items()]
            wrong = text.is_null()
            for excuse in excused:
                wrong &= ~excuse.fill_null(value=False)
            yield name, wrong, _empty(kind, rule, how)
        if rule.allowed:
            yield name, value.is_not_null() & ~value.is_in(list(rule.allowed)), rule.allowed
        if rule.min is not None:
            yield name, value < rule.min, f"is less than {rule.min:g}"
        if rule.max is not None:
            more = "; write 6 % as 0.06 or 6%" if spec.type is CellType.RATE else ""
            yield name, value > rule.max, f"is more than {rule.max:g}{more}"
        if rule.above is not None:
            less = f"is before or less than {_title(kind, rule.above)}"
            yield name, value < pl.col(rule.above), less
        if rule.below is not None:
            more_than = f"is after or more than {_title(kind, rule.below)}"
            yield name, value > pl.col(rule.below), more_than
    if kind.unique:
        names = " and ".join(_title(kind, name) for name in kind.unique)
        again = "stands in more than one row"
        says = again if len(kind.unique) == 1 else f"is there again; one row for each {names}"
        whole = pl.col(kind.unique[0]).is_not_null()
        yield kind.unique[-1], pl.struct(kind.unique).is_duplicated() & whole, says


def _empty(kind: Kind, rule: CellRule, how: str) -> _Says:
    if rule.allowed:
        return rule.allowed
    if rule.unless:
        only = " and where ".join(
            f"{_title(kind, other)} is {' or '.join(values)}"
            for other, values in rule.unless.items()
        )
        return f"is empty, which it may be only where {only}"
    return f"is empty; {how}" if how else "is empty"


def _title(kind: Kind, column: str) -> str:
    return first_name(kind.columns[column])


def _describe_mistake(value: str | None, says: _Says) -> str:
    shown = "" if value is None else f"{value!r} "
    if isinstance(says, str):
        return f"{shown}{says}"
    near = nearest(value or "", says)
    known = f"did you mean {near!r}?" if near else f"write {', '.join(says[:-1])} or {says[-1]}"
    return f"{shown}is unknown; {known}" if value else f"is empty; {known}"


def period_of(kind: Kind, rows: pl.DataFrame) -> Period | None:
    """From the first to the last day that any row names."""
    ends = (Role.DAY, Role.FROM, Role.TO)
    days = [rows[name] for name, spec in kind.columns.items() if spec.role in ends]
    days = [column for column in days if column.null_count() < len(column)]
    if not days:
        return None
    together = pl.concat(column.rename("day") for column in days).drop_nulls()
    return Period(together.min(), together.max())  # type: ignore[arg-type]


def rows_about(
    subject: str,
    kind: Kind,
    grain: Grain,
    rows: pl.DataFrame,
    counts: Mapping[str, pl.Expr],
    *,
    key: pl.Expr | None = None,
    name: pl.Expr | None = None,
    first: pl.Expr | None = None,
    last: pl.Expr | None = None,
    currency: pl.Expr | None = None,
) -> Table:
    """A table with a row for each of *rows*; without *key* it is about the shop, without *first*
    its days are not known, without *last* each row is one day."""
    keyed = key if key is not None else pl.lit("")
    begins = first if first is not None else pl.lit(None, pl.Date)
    frame = rows.select(
        keyed.alias("key"),
        (name if name is not None else keyed).fill_null(keyed).alias("name"),
        begins.alias("from"),
        (last if last is not None else begins).alias("to"),
        (currency if currency is not None else pl.lit(None, pl.String)).alias("currency"),
        *(value.cast(pl.Float64).alias(count) for count, value in counts.items()),
        "_row",
    )
    return Table(subject, kind.family, grain, frame)


def each_day(rows: pl.DataFrame, first: pl.Expr, last: pl.Expr) -> pl.DataFrame:
    """*rows* once for each of their days, from *first* to *last*, as the column `day`."""
    days = rows.with_columns(pl.date_ranges(first, last).alias("day"))
    return days.explode("day").drop_nulls("day")
