"""What the margin makes of the limits of ads, or what one would."""

from collections.abc import Iterator

from advisor.diagnosis import Diagnosis
from advisor.document.origin import MarginInfo
from advisor.model import Band, Unit, text
from advisor.plan import ASSUMED

ASIDE = ASSUMED  # a margin to show what one would change: no claim about the shop


def margin_info(diagnosis: Diagnosis) -> MarginInfo:
    """The shop's margin, and the limits that it sets."""
    business = diagnosis.business
    limits = tuple(dict.fromkeys(_limits(diagnosis)))
    if business.margin is not None:
        share = text.number(business.margin, Unit.SHARE)
        said = f"{share} of the sales stay before ads ({business.margin_origin or 'advisor.toml'})"
        return MarginInfo(business.margin, business.margin_origin, said, limits)
    said = (
        "no margin is known, so gains are told in sales; add margin to [shop] or a [costs] table "
        "to advisor.toml, or fill in the list of margins that `advisor init --templates` writes"
    )
    return MarginInfo(None, "", said, limits)


def _limits(diagnosis: Diagnosis) -> Iterator[str]:
    for file in diagnosis.grader.bands.of_shop(diagnosis.business.id):
        for band in file.band:
            if band.where.margin and band.metric in _measured(diagnosis):
                yield _limit(band, diagnosis)


def _measured(diagnosis: Diagnosis) -> frozenset[str]:
    return frozenset(name for one in diagnosis.measured.values() for name in one.metrics)


def _limit(band: Band, diagnosis: Diagnosis) -> str:
    vocabulary, margin = diagnosis.vocabulary, diagnosis.business.margin
    metric = vocabulary.metrics[band.metric]
    known = ASIDE if margin is None else margin
    if band.over_margin is not None:
        edge = text.number(band.over_margin / known, metric.unit, diagnosis.business.currency)
        limit = f"{metric.title} breaks even at {edge}"
    else:
        of = vocabulary.metrics[band.margin_of or ""].title
        limit = f"{metric.title} breaks even at {text.number(known, Unit.SHARE)} of the {of}"
    if margin is not None:
        return limit
    aside = text.number(ASIDE, Unit.SHARE)
    instead = _instead(band.metric, diagnosis)
    return f"if {aside} of the sales stayed, {limit}{instead}"


def _instead(name: str, diagnosis: Diagnosis) -> str:
    """The band that holds as long as no margin is known."""
    unit, currency = diagnosis.vocabulary.metrics[name].unit, diagnosis.business.currency
    for kind in diagnosis.measured:
        for edges in diagnosis.grader.resolve(name, kind).edges:
            if edges.low is not None or edges.high is not None:
                return f"; now it is held to {text.band(edges.low, edges.high, unit, currency)}"
    return ""
