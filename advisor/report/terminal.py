"""The plan on a screen: short, and where the rest lies."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.document import Document
from advisor.model import ENGLISH, Language
from advisor.report.escape import clean, shorten

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_ACTIONS = 10


def print_terminal(
    document: Document,
    console: "Console",
    outputs: Sequence[Path] = (),
    language: Language = ENGLISH,
) -> None:
    """Prints the plan's top and what was checked, in the *language* of the document; *outputs* are
    the files that were written."""
    from rich.text import Text  # rich is slow to import

    def say(text: str, style: str = "") -> None:
        # Text knows no markup: what a stranger wrote cannot style, link or hide anything.
        console.print(Text(clean(text), style=style), highlight=False)

    say(_title(document, language), "bold")
    if document.period.stale:
        say(document.period.stale, "bold yellow")
    if document.since:
        say(document.since.text)
    for result in document.done[:MOST_ACTIONS]:
        say(result.text)
    if document.focus:
        say(document.focus.text)
    if document.plan:
        console.print(_actions(document, language))
        if len(document.plan) > MOST_ACTIONS:
            shown = language.gettext(
                "First {most} of {all}.", most=MOST_ACTIONS, all=len(document.plan)
            )
            say(shown)
        if len(document.plan) > 1 and document.total:
            total = language.gettext(
                "Total opportunity: {amount} (overlaps counted once)",
                amount=language.all_of([money.text for money in document.total]),
            )
            say(total)
    else:
        say(_nothing(document, language))
    say(_counts(document, language))
    for file in document.inputs:
        if file.problem:
            named = {"file": file.file, "reason": file.problem}
            say(language.gettext("Not read: {file}: {reason}", **named), "yellow")
    if document.advisor.engine.notice:
        say(document.advisor.engine.notice, "yellow")
    for path in outputs:
        say(language.gettext("Written: {path}", path=str(path)), "dim")


def _title(document: Document, language: Language) -> str:
    name = shorten(document.shop.name or document.shop.id)
    period = document.period
    if period.first is None or period.last is None:
        return name
    return f"{name}, {language.days(period.first, period.last)}"


def _nothing(document: Document, language: Language) -> str:
    clear = any(o.clear for o in document.outcomes) and not any(
        u.setting for u in document.coverage
    )
    if not document.healthy and not document.watch and not clear:
        if document.kpis or any(not file.problem for file in document.inputs):
            return language.gettext(
                "Your files give numbers, but no check can be made from them alone: add more "
                "exports."
            )
        return language.gettext("Not enough data to check anything yet.")
    return language.gettext("Nothing to do: no problem found.")


def _actions(document: Document, language: Language) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    findings = {finding.id: finding for finding in document.findings}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    # With the default, an ellipsis, Rich cuts the last letters of a line with an emoji in it.
    table.add_column(language.gettext("Action"), ratio=3, overflow="fold")
    table.add_column(language.gettext("Why"), ratio=4, overflow="fold")
    table.add_column(language.gettext("Worth"), ratio=1, overflow="fold")
    for action in document.plan[:MOST_ACTIONS]:
        more = len(action.findings) - 1
        because = clean(findings[action.findings[0]].message.text)
        if more:
            because = language.ngettext(
                "{finding} (and {n} more)", "{finding} (and {n} more)", more, finding=because
            )
        gain = action.gain
        worth = gain.text if gain else language.gettext("no dollar estimate")
        style = "bold red" if action.severity == "critical" else ""
        table.add_row(
            Text(str(action.rank)),
            Text(clean(action.do), style=style),
            Text(because),
            Text(clean(worth)),
        )
    return table


def _counts(document: Document, language: Language) -> str:
    healthy, watch = len(document.healthy), len(document.watch)
    coverage, notes = len(document.coverage), len(document.data_notes)
    parts = [
        language.ngettext("{n} check on target", "{n} checks on target", healthy),
        language.ngettext(
            "{n} check with not enough data yet", "{n} checks with not enough data yet", watch
        ),
        language.ngettext(
            "{n} check that needs more exports", "{n} checks that need more exports", coverage
        ),
        language.ngettext("{n} data note", "{n} data notes", notes),
    ]
    return f"{', '.join(parts)}."
