"""Hours: when the shop posts, when its followers are there, and what their clocks show."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor_tiktok_studio.posting import posting
from advisor_tiktok_studio.territories import (
    hours_there,
    known,
    territories,
    territory,
    world_regions,
)
from tests.blocks import block, derived_of

SUMMER, WINTER = date(2026, 7, 1), date(2026, 12, 1)
WINDOW = Period(date(2026, 10, 4), date(2026, 10, 31))
TODAY = date(2026, 11, 2)


def table(subject: str, family: str, grain: Grain, rows: Sequence[Mapping[str, object]]) -> Reading:
    frame = pl.DataFrame(
        [{"from": WINDOW.first, "to": WINDOW.last, **row} for row in rows],
        infer_schema_length=None,
    )
    found = Table(subject, family, grain, frame)
    return Reading(
        File(Path(family), family, 0, family), "test", family, family, (found,), len(rows)
    )


def activity(busy: Sequence[int], hours: Sequence[int] = range(24)) -> Reading:
    """A week in which ten times as many followers are there in the *busy* hours."""
    return table(
        "account",
        "studio-activity",
        Grain.DAY,
        [
            {
                "key": "",
                "from": WINDOW.last - timedelta(days=day),
                "to": WINDOW.last - timedelta(days=day),
                "by.hour": str(hour),
                "active_followers": (1_000.0 if hour in busy else 100.0) + day,
            }
            for day in range(7)
            for hour in hours
        ],
    )


def posts(*hours: float, subject: str = "video", grain: Grain = Grain.PERIOD) -> Reading:
    rows = [{"key": f"{subject} {n}", "posted_hour": hour} for n, hour in enumerate(hours)]
    return table(subject, subject, grain, rows)


def shares(**of: float) -> Reading:
    rows = [{"key": key, "audience_share": share} for key, share in of.items()]
    return table("territory", "studio-territories", Grain.LIFETIME, rows)


def told(*readings: Reading, region: str | None = "MX") -> dict[str, object]:
    given = block(*readings, today=TODAY, region=region, window=WINDOW)
    derived = derived_of(posting(given.counts, given.context))
    return {} if derived is None else derived.frame.row(0, named=True)


EVENING = (19, 20, 21, 22)


def test_posts_are_counted_that_begin_in_the_eight_busiest_hours() -> None:
    found = told(activity((*EVENING, 7, 8, 12, 13)), posts(7.5, 8.99, 9.0, 19.0, 22.9))

    assert found["posting_fit"] == pytest.approx(4 / 5)
    assert found["posting_fit.n"] == 5


def test_a_video_in_two_files_was_posted_once() -> None:
    once, twice = posts(19.0, 3.0), (posts(19.0, 3.0), posts(19.0, 3.0))

    assert told(activity(EVENING), *twice) == told(activity(EVENING), once)


def test_lives_and_videos_of_one_key_are_two_posts() -> None:
    lives = table("live", "live", Grain.DAY, [{"key": "video 0", "posted_hour": 3.0}])

    assert told(activity(EVENING), posts(19.0), lives)["posting_fit.n"] == 2


def test_what_was_posted_outside_of_the_window_does_not_count() -> None:
    old = table(
        "live",
        "live",
        Grain.DAY,
        [{"key": "old", "from": SUMMER, "to": SUMMER, "posted_hour": 3.0}],
    )

    assert told(activity(EVENING), posts(19.0), old)["posting_fit.n"] == 1


@pytest.mark.parametrize(
    ("busy", "best"), [(EVENING, 19), ((23, 0, 1, 2), 23), ((22, 23, 0, 1), 22), ((0, 1, 2, 3), 0)]
)
def test_the_best_hours_may_pass_midnight(busy: tuple[int, ...], best: int) -> None:
    assert told(activity(busy), posts(19.0))["audience_hour_here"] == best


def test_the_best_hours_are_told_by_the_clocks_of_most_of_the_audience() -> None:
    abroad = told(activity((12, 13, 14, 15)), posts(19.0), shares(ES=0.7, MX=0.2))

    # In November Spain has left summer time: seven hours before Mexico City.
    assert (abroad["audience_hour_here"], abroad["audience_hour"]) == (12, 19)


@pytest.mark.parametrize(
    ("region", "named"),
    [(None, "ES"), ("MX", "Atlantis")],
    ids=["no region", "unknown territory"],
)
def test_where_a_time_zone_is_not_known_only_the_shops_hour_is_told(
    region: str | None, named: str
) -> None:
    found = told(activity(EVENING), posts(19.0), shares(**{named: 0.7}), region=region)

    assert (found["audience_hour_here"], found["audience_hour"]) == (19, None)


def test_without_either_kind_of_file_nothing_is_told() -> None:
    assert told(activity(EVENING)) == {}
    assert told(posts(19.0)) == {}
    assert told(activity(EVENING, hours=range(12)), posts(19.0)) == {}
    assert told() == {}


@pytest.mark.parametrize(
    ("day", "home", "there", "shown"),
    [
        (WINTER, "MX", "ES", 19),
        (SUMMER, "MX", "ES", 20),  # Spain has summer time, Mexico has none
        (WINTER, "US", "GB", 17),
        (WINTER, "ID", "US", 0),
        (WINTER, "MX", "India", 23.5),
        (WINTER, "MX", "MX", 12),
    ],
)
def test_noon_of_the_shop_is_another_hour_elsewhere(
    day: date, home: str, there: str, shown: float
) -> None:
    here, far = territory(home), territory(there)
    assert here is not None
    assert far is not None

    assert hours_there([(12.0, here, far)], day) == [shown]


codes = st.sampled_from(sorted({one.code for one in known().values()}))


@given(st.integers(0, 23), codes, codes)
def test_there_and_back_is_the_same_hour(hour: int, home: str, there: str) -> None:
    here, far = territory(home), territory(there)
    assert here is not None
    assert far is not None

    (away,) = hours_there([(hour, here, far)], WINTER)
    (back,) = hours_there([(away, far, here)], WINTER)

    assert back == pytest.approx(hour)


def test_names_and_codes_of_a_territory_are_one_and_the_shops_own_is_known() -> None:
    given = block(shares(Mexico=0.5, mx=0.2, ES=0.2, Atlantis=0.1), today=TODAY, region="MX")
    derived = derived_of(territories(given.counts, given.context))

    assert derived is not None
    found = {key: (own, hour) for _, key, own, hour, *_ in derived.frame.rows()}
    assert found == {"Mexico": ("yes", 19), "mx": ("yes", 19), "ES": ("no", 12)}


def test_without_a_region_of_the_shop_no_territory_is_its_own() -> None:
    nowhere, nothing = block(shares(MX=0.5), today=TODAY), block(today=TODAY, region="MX")

    assert derived_of(territories(nowhere.counts, nowhere.context)) is None
    assert derived_of(territories(nothing.counts, nothing.context)) is None


def regions(*readings: Reading, region: str | None) -> dict[str, dict[str, object]]:
    given = block(*readings, today=TODAY, region=region)
    derived = derived_of(world_regions(given.counts, given.context))
    return {} if derived is None else {row["key"]: row for row in derived.frame.to_dicts()}


def test_territories_of_one_region_of_the_world_count_together() -> None:
    found = regions(
        shares(JP=0.28, KR=0.3, Taiwan=0.1, TW=0.05, CL=0.12, Atlantis=0.15), region="BR"
    )

    assert found.keys() == {"East Asia", "Latin America and the Caribbean"}
    east = found["East Asia"]
    assert east["name"] == "East Asia (KR, JP, Taiwan)"
    assert east["region_share"] == pytest.approx(0.68)
    assert (east["world-region.home"], east["world-region.held-by"]) == ("no", "several")
    assert east["evening_here"] == 7
    own = found["Latin America and the Caribbean"]
    assert (own["region_share"], own["world-region.home"]) == (0.12, "yes")


def test_the_largest_territories_of_a_region_are_named_and_the_others_counted() -> None:
    found = regions(shares(NL=0.1, DE=0.2, IT=0.05, FR=0.15, ES=0.12), region="US")

    assert found["Europe"]["name"] == "Europe (DE, FR, ES and 2 more)"


def test_one_territory_with_half_of_the_audience_stands_for_its_region() -> None:
    found = regions(shares(DE=0.5, FR=0.2), region="US")

    assert found["Europe"]["world-region.held-by"] == "one"


def test_without_a_region_of_the_shop_no_region_of_the_world_is_its_own() -> None:
    found = regions(shares(DE=0.3, FR=0.3), region=None)

    assert found["Europe"]["region_share"] == pytest.approx(0.6)
    assert (found["Europe"]["world-region.home"], found["Europe"]["evening_here"]) == (None, None)
    assert regions(region="US") == {}
    assert regions(shares(Atlantis=0.9), region="US") == {}
