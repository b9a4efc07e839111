"""The metrics that findings speak of: their values, bands, peers and days, in columns."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property

import polars as pl

from advisor.judge import Graded, Grader, MatchedRows, RuleEvaluation
from advisor.metrics import OWN_DAYS, CountedRows, Windows, days_column, metric_of
from advisor.model import (
    Better,
    CountUnit,
    Grain,
    Metric,
    MetricKind,
    Unit,
    Varies,
    Vocabulary,
)
from advisor.plan.peers import peers, worths
from advisor.plan.volumes import Volume, variations

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
    "own_days": pl.Float64,
}


class Use(StrEnum):
    """What a metric is to a finding: a candidate for its price, what ends another action, what is
    lost as a whole, or what its rule asks for."""

    PRICE = "price"
    END = "end"
    WASTE = "waste"
    TEST = "test"


class Candidates:
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
        resolved = [
            (group, shop, bool(resolve(metric.id, rows.graded.measured.kind, shop).edges))
            for group, _, rows, metric in self._metrics
            if f"{metric.id}.edge.low" in rows.frame.columns
            for shop in shops
        ]
        schema = {"group": pl.UInt32, "shop": pl.String, "has_bands": pl.Boolean}
        return pl.DataFrame(resolved, schema=schema, orient="row")

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
            # Of a total it is the shop's window that counts.
            "own_days": column(OWN_DAYS if metric.kind is not MetricKind.EXACT else ""),
        },
        schema=VALUES,
    )


def margins(grader: Grader) -> pl.DataFrame:
    """The margin of each shop; null where it is not known."""
    margins = {shop: business.margin for shop, business in grader.businesses.items()}
    schema = {"shop": pl.String, "margin": pl.Float64}
    return pl.DataFrame({"shop": list(margins), "margin": list(margins.values())}, schema=schema)


def own_margins(rows: Sequence[MatchedRows], vocabulary: Vocabulary) -> pl.DataFrame:
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


def _is_cost(metric: Metric) -> bool:
    """Whether the numerator is money spent: a CPC."""
    return metric.varies is Varies.EVENTS and metric.unit is Unit.MONEY


def _is_money(metric: Metric, vocabulary: Vocabulary) -> bool:
    """Whether the numerator is money earned: a ROAS."""
    count = vocabulary.counts.get(metric.numerator[0].rstrip("?"))
    return count is not None and count.unit is CountUnit.MONEY
