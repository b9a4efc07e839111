"""Two months of Luna Beauty: every figure of the example files is a sum over these events."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

import attrs

from examples.shop import ADS, FIRST, LAST, LIVE_TITLES, PRODUCTS, USD_RATE, VIDEOS, Ad

DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
LIVE_WEEKDAYS = (1, 3, 5)
LIVE_CTR, LIVE_CTOR, LIVE_DISCOUNT = 0.018, 0.040, 0.85


@attrs.frozen
class Visit:
    """Clicks of one product from one source on one day, and what was bought."""

    day: date
    channel: str  # live, video or card
    source: str
    product: int
    impressions: int
    clicks: int
    sku_orders: int
    orders: int
    items: int
    gmv: float


@attrs.frozen
class VideoDay:
    day: date
    video: int
    views: int
    likes: int
    comments: int
    shares: int
    new_followers: int


@attrs.frozen
class Live:
    id: str
    title: str
    started: datetime
    duration: int
    impressions: int
    views: int
    viewers: int
    watch_seconds: int
    likes: int
    comments: int
    shares: int
    new_followers: int


@attrs.frozen
class AdDay:
    day: date
    ad: Ad
    impressions: int
    clicks: int
    spend: float
    purchases: int
    revenue: float


class Whole:
    """Turns a stream of fractions into whole numbers without ever losing the remainder."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._rest: dict[str, float] = {}

    def take(self, key: str, amount: float) -> int:
        # A random start, lest all that is equally rare happens on the same day.
        exact = amount + (self._rest[key] if key in self._rest else self._rng.random())
        whole = int(exact)
        self._rest[key] = exact - whole
        return whole


@attrs.define
class Shop:
    """The simulated events, in order of days."""

    visits: list[Visit] = attrs.field(factory=list)
    videos: list[VideoDay] = attrs.field(factory=list)
    lives: list[Live] = attrs.field(factory=list)
    ads: list[AdDay] = attrs.field(factory=list)
    followers: list[int] = attrs.field(factory=list)


def progress(day: date) -> float:
    """0 on the first day, 1 on the last."""
    return (day - FIRST).days / (LAST - FIRST).days


def simulate(seed: int) -> Shop:
    """The shop's two months; the same seed gives the same events."""
    rng, shop = Random(seed), Shop()
    whole = Whole(rng)
    for day in DAYS:
        swell = (1 + 0.2 * progress(day)) * (1.15 if day.weekday() >= 5 else 0.95)
        shop.visits += _cards(day, swell, rng, whole)
        for seen, visit in _videos(day, swell, rng, whole):
            shop.videos.append(seen)
            shop.visits.append(visit)
        if day.weekday() in LIVE_WEEKDAYS:
            live, visits = _live(day, rng, whole)
            shop.lives.append(live)
            shop.visits += visits
        shop.ads += _ads(day, rng, whole)
        shop.followers.append(round(12_400 * 1.075 ** (2 * progress(day))))
    return shop


def _noise(rng: Random, spread: float = 0.12) -> float:
    return 1 + spread * (2 * rng.random() - 1)


def _visit(
    day: date,
    channel: str,
    source: str,
    product: int,
    clicks: int,
    rate: float,
    rng: Random,
    whole: Whole,
    discount: float = 1.0,
) -> Visit:
    at = f"{channel} {source} {product}"
    sku_orders = whole.take(f"orders {at}", clicks * rate)
    items = sku_orders + whole.take(f"second item {at}", sku_orders * 0.08)
    together = whole.take(f"one order, two products {channel}", sku_orders * 0.05)
    return Visit(
        day=day,
        channel=channel,
        source=source,
        product=product,
        impressions=round(clicks / 0.02 * _noise(rng)),
        clicks=clicks,
        sku_orders=sku_orders,
        orders=max(sku_orders - together, 0),
        items=items,
        gmv=round(items * PRODUCTS[product].price * discount, 2),
    )


