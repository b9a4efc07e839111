"""Shops that do well: every rate within its band, drawn up to the edges."""

from collections.abc import Sequence

import attrs
import numpy as np
import polars as pl

from advisor.judge.grade import Grader
from advisor.judge.question import truth_column
from advisor.metrics.measured import Measured
from advisor.model.condition import Against, Truth
from advisor.model.condition import Test as Ask
from advisor.model.rule import Rule
from tests.corpus.batch import World
from tests.corpus.funnels import FUNNELS, Floats, Funnel, How
from tests.corpus.nature import WINDOW, Herd
from tests.corpus.truth import PRODUCTS, Formula, bend, formula, formulas

AT_EDGE = 0.1  # of the rates lie on an edge itself
WIDE = 2.5  # how far a band reaches that has one edge only
ALIKE = 0.015  # how far rates differ (by their logarithm) of subjects that are compared
ALIKE_LIVES = 0.12
_TRIES = 40
NOTHING = 1e-4  # rates this small stand for none at all


@attrs.frozen
class Profile:
    """What shops of one batch have in common."""

    size: str
    niche: str | None = None
    currency: str = "USD"
    usd_rate: float = 1.0
    margin: float | None = None
    region: str = "US"


PROFILES: tuple[Profile, ...] = (
    Profile("small"),
    Profile("small", "fashion-beauty", "MXN", 0.055, 0.4, "MX"),
    Profile("small", "ecommerce-tech", "GBP", 1.27, None, "GB"),
    Profile("small", "health-wellness", "THB", 0.029, 0.55, "TH"),
    Profile("mid", None, "EUR", 1.08, 0.35, "FR"),
    Profile("mid", "fashion-beauty"),
    Profile("mid", "ecommerce-tech", "IDR", 0.000062, 0.3, "ID"),
    Profile("mid", "health-wellness", "GBP", 1.27, 0.5, "GB"),
    Profile("enterprise", None, "USD", 1.0, 0.3, "US"),
    Profile("enterprise", "fashion-beauty", "THB", 0.029, None, "TH"),
    Profile("enterprise", "ecommerce-tech", "USD", 1.0, None, "US"),
    Profile("enterprise", "health-wellness", "MXN", 0.055, 0.45, "MX"),
)


def herd(
    funnel: Funnel,
    shops: int,
    world: World,
    grader: Grader,
    rng: np.random.Generator,
    *,
    size: tuple[int, int] | None = None,
    volume: tuple[float, float] | None = None,
) -> Herd:
    """Healthy subjects of one kind. *size*: how many a shop has; *volume*: how many times the usual
    traffic a shop has, drawn by its logarithm."""
    low, high = size or (funnel.least, funnel.most)
    many = np.exp(rng.uniform(np.log(low), np.log(high + 0.999), size=shops)).astype(int)
    if funnel.keys:
        many = np.full(shops, len(funnel.keys))
    shop = np.repeat(np.arange(shops), many)
    number = np.concatenate([np.arange(n) for n in many])
    key = np.array([funnel.keys[n] if funnel.keys else f"{funnel.kind} {n + 1:03}" for n in number])
    now = _well(funnel, shop, world, grader, rng, volume or (0.01, 30.0))
    drift = np.log([rng.uniform(*step.drift, size=shops)[shop] for step in funnel.steps]).T
    drift[:, [step.how is How.STATE for step in funnel.steps]] = 0.0
    found = Herd(funnel, shop, key, now, now - drift, drift / WINDOW)
    return _over_days(found, rng) if funnel.once else found


def _over_days(herd: Herd, rng: np.random.Generator) -> Herd:
    """Each subject on one day of the window, and as many others on days of the one before."""
    earlier = np.array([f"{key} before" for key in herd.key])
    day = rng.integers(0, WINDOW, size=herd.size)
    return Herd(
        herd.funnel,
        np.concatenate([herd.shop, herd.shop]),
        np.concatenate([herd.key, earlier]),
        np.concatenate([herd.now, herd.now]),
        np.concatenate([herd.past, herd.past]),
        np.concatenate([herd.slope, herd.slope]),
        np.concatenate([day + WINDOW, day]),
    )


