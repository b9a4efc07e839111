"""What a portfolio's tables say across shops: money, patterns, and what the best shops do."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import polars as pl

from advisor.document import rounded_money
from advisor.model import Language, Unit, Vocabulary, frozen
from advisor.portfolio.dataset import Dataset
from advisor.report import Lesson, Pattern, RolledUp

T = TypeVar("T", Pattern, Lesson)

LEVEL = 0.05  # of false alarms among the patterns that are told (Benjamini and Hochberg, 1995)
LEAST_SHOPS = 3  # that a pattern is of
LEAST_CELL = 8  # shops of one niche, size and region that are compared
BEST = 0.25  # of them, by GMV: the best
COMMON = 0.5  # of the shops give a kind of export: others lack it
GROUPS = ("niche", "region", "size", "tags")
_MOST = 20  # patterns, and lessons, that are told
_ALL = "all shops"


def summary_table(dataset: Dataset, only: "Filter | None" = None) -> pl.DataFrame:
    """The shops that have a plan, of those that *only* lets through, with what changed in each
    (`new`, `worse`; null without an earlier run) and the exports that it `lacks` and most others
    give."""
    shops = dataset.table("shops").filter(pl.col("problem").is_null()).collect(engine="in-memory")
    own = pl.col("reason") == "shop"
    counted = (
        dataset.table("changes")
        .group_by("shop")
        .agg(
            (own & (pl.col("change") == "new")).sum().cast(pl.Int64).alias("new"),
            (own & (pl.col("change") == "worse")).sum().cast(pl.Int64).alias("worse"),
        )
        .collect(engine="in-memory")
    )
    kinds = shops.select("kinds").explode("kinds", empty_as_null=True).drop_nulls()
    often = kinds.group_by("kinds").len().filter(pl.col("len") >= COMMON * shops.height)
    common = sorted(often["kinds"])
    often_given = pl.Series("lacks", [common] * shops.height, pl.List(pl.String))
    lacks = often_given.list.set_difference(shops["kinds"]).list.sort()
    chosen = (only or Filter()).of(shops.with_columns(lacks))
    return chosen.join(counted, on="shop", how="left", maintain_order="left")


def rolled_up(shops: pl.DataFrame, language: Language) -> tuple[RolledUp, ...]:
    """What all plans together can reach in a month, by currency and kind of money. In each shop
    what several actions share counts once; a shop that is there twice counts once."""
    rows = (
        shops.unique("shop", keep="first", maintain_order=True)
        .select("currency", "total")
        .explode("total", empty_as_null=True)
        .drop_nulls("total")
        .unnest("total")
        .group_by("currency", "what")
        # Sorted, since threads add up unsorted amounts in an order of their own.
        .agg(pl.len().alias("shops"), pl.col("mid").sort().sum())
        .sort("mid", "currency", "what", descending=[True, False, False])
    )
    return tuple(
        RolledUp(currency, what, shops, mid, _amount(mid, currency, language))
        for currency, what, shops, mid in rows.iter_rows()
    )


def _amount(mid: float, currency: str | None, language: Language) -> str:
    return language.number(rounded_money(mid), Unit.MONEY, currency)


def patterns(dataset: Dataset, shops: pl.DataFrame) -> tuple[Pattern, ...]:
    """Rules that fire anew in more of *shops* of a group at once than chance explains, and rules
    that fire in more of them in a group than in the others."""
    if shops.is_empty():
        return ()
    groups = _groups(shops)
    counts = (
        pl.concat([_counts(*tables, groups) for tables in _parts(dataset, shops)])
        .group_by("group", "rule")
        .agg(pl.col("judged", "firing", "known", "new").sum())
        .sort("group", "rule")
    )
    found = [*_at_once(counts), *_more_common(counts)]
    kept = _significant(found)
    ordered = sorted(kept, key=lambda one: (one.kind != "new", one.p, one.rule, one.group))
    return tuple(ordered[:_MOST])


def lessons(
    dataset: Dataset, shops: pl.DataFrame, vocabulary: Vocabulary, language: Language
) -> tuple[Lesson, ...]:
    """In what the best of *shops* in a niche, size, region and currency surely differ from the
    others there: ratios of those a quarter with the most GMV, against those of the rest."""
    kpis = dataset.table("kpis").select("shop", "metric", "value").drop_nulls("value")
    cell = ["niche", "size", "region"]
    same = [*cell, "currency"]  # money of two currencies is neither ranked nor averaged together
    gmv = kpis.filter(pl.col("metric") == "gmv")
    ranked = (
        shops.unique("shop", keep="first", maintain_order=True)
        .select("shop", *same)
        .drop_nulls("currency")
        .lazy()
        .join(gmv.select("shop", pl.col("value").alias("gmv")), on="shop")
        .with_columns(
            pl.len().over(same).alias("of"),
            pl.col("gmv").rank("max", descending=True).over(same).alias("place"),
        )
        .filter(pl.col("of") >= LEAST_CELL)
        .select("shop", *same, (pl.col("place") <= BEST * pl.col("of")).alias("best"))
    )
    ratios = [
        metric.id for metric in vocabulary.metrics.values() if metric.denominator or metric.derived
    ]
    values = (
        kpis.filter(pl.col("metric").is_in(ratios))
        .join(ranked, on="shop")
        .with_columns(pl.col("value").rank().over("metric", *same).alias("rank"))
        .group_by("metric", *same)
        .agg(
            pl.col("best").sum().alias("best"),
            pl.len().alias("shops"),
            pl.col("rank").filter("best").sum().alias("ranks"),
            pl.col("value").filter("best").median().alias("theirs"),
            pl.col("value").filter(~pl.col("best")).median().alias("others"),
        )
        .sort("metric", *same)
        .collect(engine="in-memory")
    )
    found = []
    for row in values.iter_rows(named=True):
        p = _rank_sum_p(row["best"], row["shops"], row["ranks"])
        if p is None or row["theirs"] is None or row["others"] is None:
            continue
        metric = vocabulary.metrics[row["metric"]]
        named = [row[name] for name in cell if row[name] is not None]
        theirs, others = (
            language.number(row[name], metric.unit, row["currency"])
            for name in ("theirs", "others")
        )
        found.append(
            Lesson(
                metric.id,
                metric.title,
                ", ".join(named),
                row["best"],
                row["shops"],
                row["theirs"],
                row["others"],
                theirs,
                others,
                p,
            )
        )
    return tuple(sorted(_significant(found), key=lambda one: (one.p, one.metric))[:_MOST])


def _groups(shops: pl.DataFrame) -> pl.DataFrame:
    """`shop`, `group`: all shops, and those of each niche, region, size and tag."""
    parts = [shops.select("shop", pl.lit(_ALL).alias("group"))]
    for name in GROUPS:
        frame = shops.select("shop", pl.col(name).alias("group"))
        if name == "tags":
            frame = frame.explode("group", empty_as_null=True)
        parts.append(frame.drop_nulls())
    return pl.concat(parts).unique(maintain_order=True)


def _parts(dataset: Dataset, shops: pl.DataFrame) -> Iterator[tuple[pl.LazyFrame, pl.LazyFrame]]:
    """The outcomes and changes of *shops* in parts that have all of a shop: a file each, as there
    are some hundred rows a shop, and of shops with one id, which may be in two files, together."""
    twice = shops.filter(pl.col("shop").is_duplicated())["shop"].unique()
    again = pl.col("shop").is_in(twice.implode())
    tables = ("outcomes", "changes")
    for outcomes, changes in zip(*map(dataset.files, tables), strict=True):
        yield pl.scan_parquet(outcomes).filter(~again), pl.scan_parquet(changes).filter(~again)
    if len(twice):
        first, second = (dataset.table(name).filter(again) for name in tables)
        yield first, second


def _counts(outcomes: pl.LazyFrame, changes: pl.LazyFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """In how many shops of each group a rule was `judged` and is `firing`, how many of them are
    `known` from the run before, and in how many of these it fires anew (`new`)."""
    before = changes.select("shop", pl.lit(value=True).alias("known")).unique()
    news = (
        changes.filter((pl.col("change") == "new") & (pl.col("reason") == "shop"))
        .select("shop", "rule", pl.lit(value=True).alias("new"))
        .unique()
    )
    return (
        outcomes.group_by("shop", "rule")
        .agg(pl.col("fires", "clear").sum())
        .filter(pl.col("fires") + pl.col("clear") > 0)
        .join(before, on="shop", how="left")
        .join(news, on=["shop", "rule"], how="left")
        .join(groups.lazy(), on="shop")
        .group_by("group", "rule")
        .agg(
            pl.len().alias("judged"),
            (pl.col("fires") > 0).sum().alias("firing"),
            pl.col("known", "new").count(),
        )
        .collect(engine="in-memory")
    )


def _at_once(counts: pl.DataFrame) -> list[Pattern]:
    """Rules that many shops of a group have anew since the run before. Chance: as often as rules
    fire anew in shops at all, and at least once in them."""
    could = counts.filter(pl.col("known") > 0).select("group", "rule", "known", "new")
    of_rule = could.filter(pl.col("group") == _ALL)
    total, fresh = (int(of_rule[name].sum()) for name in ("known", "new"))
    others = {rule: (total - n, fresh - k) for _, rule, n, k in of_rule.iter_rows()}
    found = []
    for group, rule, n, k in could.iter_rows():
        pairs, new = others[rule]
        chance = (new + 1) / (pairs + 1)
        if k >= LEAST_SHOPS:
            found.append(Pattern("new", rule, group, k, n, _binomial_tail(k, n, chance)))
    return found


def _more_common(counts: pl.DataFrame) -> list[Pattern]:
    """Rules that fire in more shops of a group than in the other shops (Fisher's exact test)."""
    rows = counts.select("group", "rule", "judged", "firing")
    all_shops = {rule: (n, k) for _, rule, n, k in rows.filter(pl.col("group") == _ALL).iter_rows()}
    found = []
    for group, rule, n, k in rows.iter_rows():
        of_all, hits = all_shops[rule]
        if k >= LEAST_SHOPS and n < of_all and k / n > (hits - k) / (of_all - n):
            p = _hypergeometric_tail(k, n, hits, of_all)
            found.append(Pattern("common", rule, group, k, n, p, hits - k, of_all - n))
    return found


def _significant(found: Sequence[T]) -> list[T]:
    """Those that chance does not explain, with LEVEL of false ones among them."""
    ordered = sorted(found, key=lambda one: one.p)
    last = max(
        (rank for rank, one in enumerate(ordered, 1) if one.p <= LEVEL * rank / len(ordered)),
        default=0,
    )
    return ordered[:last]


def _binomial_tail(k: int, n: int, p: float) -> float:
    """The chance of *k* or more of *n* where each has the chance *p*."""
    if p >= 1:
        return 1.0
    return _sum(
        lambda i: _log_choose(n, i) + i * math.log(p) + (n - i) * math.log1p(-p), range(k, n + 1)
    )


def _hypergeometric_tail(k: int, n: int, hits: int, of: int) -> float:
    """The chance that *k* or more of *n* drawn ones are among the *hits* of all."""
    whole = _log_choose(of, n)
    return _sum(
        lambda i: _log_choose(hits, i) + _log_choose(of - hits, n - i) - whole,
        range(k, min(n, hits) + 1),
    )


def _sum(log_term: Callable[[int], float], places: range) -> float:
    return min(1.0, math.fsum(math.exp(log_term(i)) for i in places))


def _log_choose(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _rank_sum_p(best: int, shops: int, ranks: float) -> float | None:
    """Two-sided p of the ranks of the best (Wilcoxon, normal approximation)."""
    rest = shops - best
    if best < 2 or rest < 2:
        return None
    mean, sd = best * (shops + 1) / 2, math.sqrt(best * rest * (shops + 1) / 12)
    z = max(abs(ranks - mean) - 0.5, 0.0) / sd
    return math.erfc(z / math.sqrt(2))


@frozen
class Filter:
    """Which shops of a portfolio are shown; all where nothing is given."""

    owner: str | None = None
    tag: str | None = None
    niche: str | None = None
    region: str | None = None
    size: str | None = None

    def of(self, shops: pl.DataFrame) -> pl.DataFrame:
        """Those of *shops* that it lets through."""
        for name in ("owner", "niche", "region", "size"):
            value = getattr(self, name)
            if value is not None:
                shops = shops.filter(pl.col(name) == value)
        if self.tag is not None:
            shops = shops.filter(pl.col("tags").list.contains(self.tag))
        return shops
