"""What was found, shop by shop and over all shops, without a document of any."""

from collections.abc import Mapping
from functools import cached_property

import attrs
import polars as pl

from advisor.diagnosis.block import Block
from advisor.ingest import Gathered
from advisor.judge import Engine, Grader, Judgement, KpiValue, kpis_frame
from advisor.knowledge import RuleSet
from advisor.metrics import CountedRows, Measured, ShopFrames, kpi_names
from advisor.model import (
    Business,
    Language,
    Note,
    Period,
    Request,
    Rule,
    Vocabulary,
    Window,
    frozen,
)
from advisor.plan import Experience, ShopPlan, actions_frame, findings_frame


@frozen(eq=False)
class Diagnosis:
    """One shop of a *block*: everything that a report or an explanation may want to know of it."""

    block: Block
    id: str
    experience: Experience | None = None  # what former actions teach the plan

    @property
    def request(self) -> Request:
        return self.block.shops[self.id].known.request

    @property
    def business(self) -> Business:
        return self.block.businesses[self.id]

    @property
    def language(self) -> Language:
        """The language of its report."""
        return self.block.shops[self.id].known.language

    @property
    def vocabulary(self) -> Vocabulary:
        """The words, in the language of the report."""
        return self.block.shops[self.id].known.vocabulary

    @property
    def rules(self) -> RuleSet:
        """The rules, in the language of the report."""
        return self.block.shops[self.id].known.translated

    def in_language(self, rule: Rule) -> Rule:
        """*rule* in the language of the report."""
        return self.block.shops[self.id].known.in_language(rule)

    @property
    def engine(self) -> Engine:
        return self.block.engine

    @property
    def gathered(self) -> Gathered:
        return self.block.shops[self.id].gathered

    @property
    def window(self) -> Window:
        return self.block.windows.of(self.id)

    @property
    def period(self) -> Period | None:
        """Its window; without a daily file the newest period that a file states."""
        if self.window.current is not None:
            return self.window.current
        stated = [one.period for one in self.gathered.readings if one.period is not None]
        return max(stated, key=lambda period: (period.last, period.first), default=None)

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.block.notes[self.id]

    @cached_property
    def grader(self) -> Grader:
        """The bands that hold for this shop."""
        return self.block.grader.of_shop(self.id)

    @cached_property
    def plan(self) -> ShopPlan:
        """What to do, in one order."""
        if self.experience:
            return self.block.plan_of(self.id, self.experience)
        return self.block.plans[self.id]

    @property
    def kpis(self) -> Mapping[str, KpiValue]:
        """Its KPIs, those of its goal first."""
        own = self.block.kpi_values[self.id]
        names = kpi_names(self.business.goal, self.vocabulary)
        return {name: own[name] for name in names if name in own}

    @cached_property
    def _frames(self) -> ShopFrames:
        return self.block.slices.of(self.id)

    @property
    def rows(self) -> tuple[CountedRows, ...]:
        return self._frames.rows

    @property
    def measured(self) -> Mapping[str, Measured]:
        return self._frames.measured

    @cached_property
    def judgement(self) -> Judgement:
        """What its rules came to."""
        # Also of one alone: what is summed later lies in memory as it does where there are more.
        return self.block.judgement.of_shop(self.id, self.measured)

    def name_of(self, kind: str, key: str) -> str:
        """What files call one of its subjects."""
        return self.block.name_of(kind, self.id, key)


@frozen(eq=False)
class BlockDiagnosis:
    """What a run over several shops found, without a document of any of them.

    Its frames have a `shop` column, and the rows of each shop are the same whichever other shops
    there are. *findings* and *actions* are the plans (columns: advisor.plan.FINDINGS and ACTIONS),
    *kpis* the numbers of whole shops (advisor.judge.KPIS) and *outcomes* how often each rule ended
    how (advisor.judge.OUTCOMES). Shops stand in the order of *ids*.
    """

    ids: tuple[str, ...]
    blocks: tuple[Block, ...]
    experience: Mapping[str, Experience] = attrs.field(factory=dict)  # of former actions, by shop

    @cached_property
    def shops(self) -> tuple[Diagnosis, ...]:
        """The diagnosis of each shop, for its document or an explanation."""
        found = {id_: block for block in self.blocks for id_ in block.shops}
        return tuple(Diagnosis(found[id_], id_, self.experience.get(id_)) for id_ in self.ids)

    @cached_property
    def findings(self) -> pl.DataFrame:
        """A row for each finding, in the order of its shop's plan."""
        return findings_frame(self._plans, self._currencies)

    @cached_property
    def actions(self) -> pl.DataFrame:
        """A row for each action, in the order of its shop's plan."""
        return actions_frame(self._plans, self._currencies)

    @cached_property
    def kpis(self) -> pl.DataFrame:
        """A row for each KPI, those of the shop's goal first."""
        return kpis_frame({one.id: one.kpis for one in self.shops})

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """A row for each rule and kind of subject."""
        order = pl.col("shop").replace_strict(list(self.ids), range(len(self.ids)))
        return pl.concat([block.outcomes for block in self.blocks]).sort(order, maintain_order=True)

    @property
    def _plans(self) -> Mapping[str, ShopPlan]:
        return {one.id: one.plan for one in self.shops}

    @property
    def _currencies(self) -> Mapping[str, str | None]:
        return {one.id: one.business.currency for one in self.shops}
