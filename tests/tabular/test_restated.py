"""The same id and day twice with other numbers is one row that was corrected, not two parts."""

import random
from pathlib import Path

import pytest

from tests.plugins_ads.reads import read, written

HEADER = "stat_time_day,ad_id,ad_name,spend,impressions,clicks"
OLD = "2026-07-0{},1840000000000021,A,100,9000,90"
NEW = "2026-07-0{},1840000000000021,A,300,9500,100"


def _spend(tmp_path: Path, header: str, rows: list[str]) -> tuple[float, dict[str, int], set[str]]:
    reading = read(written(tmp_path, "ads.csv", "\n".join([header, *rows]).encode()))
    (table,) = reading.tables
    codes = {note.code for note in reading.notes}
    return float(table.frame["spend"].sum()), dict(reading.left_out), codes


@pytest.mark.parametrize("seed", range(4))
def test_the_larger_row_holds_whole_in_any_order(tmp_path: Path, seed: int) -> None:
    rows = [row.format(day) for day in range(1, 6) for row in (OLD, NEW)]
    random.Random(seed).shuffle(rows)
    spend, left_out, codes = _spend(tmp_path, HEADER, rows)
    assert (spend, left_out) == (1500, {"restated row": 5})
    assert "restated" in codes


@pytest.mark.parametrize(
    ("name", "early", "late"),
    [
        ("_fivetran_synced", "2026-08-01 10:00:00", "2026-08-02 09:00:00"),
        ("extracted_at", "999999999", "1790000000"),
        ("last updated", "2026-08-01", "2026-08-03"),
    ],
)
def test_the_row_that_was_loaded_last_holds(
    tmp_path: Path, name: str, early: str, late: str
) -> None:
    rows = [f"{NEW.format(1)},{early}", f"{OLD.format(1)},{late}"]
    spend, left_out, _ = _spend(tmp_path, f"{HEADER},{name}", rows)
    assert (spend, left_out) == (100, {"restated row": 1})


@pytest.mark.parametrize("part", ["placement", "hour", "Zzyzx"])
def test_rows_that_differ_in_anything_but_counts_are_parts(tmp_path: Path, part: str) -> None:
    rows = [f"{OLD.format(1)},10", f"{NEW.format(1)},11"]
    spend, left_out, codes = _spend(tmp_path, f"{HEADER},{part}", rows)
    assert (spend, left_out) == (400, {})
    assert "restated" not in codes


def test_an_unknown_count_tells_no_parts_apart(tmp_path: Path) -> None:
    rows = [f"{OLD.format(1)},1000.5", f"{NEW.format(1)},1100.25"]
    spend, _, codes = _spend(tmp_path, f"{HEADER},Zzyzx", rows)
    assert spend == 300
    assert "restated" in codes
