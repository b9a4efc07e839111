"""Bands: what is good for a metric, where that holds, and who says so."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs

from advisor.errors import Mistakes, unknown
from advisor.model.compiled_form import compiled
from advisor.model.language import lazy_gettext
from advisor.model.record import TRANSLATED, frozen, short_digest
from advisor.model.rule import Origin
from advisor.model.shop import Business, Size
from advisor.model.toml import parse_toml, structure
from advisor.model.vocabulary import Metric, MetricKind, Unit, Vocabulary

_CURRENCY = re.compile(r"[A-Z]{3}")


@frozen
class OfSubject:
    """Only subjects whose *metric* lies in this range (money in US dollars)."""

    metric: str
    at_least: float | None = None
    below: float | None = None


@frozen
class Where:
    """Where a band holds; what is not named holds everywhere. *margin*: only where it is known."""

    size: str | None = None
    niche: str | None = None
    region: str | None = None
    subject: tuple[str, ...] = ()
    from_: date | None = None
    until: date | None = None
    of: OfSubject | None = None
    margin: bool = False

    def holds(self, business: Business, kind: str, day: date) -> bool:
        """Whether it holds for *business*; a size that is not known does not exclude it."""
        return (
            (self.size is None or business.size is None or business.size == self.size)
            and (self.niche is None or business.niche == self.niche)
            and (self.region is None or business.region == self.region)
            and (not self.subject or kind in self.subject)
            and (self.from_ is None or day >= self.from_)
            and (self.until is None or day <= self.until)
            and (not self.margin or business.margin is not None)
        )

    @property
    def rank(self) -> int:
        """The shop's own margin before niche before size before general; a region, a kind of
        subject and a season sharpen each, in this order."""
        dated = self.from_ is not None or self.until is not None
        own = self.margin or None
        named = (own, self.niche, self.size, self.region, self.subject or None, dated or None)
        return sum(2**i for i, name in enumerate(reversed(named)) if name is not None)


@frozen
class Band:
    """From *low* to *high*, edges included, is good. Shares are fractions.

    *usd*: the edges are US dollars (for metrics in money). *over_margin*: the low edge is this,
    divided by the shop's contribution margin (break-even: 1 / margin). *margin_of*: the high edge
    is the margin of this metric of the same subject (break-even of a purchase: margin x its value).
    """

    metric: str
    low: float | None = None
    high: float | None = None
    over_margin: float | None = None
    margin_of: str | None = None
    usd: bool = False
    where: Where = Where()
    guide: tuple[str, ...] = ()
    origin: Origin | None = None
    note: str = ""


@frozen
class Rates:
    """Average rates of a *year*: units of each currency for one US dollar. *until* is the last day
    that is in them, where the year was not over."""

    year: int
    per_usd: Mapping[str, float] = attrs.field(hash=False)
    until: date | None = None
    origin: Origin | None = None


@frozen
class BandFile:
    """One pack's bands. *layer* orders files: pack 0, profile 1, the shop's own 2. *stands_for*:
    where an identity asks for the first metric, the band of the second is held against it. *rates*
    convert bands in US dollars for a shop that states no rate."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    band: tuple[Band, ...]
    layer: int = 0
    stands_for: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    rates: tuple[Rates, ...] = ()


def band_file(text: str, *, where: str) -> BandFile:
    """Reads bands; raises Mistakes with everything that is wrong."""
    return compiled(
        "bands", (text,), lambda: structure(parse_toml(text, where=where), BandFile, where=where)
    )


