"""What the platform judges a shop by, how often it posts, and what its shelf sells: in columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import Counts, Derived, MetricsContext, derive
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor.model.vocabulary import CountUnit
from advisor_tiktok_shop import advisor_metrics
from advisor_tiktok_shop.ahead import AHEAD, ahead
from advisor_tiktok_shop.cadence import cadence
from advisor_tiktok_shop.duties import duties
from advisor_tiktok_shop.milestones import appeals_due, health_room, scales
from advisor_tiktok_shop.posts import posts_by_day
from advisor_tiktok_shop.shelf import shelf
from advisor_tiktok_shop.standing import gmv_driver
from advisor_tiktok_shop.words import vocabulary
from tests.blocks import block, derived_of
from tests.plugins_shop.reads import read, written

TODAY = date(2026, 11, 2)
WINDOW = Period(date(2026, 10, 4), date(2026, 10, 31))
Row = tuple[str, date, Mapping[str, float | None]]


def reading(subject: str, rows: Sequence[Row], *, period: Period | None = None) -> Reading:
    """Days of *subject*: key, day and counts."""
    frame = pl.DataFrame(
        [
            {"key": key, "name": key, "from": day, "to": day, "currency": None, **counts, "_row": n}
            for n, (key, day, counts) in enumerate(rows, start=2)
        ],
        infer_schema_length=None,
    )
    file = File(Path(subject), subject, 0, subject)
    tables = (Table(subject, f"{subject}-t", Grain.DAY, frame),)
    return Reading(file, "test", subject, subject, tables, len(rows), period=period)


def values(found: Iterable[Derived], key: str | None = None) -> dict[str, float]:
    """Every metric of the one subject that was told, or of *key*."""
    told: dict[str, float] = {}
    for derived in found:
        for row in derived.frame.to_dicts():
            if key is None or row["key"] == key:
                told |= {n: v for n, v in row.items() if n not in ("shop", "key") and v is not None}
    return told


def run(
    frames_of: Callable[[Counts, MetricsContext], Iterable[tuple[str, pl.LazyFrame]]],
    *readings: Reading,
    today: date = TODAY,
    window: Period | None = None,
    region: str | None = None,
) -> tuple[Derived, ...]:
    given = block(*readings, today=today, window=window, region=region)
    return derive(frames_of(given.counts, given.context))


def from_text(tmp_path: Path, name: str, *lines: str) -> Reading:
    return read(written(tmp_path, name, ("\n".join(lines) + "\n").encode()))


def rates(tmp_path: Path, *lines: str) -> Reading:
    return from_text(tmp_path, "service-rates.csv", "date,measure,cases,missed,note", *lines)


def test_a_rate_is_that_of_the_newest_reading_with_its_orders(tmp_path: Path) -> None:
    told = values(
        derive(
            duties(
                block(
                    rates(
                        tmp_path,
                        "2026-10-20,late-dispatch,80,2,",
                        "2026-10-30,late-dispatch,100,3,",
                        "2026-10-30,invalid-tracking,50,1,",
                    )
                ).counts,
                TODAY,
            )
        )
    )

    assert told["late_dispatch"] == told["late_dispatch.lo"] == told["late_dispatch.hi"] == 0.03
    assert told["late_dispatch.n"] == 100
    assert told["late_dispatch_enforced"] == 0.03
    assert told["valid_tracking"] == pytest.approx(0.98)
    assert "late_dispatch_ahead" not in told  # two readings lead nowhere


def test_three_readings_lead_four_weeks_ahead(tmp_path: Path) -> None:
    lines = [
        f"2026-10-{day},late-dispatch,100,{late}," for day, late in ((16, 1), (23, 2), (30, 3))
    ]
    told = values(derive(duties(block(rates(tmp_path, *lines)).counts, TODAY)))

    assert told["late_dispatch_ahead"] == pytest.approx(0.03 + 28 * 0.01 / 7)


@pytest.mark.parametrize(
    "lines",
    [
        ["2026-07-01,late-dispatch,100,3,"],  # older than eight weeks
        ["2026-10-30,late-dispatch,0,0,"],  # of no order there is no rate
        ["2026-11-30,late-dispatch,100,3,"],  # after the day of the run
        [],
    ],
)
def test_what_says_nothing_of_today_is_no_rate(tmp_path: Path, lines: list[str]) -> None:
    assert values(derive(duties(block(rates(tmp_path, *lines)).counts, TODAY))) == {}


def test_a_share_never_leaves_its_range(tmp_path: Path) -> None:
    lines = [f"2026-10-{day},seller-return,100,{n}," for day, n in ((10, 90), (20, 50), (30, 5))]
    told = values(derive(duties(block(rates(tmp_path, *lines)).counts, TODAY)))

    assert told["seller_return_ahead"] == 0


@given(st.floats(-5, 5), st.floats(-100, 100), st.integers(3, 12))
def test_a_straight_line_is_carried_on(slope: float, start: float, count: int) -> None:
    days = [TODAY - timedelta(days=4 * i) for i in range(count)]
    frame = pl.DataFrame(
        {
            "shop": "s",
            "from": days,
            "value": [start + slope * (day - days[-1]).days for day in days],
        }
    )
    found = ahead(frame.lazy(), TODAY).collect()["ahead"].to_list()

    if 4 * (count - 1) >= 7:
        assert found == pytest.approx([frame["value"][0] + AHEAD * slope], abs=1e-6)
    else:
        assert found == []


def health(*rows: tuple[int, str, float]) -> Reading:
    return reading(
        "shop", [("", date(2026, 10, day), {count: score}) for day, count, score in rows]
    )


@pytest.mark.parametrize(
    ("region", "count", "score", "room"),
    [
        ("US", "account_health_rating", 160.0, 10.0),
        ("US", "account_health_rating", 150.0, 50.0),
        ("GB", "account_health_rating", 230.0, 80.0),
        ("TH", "account_points", 9.0, 3.0),
        ("PH", "account_points", 12.0, 12.0),
        ("TH", "account_points", 48.0, 0.0),
    ],
)
def test_points_are_left_to_the_next_milestone_of_the_region(
    region: str, count: str, score: float, room: float
) -> None:
    told = values(run(health_room, health((30, count, score)), today=TODAY, region=region))

    assert told["health_room"] == room
    assert told["health_room_ahead"] == room  # one reading: nothing is known to change


def test_a_falling_rating_comes_to_the_milestone() -> None:
    falling = health((9, "account_health_rating", 190), (30, "account_health_rating", 170))
    told = values(run(health_room, falling, today=TODAY, region="US"))

    assert told["health_room"] == 20
    assert told["health_room_ahead"] == pytest.approx(20 - 28 * 20 / 21)


@pytest.mark.parametrize("region", [None, "MX"])
def test_a_region_without_milestones_has_no_room(region: str | None) -> None:
    assert (
        values(
            run(health_room, health((30, "account_health_rating", 160)), today=TODAY, region=region)
        )
        == {}
    )


def test_a_milestone_holds_from_its_day_on() -> None:
    early = date(2025, 10, 1)
    one = reading("shop", [("", early, {"account_health_rating": 160.0})])

    assert values(run(health_room, one, today=early, region="US")) == {}
    assert all(scale.source for scale in scales())


LISTED = "date,violation_id,type,subject_kind,subject_id,subject_name,status,points,deadline,note"


def test_appeals_that_end_within_a_week_are_counted(tmp_path: Path) -> None:
    listed = from_text(
        tmp_path,
        "violations.csv",
        LISTED,
        "2026-10-20,V1,Claim,shop,,,open,4,2026-11-05,",
        "2026-10-20,V2,Claim,shop,,,appealed,4,2026-11-09,",
        "2026-10-20,V3,Claim,shop,,,open,4,2026-11-10,",  # in eight days
        "2026-10-20,V4,Claim,shop,,,open,4,2026-11-01,",  # is over
        "2026-10-20,V5,Claim,shop,,,resolved,4,2026-11-05,",
        "2026-10-20,V6,Claim,shop,,,open,4,,",
    )
    due = derived_of(appeals_due(block(listed).counts, TODAY))

    assert due is not None
    assert values([due])["appeals_due"] == 1  # an appeal that runs needs no other


def test_an_empty_list_of_violations_has_no_appeal_and_no_list_says_nothing(tmp_path: Path) -> None:
    due = derived_of(
        appeals_due(block(from_text(tmp_path, "violations.csv", LISTED)).counts, TODAY)
    )

    assert due is not None
    assert values([due])["appeals_due"] == 0
    assert derived_of(appeals_due(block().counts, TODAY)) is None


def posted(days: Sequence[str], creators: Sequence[str] | None = None) -> Reading:
    """A list of videos as it is read, with the cell that says when each was posted."""
    columns: dict[str, object] = {
        "key": [f"v{i}" for i in range(len(days))],
        "name": [f"v{i}" for i in range(len(days))],
        "from": WINDOW.first,
        "to": WINDOW.last,
        "currency": None,
        "by.posted": list(days),
        "views": 10.0,
        "_row": list(range(len(days))),
    }
    if creators is not None:
        columns["parent.creator"] = list(creators)
    frame = pl.DataFrame(columns)
    file = File(Path("videos"), "videos", 0, "videos")
    tables = (Table("video", "shop-video", Grain.PERIOD, frame),)
    return Reading(file, "test", "video-list", "videos", tables, len(days), period=WINDOW)


def test_a_list_of_videos_says_how_many_were_posted_on_each_day() -> None:
    found = posts_by_day(
        posted(["2026/10/05 18:30", "2026-10-05", "2026-9-7 01:00", "05/10/2026", "--"], ["a"] * 5)
    )
    videos, shop, creators = found.tables

    assert "by.posted" not in videos.frame.columns
    assert videos.frame.height == 5
    assert shop.frame.select("from", "posts").rows() == [
        (date(2026, 10, 5), 2.0),
        (date(2026, 9, 7), 1.0),
    ]
    assert (creators.subject, set(creators.frame["key"])) == ("creator", {"a"})


def days(first: date, count: int, every: int = 1) -> list[date]:
    return [first + timedelta(days=i) for i in range(0, count, every)]


def test_videos_are_counted_by_the_week_of_the_days_that_lists_cover() -> None:
    posts = reading("shop", [("", day, {"posts": 1.0}) for day in days(WINDOW.first, 28, 7)])
    covered = Period(WINDOW.first, WINDOW.last)
    told = values(run(cadence, over(posts, covered), window=WINDOW))

    assert told["videos_a_week"] == 1
    assert told["videos_a_week.lo"] < 1 < told["videos_a_week.hi"]
    assert "posting_pace" not in told


def over(one: Reading, period: Period) -> Reading:
    return attrs.evolve(one, period=period)


def test_the_pace_is_that_against_the_window_before() -> None:
    first = WINDOW.first - timedelta(days=28)
    rows: list[Row] = [("", day, {"posts": 2.0}) for day in days(first, 28)]
    rows += [("", day, {"posts": 1.0}) for day in days(WINDOW.first, 28)]
    told = values(
        run(cadence, reading("shop", rows, period=Period(first, WINDOW.last)), window=WINDOW)
    )

    assert told["posting_pace"] == pytest.approx(0.5)


def test_a_list_of_a_few_days_tells_no_pace() -> None:
    covered = Period(WINDOW.last - timedelta(days=6), WINDOW.last)
    posts = reading("shop", [("", day, {"posts": 1.0}) for day in days(covered.first, 7)])

    assert values(run(cadence, over(posts, covered), window=WINDOW)) == {}


def commission(cut: date, old: float, new: float) -> Reading:
    rows: list[Row] = [("", day, {"commission_rate": old}) for day in days(date(2026, 7, 1), 40)]
    rows += [
        ("", day, {"commission_rate": old})
        for day in days(date(2026, 8, 10), (cut - date(2026, 8, 10)).days)
    ]
    rows += [("", day, {"commission_rate": new}) for day in days(cut, (WINDOW.last - cut).days + 1)]
    return reading("shop", rows)


def creators_post(cut: date, before: float, after: float) -> Reading:
    rows: list[Row] = [
        ("mia", day, {"posts": before}) for day in days(cut - timedelta(days=28), 58)
    ]
    rest = (WINDOW.last - (cut + timedelta(days=30))).days + 1
    rows += [("mia", day, {"posts": after}) for day in days(cut + timedelta(days=30), rest)]
    period = Period(cut - timedelta(days=28), WINDOW.last)
    return reading("creator", rows, period=period)


def test_after_a_cut_only_what_comes_after_the_protection_counts() -> None:
    cut = date(2026, 9, 1)
    told = run(cadence, commission(cut, 0.2, 0.1), creators_post(cut, 4, 2), window=WINDOW)

    shop, mia = values(told, "shop"), values(told, "mia")
    assert shop["commission_cut_age"] == mia["commission_cut_age"] == 60
    assert shop["posts_since_cut"] == mia["posts_since_cut"] == pytest.approx(0.5)
    assert shop["posts_since_cut.hi"] < 0.8


def test_a_raise_is_no_cut() -> None:
    cut = date(2026, 9, 1)
    told = values(
        run(cadence, commission(cut, 0.1, 0.2), creators_post(cut, 4, 2), window=WINDOW), "shop"
    )

    assert "commission_cut_age" not in told


def test_who_stopped_posting_is_surely_below_half() -> None:
    cut = date(2026, 9, 1)
    told = values(
        run(cadence, commission(cut, 0.2, 0.1), creators_post(cut, 1, 0), window=WINDOW), "mia"
    )

    assert told["posts_since_cut"] == told["posts_since_cut.lo"] == 0
    assert told["posts_since_cut.hi"] < 0.5


def shelves(gmv: float, before: float, clicked: float) -> list[Reading]:
    first = WINDOW.first - timedelta(days=28)
    every = [(day, gmv if day >= WINDOW.first else before) for day in days(first, 56)]
    card: list[Row] = [
        (
            "product-card",
            day,
            {"gmv": sold, "sku_orders": 5.0, "card_viewers": 500.0, "card_clickers": clicked},
        )
        for day, sold in every
    ]
    whole = {"gmv": 2_000.0, "sku_orders": 100.0}
    people = {"product_viewers": 1_000.0, "product_clickers": 100.0}
    shop: list[Row] = [("", day, {**whole, **people}) for day, _ in every]
    return [reading("channel", card), reading("shop", shop)]


def test_the_share_of_the_shelf_and_its_clicks_are_those_against_the_shop() -> None:
    told = values(derive(shelf(block(*shelves(100, 200, 50), window=WINDOW).counts)))

    assert told["shelf_share"] == pytest.approx(0.05)
    assert told["shelf_share_change"] == pytest.approx(0.5)
    assert told["shelf_ctr"] == pytest.approx(1.0)
    assert told["shelf_share_change.lo"] < 0.5 < told["shelf_share_change.hi"]


def test_a_channel_that_is_no_shelf_has_no_share() -> None:
    video = reading(
        "channel",
        [("video", day, {"gmv": 1.0, "sku_orders": 1.0}) for day in days(WINDOW.first, 28)],
    )

    assert values(derive(shelf(block(video, shelves(1, 1, 1)[1], window=WINDOW).counts))) == {}


def test_the_parts_of_a_fall_add_up_to_it() -> None:
    now = pl.DataFrame(
        {
            "shop": "s",
            "key": "s",
            "visitors": [80.0, 60.0],
            "customers": [4.0, 2.0],
            "gmv": [90.0, 70.0],
        }
    )
    then = pl.DataFrame(
        {
            "shop": "s",
            "key": "s",
            "visitors": [100.0, 90.0],
            "customers": [5.0, 5.0],
            "gmv": [150.0, 170.0],
        }
    )
    row = gmv_driver(now, then).collect().to_dicts()[0]
    parts = [row[f"lost_to_{name}"] for name in ("visitors", "conversion", "basket")]

    assert sum(parts) == pytest.approx(320 - 160)


def test_a_run_on_another_day_counts_other_appeals(tmp_path: Path) -> None:
    listed = from_text(
        tmp_path, "violations.csv", LISTED, "2026-10-20,V1,Claim,shop,,,open,4,2026-11-05,"
    )
    told = {
        day: values(advisor_metrics(given.counts, given.context)).get("appeals_due")
        for day in (date(2026, 10, 25), date(2026, 11, 5), date(2026, 11, 6))
        for given in [block(listed, today=day)]
    }

    assert list(told.values()) == [0, 1, 0]


def test_days_of_posting_never_say_where_the_data_end() -> None:
    """A list that was downloaded later must not move the window past the shop's own days."""
    counts = {count.id: count.unit for count in vocabulary().count}

    assert {counts["posts"], counts["appeals_ending"]} == {CountUnit.STATE}
