"""A count is one number: in a metric of the vocabulary, in one that a plugin computes, in a report
on files that overlap."""

from collections.abc import Mapping
from functools import cache

import attrs
import polars as pl
import pytest

from advisor.ingest.combination import combine
from advisor.metrics.counted_rows import as_counted_rows, with_pools
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import RequiredMetrics
from advisor.metrics.windows import Windows
from advisor.model.reading import Reading
from advisor.model.vocabulary import CountUnit
from advisor.model.window import Window, before
from advisor.plugin.counts import Counts
from advisor.testing import Block, MetricsContract, counts_of
from advisor.testing.installed import registry_with
from tests.everything import TODAY, WINDOW, everything, restated

WORDS = registry_with().vocabulary()
# Only where no ad has revenue, or the shop no order; that shop has both.
ELSEWHERE = {"lost_conversions", "few_visits", "few_visits_days"}
DERIVED = sorted({m.id for m in WORDS.metrics.values() if m.derived} - ELSEWHERE | {*WORDS.symbols})
OLD, NEW = restated(WORDS)
Values = Mapping[tuple[str, str, str], object]


def block(*readings: Reading) -> Block:
    return counts_of(readings, today=TODAY, window=WINDOW, region="US", currency="USD")


@cache
def values(*readings: Reading) -> Values:
    """What plugins compute, by kind, key and column."""
    given = block(*readings)
    computed = registry_with().derived(given.counts, given.context)
    assert computed.failures == {}
    return {
        (one.subject, row["key"], column): value
        for one in computed.derived
        for row in one.frame.iter_rows(named=True)
        for column, value in row.items()
        if value is not None
    }


def of(name: str, told: Values) -> Values:
    ends = {f"{name}{end}" for end in ("", ".lo", ".hi", ".n")}
    return {place: value for place, value in told.items() if place[2] in ends}


@cache
def direct(*readings: Reading) -> Mapping[str, Measured]:
    """Every count as a metric of itself."""
    counted = combine(readings, WORDS, shop="shop")
    rows = tuple(with_pools(as_counted_rows(counted, {"shop": "shop"}, WORDS), WORDS))
    asked = {
        one.subject: RequiredMetrics(
            frozenset(
                c
                for o in rows
                if o.subject == one.subject
                for c in o.frame.columns
                if c in WORDS.counts
            )
        )
        for one in rows
    }
    return measure(rows, asked, Windows({"shop": Window(WINDOW, before(WINDOW))}), WORDS)


@pytest.mark.parametrize("name", DERIVED)
def test_the_days_of_two_files_count_once_in_what_plugins_compute(name: str) -> None:
    alone, both = of(name, values(NEW)), of(name, values(OLD, NEW))

    assert alone
    assert both == alone
    assert of(name, values(NEW, OLD)) == alone


COUNTED = sorted(
    {
        (table.subject, count)
        for table in NEW.tables
        for count in table.counts
        if not any(c.startswith("by.") for c in table.frame.columns)
        and WORDS.counts[count].unit in (CountUnit.EVENTS, CountUnit.MONEY, CountUnit.SECONDS)
    }
)


@pytest.mark.parametrize(("subject", "count"), COUNTED, ids=lambda at: at)
def test_a_count_is_what_a_metric_of_the_vocabulary_says(subject: str, count: str) -> None:
    """90 + 90 that were restated later, not 100 + 100 and not the sum of both."""
    sums = block(OLD, NEW).counts.sums(subject, (count,))
    measured = direct(OLD, NEW)[subject].frame
    said = dict(measured.select("key", count).drop_nulls().iter_rows())

    assert dict(sums.select("key", count).iter_rows()) == pytest.approx(said)
    once = block(NEW).counts.sums(subject, (count,))
    assert sums.equals(once)
    if once.height:
        first = block(OLD).counts.sums(subject, (count,))
        assert sums.get_column(count).to_list() == pytest.approx((0.9 * first[count]).to_list())


def test_a_report_says_one_number_of_one_count() -> None:
    """The return of GMV Max against its target, by the plugin and by the vocabulary."""
    told = values(OLD, NEW)
    frame = direct(OLD, NEW)["campaign"].frame.filter(pl.col("key") == "7")
    cost, revenue, orders = frame.select("gmv_max_cost", "gmv_max_revenue", "gmv_max_orders").row(0)

    assert cost == pytest.approx(28 * 90)
    assert told["campaign", "7", "roi_of_target"] == pytest.approx(revenue / cost / 4)
    assert told["campaign", "7", "roi_of_target.n"] == pytest.approx(orders)
    assert told["campaign", "7", "budget_use"] == pytest.approx(cost / (28 * 125))


def test_the_metrics_of_the_bundled_plugins_keep_their_promises() -> None:
    import advisor_tiktok_ads
    import advisor_tiktok_shop
    import advisor_tiktok_studio

    whole = [everything("a.csv", WORDS)]
    part = [attrs.evolve(whole[0], tables=whole[0].tables[::2])]
    half = [everything("b.csv", WORDS, times=0.5)]
    for plugin in (advisor_tiktok_ads, advisor_tiktok_shop, advisor_tiktok_studio):
        MetricsContract.holds(plugin=plugin, readings=[whole, half, part])


def test_counts_of_a_shop_are_those_of_no_other() -> None:
    counts = block(NEW).counts

    assert isinstance(counts, Counts)
    assert counts.only(["other"]).sums("ad", ("spend",)).is_empty()
    assert counts.only(["shop"]).sums("ad", ("spend",)).equals(counts.sums("ad", ("spend",)))
