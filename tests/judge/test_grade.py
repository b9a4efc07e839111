"""A condition is true, false, unsure or missing: what the limits of a value still allow."""

import math
from collections.abc import Sequence

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from advisor.judge.question import allowed, truth_column
from advisor.metrics.counted_rows import CountedRows
from advisor.model.bands import Band, Bands, OfSubject, Where
from advisor.model.condition import Against, Truth
from advisor.model.condition import Test as Ask
from advisor.model.reading import Grain
from advisor.model.shop import Business
from advisor.stats.intervals import Z
from tests.core import US, USUAL, band, bands, counted, grader, measured

Row = dict[str, object]
T, F, U, M = (t.name.lower() for t in (Truth.TRUE, Truth.FALSE, Truth.UNSURE, Truth.MISSING))


def truths(
    ask: Ask, *sources: CountedRows, with_bands: Bands = USUAL, business: Business = US
) -> list[str]:
    """What is known of *ask*, by key."""
    of = {of.metric for f in with_bands.files for b in f.band if (of := b.where.of)}
    names = {ask.name, *of}
    past = names if ask.asks_past() else ()
    (found,) = measured(*sources, metrics=names, before=past).values()
    graded = grader(with_bands, business).grade(found, [ask])
    return [Truth(t).name.lower() for t in graded.frame[truth_column(ask)]]


def ads(*clicks: tuple[int, int]) -> CountedRows:
    """Ads of (clicks, impressions)."""
    rows: list[Row] = [
        {"key": str(n), "clicks": c, "impressions": i} for n, (c, i) in enumerate(clicks)
    ]
    return counted("ad", rows)


# Of 1 to 3 %: surely low, surely good, surely high, low or good, good or high, anything, nothing.
SEVEN = ads((50, 10_000), (200, 10_000), (500, 10_000), (9, 1_000), (31, 1_000), (0, 10), (0, 0))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("low",), [T, F, F, U, F, U, U]),
        (("good",), [F, T, F, U, U, U, U]),
        (("high",), [F, F, T, F, U, U, U]),
        (("good", "high"), [F, T, T, U, T, U, U]),
        (("low", "good"), [T, T, F, T, U, U, U]),
        (("low", "high"), [T, F, T, U, U, U, U]),
    ],
    ids="-".join,
)
def test_a_level_is_true_only_where_the_limits_allow_no_other(
    wanted: tuple[str, ...], expected: Sequence[str]
) -> None:
    assert truths(Ask("ctr", wanted), SEVEN) == expected


@given(*[st.integers(0, 20) for _ in range(4)])
def test_the_levels_allowed_are_those_of_the_values_between_the_limits(
    a: int, b: int, c: int, d: int
) -> None:
    lo, hi = sorted((a, b))
    low, high = sorted((c, d))
    # Quarters between whole numbers: every value that could tell edges apart.
    between = [q / 4 for q in range(4 * lo, 4 * hi + 1)]
    expected = {
        "low": any(v < low for v in between),
        "good": any(low <= v <= high for v in between),
        "high": any(v > high for v in between),
    }

    exprs = allowed(*(pl.lit(float(v)) for v in (low, high, lo, hi)))

    assert pl.select([e.alias(n) for n, e in exprs.items()]).row(0, named=True) == expected


@pytest.mark.parametrize(
    ("violations", "wanted", "expected"),
    [(2, "low", F), (2, "good", T), (4, "good", T), (4, "high", F), (5, "high", T), (1, "low", T)],
)
def test_an_edge_belongs_to_good(violations: int, wanted: str, expected: str) -> None:
    source = counted("ad", [{"violations": violations}])

    found = truths(Ask("violations", (wanted,)), source, with_bands=bands(band("violations", 2, 4)))

    assert found == [expected]


@pytest.mark.parametrize(
    ("low", "high", "wanted", "expected"),
    [
        (None, 0.03, "low", F),
        (None, 0.03, "good", T),
        (0.03, None, "high", F),
        (0.03, None, "low", T),
    ],
)
def test_a_band_may_have_one_edge_only(
    low: float | None, high: float | None, wanted: str, expected: str
) -> None:
    found = truths(
        Ask("ctr", (wanted,)), ads((100, 10_000)), with_bands=bands(band("ctr", low, high))
    )

    assert found == [expected]


