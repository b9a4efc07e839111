"""What findings are worth: the factors of their prices, in columns for all rules and shops.

A finding has candidates: the metrics that the first action of its rule ends by, in their order. The
first one that has a price is what the finding is worth; where none has, the last one says why.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from advisor.judge import (
    Graded,
    Grader,
    Judgement,
    Match,
    MatchedRows,
    RuleEvaluation,
    matched_rows,
    subject_id,
)
from advisor.metrics import CountedRows, Value, Windows, days_column, metric_of
from advisor.model import (
    Better,
    CountUnit,
    Grain,
    Language,
    Metric,
    MetricKind,
    Rule,
    Unit,
    Varies,
    Vocabulary,
    frozen,
)
from advisor.plan.actions import fingerprint
from advisor.plan.findings import PricedFinding
from advisor.plan.money import (
    LEAST_DAYS,
    MARGIN,
    MONTH,
    SALES,
    SPEND,
    Factor,
    NoPrice,
    Price,
    Reason,
    Target,
    TargetOrigin,
)
from advisor.plan.peers import LEAST_SIBLINGS, peers, worths
from advisor.plan.question import question
from advisor.plan.volumes import Volume, variations
from advisor.stats import UNSEEN_TRAFFIC


class Use(StrEnum):
    """What a metric is to a finding: a candidate for its price, what ends another action, what is
    lost as a whole, or what its rule asks for."""

    PRICE = "price"
    END = "end"
    WASTE = "waste"
    TEST = "test"


@frozen(eq=False)
class PricedFindings:
    """The findings of a block with their prices. *frame* has a row for each of *matches*, in their
    order; *rows* is what was measured of them. *targets* are, by place of the finding and metric,
    the numbers that end an action where there is no band."""

    matches: tuple[Match, ...]
    frame: pl.DataFrame
    rows: tuple[MatchedRows, ...]
    targets: Mapping[int, Mapping[str, Target]]
    rules: Mapping[str, Rule]
    grader: Grader

    def measured(self, index: int) -> tuple[pl.DataFrame, int]:
        """What was measured of a finding: a frame, and its row there."""
        rows = self._rows_of[id(self.matches[index].evaluation.graded)]
        return rows.frame, rows.places[self.matches[index].row]

    @cached_property
    def _rows_of(self) -> Mapping[int, MatchedRows]:
        return {id(one.graded): one for one in self.rows}

    @cached_property
    def by_shop(self) -> Mapping[str, Sequence[PricedFinding]]:
        """The findings of each shop, in their order."""
        found: dict[str, list[PricedFinding]] = {}
        for row, match in zip(self.frame.iter_rows(named=True), self.matches, strict=True):
            finding = PricedFinding(
                index=row["index"],
                rule=match.rule,
                kind=match.kind,
                subject=subject_id(match.kind, match.shop, match.key),
                p=match.p,
                price=_price(row),
                explained_by=match.explained_by,
                places=tuple(row["places"]),
                chance=row["chance"],
                stake=row["stake"],
                instead=self.rules.get(match.stronger or ""),
                question=question(match, self.grader),
                id=fingerprint(match.rule.id, match.kind, match.shop, match.key),
                key=match.key,
                name=row["name"],
            )
            found.setdefault(match.shop, []).append(finding)
        return found


def price_findings(
    judgement: Judgement, rules: Iterable[Rule], grader: Grader, windows: Windows
) -> PricedFindings:
    """All findings of a block, priced; *rules* are those that were judged."""
    vocabulary, matches = grader.vocabulary, judgement.matches
    rows = matched_rows(matches, grader)
    findings = _findings(judgement, rows)
    candidates = _Candidates(rows, grader)
    each = (
        findings.lazy()
        .select("index", "evaluation", "matched", "row", "shop")
        .join(candidates.frame.lazy(), on="evaluation")
        .join(candidates.values().lazy(), on=["group", "row"], how="left")
        .join(candidates.peers.lazy(), on=["group", "row"], how="left")
        .join(candidates.worths().lazy(), on=["group", "row"], how="left")
        .join(candidates.covered(windows).lazy(), on=["group", "shop"], how="left")
        .join(candidates.unsteady(windows).lazy(), on=["group", "row"], how="left")
        .join(candidates.bands().lazy(), on=["group", "shop"], how="left")
        .join(_margins(grader).lazy(), on="shop", how="left")
        .join(_own_margins(rows, vocabulary).lazy(), on=["matched", "row"], how="left")
        .sort("index", "place")
        .with_columns(**_target())
        .with_columns(**_factors())
        .with_columns(**_reason())
        .collect(engine="in-memory")
    )
    usable = pl.col("use").is_in([Use.PRICE, Use.WASTE])
    has_price = pl.col("reason").is_null()
    chosen = (
        each.lazy()
        .filter(usable)
        # The first that has a price, else the last.
        .sort("index", ~has_price, pl.when(has_price).then("place").otherwise(-pl.col("place")))
        .unique("index", keep="first", maintain_order=True)
        .select("index", "peers", "siblings", "reason", *PRICE)
        .collect(engine="in-memory")
    )
    gap = pl.min_horizontal(
        (pl.col("value") - pl.col("edge_low")).abs(), (pl.col("value") - pl.col("edge_high")).abs()
    )
    events = pl.when(pl.col("n") != 0).then("n").fill_null(1.0)
    stakes = (
        each.lazy()
        .filter((pl.col("use") == Use.TEST) & gap.is_not_null())
        .unique("index", keep="first", maintain_order=True)
        .select("index", (gap * events).alias("stake"))
    )
    frame = (
        findings.lazy()
        .join(chosen.drop("peers", "siblings").lazy(), on="index", how="left")
        .join(_chances(chosen, candidates.peers).lazy(), on="index", how="left")
        .join(stakes, on="index", how="left")
        .with_columns(
            # Without a candidate there is neither a price nor a reason.
            pl.when(pl.col("what").is_null() & pl.col("reason").is_null())
            .then(pl.lit(Reason.NOTHING))
            .otherwise("reason")
            .alias("reason"),
            pl.col("stake").fill_null(0.0),
        )
        .sort("index")
        .collect(engine="in-memory")
    )
    by_id = {rule.id: rule for rule in rules}
    return PricedFindings(matches, frame, rows, _targets(each), by_id, grader)


# The factors of a price; see Price.
PRICE = (
    "metric",
    "mean",
    "sd",
    "target",
    "above",
    "origin",
    "volume",
    "volume.sd",
    "worth",
    "worth.sd",
    "kept",
    "what",
    "scale",
)


def _findings(judgement: Judgement, rows: Sequence[MatchedRows]) -> pl.DataFrame:
    """A row for each match: its `index`, `evaluation`, `row` in the graded frame, place of its
    rows in *rows* (`matched`), `shop`, `key`, `name` and `places`, those subjects that hold it or
    that it belongs to."""
    matches = judgement.matches
    matched = {id(one.graded): place for place, one in enumerate(rows)}
    names = [
        one.frame["name"].to_list() if "name" in one.frame.columns else [None] * one.frame.height
        for one in rows
    ]
    around = _around(judgement)
    at = [matched[id(match.evaluation.graded)] for match in matches]
    columns = {
        "index": range(len(matches)),
        "evaluation": [match.evaluation.number for match in matches],
        "matched": at,
        "row": [match.row for match in matches],
        "shop": [match.shop for match in matches],
        "key": [match.key for match in matches],
        "name": [
            names[place][rows[place].places[match.row]] or match.key
            for place, match in zip(at, matches, strict=True)
        ],
        "places": [
            around.get(subject_id(match.kind, match.shop, match.key), []) for match in matches
        ],
    }
    numbers = dict.fromkeys(("index", "evaluation", "matched", "row"), pl.UInt32)
    texts = dict.fromkeys(("shop", "key", "name"), pl.String)
    return pl.DataFrame(columns, schema={**numbers, **texts, "places": pl.List(pl.String)})


def _around(judgement: Judgement) -> Mapping[str, list[str]]:
    """For each subject of a finding those others that hold it or that it belongs to."""
    matches = judgement.matches
    kinds = {subject_id(one.kind, one.shop, one.key): one.kind for one in matches}
    own = {m.kind: m.evaluation.graded for m in matches if m.evaluation.measured_as is None}
    found: dict[str, dict[str, None]] = {}
    for link in attrs.evolve(judgement.relations, graded=own).near(kinds):
        if not link.relation.startswith("~"):
            found.setdefault(link.source, {})[link.target] = None
    return {subject: list(around) for subject, around in found.items()}


class _Candidates:
    """The metrics that findings speak of. A group is a metric of one graded frame."""

    def __init__(self, rows: Sequence[MatchedRows], grader: Grader) -> None:
        self._rows, self._grader = rows, grader
        self._groups: dict[tuple[int, str], int] = {}
        self._peers: set[int] = set()
        self._priced: set[int] = set()
        self._asked: list[tuple[object, ...]] = []
        for place, matched in enumerate(rows):
            there = frozenset(matched.frame.columns)
            for evaluation in matched.evaluations:
                for use, name, levels in _uses(evaluation):
                    measured = f"{name}.lo" in there
                    if measured or use is not Use.TEST:
                        self._add(place, evaluation, use, name, levels, measured=measured)
        self.frame = pl.DataFrame(self._asked, schema=ASKED, orient="row")

    def _add(
        self,
        place: int,
        evaluation: RuleEvaluation,
        use: Use,
        name: str,
        levels: Sequence[str],
        *,
        measured: bool,
    ) -> None:
        vocabulary = self._grader.vocabulary
        metric = metric_of(name, vocabulary)
        group = None
        if measured or use is Use.WASTE:
            group = self._groups.setdefault((place, name), len(self._groups))
            if use in (Use.PRICE, Use.END):
                self._peers.add(group)
            if use in (Use.PRICE, Use.WASTE):
                self._priced.add(group)
        self._asked.append(
            (
                evaluation.number,
                group,
                len(self._asked),
                use,
                name,
                "low" in levels,
                "high" in levels,
                metric.better is Better.LOWER,
                metric.kind is MetricKind.EXACT,
                _is_cost(metric),
                _is_money(metric, vocabulary),
                metric.scale,
            )
        )

    @cached_property
    def _metrics(self) -> list[tuple[int, int, MatchedRows, Metric]]:
        """Number, place of the rows, rows and metric of each group."""
        vocabulary = self._grader.vocabulary
        return [
            (group, place, self._rows[place], metric_of(name, vocabulary))
            for (place, name), group in self._groups.items()
        ]

    def _of(self, chosen: Callable[[int], bool]) -> dict[int, tuple[Graded, Metric]]:
        return {n: (rows.graded, metric) for n, _, rows, metric in self._metrics if chosen(n)}

    def values(self) -> pl.DataFrame:
        """What was measured on the rows of the findings (see VALUES), by group and row."""
        parts = [_measured(group, rows, metric) for group, _, rows, metric in self._metrics]
        edges = [pl.col(end).is_null() | pl.col(end).is_nan() for end in ("edge_low", "edge_high")]
        floats = pl.col(pl.Float64)
        return (
            pl.concat([pl.DataFrame(schema=VALUES), *parts])
            .lazy()
            .with_columns(
                pl.all_horizontal(edges).alias("without_edges"),
                pl.when(floats.is_finite()).then(floats),
            )
            .collect(engine="in-memory")
        )

    def bands(self) -> pl.DataFrame:
        """Whether there is a band for a group's metric, by shop."""
        resolve, shops = self._grader.resolve, self._grader.businesses
        found = [
            (group, shop, bool(resolve(metric.id, rows.graded.measured.kind, shop).edges))
            for group, _, rows, metric in self._metrics
            if f"{metric.id}.edge.low" in rows.frame.columns
            for shop in shops
        ]
        schema = {"group": pl.UInt32, "shop": pl.String, "has_bands": pl.Boolean}
        return pl.DataFrame(found, schema=schema, orient="row")

    @cached_property
    def peers(self) -> pl.DataFrame:
        """What is known of the metrics that end an action, of all subjects."""
        return peers(self._of(self._peers.__contains__))

    def worths(self) -> pl.DataFrame:
        """What one more of the numerators brings."""
        vocabulary = self._grader.vocabulary
        money = {n for n, _, _, m in self._metrics if _is_cost(m) or _is_money(m, vocabulary)}
        return worths(self._of(lambda n: n in self._peers and n not in money), vocabulary)

    def unsteady(self, windows: Windows) -> pl.DataFrame:
        """How far the volume of a price may be off (see advisor.plan.volumes)."""
        asked = [
            Volume(group, rows, metric, of_money=_is_cost(metric) or not metric.denominator)
            for group, _, rows, metric in self._metrics
            if group in self._priced
        ]
        return variations(asked, windows)

    def covered(self, windows: Windows) -> pl.DataFrame:
        """How many days of the window the rows of a group's metric cover, by group and shop, where
        they are days.

        A LIVE is on one day and an ad may run on few: what they cost in a month is what they cost
        in the window, not on each of its days.
        """
        sources: dict[int, tuple[int, CountedRows]] = {}
        pairs: list[tuple[int, int]] = []
        for group, _, rows, metric in self._metrics:
            for source in rows.graded.measured.source:
                if all(count in source.frame.columns for count in metric.required()):
                    number, _ = sources.setdefault(id(source), (len(sources), source))
                    pairs.append((group, number))
        if not pairs:
            return pl.DataFrame(
                schema={"group": pl.UInt32, "shop": pl.String, "covered": pl.Float64}
            )
        begins = pl.concat(
            source.frame.lazy()
            .group_by("shop")
            .agg(pl.col("from").min().cast(pl.Date).alias("begins"))
            .with_columns(
                pl.lit(number, pl.UInt32).alias("source"),
                pl.lit(source.grain is Grain.DAY).alias("by_day"),
            )
            for number, source in sources.values()
        )
        first = pl.max_horizontal("begins", "first")
        days = ((pl.col("last") - first).dt.total_days() + 1).cast(pl.Float64)
        known = pl.col("by_day") & pl.col("begins").is_not_null()
        return (
            pl.LazyFrame(pairs, schema={"group": pl.UInt32, "source": pl.UInt32}, orient="row")
            .join(begins, on="source", maintain_order="left")
            .unique(["group", "shop"], keep="first", maintain_order=True)
            .join(windows.frame.lazy().select("shop", "first", "last"), on="shop", how="left")
            .select("group", "shop", pl.when(known & (days != 0)).then(days).alias("covered"))
            .collect(engine="in-memory")
        )