def check_bands(file: BandFile, vocabulary: Vocabulary) -> None:
    """Raises Mistakes on names the vocabulary does not know and on impossible edges."""
    wrong: list[str] = []
    for i, band in enumerate(file.band, start=1):
        at = f"band {i} ({band.metric})"
        metric = vocabulary.metrics.get(band.metric)
        if metric is None:
            wrong.append(f"{at}: {unknown('metric', band.metric, vocabulary.metrics)}")
        elif band.usd and metric.unit is not Unit.MONEY:
            wrong.append(f"{at}: usd = true, but {metric.id} is no money")
        by_margin = band.over_margin is not None or band.margin_of is not None
        if band.low is None and band.high is None and not by_margin:
            wrong.append(f"{at}: neither low nor high is given")
        if by_margin != band.where.margin:
            needs = "over-margin and margin-of need where = { margin = true }, and the reverse"
            wrong.append(f"{at}: {needs}")
        if band.margin_of is not None and band.margin_of not in vocabulary.metrics:
            mistake = unknown("metric", band.margin_of, vocabulary.metrics)
            wrong.append(f"{at}: margin-of: {mistake}")
        wrong += [f"{at}: {mistake}" for mistake in wrong_edges(band.low, band.high, metric)]
        sizes = [size.value for size in Size]
        if band.where.size is not None and band.where.size not in sizes:
            wrong.append(f"{at}: {unknown('size', band.where.size, sizes)}")
        if band.where.niche is not None and band.where.niche not in vocabulary.niches:
            wrong.append(f"{at}: {unknown('niche', band.where.niche, vocabulary.niches)}")
        for kind in band.where.subject:
            if kind not in vocabulary.subjects:
                wrong.append(f"{at}: {unknown('subject', kind, vocabulary.subjects)}")
        of = band.where.of
        if of is not None and of.metric not in vocabulary.metrics:
            wrong.append(f"{at}: {unknown('metric', of.metric, vocabulary.metrics)}")
    for rates in file.rates:
        wrong += [
            f"rates of {rates.year}: {currency}: {rate:g} cannot be"
            for currency, rate in rates.per_usd.items()
            if not 0 < rate < math.inf or not _CURRENCY.fullmatch(currency)
        ]
    wrong += [
        f"stands-for: {unknown('metric', name, vocabulary.metrics)}"
        for pair in file.stands_for.items()
        for name in pair
        if name not in vocabulary.metrics
    ]
    if wrong:
        raise Mistakes(wrong, where=file.id)


def wrong_edges(low: float | None, high: float | None, metric: Metric | None) -> list[str]:
    """What cannot be, in the edges of a band of *metric* (None: one that is not known)."""
    edges = [edge for edge in (low, high) if edge is not None]
    wrong = [f"{e:g} is no number to compare with" for e in edges if not math.isfinite(e)]
    if wrong:
        return wrong
    if low is not None and high is not None and low > high:
        wrong.append(f"low {low:g} lies above high {high:g}")
    if metric is not None and metric.kind is MetricKind.PROPORTION:
        wrong += [f"{e:g} is no share; write 2 % as 0.02" for e in edges if not 0 <= e <= 1]
    return wrong


@frozen
class Edges:
    """A band as it is used: in the metric's own unit and the shop's currency.

    *of* restricts it to some subjects; *origin* says where it comes from, in English, *source* and
    *where* what that is made of. *part_of*: the high edge is this share of this metric of the same
    subject.
    """

    low: float | None
    high: float | None
    of: OfSubject | None
    origin: str
    guide: tuple[str, ...] = ()
    part_of: tuple[float, str] | None = None
    source: str = ""
    where: tuple[Where, ...] = ()


@frozen
class Resolved:
    """The edges for a metric and kind (first match wins), or why there are none.

    *narrow* are the edges inside of which a value is good for a shop of any size, where the size is
    not known and matters. *within*: how far off the edges may be, as a share of them, where the
    currency rate in them is an average. *setting*: which key of advisor.toml would tell.
    """

    edges: tuple[Edges, ...] = ()
    narrow: tuple[Edges, ...] = ()
    within: float = 0.0
    setting: str = ""
    reason: str = ""
    tried: tuple[tuple[Band, str], ...] = ()  # every candidate, with "used" or why not


