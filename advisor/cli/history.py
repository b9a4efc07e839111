"""`advisor history`: the runs that are kept."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.group import NamesNear
from advisor.cli.options import config_option, day, output_file_option
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.history import ActionRow, Run, RunLine, Store
    from advisor.model import Language

_SHOWN = 20


class _ListsAFolder(NamesNear):
    """`advisor history exports/` lists, as `advisor history list exports/` does."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        named = self.get_command(ctx, args[0]) is not None
        if not named and (Path(args[0]).exists() or Path(args[0]).parent.name):
            args = ["list", *args]
        return super().resolve_command(ctx, args)


_folder = click.argument("path", type=click.Path(), default=".", metavar="[PATH]")


@click.group(cls=_ListsAFolder, invoke_without_command=True)
@click.pass_context
def history(ctx: click.Context) -> None:
    """Shows the runs that `advisor diagnose` kept, copies them to another machine, or deletes them.

    PATH is the shop's folder, with its advisor.toml; else the current folder. Findings, actions and
    KPIs are kept, and no row of an export.

    \b
    Examples:
      advisor history exports/
      advisor history export exports/ -o runs.jsonl
      advisor history import exports/ runs.jsonl
      advisor history forget exports/ --before 2025-01-01
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@history.command("list")
@_folder
@config_option
@click.option("--all", "everything", is_flag=True, help="List all runs, not just the newest 20.")
def list_(*, path: str = ".", config: Path | None = None, everything: bool = False) -> None:
    """Lists the runs, newest first.

    \b
    Example:
      advisor history list exports/ --all
    """
    from advisor.cli.screen import readers, say, table

    store, shop = store_at(path, config)
    runs = store.runs(shop)
    with readers():
        if not runs:
            say("No runs yet: `advisor diagnose` keeps each one.")
            return
        shown = runs if everything else runs[:_SHOWN]
        rows = [
            (
                str(run.id),
                str(run.info.day),
                f"{run.info.first} to {run.info.last}" if run.info.first else "",
                str(run.findings),
                str(run.actions),
                run.info.version,
            )
            for run in shown
        ]
        table(rows, ("Run", "Day", "Period", "Findings", "Actions", "Version"))
        if len(shown) < len(runs):
            say(f"{len(runs) - len(shown)} more: add --all")


@history.command("export")
@_folder
@config_option
@output_file_option
def export_(path: str, config: Path | None, output: Path | None) -> None:
    """Writes the runs as JSON lines, oldest first.

    \b
    Example:
      advisor history export exports/ -o runs.jsonl
    """
    from advisor.cli.screen import readers, say
    from advisor.history import export_lines
    from advisor.ingest import write_outputs

    store, shop = store_at(path, config)
    lines = export_lines(store, shop)
    if output is not None:
        text = "".join(f"{line}\n" for line in lines)
        write_outputs({output: text})
        say(f"Written: {output}")
        return
    with readers():
        for line in lines:
            click.echo(line)


@history.command("import")
@_folder
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@config_option
def import_(path: str, file: Path, config: Path | None) -> None:
    """Adds runs that were exported; those that are here already stay as they are.

    \b
    Examples:
      advisor history import exports/ runs.jsonl
      advisor history import exports/ - < runs.jsonl
    """
    from advisor.cli.screen import say
    from advisor.history import import_lines

    store, _ = store_at(path, config)
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AdvisorError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except UnicodeDecodeError:
        raise AdvisorError("this is no UTF-8 text", where=str(file)) from None
    added, there = import_lines(store, text.splitlines(), where=str(file))
    say(f"{added} added, {there} already there")


@history.command()
@_folder
@config_option
@click.option("--before", type=day, metavar="YYYY-MM-DD", help="Runs of earlier days.")
@click.option("--run", "number", type=int, metavar="N", help="One run, by its number.")
@click.option("--all", "everything", is_flag=True, help="All runs.")
def forget(
    path: str, config: Path | None, before: date | None, number: int | None, *, everything: bool
) -> None:
    """Deletes runs: those before a day, one, or all.

    \b
    Examples:
      advisor history forget exports/ --before 2025-01-01
      advisor history forget exports/ --run 12
    """
    from advisor.cli.screen import say

    given = [before is not None, number is not None, everything]
    if sum(given) != 1:
        raise AdvisorError(
            "say which runs", where="history forget", hint="give --before, --run or --all"
        )
    store, shop = store_at(path, config)
    many = store.forget(shop=shop, before=before, run=number)
    if number is not None and not many:
        raise AdvisorError(f"there is no run {number}", where="--run", hint="see `advisor history`")
    say(f"{many} deleted")


def store_at(path: str, config: Path | None) -> "tuple[Store, str]":
    """The store of the shop at *path*, and the shop's id in it. Raises AdvisorError where the shop
    keeps none."""
    from advisor.cli.request import find_shop, portfolio_shop
    from advisor.model import business_of
    from advisor.pipeline import shop_store

    found = None if config is not None else portfolio_shop(path)
    if found is not None:
        return found.store(), found.id
    if config is None and not Path(path).exists():
        raise AdvisorError("no such folder", where=path)
    shop = find_shop([path], config)
    store = shop_store(shop.settings, shop.config)
    if store is None:
        raise AdvisorError(
            "this folder has no advisor.toml, so its runs are not kept",
            where=path,
            hint="`advisor init` writes one",
        )
    return store, business_of(shop.settings).id


def spoken_at(path: str, config: Path | None, language: str | None) -> "Language":
    """The language in which the shop at *path* is told: *language*, else that of its report."""
    from advisor.cli.options import load_registry
    from advisor.cli.request import find_shop
    from advisor.model import business_of

    settings = find_shop([path], config).settings
    where = "--language" if language else "report.language"
    return load_registry().language(
        language or settings.report.language, business_of(settings).region, where=where
    )


def newest_run(path: str, config: Path | None) -> "tuple[Store, RunLine, Run]":
    """The newest run of the shop at *path*, with its store. Raises AdvisorError where there is
    none."""
    store, shop = store_at(path, config)
    runs = store.runs(shop)
    if not runs:
        raise AdvisorError("no plan yet", where=path, hint="`advisor diagnose` makes one")
    return store, runs[0], store.load(runs[0])


def numbered_action(path: str, config: Path | None, number: int) -> "ActionRow":
    """The action with this number in the newest plan of the shop at *path*."""
    _, _, run = newest_run(path, config)
    for action in run.actions:
        if action.rank == number:
            return action
    raise AdvisorError(
        f"the plan of {run.info.day} has no action {number}; it has {len(run.actions)}",
        where="ACTION",
    )
