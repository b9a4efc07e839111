"""What the margin makes of the limits of ads, or what one would."""

from collections.abc import Iterator

from advisor.diagnosis import Diagnosis
from advisor.document.origin import MarginInfo
from advisor.metrics import OWN_LIST, SETTLEMENTS
from advisor.model import COSTS_ORIGIN, Band, Language, Unit
from advisor.plan import ASSUMED

ASIDE = ASSUMED  # a margin to show what one would change: no claim about the shop


def margin_info(diagnosis: Diagnosis) -> MarginInfo:
    """The shop's margin, and the limits that it sets."""
    business = diagnosis.business
    limits = tuple(dict.fromkeys(_limits(diagnosis)))
    language = diagnosis.language
    if business.margin is not None:
        said = language.gettext(
            "You keep {share} of sales before ads (from {source}).",
            share=language.number(business.margin, Unit.SHARE),
            source=_source(business.margin_origin, language),
        )
        return MarginInfo(business.margin, business.margin_origin, said, limits)
    if business.before_goods is not None:
        said = language.gettext(
            "Settlements leave {share} of sales before ads and cost of goods. To see profit "
            "instead of sales, write what your goods cost, as a share of sales, as goods below "
            "[costs] in advisor.toml.",
            share=language.number(business.before_goods, Unit.SHARE),
        )
        return MarginInfo(None, "", said, limits)
    said = language.gettext(
        "Your margin isn't known, so gains are in sales. To see profit instead, add margin to "
        "[shop] or a [costs] table to advisor.toml, or fill in the margin list that "
        "“advisor init --templates” writes."
    )
    return MarginInfo(None, "", said, limits)


def _source(origin: str, language: Language) -> str:
    if origin == COSTS_ORIGIN:
        return language.gettext("the costs in advisor.toml")
    if origin == SETTLEMENTS:
        return language.gettext("your settlements, less the costs in advisor.toml")
    if origin == OWN_LIST:
        return language.gettext("your own list of margins, weighted by sales")
    return origin or "advisor.toml"


def _limits(diagnosis: Diagnosis) -> Iterator[str]:
    for file in diagnosis.grader.bands.of_shop(diagnosis.business.id):
        for band in file.band:
            if band.where.margin and band.metric in _measured(diagnosis):
                yield _limit(band, diagnosis)


def _measured(diagnosis: Diagnosis) -> frozenset[str]:
    return frozenset(name for one in diagnosis.measured.values() for name in one.metrics)


def _limit(band: Band, diagnosis: Diagnosis) -> str:
    vocabulary, margin = diagnosis.vocabulary, diagnosis.business.margin
    metric, language = vocabulary.metrics[band.metric], diagnosis.language
    known = ASIDE if margin is None else margin
    share = language.number(known, Unit.SHARE)
    if band.over_margin is not None:
        edge = band.over_margin / known
        at = language.number(edge, metric.unit, diagnosis.business.currency)
    else:
        of = vocabulary.metrics[band.margin_of or ""].title
        at = language.gettext("{share} of {metric}", share=share, metric=of)
    named = {"metric": metric.title, "value": at, "share": share}
    if margin is not None:
        return language.gettext("{metric} breaks even at {value}.", **named)
    instead = _instead(band.metric, diagnosis)
    if not instead:
        return language.gettext(
            "With a {share} margin, {metric} would break even at {value}.", **named
        )
    return language.gettext(
        "With a {share} margin, {metric} would break even at {value}; the target now is {target}.",
        **named,
        target=instead,
    )


def _instead(name: str, diagnosis: Diagnosis) -> str:
    """The band that holds as long as no margin is known."""
    unit, currency = diagnosis.vocabulary.metrics[name].unit, diagnosis.business.currency
    for kind in diagnosis.measured:
        for edges in diagnosis.grader.resolve(name, kind).edges:
            if edges.low is not None or edges.high is not None:
                return diagnosis.language.band(edges.low, edges.high, unit, currency)
    return ""
