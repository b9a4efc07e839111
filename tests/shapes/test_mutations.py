"""The same numbers in another form are the same numbers: every kind of table, changed and read."""

import random
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from advisor.ingest.gathering import gather
from advisor.model import Reading
from advisor.plugin import ReadContext, load_plugins
from tests.plugins_shop.samples import Records, as_csv
from tests.plugins_shop.test_invariants import TABLES, Table

PROVIDERS = load_plugins().providers()
CONTEXT = ReadContext(today=date(2026, 11, 22))
NO_NAMES = ("", "-")

Change = Callable[[Records, Records], bytes]  # head (with the header) and rows


def _csv(head: Records, rows: Records) -> bytes:
    return as_csv([*head, *rows])


def _shuffled(head: Records, rows: Records) -> bytes:
    mixed = [*rows]
    random.Random(7).shuffle(mixed)
    return _csv(head, mixed)


def _columns_turned(head: Records, rows: Records) -> bytes:
    width = len(head[-1])
    *above, header = head

    def turned(row: list[str]) -> list[str]:
        return [*row, *[""] * (width - len(row))][:width][::-1]

    return _csv([*above, turned(header)], [turned(row) for row in rows])


def _one_column_more(head: Records, rows: Records) -> bytes:
    *above, header = head
    return _csv([*above, [*header, "Zzyzx"]], [[*row, "7"] for row in rows])


def _cr(head: Records, rows: Records) -> bytes:
    return _csv(head, rows).replace(b"\r\n", b"\n").replace(b"\n", b"\r")


def _cr_and_one_lf(head: Records, rows: Records) -> bytes:
    return _cr(head, rows).rstrip(b"\r") + b"\n"


def _joined(head: Records, rows: Records) -> bytes:
    half = len(rows) // 2 or 1
    return _csv(head, rows[:half]) + _csv(head, rows[half:])


def _joined_with_a_blank_line(head: Records, rows: Records) -> bytes:
    half = len(rows) // 2 or 1
    return _csv(head, rows[:half]) + b"\n" + _csv(head, rows[half:])


CHANGES: tuple[Change, ...] = (
    _shuffled,
    _columns_turned,
    _one_column_more,
    _cr,
    _cr_and_one_lf,
    _joined,
    _joined_with_a_blank_line,
)
# A nameless first column and merged cells of groups cannot be found elsewhere.
PLACED = {
    "shop-analytics-daily",
    "store-page-daily",
    "product-list",
    "product-traffic-list",
    "product-traffic-total",
}


def _read(folder: Path, *files: bytes) -> list[Reading]:
    folder.mkdir()
    for at, data in enumerate(files):
        (folder / f"export_{at}.csv").write_bytes(data)
    return list(gather([folder], PROVIDERS, CONTEXT).readings)


def _sums(readings: list[Reading]) -> Mapping[tuple[str, str], object]:
    found: dict[tuple[str, str], float] = {}
    for reading in readings:
        for table in reading.tables:
            for count in table.counts:
                place = (table.subject, count)
                found[place] = found.get(place, 0.0) + float(table.frame[count].sum())
    return {place: pytest.approx(value, rel=1e-9) for place, value in found.items()}


def _parts(table: Table) -> tuple[Records, Records]:
    return list(table.rows[: table.header + 1]), list(table.rows[table.header + 1 :])


@pytest.mark.parametrize("table", TABLES, ids=str)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_in_another_form_gives_the_same_counts(
    table: Table, change: Change, tmp_path: Path
) -> None:
    if change is _columns_turned and table.kind in PLACED:
        pytest.skip("a column without a name")
    head, rows = _parts(table)
    usual = _read(tmp_path / "usual", _csv(head, rows))
    other = _read(tmp_path / "other", change(head, rows))
    assert [one.kind for one in other] == [one.kind for one in usual]
    assert _sums(other) == dict(_sums(usual))
    assert [one.period for one in other] == [one.period for one in usual]


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_read_and_left_out_are_all_rows_of_files_put_together(table: Table, tmp_path: Path) -> None:
    head, rows = _parts(table)
    twice = [*rows, *head, *rows]
    (reading,) = _read(tmp_path / "twice", _csv(head, twice))
    assert reading.rows + sum(reading.left_out.values()) == len(twice)
