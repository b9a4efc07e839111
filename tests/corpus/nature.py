"""Chance: from rates to the counts of each day, with what real days have beside it.

Days are over-dispersed (gamma), weeks have a shape, traffic has days that the whole shop shares,
baskets are log-normal. None of it moves the true rate of a window: the ratio of the sums is, in
expectation, the rate that was asked for.
"""

import attrs
import numpy as np

from tests.corpus.funnels import Floats, Funnel, How

WEEK = 7
WINDOW = 28


@attrs.frozen
class Nature:
    """How wild days are: coefficients of variation of a day's traffic and of a day's rate, the
    same of the whole shop's traffic, how much weekdays differ (of traffic; rates a third of it),
    and the spread of the logarithm of one basket."""

    traffic: tuple[float, float] = (0.1, 0.5)
    rate: tuple[float, float] = (0.0, 0.25)
    shared: float = 0.1
    weekdays: float = 0.25
    basket: tuple[float, float] = (0.3, 0.9)
    sales: tuple[int, int] = (0, 0)  # days of a shop on which a promotion brings more visitors
    rush: tuple[float, float] = (1.5, 4.0)  # so many times as many
    late: float = 0.0  # the part of what ads sold on the last two days that is not told yet
    paused: float = 0.0  # the part of ads and campaigns that ended a week or more ago
    learning: float = 0.0  # the part of them that began in the last week
    awareness: float = (
        0.0  # the part of ads that are there for reach, by their name, and sell nothing
    )


# Heavy tails, promotions, late attribution, ads that ended and ads for reach, all at once.
WILD = Nature(basket=(0.3, 1.2), sales=(0, 4), late=0.2, paused=0.15, awareness=0.2)
NEW = attrs.evolve(WILD, learning=0.2)  # and a fifth of ads and campaigns in their first week
LATE_DAYS = 2
SOLD = ("purchases", "gmv_max_orders")
FOR_REACH = "Awareness"
AFTER_CLICKS = ("ad_page_views", "ad_checkouts", "purchases", "ad_revenue")
ADS = ("ad", "campaign")


@attrs.frozen(eq=False)
class Herd:
    """Subjects of one kind in many shops. *now* and *past* are the logarithms of their rates in
    the window and in the one before, *slope* how they change from day to day inside of each; *day*
    is the day of a subject that has only one (0 is the first of both windows)."""

    funnel: Funnel
    shop: np.ndarray  # the number of the shop
    key: np.ndarray
    now: Floats
    past: Floats
    slope: Floats
    day: np.ndarray | None = None

    @property
    def size(self) -> int:
        return len(self.shop)


def days(herd: Herd, nature: Nature, rng: np.random.Generator) -> dict[str, Floats]:
    """Counts by name, a row a subject and a column a day of both windows (of its one day)."""
    funnel, size = herd.funnel, herd.size
    length = 1 if funnel.once else funnel.windows * WINDOW
    rates = _rates(herd, length)
    season = _seasons(herd, nature, rng, length)
    common = _gamma(rng, np.full(int(herd.shop.max(initial=0)) + 1, nature.shared), length)
    common *= _promotions(len(common), nature, rng, length)
    runs = _runs(herd, nature, rng, length)
    baskets = rng.uniform(*nature.basket, size=(size, len(funnel.steps)))
    found: dict[str, Floats] = {}
    expected: dict[str, Floats] = {}
    for i, step in enumerate(funnel.steps):
        rate = rates[:, i]
        base = expected[step.of] if step.of is not None else np.ones_like(rate)
        expected[step.count] = base * rate
        come = found[step.of] if step.of is not None else np.ones_like(rate)
        if step.how is How.STATE:
            level = expected[step.count]
            found[step.count] = np.where(level < 1e-3, 0.0, level)
            continue
        if step.how in (How.GIVEN, How.DAYS):
            found[step.count] = _whole(come * rate)
            continue
        if step.how is How.EACH:
            more = rng.poisson(come * np.maximum(rate - 1, 0.0))
            some = rng.binomial(come.astype(np.int64), np.minimum(rate, 1.0))
            found[step.count] = np.asarray(some + more, dtype=np.float64)
            continue
        if step.how is How.VALUE:
            found[step.count] = _worth(come, rate, baskets[:, i, None], rng)
            continue
        wild = nature.traffic if step.of is None else nature.rate
        noise = np.ones_like(rate)
        if not funnel.once:
            noise = _gamma(rng, rng.uniform(*wild, size=size), length)
            if step.of is None:
                noise = noise * common[herd.shop] * runs
        mean = rate * season[:, i] * noise
        if step.how is How.CHANCE:
            found[step.count] = np.asarray(
                rng.binomial(come.astype(np.int64), np.clip(mean, 0, 1)), dtype=np.float64
            )
        elif step.how is How.SPENT:
            found[step.count] = np.asarray(np.round(come * mean, 2), dtype=np.float64)
        else:
            found[step.count] = np.asarray(rng.poisson(come * mean), dtype=np.float64)
        if nature.late and funnel.kind in ADS and step.count in SOLD:
            last = found[step.count][:, -LATE_DAYS:]
            last[:] = rng.binomial(last.astype(np.int64), 1 - nature.late)
    _without_sales(herd, found)
    for step in funnel.steps:
        if step.gathers:
            sums = np.cumsum(found[step.gathers], axis=1)
            found[step.count] = found[step.count] + sums - sums[:, -WINDOW - 1, None]
    return found


