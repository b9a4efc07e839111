"""How often is posted, and what a cut of the commission did to it.

A list of videos holds those that did something in its period, so of each window it tells the videos
posted on the days of that period.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import polars as pl

from advisor import Derived, Period, Reading, before
from advisor.stats import byar, lognormal
from advisor.tabular import days_of
from advisor_tiktok_shop.duties import exactly

LEAST_DAYS = 14  # of a window that lists of videos cover
PROTECTED = 30  # days after a cut in which creators keep the old rate
BEFORE_CUT = 28
LONG_AGO = 120  # days after which a cut explains nothing any more


def cadence(readings: Sequence[Reading], window: Period | None) -> Iterator[Derived]:
    """`videos_a_week` and `posting_pace` of the shop; `commission_cut_age` and `posts_since_cut` of
    the shop and of creators."""
    if window is None:
        return
    yield from _pace(days_of(readings, "shop", ("posts",), None), _covered(readings), window)
    creators = days_of(readings, "creator", ("posts",), None)
    together = creators.group_by("from").agg(pl.col("posts").sum(), pl.lit("").alias("key"))
    for subject, posts in (("shop", together), ("creator", creators)):
        yield from _since_cut(readings, subject, posts, _covered(readings), window)


def _covered(readings: Sequence[Reading]) -> list[Period]:
    """The periods of the lists that say when videos were posted."""
    return [
        reading.period
        for reading in readings
        if reading.period is not None
        and any("posts" in table.frame.columns for table in reading.tables)
    ]


def _days(known: Sequence[Period], within: Period) -> pl.Series:
    """The days of *within* that lists of videos cover."""
    days = pl.date_range(within.first, within.last, eager=True)
    covered = pl.repeat(value=False, n=len(days), eager=True)
    for period in known:
        covered |= days.is_between(period.first, period.last)
    return days.filter(covered)


def _pace(posts: pl.DataFrame, known: Sequence[Period], window: Period) -> Iterator[Derived]:
    now, then = _days(known, window), _days(known, before(window))
    if len(now) < LEAST_DAYS:
        return
    here = pl.col("from").is_in(now.implode())
    count = posts.filter(here)["posts"].sum()
    low, high = byar(pl.lit(float(count)))
    scale = 7 / len(now)
    values = {"": pl.lit(float(count)), ".lo": low, ".hi": high}
    told = pl.DataFrame({"key": [""]}).with_columns(
        *((value * scale).alias(f"videos_a_week{end}") for end, value in values.items()),
        pl.lit(float(count)).alias("videos_a_week.n"),
    )
    earlier = posts.filter(pl.col("from").is_in(then.implode()))["posts"].sum()
    if len(then) >= LEAST_DAYS and count and earlier:
        told = told.with_columns(
            _ratio("posting_pace", float(count), float(earlier), len(now), len(then))
        )
    yield Derived("shop", told)


def _ratio(metric: str, now: float, then: float, days: int, days_then: int) -> list[pl.Expr]:
    """Posts a day over posts a day, with limits of two Poisson counts."""
    value = pl.lit(now / days / (then / days_then))
    low, high = lognormal(value, pl.lit((1 / now + 1 / then) ** 0.5))
    return [value.alias(metric), low.alias(f"{metric}.lo"), high.alias(f"{metric}.hi")]


def _since_cut(
    readings: Sequence[Reading],
    subject: str,
    posts: pl.DataFrame,
    known: Sequence[Period],
    window: Period,
) -> Iterator[Derived]:
    cuts = _cuts(readings, subject, window)
    if cuts.is_empty():
        return
    age = (pl.lit(window.last) - pl.col("cut")).dt.total_days().cast(pl.Float64)
    yield Derived(subject, cuts.select("key", *exactly("commission_cut_age", age)))
    of = cuts if subject == "creator" else cuts.head(1)
    each = [_kept_posting(key, cut, posts, known, window) for key, cut in of.iter_rows()]
    told = [frame for frame in each if frame is not None]
    if told:
        yield Derived(subject, pl.concat(told))


def _kept_posting(
    key: str, cut: date, posts: pl.DataFrame, known: Sequence[Period], window: Period
) -> pl.DataFrame | None:
    """`posts_since_cut` of one subject; None where either side of the cut is not covered."""
    begins = cut + timedelta(days=PROTECTED)
    after = Period(begins, max(begins, window.last))
    prior = Period(cut - timedelta(days=BEFORE_CUT), cut - timedelta(days=1))
    days, days_before = _days(known, after), _days(known, prior)
    if min(len(days), len(days_before)) < LEAST_DAYS:
        return None
    own = posts.filter(pl.col("key") == key)
    now = float(own.filter(pl.col("from").is_in(days.implode()))["posts"].sum())
    then = float(own.filter(pl.col("from").is_in(days_before.implode()))["posts"].sum())
    if then == 0:
        return None
    # No post at all is as sure as half a post is.
    share = _ratio("posts_since_cut", max(now, 0.5), then, len(days), len(days_before))
    told = pl.DataFrame({"key": [key]}).with_columns(share)
    nothing = [pl.lit(0.0).alias(f"posts_since_cut{end}") for end in ("", ".lo")]
    return told if now else told.with_columns(nothing)


def _cuts(readings: Sequence[Reading], subject: str, window: Period) -> pl.DataFrame:
    """`key` and `cut`, the day on which the newest lower rate of each began, where that is not
    long ago. A creator without a rate has the shop's."""
    own = _lowered(days_of(readings, subject, ("commission_rate",), None), window)
    if subject == "shop":
        return own.with_columns(pl.lit("").alias("key"))
    whole = _lowered(days_of(readings, "shop", ("commission_rate",), None), window)
    rated = days_of(readings, subject, ("commission_rate",), None)["key"].unique()
    posting = days_of(readings, subject, ("posts",), None).select("key").unique()
    others = posting.filter(~pl.col("key").is_in(rated.implode()))
    return pl.concat([own, others.join(whole.select("cut"), how="cross")]).sort("key")


def _lowered(rates: pl.DataFrame, window: Period) -> pl.DataFrame:
    before_it = pl.col("commission_rate").shift(1).over("key", order_by="from")
    recent = pl.col("from").is_between(window.last - timedelta(days=LONG_AGO), window.last)
    return (
        rates.filter((pl.col("commission_rate") < before_it) & recent)
        .sort("from")
        .unique("key", keep="last", maintain_order=True)
        .select("key", pl.col("from").alias("cut"))
    )
