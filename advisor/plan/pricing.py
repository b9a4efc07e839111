"""What findings are worth: the factors of their prices, from all measured subjects of a kind."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date

import attrs
import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.judge import Graded, RuleEvaluation
from advisor.metrics import Value, days_column, metric_of
from advisor.model import (
    Better,
    CountUnit,
    Grain,
    Metric,
    MetricKind,
    Unit,
    Varies,
    Vocabulary,
    finite,
    frozen,
    number,
)
from advisor.plan.money import MARGIN, MONTH, SALES, SPEND, Factor, NoPrice, Price, Target
from advisor.stats import shrunk

LEAST_DAYS = 7  # fewer say nothing about a month
LEAST_SIBLINGS = 8  # fewer have no better half, and say nothing of a chance
LEAST_TOLD = 5  # subjects that tell how much a ratio of sums varies
FARTHEST = 1.0  # standard errors that a value is drawn towards its siblings, at most
WASTE = "nothing wasted"  # where the target of what is lost as a whole comes from
UNTOLD = 0.5  # the relative error of what one more brings where nothing tells it: ours


@frozen(eq=False)
class Standing:
    """A metric over all subjects of a kind: what is known of each, as far as its data carry it."""

    mean: pl.Series
    sd: pl.Series
    ordered: tuple[float, ...]
    better_half: float | None

    def chance(self, target: Target) -> float | None:
        """How many of the shop's own subjects are where *target* is, as a share (with one more that
        is and one that is not, after Laplace); None where there are too few."""
        if len(self.ordered) < LEAST_SIBLINGS:
            return None
        if target.above:
            there = bisect_right(self.ordered, target.value)
        else:
            there = len(self.ordered) - bisect_left(self.ordered, target.value)
        return (1 + there) / (2 + len(self.ordered))


@attrs.define(eq=False)
class Pricing:
    """Prices of findings; what all of a kind have in common is worked out once."""

    diagnosis: Diagnosis
    _standings: dict[tuple[int, str], Standing] = attrs.field(factory=dict, init=False)
    _worths: dict[tuple[int, str], tuple[pl.Series, pl.Series] | None] = attrs.field(
        factory=dict, init=False
    )
    _covered: dict[tuple[int, str], float | None] = attrs.field(factory=dict, init=False)

    def price(
        self,
        evaluation: RuleEvaluation,
        at: int,
        named: Mapping[str, Value],
        row: Mapping[str, object],
    ) -> tuple[Price | NoPrice, float | None]:
        """The price of a finding, and the chance of getting to its target.

        *at* is its row among the measured subjects, *row* what is measured of it, *named* the
        values that its rule speaks of.
        """
        because = NoPrice("there is no number to reach")
        for action in evaluation.rule.actions[:1]:
            if action.waste is not None:
                wasted = self._waste(action.waste, evaluation, row)
                return wasted, 1.0 if isinstance(wasted, Price) else None  # it can just be stopped
            for name, wanted in action.done.items():
                value = named.get(name)
                if value is None or value.value is None:
                    title = metric_of(name, self.diagnosis.vocabulary).title
                    because = NoPrice(f"{title} could not be measured")
                    continue
                standing = self.standing(evaluation.graded, value.metric)
                target = self.target(value, wanted, standing)
                if target is None:
                    because = NoPrice("the value is inside its band, or has none")
                    continue
                found = self._price(evaluation, at, value, target, row)
                if isinstance(found, Price):
                    return found, standing.chance(target)
                because = found
        return because, None

    def target(
        self, value: Value, wanted: tuple[str, ...], standing: Standing | None = None
    ) -> Target | None:
        """What *value* can reach: the near edge of its band, or what the better half of the shop's
        own subjects has on average, whichever is nearer."""
        if value.value is None:
            return None
        near = edge(value, wanted)
        if near is None and value.origin is not None:
            return None  # it is in its band
        own = standing.better_half if standing is not None else None
        if own is None:
            return near
        above = value.metric.better is Better.LOWER
        beyond = own < value.value if above else own > value.value
        nearer = near is None or (own > near.value if above else own < near.value)
        if beyond and nearer and (near is None or near.above is above):
            return Target(own, above, "what the better half of the shop's own has")
        return near

    def standing(self, graded: Graded, metric: Metric) -> Standing:
        """*metric* over all subjects that *graded* has."""
        asked = id(graded), metric.id
        if asked not in self._standings:
            self._standings[asked] = _standing(graded.frame, metric)
        return self._standings[asked]

    def _price(
        self,
        evaluation: RuleEvaluation,
        at: int,
        value: Value,
        target: Target,
        row: Mapping[str, object],
    ) -> Price | NoPrice:
        metric = value.metric
        days = self._days(metric, evaluation, row)
        if isinstance(days, NoPrice):
            return days
        kept, what = self._kept(evaluation, row)
        if kept <= 0:
            return NoPrice("each sale of it loses money before ads, so more of them gain nothing")
        worth = Factor(1.0)
        if _is_cost(metric):
            kept, what = 1.0, SPEND
        elif not _is_money(metric, self.diagnosis.vocabulary):
            brings = self._brings(evaluation.graded, metric, at)
            if isinstance(brings, NoPrice):
                return brings
            worth = brings
        standing = self.standing(evaluation.graded, metric)
        known, sd = finite(standing.mean[at]), finite(standing.sd[at])
        events = 1.0 if metric.kind is MetricKind.EXACT else finite(row.get(f"{metric.id}.d"))
        if known is None or events is None:
            return NoPrice(f"{metric.title} could not be measured")
        month = MONTH / days
        chance = math.sqrt((1 + 1 / month) / events) if events > 1 else 0.0
        return Price(
            metric=metric.id,
            value=Factor(known, sd or 0.0),
            target=target,
            volume=Factor(events * month, events * month * chance),
            worth=worth,
            kept=kept,
            what=what,
            scale=metric.scale,
        )

    def _waste(
        self, name: str, evaluation: RuleEvaluation, row: Mapping[str, object]
    ) -> Price | NoPrice:
        """The whole of a count of money, which is lost while nothing is done."""
        metric = metric_of(name, self.diagnosis.vocabulary)
        amount = finite(row.get(f"{name}.x"))
        days = self._days(metric, evaluation, row)
        if isinstance(days, NoPrice):
            return days
        if amount is None:
            return NoPrice(f"{metric.title} could not be measured")
        nothing = Target(0.0, above=True, origin=WASTE)
        month = Factor(MONTH / days)
        return Price(name, Factor(amount), nothing, month, Factor(1.0), 1.0, metric.title)

    def _days(
        self, metric: Metric, evaluation: RuleEvaluation, row: Mapping[str, object]
    ) -> float | NoPrice:
        asked = id(evaluation.graded), metric.id
        if asked not in self._covered:
            self._covered[asked] = _covered(metric, evaluation, self.diagnosis)
        days = self._covered[asked] or finite(row.get(days_column(metric.id, tuple(row))))
        if days is None or not days > 0:
            return NoPrice("the files name no period, so a month cannot be worked out")
        if days < LEAST_DAYS:
            return NoPrice(f"fewer than {LEAST_DAYS} days cannot tell a month")
        return days

    def _kept(self, evaluation: RuleEvaluation, row: Mapping[str, object]) -> tuple[float, str]:
        """The part of sales that stays, and what it is called: of the subject's own where a list
        of margins has it, else the shop's. Where that is not known all gains are told in sales:
        the margins of a few and the sales of the others are no sum."""
        margin = self.diagnosis.business.margin
        for source in self.diagnosis.vocabulary.margins.values():
            own = finite(row.get(source.share)) if source.subject == evaluation.kind else None
            if own is not None and (margin is not None or own <= 0):
                return own, MARGIN
        return (1.0, SALES) if margin is None else (margin, MARGIN)

    def _brings(self, graded: Graded, metric: Metric, at: int) -> Factor | NoPrice:
        """The money that one more unit of the numerator brings."""
        asked = id(graded), metric.id
        if asked not in self._worths:
            self._worths[asked] = _worth(graded.frame, metric, self.diagnosis.vocabulary)
        known = self._worths[asked]
        mean = None if known is None else finite(known[0][at])
        if known is None or mean is None:
            return NoPrice(_untold(metric, self.diagnosis.vocabulary))
        if mean <= 0:
            return NoPrice("nothing was sold yet, so what one more would bring is not known")
        return Factor(mean, finite(known[1][at]) or 0.0)


def arithmetic(price: Price, metric: Metric, vocabulary: Vocabulary, currency: str | None) -> str:
    """A price as a sum, in words."""

    def money(amount: float) -> str:
        return number(amount, Unit.MONEY, currency)

    if price.target.origin == WASTE:
        return f"{money(price.value.mean * price.volume.mean)} of {price.what} in 30 days"
    now, then = (number(v, metric.unit, currency) for v in (price.value.mean, price.target.value))
    gap = f"({now} - {then})" if price.target.above else f"({then} - {now})"
    parts = [gap]
    if metric.denominator:
        counts = [vocabulary.counts[name.rstrip("?")] for name in metric.denominator]
        of = " + ".join(count.title for count in counts)
        spent = counts[0].unit is CountUnit.MONEY
        many = money(price.volume.mean) if spent else f"{price.volume.mean:,.0f}"
        parts.insert(0, f"{many} {of} in 30 days")
    if metric.scale != 1:
        parts.append(f"1 / {metric.scale:g}")
    if price.worth != Factor(1.0):
        parts.append(f"{money(price.worth.mean)} that one more brings")
    if price.kept != 1:
        parts.append(f"{number(price.kept, Unit.SHARE)} margin")
    return f"{' x '.join(parts)}; {then} is {price.target.origin}"


def edge(value: Value, wanted: tuple[str, ...]) -> Target | None:
    """The edge of its band that *value* has to reach to be in the *wanted* levels."""
    at, low, high = value.value, value.edge_low, value.edge_high
    if at is not None and low is not None and at < low and "low" not in wanted:
        return Target(low, above=False, origin="the near edge of the band")
    if at is not None and high is not None and at > high and "high" not in wanted:
        return Target(high, above=True, origin="the near edge of the band")
    return None


def _standing(frame: pl.DataFrame, metric: Metric) -> Standing:
    m = metric.id
    if f"{m}.se" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Float64).alias(f"{m}.se"))
    known = _drawn(frame, metric)
    mean, sd = known[f"{m}.shrunk"], known[f"{m}.shrunk.se"]
    have = known.filter(pl.col(f"{m}.shrunk").is_not_null())
    ordered = tuple(have[f"{m}.shrunk"].sort().to_list())
    better: float | None = None
    if len(ordered) >= LEAST_SIBLINGS and f"{m}.d" in have.columns:
        middle = have[f"{m}.shrunk"].median()
        lower = metric.better is Better.LOWER
        half = pl.col(f"{m}.shrunk") <= middle if lower else pl.col(f"{m}.shrunk") >= middle
        weighed = have.filter(half).select(
            (pl.col(f"{m}.shrunk") * pl.col(f"{m}.d")).sum() / pl.col(f"{m}.d").sum()
        )
        better = None if metric.better is Better.NEITHER else finite(weighed.item())
    return Standing(mean, sd, ordered, better)


def _drawn(frame: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The columns of *metric* in *frame*, each value drawn towards its siblings by no more than its
    own error: what ails or distinguishes one of them the others do not have (limited translation:
    Efron and Morris, JASA 67, 1972)."""
    m = metric.id
    own = (pl.col(m) * pl.col(f"{m}.se")).abs()
    near = pl.col(f"{m}.shrunk").clip(pl.col(m) - FARTHEST * own, pl.col(m) + FARTHEST * own)
    rates = frame[[c for c in frame.columns if c in ("shop", m) or c.startswith(f"{m}.")]]
    return shrunk(rates, metric).with_columns(pl.coalesce(near, f"{m}.shrunk").alias(f"{m}.shrunk"))


