"""`advisor gather`: exports read once, kept in one file."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import (
    config_option,
    engine_options,
    load_registry,
    paths_argument,
    tell_at_end,
    today_option,
    trace_option,
    working,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.portfolio import Engine


@click.command()
@paths_argument()
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    help="Where the facts are written: a file, else shop.facts; of many shops a folder, or a place "
    "in a store (s3://bucket/facts).",
)
@config_option
@today_option
@click.option("-q", "--quiet", is_flag=True, help="Only show errors on the terminal.")
@engine_options
@trace_option
def gather(
    *,
    paths: tuple[str, ...],
    output: str | None,
    config: Path | None,
    today: date,
    quiet: bool,
    jobs: int | None,
    cluster: str | None,
    trace_plugins: bool,
) -> None:
    """Reads exports and keeps their counts, so that no export is parsed twice.

    Every option of `advisor diagnose` works on these facts, because they hold counts, not results.
    They keep the shop's advisor.toml too; one beside the facts, or --config, counts instead.

    Of a folder whose subfolders have an advisor.toml each, all shops are kept together, with their
    settings. Run it again to read only the shops whose files have changed.

    \b
    Examples:
      advisor gather exports/ -o shop.facts && advisor diagnose shop.facts
      advisor gather shops/ -o facts/ && advisor portfolio facts/ -o results/
    """
    from advisor.pipeline import shop_folders

    folders = shop_folders(Path(paths[0])) if len(paths) == 1 and config is None else ()
    if folders:
        with working(jobs, cluster) as engine:
            _gather_many(folders, output, today, engine, quiet=quiet)
        return
    from advisor.cli.request import find_shop, with_shop
    from advisor.cli.screen import Waiting, readers, say
    from advisor.diagnosis import gather_shop
    from advisor.ingest import write_facts
    from advisor.model import Request, is_remote
    from advisor.report import counted

    if output is not None and is_remote(output):
        hint = "the facts of many shops may lie in a store"
        raise AdvisorError("the facts of one shop are a file", where="-o", hint=hint)
    registry = load_registry(trace=trace_plugins)
    tell_at_end(registry.failures)
    shop = find_shop(paths, config)
    request = with_shop(Request(paths, today), shop)
    with Waiting(shown=not quiet) as waiting:
        gathered = gather_shop(request, registry, progress=waiting)
        place = Path(output or "shop.facts")
        write_facts(place, gathered, shop.kept())
    if not quiet:
        with readers():
            say(f"Read: {counted(len(gathered.readings), 'file')}")
            for unread in gathered.unread:
                say(f"Not read: {unread}")
            for note in gathered.notes:
                say(f"Note: {note.file}: {note.text}" if note.file else f"Note: {note.text}")
            say(f"Written: {place}")


def _gather_many(
    folders: Sequence[Path], output: str | None, today: date, engine: "Engine", *, quiet: bool
) -> None:
    """Reads many shops into one dataset."""
    from advisor.cli.screen import Waiting, readers, say
    from advisor.model import Request
    from advisor.portfolio import Facts, Options, gather_shops

    if output is None:
        hint = "name a folder, or a place in a store (s3://bucket/facts)"
        raise AdvisorError("say where the facts of many shops go", where="-o", hint=hint)
    failures: list[str] = []
    tell_at_end(lambda: failures)
    options = Options.of(Request((), today))
    with Waiting(shown=not quiet) as waiting:
        try:
            found = gather_shops(
                folders,
                Facts(output),
                options,
                engine=engine,
                progress=waiting.counting,
            )
        except KeyboardInterrupt:
            hint = "run the same command again to go on"
            raise AdvisorError("stopped; what was read is kept", hint=hint) from None
    failures += found.failures
    if quiet:
        return
    with readers():
        say(f"Read: {found.read:,} of {found.shops:,} shops; the others have not changed")
        for failed in found.failed:
            say(f"Not read: {failed.id}: {failed.problem}")
        say(f"Written: {output}")
