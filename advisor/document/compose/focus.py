"""Where a shop names no goal: the one whose KPIs are weakest, or why none can be proposed.

A KPI is weak where it surely lies on the bad side of its band, or surely got worse since the window
before; it is well where it surely does neither. What may be either counts for nothing. The goal
with the largest share of weak KPIs is proposed; of two alike, the one that more money is at stake
for.
"""

from collections.abc import Iterable, Mapping, Sequence

from advisor.document.actions import ActionInfo, FocusInfo
from advisor.document.numbers import Kpi
from advisor.model import Better, Goal, Language, Rule, Vocabulary, frozen

LEAST = 2  # KPIs of a goal that could be judged: of one, all are weak or none. Ours.

_BAD = {Better.HIGHER: ("low", "falling"), Better.LOWER: ("high", "rising")}


def focus(
    goal: str | None,
    kpis: Sequence[Kpi],
    plan: Sequence[ActionInfo],
    rules: Iterable[Rule],
    vocabulary: Vocabulary,
    language: Language,
) -> FocusInfo | None:
    """A proposal from the shop's *kpis*, or why there is none; None where the shop has a *goal*."""
    if goal is not None:
        return None
    states = {kpi.metric: _State.of(kpi, vocabulary, language) for kpi in kpis}
    each = [_Standing.of(one, states) for one in vocabulary.goals.values()]
    judged = [standing for standing in each if standing.judged >= LEAST]
    if not judged:
        return _none(language.gettext("not enough data to suggest a goal"), language)
    money = _at_stake(plan, rules)
    worst = max(judged, key=lambda s: (s.share, money.get(s.goal.id, 0.0), len(s.weak)))
    if not worst.weak:
        return _none(language.gettext("none of your KPIs is clearly weak"), language)
    because = language.ngettext(
        "{n} of {all} KPIs is weak ({kpis})",
        "{n} of {all} KPIs are weak ({kpis})",
        len(worst.weak),
        all=worst.judged,
        kpis=", ".join(state.words for state in worst.weak),
    )
    line = f'focus = "{worst.goal.id}"'
    return FocusInfo(
        goal=worst.goal.id,
        title=worst.goal.title,
        because=because,
        kpis=tuple(state.kpi.metric for state in worst.weak),
        line=line,
        text=language.gettext(
            "You haven't set a goal. Suggested: “{goal}”, because {reason}. To plan for it, write "
            "{line} under [goal] in advisor.toml.",
            goal=worst.goal.title,
            reason=because,
            line=line,
        ),
    )


def _none(because: str, language: Language) -> FocusInfo:
    text = language.gettext(
        "You haven't set a goal, and none is suggested: {reason}.", reason=because
    )
    return FocusInfo(None, "", because, (), "", text)


@frozen
class _State:
    """What is known of a KPI: *weak* and in which *words*, or None where it may be either."""

    kpi: Kpi
    weak: bool | None
    words: str = ""

    @classmethod
    def of(cls, kpi: Kpi, vocabulary: Vocabulary, language: Language) -> "_State":
        metric = vocabulary.metrics.get(kpi.metric)
        bad = _BAD.get(metric.better) if metric is not None else None
        if bad is None:
            return cls(kpi, weak=None)
        level, way = bad
        found = [level] if kpi.levels == (level,) else []
        found += [way] if kpi.trend == way else []
        if found:
            words = language.gettext(
                "{metric} is {state}",
                metric=kpi.title,
                state=language.all_of([_state(one, language) for one in found]),
            )
            return cls(kpi, weak=True, words=words)
        well = level not in kpi.levels if kpi.levels else kpi.trend is not None
        return cls(kpi, weak=False if well else None)


def _state(word: str, language: Language) -> str:
    """A level or a direction, in words."""
    if word == "falling":
        return language.gettext("falling")
    return language.gettext("rising") if word == "rising" else language.level(word)


@frozen
class _Standing:
    """How the KPIs of a goal stand."""

    goal: Goal
    judged: int
    weak: tuple[_State, ...]

    @classmethod
    def of(cls, goal: Goal, states: Mapping[str, _State]) -> "_Standing":
        own = [states[name] for name in goal.kpis if name in states]
        known = [state for state in own if state.weak is not None]
        return cls(goal, len(known), tuple(state for state in known if state.weak))

    @property
    def share(self) -> float:
        return len(self.weak) / self.judged


def _at_stake(plan: Sequence[ActionInfo], rules: Iterable[Rule]) -> dict[str, float]:
    """What the actions for each goal are worth in a month."""
    goals = {rule.id: rule.goal for rule in rules}
    found: dict[str, float] = {}
    for action in plan:
        goal = goals.get(action.rule)
        if goal is not None and action.gain is not None:
            found[goal] = found.get(goal, 0.0) + action.gain.mid
    return found