def _worth(
    frame: pl.DataFrame, metric: Metric, vocabulary: Vocabulary
) -> tuple[pl.Series, pl.Series] | None:
    """What one unit of the numerator brings, subject by subject: mean and standard deviation."""
    money, units = f"{metric.money}.x", f"{metric.id}.x"
    if metric.money is None or not {money, units} <= set(frame.columns):
        return None
    told = [m.id for m in vocabulary.spreads(metric.money) if f"{m.id}.cv2" in frame.columns]
    events = pl.coalesce([_orders(name) for name in told]) if told else pl.lit(None, pl.Float64)
    both = pl.col(money).is_not_null() & pl.col(units).is_not_null()
    worths = frame.select(
        "shop",
        pl.when(both).then(pl.col(money).cast(pl.Float64)).alias("w.x"),
        pl.when(both).then(pl.col(units).cast(pl.Float64)).alias("w.d"),
        events.alias("w.se"),
    )
    if worths["w.se"].null_count() == worths.height:
        return _together(worths)
    worths = worths.with_columns((pl.col("w.x") / pl.col("w.d")).alias("w"))
    made = _drawn(worths, attrs.evolve(metric, id="w", kind=MetricKind.MONEY, scale=1.0))
    return made["w.shrunk"], made["w.shrunk.se"]


