"""What is known to break durable_rules does not break the engine.

Where the library would hang or end the process, the test shows that the engine stays clear of it.
"""

import random
from collections.abc import Callable, Iterable, Iterator

import pytest

from advisor.errors import AdvisorError
from advisor.judge.engine import After, Clause, Engine, FindingFact, Join, LinkFact
from advisor.judge.engine.durable import DurableEngine, available
from advisor.judge.engine.reference import ReferenceEngine
from advisor.judge.engine.rulesets import MAX_CONDITIONS_OF_KIND, MAX_TESTS, MAX_USES, rulesets
from advisor.judge.engine.sessions import pack
from tests.judge.engine.facts import fired, fires, join, pattern, subject

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

# Strings with the same 32-bit FNV-1a hash, which is how the library compares names and ids.
SAME_HASH = [("costarring", "liquid"), ("declinate", "macallums"), ("altarage", "zinke")]


def test_every_one_of_20000_facts_fires(durable: DurableEngine) -> None:
    subjects = [subject(f"s{n}", "a") for n in range(20_000)]

    assert len(durable.derive([fires("r", "a")], subjects)) == 20_000


def test_every_fact_of_a_component_too_large_for_a_session_fires(durable: DurableEngine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),))
    subjects = [subject("p", "low", kind="product"), *(subject(f"s{n}", "a") for n in range(5_000))]
    links = [LinkFact("sells", f"s{n}", "p") for n in range(5_000)]

    assert len(durable.derive([clause], subjects, links)) == 5_000


def test_a_session_with_very_many_matches_loses_none(durable: DurableEngine) -> None:
    conditions = [f"c{n}" for n in range(100)]
    subjects = [subject(f"s{n}", *conditions) for n in range(300)]

    assert len(durable.derive([fires(name, name) for name in conditions], subjects)) == 30_000


def test_subjects_that_are_alike_are_asserted_once_and_all_derived(
    durable: DurableEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asserted: list[int] = []

    def packed(components: Iterable[list[object]], session: int) -> Iterator[list[object]]:
        for facts in pack(components, session):
            asserted.append(len(facts))
            yield facts

    monkeypatch.setattr("advisor.judge.engine.durable.pack", packed)
    subjects = [subject(f"s{n}", "a", "b") for n in range(50)] + [subject("t", "a", "b", "c")]
    clauses = [fires("r", "a", "b"), fires("q", "a", "b", "c")]

    found = DurableEngine().derive(clauses, subjects)

    assert found == {fired("r", s.subject) for s in subjects} | {fired("q", "t")}
    assert asserted == [2]


def test_facts_that_no_clause_knows_are_harmless() -> None:
    engine = DurableEngine(alike=False, prefilter=False)
    clause = Clause("fires", "r", pattern("a"), (join("sells"),), (After("early"),))
    subjects = [subject("s", "b"), subject("odd", "a", kind="unheard of")]
    links = [LinkFact("unheard of", "s", "odd"), LinkFact("sells", "nobody", "no one")]
    findings = [FindingFact("unheard of", "s"), FindingFact("early", "nobody")]

    assert engine.derive([clause], subjects, links, findings) == frozenset()


def many_conditions_each_its_own_rule() -> list[Clause]:
    """250 conditions on one subject: more properties than a fact can carry."""
    return [fires(f"r{n}", f"c{n}") for n in range(250)]


def many_conditions_in_few_rules() -> list[Clause]:
    """250 conditions, 50 to a rule."""
    return [fires(f"r{n}", *(f"c{m}" for m in range(n, n + 50))) for n in range(0, 250, 50)]


def identical_bodies() -> list[Clause]:
    """300 rules with the identical condition."""
    return [fires(f"r{n}", "c1") for n in range(300)]


def identical_subjects_with_different_joins() -> list[Clause]:
    """300 rules that begin with the identical condition."""
    return [
        Clause("fires", f"r{n}", pattern("c1"), (join("to", f"c{n % 250}", kind="ad"),))
        for n in range(300)
    ]


def identical_joins_of_different_subjects() -> list[Clause]:
    """250 rules that end in the identical join."""
    return [
        Clause("fires", f"r{n}", pattern(f"c{n}"), (join("to", "c1", kind="ad"),))
        for n in range(250)
    ]


def many_findings() -> list[Clause]:
    """200 rules after one finding, on the subject and over a relation."""
    return [
        Clause("fires", f"r{n}", pattern(f"c{n}"), (), (After("early"), After("early", "to")))
        for n in range(200)
    ]


def identical_subjects_after_different_findings() -> list[Clause]:
    """300 rules that begin with the identical condition, each after a finding of its own."""
    return [Clause("fires", f"r{n}", pattern("c1"), (), (After(f"early{n}"),)) for n in range(300)]


@pytest.mark.parametrize("prefilter", [True, False])
@pytest.mark.parametrize(
    "program",
    [
        many_conditions_each_its_own_rule,
        many_conditions_in_few_rules,
        identical_bodies,
        identical_subjects_with_different_joins,
        identical_joins_of_different_subjects,
        many_findings,
        identical_subjects_after_different_findings,
    ],
)
def test_programs_beyond_the_librarys_limits_are_split(
    program: Callable[[], list[Clause]], prefilter: bool
) -> None:
    clauses = program()
    everything = [f"c{n}" for n in range(250)]
    subjects = [subject("s", *everything), subject("t", *everything), subject("u", "c1")]
    links = [LinkFact("to", "s", "t"), LinkFact("to", "t", "s"), LinkFact("to", "u", "s")]
    findings = [FindingFact("early", "s"), FindingFact("early", "t")]
    findings += [FindingFact(f"early{n}", "s") for n in range(300)]
    facts = clauses, subjects, links, findings

    found = DurableEngine(alike=False, prefilter=prefilter).derive(*facts)

    assert found == ReferenceEngine().derive(*facts)
    assert len({derivation.rule for derivation in found}) == len(clauses)


def test_a_rule_set_stays_inside_the_librarys_limits() -> None:
    chance = random.Random(3)
    clauses = [
        Clause(
            "fires",
            f"r{n}",
            pattern(*chance.choices([f"c{m}" for m in range(400)], k=5)),
            tuple(join("to", f"c{chance.randrange(400)}", kind="ad") for _ in range(n % 3)),
        )
        for n in range(400)
    ]

    for rules in rulesets(clauses):
        bodies = [body for body, _ in rules.bodies]
        joins = sum(len(body.joins) for body in bodies)
        assert len({body.subject.true for body in bodies}) + joins <= MAX_TESTS
        assert len(rules.conditions["ad"]) <= MAX_CONDITIONS_OF_KIND
        assert sum(body.facts for body in bodies) <= MAX_USES


def test_forty_rules_need_one_rule_set() -> None:
    assert len(rulesets([fires(f"r{n}", f"c{n}") for n in range(40)])) == 1


def test_a_rule_that_joins_too_many_facts_is_refused_by_name(durable: DurableEngine) -> None:
    clause = Clause("fires", "pack/greedy", pattern(), (join("sells"),) * 8)

    with pytest.raises(AdvisorError) as caught:
        durable.derive([clause], [])

    assert str(caught.value) == (
        "rule pack/greedy: joins 17 facts, at most 15 can be joined; "
        "split it in two rules, one after the other"
    )


def test_a_rule_with_as_many_joins_as_can_be_works(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern(), (join("sells", "low"),) * 7)
    subjects = [subject("s"), subject("p", "low", kind="product")]

    found = engine.derive([clause], subjects, [LinkFact("sells", "s", "p")])

    assert found == {fired("r", "s", *["p"] * 7)}


def test_a_rule_with_too_many_conditions_is_refused_by_name(durable: DurableEngine) -> None:
    with pytest.raises(AdvisorError, match="rule pack/greedy: asks 181 conditions of ad"):
        durable.derive([fires("pack/greedy", *(f"c{n}" for n in range(181)))], [])


def test_a_rule_with_as_many_conditions_as_can_be_works(engine: Engine) -> None:
    conditions = [f"c{n}" for n in range(180)]
    subjects = [subject("all", *conditions), subject("but one", *conditions[1:])]

    assert engine.derive([fires("r", *conditions)], subjects) == {fired("r", "all")}


def test_more_sessions_than_the_library_can_hold_run_in_one_process() -> None:
    engine = DurableEngine(alike=False, session=1)
    subjects = [subject(f"s{n}", "a") for n in range(1_500)]

    assert len(engine.derive([fires("r", "a")], subjects)) == 1_500


def test_more_programs_than_are_kept_can_be_used_in_turn(durable: DurableEngine) -> None:
    for _ in range(3):
        for n in range(20):
            found = durable.derive([fires(f"r{n}", f"c{n}")], [subject("s", f"c{n}")])
            assert found == {fired(f"r{n}", "s")}


def test_nothing_is_left_from_one_call_to_the_next(durable: DurableEngine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),), (After("early"),))
    ad, product = subject("s", "a"), subject("p", "low", kind="product")
    link, finding = LinkFact("sells", "s", "p"), FindingFact("early", "s")

    assert durable.derive([clause], [ad], [link], [finding]) == frozenset()
    assert durable.derive([clause], [product], [link], [finding]) == frozenset()
    assert durable.derive([clause], [ad, product], [], [finding]) == frozenset()
    assert durable.derive([clause], [ad, product], [link], []) == frozenset()
    assert durable.derive([clause], [ad, product], [link], [finding]) == {fired("r", "s", "p")}


