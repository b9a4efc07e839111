"""What a clause means, whichever engine is asked."""

import random

from advisor.judge.engine import After, Clause, Engine, FindingFact, LinkFact
from tests.judge.engine.facts import fired, fires, join, pattern, subject


def test_a_clause_fires_where_every_condition_is_true(engine: Engine) -> None:
    subjects = [subject("both", "a", "b"), subject("one", "a"), subject("none")]

    assert engine.derive([fires("r", "a", "b")], subjects) == {fired("r", "both")}


def test_a_clause_without_conditions_fires_on_every_subject_of_its_kind(engine: Engine) -> None:
    subjects = [subject("bare"), subject("more", "a"), subject("video", "a", kind="video")]

    assert engine.derive([fires("r")], subjects) == {fired("r", "bare"), fired("r", "more")}


def test_the_same_condition_on_another_kind_does_not_fire(engine: Engine) -> None:
    clauses = [fires("ads", "a"), fires("videos", "a", kind="video")]

    found = engine.derive(clauses, [subject("v", "a", kind="video")])

    assert found == {fired("videos", "v")}


def test_alternatives_with_one_head_derive_it_once(engine: Engine) -> None:
    clauses = [fires("r", "a"), fires("r", "b")]

    assert engine.derive(clauses, [subject("s", "a", "b")]) == {fired("r", "s")}


def test_one_body_derives_every_head_written_for_it(engine: Engine) -> None:
    clauses = [Clause(head, "r", pattern("a")) for head in ("fires", "blocked", "explained")]

    found = engine.derive(clauses, [subject("s", "a")])

    assert {derivation.head for derivation in found} == {"fires", "blocked", "explained"}


def test_a_join_names_each_partner_that_meets_it(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),))
    subjects = [
        subject("ad", "a"),
        subject("p1", "low", kind="product"),
        subject("p2", "low", kind="product"),
        subject("good", kind="product"),
        subject("unlinked", "low", kind="product"),
    ]
    links = [LinkFact("sells", "ad", target) for target in ("p1", "p2", "good")]
    links.append(LinkFact("shows", "ad", "unlinked"))

    found = engine.derive([clause], subjects, links)

    assert found == {fired("r", "ad", "p1"), fired("r", "ad", "p2")}


def test_a_join_does_not_run_against_its_direction(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),))
    subjects = [subject("ad", "a"), subject("p", "low", kind="product")]

    assert engine.derive([clause], subjects, [LinkFact("sells", "p", "ad")]) == frozenset()


def test_two_joins_pair_every_partner_in_the_order_of_the_clause(engine: Engine) -> None:
    clause = Clause(
        "fires", "r", pattern(), (join("sells", "low"), join("by", "new", kind="creator"))
    )
    subjects = [
        subject("ad"),
        subject("p1", "low", kind="product"),
        subject("p2", "low", kind="product"),
        subject("c", "new", kind="creator"),
    ]
    links = [
        LinkFact("sells", "ad", "p1"),
        LinkFact("sells", "ad", "p2"),
        LinkFact("by", "ad", "c"),
    ]

    found = engine.derive([clause], subjects, links)

    assert found == {fired("r", "ad", "p1", "c"), fired("r", "ad", "p2", "c")}


def test_a_subject_linked_to_itself_is_its_own_partner(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("like", "a", kind="ad"),))

    found = engine.derive([clause], [subject("s", "a")], [LinkFact("like", "s", "s")])

    assert found == {fired("r", "s", "s")}


def test_one_partner_may_meet_two_joins(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern(), (join("sells", "low"), join("sells", "new")))
    subjects = [subject("ad"), subject("p", "low", "new", kind="product")]

    found = engine.derive([clause], subjects, [LinkFact("sells", "ad", "p")])

    assert found == {fired("r", "ad", "p", "p")}


def test_one_link_may_meet_a_join_and_an_after(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern(), (join("sells"),), (After("early", "sells"),))
    subjects = [subject("ad"), subject("p", kind="product")]
    findings = [FindingFact("early", "p")]

    found = engine.derive([clause], subjects, [LinkFact("sells", "ad", "p")], findings)

    assert found == {fired("r", "ad", "p")}


def test_after_asks_for_a_finding_on_the_same_subject(engine: Engine) -> None:
    clause = Clause("fires", "late", pattern("a"), after=(After("early"),))
    findings = [FindingFact("early", "s"), FindingFact("other", "t"), FindingFact("early", "u")]

    found = engine.derive([clause], [subject("s", "a"), subject("t", "a")], (), findings)

    assert found == {fired("late", "s")}


