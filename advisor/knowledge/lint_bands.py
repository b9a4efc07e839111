"""Whether the bands of a file can hold together: the identities between metrics, put to the edges.

Where CPP = CPC / conversion and each has a band, good values of two of them leave a range to the
third. It may miss the third's band, or meet it in a corner only. Where one metric of an identity
has no band, the others say what it has to be.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import product

from advisor.model import (
    ENGLISH,
    BandFile,
    Bands,
    Business,
    Edges,
    Identity,
    OfSubject,
    Size,
    Unit,
    Vocabulary,
    frozen,
)

CORNER = 0.5  # below this share of what is possible (in logarithms) few shops are there
_CURRENCY = "USD"


class Verdict(StrEnum):
    """How bands of one identity hold together; the worst first."""

    CANNOT = "cannot"
    CORNER = "only in a corner"
    NEEDS = "needs"


@frozen
class Strain:
    """Where bands hold together badly or on a condition. *where*: sizes and niches; *text* says
    what with what, in numbers (money in US dollars)."""

    file: str
    verdict: Verdict
    where: str
    text: str

    def __str__(self) -> str:
        return f"bands of {self.file}, {self.where}: {self.text}"


@frozen
class _Range:
    """From *low* (0 or more) to *high* (may be infinite)."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """In logarithms: what money and shares are spread over."""
        if self.high == self.low:
            return 0.0
        return math.inf if self.low == 0 else math.log(self.high / self.low)


def strains(file: BandFile, vocabulary: Vocabulary, day: date) -> tuple[Strain, ...]:
    """Every identity whose bands do not simply hold together on *day*, the worst first."""
    sizes = [size.value for size in Size]
    named = {band.where.size for band in file.band} - {None}
    niches = dict.fromkeys(b.where.niche for b in file.band if b.where.niche)
    found: dict[tuple[Verdict, str], list[tuple[str | None, str | None]]] = {}
    for niche, size in product((None, *niches), sizes if named else [None]):
        shop = Business(size=size, niche=niche, currency=_CURRENCY)
        for verdict, said in _of_shop(file, vocabulary, shop, day):
            places = found.setdefault((verdict, said), [])
            if (None, size) not in places:  # the niche changes nothing
                places.append((niche, size))
    order = list(Verdict)
    made = [
        Strain(file.id, verdict, _where(places, sizes), said)
        for (verdict, said), places in found.items()
    ]
    return tuple(sorted(made, key=lambda strain: order.index(strain.verdict)))


def _of_shop(
    file: BandFile, vocabulary: Vocabulary, shop: Business, day: date
) -> Iterator[tuple[Verdict, str]]:
    for identity in vocabulary.identities.values():
        names = (identity.left, *identity.times, *identity.over)
        held = {name: _edges(name, file, vocabulary, shop, day) for name in names}
        unknown = [name for name in names if not held[name]]
        known = [name for name in names if held[name]]
        for chosen in product(*(held[name] for name in known)):
            edges = dict(zip(known, chosen, strict=True))
            told = None
            if not unknown:
                told = _compared(identity, edges, file, vocabulary)
            elif len(unknown) == 1 and unknown != [identity.left]:
                told = _needed(identity, unknown[0], edges, file, vocabulary)
            if told is not None:
                yield told
    yield from _break_even(file, vocabulary, shop, day)


def _edges(
    name: str, file: BandFile, vocabulary: Vocabulary, shop: Business, day: date
) -> Sequence[Edges]:
    """The bands of a metric, or of the one that the file lets stand for it."""
    name = file.stands_for.get(name, name)
    metric = vocabulary.metrics.get(name)
    kinds = metric.subjects if metric is not None else ()
    return Bands((file,)).resolve(name, kinds[0] if kinds else "shop", shop, day).edges


def _compared(
    identity: Identity, edges: Mapping[str, Edges], file: BandFile, vocabulary: Vocabulary
) -> tuple[Verdict, str] | None:
    ranges = {name: _range(one) for name, one in edges.items()}
    good = ranges[identity.left]
    made = _made(
        identity.factor,
        [ranges[name] for name in identity.times],
        [ranges[name] for name in identity.over],
    )
    low, high = max(good.low, made.low), min(good.high, made.high)
    said = _describe_disagreement(identity, made, edges, file, vocabulary)
    if low > high:
        return Verdict.CANNOT, f"{said}: they cannot hold together"
    if math.isfinite(made.width) and math.log(high / low) < CORNER * made.width:
        both = _words(identity.left, _Range(low, high), vocabulary)
        return Verdict.CORNER, f"{said}: together they leave {both}"
    return None


def _needed(
    identity: Identity,
    unknown: str,
    edges: Mapping[str, Edges],
    file: BandFile,
    vocabulary: Vocabulary,
) -> tuple[Verdict, str] | None:
    ranges = {name: _range(one) for name, one in edges.items()}
    left = ranges[identity.left]
    times = [ranges[name] for name in identity.times if name != unknown]
    over = [ranges[name] for name in identity.over if name != unknown]
    if unknown in identity.times:
        needed = _made(1 / identity.factor, [left, *over], times)
    else:
        needed = _made(identity.factor, times, [left, *over])
    if needed.low == 0 and needed.high == math.inf:
        return None
    parts = " and ".join(_band(name, edges, file, vocabulary) for name in edges)
    title = vocabulary.metrics[unknown].title
    return Verdict.NEEDS, (
        f"{identity.definition} {parts} hold together only where "
        f"{title} is {_words(unknown, needed, vocabulary)}"
    )


def _break_even(
    file: BandFile, vocabulary: Vocabulary, shop: Business, day: date
) -> Iterator[tuple[Verdict, str]]:
    """A limit that holds where no margin is known pays only from some margin on."""
    for band in file.band:
        if band.over_margin is None:
            continue
        title = vocabulary.metrics[band.metric].title
        for edges in _edges(band.metric, file, vocabulary, shop, day):
            if edges.low:
                margin = ENGLISH.number(band.over_margin / edges.low, Unit.SHARE)
                limit = _words(band.metric, _Range(edges.low, math.inf), vocabulary)
                yield (
                    Verdict.NEEDS,
                    f"{title} {limit} breaks even only from a margin of {margin} on",
                )


def _made(factor: float, times: Iterable[_Range], over: Iterable[_Range]) -> _Range:
    times, over = list(times), list(over)
    open_ended = any(r.high == math.inf for r in times) or any(r.low == 0 for r in over)
    from_zero = any(r.low == 0 for r in times) or any(r.high == math.inf for r in over)
    if any(r.high == 0 for r in over):  # nothing can be divided by it
        return _Range(math.inf, math.inf)
    lows, highs = math.prod(r.low for r in times), math.prod(r.high for r in times)
    return _Range(
        0.0 if from_zero else factor * lows / math.prod(r.high for r in over),
        math.inf if open_ended else factor * highs / math.prod(r.low for r in over),
    )


def _range(edges: Edges) -> _Range:
    low = 0.0 if edges.low is None else edges.low
    return _Range(low, math.inf if edges.high is None else edges.high)


def _describe_disagreement(
    identity: Identity,
    made: _Range,
    edges: Mapping[str, Edges],
    file: BandFile,
    vocabulary: Vocabulary,
) -> str:
    names = (*identity.times, *identity.over)
    parts = " and ".join(_band(name, edges, file, vocabulary) for name in names)
    title = vocabulary.metrics[identity.left].title
    return (
        f"{identity.definition} {parts} make {title} "
        f"{_words(identity.left, made, vocabulary)}; good is "
        f"{_words(identity.left, _range(edges[identity.left]), vocabulary)}"
        f"{_of(edges[identity.left].of, vocabulary)}"
    )


def _band(name: str, edges: Mapping[str, Edges], file: BandFile, vocabulary: Vocabulary) -> str:
    title = vocabulary.metrics[file.stands_for.get(name, name)].title
    good = _words(name, _range(edges[name]), vocabulary)
    return f"{title} {good}{_of(edges[name].of, vocabulary)}"


def _words(name: str, found: _Range, vocabulary: Vocabulary) -> str:
    low = found.low or None
    return ENGLISH.band(low, found.high, vocabulary.metrics[name].unit, _CURRENCY)


def _of(of: OfSubject | None, vocabulary: Vocabulary) -> str:
    if of is None:
        return ""
    metric = vocabulary.metrics[of.metric]
    low = of.at_least and f"from {ENGLISH.number(of.at_least, metric.unit, _CURRENCY)}"
    high = of.below and f"below {ENGLISH.number(of.below, metric.unit, _CURRENCY)}"
    limits = " and ".join(part for part in (low, high) if part)
    return f" (where {metric.title} is {limits})"


def _where(places: Sequence[tuple[str | None, str | None]], sizes: Sequence[str]) -> str:
    by_niche: dict[str | None, list[str]] = {}
    for niche, size in places:
        by_niche.setdefault(niche, []).extend([size] if size else [])
    said = []
    for niche, named in by_niche.items():
        size = ", ".join(named) if 0 < len(named) < len(sizes) else "every size"
        said.append(f"{niche} ({size})" if niche else size)
    return "; ".join(said)
