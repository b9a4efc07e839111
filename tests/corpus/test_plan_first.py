"""A shop with one thing wrong has a plan that begins with it, or with what it comes from."""

from functools import cache

import numpy as np
import pytest

from advisor.diagnosis import diagnose_gathered
from advisor.document import Document
from advisor.document.compose import compose_document
from advisor.ingest.result import Gathered
from advisor.model.request import Request
from advisor.model.rule import Profile, Rule
from advisor.model.settings import RulesSection, Settings, ShopSection
from tests.corpus.batch import TODAY, World
from tests.corpus.exceptions import MAY_SPEAK, NOT_FIRST, UNCOVERED
from tests.corpus.power import STRENGTHS
from tests.corpus.sick import ward

SAMPLE = 100_000.0


@cache
def world() -> World:
    return World.bundled()


def rule(rule_id: str) -> Rule:
    return next(one for one in world().rules if one.id == rule_id)


def plan_of(sick: Rule, strength: float) -> Document | None:
    """The document of a whole shop in which *sick* is planted; None where a plugin's word would
    have to be given to it."""
    rng = np.random.default_rng(9)
    made = ward(sick, world(), np.array([strength]), np.array([SAMPLE]), rng, whole=True)
    if made.given:
        return None
    shop = made.shops.business
    ((name, readings),) = made.shops.readings().items()
    settings = Settings(
        shop=ShopSection(
            id=name, size=shop.size, currency=shop.currency, region=shop.region, margin=shop.margin
        ),
        rules=RulesSection(profile=Profile.STRICT, disable=tuple(MAY_SPEAK.keys() - {sick.id})),
    )
    request = Request((), TODAY, settings)
    return compose_document(diagnose_gathered(Gathered(tuple(readings)), request, world().registry))


def leading(document: Document) -> set[str]:
    """The rules whose findings the first action is about, or explains."""
    if not document.plan:
        return set()
    first = document.plan[0]
    rules = {finding.id: finding.rule for finding in document.findings}
    return {first.rule, *(rules[at] for at in (*first.findings, *first.also_explains))}


@pytest.mark.parametrize(
    "rule_id", ["guide/low-ctor", "guide/high-cpc", "guide/violations", "guide/falling-sales"]
)
def test_the_plan_begins_with_what_is_wrong(rule_id: str) -> None:
    document = plan_of(rule(rule_id), 3.0)

    assert document is not None
    assert rule_id in leading(document)


@pytest.mark.slow
def test_every_plan_begins_with_what_is_wrong_where_it_is_found() -> None:
    """At one strength at least: what is very strong may be another rule's finding as well."""
    late: dict[str, list[set[str]]] = {}
    for one in world().rules:
        if one.id in UNCOVERED or one.id in NOT_FIRST:
            continue
        plans = []
        for strength in reversed(STRENGTHS):
            document = plan_of(one, strength)
            if document is None:
                break
            if any(finding.rule == one.id for finding in document.findings):
                plans.append(leading(document))
        if plans and not any(one.id in rules for rules in plans):
            late[one.id] = plans

    assert late == {}
