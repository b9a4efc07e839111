"""`advisor metrics`: what is measured, and how."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.group import NamesNear
from advisor.cli.options import check_shop_options, config_option, known, shop_options, today_option
from advisor.errors import AdvisorError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.model import Metric, Vocabulary
    from advisor.plugin import KindInfo


@click.group(cls=NamesNear)
def metrics() -> None:
    """Explains the metrics.

    \b
    Examples:
      advisor metrics list --goal ads
      advisor metrics show ctr
    """


@metrics.command("list", short_help="Every metric.")
@click.option(
    "--goal", metavar="NAME", shell_complete=complete.goals, help="Only KPIs of this goal."
)
def list_metrics(*, goal: str | None) -> None:
    """Lists every metric with its formula.

    \b
    Example:
      advisor metrics list --goal ads
    """
    from advisor.cli.screen import readers, table
    from advisor.plugin import load_plugins

    vocabulary = load_plugins().vocabulary()
    known("--goal", goal, vocabulary.goals)
    chosen = [
        metric
        for metric in sorted(vocabulary.metrics.values(), key=lambda metric: metric.id)
        if goal is None or metric.id in vocabulary.goals[goal].kpis or goal in metric.goals
    ]
    with readers():
        rows = [(metric.id, metric.title, formula(metric)) for metric in chosen]
        table(rows, ("Metric", "Title", "Formula"))


@metrics.command(short_help="One metric: definition, formula, caveat, band, exports.")
@click.argument("metric_id", metavar="METRIC", shell_complete=complete.metrics)
@config_option
@shop_options
@today_option
def show(
    *,
    metric_id: str,
    config: Path | None,
    goal: str | None,
    size: str | None,
    niche: str | None,
    today: date,
) -> None:
    """Shows a metric: its definition, its formula in counts, its caveats, the target that applies,
    the goals it belongs to, and the exports that have its counts.

    \b
    Example:
      advisor metrics show ctr --size small
    """
    from advisor.cli.config import band_lines, resolutions
    from advisor.cli.request import find_shop
    from advisor.cli.screen import readers, say
    from advisor.judge import Grader
    from advisor.knowledge import bands_of, own_folders
    from advisor.model import business_of
    from advisor.plugin import load_plugins

    registry = load_plugins()
    vocabulary = registry.vocabulary()
    check_shop_options(vocabulary, goal=goal, size=size, niche=niche)
    metric = vocabulary.metrics.get(metric_id)
    if metric is None:
        raise AdvisorError(unknown("metric", metric_id, vocabulary.metrics), where="METRIC")
    shop = find_shop(["."], config)
    business = business_of(shop.settings, goal=goal, size=size, niche=niche)
    bands = bands_of(shop.settings, registry, own_folders(shop.settings, shop.base))
    business = bands.with_rate(business, today)
    grader = Grader(vocabulary, bands, {business.id: business}, today)
    kinds = [info for provider in registry.providers() for info in provider.kinds.values()]
    goals = [
        g.title for g in vocabulary.goals.values() if metric.id in g.kpis or g.id in metric.goals
    ]
    with readers():
        say(f"{metric.id}: {metric.title}")
        say(f"  {metric.definition}")
        say(f"  formula: {formula(metric)}")
        say(f"  unit: {metric.unit}; better: {metric.better}; interval: {metric.kind}")
        shown = "results" if metric.impact else "attention: a vanity metric on its own"
        say(f"  speaks of: {shown}")
        if metric.caveat:
            say(f"  beware: {metric.caveat}")
        for members, resolved in resolutions(metric, grader):
            say(f"  band on {', '.join(members)}:" if members else "  band:")
            for line in band_lines(metric, resolved, vocabulary, business.currency):
                say(f"    {line}")
        say(f"  goals: {', '.join(goals) or 'none'}")
        if metric.guide:
            say(f"  guide: {', '.join(metric.guide)}")
        for line in counts_lines(metric, vocabulary, kinds):
            say(f"  {line}")


def formula(metric: "Metric") -> str:
    """`1,000 x ad_revenue / impressions`; a count with "?" is added where a source has it."""
    if metric.derived:
        return "computed by a plugin"
    top = " + ".join(metric.numerator)
    if not metric.denominator:
        return top
    bottom = " + ".join(metric.denominator)
    top, bottom = (f"({part})" if " + " in part else part for part in (top, bottom))
    scale = f"{metric.scale:,g} x " if metric.scale != 1 else ""
    return f"{scale}{top} / {bottom}"


def counts_lines(
    metric: "Metric", vocabulary: "Vocabulary", kinds: "Iterable[KindInfo]"
) -> list[str]:
    """The counts of *metric*, and the exports that have all that it needs."""
    lines = [f"count {c}: {vocabulary.counts[c].title}" for c in metric.counts()]
    if metric.derived:
        return lines
    needed = set(metric.required())
    whole = [info for info in kinds if needed <= set(info.counts)]
    lines += [f"export: {info.title} ({info.where})" for info in whole]
    if not whole:
        lines.append("export: none gives all of its counts")
    return lines
