"""Cases are computed: whatever is asked, they show what the rule says of them."""

from collections.abc import Sequence
from functools import cache

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.scaffold.counts import counts_for
from advisor.cli.scaffold.rule import NewRule, new_rule
from advisor.cli.scaffold.wish import Wish
from advisor.cli.scaffold.write import toml
from advisor.knowledge.lint_advice import objections
from advisor.knowledge.load import bands_of
from advisor.knowledge.rule_file import load_pack
from advisor.metrics.required import metric_of
from advisor.model.bands import Bands
from advisor.model.rule import Rule, Severity
from advisor.model.settings import Settings
from advisor.model.vocabulary import Vocabulary
from advisor.plugin.registry import load_plugins
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import load_cases, run_cases


@attrs.frozen
class Installed:
    """What new rules are made with."""

    vocabulary: Vocabulary
    bands: Bands
    rules: Sequence[Rule]


@cache
def installed() -> Installed:
    registry = load_plugins()
    words = registry.vocabulary()
    rules = [rule for pack in registry.rule_packs() for rule in load_pack(pack, words)]
    return Installed(words, bands_of(Settings(), registry), rules)


def made(subject: str, *asks: str) -> NewRule:
    wish = Wish("mine", subject, Severity.HIGH, asks)
    own = installed()
    return new_rule(wish, "own", own.vocabulary, own.bands, own.rules)


def outcomes(rule: NewRule) -> list[str]:
    cases = load_cases(rule.cases, "cases", vocabulary=installed().vocabulary)
    runner = CaseRunner(installed().vocabulary, installed().bands, [rule.rule])
    results = run_cases(rule.rule, cases, lambda case: runner.judge(rule.rule, case))
    assert [result.difference for result in results] == [""] * len(results)
    return [case.outcome.value for case in cases]


ALL = ["fires", "clear", "unsure", "missing"]


@pytest.mark.parametrize(
    ("subject", "asks", "expected"),
    [
        ("ad", ["ctr=low"], ALL),
        ("ad", ["ctr=good"], ALL),
        ("ad", ["roas=good"], ALL),
        ("ad", ["ctr=low,good", "cpc=high"], ["fires", "clear", "clear", "unsure", "missing"]),
        ("ad", ["ctr=falling"], ALL),
        ("ad", ["cpc=rising", "spend>=50"], ["fires", "clear", "clear", "unsure", "missing"]),
        ("ad", ["ctr>=0.01", "ctr<=0.02"], ALL),
        ("product", ["ctor=low", "product_clicks>=500"], [*ALL[:2], "clear", *ALL[2:]]),
        ("shop", ["violations=high"], ["fires", "clear", "missing"]),
        ("video", ["engagement=high"], ALL),
        ("campaign", ["budget_use>=0.9"], ALL),
        ("ad", ["cpc=high", "cpc.driver=ctr"], ["fires", "clear", "clear", "unsure", "missing"]),
    ],
    ids=str,
)
def test_every_case_that_can_be_is_there_and_holds(
    subject: str, asks: list[str], expected: list[str]
) -> None:
    assert outcomes(made(subject, *asks)) == expected


def test_the_lever_is_that_of_the_rule_that_asks_most_alike() -> None:
    assert made("ad", "cpc=high", "ctr=low").rule.actions[0].lever == "creative.hook"
    assert made("product", "ctor=low").rule.actions[0].lever == "page.content"


@pytest.mark.parametrize("known", [installed().rules, []], ids=["beside others", "the first"])
def test_a_new_rule_says_when_to_stop_and_asks_for_nothing_forbidden(known: Sequence[Rule]) -> None:
    own = installed()
    wish = Wish("mine", "ad", Severity.HIGH, ("ctr=low",))
    rule = new_rule(wish, "own", own.vocabulary, own.bands, known).rule

    assert objections([rule], own.vocabulary.levers) == []
    assert rule.actions[0].stop
    assert rule.actions[0].owner in own.vocabulary.roles


def test_the_same_wish_gives_the_same_files() -> None:
    assert made("ad", "ctr=low") == made("ad", "ctr=low")


@given(
    ctr=st.floats(0.001, 0.9),
    cpc=st.floats(0.05, 50),
    roas=st.floats(0.1, 30),
    size=st.floats(3e3, 1e6),
)
def test_counts_have_the_values_that_are_wanted(
    ctr: float, cpc: float, roas: float, size: float
) -> None:
    wanted = {"ctr": ctr, "cpc": cpc, "roas": roas}
    found = counts_for(wanted, installed().vocabulary.metrics, installed().vocabulary.counts, size)

    assert found is not None
    assert found["clicks"] / found["impressions"] == pytest.approx(
        ctr, rel=0.15
    )  # two digits of each count
    assert found["spend"] / found["clicks"] == pytest.approx(cpc, rel=0.15)
    assert found["ad_revenue"] / found["spend"] == pytest.approx(roas, rel=0.15)


def test_values_that_contradict_each_other_have_no_counts() -> None:
    wanted = {"clicks": 100.0, "impressions": 1_000.0, "ctr": 0.9}
    words = installed().vocabulary
    totals = {name: metric_of(name, words) for name in ("clicks", "impressions")}
    metrics = {**words.metrics, **totals}

    assert counts_for(wanted, metrics, words.counts, 1e4) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('a "b"\n\\', '"a \\"b\\" \\\\"'),
        (6_000.0, "6_000"),
        (0.05, "0.05"),
        (("low",), '"low"'),
        (("low", "good"), '["low", "good"]'),
        ({"at-least": 5.0, "a.b": "x"}, '{ at-least = 5, "a.b" = "x" }'),
    ],
)
def test_values_are_written_as_toml(value: object, text: str) -> None:
    assert toml(value) == text
