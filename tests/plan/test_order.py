"""One order: the account first, then money, then how sure; causes before what they cause."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.plan.order import Priced, fingerprint, plan
from advisor.plan.stake import NoStake, Stake
from advisor.rule import Rule, Severity
from tests.core import rule

NOTHING = NoStake("no price")


def money(mid: float) -> Stake:
    return Stake(mid / 2, mid, mid * 2, "sales")


def found(
    name: str,
    *,
    subject: str = "here\x1f1",
    kind: str = "ad",
    p: float = 0.01,
    stake: Stake | NoStake = NOTHING,
    severity: Severity = Severity.MEDIUM,
    by: tuple[str, ...] = (),
    of: Rule | None = None,
) -> Priced:
    return Priced(0, of or rule(name, severity=severity), kind, subject, p, stake, by)


def numbered(*findings: Priced) -> list[Priced]:
    return [attrs.evolve(f, index=i) for i, f in enumerate(findings)]


def order(*findings: Priced) -> list[str]:
    return [item.rule.short_id for item in plan(numbered(*findings))]


def test_what_endangers_the_account_comes_before_any_money() -> None:
    first = found("ban", severity=Severity.CRITICAL)

    assert order(found("rich", stake=money(1e6)), first) == ["ban", "rich"]


def test_then_the_money_decides() -> None:
    assert order(
        found("less", stake=money(10)),
        found("none", severity=Severity.HIGH, p=0.0),
        found("more", stake=money(99), p=0.02, severity=Severity.LOW),
    ) == ["more", "less", "none"]


def test_what_serves_the_shop_s_goal_comes_before_other_money_but_not_before_the_account() -> None:
    ban = found("ban", severity=Severity.CRITICAL)
    own = found("own", of=attrs.evolve(rule("own"), goal="ads"), stake=money(1))
    rich = found("rich", of=attrs.evolve(rule("rich"), goal="sales"), stake=money(99))
    findings = numbered(rich, own, ban)

    assert [item.rule.short_id for item in plan(findings, "ads")] == ["ban", "own", "rich"]
    assert [item.rule.short_id for item in plan(findings)] == ["ban", "rich", "own"]


def test_then_how_sure_it_is_and_then_the_severity() -> None:
    assert order(
        found("unsure", p=0.02, severity=Severity.HIGH),
        found("low", p=0.001, severity=Severity.LOW),
        found("high", p=0.001, severity=Severity.HIGH),
    ) == ["high", "low", "unsure"]


def test_findings_of_one_rule_are_one_action_worst_first() -> None:
    of = rule("r")
    findings = [
        found("r", of=of, subject=s, stake=money(m), p=p)
        for s, m, p in (("a", 10, 0.02), ("b", 30, 0.01), ("c", 10, 0.001))
    ]

    (action,) = plan(numbered(*findings))

    assert [f.subject for f in action.findings] == ["b", "c", "a"]
    assert action.stake == Stake(25, 50, 100, "sales")
    assert action.confidence == 1 - 0.001


def test_what_another_finding_explains_is_listed_under_its_cause() -> None:
    cause, effect = found("cause"), found("effect", by=("test/cause",))

    (action,) = plan(numbered(cause, effect))

    assert (action.rule.short_id, action.also_explains) == ("cause", (1,))


def test_the_first_cause_of_a_chain_lists_all_of_it() -> None:
    chain = [
        found("cause"),
        found("middle", by=("test/cause",)),
        found("end", by=("test/middle",)),
    ]

    (action,) = plan(numbered(*chain))

    assert action.also_explains == (1, 2)


def test_a_cause_lists_only_what_it_explains_on_its_own_subjects() -> None:
    cause = found("cause", subject="a")
    effects = [found("effect", subject=s, by=("test/cause",)) for s in ("a", "b")]

    (action,) = plan(numbered(cause, *effects))

    assert action.also_explains == (1,)


def test_the_money_of_one_gap_is_told_once() -> None:
    single = rule("r")
    of = attrs.evolve(single, actions=single.actions * 2)

    first, second = plan(numbered(found("r", of=of, stake=money(10))))

    assert first.stake == money(10)
    assert second.stake == NoStake("priced with the action before it")
    assert first.id != second.id


def test_an_id_is_made_of_names_and_keeps_them_apart() -> None:
    assert fingerprint("a", "bc") == fingerprint("a", "bc")
    assert fingerprint("a", "bc") != fingerprint("ab", "c")


stakes = st.just(NOTHING) | st.sampled_from([1.0, 5.0, 9.0]).map(money)
findings = st.builds(
    found,
    st.sampled_from("abcd"),
    subject=st.sampled_from(["x", "y", "z"]),
    p=st.sampled_from([0.0, 0.001, 0.02]),
    stake=stakes,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(findings, max_size=8, unique_by=lambda f: (f.rule.id, f.subject)), st.randoms())
def test_the_order_of_findings_does_not_change_the_plan(
    given_: list[Priced], chance: object
) -> None:
    mixed = list(given_)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    def shown(of: list[Priced]) -> list[object]:
        return [(i.id, i.stake, i.confidence, [f.subject for f in i.findings]) for i in plan(of)]

    assert shown(mixed) == shown(given_)


@pytest.mark.parametrize("severity", list(Severity))
def test_only_critical_endangers_the_account(severity: Severity) -> None:
    rich = found("rich", stake=money(1), severity=Severity.LOW)

    first = order(rich, found("other", severity=severity))[0]

    assert (first == "other") == (severity is Severity.CRITICAL)
