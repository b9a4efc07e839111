"""`advisor diff`: what changed between two runs that are kept."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import (
    config_option,
    known,
    language_option,
    load_registry,
    output_file_option,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.document import SinceInfo
    from advisor.history import RunLine
    from advisor.model import Language

FORMATS = ("md", "html", "json")


@click.command(short_help="What changed between two runs.")
@click.argument("path", type=click.Path(), default=".", metavar="[PATH]")
@config_option
@click.option(
    "--since",
    metavar="DATE|RUN",
    help="The earlier run: its number, or the newest run up to a day; else the one of the day "
    "before it.",
)
@click.option("--to", metavar="DATE|RUN", help="The later run (default: the newest).")
@click.option(
    "--format", "format_", metavar="NAME", help="md, html or json (default: text for a terminal)."
)
@language_option
@output_file_option
def diff(
    path: str,
    config: Path | None,
    since: str | None,
    to: str | None,
    format_: str | None,
    language: str | None,
    output: Path | None,
) -> None:
    """Shows what changed from one run to a later one: new findings, what got worse or better, and
    what is solved.

    PATH is the shop's folder, with its advisor.toml (default: the current folder). A value got
    worse or better if the confidence intervals of both runs don't overlap. A finding is solved if
    its rule was checked again and is clear.

    \b
    Examples:
      advisor diff exports/
      advisor diff exports/ --since 2026-09-01
      advisor diff exports/ --since 12 --to 19 --format html -o changes.html
    """
    from advisor.cli.history import spoken_at, store_at
    from advisor.cli.screen import readers, say
    from advisor.document import since_info
    from advisor.history import changes_since, past_between

    known("--format", format_, FORMATS)
    store, shop = store_at(path, config)
    runs = store.runs(shop)
    later = _chosen(runs, to, "--to") if to else _newest(runs)
    earlier = _earlier(runs, later) if since is None else _chosen(runs, since, "--since")
    if (earlier.info.day, earlier.id) >= (later.info.day, later.id):
        raise AdvisorError(
            f"run {earlier.id} is not before run {later.id}",
            where="--since",
            hint="see `advisor history`",
        )
    now, past = past_between(store, earlier, later)
    spoken = spoken_at(path, config, language)
    vocabulary = spoken.translate(load_registry().vocabulary())
    changed = changes_since({shop: later.info}, now, past)
    found = since_info(later.info, earlier.info, changed, vocabulary, spoken, later.info.currency)
    text = _rendered(found, shop, later, format_, spoken)
    if output is not None:
        from advisor.ingest import write_outputs

        write_outputs({output: text})
        say(f"Written: {output}")
        return
    with readers():
        if format_ is None:
            say(text.rstrip("\n"))
        else:
            click.echo(text, nl=False)


def _newest(runs: Sequence["RunLine"]) -> "RunLine":
    if not runs:
        raise AdvisorError(
            "no runs yet", where="advisor diff", hint="`advisor diagnose` keeps each one"
        )
    return runs[0]


def _earlier(runs: Sequence["RunLine"], later: "RunLine") -> "RunLine":
    """The run that the plan of *later* was compared with."""
    for run in runs:
        info = run.info
        before = info.day < later.info.day and info.chosen == later.info.chosen
        ends = info.last is None or later.info.last is None or info.last <= later.info.last
        if before and ends:
            return run
    raise AdvisorError(
        "there is no run of an earlier day", where="advisor diff", hint="see `advisor history`"
    )


def _chosen(runs: Sequence["RunLine"], given: str, option: str) -> "RunLine":
    """The run with this number, or the newest one up to this day."""
    if given.isdecimal():
        for run in runs:
            if run.id == int(given):
                return run
        raise AdvisorError(f"there is no run {given}", where=option, hint="see `advisor history`")
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise AdvisorError(
            f"{given!r} is neither a run nor a day",
            where=option,
            hint="write 12, or 2026-10-31",
        ) from None
    for run in runs:
        if run.info.day <= day:
            return run
    raise AdvisorError(f"there is no run up to {given}", where=option, hint="see `advisor history`")


def _rendered(
    since: "SinceInfo", shop: str, later: "RunLine", format_: str | None, language: "Language"
) -> str:
    from advisor.document import RunDiff, plain
    from advisor.report import make_environment, render_template, write_json

    if format_ is None:
        return _lines(since, language)
    context = plain(RunDiff(shop, later.info.day.isoformat(), since))
    if format_ == "json":
        # Marked as ours, so that it is never read as an export.
        maker = {"version": later.info.version, "engine": None}
        return write_json({"schema_version": 1, "advisor": maker, **context})
    environment = make_environment(load_registry().templates(), format_, language)
    return render_template(environment, f"diff.{format_}.j2", context)


def _lines(since: "SinceInfo", language: "Language") -> str:
    groups = {
        "new": language.gettext("New"),
        "worse": language.gettext("Worse"),
        "better": language.gettext("Better"),
        "solved": language.gettext("Solved"),
        "not-seen": language.gettext("Not checked this time"),
        "unsure": language.gettext("Still open, not enough data"),
        "unchanged": language.gettext("Still open"),
    }
    lines = [since.text]
    for change, title in groups.items():
        of = [one for one in since.findings if one.change == change]
        if of:
            lines += ["", title]
            lines += [
                "  "
                + language.gettext(
                    "{text}  ({rule}, since {day})",
                    text=one.text,
                    rule=one.rule,
                    day=language.full_day(one.since),
                )
                for one in of
            ]
    return "\n".join(lines) + "\n"