def _well(
    funnel: Funnel,
    shop: np.ndarray,
    world: World,
    grader: Grader,
    rng: np.random.Generator,
    volume: tuple[float, float],
) -> Floats:
    """Rates of which no rule is true; those of which one is are drawn again."""
    rules = [rule for rule in world.rules if rule.subject == funnel.kind]
    found = np.zeros((len(shop), len(funnel.steps)))
    todo = np.ones(len(shop), dtype=bool)
    shops = int(shop.max(initial=0)) + 1
    traffic = np.exp(rng.uniform(np.log(volume[0]), np.log(volume[1]), size=shops))
    low, high = np.log(funnel.column("low")), np.log(funnel.column("high"))
    common = rng.uniform(low, high, size=(shops, len(low)))
    for _ in range(_TRIES):
        if funnel.once:
            common = rng.uniform(low, high, size=(shops, len(low)))
        drawn = _drawn(funnel, shop, world, grader, rng, traffic, common)
        found[todo] = drawn[todo]
        ill = true_of(funnel, shop, found, rules, grader).any(axis=1)
        if funnel.once:  # the bands are of rates that all of a shop have in common
            ill = np.isin(shop, shop[ill])
        todo = np.asarray(ill)
        if not todo.any():
            return found
    names = [
        rules[i].id for i in np.flatnonzero(true_of(funnel, shop, found, rules, grader).any(0))
    ]
    raise AssertionError(f"no healthy {funnel.kind} could be drawn: {', '.join(names)}")


def _drawn(
    funnel: Funnel,
    shop: np.ndarray,
    world: World,
    grader: Grader,
    rng: np.random.Generator,
    traffic: Floats,
    common: Floats,
) -> Floats:
    """Rates for all: of each shop in *common* where its subjects are alike, else each its own."""
    low, high = np.log(funnel.column("low")), np.log(funnel.column("high"))
    shops = len(traffic)
    alike = np.array([step.alike for step in funnel.steps])
    own = rng.uniform(low, high, size=(len(shop), len(low)))
    apart = ALIKE_LIVES if funnel.once else ALIKE
    rates = np.where(alike, common[shop] + rng.uniform(-apart, apart, size=own.shape), own)
    rates = in_currency(rates, funnel, next(iter(grader.businesses.values())).usd_rate or 1.0)
    roots = [i for i, s in enumerate(funnel.steps) if s.of is None and s.how in _TRAFFIC]
    for i in roots:
        rates[:, i] += np.log(traffic)[shop]
    wanted: list[tuple[Formula, Floats]] = []
    for name, (lows, highs) in targets(funnel, world, grader, len(shop), rng).items():
        one = formula(name, funnel, world.vocabulary)
        if one is None or _follows(one, [of for of, _ in wanted], rates, funnel):
            continue
        together = alike[list(one.over)].all()
        size = shops if together else len(shop)
        at = rng.uniform(-AT_EDGE, 1 + AT_EDGE, size=size).clip(0, 1)
        at = at[shop] if together else at
        edges = [e[shop * 0] if together else e for e in (lows, highs)]
        wanted.append((one, np.log(edges[0]) + at * (np.log(edges[1]) - np.log(edges[0]))))
    # What the subjects have in common is held, and traffic gives way.
    root = np.array([step.of is None for step in funnel.steps])
    ease = np.where(alike & ~root, 1e-3, 1.0) if funnel.once else None
    return bend(rates, funnel, wanted, movable=ease)


def _follows(one: Formula, known: Sequence[Formula], rates: Floats, funnel: Funnel) -> bool:
    """Whether *one* follows from those that are *known*, as ROI from its target and their ratio."""
    slopes = np.concatenate([of.slope(rates[:1], funnel) for of in (*known, one)])
    return int(np.linalg.matrix_rank(slopes, tol=1e-6)) <= len(known)


_TRAFFIC = (How.EVENTS, How.SPENT, How.CHANCE)


def in_currency(rates: Floats, funnel: Funnel, usd: float) -> Floats:
    """Rates given in dollars, in a currency of which one is *usd* dollars."""
    money = np.array([step.money for step in funnel.steps], dtype=float)
    above = np.array([0.0 if s.of is None else money[funnel.at[s.of]] for s in funnel.steps])
    return np.asarray(rates - (money - above) * np.log(usd))


