"""`advisor config`: which setting or band holds, and why."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.group import NamesNear
from advisor.cli.options import check_shop_options, config_option, shop_options, today_option
from advisor.errors import AdvisorError, unknown

if TYPE_CHECKING:
    from advisor.cli.request import Shop
    from advisor.judge import Grader
    from advisor.model import Band, Business, Metric, Resolved, Vocabulary


@click.group(cls=NamesNear)
def config() -> None:
    """Shows which setting or target applies, and where it comes from.

    \b
    Example:
      advisor config explain ctr
    """


@config.command(short_help="Where a value or a band comes from.")
@click.argument("key", shell_complete=complete.keys)
@config_option
@shop_options
@today_option
def explain(
    *,
    key: str,
    config: Path | None,
    goal: str | None,
    size: str | None,
    niche: str | None,
    today: date,
) -> None:
    """For a metric: the target that applies, and why other targets don't. For a key of
    advisor.toml: its value and where it comes from.

    Reads advisor.toml in the current folder, or --config.

    \b
    Examples:
      advisor config explain ctr --size small --niche beauty
      advisor config explain shop.usd_rate --config exports/advisor.toml
    """
    from advisor.cli.request import find_shop
    from advisor.cli.screen import readers
    from advisor.cli.settings_keys import BANDS, setting_keys
    from advisor.judge import Grader
    from advisor.knowledge import bands_of, check_names, own_folders
    from advisor.model import business_of
    from advisor.plugin import load_plugins

    shop = find_shop(["."], config)
    with readers():
        if key in setting_keys():
            _setting(key, shop)
            return
        registry = load_plugins()
        vocabulary = registry.vocabulary()
        check_names(
            shop.settings,
            vocabulary,
            where=shop.config.name if shop.config else "",
            languages=registry.languages(),
        )
        check_shop_options(vocabulary, goal=goal, size=size, niche=niche)
        metric = vocabulary.metrics.get(key.removeprefix(f"{BANDS}."))
        if metric is None:
            names = (*setting_keys(), *vocabulary.metrics)
            raise AdvisorError(unknown("key or metric", key, names), where="KEY")
        business = business_of(shop.settings, goal=goal, size=size, niche=niche)
        bands = bands_of(shop.settings, registry, own_folders(shop.settings, shop.base))
        business = bands.with_rate(business, today)
        grader = Grader(vocabulary, bands, {business.id: business}, today)
        _metric(metric, grader, business)


def _setting(key: str, shop: "Shop") -> None:
    from advisor.cli.screen import say
    from advisor.cli.settings_keys import stands_in, value_of

    value = value_of(shop.settings, key)
    shown = "not set" if value in (None, "", ()) else str(value)
    if isinstance(value, tuple) and value:
        shown = ", ".join(value)
    where = str(shop.config) if shop.config and stands_in(shop.config, key) else "the default"
    say(f"{key}: {shown}")
    say(f"  from: {where}")


def _metric(metric: "Metric", grader: "Grader", business: "Business") -> None:
    from advisor.cli.screen import say

    say(f"{metric.id}: {metric.title}")
    say(f"  for: {shop_words(business)}")
    for kinds, resolved in resolutions(metric, grader):
        say(f"  on {', '.join(kinds)}:" if kinds else "  on every subject:")
        for line in band_lines(metric, resolved, grader.vocabulary, business.currency):
            say(f"    {line}")


def shop_words(business: "Business") -> str:
    """The shop in the words that decide which band holds."""
    return ", ".join(
        f"{name} {value or 'not known'}"
        for name, value in (
            ("size", business.size),
            ("niche", business.niche),
            ("region", business.region),
            ("currency", business.currency),
        )
    )


def resolutions(metric: "Metric", grader: "Grader") -> list[tuple[tuple[str, ...], "Resolved"]]:
    """The bands of *metric* with the kinds of subjects they hold for; no kinds where it is one band
    for all."""
    kinds = metric.subjects or tuple(grader.vocabulary.subjects)
    groups: dict[Resolved, list[str]] = {}
    for kind in kinds:
        groups.setdefault(grader.resolve(metric.id, kind), []).append(kind)
    if len(groups) == 1 and not metric.subjects:
        return [((), next(iter(groups)))]
    return [(tuple(members), resolved) for resolved, members in groups.items()]


def band_lines(
    metric: "Metric", resolved: "Resolved", vocabulary: "Vocabulary", currency: str | None
) -> list[str]:
    """The band that holds, and every other that was tried, with the reason."""
    from advisor.model import ENGLISH

    lines = []
    for edges in resolved.edges:
        shown = ENGLISH.band(edges.low, edges.high, metric.unit, currency)
        only = _only(edges.of, vocabulary) if edges.of else ""
        lines.append(f"holds: {shown}{only}, from {edges.origin}{_guide(edges.guide)}")
    if not resolved.edges:
        lines.append(f"none holds: {resolved.reason}")
    lines += [
        f"tried: {_band(band, metric)}{_guide(band.guide)}: {why}"
        for band, why in resolved.tried
        if why != "used"
    ]
    return lines


def _band(band: "Band", metric: "Metric") -> str:
    from advisor.model import ENGLISH

    return ENGLISH.band(band.low, band.high, metric.unit, "USD" if band.usd else None)


def _only(of: "object", vocabulary: "Vocabulary") -> str:
    from advisor.model import OfSubject

    if not isinstance(of, OfSubject):
        return ""
    title = vocabulary.metrics[of.metric].title
    limits = []
    if of.at_least is not None:
        limits.append(f"at least {of.at_least:g}")
    if of.below is not None:
        limits.append(f"below {of.below:g}")
    return f" where {title} is {' and '.join(limits)}"


def _guide(ids: tuple[str, ...]) -> str:
    return f" [{', '.join(ids)}]" if ids else ""
