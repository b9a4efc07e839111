"""`advisor gather`: exports read once, kept in one file."""

from datetime import date
from pathlib import Path

import click

from advisor.cli.options import (
    FILE,
    config_option,
    load_registry,
    paths_argument,
    tell_at_end,
    today_option,
    trace_option,
)


@click.command()
@paths_argument()
@click.option(
    "-o",
    "--output",
    type=FILE,
    default="shop.facts",
    show_default=True,
    metavar="FILE",
    help="Where the facts are written.",
)
@config_option
@today_option
@click.option("-q", "--quiet", is_flag=True, help="Show nothing on the terminal but errors.")
@trace_option
def gather(
    *,
    paths: tuple[str, ...],
    output: Path,
    config: Path | None,
    today: date,
    quiet: bool,
    trace_plugins: bool,
) -> None:
    """Reads exports and keeps their counts, so that no export is parsed twice.

    Every option of `advisor diagnose` works on these facts, because they hold counts, not results.

    \b
    Example:
      advisor gather exports/ -o shop.facts && advisor diagnose shop.facts
    """
    from advisor.cli.request import find_shop, with_shop
    from advisor.cli.screen import Waiting, readers, say
    from advisor.diagnosis import gather_shop
    from advisor.ingest import write_facts
    from advisor.model import Request
    from advisor.report import counted

    registry = load_registry(trace=trace_plugins)
    tell_at_end(registry.failures)
    request = with_shop(Request(paths, today), find_shop(paths, config))
    with Waiting(shown=not quiet) as waiting:
        gathered = gather_shop(request, registry, progress=waiting)
        write_facts(output, gathered)
    if not quiet:
        with readers():
            say(f"Read: {counted(len(gathered.readings), 'file')}")
            for unread in gathered.unread:
                say(f"Not read: {unread}")
            for note in gathered.notes:
                say(f"Note: {note.file}: {note.text}" if note.file else f"Note: {note.text}")
            say(f"Written: {output}")