def targets(
    funnel: Funnel, world: World, grader: Grader, size: int, rng: np.random.Generator
) -> dict[str, tuple[Floats, Floats]]:
    """The band of each metric that a rule on this kind asks for, for each of *size* subjects."""
    found: dict[str, tuple[Floats, Floats]] = {}
    asked = [t for r in world.rules for t in r.tests_by_kind(r.subject).get(funnel.kind, ())]
    for test in asked:
        if test.name in found or test.name in world.vocabulary.symbols:
            continue
        if test.is_ and test.against is Against.BAND:
            edges = [(e.low, e.high) for e in grader.resolve(test.name, funnel.kind).edges]
        elif test.name in PRODUCTS:
            edges = [_between(test.name, asked)]
        else:
            continue
        if edges:
            low, high = _edges(edges, rng.integers(0, len(edges), size=size))
            at = funnel.at.get(test.name)
            if at is not None and funnel.steps[at].how is How.STATE:  # what is usual is narrower
                low = np.maximum(low, funnel.steps[at].low)
                high = np.minimum(high, funnel.steps[at].high)
            found[test.name] = (low, high)
    return found


def _between(name: str, asked: Sequence[Ask]) -> tuple[float | None, float | None]:
    """Where no rule's own limit is reached."""
    tests = [test for test in asked if test.name == name]
    above = (test.at_most for test in tests if test.at_most is not None)
    below = (test.at_least for test in tests if test.at_least is not None)
    return max(above, default=None), min(below, default=None)


def _edges(
    edges: Sequence[tuple[float | None, float | None]], chosen: np.ndarray
) -> tuple[Floats, Floats]:
    low = np.array([low or np.nan for low, _ in edges], dtype=float)[chosen]
    high = np.array([high or np.nan for _, high in edges], dtype=float)[chosen]
    low, high = (
        np.where(np.isnan(low), high / WIDE, low),
        np.where(np.isnan(high), low * WIDE, high),
    )
    return low * (1 + 1e-4), high * (1 - 1e-4)


def true_of(
    funnel: Funnel, shop: np.ndarray, rates: Floats, rules: Sequence[Rule], grader: Grader
) -> np.ndarray:
    """Which rules (columns) are true of which subjects (rows), were there no chance at all."""
    tests = list(dict.fromkeys(test for rule in rules for test in rule.own_tests()))
    frame = true_frame(funnel, shop, rates, tests, grader)
    metrics = frozenset(c for c in frame.columns if f"{c}.lo" in frame.columns)
    graded = grader.grade(Measured(funnel.kind, frame, metrics, ()), tests).frame
    found = []
    for rule in rules:
        parts = [pl.col(truth_column(t)) for t in rule.when.tests]
        if rule.when.alternatives:
            parts.append(
                pl.max_horizontal(
                    *(
                        pl.min_horizontal(*(pl.col(truth_column(t)) for t in branch))
                        for branch in rule.when.alternatives
                    )
                )
            )
        holds = pl.min_horizontal(*parts) == int(Truth.TRUE) if parts else pl.lit(value=False)
        if rule.when.related or rule.after:
            holds = holds & pl.lit(value=False)
        found.append(graded.select(holds.alias("x")).to_series().to_numpy())
    return (
        np.stack([np.broadcast_to(f, len(shop)) for f in found], axis=1)
        if found
        else np.zeros((len(shop), 0), dtype=bool)
    )


def true_frame(
    funnel: Funnel, shop: np.ndarray, rates: Floats, tests: Sequence[Ask], grader: Grader
) -> pl.DataFrame:
    """Measured as if every number were sure."""
    vocabulary = grader.vocabulary
    names = {test.name: None for test in tests if test.name not in vocabulary.symbols}
    for test in tests:
        if test.name in names:
            for edges in grader.resolve(test.name, funnel.kind).edges:
                if edges.of is not None:
                    names[edges.of.metric] = None
    columns: dict[str, Floats] = {}
    asks = [Ask(name, at_least=0.0) for name in names]
    for name, one in formulas(asks, funnel, vocabulary).items():
        value = np.exp(one.value(rates, funnel))
        value = np.where(value < NOTHING, 0.0, value)
        for part in ("", ".lo", ".hi"):
            columns[f"{name}{part}"] = value
    labels = pl.DataFrame({"shop": shop.astype(str), "key": np.arange(len(shop)).astype(str)})
    return labels.with_columns(pl.Series(name, values) for name, values in columns.items())


def herds(world: World, grader: Grader, shops: int, rng: np.random.Generator) -> list[Herd]:
    """Whole shops: every kind there is."""
    return [herd(funnel, shops, world, grader, rng) for funnel in FUNNELS]
