"""Shops that were worked on together, and what is known of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from advisor.diagnosis.opening import Shop
from advisor.ingest import Counted
from advisor.judge import (
    Engine,
    Grader,
    Judgement,
    KpiValue,
    Outcome,
    SmallestProblems,
    UnsureSubject,
    kpi_values,
    open_shares,
    outcome_counts,
    smallest_problems,
    unsure_subjects,
)
from advisor.knowledge import REGION_UNKNOWN, RuleSet, ShopKnowledge
from advisor.metrics import (
    Compared,
    CountedRows,
    DailyTotals,
    Lineage,
    Measured,
    ShopSlices,
    Total,
    Windows,
    alone_with,
    daily_totals,
    kpi_names,
    rank_subjects,
    reconcile,
)
from advisor.model import Business, Note, Vocabulary, frozen
from advisor.plan import (
    Experience,
    PricedFinding,
    PricedFindings,
    ShopPlan,
    plan_shop,
    price_findings,
)
from advisor.plugin import KindInfo, Provider


@frozen(eq=False)
class Block:
    """Shops that were worked on together, and all that is known of them.

    *businesses*, *totals* and *notes* are by shop; every frame has a `shop` column. *links* are
    pairs of keys by relation: `shop`, `from`, `to`.
    """

    shops: Mapping[str, Shop]
    businesses: Mapping[str, Business]
    vocabulary: Vocabulary
    grader: Grader
    counted: Counted
    rows: tuple[CountedRows, ...]
    windows: Windows
    own_windows: Windows
    measured: Mapping[str, Measured]
    links: Mapping[str, pl.DataFrame]
    totals: Mapping[str, Mapping[str, Total]]
    rules: RuleSet
    judgement: Judgement
    engine: Engine
    providers: tuple[Provider, ...]
    notes: Mapping[str, tuple[Note, ...]]
    _names: dict[str, Mapping[tuple[str, str], str]] = attrs.field(factory=dict, init=False)
    _alone: dict[str, Mapping[str, list[Mapping[str, Any]]]] = attrs.field(factory=dict, init=False)

    @cached_property
    def findings(self) -> PricedFindings:
        """What fired, with what it is worth."""
        return price_findings(self.judgement, self.rules.rules, self.grader, self.windows)

    @cached_property
    def plans(self) -> Mapping[str, ShopPlan]:
        """The plan of each shop."""
        return {id_: self.plan_of(id_) for id_ in self.shops}

    @cached_property
    def decided(self) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """How many subjects of a kind each rule could tell of, by shop."""
        return self.judgement.decided()

    def plan_of(self, id_: str, experience: Experience | None = None) -> ShopPlan:
        """The plan of one shop; *experience* is what former actions teach it."""
        shop = self.shops[id_]
        return plan_shop(
            [_in_language(one, shop.known) for one in self.findings.by_shop.get(id_, ())],
            shop.known.request.settings.mute,
            shop.known.request.today,
            self.measured,
            shop.known.vocabulary,
            self.businesses[id_].goal,
            self.decided.get(id_, {}),
            shop.known.language,
            experience,
        )

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """How often each rule ended how in each shop (see OUTCOMES)."""
        inactive = [
            (rule, Outcome.MISSING if REGION_UNKNOWN in reason else Outcome.NOT_APPLICABLE)
            for rule, reason in self.rules.inactive
        ]
        return outcome_counts(self.judgement, tuple(self.shops), self.rules.rules, inactive)

    @cached_property
    def open_shares(self) -> Mapping[str, Mapping[tuple[str, str], float]]:
        """How much of the money that a rule may call wasted it could not tell of, by shop."""
        return open_shares(self.judgement)

    @cached_property
    def kpi_values(self) -> Mapping[str, Mapping[str, KpiValue]]:
        """The KPIs of each shop."""
        names = kpi_names(None, self.vocabulary)
        return kpi_values(names, self.totals, self.measured, self.grader)

    @cached_property
    def smallest(self) -> SmallestProblems:
        """The smallest problems that rules would have found which were seen to be clear."""
        seen = self.outcomes.lazy().filter(pl.col("seen") > 0).select("rule", "kind").unique()
        wanted = {*seen.collect(engine="in-memory").iter_rows()}
        return smallest_problems(self.judgement, wanted, self.grader)

    @cached_property
    def unsure(self) -> Mapping[str, list[UnsureSubject]]:
        """The subjects of each shop on which a rule may yet fire."""
        return unsure_subjects(self.judgement, self.grader)

    @cached_property
    def compared(self) -> Mapping[str, tuple[Compared, ...]]:
        """Totals of several sources side by side, by shop."""
        return reconcile(self.rows, self.windows, self.vocabulary)

    @cached_property
    def ranked(self) -> pl.DataFrame:
        """The subjects of each shop that surely differ from the others of their kind."""
        return rank_subjects(self.measured, self.vocabulary)

    @cached_property
    def lineage(self) -> Lineage:
        """Where the values of the findings come from."""
        keys: dict[int, set[str]] = {}
        for match in self.judgement.matches:
            keys.setdefault(id(match.evaluation.graded.measured), set()).add(match.key)
        return Lineage(keys, self.own_windows, self.counted.files)

    @cached_property
    def daily(self) -> DailyTotals:
        """The daily totals of each shop, over all the days that its files have."""
        today = next(iter(self.shops.values())).known.request.today
        return daily_totals(self.rows, self.windows, self.vocabulary, today)

    def of_one_subject(self, name: str) -> Mapping[str, list[Mapping[str, Any]]]:
        """By shop, for each kind of which only one subject has the metric *name*, its row."""
        if name not in self._alone:
            self._alone[name] = alone_with(name, self.measured)
        return self._alone[name]

    def name_of(self, kind: str, shop: str, key: str) -> str:
        """What files call a subject."""
        if kind not in self._names:
            one = self.measured.get(kind)
            named = [] if one is None else one.frame["shop", "key", "name"].iter_rows()
            self._names[kind] = {(shop, key): name for shop, key, name in named if name is not None}
        return self._names[kind].get((shop, key), key)

    @cached_property
    def exports(self) -> Mapping[str, KindInfo]:
        """Every kind of file that somebody reads, by its id."""
        return {id_: info for one in self.providers for id_, info in one.kinds.items()}

    @cached_property
    def slices(self) -> ShopSlices:
        """The frames by shop."""
        return ShopSlices(tuple(self.shops), self.rows, self.measured)


def _in_language(finding: PricedFinding, known: ShopKnowledge) -> PricedFinding:
    """*finding* with its rules in the language of the report."""
    rule = known.in_language(finding.rule)
    instead = None if finding.instead is None else known.in_language(finding.instead)
    if rule is finding.rule and instead is finding.instead:
        return finding
    return attrs.evolve(finding, rule=rule, instead=instead)