@frozen
class Bands:
    """All bands of a run: *files* hold for every shop, those of *own* for one each, by its id."""

    files: tuple[BandFile, ...]
    own: Mapping[str, tuple[BandFile, ...]] = attrs.field(factory=dict, hash=False)

    @cached_property
    def logic(self) -> str:
        """A short digest of those that hold for every shop."""
        return short_digest(self.files)

    def of_shop(self, shop: str) -> tuple[BandFile, ...]:
        """The files that hold for *shop*."""
        return (*self.files, *self.own.get(shop, ()))

    def of_all(self) -> tuple[BandFile, ...]:
        """The files that hold for any shop."""
        return (*self.files, *(file for own in self.own.values() for file in own))

    def with_rate(self, business: Business, day: date) -> Business:
        """*business* with the average currency rate of the year of *day*, or the nearest year that
        is known, where it states none."""
        currency = business.currency
        if currency is None or business.rate() is not None:
            return business
        known = [r for file in self.of_shop(business.id) for r in file.rates]
        known = [rates for rates in known if currency in rates.per_usd]
        if not known:
            return business
        rates = min(known, key=lambda r: (abs(r.year - day.year), -r.year))
        return attrs.evolve(
            business, usd_rate=1 / rates.per_usd[currency], rate_origin=_rate_origin(rates)
        )

    def resolve(self, metric: str, kind: str, business: Business, day: date) -> Resolved:
        """Which band holds for *metric* on subjects of *kind*, in the shop's own numbers."""
        return self.choose(metric, kind, business, day).resolve(business)

    def choose(self, metric: str, kind: str, business: Business, day: date) -> "ChosenBands":
        """Which band holds for *metric* on subjects of *kind*: the shop's own first, then niche
        before size before general; a size that is not known takes the union of the size rows."""
        tried: list[tuple[Band, str]] = []
        holding: list[tuple[BandFile, Band]] = []
        for file in self.of_shop(business.id):
            for band in file.band:
                if band.metric != metric:
                    continue
                if band.where.holds(business, kind, day):
                    holding.append((file, band))
                else:
                    tried.append((band, f"does not hold here ({_place(band.where)})"))
        if not holding:
            reason: str = lazy_gettext("no target is known for {metric}", metric=metric)
            setting = ""
            if business.region is None and any(band.where.region for band, _ in tried):
                setting = "region"
                reason = lazy_gettext(
                    "the target of {metric} depends on the region, and the shop's isn't known: add "
                    "region to [shop] in advisor.toml",
                    metric=metric,
                )
            return ChosenBands((), tuple(tried), reason, setting)
        used = _used(holding, business)
        tried += [(b, "a more specific band holds") for f, b in holding if (f, b) not in used]
        if any(b.usd for _, b in used) and business.dollars(1.0) is None:
            reason = lazy_gettext(
                "the target of {metric} is in US dollars, and the shop's exchange rate isn't "
                "known: add currency and usd_rate to [shop] in advisor.toml",
                metric=metric,
            )
            tried += [(b, "needs usd_rate") for _, b in used]
            return ChosenBands((), tuple(tried), reason, "usd_rate")
        tried = [(b, "used") for _, b in used] + tried
        return ChosenBands(tuple(used), tuple(tried))


def _rate_origin(rates: Rates) -> str:
    """`average of 2026 to 2026-10-30, European Central Bank`."""
    until = f" to {rates.until}" if rates.until else ""
    source = f", {rates.origin.title}" if rates.origin else ""
    return f"average of {rates.year}{until}{source}"