def test_without_a_count_or_a_band_a_condition_is_missing() -> None:
    source = counted("ad", [{"clicks": 5, "impressions": None}])

    assert truths(Ask("ctr", ("low",)), source) == [M]
    assert truths(Ask("order_rate", ("low",)), source) == [M]
    assert truths(Ask("ctr", ("low",)), ads((1, 1_000)), with_bands=bands()) == [M]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (Ask("clicks", at_least=50), [T, F, T, F]),
        (Ask("clicks", at_most=50), [T, T, F, T]),
        (Ask("clicks", at_least=40, at_most=50), [T, F, F, F]),
        (Ask("ctr", at_least=0.02), [U, F, T, U]),
        (Ask("ctr", at_most=0.02), [U, T, F, U]),
        (Ask("ctr", ("good",), at_least=0.02), [U, F, F, U]),
    ],
    ids=str,
)
def test_a_rule_may_set_limits_of_its_own(ask: Ask, expected: Sequence[str]) -> None:
    source = ads((50, 2_500), (5, 50_000), (500, 5_000), (2, 100))

    assert truths(ask, source) == expected


def daily(now: float, then: float, *, kind: str = "ad", days: int = 28) -> CountedRows:
    """Each day's clicks of 10,000 impressions now and in the window before."""
    rows: list[Row] = [
        {"day": d, "clicks": now if d > 0 else then, "impressions": 10_000}
        for d in range(1 - days, 29)
    ]
    return counted(kind, rows, grain=Grain.DAY)


@pytest.mark.parametrize(
    ("now", "then", "trend"),
    [(160, 200, "falling"), (202, 200, "flat"), (240, 200, "rising")],
)
def test_a_trend_is_a_change_by_more_than_a_tenth(now: int, then: int, trend: str) -> None:
    each = {t: truths(Ask("ctr", trend=t), daily(now, then)) for t in ("falling", "flat", "rising")}

    assert each == {t: [T if t == trend else F] for t in each}


@pytest.mark.parametrize("trend", ["falling", "flat", "rising"])
def test_flat_is_shown_and_not_merely_not_shown_to_move(trend: str) -> None:
    expected = {"falling": U, "flat": U, "rising": U}[trend]

    assert truths(Ask("ctr", trend=trend), daily(2, 2)) == [expected]


def test_without_a_window_before_a_trend_is_missing() -> None:
    assert truths(Ask("ctr", trend="falling"), daily(200, 200, days=0)) == [M]
    assert truths(Ask("ctr", ("low",), earlier=True), daily(200, 200, days=0)) == [M]


@pytest.mark.parametrize(
    ("then", "expected"), [(20, T), (200, F), (2_000, F)], ids=["low", "good", "high"]
)
def test_a_level_in_the_window_before_is_that_of_what_was(then: int, expected: str) -> None:
    assert truths(Ask("ctr", ("low",), earlier=True), daily(200, then)) == [expected]
    assert truths(Ask("ctr", at_most=0.01, earlier=True), daily(200, then)) == [expected]


def test_a_total_is_compared_a_day_at_a_time() -> None:
    rows: list[Row] = [
        {"day": d, "gmv": 1_000, "orders": 100} for d in range(-6, 29)
    ]  # a quarter of the window before is there

    source = counted("ad", rows, grain=Grain.DAY)

    assert truths(Ask("sales", trend="flat"), source) == [T]


def test_a_mean_of_people_is_compared_as_it_is() -> None:
    rows: list[Row] = [{"day": d, "visitors": 4_000} for d in range(-6, 29)]

    source = counted("ad", rows, grain=Grain.DAY)

    assert truths(Ask("visitors", trend="flat"), source) == [T]


@pytest.mark.parametrize(("wanted", "expected"), [("low", T), ("good", F), ("high", F)])
def test_a_level_may_be_taken_against_the_own_past(wanted: str, expected: str) -> None:
    ask = Ask("ctr", (wanted,), against=Against.PAST)

    assert truths(ask, daily(100, 200)) == [expected]