@pytest.mark.parametrize("session", [1, 2_000])
@pytest.mark.parametrize(("one", "other"), SAME_HASH)
def test_names_with_the_same_hash_are_not_taken_for_each_other(
    one: str, other: str, session: int
) -> None:
    clauses = [
        fires("condition", one),
        fires("kind", kind=one),
        Clause("fires", "relation", pattern(), (Join(one, pattern()),)),
        Clause("fires", "finding", pattern(), (), (After(one),)),
        Clause("fires", "subject", pattern("a"), (join("to", "b", kind="ad"),)),
    ]
    facts = (
        clauses,
        [subject(one, "a"), subject(other, "b", other), subject("s", kind=other)],
        [LinkFact(other, one, other), LinkFact("to", one, one)],
        [FindingFact(other, one)],
    )

    found = DurableEngine(alike=False, prefilter=False, session=session).derive(*facts)

    assert found == ReferenceEngine().derive(*facts) == frozenset()


def test_two_shops_whose_ids_share_a_hash_do_not_join(durable: DurableEngine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),))
    subjects = [
        subject("costarring", "a"),
        subject("p", kind="product"),
        subject("liquid"),
        subject("q", "low", kind="product"),
    ]
    links = [LinkFact("sells", "costarring", "p"), LinkFact("sells", "liquid", "q")]

    assert durable.derive([clause], subjects, links) == frozenset()


def test_property_names_never_share_a_hash() -> None:
    names = ["id", "sid", "key", "k", "from", "to", "r", "on", "f", "end", "never", "$s"]
    names += [f"c{n}" for n in range(MAX_CONDITIONS_OF_KIND)]

    assert len({_fnv1a(name) for name in names}) == len(names)
    assert _fnv1a("costarring") == _fnv1a("liquid")


def _fnv1a(text: str) -> int:
    value = 2_166_136_261
    for byte in text.encode():
        value = (value ^ byte) * 16_777_619 % 2**32
    return value
