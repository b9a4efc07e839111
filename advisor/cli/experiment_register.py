"""`advisor experiment start` and `list`: tests that run, so that nobody reads them too early."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.experiment_options import alpha_option, metric_option
from advisor.cli.options import PLACE, config_option, day
from advisor.errors import AdvisorError, unknown

if TYPE_CHECKING:
    from advisor.history import ExperimentRow, Store

LONGEST = 366  # days

shop_option = click.option(
    "--shop",
    type=PLACE,
    default=".",
    metavar="DIR",
    help="The shop's folder (default: the current folder).",
)


@click.command(short_help="Keep the design of a test and the day on which it can be read.")
@click.argument("name", metavar="NAME")
@metric_option
@click.option(
    "--subject-a", required=True, metavar="KEY", help="The current version: its key or name."
)
@click.option(
    "--subject-b",
    multiple=True,
    required=True,
    metavar="KEY",
    help="Another version; may be given several times.",
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST),
    required=True,
    metavar="N",
    help="How many days it runs; `advisor experiment plan` says how many it takes.",
)
@click.option("--on", type=day, metavar="YYYY-MM-DD", help="Its first day (default: today).")
@click.option(
    "--planned",
    metavar="N",
    type=click.FloatRange(1),
    help="The planned number of events per version.",
)
@alpha_option
@click.option("--note", default="", metavar="TEXT", help="What the test tries.")
@shop_option
@config_option
def start(
    *,
    name: str,
    metric_id: str,
    subject_a: str,
    subject_b: tuple[str, ...],
    days: int,
    on: date | None,
    planned: float | None,
    alpha: str,
    note: str,
    shop: str,
    config: Path | None,
) -> None:
    """Saves the design of the test NAME in the shop's history. The plan shows the test until you
    read it with `advisor experiment read --test NAME`. Before its last day, only a difference that
    is clear even after repeated looks counts.

    \b
    Example:
      advisor experiment start Hooks --metric ctr --subject-a Logo --subject-b Result --days 14
    """
    from advisor.cli.experiment_shop import tested
    from advisor.cli.history import store_at
    from advisor.cli.screen import say
    from advisor.experiment import counts
    from advisor.history import ExperimentRow
    from advisor.plugin import load_plugins

    metric = tested(metric_id, load_plugins().vocabulary())
    first = on or date.today()
    test = ExperimentRow(
        name=name,
        metric=metric.id,
        versions=(subject_a, *subject_b),
        start=first,
        due=first + timedelta(days=days),
        planned=planned,
        alpha=counts.share(alpha, where="--alpha"),
        note=note,
    )
    store, id_ = store_at(shop, config)
    if not store.start(id_, test):
        raise AdvisorError(f"there is a test {name!r} already", where="NAME", hint="see list")
    say(f"{name}: runs from {test.start}, can be read on {test.due}")


@click.command("list", short_help="Show the tests that were started.")
@click.option("--forget", metavar="NAME", help="Remove this test.")
@shop_option
@config_option
def list_tests(*, forget: str | None, shop: str, config: Path | None) -> None:
    """Lists the tests of the shop: their metric and versions, when they can be read, and what they
    said.

    \b
    Examples:
      advisor experiment list
      advisor experiment list --forget Hooks
    """
    from advisor.cli.history import store_at
    from advisor.cli.screen import readers, say, table

    store, id_ = store_at(shop, config)
    if forget is not None:
        named_test(store, id_, forget, where="--forget")
        store.drop(id_, forget)
        say(f"Forgotten: {forget}")
        return
    rows = [
        (
            test.name,
            test.metric,
            ", ".join(test.versions),
            str(test.start),
            str(test.due),
            test.result if test.ended is None else f"{test.result} ({test.ended})",
        )
        for test in store.experiments(id_)
    ]
    with readers():
        if not rows:
            say("No test was started yet.")
            return
        table(rows, ("Test", "Metric", "Versions", "From", "Can be read", "Result"))


def named_test(store: "Store", shop: str, name: str, *, where: str) -> "ExperimentRow":
    """The test with this *name*. Raises AdvisorError, with the nearest name."""
    tests = {test.name: test for test in store.experiments(shop)}
    if name not in tests:
        raise AdvisorError(unknown("test", name, tests), where=where)
    return tests[name]
