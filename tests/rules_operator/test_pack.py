"""The operators' pack: its rules say what their cases expect, and say who says so."""

from datetime import date
from functools import cache

import pytest

import advisor_rules_guide as guide
import advisor_rules_operator as operator
from advisor.judge.engine import Engine
from advisor.judge.engine.durable import DurableEngine, available
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.pack import load_pack
from advisor.knowledge.references import check_circles, check_references
from advisor.model.bands import Bands, check_bands
from advisor.model.rule import Rule
from advisor.model.shop import Business
from advisor.model.vocabulary import MetricKind, Vocabulary
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, Outcome, pack_cases, run_cases
from tests.end_to_end.runs import registry

(PACK,) = operator.advisor_rule_packs()
(GUIDE,) = guide.advisor_rule_packs()
OWN = tuple(operator.advisor_benchmarks())
BANDS = Bands((*guide.advisor_benchmarks(), *OWN))


def words() -> Vocabulary:
    return registry().vocabulary()


@cache
def rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_pack(PACK, words())}


@cache
def everyones() -> tuple[Rule, ...]:
    return (*load_pack(GUIDE, words()), *rules().values())


@cache
def cases() -> dict[str, tuple[Case, ...]]:
    return dict(pack_cases(PACK, vocabulary=words()))


def each_case() -> list[tuple[str, str]]:
    return [(rule_id, case.name) for rule_id, found in cases().items() for case in found]


def judged(rule_id: str, name: str, engine: Engine) -> str:
    case = next(case for case in cases()[rule_id] if case.name == name)
    runner = CaseRunner(words(), BANDS, everyones(), engine)
    rule = rules()[rule_id]
    (result,) = run_cases(rule, [case], lambda one: runner.judge(rule, one))
    return result.difference


@pytest.mark.parametrize(("rule_id", "name"), each_case())
def test_a_case_ends_as_it_says(rule_id: str, name: str) -> None:
    assert judged(rule_id, name, ReferenceEngine()) == ""


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_durable_rules_says_the_same_of_every_case(step: int) -> None:
    """Of every fifth case, and slowly of all."""
    reason = available()
    if reason is not None:
        pytest.skip(reason)
    engine = DurableEngine()
    different = [each for each in each_case()[::step] if judged(*each, engine)]

    assert different == []


def test_every_rule_has_cases_and_every_case_file_a_rule() -> None:
    assert cases().keys() == rules().keys()


def known_exactly(rule: Rule) -> bool:
    """Whether nothing that *rule* asks can be unsure: counts, exact metrics and symbols."""
    metrics = words().metrics
    return all(
        test.trend is None
        and (test.name not in metrics or metrics[test.name].kind is MetricKind.EXACT)
        for test in (*rule.when.own(), *(t for one in rule.when.related for t in one.tests))
    )


@pytest.mark.parametrize("rule_id", list(rules()))
def test_the_cases_of_a_rule_show_every_way_it_can_end(rule_id: str) -> None:
    shown = {case.outcome for case in cases()[rule_id]}
    expected = {Outcome.FIRES, Outcome.CLEAR, Outcome.UNSURE, Outcome.MISSING}
    if known_exactly(rules()[rule_id]):
        expected -= {Outcome.UNSURE}
    if rules()[rule_id].region or rules()[rule_id].tags:
        expected |= {Outcome.NOT_APPLICABLE}

    assert shown == expected


@pytest.mark.parametrize("rule_id", list(rules()))
def test_a_rule_says_who_says_so_and_when_not_to_believe_it(rule_id: str) -> None:
    rule = rules()[rule_id]

    assert rule.origin is not None
    assert rule.origin.title
    assert rule.says.misleading_when


def test_rules_refer_only_to_rules_that_are_there() -> None:
    check_references(everyones())
    check_circles(everyones())


def test_the_bands_use_known_names_and_possible_edges_and_say_who_says_so() -> None:
    for file in OWN:
        check_bands(file, words())
        assert [band.metric for band in file.band if band.origin is None or not band.note] == []