def test_after_over_a_relation_asks_for_a_finding_on_a_linked_subject(engine: Engine) -> None:
    clause = Clause("fires", "late", pattern("a"), after=(After("early", "sells"),))
    subjects = [subject("near", "a"), subject("far", "a"), subject("itself", "a")]
    links = [LinkFact("sells", "near", "p"), LinkFact("sells", "far", "q")]
    findings = [FindingFact("early", "p"), FindingFact("early", "itself")]

    assert engine.derive([clause], subjects, links, findings) == {fired("late", "near")}


def test_after_over_a_relation_fires_once_however_many_findings_there_are(engine: Engine) -> None:
    clause = Clause("fires", "late", pattern("a"), after=(After("early", "sells"),))
    links = [LinkFact("sells", "s", f"p{n}") for n in range(5)]
    findings = [FindingFact("early", f"p{n}") for n in range(5)]

    assert engine.derive([clause], [subject("s", "a")], links, findings) == {fired("late", "s")}


def test_what_one_call_derives_is_a_finding_of_the_next(engine: Engine) -> None:
    subjects = [subject("ad", "a"), subject("p", "low", kind="product")]
    links = [LinkFact("sells", "ad", "p")]
    cause = engine.derive([fires("cause", "low", kind="product")], subjects, links)
    findings = [FindingFact(derivation.rule, derivation.subject) for derivation in cause]
    effect = Clause("explained", "effect", pattern("a"), after=(After("cause", "sells"),))

    (found,) = engine.derive([effect], subjects, links, findings)

    assert (found.head, found.rule, found.subject) == ("explained", "effect", "ad")


def test_facts_with_the_same_content_count_once(engine: Engine) -> None:
    clause = Clause("fires", "r", pattern("a"), (join("sells", "low"),), (After("early"),))
    subjects = [subject("ad", "a"), subject("p", "low", kind="product")]
    links = [LinkFact("sells", "ad", "p")]
    findings = [FindingFact("early", "ad")]

    found = engine.derive([clause] * 2, subjects * 3, links * 3, findings * 3)

    assert found == {fired("r", "ad", "p")}


def test_subjects_that_are_alike_in_everything_but_name_each_fire(engine: Engine) -> None:
    subjects = [subject(f"s{n}", "a") for n in range(50)]

    assert len(engine.derive([fires("r", "a")], subjects)) == 50


def test_the_order_of_what_goes_in_does_not_matter(engine: Engine) -> None:
    clauses = [
        fires("plain", "a"),
        Clause("fires", "joined", pattern("b"), (join("sells", "low"),)),
        Clause("fires", "late", pattern(), after=(After("early", "sells"),)),
    ]
    subjects = [subject(f"ad{n}", "ab"[n % 2]) for n in range(20)]
    subjects += [subject(f"p{n}", *(["low"] if n % 3 else []), kind="product") for n in range(9)]
    links = [LinkFact("sells", f"ad{n}", f"p{(n * 7) % 9}") for n in range(20)]
    findings = [FindingFact("early", f"p{n}") for n in range(0, 9, 2)]
    expected = engine.derive(clauses, subjects, links, findings)
    chance = random.Random(1)

    for _ in range(10):
        for given in (clauses, subjects, links, findings):
            chance.shuffle(given)
        assert engine.derive(clauses, subjects, links, findings) == expected
    assert {derivation.rule for derivation in expected} == {"plain", "joined", "late"}


def test_nothing_given_derives_nothing(engine: Engine) -> None:
    assert engine.derive([], []) == frozenset()
    assert engine.derive([], [subject("s", "a")]) == frozenset()
    assert engine.derive([fires("r", "a")], []) == frozenset()


def test_names_may_be_anything(engine: Engine) -> None:
    odd = [
        "id",
        "sid",
        "$and",
        "a.b",
        'say "hi"',
        "ключ",
        "",
        "{}",
        "key",
        "c0",
        "\\",
        "m",
        "new\nline",
    ]
    clauses = [
        Clause("fires", name, pattern(name, kind=name), (join(name, name, kind=name),))
        for name in odd
    ]
    subjects = [subject(name, name, kind=name) for name in odd]
    links = [LinkFact(name, name, name) for name in odd]

    assert engine.derive(clauses, subjects, links) == {fired(name, name, name) for name in odd}
