"""Ads that cost and bring no conversion, where the account's other ads do convert."""

import math
from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Counts
from advisor.stats import byar

_METRIC = "lost_conversions"
_ASKED = ("spend", "conversions")
_CHANCE = 0.05  # that any ad of the account is named by chance
_FEW = 3  # conversions: the cost of one of fewer is chance
_LEAST_DAYS = 7  # a younger ad may still learn, and its conversions are still being booked


KINDS = ("ad", "ad-group", "campaign")
# Campaigns that are named after a goal that brings no conversion.
_OTHER_GOALS = (
    r"(?i)\b(?:reach|awareness|brand(?:ing)?|video[ _-]?views?|vv|traffic|community|followers?|"
    r"engagement)\b"
)


def without_results(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`lost_conversions` of ads, ad groups and campaigns, where the account's files know no
    purchase value."""
    for kind in KINDS:
        if not counts.having(kind, _ASKED):
            continue
        ads = for_conversions(counts.sums(kind, _ASKED).lazy(), _names(counts, kind))
        valued = counts.sums(kind, ("ad_revenue",)).lazy().filter(pl.col("ad_revenue") > 0)
        bought = counts.sums(kind, ("purchases",)).lazy().filter(pl.col("purchases") > 0)
        judged = lost_conversions(ads.join(valued, on="shop", how="anti", maintain_order="left"))
        yield kind, judged.join(bought, on=("shop", "key"), how="anti", maintain_order="left")


def goals(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`ad.goal` of ads, ad groups and campaigns: attention, where they are named after reach, views
    or traffic and none of them has a conversion or a purchase; else results."""
    for kind in (*KINDS, "shop"):
        if not counts.having(kind, ("spend",)):
            continue
        spent = counts.sums(kind, ("spend",)).lazy().select("shop", "key")
        bought = [
            counts.sums(kind, (name,)).lazy().filter(pl.col(name) > 0).select("shop", "key")
            for name in ("conversions", "purchases")
        ]
        selling = pl.concat([for_conversions(spent, _names(counts, kind, ("spend",))), *bought])
        told = selling.unique().with_columns(pl.lit("results").alias("ad.goal"))
        goal = pl.col("ad.goal").fill_null("attention")
        yield (
            kind,
            spent.join(told, on=("shop", "key"), how="left", maintain_order="left").with_columns(
                (pl.lit("results") if kind == "shop" else goal).alias("ad.goal")
            ),
        )


def for_conversions(ads: pl.LazyFrame, names: pl.DataFrame) -> pl.LazyFrame:
    """*ads* without those that are there for reach, video views or traffic, by their name or that
    of what holds them. *names* has `shop`, `key` and one column a name."""
    columns = [name for name in names.columns if name not in ("shop", "key")]
    other = pl.any_horizontal(
        pl.col(name).fill_null("").str.contains(_OTHER_GOALS) for name in columns
    )
    named = names.lazy().unique(("shop", "key"), maintain_order=True)
    return ads.join(named.filter(other), on=("shop", "key"), how="anti", maintain_order="left")


def _names(counts: Counts, kind: str, asked: Sequence[str] = _ASKED) -> pl.DataFrame:
    labels = ("parent.ad-group", "parent.campaign")
    rows = counts.rows(kind, asked, labels=labels)
    return rows[["shop", "key", "name", *labels]]


def lost_conversions(ads: pl.LazyFrame, *, differ: bool = False) -> pl.LazyFrame:
    """How many conversions each ad without any would have brought at the others' cost, where so
    many do not fail to come by chance (Poisson, shared among all ads of the account); 0 for ads
    that convert, and nothing where it is too early to say.

    *ads* has `shop`, `key`, `days`, `spend` and `conversions`. The cost is that of the other ads
    together or the middle one of those that convert, whichever is more: one campaign that counts a
    cheap event makes no other ad a failure. Where what is advertised is known to *differ*, in price
    as well, it is the highest cost of those with at least three conversions, if that is more.
    """
    spend, conversions = pl.col("spend"), pl.col("conversions")
    others = conversions.sum().over("shop") - conversions
    together = (spend.sum().over("shop") - spend) / others
    middle = (spend / conversions).filter(conversions > 0).median().over("shop")
    highest = (spend / conversions).filter(conversions >= _FEW).max().over("shop")
    usual = (together, middle, highest) if differ else (together, middle)
    expected = spend / pl.max_horizontal(usual)
    least = expected * byar(others)[0] / others
    needed = (pl.len().over("shop") / _CHANCE).log()  # exp(-needed) is each ad's part of the chance
    grown = pl.col("days").fill_null(math.inf) >= _LEAST_DAYS
    value = (
        pl.when(conversions > 0)
        .then(0.0)
        .when((others > 0) & (least >= needed) & grown)
        .then(expected)
    )
    shown = ads.filter(spend > 0).with_columns(value.alias(_METRIC)).drop_nulls(_METRIC)
    limits = (pl.col(_METRIC).alias(f"{_METRIC}.{end}") for end in ("lo", "hi"))
    return shown.select("shop", "key", "name", _METRIC, *limits).sort("shop", "key")
