"""Tests of a plugin, on the kit for them."""

from advisor.testing import (
    BenchmarksContract,
    ProviderContract,
    ReportContract,
    RulePackContract,
    Sample,
    assert_clear,
    assert_fires,
    assert_missing,
    assert_unsure,
    shop,
)
from tests.typing.accepted import provider, rule_pack, theme


class TestRules(RulePackContract):
    pack = rule_pack.advisor_rule_packs()[0]
    plugins = (rule_pack,)


class TestBands(BenchmarksContract):
    bands = rule_pack.advisor_benchmarks()[0]


class TestTill(ProviderContract):
    provider = provider.advisor_metric_providers()[0]
    samples = (Sample("till.csv", b"TILL,1\n", kind="till-day", totals={"gmv": 1}),)


class TestSlides(ReportContract):
    formats = theme.advisor_report_formats()
    templates = theme.advisor_templates()


def test_rules() -> None:
    small = shop({"product": {"name": "Comb", "product_clicks": 6_000}}, size="small")
    told = assert_fires("slow-page", small, "Comb", finding="…")
    reason: str = told.why
    assert reason
    assert_clear("slow-page", {"product_clicks": 6_000, "sku_orders": 240})
    assert_unsure("slow-page", {"product_clicks": 600, "sku_orders": 16})
    assert_missing("slow-page", small)
