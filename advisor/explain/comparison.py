"""Two documents of one shop, side by side: as it is, and as it would be."""

from collections.abc import Iterator

from advisor.document import ActionInfo, Document, Kpi, Money
from advisor.model import ENGLISH, Language, frozen


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


def lines(found: Comparison, language: Language = ENGLISH) -> Iterator[str]:
    """The comparison in words, in the *language* of the documents."""
    _ = language.gettext
    if found.kpis:
        yield _("Numbers that would change")
    for was, now in found.kpis:
        yield f"  {now.title}: {was.text} → {now.text}"
    yield _("The plan")
    for moved in found.actions:
        yield f"  {_action(moved, language)}"
    if not found.actions:
        yield "  " + _("nothing to do, before or after")
    if found.before:
        yield _("Opportunity left as it is: {money}", money=_together(found.before, language))
    if found.after:
        yield _("Opportunity left with the change: {money}", money=_together(found.after, language))


def _together(total: tuple[Money, ...], language: Language) -> str:
    return language.all_of([money.text for money in total])


def _action(moved: Moved, language: Language) -> str:
    _ = language.gettext
    was, now = moved.before, moved.after
    do = moved.shown.do
    if now is None:
        worth = _worth(moved.shown, language)
        return _("gone: {action} (was #{n}, {worth})", action=do, n=moved.shown.rank, worth=worth)
    worth = _worth(now, language)
    if was is None:
        return _("{n}. new: {action}, {worth}", n=now.rank, action=do, worth=worth)
    place = "" if was.rank == now.rank else " " + _("(was #{n})", n=was.rank)
    before = _worth(was, language)
    changed = "" if worth == before else " " + _("(was {worth})", worth=before)
    return f"{now.rank}.{place} {do}, {worth}{changed}"


def _worth(action: ActionInfo, language: Language) -> str:
    return action.gain.text if action.gain else language.gettext("no dollar estimate")
