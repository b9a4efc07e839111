"""What happens to a file before it is read, as changes of its cells that change no number.

A change gives the files as they usually are and as they are changed, or None where it says nothing
about a form. What is read of both and combined must be the same.
"""

import csv
import io
import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import chain

import attrs

from advisor.model import Grain
from advisor.tabular.kind import CellType, ColumnSpec, Role
from tests.plugins_shop.samples import Records, as_csv
from tests.shapes._xlsx import workbook
from tests.shapes.forms import Form

Files = Mapping[str, bytes]
Columns = Mapping[int, ColumnSpec]  # by place


@attrs.frozen(eq=False)
class Pair:
    """The files as they *usual*ly are, and changed. *distinct*: counts of different orders, which
    a row without an id can't be told to be."""

    usual: Files
    other: Files
    by_key: bool = True  # whether each subject is the same, or all of them together
    longer: bool = False  # whether the changed files name longer spans than days
    distinct: frozenset[str] = frozenset()


Change = Callable[[Form, Columns], Pair | None]
# A nameless first column and merged cells of groups cannot be found elsewhere.
PLACED = {
    "shop-analytics-daily",
    "store-page-daily",
    "product-list",
    "product-traffic-list",
    "product-traffic-total",
}
# Rows of channels are told apart by known names.
WITHOUT_DASHES = {"product-traffic-list"}
# Each of their rows is something that happened, with the time of it.
ROWS_ARE_EVENTS = {"orders", "returns", "affiliate-orders", "income", "profit-and-loss"}
# A day's number of followers is told from the days around it, and none is zero at night.
_STATES = {"studio-follower-history", "studio-follower-activity"}
_COUNTED = (CellType.NUMBER, CellType.MONEY, CellType.RATE, CellType.DURATION)
_ORDERS = frozenset({"settled_orders", "unsettled_orders", "refunded_orders", "orders"})


def _is_counted(spec: ColumnSpec | None) -> bool:
    return spec is not None and spec.type in _COUNTED and spec.role in (None, Role.CHECK)


def _file(form: Form, rows: Records | None = None) -> Files:
    return {f"export{form.suffix}": form.write(rows)}


def _day(columns: Columns) -> int | None:
    return next((at for at, spec in columns.items() if spec.role is Role.DAY), None)


def _calendar(form: Form, columns: Columns) -> int | None:
    """The column of days, where it is no part of a name: a LIVE is known by when it began."""
    at = _day(columns)
    keys = [form.spec.columns[name] for subject in form.spec.subject for name in subject.key]
    return None if at is None or columns[at] in keys or form.kind in _STATES else at


def _is_day(row: list[str], at: int) -> bool:
    try:
        date.fromisoformat(row[at][:10])
    except (ValueError, IndexError):
        return False
    return True


def rows_shuffled(form: Form, _columns: Columns) -> Pair:
    """The same rows in another order."""
    mixed = [*form.data]
    random.Random(7).shuffle(mixed)
    return Pair(_file(form), _file(form, [*form.described, *mixed]))


def columns_shuffled(form: Form, _columns: Columns) -> Pair | None:
    """The same columns in another order."""
    if form.kind in PLACED:
        return None
    order = list(range(len(form.header)))
    random.Random(7).shuffle(order)

    def moved(row: list[str]) -> list[str]:
        filled = [*row, *[""] * (len(order) - len(row))]
        return [filled[at] for at in order]

    head = [*form.head[:-1], moved(form.header)]
    rows = [moved(row) for row in form.rows]
    return Pair(_file(form), _file(attrs.evolve(form, head=head, rows=rows)))


def column_added(form: Form, _columns: Columns) -> Pair:
    """Two columns that nobody knows, one with amounts."""
    head = [*form.head[:-1], [*form.header, "Zzyzx", "Qwerty"]]
    rows = [[*row, str(1000 + at), "moon"] for at, row in enumerate(form.rows)]
    return Pair(_file(form), _file(attrs.evolve(form, head=head, rows=rows)))


