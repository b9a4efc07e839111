"""One action for all findings of a rule on one kind of subject."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from advisor.model import Action, Language, Rule, Vocabulary, frozen
from advisor.plan.causes import causes
from advisor.plan.findings import PricedFinding
from advisor.plan.money import Gain, NoPrice, Price, Reason, gain
from advisor.plan.question import Question

LEAST_ALL, NEARLY_ALL = 10, 0.75  # of so many subjects so large a share is nearly all: ours
EVEN = 0.5  # the chance of getting there where nothing of the shop tells: ours


@frozen
class Planned:
    """One action, for all its findings and what they explain, worst first. *place* is its place
    in the rule. *question* asks for the setting that decides between it and what it says to do
    otherwise. *of*: where it is for nearly all subjects of the kind, how many these are.
    *tries*: how many actions on its lever the *chance* is from, where it is from any.
    """

    id: str
    rule: Rule
    kind: str
    place: int
    action: Action
    findings: tuple[PricedFinding, ...]
    explained: tuple[PricedFinding, ...]
    gain: Gain | NoPrice
    confidence: float
    chance: float
    chance_known: bool
    question: Question | None = None
    of: int = 0
    tries: int = 0

    @property
    def also_explains(self) -> tuple[int, ...]:
        """The places of what its findings explain."""
        return tuple(f.index for f in self.explained)

    @property
    def mid(self) -> float:
        """The expected gain of reaching the target, 0 where there is no price."""
        return self.gain.mid if isinstance(self.gain, Gain) else 0.0

    @property
    def direction(self) -> tuple[str, str]:
        """The lever, and which way it is moved."""
        return self.action.lever, self.action.direction


def actions(
    findings: Sequence[PricedFinding],
    judged: Mapping[tuple[str, str], int] | None,
    vocabulary: Vocabulary,
    language: Language,
) -> list[Planned]:
    """The actions of *findings*, in no order.

    *judged* is how many subjects of a kind a rule could tell of: where it fires on nearly all of
    them, they have one action together. What is put together of several texts is in *language*.
    A finding that another one explains brings no action of its own; it is listed under its cause.
    One of a rule that is a check brings none at all.
    """
    groups: dict[tuple[str, str, Question | None], list[PricedFinding]] = {}
    for finding in findings:
        if not finding.explained_by and not finding.rule.check:
            group = (finding.rule.id, finding.kind, finding.question)
            groups.setdefault(group, []).append(finding)
    behind = causes(findings)
    made: list[Planned] = []
    for kind, members, of in _with_wholes(groups, judged or {}):
        subjects, rules = {f.subject for f in members}, {f.rule.id for f in members}
        explained = tuple(
            f
            for f, its_causes in zip(findings, behind, strict=True)
            if rules.intersection(its_causes) and (f.subject in subjects or f.kind != kind)
        )
        explained = tuple(sorted(explained, key=lambda f: -f.stake))
        first, whole = members[0], together(members[0].rule)
        own = first.rule.actions
        if of and whole is not None:
            own = (whole,)
        elif first.question:
            own = either(first, first.question.text(vocabulary, language), language)
        for place, action in enumerate(own):
            made.append(_planned(kind, place, action, members, () if place else explained, of))
    return made


def _with_wholes(
    groups: Mapping[tuple[str, str, Question | None], list[PricedFinding]],
    judged: Mapping[tuple[str, str], int],
) -> Iterator[tuple[str, list[PricedFinding], int]]:
    """The kind and the findings of each action, and of how many subjects they are nearly all: 0
    where they are not. Rules that ask for the same of nearly all subjects are counted together.
    """
    alike: dict[tuple[str, ...], list[tuple[str, str, Question | None]]] = {}
    for group, members in groups.items():
        whole, kind = together(members[0].rule), group[1]
        asks: tuple[str, ...] = ()
        if whole is not None:
            asks = (kind, whole.lever, whole.direction, whole.do)
        alike.setdefault(asks, []).append(group)
    for asks, several in alike.items():
        together_of = max(judged.get(group[:2], 0) for group in several)
        most_first = sorted(several, key=lambda group: -len(groups[group]))
        members = [finding for group in most_first for finding in groups[group]]
        subjects = len({finding.subject for finding in members})
        if asks and together_of and subjects >= max(LEAST_ALL, NEARLY_ALL * together_of):
            yield several[0][1], members, together_of
        else:
            yield from ((group[1], groups[group], 0) for group in several)


def without(item: Planned, subjects: Iterable[str]) -> Planned | None:
    """*item* for its other subjects, with what is explained there; None where there are none."""
    gone = frozenset(subjects)
    left = [f for f in item.findings if f.subject not in gone]
    if not left:
        return None
    there = {f.subject for f in left}
    # What is explained on another kind may be so by any of the subjects.
    explained = tuple(f for f in item.explained if f.subject in there or f.kind != item.kind)
    return _planned(item.kind, item.place, item.action, left, explained, item.of)


def together(rule: Rule) -> Action | None:
    """What *rule* asks for where nearly all subjects have its symptom."""
    whole = rule.whole
    return None if whole is None else attrs.evolve(whole, done=whole.done or rule.actions[0].done)


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def either(finding: PricedFinding, asked: str, language: Language) -> tuple[Action, ...]:
    """The action of a finding that a setting decides, which is *asked* for: what the stronger rule
    asks for, and what to do otherwise."""
    if finding.instead is None:
        return finding.rule.actions
    first, other = finding.instead.actions[0], finding.rule.actions[0]
    return (
        attrs.evolve(
            first,
            do=language.gettext("{first}, or {second}", first=first.do, second=_small(other.do)),
            steps=(
                asked,
                *first.steps,
                language.gettext("If it isn't: {action}", action=_small(other.do)),
            ),
        ),
    )


def fingerprint(*parts: str) -> str:
    """An id that survives the next export: it is made of names, never of values."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def _planned(
    kind: str,
    place: int,
    action: Action,
    members: Sequence[PricedFinding],
    explained: tuple[PricedFinding, ...],
    of: int,
) -> Planned:
    each = {f.index: f.price.expected for f in members if isinstance(f.price, Price)}
    ordered = sorted(members, key=lambda f: (-each.get(f.index, 0.0), -f.stake, f.p, f.subject))
    prices = _of_one_kind([f.price for f in ordered if isinstance(f.price, Price)])
    rule = ordered[0].rule
    money: Gain | NoPrice
    if place:
        money = NoPrice(Reason.SHARED)  # several actions share one gap
    elif prices:
        money = gain(prices)
    else:
        first = ordered[0].price
        money = first if isinstance(first, NoPrice) else NoPrice()
    total = math.fsum(each.values())
    chances = [(f.chance, each.get(f.index, 0.0)) for f in ordered if f.chance is not None]
    question = ordered[0].question
    return Planned(
        id=fingerprint(rule.id, kind, str(place), *(("either",) if question else ())),
        rule=rule,
        kind=kind,
        place=place,
        action=action,
        findings=tuple(ordered),
        explained=explained,
        gain=money,
        confidence=math.fsum(each[f.index] * (1 - f.p) for f in ordered if f.index in each) / total
        if total > 0
        else 1 - min(f.p for f in ordered),
        chance=_mean(chances) if chances else EVEN,
        chance_known=bool(chances),
        question=question,
        of=of,
    )


def _of_one_kind(prices: Sequence[Price]) -> list[Price]:
    """Those of *prices* in the kind of money that most of their worth is in: sales and saved spend
    are no sum."""
    worth: dict[str, float] = {}
    for price in prices:
        worth[price.what] = worth.get(price.what, 0.0) + price.expected
    most = max(sorted(worth), key=worth.__getitem__, default=None)
    return [price for price in prices if price.what == most]


def _mean(chances: Sequence[tuple[float, float]]) -> float:
    """Their mean by weight; the plain one where nothing has weight."""
    weight = math.fsum(w for _, w in chances)
    if weight <= 0:
        return sum(c for c, _ in chances) / len(chances)
    return math.fsum(c * w for c, w in chances) / weight