CLASSIC = {"ctr", "cpc", "cpm", "cpp", "roas", "cvr", "spend", "clicks", "impressions", "purchases"}


@pytest.mark.parametrize("rule_id", [r for r in rules() if rules()[r].file.startswith("gmv-max/")])
def test_a_rule_on_gmv_max_asks_nothing_that_only_classic_ads_have(rule_id: str) -> None:
    asked = {test.name for test in rules()[rule_id].own_tests()}

    assert not asked & CLASSIC


@pytest.mark.parametrize("rule_id", [r for r in rules() if rules()[r].file.startswith("ads/")])
def test_a_rule_on_classic_ads_asks_nothing_of_gmv_max(rule_id: str) -> None:
    asked = {test.name for test in rules()[rule_id].own_tests()}

    assert not {name for name in asked if name == "roi" or name.startswith("gmv_max")}


@pytest.mark.parametrize("rule_id", list(rules()))
def test_a_rule_gives_no_advice_that_harms(rule_id: str) -> None:
    rule = rules()[rule_id]
    texts = [rule.says.finding, rule.says.why]
    texts += [sentence for a in rule.actions for sentence in (a.do, *a.steps)]
    harmful = (
        "buy followers",
        "buy likes",
        "buy reviews",
        "fake",
        "list price",
        "spend more",
        "only today",
    )

    assert [t for t in texts for word in harmful if word in t.lower()] == []


@pytest.mark.parametrize("rule_id", [r for r in rules() if rules()[r].file.startswith("gmv-max/")])
def test_the_roi_of_gmv_max_is_never_called_roas(rule_id: str) -> None:
    rule = rules()[rule_id]
    texts = [rule.says.healthy, rule.says.finding, rule.says.why]
    texts += [sentence for a in rule.actions for sentence in (a.do, *a.steps)]

    assert [t for t in texts if "ROAS" in t or "CPC" in t] == []


@pytest.mark.parametrize(
    ("day", "recommended", "enforced"),
    [
        (date(2025, 11, 28), 0.04, 0.04),
        (date(2026, 1, 8), 0.04, 0.04),
        (date(2026, 1, 9), 0.04, 0.04),
        (date(2026, 3, 1), 0.04, 0.04),
        (date(2026, 3, 2), 0.04, 0.10),
        (date(2027, 1, 1), 0.04, 0.10),
    ],
)
def test_each_edition_of_the_late_dispatch_rate_holds_on_its_days(
    day: date, recommended: float, enforced: float
) -> None:
    shop = Business(region="US")
    (line,) = BANDS.resolve("late_dispatch", "shop", shop, day).edges
    (acts,) = BANDS.resolve("late_dispatch_enforced", "shop", shop, day).edges

    assert (line.high, acts.high) == (recommended, enforced)


POLICY = {band.metric for file in OWN for band in file.band if band.where.region is not None}


@pytest.mark.parametrize("metric", sorted(POLICY))
def test_a_policy_has_a_line_in_its_region_and_none_elsewhere(metric: str) -> None:
    nowhere = BANDS.resolve(metric, "shop", Business(region="BR"), date(2026, 6, 1))
    unknown = BANDS.resolve(metric, "shop", Business(), date(2026, 6, 1))

    assert nowhere.edges == ()
    assert unknown.edges == ()
    assert unknown.reason.endswith("add region to [shop] in advisor.toml")


@pytest.mark.parametrize("metric", sorted(m for m in POLICY if f"{m}_ahead" in POLICY))
def test_the_line_ahead_is_the_line_of_today(metric: str) -> None:
    of = {
        name: [
            (b.low, b.high, b.where.region, b.where.from_, b.where.until)
            for file in OWN
            for b in file.band
            if b.metric == name
        ]
        for name in (metric, f"{metric}_ahead")
    }

    assert of[metric] == of[f"{metric}_ahead"]
