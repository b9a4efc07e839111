"""How an action came to its place in the plan: its prices, its priority, what it adds."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.document import ActionInfo, Document, FindingInfo
from advisor.errors import AdvisorError, unknown
from advisor.model import ENGLISH, Language, Unit, lazy_gettext, text

_SHOWN = 10
_SEVERITIES = {
    "critical": lazy_gettext("critical"),
    "high": lazy_gettext("high"),
    "medium": lazy_gettext("medium"),
    "low": lazy_gettext("low"),
}


def find_action(document: Document, name: str) -> ActionInfo:
    """The action with this id, or in this place of the plan. Raises AdvisorError where none is."""
    for action in document.plan:
        if name in (action.id, str(action.rank)):
            return action
    if not document.plan:
        raise AdvisorError("the plan is empty, so there is no action to explain", where=name)
    if name.isdecimal():
        raise AdvisorError(f"the plan has {len(document.plan)} actions", where=f"action {name}")
    raise AdvisorError(unknown("action", name, [a.id for a in document.plan]), where="ACTION")


def arithmetic(
    document: Document, action: ActionInfo, language: Language = ENGLISH
) -> Iterator[str]:
    """An action's numbers, line by line, in the *language* of the document."""
    _ = language.gettext
    findings = {finding.id: finding for finding in document.findings}
    ranks = {other.id: other.rank for other in document.plan}
    yield f"{action.rank}. {action.do} ({action.id})"
    severity = language.say(_SEVERITIES.get(action.severity, action.severity))
    yield "  " + _("rule {rule}, severity: {severity}", rule=action.rule, severity=severity)
    if action.start is None:
        yield "  " + _("start with fresh data")
    effort = language.hours(action.effort)
    yield "  " + _("changes: {what}; work: {hours}", what=action.lever_title, hours=effort)
    if action.after:
        before = ", ".join(f"#{ranks[id_]}" for id_ in action.after)
        yield "  " + _("comes after {actions}, which it depends on", actions=before)
    yield _("what it is worth in 30 days")
    yield from _prices(action, [findings[id_] for id_ in action.findings], language)
    yield _("chance of reaching the target: {chance}", chance=action.chance_text)
    yield _("priority: {text}", text=action.priority.text)
    yield _("order of the plan: {text}", text=document.order)
    yield from _explained(action, findings, language)


def _prices(
    action: ActionInfo, findings: Sequence[FindingInfo], language: Language
) -> Iterator[str]:
    _ = language.gettext
    if action.gain is None:
        yield "  " + _("no dollar estimate: {why}", why=action.no_gain_because or "–")
        return
    for finding in findings[:_SHOWN]:
        name = text.shorten(finding.subject.name)
        if finding.price is None:
            yield "  " + _("{name}: no dollar estimate", name=name)
        else:
            mid = language.number(round(finding.stake or 0.0), Unit.MONEY, action.gain.currency)
            price = f"{finding.price.text}{_adjusted(finding, language)}"
            yield "  " + _("{name}: {price}; comes to {money}", name=name, price=price, money=mid)
    if len(findings) > _SHOWN:
        yield "  " + _("first {n} of {all}", n=_SHOWN, all=len(findings))
    together = f"{action.gain.text}{_range(action.gain.range)}"
    yield "  " + _("together: {money}", money=together)
    if action.adds is not None and action.adds.mid < 0.005 * action.gain.mid:
        yield "  " + _("actions before it already count all of that money")
    elif action.adds is not None and action.adds.text != action.gain.text:
        yield "  " + _(
            "actions before it already count part of that money; it adds {money}",
            money=action.adds.text,
        )


def _adjusted(finding: FindingInfo, language: Language) -> str:
    """Why the value in the sum is not the one that was measured."""
    price = finding.price
    for piece in finding.evidence:
        if price is not None and piece.metric == price.metric and piece.value is not None:
            if abs(piece.value - price.value) <= 0.005 * abs(piece.value):
                return ""
            text = language.gettext(
                "measured {value}, adjusted for small samples", value=piece.text
            )
            return f" ({text})"
    return ""


def _explained(
    action: ActionInfo, findings: Mapping[str, FindingInfo], language: Language
) -> Iterator[str]:
    if action.also_explains:
        yield language.gettext("it also explains")
    for id_ in action.also_explains[:_SHOWN]:
        yield f"  {findings[id_].rule}: {findings[id_].message.text}"
    if len(action.also_explains) > _SHOWN:
        yield "  " + language.gettext("first {n} of {all}", n=_SHOWN, all=len(action.also_explains))


def _range(between: str) -> str:
    return f", {between}" if between else ""
