"""`advisor portfolio`: many shops, results in columns."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.options import (
    FOLDER,
    check_shop_options,
    known,
    language_option,
    period_options,
    rules_option,
    shop_options,
    tell_at_end,
    today_option,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.portfolio import Dataset


@click.command()
@click.argument("shops", type=FOLDER)
@click.option("-o", "--output", type=FOLDER, required=True, metavar="DIR", help="The results.")
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
@click.option("--jobs", type=click.IntRange(1), help="How many processes work at once; else cores.")
@click.option("--no-facts", is_flag=True, help="Do not keep what was read for later reports.")
@click.option("--isolate", is_flag=True, help="Run plugins of others in processes of their own.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing on the terminal but errors.")
def portfolio(
    *,
    shops: Path,
    output: Path,
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
    no_facts: bool,
    isolate: bool,
    quiet: bool,
) -> None:
    """Diagnoses every shop of a folder (each subfolder with an advisor.toml) and writes findings,
    actions, KPIs, outcomes and shops as Parquet, an index, and the plans you ask for.

    A run that was stopped goes on where it was when you run it again; shops whose files did not
    change since are not done again. One shop's bad file costs that shop and one line.
    `advisor report DIR --shop ID` makes any plan later, without the exports.

    \b
    Examples:
      advisor portfolio shops/ -o results/
      advisor portfolio shops/ -o results/ --plans all --jobs 4
      advisor portfolio shops/ -o results/ --plans luna-beauty,corner --format html
    """
    from advisor.cli.screen import Waiting, readers, say, table
    from advisor.model import chosen
    from advisor.pipeline import other_entries, shop_folders
    from advisor.plugin import load_plugins
    from advisor.portfolio import Options, index_of, run_portfolio
    from advisor.report import format_names

    registry = load_plugins(isolate=isolate)
    check_shop_options(registry.vocabulary(), goal=goal, size=size, niche=niche)
    chosen(first, last, month, today)
    for name in formats:
        known("--format", name, format_names(registry.report_formats()))
    folders = shop_folders(shops)
    if not folders:
        hint = "each shop is a subfolder with an advisor.toml (`advisor init FOLDER` writes one)"
        raise AdvisorError("holds no shops", where=str(shops), hint=hint)
    chooser = _Chooser(plans, [folder.name for folder in folders])
    options = Options(
        today=today.isoformat(),
        goal=goal,
        size=size,
        niche=niche,
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
        month=month,
        rules=tuple(str(one.resolve()) for one in rules),
        language=language,
        isolate=isolate,
        facts=not no_facts,
    )
    failures: list[str] = []
    tell_at_end(lambda: failures)
    with Waiting(shown=not quiet) as waiting:
        try:
            result = run_portfolio(
                folders,
                output,
                options,
                plans=chooser.chosen or chooser.choose,
                formats=formats,
                jobs=jobs or 0,
                progress=waiting.counting,
            )
        except KeyboardInterrupt:
            hint = "run the same command again to go on"
            raise AdvisorError("stopped; finished blocks are kept", hint=hint) from None
    failures += result.failures
    index, written = index_of(output, registry, today, other_entries(shops, folders))
    if quiet:
        return
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
        done = f"{result.shops:,} shops in {result.seconds:.0f} s"
        say(done + (f", {result.before:,} of them done before" if result.before else ""))
        say(f"Written: {output} ({', '.join(written)})")


_SHOWN = 20


class _Chooser:
    """Which plans are to be written. Raises AdvisorError for what is none of the ways to say it."""

    def __init__(self, said: str, folders: Sequence[str]) -> None:
        self._worst: int | None = None
        self._folders: tuple[str, ...] = ()
        word, _, number = said.partition(":")
        if said == "none":
            return
        if said == "all":
            self._folders = tuple(folders)
            return
        if word == "worst" and number.isdecimal():
            self._worst = int(number)
            return
        self._folders = tuple(name.strip() for name in said.split(",") if name.strip())
        for name in self._folders:
            known("--plans", name, ("all", "none", "worst:20", *folders))

    @property
    def chosen(self) -> Sequence[str]:
        """The folders that are known before there are results."""
        return self._folders

    def choose(self, dataset: "Dataset") -> Sequence[str]:
        """The folders, once all results are there."""
        from advisor.portfolio import worst_shops

        return self._folders if self._worst is None else worst_shops(dataset, self._worst)
