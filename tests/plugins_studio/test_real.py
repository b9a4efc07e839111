"""TikTok Studio's downloads of a real account, against what the csv module makes of them."""

from datetime import date
from itertools import pairwise

import pytest

from advisor.model.reading import Grain, Period
from tests.plugins_shop.reads import EXPORTS, Cells, read, sums, table_of

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")

CASES = (
    ("tiktok_studio_content.csv", "studio-content", "video", Grain.LIFETIME, 0),
    ("tiktok_studio_follower_gender.csv", "studio-follower-gender", "segment", Grain.LIFETIME, 0),
    ("tiktok_studio_follower_history.csv", "studio-follower-history", "account", Grain.DAY, 0),
    (
        "tiktok_studio_follower_top_territories.csv",
        "studio-follower-territories",
        "territory",
        Grain.LIFETIME,
        1,
    ),
    ("tiktok_studio_viewers.csv", "studio-viewers", "account", Grain.DAY, 1),
)


@pytest.mark.parametrize(("file", "kind", "subject", "grain", "left_out"), CASES)
def test_a_file_is_understood_and_every_row_accounted_for(
    file: str, kind: str, subject: str, grain: Grain, left_out: int
) -> None:
    reading = read(EXPORTS / file)
    assert reading.kind == kind
    assert table_of(reading, subject).grain is grain
    assert sum(reading.left_out.values()) == left_out
    assert reading.rows + left_out == len(Cells(EXPORTS / file).body)
    assert [column.header for column in reading.columns if not column.means] == []


@pytest.mark.parametrize(
    ("file", "subject", "counts"),
    [
        (
            "tiktok_studio_content.csv",
            "video",
            {
                "likes": "Total likes",
                "comments": "Total comments",
                "shares": "Total shares",
                "views": "Total views",
            },
        ),
        ("tiktok_studio_follower_history.csv", "account", {"followers": "Followers"}),
        (
            "tiktok_studio_viewers.csv",
            "account",
            {
                "viewers": "Total Viewers",
                "new_viewers": "New Viewers",
                "returning_viewers": "Returning Viewers",
            },
        ),
        ("tiktok_studio_follower_gender.csv", "segment", {"audience_share": "Distribution"}),
    ],
)
def test_the_sums_are_those_of_the_csv_module(
    file: str, subject: str, counts: dict[str, str]
) -> None:
    cells = Cells(EXPORTS / file)
    got = sums(table_of(read(EXPORTS / file), subject))
    expected = {count: cells.total(header) for count, header in counts.items()}
    assert {count: got[count] for count in expected} == pytest.approx(expected)


def test_the_printed_difference_is_the_next_rows_and_ours_is_the_days_own() -> None:
    path = EXPORTS / "tiktok_studio_follower_history.csv"
    cells = Cells(path)
    followers = [value or 0 for value in cells.column("Followers")]
    printed = cells.column("Difference in followers from previous day")
    steps = [after - before for before, after in pairwise(followers)]
    days = [record[0] for record in cells.body]
    gap = days.index("March 26") - 1  # the file jumps over ten weeks here
    assert printed[:gap] == steps[:gap]
    assert printed[gap + 1 : -1] == steps[gap + 1 :]
    changes = table_of(read(path), "account").frame["follower_change"].to_list()
    assert changes[0] is None
    assert changes[gap + 1] is None
    assert changes[1 : gap + 1] == steps[:gap]
    assert changes[gap + 2 :] == steps[gap + 1 :]


def test_dates_without_a_year_run_up_to_the_day_of_the_run() -> None:
    history = read(EXPORTS / "tiktok_studio_follower_history.csv")
    assert history.period == Period(date(2025, 12, 21), date(2026, 5, 14))


def test_others_is_no_territory() -> None:
    path = EXPORTS / "tiktok_studio_follower_top_territories.csv"
    reading = read(path)
    table = table_of(reading, "territory")
    others = next(r for r in Cells(path).body if r[0] == "Others")
    assert "Others" not in table.frame["key"].to_list()
    assert sums(table)["audience_share"] == pytest.approx(1 - float(others[1]))
    assert reading.left_out == {"more than one country": 1}


def test_a_video_is_named_by_the_id_in_its_link() -> None:
    path = EXPORTS / "tiktok_studio_content.csv"
    ids = [record[2].rsplit("/", 1)[1] for record in Cells(path).body]
    frame = table_of(read(path), "video").frame
    assert frame["key"].to_list() == ids
    assert frame["to"].unique().to_list() == [date(2026, 5, 16)]
