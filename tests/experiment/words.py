"""Metrics of each kind, and a way to draw versions with a known truth."""

import math
import random

from advisor.experiment.arms import Arm
from tests.core import WORDS

CTR, RATE, CPC, AOV, ROAS = (
    WORDS.metrics[name] for name in ("ctr", "order_rate", "cpc", "aov", "roas")
)
SPREAD = 0.8  # coefficient of variation of the values that are drawn
_SIGMA = math.sqrt(math.log(1 + SPREAD**2))


def values(luck: random.Random, count: int, mean: float) -> float:
    """The sum of so many log-normal values."""
    centre = math.log(mean) - _SIGMA**2 / 2
    return sum(luck.lognormvariate(centre, _SIGMA) for _ in range(count))


def poisson(luck: random.Random, mean: float) -> int:
    """A Poisson count, by the times between events."""
    time, count = luck.expovariate(1.0), 0
    while time < mean:
        time, count = time + luck.expovariate(1.0), count + 1
    return count


def binomial(luck: random.Random, n: int, share: float) -> int:
    """How many of *n* come, by the gaps between those that do."""
    gap, count, at = math.log(1 - share), 0, 0
    while True:
        at += int(math.log(1 - luck.random()) / gap) + 1
        if at > n:
            return count
        count += 1


def orders(luck: random.Random, name: str, mean: float, each: float, spend: float) -> Arm:
    """A version of a ROAS: orders come by chance, each of another value."""
    count = poisson(luck, mean)
    return Arm(name, values(luck, count, each), spend, count, spread=SPREAD**2)
