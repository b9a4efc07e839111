"""The unit of a printed rate is told by the counts of its file."""

from pathlib import Path

import pytest

from tests.plugins_ads.reads import read, written


@pytest.mark.parametrize(("ctr", "odd"), [("0.02", False), ("2.00", False), ("0.7", True)])
def test_fractions_and_percents_are_told_apart(tmp_path: Path, ctr: str, odd: bool) -> None:
    rows = [f"2026-05-{n:02},77,100,10000,200,{ctr}" for n in range(1, 9)]
    text = "\n".join(["stat_time_day,campaign_id,spend,impressions,clicks,ctr", *rows])
    reading = read(written(tmp_path, "r.csv", text.encode()))
    assert any(note.code == "identity-disagrees" for note in reading.notes) is odd
