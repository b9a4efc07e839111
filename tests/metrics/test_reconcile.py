"""Totals of several sources are set side by side on the days that they share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import Mistakes
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.reconciliation import Compared, reconcile
from advisor.metrics.windows import Windows
from advisor.model.reading import Grain, Period
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from advisor.model.window import NO_WINDOW, Window

TEXT = """
subject = [
  { id = "shop", title = "shop", plural = "shops" },
  { id = "ad", title = "ad", plural = "ads", parent = "shop" },
  { id = "campaign", title = "campaign", plural = "campaigns", parent = "shop" },
  { id = "channel", title = "channel", plural = "channels", parent = "shop" },
]
count = [
  { id = "gmv", title = "GMV", unit = "money" },
  { id = "revenue", title = "revenue", unit = "money" },
  { id = "buyers", title = "buyers", unit = "people" },
]

[[reconcile]]
id = "ads"
title = "Sales and ads"
total = { subject = ["shop"], count = "gmv", family = "shop" }
parts = [{ subject = ["ad", "campaign"], count = "revenue" }]
because = "Ads book on the day of the click."

[[reconcile]]
id = "content"
title = "Sales and content"
total = { subject = ["shop"], count = "gmv", family = "shop" }
parts = [
  { subject = ["channel"], key = "live", count = "gmv", title = "LIVEs" },
  { subject = ["channel"], key = "video", count = "gmv", title = "videos" },
]
because = "They add up."
"""


def _words(text: str = TEXT) -> Vocabulary:
    return merge([("test", vocabulary_file(text, where="vocabulary.toml"))])


FIRST = date(2026, 5, 1)
SHOP = "here"
WINDOW = Window(Period(FIRST, FIRST + timedelta(days=27)), None)


def _day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def _days(
    subject: str,
    count: str,
    amounts: Mapping[int, float | None],
    *,
    key: str = "a",
    family: str = "shop",
    file: int = 0,
) -> CountedRows:
    frame = pl.DataFrame(
        {
            "shop": [SHOP] * len(amounts),
            "key": [key] * len(amounts),
            "from": [_day(n) for n in amounts],
            "to": [_day(n) for n in amounts],
            count: list(amounts.values()),
            "_file": [file] * len(amounts),
        },
        schema_overrides={count: pl.Float64, "_file": pl.UInt32},
    )
    return CountedRows(subject, family, Grain.DAY, frame)


def _period(subject: str, count: str, first: int, last: int, amount: float) -> CountedRows:
    frame = pl.DataFrame(
        {
            "shop": [SHOP],
            "key": ["a"],
            "from": [_day(first)],
            "to": [_day(last)],
            count: [amount],
            "_file": [1],
        },
        schema_overrides={"_file": pl.UInt32},
    )
    return CountedRows(subject, "list", Grain.PERIOD, frame)


def _each(first: int, last: int, amount: float) -> dict[int, float]:
    return dict.fromkeys(range(first, last + 1), amount)


def _compared(rows: Sequence[CountedRows], window: Window = WINDOW) -> dict[str, Compared]:
    return {one.what.id: one for one in _of_shop(rows, _words(), window)}


def _of_shop(
    rows: Sequence[CountedRows], words: Vocabulary, window: Window = WINDOW
) -> tuple[Compared, ...]:
    return reconcile(rows, Windows({SHOP: window}), words).get(SHOP, ())


def test_the_days_that_both_sources_have_are_compared() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("ad", "revenue", _each(20, 40, 30.0), family="ads", file=2),
    ]
    found = _compared(rows)["ads"]
    assert found.period == Period(_day(20), _day(28))
    assert (found.total.value, found.parts[0].value, found.rest) == (900.0, 270.0, 630.0)
    assert (found.total.files, found.parts[0].files) == ((0,), (2,))


def test_a_report_of_a_whole_period_is_held_against_just_those_days() -> None:
    rows = [
        _days("shop", "gmv", _each(-20, 28, 100.0)),
        _period("campaign", "revenue", -10, 9, 500.0),
    ]
    found = _compared(rows)["ads"]
    assert found.period == Period(_day(-10), _day(9))
    assert (found.total.value, found.parts[0].value) == (2000.0, 500.0)


def test_a_period_of_which_days_are_missing_is_compared_with_nothing() -> None:
    rows = [_days("shop", "gmv", _each(5, 28, 1.0)), _period("campaign", "revenue", 1, 28, 5.0)]
    assert _compared(rows) == {}


def test_two_reports_of_the_same_period_are_compared() -> None:
    shop = _period("shop", "gmv", 1, 28, 900.0)
    rows = [
        CountedRows("shop", "shop", Grain.PERIOD, shop.frame),
        _period("campaign", "revenue", 1, 28, 1000.0),
    ]
    assert _compared(rows)["ads"].rest == -100.0


def test_the_first_kind_of_subject_that_has_the_count_is_the_only_one_added_up() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("campaign", "revenue", _each(1, 28, 50.0), family="ads"),
        _days("ad", "revenue", _each(1, 28, 40.0), family="ads"),
    ]
    assert _compared(rows)["ads"].parts[0].value == 28 * 40.0


def test_a_side_without_the_asked_family_or_key_is_not_taken() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0), family="another"),
        _days("ad", "revenue", _each(1, 28, 40.0), family="ads"),
    ]
    assert _compared(rows) == {}


def test_a_part_that_no_file_has_is_named() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("channel", "gmv", _each(1, 28, 60.0), key="live", family="live"),
    ]
    found = _compared(rows)["content"]
    assert [side.title for side in found.missing] == ["videos"]
    assert found.rest == 28 * 40.0


def test_a_part_with_few_days_does_not_cost_the_other_parts() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("channel", "gmv", _each(1, 28, 60.0), key="live", family="live"),
        _days("channel", "gmv", _each(-30, 0, 60.0), key="video", family="video"),
    ]
    found = _compared(rows)["content"]
    assert (found.period, len(found.parts)) == (WINDOW.current, 1)


def test_missing_is_not_zero() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("ad", "revenue", dict.fromkeys(range(1, 29), None), family="ads"),
    ]
    assert _compared(rows) == {}


@pytest.mark.parametrize("alone", ["shop", "ad"])
def test_one_side_alone_is_no_comparison(alone: str) -> None:
    count = "gmv" if alone == "shop" else "revenue"
    assert _compared([_days(alone, count, _each(1, 28, 100.0))]) == {}


def test_without_dates_there_is_nothing_to_compare() -> None:
    rows = [
        _days("shop", "gmv", _each(1, 28, 100.0)),
        _days("ad", "revenue", _each(1, 28, 30.0), family="ads"),
    ]
    assert _compared(rows, NO_WINDOW) == {}


@given(
    st.dictionaries(st.integers(-5, 35), st.integers(0, 1000), min_size=1),
    st.dictionaries(st.integers(-5, 35), st.integers(0, 1000), min_size=1),
)
def test_the_rest_and_the_parts_are_the_total(
    shop: Mapping[int, int], ads: Mapping[int, int]
) -> None:
    def floats(days: Mapping[int, int]) -> dict[int, float]:
        return {day: float(amount) for day, amount in days.items()}

    rows = [_days("shop", "gmv", floats(shop)), _days("ad", "revenue", floats(ads), family="ads")]
    assert WINDOW.current is not None
    for found in _compared(rows).values():
        inside = [n for n in range(-5, 36) if found.period.first <= _day(n) <= found.period.last]

        def added(days: Mapping[int, int], inside: Iterable[int] = inside) -> float:
            return float(sum(days.get(n, 0) for n in inside))

        assert found.period.first >= WINDOW.current.first
        assert found.period.last <= WINDOW.current.last
        assert found.total.value == added(shop)
        assert found.parts[0].value == added(ads)
        assert found.rest + found.parts[0].value == found.total.value


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('["ad", "campaign"]', '["adz"]', "reconcile ads: unknown subject 'adz'"),
        ('count = "revenue" }', 'count = "revenu" }', "reconcile ads: unknown count 'revenu'"),
        ('count = "revenue" }', 'count = "buyers" }', "reconcile ads: buyers cannot be added up"),
    ],
)
def test_a_comparison_that_cannot_be_meant_is_refused(old: str, new: str, mistake: str) -> None:
    with pytest.raises(Mistakes) as caught:
        _words(TEXT.replace(old, new))
    assert any(line.startswith(mistake) for line in caught.value.mistakes)


def test_subjects_that_overlap_are_no_sum() -> None:
    text = TEXT.replace(
        'plural = "campaigns", parent = "shop"',
        'plural = "campaigns", parent = "shop", overlap = true',
    )
    inner = _days("campaign", "revenue", _each(1, 28, 3.0), key="inner", family="ads").frame
    outer = _days("campaign", "revenue", _each(1, 28, 7.0), key="outer", family="ads").frame
    both = pl.concat([inner, outer]).with_columns(pl.col("key").str.to_uppercase().alias("name"))
    rows = [
        _days("shop", "gmv", _each(1, 28, 10.0)),
        CountedRows("campaign", "ads", Grain.DAY, both),
    ]

    (found,) = _of_shop(rows, _words(text))

    (part,) = found.parts
    assert (part.value, part.of, part.kind, found.rest) == (196.0, "OUTER", "campaign", 84.0)
