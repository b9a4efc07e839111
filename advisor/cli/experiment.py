"""`advisor experiment`: how large a test has to be."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.experiment_options import (
    alpha_option,
    cv_option,
    json_option,
    metric_option,
)
from advisor.cli.experiment_read import read
from advisor.cli.experiment_register import list_tests, start
from advisor.cli.group import NamesNear
from advisor.cli.options import config_option, paths_argument, period_options, today_option
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.experiment import Size

WORTH_TELLING = 1.2  # times chance: days that vary less are as good as chance


@click.group(cls=NamesNear)
def experiment() -> None:
    """Plans a test of versions (how many events it needs, how long that takes), and afterwards
    reads its result: better, worse, no difference shown yet, or too early.

    \b
    Examples:
      advisor experiment plan --metric ctr --now 1.5% --hoped 2% --per-day 3000
      advisor experiment start Hooks --metric ctr --subject-a Logo --subject-b Result --days 14
      advisor experiment read --metric ctr --a 120/8000 --b 160/8100
    """


experiment.add_command(read)
experiment.add_command(start)
experiment.add_command(list_tests)


@experiment.command(short_help="How large a test has to be, and how long it takes.")
@paths_argument(required=False)
@metric_option
@click.option(
    "--now", metavar="VALUE", help="Its current value, like 1.5%. Read from PATH if given."
)
@click.option("--hoped", metavar="VALUE", required=True, help="The hoped value: 2%, or +20%.")
@click.option(
    "--per-day",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    help="Events in a day, all versions together: of the denominator (impressions of a CTR), of a "
    "money ratio those that carry its chance (orders). PATH gives it too.",
)
@click.option("--subject", metavar="KEY", help="The key or the name of a subject in PATH.")
@click.option(
    "--power",
    metavar="PART",
    default="80%",
    show_default=True,
    help="The chance of detecting the gain (power).",
)
@alpha_option
@click.option(
    "--arms",
    "versions",
    metavar="N",
    type=click.IntRange(2, 20),
    default=2,
    show_default=True,
    help="The number of versions, including the current one.",
)
@click.option("--share", metavar="PART", help="The part that the other of two versions gets: 20%.")
@cv_option
@json_option
@period_options
@today_option
@config_option
def plan(
    *,
    paths: tuple[str, ...],
    metric_id: str,
    now: str | None,
    hoped: str,
    per_day: float | None,
    subject: str | None,
    power: str,
    alpha: str,
    versions: int,
    share: str | None,
    cv: float | None,
    as_json: bool,
    first: date | None,
    last: date | None,
    month: str | None,
    today: date,
    config: Path | None,
) -> None:
    """Calculates how many events each version needs to detect the hoped-for change, how many days
    that takes, what shorter and longer tests would show, and which design fits the
    pace: side by side, a bolder change, or before and after with untouched subjects as control.

    With PATH, the current value and the pace are those of a subject, or of the whole shop.

    \b
    Examples:
      advisor experiment plan --metric ctr --now 1.5% --hoped 2% --per-day 3000
      advisor experiment plan --metric aov --now 350 --hoped +10% --cv 0.8 --arms 3
      advisor experiment plan exports/ --metric ctr --hoped +20% --subject "Spring haul"
    """
    from advisor.cli.experiment_shop import open_paths, tested
    from advisor.cli.screen import readers
    from advisor.experiment import counts, size, whole
    from advisor.experiment import subject as subject_of
    from advisor.plugin import load_plugins
    from advisor.stats import CONTROL, SPREAD, Certainty

    registry = load_plugins()
    vocabulary = registry.vocabulary()
    metric = tested(metric_id, vocabulary)
    certainty = Certainty(
        counts.share(alpha, where="--alpha"), counts.share(power, where="--power")
    )
    part = None if share is None else counts.share(share, where="--share")
    if part is not None and versions > 2:
        raise AdvisorError("more than two versions are shared evenly", where="--share")
    spread, currency, others, vary = cv, None, None, 1.0
    if paths:
        shop = open_paths(paths, registry, today, config, first=first, last=last, month=month)
        currency = shop.business.currency
        found = (
            whole(shop, metric, "the shop", where="PATH")
            if subject is None
            else subject_of(shop, metric, subject, where="--subject")
        )
        arm = found.arm
        at = arm.value(metric) if now is None else counts.value(now, metric, where="--now")
        if at is None:
            raise AdvisorError(f"{metric.title} of {arm.name} has no value yet", where="PATH")
        per_day = found.per_day if per_day is None else per_day
        spread = arm.spread**0.5 if spread is None else spread
        others, vary = found.others, arm.dispersion
    elif subject is not None:
        raise AdvisorError("a subject needs a PATH to be read from", where="--subject")
    elif now is None:
        raise AdvisorError(
            "the present value is not known", where="--now", hint="give --now 1.5%, or a PATH"
        )
    else:
        at = counts.value(now, metric, where="--now")
    sized = size(
        metric,
        at,
        counts.hoped(hoped, at, metric, where="--hoped"),
        counts.deciding(metric, vocabulary),
        per_day=per_day,
        certainty=certainty,
        versions=versions,
        share=part,
        spread=SPREAD if spread is None else spread,
        currency=currency,
        control=others or CONTROL,
    )
    if sized is None:
        raise AdvisorError(
            f"the hoped value is no other than the present one, or one of them is 0: {at:g}",
            where="--hoped",
            hint="hope for another value, like +20%",
        )
    with readers():
        _show(sized, counts.deciding(metric, vocabulary), currency, vary, as_json=as_json)


def _show(sized: "Size", events: str, currency: str | None, vary: float, *, as_json: bool) -> None:
    from advisor.cli.screen import say, table
    from advisor.experiment import data, words
    from advisor.model import ENGLISH
    from advisor.report import write_json

    if as_json:
        click.echo(write_json(data.size_data(sized, events)), nl=False)
        return
    for line in words.sized(sized, events, currency):
        say(line)
    if sized.spans:
        say()
        higher = sized.hoped > sized.now
        rows = [
            (
                str(span.days),
                f"{span.each:,}",
                "nothing"
                if span.shows is None
                else ENGLISH.band(
                    span.shows if higher else None,
                    None if higher else span.shows,
                    sized.metric.unit,
                    currency,
                ),
            )
            for span in sized.spans
        ]
        table(rows, ("Days", f"{events.capitalize()} each", f"{sized.metric.title} that shows"))
    say()
    for line in words.design_lines(sized):
        say(line)
    if vary >= WORTH_TELLING:
        say(words.varying(vary))
    if sized.per_day is None:
        say("Add --per-day N for the days, and for the design that fits the pace.")
