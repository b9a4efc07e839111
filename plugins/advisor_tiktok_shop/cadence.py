"""How often is posted, and what a cut of the commission did to it.

A list of videos holds those that did something in its period, so of each window it tells the videos
posted on the days of that period.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Counts, MetricsContext
from advisor.stats import byar, lognormal
from advisor_tiktok_shop.duties import exactly

_KEY = ("shop", "key")
LEAST_DAYS = 14  # of a window that lists of videos cover
PROTECTED = 30  # days after a cut in which creators keep the old rate
BEFORE_CUT = 28
LONG_AGO = 120  # days after which a cut explains nothing any more


def cadence(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`videos_a_week` and `posting_pace` of the shop; `commission_cut_age` and `posts_since_cut` of
    the shop and of creators."""
    windows = context.shops.lazy().drop_nulls(("first", "last"))
    posting = [t for kind in ("shop", "creator") for t in counts.having(kind, ("posts",))]
    families = sorted({table.family for table in posting})
    if families:
        paces = [_pace(counts, family, windows) for family in families]
        yield "shop", _first_of_each(paces)
    age = (pl.col("last") - pl.col("cut")).dt.total_days().cast(pl.Float64)
    for subject in ("shop", "creator"):
        if not any(counts.having(kind, ("commission_rate",)) for kind in ("shop", subject)):
            continue
        cuts = _cuts(counts, subject, windows)
        yield subject, cuts.select(*_KEY, *exactly("commission_cut_age", age))
        if families:
            kept = [_kept_posting(counts, subject, family, cuts) for family in families]
            yield subject, _first_of_each(kept)


def _first_of_each(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Lists of two families count the same videos in two ways: of each subject the first one that
    covers enough days is believed."""
    return pl.concat(frames).unique(_KEY, keep="first", maintain_order=True).sort(_KEY)


def _covered(counts: Counts, family: str) -> pl.LazyFrame:
    """`shop` and `day` of the lists of a *family*, which say when videos were posted."""
    kinds = ("shop", "creator")
    covered = [counts.covered(kind, "posts", families=(family,)).lazy() for kind in kinds]
    return pl.concat(covered).unique()


def _within(first: str, last: str) -> pl.Expr:
    return pl.col("day").is_between(pl.col(first), pl.col(last))


def _pace(counts: Counts, family: str, windows: pl.LazyFrame) -> pl.LazyFrame:
    """`videos_a_week` of each shop, and `posting_pace` where the window before is covered too."""
    posts = counts.days("shop", ("posts",), within="always", families=(family,)).lazy()
    days = (
        _covered(counts, family)
        .join(windows, on="shop", maintain_order="left")
        .join(posts, left_on=("shop", "day"), right_on=("shop", "from"), how="left")
        .with_columns(pl.col("posts").fill_null(0.0))
    )
    now, then = _within("first", "last"), _within("before_first", "before_last")
    sums = (
        days.group_by("shop")
        .agg(
            now.sum().alias("days"),
            then.sum().alias("days_then"),
            pl.col("posts").filter(now).sum().alias("now"),
            pl.col("posts").filter(then).sum().alias("then"),
        )
        .filter(pl.col("days") >= LEAST_DAYS)
    )
    low, high = byar(pl.col("now"))
    values = {"": pl.col("now"), ".lo": low, ".hi": high}
    known = (pl.col("days_then") >= LEAST_DAYS) & (pl.col("now") > 0) & (pl.col("then") > 0)
    return sums.select(
        "shop",
        pl.col("shop").alias("key"),
        *(
            (value * 7 / pl.col("days")).alias(f"videos_a_week{end}")
            for end, value in values.items()
        ),
        pl.col("now").alias("videos_a_week.n"),
        *(pl.when(known).then(part) for part in _ratio("posting_pace", pl.col("now"))),
    )


def _ratio(metric: str, now: pl.Expr) -> list[pl.Expr]:
    """Posts a day over posts a day (`then`), with limits of two Poisson counts."""
    then = pl.col("then")
    value = now / pl.col("days") / (then / pl.col("days_then"))
    low, high = lognormal(value, (1 / now + 1 / then).sqrt())
    return [value.alias(metric), low.alias(f"{metric}.lo"), high.alias(f"{metric}.hi")]


def _kept_posting(counts: Counts, subject: str, family: str, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """`posts_since_cut` of those whose days on both sides of the cut are covered."""
    begins = pl.col("cut") + pl.duration(days=PROTECTED)
    sides = cuts.with_columns(
        begins.alias("begins"),
        pl.max_horizontal(begins, "last").alias("ends"),
        (pl.col("cut") - pl.duration(days=BEFORE_CUT)).alias("prior_first"),
        (pl.col("cut") - pl.duration(days=1)).alias("prior_last"),
    )
    posts = counts.days("creator", ("posts",), within="always", families=(family,)).lazy()
    if subject == "shop":  # all creators together
        posts = posts.group_by("shop", "from").agg(
            pl.col("posts").sum(), key=pl.col("shop").first()
        )
    after, prior = _within("begins", "ends"), _within("prior_first", "prior_last")
    sums = (
        sides.join(_covered(counts, family), on="shop")
        .join(
            posts.select(*_KEY, pl.col("from").alias("day"), "posts"), on=(*_KEY, "day"), how="left"
        )
        .with_columns(pl.col("posts").fill_null(0.0))
        .group_by(_KEY)
        .agg(
            after.sum().alias("days"),
            prior.sum().alias("days_then"),
            pl.col("posts").filter(after).sum().alias("now"),
            pl.col("posts").filter(prior).sum().alias("then"),
        )
        .filter((pl.min_horizontal("days", "days_then") >= LEAST_DAYS) & (pl.col("then") > 0))
    )
    # No post at all is as sure as half a post is.
    share = sums.with_columns(_ratio("posts_since_cut", pl.col("now").clip(0.5)))
    none = pl.col("now") == 0
    return share.select(
        *_KEY,
        *(
            pl.when(none)
            .then(0.0)
            .otherwise(f"posts_since_cut{end}")
            .alias(f"posts_since_cut{end}")
            for end in ("", ".lo")
        ),
        "posts_since_cut.hi",
    )


def _cuts(counts: Counts, subject: str, windows: pl.LazyFrame) -> pl.LazyFrame:
    """`shop`, `key`, `last` of the window and `cut`, the day on which the newest lower rate of each
    began, where that is not long ago. A creator without a rate has the shop's."""
    rates = counts.days(subject, ("commission_rate",), within="always").lazy()
    own = _lowered(rates, windows)
    if subject == "shop":
        return own
    whole = _cuts(counts, "shop", windows).drop("key")
    posting = counts.days(subject, ("posts",), within="always").lazy().select(_KEY).unique()
    others = posting.join(rates, on=_KEY, how="anti").join(whole, on="shop")
    return pl.concat([own, others.select(*_KEY, "last", "cut")]).sort(_KEY)


def _lowered(rates: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    before_it = pl.col("commission_rate").shift(1).over(_KEY, order_by="from")
    first = pl.col("last") - pl.duration(days=LONG_AGO)
    recent = pl.col("from").is_between(first, pl.col("last"))
    return (
        rates.filter(pl.col("commission_rate") < before_it)
        .join(windows, on="shop", maintain_order="left")
        .filter(recent)
        .sort(*_KEY, "from")
        .unique(_KEY, keep="last", maintain_order=True)
        .select(*_KEY, "last", pl.col("from").alias("cut"))
    )
