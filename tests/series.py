"""Made-up series of days: a level, a growth, a pattern of the week, noise that may go together."""

from datetime import date, timedelta

import numpy as np
import polars as pl

FIRST = date(2026, 1, 5)  # a Monday
WEEK = np.array([0.0, 0.1, -0.1, 0.05, 0.3, 0.6, 0.4])  # what a weekday adds, a logarithm


def logarithms(
    rng: np.random.Generator, days: int, *, monthly: float = 0.0, together: float = 0.0
) -> np.ndarray:
    """Logarithms of daily sales that grow by *monthly* in 30 days; the noise of neighbours has the
    correlation *together* (an AR(1))."""
    steps = rng.normal(size=days)
    noise = np.empty(days)
    last = rng.normal()
    for at, step in enumerate(steps):
        last = together * last + np.sqrt(1 - together**2) * step
        noise[at] = last
    day = np.arange(days)
    grown: np.ndarray = 8 + 0.35 * noise + WEEK[day % 7] + np.log1p(monthly) / 30 * day
    return grown


def by_day(values: np.ndarray, first: date = FIRST) -> pl.DataFrame:
    """*values* of days that follow each other: `day`, `value`."""
    last = first + timedelta(days=len(values) - 1)
    return pl.DataFrame({"day": pl.date_range(first, last, eager=True), "value": values})


def sparse(rng: np.random.Generator, days: int, orders: float) -> np.ndarray:
    """Sales of a shop with so few *orders* a day that many days have none."""
    counts = rng.poisson(orders * np.exp(WEEK)[np.arange(days) % 7])
    return np.array([rng.exponential(20.0, count).sum() for count in counts])
