"""`advisor portfolio`: many shops, results in columns."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.fail_on import FAIL_ON_REACHED, fail_on_option, holds_in_any
from advisor.cli.group import NamesNear
from advisor.cli.options import (
    FOLDER,
    PLACE,
    check_shop_options,
    engine_options,
    history_option,
    keeps_history,
    known,
    language_option,
    output_file_option,
    period_options,
    rules_option,
    shop_options,
    tell_at_end,
    today_option,
    working,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.cli.fail_on import FailOn
    from advisor.portfolio import Facts, PlanLink, Plans
    from advisor.report import Index


class _RunsOnShops(NamesNear):
    """`advisor portfolio shops/` runs, as `advisor portfolio run shops/` does."""

    default_command = "run"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        helps = ctx.help_option_names
        if args and self.get_command(ctx, args[0]) is None and args[0] not in helps:
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunsOnShops)
def portfolio() -> None:
    """Works on many shops: their results in columns, an index, benchmarks of their own.

    \b
    Examples:
      advisor portfolio shops/ -o results/
      advisor portfolio index results/ --owner Ana -o ana/
      advisor portfolio bands results/ -o agency/bands.toml
    """


@portfolio.command()
@click.argument("shops")
@click.option(
    "-o",
    "--output",
    type=PLACE,
    required=True,
    metavar="DIR",
    help="The results: a folder, or a place in a store (s3://bucket/results).",
)
@click.option(
    "--plans",
    default="worst:20",
    show_default=True,
    metavar="WHICH",
    help="Whose plans are written: worst:N, all, none, or folders with commas between.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.formats,
    help="The formats of the plans; else those of each shop's advisor.toml.",
)
@shop_options
@period_options
@today_option
@rules_option
@language_option
@engine_options
@click.option("--no-facts", is_flag=True, help="Don't keep facts for later reports.")
@history_option
@click.option("--isolate", is_flag=True, help="Run plugins of others in processes of their own.")
@fail_on_option
@click.option("-q", "--quiet", is_flag=True, help="Only show errors on the terminal.")
@click.pass_context
def run(
    ctx: click.Context,
    *,
    shops: str,
    output: str,
    plans: str,
    formats: Sequence[str],
    goal: str | None,
    size: str | None,
    niche: str | None,
    first: date | None,
    last: date | None,
    month: str | None,
    today: date,
    rules: Sequence[Path],
    language: str | None,
    jobs: int | None,
    cluster: str | None,
    no_facts: bool,
    no_history: bool,
    isolate: bool,
    fail_on: "tuple[FailOn, ...]",
    quiet: bool,
) -> None:
    """Diagnoses every shop of a folder (each subfolder with an advisor.toml) and writes findings,
    actions, KPIs, outcomes and shops as Parquet, an index, and the plans you ask for. SHOPS may be
    the facts that `advisor gather` wrote of them, also on a store (s3://bucket/facts).

    Run it again to resume a run that was stopped; shops whose files haven't changed are
    skipped. A bad file affects only its own shop, and is reported in one line.
    `advisor report DIR --shop ID` makes any plan later, without the exports.

    \b
    Examples:
      advisor portfolio shops/ -o results/
      advisor portfolio shops/ -o results/ --plans all --jobs 4
      advisor portfolio shops/ -o results/ --plans luna-beauty,corner --format html
    """
    from advisor.cli.screen import Waiting, say
    from advisor.model import Request, chosen
    from advisor.pipeline import no_shop
    from advisor.plugin import load_plugins
    from advisor.portfolio import Dataset, Options, make_index, run_portfolio
    from advisor.report import format_names

    registry = load_plugins(isolate=isolate)
    check_shop_options(registry.vocabulary(), goal=goal, size=size, niche=niche)
    chosen(first, last, month, today)
    for name in formats:
        known("--format", name, format_names(registry.report_formats()))
    source, names, others = _shops_at(shops, output)
    request = Request(
        (shops,),
        today,
        goal=goal,
        size=size,
        niche=niche,
        language=language,
        first=first,
        last=last,
        month=month,
        rules=tuple(rules),
        history=keeps_history(off=no_history),
    )
    failures: list[str] = []
    tell_at_end(lambda: failures)
    made: list[Index] = []

    def index_of(draft: Dataset, links: "Mapping[str, PlanLink]") -> "Mapping[str, str | bytes]":
        index, files = make_index(draft, registry, today, plans=links, others=others, whole=True)
        made.append(index)
        return files

    with working(jobs, cluster) as engine, Waiting(shown=not quiet) as waiting:
        try:
            result = run_portfolio(
                source,
                output,
                Options.of(request, isolate=isolate, facts=not no_facts, common=True),
                plans=_plans(plans, names, formats),
                reports=index_of,
                engine=engine,
                progress=waiting.counting,
            )
        except KeyboardInterrupt:
            hint = "run the same command again to go on"
            raise AdvisorError("stopped; finished blocks are kept", hint=hint) from None
    failures += result.failures
    for note in result.notes:
        say(f"Note: {note}", err=True)
    if not quiet:
        show_index(*made)
        done = f"{result.shops:,} shops in {result.seconds:.0f} s"
        say(done + (f", {result.before:,} of them done before" if result.before else ""))
        place = result.reports[0].rpartition("/")[0]
        say(f"Written: {place} ({', '.join(one.rpartition('/')[2] for one in result.reports)})")
    if made[0].failed and not made[0].shops:
        ctx.exit(no_shop(made[0].failed).exit_code)
    if holds_in_any(fail_on, Dataset(output)):
        ctx.exit(FAIL_ON_REACHED)


@portfolio.command("index")
@click.argument("results", type=PLACE)
@click.option("--owner", metavar="NAME", help="Only shops of this owner.")
@click.option("--tag", metavar="NAME", help="Only shops with this tag.")
@click.option("--niche", metavar="NAME", help="Only shops of this niche.")
@click.option("--region", metavar="NAME", help="Only shops of this country.")
@click.option("--size", metavar="NAME", help="Only shops of this size.")
@click.option(
    "-o",
    "--output",
    type=FOLDER,
    metavar="DIR",
    help="The output folder (default: the results folder).",
)
def index_(*, results: str, output: Path | None, **only: str | None) -> None:
    """Writes the index of a run again: of all shops, or of those that you name.

    \b
    Example:
      advisor portfolio index results/ --owner Ana --tag beauty -o ana/
    """
    from advisor.cli.screen import say
    from advisor.ingest import write_outputs
    from advisor.plugin import load_plugins
    from advisor.portfolio import Dataset, Filter, check_filter, linked, make_index

    dataset = Dataset(results)
    place = output or dataset.folder
    if place is None:
        raise AdvisorError("say where the index goes", where="-o", hint="name a folder")
    chosen = Filter(**only)
    check_filter(dataset, chosen)
    day = date.fromisoformat(dataset.manifest()["options"]["today"])
    index, files = make_index(
        dataset,
        load_plugins(),
        day,
        plans=linked(dataset, place),
        only=chosen,
        whole=True,
    )
    write_outputs({place / name: content for name, content in files.items()})
    show_index(index)
    for name in files:
        say(f"Written: {place / name}")


@portfolio.command()
@click.argument("results", type=PLACE)
@output_file_option
def bands(*, results: str, output: Path | None) -> None:
    """Writes what is typical of your shops as targets: the middle half of each ratio, by niche,
    size and region, where at least 20 shops are alike. No shop can be recognized in them. Name the
    file bands.toml, and give its folder to --rules.

    \b
    Examples:
      advisor portfolio bands results/ -o agency/bands.toml
      advisor portfolio shops/ -o next/ --rules agency/
    """
    from advisor.cli.screen import readers, say
    from advisor.ingest import write_outputs
    from advisor.plugin import load_plugins
    from advisor.portfolio import Dataset, bands_of

    text = bands_of(Dataset(results), load_plugins().vocabulary())
    if output is None:
        with readers():
            click.echo(text, nl=False)
        return
    write_outputs({output: text})
    say(f"Written: {output}")


def _shops_at(
    given: str, output: str
) -> "tuple[Sequence[Path] | Facts, Sequence[str], Sequence[str]]":
    """The shops at a folder or address, the names of their folders, and what else lies there beside
    the *output*."""
    from advisor.pipeline import other_entries
    from advisor.portfolio import Facts, is_dataset

    if is_dataset(given):
        facts = Facts(given)
        return facts, facts.index()["folder"].to_list(), ()
    folders = folders_of_shops(Path(given))
    top, out = Path(given), Path(output).resolve()
    others = [
        name
        for name in other_entries(top, folders)
        if (top / name).resolve() not in (out, *out.parents)
    ]
    return folders, [folder.name for folder in folders], others


def folders_of_shops(folder: Path) -> tuple[Path, ...]:
    """The shops in *folder*. Raises AdvisorError where there are none."""
    from advisor.pipeline import shop_folders

    folders = shop_folders(folder)
    if not folders:
        hint = "each shop is a subfolder with an advisor.toml (`advisor init FOLDER` writes one)"
        raise AdvisorError("holds no shops", where=str(folder), hint=hint)
    return folders


def show_index(index: "Index") -> None:
    """Prints the first shops of *index*, and what is wrong."""
    from advisor.cli.screen import readers, say, table

    with readers():
        rows = [
            (str(s.rank), s.id, s.stake_text or "", str(s.findings), s.first or "nothing to do")
            for s in index.shops[:_SHOWN]
        ]
        table(rows, ("#", "Shop", "At stake", "Findings", "First"))
        if len(index.shops) > _SHOWN:
            say(f"First {_SHOWN} of {len(index.shops):,}; the rest is in index.md")
        for failed in index.failed[:_SHOWN]:
            say(f"No plan for {failed.id}: {failed.problem}")
        if len(index.failed) > _SHOWN:
            say(f"{len(index.failed):,} shops have no plan; index.json lists them")
        for note in index.notes:
            say(f"Note: {note}")


_SHOWN = 20


def _plans(said: str, folders: Sequence[str], formats: Sequence[str]) -> "Plans":
    """Which plans are to be written. Raises AdvisorError for what is none of the ways to say it."""
    from advisor.portfolio import Plans, worst_shops

    word, _, number = said.partition(":")
    if said == "none":
        return Plans(formats=tuple(formats))
    if said == "all":
        return Plans(frozenset(folders), formats=tuple(formats))
    if word == "worst" and number.isdecimal():
        most = int(number)
        return Plans(choose=lambda dataset: worst_shops(dataset, most), formats=tuple(formats))
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        known("--plans", name, ("all", "none", "worst:20", *folders))
    return Plans(frozenset(names), formats=tuple(formats))