def _without_sales(herd: Herd, found: dict[str, Floats]) -> None:
    """Takes from ads for reach what others sell."""
    reach = np.char.startswith(herd.key.astype(str), FOR_REACH)
    for count in AFTER_CLICKS if reach.any() else ():
        found[count][reach] = 0.0


def with_goals(herd: Herd, nature: Nature, rng: np.random.Generator) -> Herd:
    """*herd* with some of its healthy ads named after another goal than sales."""
    if herd.funnel.kind != "ad" or not nature.awareness:
        return herd
    chosen = rng.random(herd.size) < nature.awareness
    chosen &= ~np.char.startswith(herd.key.astype(str), "the sick")
    names = np.char.add(f"{FOR_REACH} ", herd.key.astype(str))
    return attrs.evolve(herd, key=np.where(chosen, names, herd.key))


def _promotions(shops: int, nature: Nature, rng: np.random.Generator, length: int) -> Floats:
    """How many times its traffic a shop has on each day."""
    found = np.ones((shops, length))
    if length == 1 or not nature.sales[1]:
        return found
    many = rng.integers(nature.sales[0], nature.sales[1] + 1, size=shops)
    place = np.argsort(rng.random((shops, length)), axis=1)
    chosen = place < many[:, None]
    return np.where(chosen, rng.uniform(*nature.rush, size=found.shape), found)


def _runs(herd: Herd, nature: Nature, rng: np.random.Generator, length: int) -> Floats:
    """0 on days after an ad or a campaign has ended, and before it began, else 1."""
    found = np.ones((herd.size, length))
    if herd.funnel.kind not in ADS or length == 1:
        return found
    healthy = ~np.char.startswith(herd.key.astype(str), "the sick")
    new = np.zeros(herd.size, dtype=bool)
    if nature.learning:
        new = healthy & (rng.random(herd.size) < nature.learning)
        start = length - rng.integers(2, WEEK, size=herd.size)
        found[new[:, None] & (np.arange(length)[None] < start[:, None])] = 0.0
    if not nature.paused:
        return found
    ended = healthy & (rng.random(herd.size) < nature.paused)
    end = length - rng.integers(7, WINDOW, size=herd.size)
    over = ended[:, None] & (np.arange(length)[None] >= end[:, None])
    return np.where(over & ~new[:, None], 0.0, found)


def _whole(expected: Floats) -> Floats:
    """Whole numbers that come to what is *expected* of each window, and to no more."""
    windows = np.split(expected, max(1, expected.shape[1] // WINDOW), axis=1)
    sums = (np.floor(np.cumsum(window, axis=1) + 1e-7) for window in windows)
    return np.concatenate([np.diff(s, axis=1, prepend=0.0) for s in sums], axis=1)


def _rates(herd: Herd, length: int) -> Floats:
    """Rates by subject, step and day."""
    if herd.day is not None:
        return np.exp(np.where((herd.day >= WINDOW)[:, None], herd.now, herd.past))[..., None]
    windows = [herd.past] * (length // WINDOW - 1) + [herd.now]
    middle = (np.arange(WINDOW) - (WINDOW - 1) / 2)[None, None]
    found = []
    for back, level in enumerate(windows):
        away = min(back - (len(windows) - 2), 0) * WINDOW  # what is further away lies further back
        found.append(level[..., None] + herd.slope[..., None] * (middle + away))
    return np.asarray(np.exp(np.concatenate(found, axis=2)))


def _seasons(herd: Herd, nature: Nature, rng: np.random.Generator, length: int) -> Floats:
    """What weekdays do to each rate; weighted by what comes before, their mean is 1."""
    funnel = herd.funnel
    flat = np.ones((herd.size, len(funnel.steps), length))
    if funnel.once:
        return flat
    shops = int(herd.shop.max(initial=0)) + 1
    whole = np.ones((shops, len(funnel.steps), WEEK))
    found = np.ones_like(whole)
    for i, step in enumerate(funnel.steps):
        if step.how in (How.STATE, How.GIVEN, How.EACH, How.DAYS, How.VALUE):
            factor = np.ones((shops, WEEK))
        else:
            spread = nature.weekdays if step.of is None else nature.weekdays / 3
            factor = np.exp(rng.normal(0, spread, size=(shops, WEEK)))
        above = whole[:, funnel.at[step.of]] if step.of is not None else np.ones((shops, WEEK))
        factor *= above.sum(axis=1, keepdims=True) / (above * factor).sum(axis=1, keepdims=True)
        found[:, i] = factor
        whole[:, i] = above * factor
    return np.asarray(np.tile(found, (1, 1, length // WEEK))[herd.shop])


def _gamma(rng: np.random.Generator, spread: Floats, length: int) -> Floats:
    """Factors of mean 1 with the coefficient of variation *spread*, one a day."""
    shape = 1 / np.maximum(spread, 1e-3) ** 2
    return np.asarray(rng.gamma(shape[:, None], 1 / shape[:, None], size=(len(spread), length)))


def _worth(events: Floats, each: Floats, sigma: Floats, rng: np.random.Generator) -> Floats:
    """What *events* log-normal values of the mean *each* come to: a log-normal sum of the same
    mean and variance (Fenton and Wilkinson)."""
    many = np.maximum(events, 1.0)
    spread = np.log1p(np.expm1(sigma**2) / many)
    sums = many * each * np.exp(rng.normal(-spread / 2, np.sqrt(spread)))
    return np.asarray(np.where(events > 0, np.round(sums, 2), 0.0))
