"""docs/bands.md: what is good, number by number."""

from collections.abc import Iterator, Mapping

from advisor.knowledge import strains
from advisor.model import ENGLISH, Band, BandFile, Vocabulary, Where
from advisor.plugin import Registry
from docs.pages.example import TODAY as DAY
from docs.pages.markdown import code, page, table
from docs.pages.metrics import links

_INTRO = """\
A band says what is good for one metric; its edges belong to good. Several may hold for a shop:
its own `advisor.toml` wins over a pack, and within a pack niche comes before size before general.
Where the size is not known, the union of the size rows holds and the report says so. Bands in
dollars are turned into the shop's currency by `usd_rate`, or
without it by the average of the year (`[[rates]]` of a file of bands); a currency without either
leaves what they judge missing.
`advisor config explain METRIC` shows who won.

Metrics hang together: CPP is CPC divided by the purchase rate. Whether the bands of a pack can hold
at the same time is worked out from the identities between [metrics](metrics.md), in US dollars;
`advisor rules test` says it too.
"""


def render(registry: Registry) -> str:
    """The page."""
    vocabulary = registry.vocabulary()
    return page(
        "Bands",
        _INTRO,
        *(_file(file, vocabulary, links(registry)) for file in registry.band_files()),
    )


def _file(file: BandFile, vocabulary: Vocabulary, link: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {file.id}: {file.title}", "")
    yield from table(
        ("Metric", "Good", "Where", "Source", "Note"),
        (
            (
                link[band.metric],
                edges(band, vocabulary),
                where(band.where, vocabulary),
                code(band.guide) or (band.origin.title if band.origin else ""),
                band.note,
            )
            for band in file.band
        ),
    )
    strained = strains(file, vocabulary, DAY)
    if strained:
        yield from (f"### {file.id}: how they hold together", "")
        yield from table(
            ("Verdict", "Where", "Because"), ((s.verdict.value, s.where, s.text) for s in strained)
        )


def edges(band: Band, vocabulary: Vocabulary) -> str:
    """What is good: `1–3 %`."""
    if band.over_margin is not None:
        return f"at least {band.over_margin:g} / margin"
    if band.margin_of is not None:
        return f"at most margin x {vocabulary.metrics[band.margin_of].title}"
    unit = vocabulary.metrics[band.metric].unit
    return ENGLISH.band(band.low, band.high, unit, "USD" if band.usd else None)


def where(where: Where, vocabulary: Vocabulary) -> str:
    """Where a band holds: `size small, region US`."""
    parts = [
        f"{name} {value}"
        for name, value in (
            ("size", where.size),
            ("niche", where.niche),
            ("region", where.region),
            ("on", ", ".join(where.subject)),
            ("from", where.from_),
            ("until", where.until),
        )
        if value
    ]
    of = where.of
    if of is not None:
        metric = vocabulary.metrics[of.metric]
        low, high = (
            None if edge is None else ENGLISH.number(edge, metric.unit, "USD")
            for edge in (of.at_least, of.below)
        )
        limits = (low and f"at least {low}", high and f"below {high}")
        parts.append(f"{metric.title} {' and '.join(part for part in limits if part)}")
    return ", ".join(parts) or "anywhere"
