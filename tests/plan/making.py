"""Findings with prices, and words for them, for tests of the plan."""

from collections.abc import Sequence

import attrs

from advisor.model.rule import Rule, Severity
from advisor.model.vocabulary import Lever, Vocabulary
from advisor.plan import PricedFinding
from advisor.plan.money import SALES, Factor, NoPrice, Price, Target, TargetOrigin
from tests.core import WORDS, rule

NOTHING = NoPrice()


class Levers(dict[str, Lever]):
    """The levers below, and one for each rule that names none."""

    def __missing__(self, name: str) -> Lever:
        return Lever(name, name, ("change",))


LEVERS = Levers(
    (lever.id, lever)
    for lever in (
        Lever("hook", "the hook", ("change",)),
        Lever("page", "the page", ("change",), before=("budget/raise",)),
        Lever("budget", "the budget", ("raise", "lower")),
        Lever("standing", "the standing", ("restore",), before=("budget", "page", "hook")),
    )
)
WORDS_OF_LEVERS: Vocabulary = attrs.evolve(WORDS, levers=LEVERS)


def price(mid: float, metric: str = "order_rate", *, sd: float = 0.0, what: str = SALES) -> Price:
    """A price of *mid* money: one more of a hundred, a hundred times."""
    return Price(
        metric=metric,
        value=Factor(0.01, sd),
        target=Target(0.02, above=False, origin=TargetOrigin.BAND),
        volume=Factor(100.0),
        worth=Factor(mid),
        kept=1.0,
        what=what,
    )


def ruled(
    name: str,
    *,
    lever: str | None = None,
    direction: str = "change",
    effort: float = 4.0,
    severity: Severity = Severity.MEDIUM,
    goal: str | None = None,
) -> Rule:
    """A rule of the pack `test` with one action."""
    plain = rule(name, severity=severity)
    (action,) = plain.actions
    action = attrs.evolve(
        action, lever=lever or f"lever-of-{name}", direction=direction, effort=effort
    )
    return attrs.evolve(plain, actions=(action,), goal=goal)


def found(
    of: Rule | str,
    subject: str = "1",
    *,
    kind: str = "ad",
    p: float = 0.0,
    price: Price | NoPrice = NOTHING,
    by: Sequence[str] = (),
    inside: Sequence[str] = (),
    chance: float | None = None,
) -> PricedFinding:
    """A finding on `kind|here|subject`, which lies in the subjects *inside* (`kind|here|key`)."""
    rule_ = ruled(of) if isinstance(of, str) else of
    return PricedFinding(
        index=0,
        rule=rule_,
        kind=kind,
        subject=f"{kind}|here|{subject}",
        p=p,
        price=price,
        explained_by=tuple(by),
        places=tuple(inside),
        chance=chance,
    )


def numbered(*findings: PricedFinding) -> list[PricedFinding]:
    return [attrs.evolve(f, index=i) for i, f in enumerate(findings)]