ASKED = {
    "evaluation": pl.UInt32,
    "group": pl.UInt32,
    "place": pl.Int64,
    "use": pl.String,
    "metric": pl.String,
    "low": pl.Boolean,
    "high": pl.Boolean,
    "lower": pl.Boolean,
    "exact": pl.Boolean,
    "cost": pl.Boolean,
    "money": pl.Boolean,
    "scale": pl.Float64,
}
VALUES = {
    "group": pl.UInt32,
    "row": pl.UInt32,
    "value": pl.Float64,
    "n": pl.Float64,
    "x": pl.Float64,
    "d": pl.Float64,
    "edge_low": pl.Float64,
    "edge_high": pl.Float64,
    "days": pl.Float64,
}


def _uses(evaluation: RuleEvaluation) -> Iterator[tuple[Use, str, Sequence[str]]]:
    """The metrics that findings of a rule speak of, and the levels that they are to reach."""
    for place, action in enumerate(evaluation.rule.actions):
        if action.waste is not None and not place:
            yield Use.WASTE, action.waste, ()
        priced = action.waste is None and not place
        for name, levels in action.done.items():
            yield Use.PRICE if priced else Use.END, name, levels
    for test in dict.fromkeys(evaluation.rule.when.own()):
        yield Use.TEST, test.name, ()


