"""A shop of rows and a case of the same counts are read on different ways, and end alike.

Where they differ it is on purpose: a case gives a rule's author counts whose days vary by chance
alone, while of a shop's sum nobody knows how its days varied, so its interval is wider.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from unittest import mock

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from advisor.diagnosis import diagnose_gathered
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.load import bands_of
from advisor.metrics import CountedRows
from advisor.model.rule import Rule
from advisor.model.settings import Settings
from advisor.model.shop import Business
from advisor.testing import Ending, assertions, judged, shop
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, CaseSubject, Outcome
from advisor.testing.installed import registry_with
from advisor.testing.rules import find_rule
from tests.testing.test_assertions import RULE

PAST = RULE.replace('ctor           = "low"', 'ctor = { is = "low", against = "past" }')
Counts = dict[str, float]
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


def a_case(now: Counts, before: Counts) -> Case:
    return Case(
        name="the case",
        business=Business(size="small", currency="USD"),
        subject=CaseSubject("Iron", now),
        outcome=Outcome.CLEAR,
        before=CaseSubject("Iron", before) if before else None,
    )


def in_a_shop(rule: Rule, now: Counts, before: Counts) -> Ending:
    row = {"name": "Iron", **now, "before": before}
    return judged(rule, shop({"product": row}, size="small"))


@contextmanager
def days_that_vary_by_chance_alone() -> Iterator[None]:
    """Shops are read with days like those of a case."""

    def as_in_a_case(rows: Sequence[CountedRows], _: object) -> tuple[CountedRows, ...]:
        return tuple(attrs.evolve(one, alike=True) for one in rows)

    read = partial(diagnose_gathered, as_if=as_in_a_case)
    with mock.patch.object(assertions, "diagnose_gathered", read):
        yield


@pytest.mark.parametrize("text", [RULE, PAST], ids=["band", "past"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(now=COUNTS, before=COUNTS)
@example(now={"product_clicks": 6_000, "sku_orders": 60}, before={})
@example(
    now={"product_clicks": 6_000, "sku_orders": 60},
    before={"product_clicks": 6_000, "sku_orders": 300},
)
@example(now={"product_clicks": 2_425, "sku_orders": 56}, before={})
@example(now={"product_clicks": 1, "sku_orders": 1}, before={"product_clicks": 1, "sku_orders": 0})
def test_both_ways_end_alike(text: str, now: Counts, before: Counts) -> None:
    rule = the_rule(text)
    said = runner().judge(rule, a_case(now, before))
    with days_that_vary_by_chance_alone():
        ending = in_a_shop(rule, now, before)

    assert (ending.outcome, ending.finding) == (said.outcome, said.finding)


def test_near_an_edge_a_shop_is_less_sure_than_a_case() -> None:
    rule, now = the_rule(RULE), {"product_clicks": 2_425.0, "sku_orders": 56.0}

    assert runner().judge(rule, a_case(now, {})).outcome == "fires"
    assert in_a_shop(rule, now, {}).outcome == "unsure"
