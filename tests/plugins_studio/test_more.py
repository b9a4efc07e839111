"""TikTok Studio in more shapes: activity by hour, workbooks of texts, days in other languages."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from advisor.model.reading import Grain
from tests.plugins_shop.reads import read, sums, table_of, written
from tests.shapes import Form, Row, studio

HOURS: tuple[Row, ...] = tuple(
    {"date": date(2026, 10, day), "hour": hour, "active_followers": 40 + hour}
    for day in (13, 14)
    for hour in range(24)
)
DAYS: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 10, day),
        "views": 900,
        "profile_views": 40,
        "likes": 50,
        "viewers": 500,
        "new_viewers": 400,
        "returning_viewers": 100,
        "followers": 1000 + day,
    }
    for day in (13, 14, 15)
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_active_followers_are_broken_down_by_hour(form: Form, tmp_path: Path) -> None:
    data = studio.follower_activity(HOURS, form=form)
    reading = read(written(tmp_path, f"FollowerActivity.{form}", data))
    table = table_of(reading, "account")
    assert (reading.kind, table.grain) == ("studio-follower-activity", Grain.DAY)
    assert set(table.frame["by.hour"]) == {str(hour) for hour in range(24)}
    assert sums(table) == {"active_followers": 2 * sum(40 + hour for hour in range(24))}
    assert reading.rows == len(HOURS)


WRITERS: dict[str, Callable[[Form], bytes]] = {
    "studio-overview": lambda form: studio.overview(DAYS, form=form),
    "studio-viewers": lambda form: studio.viewers(DAYS, form=form),
    "studio-follower-history": lambda form: studio.follower_history(DAYS, form=form),
    "studio-follower-gender": lambda form: studio.follower_gender({"Female": 0.6}, form=form),
    "studio-follower-territories": lambda form: studio.follower_territories({"US": 0.6}, form=form),
}


@pytest.mark.parametrize(("kind", "write"), WRITERS.items(), ids=WRITERS.keys())
def test_a_workbook_of_texts_gives_what_its_csv_gives(
    kind: str, write: Callable[[Form], bytes], tmp_path: Path
) -> None:
    text = read(written(tmp_path, "file.csv", write("csv")))
    book = read(written(tmp_path, "file.xlsx", write("xlsx")))
    assert text.kind == book.kind == kind
    assert [sums(table) for table in text.tables] == [sums(table) for table in book.tables]
    assert text.period == book.period


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("October 13", "October 14"),
        ("13 de octubre", "14 de octubre"),
        ("13 Oktober", "14 Oktober"),
        ("13 tháng Mười", "14 tháng Mười"),
        ("13 de outubro", "14 de outubro"),
        ("13 ตุลาคม", "14 ตุลาคม"),
        ("13 Οκτωβρίου", "14 Οκτωβρίου"),
    ],
)
def test_days_are_read_in_the_language_of_the_phone(first: str, last: str, tmp_path: Path) -> None:
    data = f'"Date","Video Views","Profile Views"\n"{first}","5","1"\n"{last}","7","2"'
    reading = read(written(tmp_path, "Overview.csv", data.encode()))
    assert table_of(reading, "account").frame["from"].to_list() == [
        date(2026, 10, 13),
        date(2026, 10, 14),
    ]
