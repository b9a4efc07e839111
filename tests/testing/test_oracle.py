"""A shop of rows and a case of the same counts are read on different ways, and end alike."""

from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.load import bands_of
from advisor.model.rule import Rule
from advisor.model.settings import Settings
from advisor.model.shop import Business
from advisor.testing import judged, shop
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, CaseSubject, Outcome
from advisor.testing.installed import registry_with
from advisor.testing.rules import find_rule
from tests.testing.test_assertions import RULE

PAST = RULE.replace('ctor           = "low"', 'ctor = { is = "low", against = "past" }')
COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "product_clicks": st.integers(0, 20_000),
        "sku_orders": st.integers(0, 400),
    },
)


@cache
def the_rule(text: str) -> Rule:
    return find_rule(text, None, registry_with())[0]


@cache
def runner() -> CaseRunner:
    registry = registry_with()
    words = registry.vocabulary()
    return CaseRunner(words, bands_of(Settings(), registry), (), engine=ReferenceEngine())


@pytest.mark.parametrize("text", [RULE, PAST], ids=["band", "past"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(now=COUNTS, before=COUNTS)
@example(now={"product_clicks": 6_000, "sku_orders": 60}, before={})
@example(
    now={"product_clicks": 6_000, "sku_orders": 60},
    before={"product_clicks": 6_000, "sku_orders": 300},
)
def test_both_ways_end_alike(text: str, now: dict[str, float], before: dict[str, float]) -> None:
    rule = the_rule(text)
    case = Case(
        name="the case",
        business=Business(size="small", currency="USD"),
        subject=CaseSubject("Iron", now),
        outcome=Outcome.CLEAR,
        before=CaseSubject("Iron", before) if before else None,
    )
    said = runner().judge(rule, case)
    ending = judged(
        rule, shop({"product": {"name": "Iron", **now, "before": before}}, size="small")
    )

    assert (ending.outcome, ending.finding) == (said.outcome, said.finding)