def _cards(day: date, swell: float, rng: Random, whole: Whole) -> Iterator[Visit]:
    for index, product in enumerate(PRODUCTS):
        clicks = whole.take(f"card clicks {index}", product.clicks * swell * _noise(rng))
        yield _visit(day, "card", "", index, clicks, product.ctor, rng, whole)


def _videos(day: date, swell: float, rng: Random, whole: Whole) -> Iterator[tuple[VideoDay, Visit]]:
    for index, video in enumerate(VIDEOS):
        if video.posted.date() > day:
            continue
        views = whole.take(f"views {index}", video.views * swell * _noise(rng))
        clicks = whole.take(f"video clicks {index}", views * video.ctr * _noise(rng, 0.08))
        reactions = views * video.engagement * _noise(rng, 0.08)
        seen = VideoDay(
            day=day,
            video=index,
            views=views,
            likes=whole.take(f"likes {index}", reactions * 0.84),
            comments=whole.take(f"comments {index}", reactions * 0.06),
            shares=whole.take(f"shares {index}", reactions * 0.10),
            new_followers=whole.take(f"follows {index}", views * 0.0006),
        )
        rate = PRODUCTS[video.product].ctor
        yield seen, _visit(day, "video", video.id, video.product, clicks, rate, rng, whole)


def _live(day: date, rng: Random, whole: Whole) -> tuple[Live, list[Visit]]:
    grown = progress(day)
    views = round(16_500 * (1 + 0.7 * grown) * _noise(rng, 0.05))
    chatter = 1 + 0.5 * grown
    live = Live(
        id=f"75{(day - FIRST).days:02d}4410923317650{day.day:02d}",
        title=LIVE_TITLES[LIVE_WEEKDAYS.index(day.weekday())],
        started=datetime(day.year, day.month, day.day, 20, round(14 * rng.random())),
        duration=5_400 + round(3_600 * rng.random()),
        impressions=round(views / 0.11 * _noise(rng, 0.05)),
        views=views,
        viewers=round(views * 0.88),
        watch_seconds=round(views * 58 * _noise(rng)),
        likes=round(views * 0.9 * _noise(rng)),
        comments=round(views * 0.021 * chatter * _noise(rng, 0.05)),
        shares=round(views * 0.0042 * chatter * _noise(rng, 0.05)),
        new_followers=round(views * 0.0011 * _noise(rng)),
    )
    shown = [n for n, product in enumerate(PRODUCTS) if not product.card_only]
    visits = []
    for product in shown:
        clicks = whole.take(f"live clicks {product}", views * LIVE_CTR / len(shown) * _noise(rng))
        rate = LIVE_CTOR * _noise(rng, 0.4)
        visits.append(
            _visit(day, "live", live.id, product, clicks, rate, rng, whole, LIVE_DISCOUNT)
        )
    return live, visits


def _ads(day: date, rng: Random, whole: Whole) -> Iterator[AdDay]:
    for ad in ADS:
        impressions = round(ad.impressions * (1 + 0.08 * progress(day)) * _noise(rng))
        clicks = whole.take(f"ad clicks {ad.id}", impressions * ad.ctr * _noise(rng))
        purchases = whole.take(f"ad purchases {ad.id}", clicks * ad.cvr * _noise(rng))
        yield AdDay(
            day=day,
            ad=ad,
            impressions=impressions,
            clicks=clicks,
            spend=round(clicks * ad.cpc / USD_RATE * _noise(rng, 0.06), 2),
            purchases=purchases,
            revenue=round(purchases * 640 * _noise(rng, 0.15), 2),
        )


def within(events: Sequence[Visit], first: date, last: date, **wanted: object) -> list[Visit]:
    """The visits of some days, and of the channel, source or product that is wanted."""
    return [
        e
        for e in events
        if first <= e.day <= last and all(getattr(e, k) == v for k, v in wanted.items())
    ]
