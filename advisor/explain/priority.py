"""How an action came to its place in the plan: its prices, its priority, what it adds."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.document import ActionInfo, Document, FindingInfo
from advisor.errors import AdvisorError, unknown
from advisor.model import ENGLISH, Unit, text

_SHOWN = 10


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


def arithmetic(document: Document, action: ActionInfo) -> Iterator[str]:
    """An action's numbers, line by line."""
    findings = {finding.id: finding for finding in document.findings}
    ranks = {other.id: other.rank for other in document.plan}
    yield f"{action.rank}. {action.do} ({action.id})"
    begin = _words(action.start) if action.start else "with fresh data"
    yield f"  rule {action.rule}, severity {action.severity}; begin {begin}"
    effort = ENGLISH.hours(action.effort)
    yield f"  moves {action.lever_title} ({action.direction}), {effort} of work"
    if action.after:
        before = ", ".join(f"number {ranks[id_]}" for id_ in action.after)
        yield f"  comes after {before}, whose lever has to be moved before"
    yield "what it is worth in 30 days"
    yield from _prices(action, [findings[id_] for id_ in action.findings])
    yield f"chance of reaching the target: {action.chance_text}"
    yield f"priority: {action.priority.text}"
    yield f"order of the plan: {document.order}"
    yield from _explained(action, findings)


def _prices(action: ActionInfo, findings: Sequence[FindingInfo]) -> Iterator[str]:
    if action.gain is None:
        yield f"  not known: {action.no_gain_because}"
        return
    for finding in findings[:_SHOWN]:
        name = text.shorten(finding.subject.name)
        if finding.price is None:
            yield f"  {name}: no price"
        else:
            mid = ENGLISH.number(round(finding.stake or 0.0), Unit.MONEY, action.gain.currency)
            yield f"  {name}: {finding.price.text}{_drawn(finding)}; comes to {mid}"
    if len(findings) > _SHOWN:
        yield f"  first {_SHOWN} of {len(findings):,}"
    yield f"  together {action.gain.text}{_range(action.gain.range)}"
    if action.adds is not None and action.adds.mid < 0.005 * action.gain.mid:
        yield "  actions before it claim all of that money"
    elif action.adds is not None and action.adds.text != action.gain.text:
        yield f"  actions before it claim a part of that money; it adds {action.adds.text}"


def _drawn(finding: FindingInfo) -> str:
    """Why the value in the sum is not the one that was measured."""
    price = finding.price
    for piece in finding.evidence:
        if price is not None and piece.metric == price.metric and piece.value is not None:
            if abs(piece.value - price.value) <= 0.005 * abs(piece.value):
                return ""
            return f" (measured {piece.text}; drawn towards its siblings as far as chance is in it)"
    return ""


def _explained(action: ActionInfo, findings: Mapping[str, FindingInfo]) -> Iterator[str]:
    if action.also_explains:
        yield "it also explains"
    for id_ in action.also_explains[:_SHOWN]:
        yield f"  {findings[id_].rule}: {findings[id_].message.text}"
    if len(action.also_explains) > _SHOWN:
        yield f"  first {_SHOWN} of {len(action.also_explains):,}"


def _words(name: str) -> str:
    return name.replace("-", " ")


def _range(between: str) -> str:
    return f", {between}" if between else ""
