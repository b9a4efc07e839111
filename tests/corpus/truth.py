"""What metrics truly are where the rates are known, and which rates make them what is wanted.

Rates are logarithms, in rows of subjects and columns of steps. A metric is then a difference of two
logarithms of sums, so that a few steps of Gauss and Newton find the nearest rates at which several
metrics are what they shall be, all at once.
"""

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from advisor.metrics.required import metric_of
from advisor.model.condition import Test as Ask
from advisor.model.vocabulary import CountUnit, Vocabulary
from tests.corpus.funnels import Floats, Funnel, How

DAYS = 28

# What plugins compute in columns, as a product of counts of a day (or levels): factor, over, under.
PRODUCTS: Mapping[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {
    "roi_of_target": (1.0, ("gmv_max_revenue",), ("gmv_max_cost", "target_roi")),
    "budget_use": (1.0, ("gmv_max_cost",), ("daily_budget",)),
    "product_roi": (1.0, ("gmv_max_revenue",), ("gmv_max_cost",)),
    "restock_cover": (1.0, ("stock",), ("items_sold", "lead_days")),
    "edits_a_week": (7.0, ("budget_changes",), ()),
    "follower_growth": (30.0, ("follower_change",), ("followers",)),
    "promotion_days": (1.0, ("promotions",), ()),
}


@attrs.frozen(eq=False)
class Formula:
    """log value = log factor + over - under. *added*: each side is the logarithm of a sum of
    counts, else the sum of their logarithms."""

    name: str
    over: tuple[int, ...]
    under: tuple[int, ...]
    factor: float
    added: bool

    def value(self, rates: Floats, funnel: Funnel) -> Floats:
        """The logarithm of the metric, a row a subject."""
        counts = rates @ funnel.paths.T
        sides = (self._side(counts, self.over), self._side(counts, self.under))
        return np.asarray(np.log(self.factor) + sides[0] - sides[1])

    def slope(self, rates: Floats, funnel: Funnel) -> Floats:
        """How it changes with each rate."""
        counts = rates @ funnel.paths.T
        return np.asarray(
            self._weights(counts, self.over) @ funnel.paths
            - self._weights(counts, self.under) @ funnel.paths
        )

    def _side(self, counts: Floats, places: tuple[int, ...]) -> Floats:
        if not places:
            return np.zeros(len(counts))
        if not self.added:
            return np.asarray(counts[:, list(places)].sum(axis=1))
        return np.asarray(np.log(np.exp(counts[:, list(places)]).sum(axis=1)))

    def _weights(self, counts: Floats, places: tuple[int, ...]) -> Floats:
        weights = np.zeros_like(counts)
        if places:
            part = np.exp(counts[:, list(places)])
            whole = part.sum(axis=1, keepdims=True)
            weights[:, list(places)] = part / whole if self.added else 1.0
        return weights


def formula(name: str, funnel: Funnel, vocabulary: Vocabulary) -> Formula | None:
    """How *name* follows from the counts of *funnel*; None where it does not."""

    def places(names: Sequence[str]) -> tuple[int, ...] | None:
        wanted = [n for n in names if n[-1] != "?" or n.rstrip("?") in funnel.at]
        there = [funnel.at.get(n.rstrip("?")) for n in wanted]
        return None if None in there else tuple(p for p in there if p is not None)

    factor, added = 1.0, True
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    if name in PRODUCTS:
        factor, over, under = PRODUCTS[name]
        added = False
    elif name in vocabulary.metrics or name in vocabulary.counts:
        metric = metric_of(name, vocabulary)
        if metric.derived:
            return None
        factor, over, under = metric.scale, metric.numerator, metric.denominator
        if not under and not funnel.once and not _level(over[0], funnel, vocabulary):
            factor *= DAYS
    else:
        return None
    above, below = places(over), places(under)
    if above is None or below is None:
        return None
    return Formula(name, above, below, factor, added)


def _level(name: str, funnel: Funnel, vocabulary: Vocabulary) -> bool:
    """Whether *name* is of a day however many days there are."""
    at = funnel.at.get(name)
    people = vocabulary.counts[name].unit in (CountUnit.PEOPLE, CountUnit.STATE)
    return people or (at is not None and funnel.steps[at].how is How.STATE)


def bend(
    rates: Floats,
    funnel: Funnel,
    wanted: Sequence[tuple[Formula, Floats]],
    *,
    movable: Floats | None = None,
) -> Floats:
    """The rates nearest to *rates* at which each formula has the wanted logarithm (NaN: free).

    *movable* says how gladly each rate moves (0: not at all).
    """
    if not wanted:
        return rates
    ease = np.ones(rates.shape[1]) if movable is None else movable
    found = rates.copy()
    target = np.stack([value for _, value in wanted], axis=1)
    free = np.isnan(target)
    for _ in range(12):
        value = np.stack([f.value(found, funnel) for f, _ in wanted], axis=1)
        slope = np.stack([f.slope(found, funnel) for f, _ in wanted], axis=1)
        slope[free] = 0.0
        miss = np.where(free, 0.0, target - value)
        weighted = slope * ease
        normal = weighted @ slope.transpose(0, 2, 1)
        # What contradicts itself is met half-way.
        least = np.linalg.pinv(normal, rcond=1e-9, hermitian=True) @ miss[..., None]
        step = np.einsum("nmp,nm->np", weighted, least[..., 0])
        found = found + np.clip(step, -3, 3)
        if np.abs(miss).max() < 1e-9:
            break
    return found


def formulas(tests: Sequence[Ask], funnel: Funnel, vocabulary: Vocabulary) -> dict[str, Formula]:
    """The formula of each metric that *tests* ask for, where there is one."""
    names = dict.fromkeys(test.name for test in tests)
    found = {name: formula(name, funnel, vocabulary) for name in names}
    return {name: one for name, one in found.items() if one is not None}