def _measured(group: int, rows: MatchedRows, metric: Metric) -> pl.DataFrame:
    """The columns of *metric* on the rows of findings (see VALUES)."""
    frame, m = rows.frame, metric.id
    there = frozenset(frame.columns)

    def column(name: str) -> pl.Series:
        if name in there:
            return frame[name].cast(pl.Float64)
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, frame.height)

    # Of columns, without a query for each metric.
    return pl.DataFrame(
        {
            "group": pl.Series([group], dtype=pl.UInt32).new_from_index(0, frame.height),
            "row": list(rows.places),
            "value": column(m),
            "n": column(f"{m}.n"),
            "x": column(f"{m}.x"),
            "d": column(f"{m}.d"),
            "edge_low": column(f"{m}.edge.low"),
            "edge_high": column(f"{m}.edge.high"),
            "days": column(days_column(m, frame.columns)),
        },
        schema=VALUES,
    )


def _margins(grader: Grader) -> pl.DataFrame:
    """The margin of each shop; null where it is not known."""
    margins = {shop: business.margin for shop, business in grader.businesses.items()}
    schema = {"shop": pl.String, "margin": pl.Float64}
    return pl.DataFrame({"shop": list(margins), "margin": list(margins.values())}, schema=schema)


def _own_margins(rows: Sequence[MatchedRows], vocabulary: Vocabulary) -> pl.DataFrame:
    """The subjects' `own` margins where a list of margins has them, and those that are a `loss`."""
    schema = {"matched": pl.UInt32, "row": pl.UInt32, "own": pl.Float64, "loss": pl.Float64}
    parts = [pl.LazyFrame(schema=schema)]
    for place, one in enumerate(rows):
        shares = [
            pl.when(pl.col(source.share).is_finite()).then(pl.col(source.share)).cast(pl.Float64)
            for source in vocabulary.margins.values()
            if source.subject == one.kind
            and source.share in one.frame.columns
            and not source.metric
        ]
        if shares:
            parts.append(
                one.frame.lazy().select(
                    pl.lit(place, pl.UInt32).alias("matched"),
                    pl.Series("row", list(one.places), dtype=pl.UInt32),
                    pl.coalesce(shares).alias("own"),
                    pl.coalesce(pl.when(share <= 0).then(share) for share in shares).alias("loss"),
                )
            )
    return pl.concat(parts).collect(engine="in-memory")