def _untold(metric: Metric, vocabulary: Vocabulary) -> str:
    """Why nothing is known of what one more of the numerator brings."""
    if metric.money is None:
        return f"there is no price for {metric.title}"
    counts = " or ".join(vocabulary.counts[c.rstrip("?")].title for c in metric.numerator)
    money = vocabulary.counts[metric.money].title
    return f"no file says how much {money} the {counts} bring"


def _orders(name: str) -> pl.Expr:
    """The relative error of a sum of money: how many orders there were, and of how many values."""
    events = pl.col(f"{name}.e")
    return pl.when(events > 0).then(((1 + pl.col(f"{name}.cv2")) / events).sqrt())


def _together(worths: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
    """All subjects as one, where nothing tells how many orders the money is: its error is that of
    a ratio of sums (Cochran, Sampling Techniques, 1977, 2.11)."""
    x, d = pl.col("w.x"), pl.col("w.d")
    total = worths.select(
        (x.sum() / d.sum()).alias("ratio"), d.sum().alias("units"), x.count().alias("n")
    ).row(0, named=True)
    ratio, units, n = finite(total["ratio"]), finite(total["units"]), int(total["n"])
    if ratio is None or not units:
        return None
    sd = UNTOLD * ratio
    if n >= LEAST_TOLD:
        squares = finite(worths.select(((x - ratio * d) ** 2).sum()).item()) or 0.0
        sd = math.sqrt(squares * n / (n - 1)) / units
    same = pl.Series([ratio]).new_from_index(0, worths.height)
    return same, pl.Series([sd]).new_from_index(0, worths.height)


def _is_cost(metric: Metric) -> bool:
    """Whether the numerator is money spent: a CPC."""
    return metric.varies is Varies.EVENTS and metric.unit is Unit.MONEY


def _is_money(metric: Metric, vocabulary: Vocabulary) -> bool:
    """Whether the numerator is money earned: a ROAS."""
    count = vocabulary.counts.get(metric.numerator[0].rstrip("?"))
    return count is not None and count.unit is CountUnit.MONEY


def _covered(metric: Metric, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> float | None:
    """How many days of the window the rows of *metric* cover, where they are days.

    A LIVE is on one day and an ad may run on few: what they cost in a month is what they cost in
    the window, not on each of its days.
    """
    window = diagnosis.window.current
    for rows in evaluation.graded.measured.source:
        if not all(count in rows.frame.columns for count in metric.required()):
            continue
        first = rows.frame["from"].min()
        if rows.grain is not Grain.DAY or window is None or not isinstance(first, date):
            return None
        return float((window.last - max(first, window.first)).days + 1)
    return None
