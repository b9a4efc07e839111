"""Old data are said to be old, first, and by their age the plan has dates or none."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.runs import document

LAST = date(2026, 3, 29)
HEAD = "Ad name,Date,Cost,Impressions,Clicks (destination),Currency\n"


def shop(folder: Path) -> Path:
    """An account of one ad that few people click, on the 28 days that end on LAST."""
    days = (LAST - timedelta(days=back) for back in range(28))
    rows = "".join(f"Serum,{day},40,20000,60,USD\n" for day in days)
    (folder / "Ads.csv").write_text(HEAD + rows)
    (folder / "advisor.toml").write_text('[shop]\nsize = "small"\ncurrency = "USD"\n')
    return folder


@pytest.mark.parametrize(("age", "stale"), [(7, False), (8, True)])
def test_data_of_a_week_are_fresh(tmp_path: Path, age: int, stale: bool) -> None:
    made = document(str(shop(tmp_path)), today=LAST + timedelta(days=age))

    assert made.period.age == age
    assert bool(made.period.stale) is stale
    assert {action.start is not None for action in made.plan} == {True}


def test_beyond_five_weeks_there_are_no_dates(tmp_path: Path) -> None:
    made = document(str(shop(tmp_path)), today=LAST + timedelta(days=36))

    assert "36 days old" in made.period.stale
    assert "no dates" in made.period.stale
    assert {action.start for action in made.plan} == {None}


def test_a_period_that_was_asked_for_is_not_called_old(tmp_path: Path) -> None:
    made = document(str(shop(tmp_path)), today=LAST + timedelta(days=300), month="2026-03")

    assert (made.period.age, made.period.stale) == (None, "")
