"""`advisor diagnose`: from exports to a plan."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from advisor.cli import complete
from advisor.cli.fail_on import FAIL_ON_REACHED, fail_on_option, holds_in_any
from advisor.cli.options import (
    FOLDER,
    history_option,
    keeps_history,
    known,
    language_option,
    load_registry,
    tell_at_end,
    trace_option,
)
from advisor.cli.shop_options import check_options, known_language, request_of, shop_command

if TYPE_CHECKING:
    from advisor.cli.fail_on import FailOn
    from advisor.cli.request import Shop
    from advisor.cli.screen import Clock
    from advisor.document import Document
    from advisor.model import Language, Request
    from advisor.plugin import Registry
    from advisor.portfolio import PlanLink
    from advisor.report import Index

_FEW = 24  # shops for which another process is not worth its start


@click.command()
@shop_command()
@click.option(
    "-o",
    "--output",
    type=FOLDER,
    metavar="DIR",
    help="The folder for the plan (default: next to the exports).",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.formats,
    help="md, html, json, csv, xlsx, ics, sarif, junit, jsonl, or what a plugin offers; may be "
    "given several times. A single one without -o goes to standard output.",
)
@fail_on_option
@language_option
@click.option("-q", "--quiet", is_flag=True, help="Only show errors on the terminal.")
@click.option("-v", "--verbose", is_flag=True, help="Show how long each stage took, by plugin.")
@history_option
@trace_option
@click.option(
    "--isolate",
    is_flag=True,
    help="Run each plugin of others in a process of its own, with limits on time and memory: one "
    "that hangs or crashes costs what it would have brought.",
)
@click.pass_context
def diagnose(
    ctx: click.Context,
    *,
    asked: "Request",
    output: Path | None,
    formats: tuple[str, ...],
    fail_on: "tuple[FailOn, ...]",
    language: str | None,
    quiet: bool,
    verbose: bool,
    no_history: bool,
    trace_plugins: bool,
    isolate: bool,
) -> None:
    """Reads exports and writes a plan: what to do first, why, and what it is worth.

    PATH is a file, a folder, facts from `advisor gather`, or - for standard input. The plan is
    shown, and plan.md, plan.json and findings.csv are written next to the exports, or to -o DIR.
    A single --format without -o prints to standard output and writes no files.

    Each run is saved in history.db next to the shop's advisor.toml, so that the next plan shows
    what changed. Turn it off with --no-history or [history] in advisor.toml.

    In a folder whose subfolders have an advisor.toml each, every shop gets its plan, plus an index
    that ranks shops by urgency.

    \b
    Examples:
      advisor diagnose exports/
      advisor diagnose exports/ --goal ads --size small --niche fashion-beauty -o october/
      advisor diagnose "Tiktok Ads_report.csv" --format json
      advisor diagnose shops/ --month 2026-10 --fail-on critical
      advisor diagnose exports/ --fail-on new --fail-on worse

    \b
    Exit codes:
      0  a plan was made
      1  --fail-on: what it asks for is in the plan
      2  an error you can fix; the message says how
      3  nothing could be read
      4  a plan was made, but a plugin or the rules engine failed
    """
    from advisor.cli.request import Shop, find_shop
    from advisor.cli.screen import Clock, say
    from advisor.pipeline import shop_folders
    from advisor.report import format_names

    clock = Clock()
    with clock.stage("loading plugins"):
        registry = load_registry(trace=trace_plugins, isolate=isolate)
        check_options(asked, registry)
        for name in formats:
            known("--format", name, format_names(registry.report_formats()))
        if language is not None:
            language = known_language(language, registry)
    alone = len(asked.paths) == 1 and asked.config is None
    folders = shop_folders(Path(asked.paths[0])) if alone else ()
    shop = Shop() if folders else find_shop(asked.paths, asked.config)
    request = request_of(asked, shop, registry)
    request = attrs.evolve(request, history=keeps_history(off=no_history), language=language)
    run = _Run(
        registry,
        request,
        clock,
        output=output,
        formats=formats,
        fail_on=fail_on,
        quiet=quiet,
        isolate=isolate,
    )
    tell_at_end(lambda: [*registry.failures(), *run.failures])
    met = run.many(folders) if folders else run.one(shop)
    for problem in run.memory.problems:
        say(f"Note: {problem}", err=True)
    if verbose:
        _tell(clock, registry)
    if met:
        ctx.exit(FAIL_ON_REACHED)


class _Run:
    """One call of the command."""

    def __init__(
        self,
        registry: "Registry",
        request: "Request",
        clock: "Clock",
        *,
        output: Path | None,
        formats: Sequence[str],
        fail_on: "Sequence[FailOn]",
        quiet: bool,
        isolate: bool,
    ) -> None:
        from advisor.pipeline import Memory

        self.registry = registry
        self.request = request
        self.memory = Memory()
        self.clock = clock
        self.output = output
        self.formats = formats
        self.fail_on = fail_on
        self.quiet = quiet
        self.isolate = isolate
        self.failures: list[str] = []

    def one(self, shop: "Shop") -> bool:
        """One shop: its plan written and shown, or sent to standard output. Gives whether what
        --fail-on asks for is there."""
        from advisor.cli.request import folder_of
        from advisor.cli.screen import Waiting, readers, say
        from advisor.cli.threads import planned_simply
        from advisor.diagnosis import Shop as OpenedShop
        from advisor.diagnosis import diagnose_block, gather_shop
        from advisor.judge import choose
        from advisor.knowledge import Resolver

        choose()  # the rules engine starts while files are read
        waits, plans = Waiting(shown=not self.quiet), planned_simply(self.request.paths)
        with waits as waiting, plans:
            with self.clock.stage("reading"):
                gathered = gather_shop(self.request, self.registry, progress=waiting)
            waiting.doing("Judging")
            with self.clock.stage("judging"):
                resolver = Resolver(self.registry)
                opened = OpenedShop(resolver.resolve(self.request), gathered)
                judged = diagnose_block(self.memory.with_changes([opened]), resolver)
            with self.clock.stage("planning"):
                diagnosed, recalled = self.memory.recall(judged)
                (diagnosis,) = diagnosed.shops
                document = recalled.document(diagnosis)
            with self.clock.stage("writing"):
                files = self.files(document, shop, diagnosis.language)
                to_stdout = self.output is None and len(self.formats) == 1
                if not to_stdout:
                    folder = self.output or folder_of(self.request.paths[0])
                    written = self.write(files, folder)
            with self.clock.stage("keeping the history"):
                self.memory.record([diagnosis], recalled)
        if to_stdout:
            notice = document.advisor.engine.notice
            if notice and not self.quiet:
                say(notice, err=True)
            with readers():
                # The report has made its text harmless already, for its own format.
                click.echo(next(iter(files.values())), nl=False)
        elif not self.quiet:
            self.show(document, written, diagnosis.language)
        return self.meets(document)

    def meets(self, document: "Document") -> bool:
        """Whether what --fail-on asks for is in *document*."""
        tags = self.request.settings.shop.tags
        held = [condition.holds(document, tags) for condition in self.fail_on]  # all is said
        return any(held)

    def many(self, folders: tuple[Path, ...]) -> bool:
        """A plan for each shop, and the index of them all: a portfolio whose tables are not kept.
        Gives whether what --fail-on asks for is in any of them."""
        from tempfile import TemporaryDirectory

        from advisor.cli.portfolio import show_index
        from advisor.cli.screen import Waiting, say
        from advisor.model import scratch_folder
        from advisor.pipeline import no_shop, other_entries
        from advisor.portfolio import (
            Dataset,
            LocalEngine,
            Options,
            Plans,
            ProcessEngine,
            Worker,
            failed_shops,
            make_index,
            run_portfolio,
        )

        source = Path(self.request.paths[0])
        top = self.output or source
        made: list[Index] = []

        def index_of(
            draft: Dataset, links: "Mapping[str, PlanLink]"
        ) -> "Mapping[str, str | bytes]":
            failed = failed_shops(draft)
            if len(failed) == len(folders):
                raise no_shop(failed)
            index, files = make_index(draft, self.registry, self.request.today, plans=links)
            made.append(index)
            return files

        alone = len(folders) <= _FEW or self.registry.trace is not None
        with TemporaryDirectory(dir=scratch_folder()) as scratch:
            with (
                Waiting(shown=not self.quiet) as waiting,
                self.clock.stage("diagnosing shops"),
            ):
                result = run_portfolio(
                    folders,
                    scratch,
                    Options.of(self.request, isolate=self.isolate, facts=False),
                    plans=Plans(
                        frozenset(one.name for one in folders), None, tuple(self.formats), top
                    ),
                    reports=index_of,
                    engine=(
                        LocalEngine(Worker(self.registry, waiting)) if alone else ProcessEngine()
                    ),
                    progress=None if alone else waiting.counting,
                )
            told = self.registry.failures()  # also of a worker in this process
            self.failures += [line for line in result.failures if line not in told]
            met = holds_in_any(self.fail_on, Dataset(scratch))
        self.memory.problems += result.notes
        if not self.quiet:
            show_index(*made)
            for name in other_entries(source, folders):
                say(f"Not read: {name}: no shop, for there is no advisor.toml in it")
            for path in result.reports:
                say(f"Written: {path}")
        return met

    def files(
        self, document: "Document", shop: "Shop", language: "Language"
    ) -> Mapping[str, str | bytes]:
        """The reports of *document*, by file name."""
        from advisor.pipeline import own_templates
        from advisor.report import render_shop

        return render_shop(
            document,
            self.formats or shop.settings.report.formats,
            self.registry,
            own_templates(self.request),
            allow=shop.settings.plugins.allow,
            isolate=self.isolate,
            language=language,
        )

    def write(self, files: Mapping[str, str | bytes], folder: Path) -> list[Path]:
        """Writes *files* into *folder*, all or none."""
        from advisor.ingest import write_outputs

        placed = {folder / name: text for name, text in files.items()}
        write_outputs(placed)
        return list(placed)

    def show(self, document: "Document", written: Sequence[Path], language: "Language") -> None:
        """The plan on the terminal."""
        from advisor.cli.screen import console, readers
        from advisor.report import print_terminal

        with readers():
            print_terminal(document, console(), written, language)


def _tell(clock: "Clock", registry: "Registry") -> None:
    """Timings and plugins, on standard error."""
    from advisor.cli.screen import say

    clock.tell()
    for plugin in registry.plugins:
        said = plugin.problem or ", ".join(plugin.hooks)
        say(f"plugin {plugin.name} {plugin.version}: {said}", err=True)