def _target() -> Mapping[str, pl.Expr]:
    """What a value can reach: the near edge of its band, or what the better half of the shop's own
    subjects has on average, whichever is nearer; null where it is in its band, or has none."""
    value, own = pl.col("value"), pl.col("better")
    under = (value < pl.col("edge_low")) & ~pl.col("low")
    over = (value > pl.col("edge_high")) & ~pl.col("high")
    near = pl.when(under).then("edge_low").when(over).then("edge_high")
    banded = pl.col("has_bands").fill_null(value=False) & ~pl.col("without_edges")
    lower = pl.col("lower")
    beyond = pl.when(lower).then(own < value).otherwise(own > value)
    nearer = pl.when(lower).then(own > near).otherwise(own < near)
    near_above = over.fill_null(value=False) & ~under.fill_null(value=False)
    same_side = pl.when(near.is_null()).then(~banded).otherwise(nearer & (near_above == lower))
    choose_own = (beyond & same_side).fill_null(value=False)
    return {
        "banded": banded,
        "target": pl.when(choose_own).then(own).otherwise(near),
        "above": pl.when(choose_own).then(lower).otherwise(near_above),
        "origin": pl.when(choose_own)
        .then(pl.lit(TargetOrigin.PEERS))
        .otherwise(pl.lit(TargetOrigin.BAND)),
    }


