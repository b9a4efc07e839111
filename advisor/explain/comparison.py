"""Two documents of one shop, side by side: as it is, and as it would be."""

from collections.abc import Iterator

from advisor.document import ActionInfo, Document, Kpi, Money
from advisor.model import frozen


@frozen
class Moved:
    """An action of either plan; None where that plan has it not."""

    before: ActionInfo | None
    after: ActionInfo | None

    @property
    def shown(self) -> ActionInfo:
        """The action, as it would be if it would be there."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  one of the two plans has it
        return found


@frozen
class Comparison:
    """What changes: KPIs that read otherwise (*before*, *after*), every action of both plans in the
    order of the new one, and what the plans are worth."""

    kpis: tuple[tuple[Kpi, Kpi], ...]
    actions: tuple[Moved, ...]
    before: tuple[Money, ...]
    after: tuple[Money, ...]


def compare(before: Document, after: Document) -> Comparison:
    """*before* and *after* of the same shop and window."""
    then = {kpi.metric: kpi for kpi in before.kpis}
    kpis = tuple(
        (then[kpi.metric], kpi)
        for kpi in after.kpis
        if kpi.metric in then and kpi.text != then[kpi.metric].text
    )
    was = {action.id: action for action in before.plan}
    moved = [Moved(was.pop(action.id, None), action) for action in after.plan]
    gone = [Moved(action, None) for action in was.values()]
    return Comparison(kpis, (*moved, *gone), before.total, after.total)


def lines(found: Comparison) -> Iterator[str]:
    """The comparison in words."""
    if found.kpis:
        yield "Numbers that would change"
    for was, now in found.kpis:
        yield f"  {now.title}: {was.text} -> {now.text}"
    yield "The plan"
    for moved in found.actions:
        yield f"  {_action(moved)}"
    if not found.actions:
        yield "  nothing to do, before or after"
    for label, total in (("is", found.before), ("would be", found.after)):
        if total:
            yield f"What all of it can reach {label} {' and '.join(m.text for m in total)}"


def _action(moved: Moved) -> str:
    was, now = moved.before, moved.after
    do = moved.shown.do
    if now is None:
        return f"gone: {do} (was number {moved.shown.rank}, {_worth(moved.shown)})"
    if was is None:
        return f"{now.rank}. new: {do}, {_worth(now)}"
    place = "" if was.rank == now.rank else f" (was number {was.rank})"
    worth = _worth(now)
    changed = "" if worth == _worth(was) else f" (was {_worth(was)})"
    return f"{now.rank}.{place} {do}, {worth}{changed}"


def _worth(action: ActionInfo) -> str:
    return f"worth {action.gain.text}" if action.gain else "worth not known"
