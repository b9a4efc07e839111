"""Small goals for the next month, from the first things of the plan that a number can tell."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from advisor.diagnosis import Diagnosis
from advisor.document.actions import MonthGoal
from advisor.document.compose.findings import ShopFindings
from advisor.model import Language, Unit, text
from advisor.plan import MONTH, Plan

MOST = 3  # more than that is no focus
FIRST = 10  # of the plan's actions: what stands below them is not for this month
STEP = 0.5  # of the way: ours; a month seldom closes a gap


def month_goals(plan: Plan, findings: ShopFindings, diagnosis: Diagnosis) -> tuple[MonthGoal, ...]:
    """One for each of the first actions whose metric has an edge to reach, on its worst subject."""
    made: dict[tuple[str, str], MonthGoal] = {}
    for goal in _each(plan, findings, diagnosis):
        made.setdefault((goal.metric, goal.subject), goal)
    return tuple(made.values())[:MOST]


def _each(plan: Plan, findings: ShopFindings, diagnosis: Diagnosis) -> Iterator[MonthGoal]:
    currency, language = diagnosis.business.currency, diagnosis.language
    by = (diagnosis.request.today + timedelta(days=MONTH)).isoformat()
    held = {kind.pools for kind in diagnosis.vocabulary.subjects.values()}
    for rank, item in enumerate((ranked.planned for ranked in plan.actions[:FIRST]), start=1):
        index = item.findings[0].index
        for name, levels in item.action.done.items():
            value = findings.values[index].get(name)
            if value is None or value.value is None:
                continue
            target = findings.target(index, name, levels)
            if target is None:
                continue
            # What is counted has no half; money has.
            step = 1.0 if value.exact and value.metric.unit is not Unit.MONEY else STEP
            aim = value.value + step * (target.value - value.value)
            unit = value.metric.unit
            now, then, end = (
                language.number(number, unit, currency)
                for number in (value.value, aim, target.value)
            )
            if not (target.above and aim == 0):
                low, high = (None, aim) if target.above else (aim, None)
                then = language.band(low, high, unit, currency)
            subject = findings.infos[index].subject.name
            named = {
                "subject": text.shorten(subject),
                "metric": value.metric.title,
                "now": now,
                "goal": then,
                "end": end,
                "rank": rank,
                "kind": diagnosis.vocabulary.subjects[item.kind].title,
            }
            said = _render_goal(
                named, language, next_one=item.kind in held, whole=aim == target.value
            )
            yield MonthGoal(item.id, name, subject, value.value, aim, by, said)
            break


def _render_goal(
    named: Mapping[str, object], language: Language, *, next_one: bool, whole: bool
) -> str:
    """The goal as a sentence. A LIVE is held once: its goal is one for those to come."""
    if next_one and whole:
        return language.gettext(
            "Next {kind} after {subject}: {metric} from {now} to {goal} (action #{rank})", **named
        )
    if next_one:
        return language.gettext(
            "Next {kind} after {subject}: {metric} from {now} to {goal}, halfway to {end} "
            "(action #{rank})",
            **named,
        )
    if whole:
        return language.gettext(
            "{subject}: {metric} from {now} to {goal} (action #{rank})", **named
        )
    return language.gettext(
        "{subject}: {metric} from {now} to {goal}, halfway to {end} (action #{rank})", **named
    )