def _factors() -> Mapping[str, pl.Expr]:
    """The factors of each candidate's price; what is lost as a whole is all of it."""
    waste, cost = pl.col("use") == Use.WASTE, pl.col("cost")
    days = pl.coalesce("covered", "days")
    events = pl.when("exact").then(1.0).otherwise("d")
    month = MONTH / days
    unseen = (1 / events + UNSEEN_TRAFFIC**2 / days).sqrt()
    varies = pl.coalesce("volume.cv", unseen)
    chance = pl.when(events > 1).then(varies).otherwise(0.0)
    waste_cv = pl.coalesce("volume.cv", UNSEEN_TRAFFIC / days.sqrt())
    # Money x (1 - target / cost): the money is what it is, and only the target's part is unsure.
    part = (pl.col("target") / pl.col("mean")).clip(0.0, 1.0)
    sd = pl.when(cost & pl.col("above")).then(pl.col("sd") * part).otherwise("sd")
    has_margin = pl.col("margin").is_not_null()
    own = pl.when(has_margin).then("own").otherwise("loss")
    of_margin = has_margin | own.is_not_null()
    plain = waste | cost | pl.col("money")
    return {
        "month_of": days,
        "mean": pl.when(waste).then("x").otherwise("mean"),
        "sd": pl.when(waste).then(0.0).otherwise(_or(sd, 0.0)),
        "target": pl.when(waste).then(0.0).otherwise("target"),
        "above": waste | pl.col("above"),
        "origin": pl.when(waste).then(pl.lit(TargetOrigin.NOTHING)).otherwise("origin"),
        "volume": pl.when(waste).then(month).otherwise(events * month),
        "volume.sd": pl.when(waste).then(month * waste_cv).otherwise(events * month * chance),
        "brings": pl.when(plain).then(1.0).otherwise("worth"),
        "worth.sd": pl.when(plain).then(0.0).otherwise(_or(pl.col("worth.sd"), 0.0)),
        "stays": pl.coalesce(own, "margin", pl.lit(1.0)),
        "what": pl.when(waste)
        .then("metric")
        .when(cost)
        .then(pl.lit(SPEND))
        .when(of_margin)
        .then(pl.lit(MARGIN))
        .otherwise(pl.lit(SALES)),
        "scale": pl.when(waste).then(1.0).otherwise("scale"),
    }


