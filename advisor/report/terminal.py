"""The plan on a screen: short, and where the rest lies."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.document import Document
from advisor.report.escape import clean, shorten
from advisor.report.views import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_ACTIONS = 10


def print_terminal(document: Document, console: "Console", outputs: Sequence[Path] = ()) -> None:
    """Prints the plan's top and what was judged; *outputs* are the files that were written."""
    from rich.text import Text  # rich is slow to import

    def say(text: str, style: str = "") -> None:
        # Text knows no markup: what a stranger wrote cannot style, link or hide anything.
        console.print(Text(clean(text), style=style), highlight=False)

    say(_title(document), "bold")
    if document.period.stale:
        say(document.period.stale, "bold yellow")
    if document.since:
        say(document.since.text)
    if document.focus:
        say(document.focus.text)
    if document.plan:
        console.print(_actions(document))
        if len(document.plan) > MOST_ACTIONS:
            say(f"First {MOST_ACTIONS} of {len(document.plan)}.")
        if len(document.plan) > 1 and document.total:
            reach = " and ".join(money.text for money in document.total)
            say(f"All of it together can reach {reach}; shared money is counted once.")
    else:
        say(_nothing(document))
    say(_counts(document))
    for problem in (f"{file.file}: {file.problem}" for file in document.inputs if file.problem):
        say(f"Not read: {problem}", "yellow")
    if document.advisor.engine.notice:
        say(document.advisor.engine.notice, "yellow")
    for path in outputs:
        say(f"Written: {path}", "dim")


def _title(document: Document) -> str:
    name = shorten(document.shop.name or document.shop.id)
    period = document.period
    return f"{name}, {period.first} to {period.last}" if period.first else name


def _nothing(document: Document) -> str:
    if not document.healthy and not document.watch and not any(o.clear for o in document.outcomes):
        return "Nothing could be judged, so nothing is known to be well or ill."
    files = counted(len(document.inputs), "file")
    rules = counted(len(document.outcomes), "rule")
    return f"Nothing to do: no rule found a problem. Looked at {files} with {rules}."


def _actions(document: Document) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    findings = {finding.id: finding for finding in document.findings}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Do", ratio=3)
    table.add_column("Because", ratio=4)
    table.add_column("Worth", ratio=1)
    for action in document.plan[:MOST_ACTIONS]:
        more = len(action.findings) - 1
        because = clean(findings[action.findings[0]].message.text)
        because += f" (and {more:,} more)" if more else ""
        gain = action.gain
        worth = gain.text if gain else "not known"
        style = "bold red" if action.severity == "critical" else ""
        table.add_row(
            Text(str(action.rank)),
            Text(clean(action.do), style=style),
            Text(because),
            Text(clean(worth)),
        )
    return table


def _counts(document: Document) -> str:
    parts = [
        f"healthy: {counted(len(document.healthy), 'rule')}",
        f"too few data: {counted(len(document.watch), 'check')}",
        f"could not be judged: {counted(len(document.coverage), 'thing')}",
        counted(len(document.data_notes), "data note"),
    ]
    return ", ".join(parts).capitalize() + "."
