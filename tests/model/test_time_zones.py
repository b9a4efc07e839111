"""Time zones by their names."""

from datetime import datetime

import polars as pl
import pytest

from advisor.model import is_time_zone, time_zone_named
from advisor.model.time_zones import time_zones


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Asia/Bangkok", "Asia/Bangkok"),
        (" UTC+7 ", "Etc/GMT-7"),
        ("(GMT-08:00) Pacific Time", "Etc/GMT+8"),
        ("UTC+25", None),
        ("UTC-13", None),
        ("UTC+5:30", None),
        ("Factory", None),
    ],
)
def test_a_time_zone_is_known_by_name_or_whole_hours(text: str, name: str | None) -> None:
    assert time_zone_named(text) == name
    assert name is None or is_time_zone(name)


def test_each_known_time_zone_has_a_clock() -> None:
    day = pl.Series([datetime(2026, 1, 1)])
    for name in time_zones():
        assert day.dt.replace_time_zone(name, non_existent="null").len() == 1
