"""Which days a subject is judged by is chosen from changes and denominators alone."""

from datetime import date, timedelta

import polars as pl
import pytest

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import OWN_DAYS, OWN_FIRST, measure
from advisor.metrics.required import RequiredMetrics
from advisor.metrics.subject_windows import SubjectChange, with_subject_windows
from advisor.metrics.windows import Windows
from advisor.model.reading import Grain
from tests.core import CURRENT, SHOP, WINDOW, WORDS, counted

ASK = {"ad": RequiredMetrics(frozenset({"ctr", "clicks"}), frozenset({"ctr"}))}
LAST = CURRENT.last
OLDEST = 120


def ads(impressions: float = 5_000, clicks: float = 50, days: int = OLDEST) -> CountedRows:
    """An ad with as much on each of so many days up to the end of the window."""
    rows = []
    for ago in range(days):
        at = LAST - timedelta(days=ago)
        counts = {"impressions": impressions, "clicks": clicks + ago}
        rows.append({"key": "1", "from": at, "to": at, **counts})
    return counted("ad", rows, grain=Grain.DAY)


def windows(rows: CountedRows, *changes: date) -> Windows:
    marked = [SubjectChange(SHOP, "ad", "1", day) for day in changes]
    return with_subject_windows(Windows({SHOP: WINDOW}), [rows], ASK, marked, WORDS)


def first(found: Windows) -> date | None:
    return None if found.subjects is None else found.subjects["own_first"].item()


def back(days: int) -> date:
    return LAST - timedelta(days=days)


@pytest.mark.parametrize(
    ("changed", "begins"),
    [
        ([], None),
        ([back(10)], back(9)),  # the day itself is neither before nor after
        ([back(20), back(10)], back(9)),
        ([back(7)], back(6)),  # seven full days
        ([back(6)], None),
        ([back(20), back(3)], None),  # what came after the last one is too short to be told apart
        ([CURRENT.first], CURRENT.first + timedelta(days=1)),
        ([CURRENT.first - timedelta(days=1)], None),
        ([LAST + timedelta(days=2)], None),
    ],
)
def test_a_change_inside_begins_the_window(changed: list[date], begins: date | None) -> None:
    assert first(windows(ads(), *changed)) == begins


@pytest.mark.parametrize(
    ("a_day", "days", "length"),
    [
        (5_000, OLDEST, None),
        (36, OLDEST, None),  # 1,008 in the window
        (30, OLDEST, 56),  # 840, and 1,680 in twice the days
        (12, OLDEST, 90),
        (1, OLDEST, 90),  # never enough, but there are no more
        (30, 28, None),  # nothing is older
        (1, 40, 56),
        (0, OLDEST, None),  # nothing was delivered at all
    ],
)
def test_few_denominators_take_more_days(a_day: float, days: int, length: int | None) -> None:
    begins = None if length is None else back(length - 1)

    assert first(windows(ads(a_day, 0, days))) == begins


@pytest.mark.parametrize("clicks", [0, 3, 30])
def test_no_metric_has_a_say_in_it(clicks: float) -> None:
    assert first(windows(ads(30, clicks))) == back(55)
    assert first(windows(ads(5_000, clicks), back(10))) == back(9)


def test_a_change_goes_before_few_denominators() -> None:
    assert first(windows(ads(30), back(10))) == back(9)


def test_rates_are_of_the_own_days_and_totals_of_the_window_of_the_shop() -> None:
    rows = ads(5_000, 50)

    frame = measure([rows], ASK, windows(rows, back(10)), WORDS)["ad"].frame

    after = sum(50 + ago for ago in range(10))
    before = sum(50 + ago for ago in range(10, 38))
    (row,) = frame.iter_rows(named=True)
    assert row["ctr"] == pytest.approx(after / 50_000)
    assert row["ctr.before"] == pytest.approx(before / (28 * 5_000))
    assert row["clicks"] == sum(50 + ago for ago in range(28))
    assert (row[OWN_DAYS], row[OWN_FIRST]) == (10, back(9))


def test_others_keep_their_days() -> None:
    rows = ads()
    other = rows.frame.with_columns(pl.lit("2").alias("key"))
    both = CountedRows("ad", "files", Grain.DAY, pl.concat([rows.frame, other]))
    plain = measure([both], ASK, Windows({SHOP: WINDOW}), WORDS)["ad"].frame

    frame = measure([both], ASK, windows(both, back(10)), WORDS)["ad"].frame

    columns = plain.columns
    assert frame[columns].rows()[1] == plain.rows()[1]
    assert frame[OWN_FIRST].to_list() == [back(9), None]