def _reason() -> Mapping[str, pl.Expr]:
    """Why a candidate has no price; null where it has one. And what of it the shop keeps."""
    waste, cost = pl.col("use") == Use.WASTE, pl.col("cost")
    value = pl.when(waste).then(0.0).otherwise("value")  # whether it is known is asked last
    unusable = ~pl.col("month_of").is_finite() | (pl.col("month_of") <= 0)
    reasons = {
        Reason.UNMEASURED: value.is_null(),
        Reason.IN_BAND: pl.col("target").is_null(),
        Reason.NO_PERIOD: unusable.fill_null(value=True),
        Reason.FEW_DAYS: pl.col("month_of") < LEAST_DAYS,
        Reason.NO_MARGIN: ~waste & (pl.col("stays") <= 0),
        Reason.NO_WORTH: ~_finite(pl.col("brings")),
        Reason.NOTHING_SOLD: pl.col("brings") <= 0,
    }
    unknown = ~_finite(pl.col("mean")) | ~_finite(pl.col("volume"))
    chain: pl.Expr = pl.when(unknown).then(pl.lit(Reason.UNMEASURED))
    for reason, holds in reversed(reasons.items()):
        chain = pl.when(holds).then(pl.lit(reason)).otherwise(chain)
    return {
        "reason": chain,
        "kept": pl.when(waste | cost).then(1.0).otherwise("stays"),
        "worth": pl.col("brings"),
    }


def _finite(expr: pl.Expr) -> pl.Expr:
    return expr.is_finite().fill_null(value=False)


def _or(expr: pl.Expr, default: float) -> pl.Expr:
    return pl.when(_finite(expr)).then(expr).otherwise(default)