def family(*clicks: int, parent: str = "ad-group") -> CountedRows:
    rows: list[Row] = [
        {
            "key": str(n),
            "parent.campaign": "c",
            "parent.ad-group": "g" if n < 4 else "h",
            "clicks": c,
            "impressions": 100_000,
        }
        for n, c in enumerate(clicks)
    ]
    return counted("ad", rows)


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        # The median of the group is 2.05 %; without itself the group is 2.0, 1.7, 2.0 and 1.7 %.
        # An ad that is alone in its group is held to those of its campaign.
        (Against.SIBLINGS, [F, T, F, F, T]),
        (Against.PARENT, [F, T, F, F, T]),
    ],
)
def test_a_level_may_be_taken_against_the_others_of_the_family(
    against: Against, expected: Sequence[str]
) -> None:
    ask = Ask("ctr", ("low",), against=against)

    assert truths(ask, family(2_000, 1_000, 2_100, 2_200, 500)) == expected


def test_none_is_no_less_than_none_of_the_others() -> None:
    ask = Ask("ctr", ("low",), against=Against.SIBLINGS)

    assert truths(ask, family(0, 0, 0, 0)) == [M] * 4


def test_who_has_no_siblings_cannot_be_compared_with_them() -> None:
    ask = Ask("ctr", ("good",), against=Against.SIBLINGS)

    assert truths(ask, family(2_000)) == [M]


@pytest.mark.parametrize("value", ["ctr", "cpm", None])
def test_a_symbol_is_true_false_or_missing(value: str | None) -> None:
    (found,) = measured(ads((1, 100)), metrics=["ctr"]).values()
    found = attrs.evolve(
        found, frame=found.frame.with_columns(driver=pl.lit(value, dtype=pl.String))
    )
    ask = Ask("driver", ("ctr",))

    graded = grader().grade(found, [ask])

    expected = {"ctr": Truth.TRUE, "cpm": Truth.FALSE, None: Truth.MISSING}[value]
    assert graded.frame[truth_column(ask)].to_list() == [expected]


def test_a_symbol_that_no_plugin_computed_is_missing() -> None:
    (found,) = measured(ads((1, 100)), metrics=["ctr"]).values()
    ask = Ask("driver", ("ctr",))

    assert grader().grade(found, [ask]).frame[truth_column(ask)].to_list() == [Truth.MISSING]


DEAR = OfSubject("aov", at_least=100.0)
CHEAP = OfSubject("aov", below=100.0)


def priced(currency: str, rate: float | None) -> list[str]:
    rows: list[Row] = [
        {"key": "cheap", "orders": 100, "clicks": 10_000, "gmv": 4_000},
        {"key": "dear", "orders": 100, "clicks": 10_000, "gmv": 40_000},
        {"key": "unknown", "orders": 100, "clicks": 10_000, "gmv": None},
    ]
    tiers = bands(
        Band("order_rate", low=0.02, where=Where(of=CHEAP)),
        Band("order_rate", low=0.005, where=Where(of=DEAR)),
    )
    return truths(
        Ask("order_rate", ("low",)),
        counted("ad", rows),
        with_bands=tiers,
        business=attrs.evolve(US, currency=currency, usd_rate=rate),
    )


def test_a_band_may_hold_for_a_price_tier_only() -> None:
    assert priced("USD", None) == [T, F, M]


def test_price_tiers_are_in_dollars() -> None:
    assert priced("MYR", 0.2) == [T, T, M]  # 400 MYR an order are 80 USD
    assert priced("MYR", None) == [M, M, M]


def test_a_band_in_dollars_is_turned_into_the_currency_of_the_shop() -> None:
    source = counted("ad", [{"clicks": 10_000, "spend": 30_000}])
    dollars = bands(Band("cpc", high=1.0, usd=True))

    def asked(currency: str, rate: float | None) -> list[str]:
        business = attrs.evolve(US, currency=currency, usd_rate=rate)
        return truths(Ask("cpc", ("high",)), source, with_bands=dollars, business=business)

    assert asked("USD", None) == [T]
    assert asked("MYR", 0.2) == [F]
    assert asked("MYR", None) == [M]


def p_of(ask: Ask, source: CountedRows, with_bands: Bands = USUAL) -> float:
    past = [ask.name] if ask.trend or ask.against is Against.PAST else []
    (found,) = measured(source, metrics=[ask.name], before=past).values()
    judge = grader(with_bands)
    graded = judge.grade(found, [ask])
    frame = judge.with_p(graded.frame, [ask], "ad")
    return float(frame[f"{truth_column(ask)}.p"][0])


