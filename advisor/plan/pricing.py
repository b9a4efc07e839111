"""What findings are worth: the factors of their prices, in columns for all rules and shops.

A finding has candidates: the metrics that the first action of its rule ends by, in their order. The
first one that has a price is what the finding is worth; where none has, the last one says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from advisor.judge import (
    RELATIVE,
    Grader,
    Judgement,
    Match,
    MatchedRows,
    matched_rows,
    subject_id,
    truth_column,
)
from advisor.metrics import Value, Windows, metric_of, value_of
from advisor.model import Better, Rule, finite, frozen
from advisor.plan.actions import fingerprint
from advisor.plan.candidates import Candidates, Use, margins, own_margins
from advisor.plan.factors import chances, edge, factors, reason, target
from advisor.plan.findings import PricedFinding
from advisor.plan.money import Factor, NoPrice, Price, Reason, Target, TargetOrigin
from advisor.plan.question import question

_PARTS = ("", ".lo", ".hi", ".n", ".before", ".edge.low", ".edge.high")  # columns of a Value


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

    def value(self, index: int, name: str) -> Value | None:
        """The metric *name* of the subject of a finding, without its band's origin; None where it
        was not measured."""
        frame, place = self.measured(index)
        if f"{name}.lo" not in frame.columns:
            return None
        parts = [c for c in (f"{name}{end}" for end in _PARTS) if c in frame.columns]
        metric = metric_of(name, self.grader.vocabulary)
        return value_of(metric, frame[parts].row(place, named=True))

    def target(self, index: int, value: Value, levels: tuple[str, ...]) -> Target | None:
        """Where the *value* of a finding has to get to be in *levels*; without a band, what the
        better half of the shop's own has, or what the rule holds it against; where it is there,
        what it was before it got worse. None where nothing tells."""
        targets = self.targets.get(index, {})
        return (
            edge(value, levels)
            or targets.get(value.metric.id)
            or self._compared(index, value, levels)
            or _back(value)
        )

    def _compared(self, index: int, value: Value, levels: tuple[str, ...]) -> Target | None:
        """Where *value* is clear of the nearest of what the rule's own conditions hold it against:
        all have to hold, so one that does not ends the finding."""
        frame, place = self.measured(index)
        now = value.value
        if now is None:
            return None
        ends: list[tuple[float | None, float | None, TargetOrigin]] = []
        for test in self.matches[index].rule.when.own():
            if test.name == value.metric.id and not test.asks_past():
                ends.append((test.at_most, test.at_least, TargetOrigin.LIMIT))
                column = f"{truth_column(test)}.centre"
                usual = finite(frame[column][place]) if column in frame.columns else None
                if usual is not None:
                    low, high = (usual * share for share in RELATIVE)
                    ends.append((low, high, TargetOrigin.OTHERS))
        found = [
            Target(at, above, origin)
            for low, high, origin in ends
            for at, above in ((low, False), (high, True))
            if at is not None and (now > at if above else now < at)
        ]
        wanted = [one for one in found if ("high" if one.above else "low") not in levels]
        return min(wanted, key=lambda one: abs(one.value - now), default=None)

    @cached_property
    def _rows_of(self) -> Mapping[int, MatchedRows]:
        return {id(one.graded): one for one in self.rows}

    @cached_property
    def by_shop(self) -> Mapping[str, Sequence[PricedFinding]]:
        """The findings of each shop, in their order."""
        findings: dict[str, list[PricedFinding]] = {}
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
            findings.setdefault(match.shop, []).append(finding)
        return findings


def _back(value: Value) -> Target | None:
    now, before, better = value.value, value.before, value.metric.better
    if now is None or before is None or better is Better.NEITHER:
        return None
    above = better is Better.LOWER
    if not (before < now if above else before > now):
        return None
    return Target(before, above, TargetOrigin.BEFORE)


def price_findings(
    judgement: Judgement, rules: Iterable[Rule], grader: Grader, windows: Windows
) -> PricedFindings:
    """All findings of a block, priced; *rules* are those that were judged."""
    vocabulary, matches = grader.vocabulary, judgement.matches
    rows = matched_rows(matches, grader)
    findings = _findings(judgement, rows)
    candidates = Candidates(rows, grader)
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
        .join(margins(grader).lazy(), on="shop", how="left")
        .join(own_margins(rows, vocabulary).lazy(), on=["matched", "row"], how="left")
        .sort("index", "place")
        .with_columns(**target())
        .with_columns(**factors())
        .with_columns(**reason())
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
        .join(chances(chosen, candidates.peers).lazy(), on="index", how="left")
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
    neighbors: dict[str, dict[str, None]] = {}
    for link in attrs.evolve(judgement.relations, graded=own).near(kinds):
        if not link.relation.startswith("~"):
            neighbors.setdefault(link.source, {})[link.target] = None
    return {subject: list(around) for subject, around in neighbors.items()}


def _targets(each: pl.DataFrame) -> Mapping[int, Mapping[str, Target]]:
    """The numbers that end an action where there is no band, by place of the finding and metric."""
    ends = each.filter(
        pl.col("use").is_in([Use.PRICE, Use.END])
        & ~pl.col("banded")
        & pl.col("value").is_not_null()
        & pl.col("target").is_not_null()
    )
    targets: dict[int, dict[str, Target]] = {}
    columns = ["index", "metric", "target", "above", "origin"]
    for index, metric, value, above, origin in ends[columns].iter_rows():
        targets.setdefault(index, {})[metric] = Target(value, above, TargetOrigin(origin))
    return targets


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
