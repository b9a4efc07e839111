"""Repeat customers over several files of orders: as many as one file would tell."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from advisor.ingest.gathering import gather
from advisor.model.reading import Reading
from advisor.plugin.hookspecs import ReadContext
from advisor_tiktok_shop.buyers import LOOK_BACK
from advisor_tiktok_shop.provider import providers
from tests.shapes import Row, orders

CONTEXT = ReadContext(today=date(2026, 12, 1))
FIRST = datetime(2026, 8, 1, 12)


def drawn(seed: int, days: int, buyers: int = 40) -> list[Row]:
    """A few orders on each of *days*, by buyers of whom many come back."""
    chance = random.Random(seed)
    return [
        {
            "order_id": f"5770000000{day:04d}{n:04d}",
            "sku_id": f"17290000000000{n:03d}",
            "created": FIRST + timedelta(days=day),
            "buyer": f"buyer {chance.randrange(buyers)}",
        }
        for day in range(days)
        for n in range(chance.randrange(1, 5))
    ]


def between(rows: Sequence[Row], first: int, last: int) -> list[Row]:
    """The rows of the days *first* to *last*, both included."""

    def number(row: Row) -> int:
        created = row["created"]
        assert isinstance(created, datetime)
        return (created - FIRST).days

    return [row for row in rows if first <= number(row) <= last]


def read(folder: Path, *files: Sequence[Row]) -> tuple[Reading, ...]:
    folder.mkdir()
    for number, rows in enumerate(files):
        (folder / f"orders {number}.csv").write_bytes(orders.orders(rows))
    return gather([folder], providers(), CONTEXT).readings


def repeats(readings: Sequence[Reading]) -> dict[date, float | None]:
    return {
        day: count
        for reading in readings
        for table in reading.tables
        if "repeat_customers" in table.frame.columns
        for day, count in table.frame.select("from", "repeat_customers").iter_rows()
    }


@pytest.mark.parametrize("seed", range(4))
def test_files_of_months_tell_what_one_file_of_all_tells(seed: int, tmp_path: Path) -> None:
    rows = drawn(seed, 90)
    months = [between(rows, 0, 30), between(rows, 31, 60), between(rows, 61, 89)]
    whole = repeats(read(tmp_path / "one", rows))

    assert repeats(read(tmp_path / "months", *months)) == whole
    assert repeats(read(tmp_path / "backwards", *reversed(months))) == whole
    assert sum(count is not None for count in whole.values()) > 40
    assert any(count for count in whole.values())


def test_one_month_alone_knows_only_its_last_days(tmp_path: Path) -> None:
    rows = drawn(1, 90)

    alone = repeats(read(tmp_path / "one", between(rows, 31, 60)))

    assert sum(count is not None for count in alone.values()) == 30 - LOOK_BACK


def test_after_a_gap_nobody_knows_again_who_had_bought(tmp_path: Path) -> None:
    rows = drawn(2, 90)

    found = repeats(read(tmp_path / "gap", between(rows, 0, 30), between(rows, 45, 89)))

    unknown = [day for day, count in found.items() if count is None]
    start = (FIRST + timedelta(days=45)).date()
    assert [day for day in unknown if day >= start] == [
        start + timedelta(days=n) for n in range(LOOK_BACK)
    ]


def test_days_in_two_files_count_a_visit_once(tmp_path: Path) -> None:
    rows = drawn(3, 80)
    overlapping = (between(rows, 0, 45), between(rows, 30, 79))

    assert repeats(read(tmp_path / "two", *overlapping)) == repeats(read(tmp_path / "one", rows))


def test_what_one_shop_sold_is_forgotten_before_the_next(tmp_path: Path) -> None:
    rows = drawn(4, 60)
    asked = providers()
    for number, part in enumerate((between(rows, 0, 29), between(rows, 30, 59))):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "orders.csv").write_bytes(orders.orders(part))

    both = [gather([tmp_path / str(n)], asked, CONTEXT).readings for n in range(2)]

    alone = read(tmp_path / "alone", between(rows, 30, 59))
    assert repeats(both[1]) == repeats(alone)
    assert not any(vars(provider).get("_visits") for provider in asked)


def test_the_note_speaks_of_all_files(tmp_path: Path) -> None:
    rows = drawn(5, 60)

    found = read(tmp_path / "two", between(rows, 0, 29), between(rows, 30, 59))

    notes = [note.text for r in found for note in r.notes if note.code == "repeat-customers"]
    assert notes[-1].endswith(f"only after the first {LOOK_BACK} days of orders")
    assert len(notes) == 2
