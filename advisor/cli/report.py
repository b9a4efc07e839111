"""`advisor report`: the plan of one shop of a portfolio, from what was kept of it."""

from collections.abc import Sequence
from pathlib import Path

import click

from advisor.cli import complete
from advisor.cli.options import FOLDER, PLACE, known, language_option, tell_at_end
from advisor.errors import AdvisorError


@click.command()
@click.argument("results", type=PLACE)
@click.option("--shop", "shop_id", required=True, metavar="ID", help="The shop's id or folder.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.formats,
    help="md, html, json … A single one without -o goes to standard output.",
)
@language_option
@click.option("-o", "--output", type=FOLDER, metavar="DIR", help="Where it is written.")
def report(
    *,
    results: str,
    shop_id: str,
    formats: Sequence[str],
    language: str | None,
    output: Path | None,
) -> None:
    """Makes the plan of one shop from the results of `advisor portfolio`, without its exports: with
    the options, the settings and the day of that run.

    \b
    Examples:
      advisor report results/ --shop luna-beauty
      advisor report results/ --shop luna-beauty --format html -o luna/
      advisor report s3://bucket/results --shop luna-beauty
    """
    from advisor.cli.screen import readers, say
    from advisor.ingest import write_outputs
    from advisor.model import is_remote
    from advisor.pipeline import own_templates
    from advisor.plugin import load_plugins
    from advisor.portfolio import report_of
    from advisor.report import format_names, render_shop

    if output is None and len(formats) > 1 and is_remote(results):
        raise AdvisorError("say where the plan goes", where="-o", hint="name a folder")
    registry = load_plugins()
    tell_at_end(registry.failures)
    for name in formats:
        known("--format", name, format_names(registry.report_formats()))
    found = report_of(results, shop_id, registry, language)
    files = render_shop(
        found.document,
        formats or ("md",),
        registry,
        own_templates(found.request),
        allow=found.request.settings.plugins.allow,
        isolate=False,
        language=found.language,
    )
    if output is None and len(formats) <= 1:
        with readers():
            click.echo(next(iter(files.values())), nl=False)
        return
    place = output or Path(results, "plans", found.folder)
    write_outputs({place / name: text for name, text in files.items()})
    with readers():
        for name in files:
            say(f"Written: {place / name}")