def test_the_p_of_a_share_is_that_of_the_score_test() -> None:
    z = (0.005 - 0.01) / math.sqrt(0.01 * 0.99 / 10_000)

    assert p_of(Ask("ctr", ("low",)), ads((50, 10_000))) == pytest.approx(
        stats.norm.sf(-z), abs=1e-7
    )


@pytest.mark.parametrize(
    ("metric", "row"),
    [
        ("ctr", {"clicks": 80, "impressions": 10_000}),
        ("order_rate", {"orders": 20, "clicks": 1_500}),
        ("cpc", {"spend": 3_000, "clicks": 16_000}),
        ("roas", {"gmv": 30_000, "orders": 2_000, "spend": 16_000}),
    ],
)
def test_what_is_true_has_a_small_p_and_the_other_way_round(metric: str, row: Row) -> None:
    ask = Ask(metric, ("low",))

    for part in (1.0, 0.5, 0.2, 0.05, 0.01):
        source = counted("ad", [{k: float(str(v)) * part for k, v in row.items()}])
        assert (truths(ask, source) == [T]) == (p_of(ask, source) < stats.norm.sf(Z))


@pytest.mark.parametrize(
    "ask",
    [Ask("sales", trend="falling"), Ask("sales", ("low",), against=Against.PAST)],
    ids=str,
)
def test_a_change_of_a_total_is_as_uncertain_as_its_orders(ask: Ask) -> None:
    rows: list[Row] = [
        {"day": d, "gmv": 1_000 if d > 0 else 1_600, "orders": 10 if d > 0 else 16}
        for d in range(-27, 29)
    ]
    source = counted("ad", rows, grain=Grain.DAY)

    assert truths(ask, source) == [T]
    assert 0 < p_of(ask, source) < stats.norm.sf(Z)


def test_a_count_is_exact_and_its_p_is_zero() -> None:
    assert p_of(Ask("clicks", at_least=50), ads((60, 1_000))) == 0.0


@pytest.mark.parametrize(
    ("wanted", "low", "high"),
    [(("good",), 0.01, None), (("good",), None, 0.9), (("low", "good"), 0.01, None)],
)
@pytest.mark.parametrize("metric", ["ctr", "order_rate", "roas"])
def test_where_a_band_has_no_edge_nothing_is_left_to_chance(
    metric: str, wanted: tuple[str, ...], low: float | None, high: float | None
) -> None:
    row: Row = {"clicks": 10_000, "impressions": 100_000, "gmv": 5_000, "orders": 900}
    source = counted("ad", [{**row, "spend": 25_000}])
    ask, open_band = Ask(metric, wanted), bands(Band(metric, low, high))

    assert truths(ask, source, with_bands=open_band) == [T]
    assert p_of(ask, source, open_band) < stats.norm.sf(Z)


def sold(*sales: tuple[float, float]) -> CountedRows:
    """Ads that sold for so much in so many orders."""
    return counted(
        "ad",
        [{"key": str(i), "gmv": gmv, "orders": orders} for i, (gmv, orders) in enumerate(sales)],
    )


BAND_OF_SALES = bands(Band("sales", low=1_000.0))
LITTLE = Ask("sales", ("low",))


def test_the_p_of_a_subject_does_not_depend_on_which_others_are_asked_about() -> None:
    judge = grader(BAND_OF_SALES)
    graded = judge.grade(
        measured(sold((100, 5), (5_000, 10), (0, 0)), metrics=["sales"])["ad"], [LITTLE]
    )
    column = f"{truth_column(LITTLE)}.p"

    together = judge.with_p(graded.frame, [LITTLE], "ad")[column].to_list()
    alone = [judge.with_p(graded.frame[i : i + 1], [LITTLE], "ad")[column][0] for i in range(3)]
    assert alone == pytest.approx(together)


def test_where_nobody_sold_anything_a_total_of_nothing_stands() -> None:
    judge = grader(BAND_OF_SALES)
    graded = judge.grade(measured(sold((0, 0), (0, 0)), metrics=["sales"])["ad"], [LITTLE])

    assert graded.frame[truth_column(LITTLE)].to_list() == [int(Truth.TRUE)] * 2
    found = judge.with_p(graded.frame, [LITTLE], "ad")
    assert found[f"{truth_column(LITTLE)}.p"].to_list() == pytest.approx([0.0, 0.0])