def split_by_days(form: Form, columns: Columns) -> Pair | None:
    """One file of the first days, one of the others; without a totals row of both."""
    told = (Role.DAY, Role.TO, Role.FROM) if form.spec.grain is Grain.DAY else (Role.DAY,)
    at = next((n for role in told for n, spec in columns.items() if spec.role is role), None)
    rows = [] if at is None or form.kind in _STATES else [r for r in form.data if len(r) > at]
    rows = [row for row in rows if at is not None and any(map(str.isdigit, row[at]))]
    days = sorted({row[at] for row in rows if at is not None})
    if at is None or len(days) < 2:
        return None
    early = set(days[: len(days) // 2])
    parts = ([r for r in rows if r[at] in early], [r for r in rows if r[at] not in early])
    other = {f"part {n}{form.suffix}": form.write(part) for n, part in enumerate(parts)}
    return Pair(_file(form, rows), other, distinct=_ORDERS)


def put_together(form: Form, _columns: Columns) -> Pair | None:
    """Two files one below the other, each with its header and what stands above."""
    if form.xlsx:
        return None
    half = len(form.data) // 2 or 1
    joined = as_csv([*form.head, *form.data[:half], *form.head, *form.data[half:]])
    return Pair(_file(form, form.data), {"export.csv": joined})


def put_together_by_days(form: Form, columns: Columns) -> Pair | None:
    """Files of some days each, one below the other."""
    pair = None if form.xlsx else split_by_days(form, columns)
    return pair and Pair(pair.usual, {"export.csv": b"".join(pair.other.values())})


def put_together_with_a_blank_line(form: Form, columns: Columns) -> Pair | None:
    """Two files one below the other, with a blank line between them."""
    pair = put_together(form, columns)
    half = len(form.data) // 2 or 1
    first = as_csv([*form.head, *form.data[:half]])
    return pair and Pair(pair.usual, {"export.csv": first + b"\n" + form.write(form.data[half:])})


def rows_end_in_cr(form: Form, _columns: Columns) -> Pair | None:
    """As old spreadsheets on a Mac save it."""
    if form.xlsx:
        return None
    data = form.write().replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    return Pair(_file(form), {"export.csv": data})


def rows_end_in_cr_and_one_lf(form: Form, columns: Columns) -> Pair | None:
    """The same with an LF at the end, as some tools append one."""
    pair = rows_end_in_cr(form, columns)
    return pair and Pair(
        pair.usual, {name: data.rstrip(b"\r") + b"\n" for name, data in pair.other.items()}
    )


def downloaded_twice(form: Form, _columns: Columns) -> Pair:
    """The same download with another name."""
    copy = {f"export (1){form.suffix}": form.write()}
    return Pair(_file(form), {**_file(form), **copy})


def downloaded_in_another_order(form: Form, columns: Columns) -> Pair:
    """The same rows again in another order: the file is another, its numbers are not."""
    (again,) = rows_shuffled(form, columns).other.values()
    return Pair(_file(form), {**_file(form), f"export (1){form.suffix}": again})


def by_hour(form: Form, columns: Columns) -> Pair | None:
    """Every day as two hours, in one of which nothing happened."""
    at = _calendar(form, columns)
    if at is None or form.kind in ROWS_ARE_EVENTS:
        return None
    rows: Records = []
    for row in form.rows:
        if not _is_day(row, at):
            rows.append(row)
            continue
        quiet = ["0" if _is_counted(columns.get(n)) else cell for n, cell in enumerate(row)]
        for hour, hourly in ((9, row), (21, quiet)):
            rows.append([*hourly[:at], f"{row[at][:10]} {hour:02}:00:00", *hourly[at + 1 :]])
    return None if len(rows) == len(form.rows) else Pair(_file(form), _file(form, rows))


def _spanned(
    form: Form, columns: Columns, begin: Callable[[date], date], spell: Callable[[date], str]
) -> Pair | None:
    """One day of each span and subject, as it is and as the span that it lies in."""
    at = _calendar(form, columns)
    seen: set[tuple[object, ...]] = set()
    rows, spans = [], []
    for row in form.rows if at is not None else ():
        if at is None or not _is_day(row, at):
            continue
        first = begin(date.fromisoformat(row[at][:10]))
        labels = (c for n, c in enumerate(row) if n != at and not _is_counted(columns.get(n)))
        mark = (first, *labels)
        if mark not in seen:
            seen.add(mark)
            rows.append(row)
            spans.append([*row[:at], spell(first), *row[at + 1 :]])
    return Pair(_file(form, rows), _file(form, spans), longer=True) if rows else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def by_week(form: Form, columns: Columns) -> Pair | None:
    """Weeks as their first and last day."""
    return _spanned(form, columns, _monday, lambda d: f"{d} ~ {d + timedelta(days=6)}")


def by_numbered_week(form: Form, columns: Columns) -> Pair | None:
    """Weeks as 2026-W38."""
    return _spanned(form, columns, _monday, lambda d: f"{d:%G}-W{d:%V}")


def by_month(form: Form, columns: Columns) -> Pair | None:
    """Months as 2026-09."""
    return _spanned(form, columns, lambda d: d.replace(day=1), lambda d: f"{d:%Y-%m}")


def by_quarter(form: Form, columns: Columns) -> Pair | None:
    """Quarters as 2026-Q3."""

    def begin(day: date) -> date:
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)

    return _spanned(form, columns, begin, lambda d: f"{d:%Y}-Q{d.month // 3 + 1}")


def row_without_keys(form: Form, columns: Columns) -> Pair | None:
    """One row more whose names and ids are dashes: what it counts is real."""
    spec = form.spec
    keys = {name for subject in spec.subject for name in subject.key}
    called = {
        name
        for subject in spec.subject
        for name in (*filter(None, [subject.name]), *chain(*subject.parents.values()))
    }
    known = {at for at, column in columns.items() if any(spec.columns[k] is column for k in keys)}
    names = {at for at, column in columns.items() if any(spec.columns[c] is column for c in called)}
    dated = any(columns[at].role is Role.DAY for at in known)
    if not known or dated or form.kind in WITHOUT_DASHES:
        return None
    row = [*form.data[-2 if form.totalled else -1]]
    for at, column in columns.items():  # a row that is the sum of no others
        if column.count and column.type in (CellType.NUMBER, CellType.MONEY) and row[at].isdigit():
            row[at] = str(int(row[at]) + 3)
    named = [_renamed(cell) if at in known else cell for at, cell in enumerate(row)]
    dashed = ["-" if at in known | names else cell for at, cell in enumerate(row)]
    usual, other = ([*form.described, added, *form.data] for added in (named, dashed))
    return Pair(_file(form, usual), _file(form, other), by_key=False, distinct=_ORDERS)


def _renamed(cell: str) -> str:
    return f"99{cell[2:]}" if cell.strip().isdigit() else f"{cell} too"


def _delimited(form: Form, delimiter: str, encoding: str, name: str) -> Pair | None:
    if form.xlsx:
        return None
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([*form.head, *form.rows])
    return Pair(_file(form), {name: out.getvalue().encode(encoding)})


def as_semicolons(form: Form, _columns: Columns) -> Pair | None:
    """As a spreadsheet saves it in most of Europe."""
    return _delimited(form, ";", "utf-8-sig", "export.csv")


def as_unicode_text(form: Form, _columns: Columns) -> Pair | None:
    """As a spreadsheet saves "Unicode text"."""
    return _delimited(form, "\t", "utf-16", "export.txt")


def as_workbook_of_texts(form: Form, _columns: Columns) -> Pair | None:
    """A workbook in which every cell is a text."""
    if form.xlsx or form.era == "pasted":
        return None
    return Pair(_file(form), {"export.xlsx": workbook([*form.head, *form.rows], all_text=True)})


def cells_in_spaces(form: Form, _columns: Columns) -> Pair | None:
    """Cells with blanks around them."""
    if form.xlsx or form.era == "pasted":
        return None
    rows = [[f" {cell} " if cell else cell for cell in row] for row in form.rows]
    head = [*form.head[:-1], [f"{cell} " if cell else cell for cell in form.header]]
    return Pair(_file(form), _file(attrs.evolve(form, head=head, rows=rows)))


CHANGES: tuple[Change, ...] = (
    rows_shuffled,
    columns_shuffled,
    column_added,
    split_by_days,
    put_together,
    put_together_by_days,
    put_together_with_a_blank_line,
    rows_end_in_cr,
    rows_end_in_cr_and_one_lf,
    downloaded_twice,
    downloaded_in_another_order,
    by_hour,
    by_week,
    by_numbered_week,
    by_month,
    by_quarter,
    row_without_keys,
    as_semicolons,
    as_unicode_text,
    as_workbook_of_texts,
    cells_in_spaces,
)
