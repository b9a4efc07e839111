"""What is bundled keeps the promises that every plugin keeps."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import attrs
import pytest

import advisor_report_plan
import advisor_rules_guide
import advisor_rules_operator
import advisor_tiktok_ads
import advisor_tiktok_shop
import advisor_tiktok_studio
from advisor import Period, ReadContext, Reading
from advisor.ingest.gathering import gather
from advisor.testing import (
    BenchmarksContract,
    MetricsContract,
    ProviderContract,
    ReportContract,
    RulePackContract,
    Sample,
    VocabularyContract,
)
from docs.generate import bundled
from tests.docs.blocks import ROOT
from tests.plugins_shop.more_samples import MORE
from tests.plugins_shop.samples import SAMPLES
from tests.plugins_shop.test_orders import RETURNS, TWO_SKUS
from tests.shapes import orders

EXAMPLE = ROOT / "examples" / "luna-beauty"
VOCABULARIES = {
    plugin.__name__: plugin
    for plugin in (
        advisor_tiktok_shop,
        advisor_tiktok_ads,
        advisor_rules_guide,
        advisor_rules_operator,
    )
}
PACKS = (
    *advisor_rules_guide.advisor_rule_packs(),
    *advisor_rules_operator.advisor_rule_packs(),
)
BANDS = (
    *advisor_rules_guide.advisor_benchmarks(),
    *advisor_rules_operator.advisor_benchmarks(),
)
METRICS = (advisor_tiktok_shop, advisor_tiktok_ads, advisor_tiktok_studio)
CONTRADICTIONS = {
    "guide": tuple(
        f"CPP = CPC / purchase rate. CPC $0.50–1.50 and conversion rate {rate}% make CPP {cpp}; "
        "good is at most $5 (where order value from ads is below $25)"
        for rate, cpp in (
            ("2–4", "$12.50–75.00"),
            ("4–6", "$8.33–37.50"),
            ("5–8", "$6.25–30.00"),
            ("3–6", "$8.33–50.00"),
        )
    )
}


def example(pattern: str, kind: str, totals: Mapping[str, float] = {}) -> Sample:
    """The newest file of the example shop that is called like this."""
    return attrs.evolve(Sample.of(max(EXAMPLE.glob(pattern))), kind=kind, totals=totals)


def summed(path: Path, header: str, until: str) -> float:
    """The sum of a column by the csv module, over rows with a number that do not begin with
    *until*."""
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))
    first = next(iter(rows[0]))
    cells = [row[header] for row in rows if not row[first].startswith(until)]
    return sum(float(cell) for cell in cells if cell.replace(".", "").isdigit())


VIEWERS = max(EXAMPLE.glob("Viewers*"))
ADS = max(EXAMPLE.glob("Tiktok Ads*"))
SHOP, SHOP_TEMPLATES = advisor_tiktok_shop.advisor_metric_providers()
ADS_EXPORTS = advisor_tiktok_ads.advisor_metric_providers()[0]
(STUDIO,) = advisor_tiktok_studio.advisor_metric_providers()


SELLER_CENTER = [
    Sample(f"{s.kind}.csv", s.write(s.languages[0], "csv"), kind=s.kind, totals=s.counts)
    for s in (*SAMPLES, *MORE)
]


class TestSellerCenter(ProviderContract):
    provider = SHOP
    samples = (
        *SELLER_CENTER[::4],
        Sample("orders.csv", orders.orders(TWO_SKUS, region="US"), kind="orders"),
        Sample("returns.csv", orders.returns(RETURNS), kind="returns"),
        example("product_list*.xlsx", kind="product-list"),
    )


def test_every_kind_of_seller_center_says_what_it_reads() -> None:
    promises = ProviderContract.promises(provider=SHOP, samples=SELLER_CENTER)
    (says,) = (promise for promise in promises if str(promise) == "says_what_it_reads")

    says()


class TestSellersOwnLists(ProviderContract):
    provider = SHOP_TEMPLATES
    samples = (example("violations.csv", kind="violations", totals={"violations": 1}),)


class TestAdsManager(ProviderContract):
    provider = ADS_EXPORTS
    samples = (
        example(
            "Tiktok Ads*",
            kind="ads-manager-report",
            totals={
                "spend": summed(ADS, "Cost", "Total"),
                "impressions": summed(ADS, "Impressions", "Total"),
            },
        ),
    )


class TestStudio(ProviderContract):
    provider = STUDIO
    samples = (
        example(
            "Viewers*",
            kind="studio-viewers",
            totals={"new_viewers": summed(VIEWERS, "New Viewers", "Total")},
        ),
        example("*FollowerHistory*", kind="studio-follower-history"),
        example("*FollowerGender*", kind="studio-follower-gender"),
        example("*FollowerTopTerritories*", kind="studio-follower-territories"),
        example("Overview*", kind="studio-overview"),
    )


class TestPlan(ReportContract):
    formats = advisor_report_plan.advisor_report_formats()
    templates = advisor_report_plan.advisor_templates()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_a_pack_keeps_its_promises(pack: object) -> None:
    for promise in RulePackContract.promises(pack=pack):
        if promise.name != "cases_hold":  # the pack's own tests run each case, by both engines
            promise()


@pytest.mark.parametrize("plugin", VOCABULARIES.values(), ids=VOCABULARIES)
def test_words_keep_their_promises(plugin: object) -> None:
    for file in plugin.advisor_vocabulary():  # type: ignore[attr-defined]
        VocabularyContract.holds(vocabulary=file)


@pytest.mark.parametrize("bands", BANDS, ids=lambda file: file.id)
def test_bands_keep_their_promises(bands: object) -> None:
    BenchmarksContract.holds(
        bands=bands,
        today=date(2026, 6, 1),
        contradictions=CONTRADICTIONS.get(bands.id, ()),  # type: ignore[attr-defined]
    )


@cache
def example_readings() -> Sequence[Reading]:
    """The example shop as the host reads it; October is the window."""
    context = ReadContext(date(2026, 11, 2), "MXN", "MX")
    readings = gather([EXAMPLE], bundled().providers(), context).readings
    october = Period(date(2026, 10, 4), date(2026, 10, 31))
    return tuple(attrs.evolve(reading, period=october) for reading in readings)


@pytest.mark.parametrize("plugin", METRICS, ids=lambda plugin: plugin.__name__)
def test_derived_metrics_keep_their_promises(plugin: object) -> None:
    MetricsContract.holds(plugin=plugin, readings=[example_readings()])
