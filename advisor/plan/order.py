"""One order for everything there is to do.

What endangers the account, then what serves the shop's goal, then the money at stake in a month,
then how sure.
"""

import hashlib
from collections.abc import Sequence

import attrs

from advisor.plan.stake import NoStake, Stake
from advisor.rule import Action, Rule, Severity

FORMULA = (
    "first what endangers the account (critical); then, where the shop names a goal, what serves "
    "it; then by money at stake in 30 days, which is "
    "(edge of the band - value) x volume x what one more brings, each unit of sales counted with "
    "the shop's margin where advisor.toml states it; then by confidence; then by severity"
)


@attrs.frozen
class Priced:
    """A finding with its price: *index* is its place in the list of firings."""

    index: int
    rule: Rule
    kind: str
    subject: str
    p: float
    stake: Stake | NoStake
    explained_by: tuple[str, ...]


@attrs.frozen
class Planned:
    """One action, for all its findings, worst first."""

    id: str
    rule: Rule
    kind: str
    action: Action
    findings: tuple[Priced, ...]
    also_explains: tuple[int, ...]
    stake: Stake | NoStake
    confidence: float


def plan(findings: Sequence[Priced], goal: str | None = None) -> tuple[Planned, ...]:
    """The actions of *findings*, in the order in which to take them, those of the shop's *goal*
    before the others.

    A finding that another one explains brings no action of its own; it is listed under its cause.
    """
    groups: dict[tuple[str, str], list[Priced]] = {}
    for finding in findings:
        if not finding.explained_by:
            groups.setdefault((finding.rule.id, finding.kind), []).append(finding)
    causes = _causes(findings)
    planned: list[Planned] = []
    for (rule_id, kind), members in groups.items():
        members.sort(key=lambda f: (-_mid(f.stake), f.p, f.subject))
        rule = members[0].rule
        subjects = {f.subject for f in members}
        explained = tuple(
            f.index
            for f, its_causes in zip(findings, causes, strict=True)
            if rule_id in its_causes and (f.subject in subjects or f.kind != kind)
        )
        for place, action in enumerate(rule.actions):
            # Several actions on one gap share its money: it is told with the first.
            money = (
                _together(members) if place == 0 else NoStake("priced with the action before it")
            )
            planned.append(
                Planned(
                    id=fingerprint(rule_id, kind, str(place)),
                    rule=rule,
                    kind=kind,
                    action=action,
                    findings=tuple(members),
                    also_explains=explained,
                    stake=money,
                    confidence=1 - min(f.p for f in members),
                )
            )
    planned.sort(key=lambda item: _order(item, goal))
    return tuple(planned)


def _causes(findings: Sequence[Priced]) -> list[frozenset[str]]:
    """The rules that explain each finding, those that explain these, and so on."""
    at = {(f.rule.id, f.kind, f.subject): f.explained_by for f in findings}
    anywhere: dict[str, set[str]] = {}
    for f in findings:
        anywhere.setdefault(f.rule.id, set()).update(f.explained_by)

    def of(finding: Priced) -> frozenset[str]:
        known: set[str] = set()
        todo = list(finding.explained_by)
        while todo:
            cause = todo.pop()
            if cause not in known:
                known.add(cause)
                here = at.get((cause, finding.kind, finding.subject))
                todo += anywhere.get(cause, ()) if here is None else here
        return frozenset(known)

    nothing: frozenset[str] = frozenset()
    return [of(finding) if finding.explained_by else nothing for finding in findings]


def _order(item: Planned, goal: str | None) -> tuple[bool, bool, float, float, int, str]:
    return (
        item.rule.severity is not Severity.CRITICAL,
        goal is not None and item.rule.goal != goal,
        -_mid(item.stake),
        -item.confidence,
        item.rule.severity.rank,
        item.id,
    )


def _mid(stake: Stake | NoStake) -> float:
    return stake.mid if isinstance(stake, Stake) else 0.0


def _together(findings: Sequence[Priced]) -> Stake | NoStake:
    priced = [f.stake for f in findings if isinstance(f.stake, Stake)]
    if not priced:
        return findings[0].stake
    return Stake(
        low=sum(s.low for s in priced),
        mid=sum(s.mid for s in priced),
        high=sum(s.high for s in priced),
        what=priced[0].what,
    )


def fingerprint(*parts: str) -> str:
    """An id that survives the next export: it is made of names, never of values."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
