"""durable_rules derives what the reference derives, whatever it is given."""

import random

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.judge.engine import After, Clause, FindingFact, Join, LinkFact, Pattern, SubjectFact
from advisor.judge.engine.durable import DurableEngine
from advisor.judge.engine.reference import ReferenceEngine
from tests.examples_tried import tried

# Few names, so that nearly every example joins something.
KINDS = st.sampled_from(["ad", "product"])
RELATIONS = st.sampled_from(["sells", "by"])
RULES = st.sampled_from(["r1", "r2"])
SUBJECTS = st.sampled_from([f"s{n}" for n in range(5)])
CONDITIONS = st.frozensets(st.sampled_from("abc"))
FEW_CONDITIONS = st.frozensets(st.sampled_from("abc"), max_size=1)

patterns = st.builds(Pattern, KINDS, FEW_CONDITIONS)
clauses = st.builds(
    Clause,
    st.sampled_from(["fires", "blocked", "explained"]),
    RULES,
    patterns,
    st.lists(st.builds(Join, RELATIONS, patterns), max_size=2).map(tuple),
    st.lists(st.builds(After, RULES, st.none() | RELATIONS), max_size=2).map(tuple),
)


@attrs.frozen
class Given:
    """What an engine is given in one call."""

    clauses: list[Clause]
    subjects: list[SubjectFact]
    links: list[LinkFact]
    findings: list[FindingFact]


givens = st.builds(
    Given,
    st.lists(clauses, min_size=3, max_size=10),
    st.lists(st.builds(SubjectFact, SUBJECTS, KINDS, CONDITIONS), min_size=5, max_size=12),
    st.lists(st.builds(LinkFact, RELATIONS, SUBJECTS, SUBJECTS), min_size=8, max_size=20),
    st.lists(st.builds(FindingFact, RULES, SUBJECTS), max_size=15),
)

# The engine is shared on purpose: what one example leaves behind would show in the next.
several = settings(
    max_examples=tried(60, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@several
@given(givens)
def test_durable_rules_and_the_reference_agree(durable: DurableEngine, given: Given) -> None:
    facts = given.clauses, given.subjects, given.links, given.findings

    assert durable.derive(*facts) == ReferenceEngine().derive(*facts)


@several
@given(givens)
def test_the_findings_are_the_same_with_the_filter_off(
    durable: DurableEngine, given: Given
) -> None:
    facts = given.clauses, given.subjects, given.links, given.findings

    assert DurableEngine(prefilter=False, alike=False).derive(*facts) == durable.derive(*facts)
    assert DurableEngine().derive(*facts) == durable.derive(*facts)


@several
@given(givens, st.integers(1, 8), st.integers(2, 6))
def test_neither_small_sessions_nor_small_rule_sets_change_the_findings(
    durable: DurableEngine, given: Given, session: int, tests: int
) -> None:
    facts = given.clauses, given.subjects, given.links, given.findings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("advisor.judge.engine.rulesets.MAX_TESTS", tests)
        cut = DurableEngine(session=session).derive(*facts)

    assert cut == durable.derive(*facts)


def test_the_engines_agree_on_large_programs_full_of_joins(durable: DurableEngine) -> None:
    chance = random.Random(20)
    joined = 0

    for _ in range(60):
        given = _large(chance)
        facts = given.clauses, given.subjects, given.links, given.findings
        expected = ReferenceEngine().derive(*facts)
        assert durable.derive(*facts) == expected
        joined += sum(len(derivation.partners) == 2 for derivation in expected)

    assert joined > 5_000


def _large(chance: random.Random) -> Given:
    names = [f"s{n}" for n in range(30)]
    kinds, relations, rules = ["ad", "product"], ["sells", "by"], ["r1", "r2"]

    def conditions(most: int) -> frozenset[str]:
        return frozenset(chance.sample("abcdef", chance.randint(0, most)))

    def some_pattern() -> Pattern:
        return Pattern(chance.choice(kinds), conditions(1))

    def clause(number: int) -> Clause:
        joins = [
            Join(chance.choice(relations), some_pattern()) for _ in range(chance.randint(0, 2))
        ]
        after = [
            After(chance.choice(rules), chance.choice([None, *relations]))
            for _ in range(chance.choice([0, 0, 1, 2]))
        ]
        return Clause("fires", f"rule{number}", some_pattern(), tuple(joins), tuple(after))

    return Given(
        [clause(number) for number in range(40)],
        [SubjectFact(name, chance.choice(kinds), conditions(6)) for name in names],
        [LinkFact(chance.choice(relations), *chance.choices(names, k=2)) for _ in range(150)],
        [FindingFact(chance.choice(rules), chance.choice(names)) for _ in range(30)],
    )