@frozen(eq=False)
class ChosenBands:
    """The bands that hold, before the numbers of one shop are in them."""

    used: tuple[tuple[BandFile, Band], ...]
    tried: tuple[tuple[Band, str], ...]
    reason: str = ""
    setting: str = ""

    @property
    def by_rate(self) -> bool:
        """Whether the shop's currency rate is in the edges, or decides which of them hold."""
        return any(band.usd or band.where.of is not None for _, band in self.used)

    @property
    def by_margin(self) -> bool:
        """Whether the shop's margin is in the edges."""
        return any(band.where.margin for _, band in self.used)

    def resolve(self, business: Business) -> Resolved:
        """The edges for *business*."""
        if not self.used:
            return Resolved(reason=self.reason, setting=self.setting, tried=self.tried)
        edges = tuple(_edges(self.used, business))
        narrow = tuple(_edges(self.used, business, narrow=True))
        within = business.rate_within if self.by_rate else 0.0
        setting = "size" if narrow != edges else "usd_rate" if within else ""
        return Resolved(edges, narrow if narrow != edges else (), within, setting, tried=self.tried)


def _used(
    holding: Sequence[tuple[BandFile, Band]], business: Business
) -> list[tuple[BandFile, Band]]:
    """The most specific of the bands that hold; where the size is not known, those of each size."""
    sizes = [size.value for size in Size] if business.size is None else [business.size]
    chosen: set[int] = set()
    for size in sizes:
        fits = [i for i, (_, b) in enumerate(holding) if b.where.size in (None, size)]
        ranks = {i: (holding[i][0].layer, holding[i][1].where.rank) for i in fits}
        best = max(ranks.values(), default=None)
        chosen |= {i for i in fits if ranks[i] == best}
    return [held for i, held in enumerate(holding) if i in chosen]


def _edges(
    used: Sequence[tuple[BandFile, Band]], business: Business, *, narrow: bool = False
) -> Iterable[Edges]:
    """The edges of several bands together: the widest; or, *narrow*, those inside of all bands."""
    groups: dict[OfSubject | None, list[tuple[BandFile, Band]]] = {}
    for file, band in used:
        groups.setdefault(band.where.of, []).append((file, band))
    # Bands of a part of the subjects are looked at before the band of all.
    for of, members in sorted(groups.items(), key=lambda item: item[0] is None):
        bands = [band for _, band in members]
        lows = [_low(b, business) for b in bands]
        highs = [b.high for b in bands]
        low, high = _inside(lows, highs) if narrow else _around(lows, highs)
        usd = any(b.usd for b in bands)
        place = " or ".join(dict.fromkeys(_place(b.where) for b in bands))
        sizes = dict.fromkeys(b.where.size or "any" for b in bands)
        if len(sizes) > 1:
            place = f"size not known: union of {', '.join(sizes)}"
        yield Edges(
            low=business.from_dollars(low) if usd else low,
            high=business.from_dollars(high) if usd else high,
            of=of,
            origin=f"{members[0][0].title} ({place})",
            guide=tuple(dict.fromkeys(g for b in bands for g in b.guide)),
            part_of=_part_of(bands, business),
            source=members[0][0].title,
            where=tuple(dict.fromkeys(b.where for b in bands)),
        )


_Limits = Sequence[float | None]


def _around(lows: _Limits, highs: _Limits) -> tuple[float | None, float | None]:
    low = None if None in lows else min(v for v in lows if v is not None)
    high = None if None in highs else max(v for v in highs if v is not None)
    return low, high


def _inside(lows: _Limits, highs: _Limits) -> tuple[float | None, float | None]:
    low = max((v for v in lows if v is not None), default=None)
    high = min((v for v in highs if v is not None), default=None)
    return low, high


def _low(band: Band, business: Business) -> float | None:
    if band.over_margin is not None and business.margin is not None:
        return band.over_margin / business.margin
    return band.low


def _part_of(bands: Sequence[Band], business: Business) -> tuple[float, str] | None:
    names = [band.margin_of for band in bands if band.margin_of is not None]
    return (business.margin, names[0]) if names and business.margin is not None else None


def _place(where: Where) -> str:
    named: Mapping[str, object] = {
        "size": where.size,
        "niche": where.niche,
        "region": where.region,
        "subject": ", ".join(where.subject),
        "from": where.from_,
        "until": where.until,
        "the shop's own": "margin" if where.margin else None,
    }
    return ", ".join(f"{k} {v}" for k, v in named.items() if v) or "general"
