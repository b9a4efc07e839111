"""Case files say what a rule is expected to find, and the runner says what differs."""

from pathlib import Path

import pytest

from advisor.errors import Mistakes
from advisor.model.condition import Conditions
from advisor.model.condition import Test as Ask
from advisor.model.rule import Action, Rule, RulePack, Says, Severity
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from advisor.testing.cases import (
    Case,
    CaseOutcome,
    CaseSubject,
    Outcome,
    load_cases,
    pack_cases,
    run_cases,
    table,
)

WORDS = """
subject = [
  { id = "ad", title = "ad", plural = "ads" },
  { id = "product", title = "product", plural = "products" },
]
count = [{ id = "clicks", title = "clicks" }, { id = "spend", title = "spend" }]
symbol = [{ id = "driver", title = "driver", values = ["cpm", "ctr"] }]
[[metric]]
id = "growth"
title = "growth"
kind = "exact"
unit = "share"
numerator = ["clicks"]
definition = "Growth."
derived = true
"""

WHOLE = """
["a costly click"]
business = { size = "small", currency = "USD" }
subject  = { name = "Haul", spend = 900, clicks = 400 }
before   = { spend = 800 }
parent   = { name = "Spring", clicks = 5_000 }
siblings = [{ clicks = 1 }, { name = "B", clicks = 2 }]
related  = { product = [{ clicks = 3 }] }
symbols  = { driver = "cpm" }
metrics  = { growth = [0.1, 0.0, 0.2] }
outcome  = "fires"
finding  = "Haul: so"

["nothing to say"]
subject = {}
metrics = { growth = 0.1 }
outcome = "missing"
"""

RULE = Rule(
    id="mine/weak",
    subject="ad",
    severity=Severity.LOW,
    when=Conditions((Ask("clicks", at_most=1.0),)),
    says=Says("fine", "so", "because"),
    actions=(Action("hook", "change", "do", ("step",), "me", 4.0),),
)


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return merge([("test", vocabulary_file(WORDS, where="test"))])


def test_a_case_file_is_read_whole(words: Vocabulary) -> None:
    first, second = load_cases(WHOLE, "weak.cases.toml", vocabulary=words)

    assert first.name == "a costly click"
    assert (first.business.size, first.business.currency) == ("small", "USD")
    assert first.subject == CaseSubject("Haul", {"spend": 900.0, "clicks": 400.0})
    assert first.before == CaseSubject("Haul", {"spend": 800.0})
    assert first.parent == CaseSubject("Spring", {"clicks": 5000.0})
    assert first.siblings == (
        CaseSubject("sibling 1", {"clicks": 1.0}),
        CaseSubject("B", {"clicks": 2.0}),
    )
    assert first.related == {"product": (CaseSubject("product 1", {"clicks": 3.0}),)}
    assert first.symbols == {"driver": "cpm"}
    assert first.metrics == {"growth": (0.1, 0.0, 0.2)}
    assert (first.outcome, first.finding) == (Outcome.FIRES, "Haul: so")
    assert second.metrics == {"growth": (0.1, 0.1, 0.1)}
    assert second.outcome is Outcome.MISSING


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"fires"',
            '"fire"',
            "'a costly click': outcome: unknown value 'fire'; did you mean 'fires'?",
        ),
        (
            'finding  = "Haul: so"',
            "",
            "'a costly click': finding: is missing; write the whole sentence",
        ),
        (
            '"missing"',
            '"missing"\nfinding = "x"',
            "'nothing to say': finding: a case that ends missing finds nothing",
        ),
        (
            "clicks = 400",
            "clikcs = 400",
            "'a costly click': subject: unknown count 'clikcs'; did you mean 'clicks'?",
        ),
        (
            "clicks = 400",
            'clicks = "400"',
            "'a costly click': subject.clicks: expected a number, found '400'",
        ),
        (
            "{ product =",
            "{ produkt =",
            "'a costly click': related: unknown subject 'produkt'; did you mean 'product'?",
        ),
        (
            '"cpm"',
            '"cpn"',
            "'a costly click': symbols.driver: unknown value 'cpn'; did you mean 'cpm'?",
        ),
        (
            "growth = 0.1",
            "grwth = 0.1",
            "'nothing to say': metrics: unknown derived metric 'grwth'; did you mean 'growth'?",
        ),
        (
            "[0.1, 0.0, 0.2]",
            "[0.1, 0.2]",
            (
                "'a costly click': metrics.growth: "
                "expected a number, or value, low and high in one list"
            ),
        ),
        (
            '"USD"',
            '"usd"',
            (
                "'a costly click': shop.currency: 'usd' is no currency code; "
                "write three capital letters, like USD"
            ),
        ),
        ("before ", "befor ", "'a costly click': unknown key 'befor'; did you mean 'before'?"),
    ],
)
def test_a_mistake_names_the_case_and_the_place(
    words: Vocabulary, old: str, new: str, expected: str
) -> None:
    assert WHOLE.count(old) == 1

    with pytest.raises(Mistakes) as caught:
        load_cases(WHOLE.replace(old, new), "weak.cases.toml", vocabulary=words)

    assert caught.value.mistakes == (expected,)


def test_all_mistakes_of_a_case_file_come_at_once(words: Vocabulary) -> None:
    text = WHOLE.replace('"fires"', '"fire"').replace("growth = 0.1", "grwth = 0.1")

    with pytest.raises(Mistakes) as caught:
        load_cases(text, "weak.cases.toml", vocabulary=words)

    assert len(caught.value.mistakes) == 2


def test_an_empty_case_file_is_a_mistake() -> None:
    with pytest.raises(Mistakes, match="there is no case in it"):
        load_cases("", "weak.cases.toml")


def test_the_cases_of_a_pack_belong_to_the_rule_beside_them(tmp_path: Path) -> None:
    (tmp_path / "ads").mkdir()
    (tmp_path / "ads" / "weak.toml").write_text("")
    (tmp_path / "ads" / "weak.cases.toml").write_text(WHOLE)

    found = pack_cases(RulePack("mine", "mine", tmp_path))

    assert list(found) == ["mine/weak"]
    assert [case.name for case in found["mine/weak"]] == ["a costly click", "nothing to say"]


def judge(case: Case) -> CaseOutcome:
    return (
        CaseOutcome("fires", "Haul: so") if case.outcome is Outcome.FIRES else CaseOutcome("clear")
    )


def test_a_case_that_differs_is_named_with_what_differs() -> None:
    results = run_cases(RULE, load_cases(WHOLE, "weak.cases.toml"), judge)

    assert [result.passed for result in results] == [True, False]
    assert table(results).splitlines() == [
        "ok    mine/weak  fires           a costly click",
        "FAIL  mine/weak  missing         nothing to say",
        "      expected missing, found clear",
        "        should  should not",
        "fired        1           0",
        "silent       0           1",
        "2 cases, 1 failed",
    ]


def test_a_case_expects_the_whole_sentence() -> None:
    cases = load_cases(WHOLE, "weak.cases.toml")[:1]

    (result,) = run_cases(RULE, cases, lambda _: CaseOutcome("fires", "Haul: nearly so"))

    assert result.difference == "expected 'Haul: so', found 'Haul: nearly so'"


def test_cases_that_all_pass_are_counted() -> None:
    cases = load_cases(WHOLE, "weak.cases.toml")[:1]

    assert table(run_cases(RULE, cases, judge)).splitlines()[-1] == "1 case, none failed"