def _chances(chosen: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """How many of the shop's own subjects are where the target is, as a share (with one more that
    is and one that is not, after Laplace); null where there are too few. What is wasted can just
    be stopped."""
    priced = chosen.lazy().filter(pl.col("reason").is_null())
    asked = (
        priced.filter(pl.col("siblings") >= LEAST_SIBLINGS)
        .select("index", "peers", "siblings", "target", "above")
        .sort("target")
    )
    place = pl.int_range(1, pl.len() + 1).over("peers")
    there = (
        known.lazy()
        .join(asked.select("peers").unique(), on="peers", how="semi")
        .drop_nulls("mean")
        .sort("mean")
        .select("peers", "mean", place.alias("upto"))
    )
    counted = asked
    for name, exact in (("upto", True), ("below", False)):
        counted = counted.join_asof(
            there.rename({"upto": name}),
            left_on="target",
            right_on="mean",
            by="peers",
            allow_exact_matches=exact,
            check_sortedness=False,
            coalesce=False,
        ).drop("mean")
    upto, below = (pl.col(name).fill_null(0) for name in ("upto", "below"))
    many = pl.when("above").then(upto).otherwise(pl.col("siblings").cast(pl.Int64) - below)
    chance = (1 + many) / (2 + pl.col("siblings").cast(pl.Int64))
    stopped = priced.filter(pl.col("origin") == TargetOrigin.NOTHING).select(
        "index", pl.lit(1.0).alias("chance")
    )
    return pl.concat([stopped, counted.select("index", chance.alias("chance"))]).collect(
        engine="in-memory"
    )


def _targets(each: pl.DataFrame) -> Mapping[int, Mapping[str, Target]]:
    """The numbers that end an action where there is no band, by place of the finding and metric."""
    ends = each.filter(
        pl.col("use").is_in([Use.PRICE, Use.END])
        & ~pl.col("banded")
        & pl.col("value").is_not_null()
        & pl.col("target").is_not_null()
    )
    found: dict[int, dict[str, Target]] = {}
    for index, metric, *target in ends[
        ["index", "metric", "target", "above", "origin"]
    ].iter_rows():
        value, above, origin = target
        found.setdefault(index, {})[metric] = Target(value, above, TargetOrigin(origin))
    return found


def _price(row: Mapping[str, Any]) -> Price | NoPrice:
    """The price of a finding, from its row."""
    if row["reason"] is not None:
        return NoPrice(Reason(row["reason"]), row["metric"])
    return Price(
        metric=row["metric"],
        value=Factor(row["mean"], row["sd"]),
        target=Target(row["target"], row["above"], TargetOrigin(row["origin"])),
        volume=Factor(row["volume"], row["volume.sd"]),
        worth=Factor(row["worth"], row["worth.sd"]),
        kept=row["kept"],
        what=row["what"],
        scale=row["scale"],
    )


def arithmetic(
    price: Price,
    metric: Metric,
    vocabulary: Vocabulary,
    language: Language,
    currency: str | None,
) -> str:
    """A price as a sum, in words."""

    def money(amount: float) -> str:
        return language.number(amount, Unit.MONEY, currency)

    if price.target.origin is TargetOrigin.NOTHING:
        amount = money(price.value.mean * price.volume.mean)
        return language.gettext("{amount} of {what} in 30 days", amount=amount, what=metric.title)
    now, then = (
        language.number(v, metric.unit, currency) for v in (price.value.mean, price.target.value)
    )
    parts = [f"({now} − {then})" if price.target.above else f"({then} − {now})"]
    if metric.denominator:
        counts = [vocabulary.counts[name.rstrip("?")] for name in metric.denominator]
        of = " + ".join(count.title for count in counts)
        spent = counts[0].unit is CountUnit.MONEY
        many = money(price.volume.mean) if spent else language.integer(price.volume.mean)
        parts.insert(0, language.gettext("{amount} {count} in 30 days", amount=many, count=of))
    if metric.scale != 1:
        parts.append(f"1 / {language.number(metric.scale)}")
    if price.worth != Factor(1.0):
        parts.append(language.gettext("{amount} for each one", amount=money(price.worth.mean)))
    if price.kept != 1:
        share = language.number(price.kept, Unit.SHARE)
        parts.append(language.gettext("{share} margin", share=share))
    return language.gettext(
        "{sum}; {target} is {origin}",
        sum=" × ".join(parts),
        target=then,
        origin=price.target.origin.text(language),
    )


def edge(value: Value, wanted: tuple[str, ...]) -> Target | None:
    """The edge of its band that *value* has to reach to be in the *wanted* levels."""
    at, low, high = value.value, value.edge_low, value.edge_high
    if at is not None and low is not None and at < low and "low" not in wanted:
        return Target(low, above=False, origin=TargetOrigin.BAND)
    if at is not None and high is not None and at > high and "high" not in wanted:
        return Target(high, above=True, origin=TargetOrigin.BAND)
    return None


def _is_cost(metric: Metric) -> bool:
    """Whether the numerator is money spent: a CPC."""
    return metric.varies is Varies.EVENTS and metric.unit is Unit.MONEY


def _is_money(metric: Metric, vocabulary: Vocabulary) -> bool:
    """Whether the numerator is money earned: a ROAS."""
    count = vocabulary.counts.get(metric.numerator[0].rstrip("?"))
    return count is not None and count.unit is CountUnit.MONEY
