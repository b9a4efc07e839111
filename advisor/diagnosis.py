"""From files to judgement: gather, combine, measure, grade and judge, for one shop or many.

Shops of a block whose tables have the same columns, and that the same rules are in force for, are
worked on together: every frame has a `shop` column, and what differs in number is a column or a
value by shop. A shop's diagnosis is the same for any cut of the shops into blocks.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import polars as pl
from polars.exceptions import PanicException

from advisor.errors import NothingReadable
from advisor.ingest import (
    SIDE_BY_SIDE,
    Counted,
    Gathered,
    ShopFiles,
    ShopReadings,
    combine_shops,
    gather_shops,
)
from advisor.judge import (
    Engine,
    Grader,
    Judgement,
    KpiValue,
    Outcome,
    UnsureSubject,
    choose,
    failure,
    judge,
    kpi_values,
    kpis_frame,
    open_shares,
    outcome_counts,
    unsure_subjects,
)
from advisor.knowledge import REGION_UNKNOWN, Resolver, RuleSet, ShopKnowledge, check_profile
from advisor.metrics import (
    Compared,
    CountedRows,
    DailyTotals,
    Lineage,
    Measured,
    ShopSlices,
    SubjectChange,
    Total,
    Windows,
    alike_shops,
    alone_with,
    as_counted_rows,
    choose_windows,
    context_for_plugins,
    counts_for_plugins,
    daily_totals,
    derived_of,
    kpi_names,
    links_of,
    measure,
    outside_notes,
    rank_subjects,
    reconcile,
    rows_of,
    told_apart,
    totals,
    wanted,
    with_derived,
    with_margins,
    with_over,
    with_pools,
    with_subject_windows,
)
from advisor.model import (
    Bands,
    Business,
    Language,
    Note,
    Progress,
    Quantity,
    Request,
    Rule,
    Unit,
    Vocabulary,
    Window,
    chosen,
    lazy_gettext,
)
from advisor.plan import (
    Experience,
    PricedFinding,
    PricedFindings,
    ShopPlan,
    actions_frame,
    findings_frame,
    plan_shop,
    price_findings,
)
from advisor.plugin import Computed, Derived, Failure, KindInfo, Provider, ReadContext, Registry
from advisor.tabular import OwnSources

AsIf = Callable[[tuple[CountedRows, ...], Window], tuple[CountedRows, ...]]


@attrs.frozen(eq=False)
class Shop:
    """A shop whose files were read, on its way through a block; *changes* are what was done to its
    subjects, which are judged by the days after it."""

    known: ShopKnowledge
    gathered: Gathered
    changes: tuple[SubjectChange, ...] = ()

    @property
    def id(self) -> str:
        return self.known.business.id


@attrs.frozen(eq=False)
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
    def slices(self) -> "ShopSlices":
        """The frames by shop."""
        return ShopSlices(tuple(self.shops), self.rows, self.measured)

    @cached_property
    def judgements(self) -> Mapping[str, Judgement]:
        """The judgement by shop."""
        # Also of one alone: what is summed later lies in memory as it does where there are more.
        return self.judgement.by_shop({id_: self.slices.measured(id_) for id_ in self.shops})


def _in_language(finding: PricedFinding, known: ShopKnowledge) -> PricedFinding:
    """*finding* with its rules in the language of the report."""
    rule = known.in_language(finding.rule)
    instead = None if finding.instead is None else known.in_language(finding.instead)
    if rule is finding.rule and instead is finding.instead:
        return finding
    return attrs.evolve(finding, rule=rule, instead=instead)


@attrs.frozen(eq=False)
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
        return self.block.shops[self.id].known.said

    def said(self, rule: Rule) -> Rule:
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

    @property
    def rows(self) -> tuple[CountedRows, ...]:
        return self.block.slices.rows(self.id)

    @property
    def measured(self) -> Mapping[str, Measured]:
        return self.block.slices.measured(self.id)

    @property
    def judgement(self) -> Judgement:
        return self.block.judgements[self.id]

    def name_of(self, kind: str, key: str) -> str:
        """What files call one of its subjects."""
        return self.block.name_of(kind, self.id, key)


@attrs.frozen(eq=False)
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


def diagnose(
    request: Request,
    registry: Registry,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Diagnosis:
    """Diagnoses one shop. Raises AdvisorError for what the user can mend."""
    engine = engine or choose()  # it starts while files are read
    resolver = Resolver(registry)
    shop = open_shop(request, resolver, progress=progress)
    return diagnose_block([shop], resolver, engine=engine).shops[0]


def diagnose_gathered(
    gathered: Gathered,
    request: Request,
    registry: Registry,
    *,
    engine: Engine | None = None,
    loaded: RuleSet | None = None,
    as_if: AsIf | None = None,
) -> Diagnosis:
    """Diagnoses readings that are there already; by the rules of *loaded*, or all that apply.
    *as_if* makes the counts other ones, to see what would be."""
    resolver = Resolver(registry)
    shop = Shop(resolver.resolve(request, rules=loaded), gathered)
    return diagnose_block([shop], resolver, engine=engine, as_if=as_if).shops[0]


def open_shop(request: Request, resolver: Resolver, *, progress: Progress | None = None) -> Shop:
    """Resolves one shop and reads its files. Raises AdvisorError for what the user can mend."""
    gathered = gather_shop(request, resolver.registry, progress=progress)
    return Shop(resolver.resolve(request), gathered)


def open_shops(
    requests: Iterable[Request | Failure], resolver: Resolver
) -> Iterator[Shop | Failure]:
    """Resolves shops and reads their files, of small ones side by side. A shop that cannot be
    opened costs none of the others; a failure is handed on."""
    begun: deque[Request | Failure] = deque()

    def asked() -> Iterator[Request | Failure]:
        for request in requests:
            begun.append(request)
            yield request

    for gathered in _gather(asked(), resolver.registry):
        request = begun.popleft()
        if isinstance(request, Failure):
            yield request
            continue
        if isinstance(gathered, Failure):
            yield gathered
            continue
        try:
            shop = Shop(resolver.resolve(request), gathered)
        except FAILURES as error:
            yield Failure(error)
        else:
            yield shop


# A panic inside polars is not an Exception, and it is one shop's numbers that made it.
FAILURES = (Exception, PanicException)


def gather_shop(
    request: Request, registry: Registry, *, progress: Progress | None = None
) -> Gathered:
    """Reads the files of one shop, whose profile is checked first."""
    (gathered,) = _gather([request], registry, progress)
    if isinstance(gathered, Failure):
        raise gathered.error
    return gathered


def _gather(
    requests: Iterable[Request | Failure], registry: Registry, progress: Progress | None = None
) -> Iterator[Gathered | Failure]:
    files = (
        one if isinstance(one, Failure) else _shop_files(one, registry, progress)
        for one in requests
    )
    # What a shop took is told of each.
    most = SIDE_BY_SIDE if registry.trace is None else 1
    for gathered in gather_shops(files, most):
        if registry.trace is not None:
            registry.trace.tell_sums()
        if isinstance(gathered, Failure):
            yield _with_problems(gathered, registry)
        else:
            registry.faults += gathered.faults
            yield gathered


def _shop_files(
    request: Request, registry: Registry, progress: Progress | None
) -> ShopFiles | Failure:
    settings = request.settings
    shop = settings.shop
    context = ReadContext(
        request.today, shop.currency, shop.region, settings.orders.channels, shop.timezone
    )
    try:
        check_profile(request, registry)
        providers = registry.reading_providers()
        if settings.source:
            own = OwnSources(settings.source, registry.vocabulary())
            providers.append(registry.checked("advisor.toml", own))
    except FAILURES as error:
        return Failure(error)
    return ShopFiles(request.paths, providers, context, progress)


def _with_problems(failure: Failure, registry: Registry) -> Failure:
    """*failure*, where nothing could be read with the problems of plugins: one that failed may be
    the one that reads these files."""
    error = failure.error
    if not isinstance(error, NothingReadable) or not registry.problems:
        return failure
    problems = "".join(f"\n  {note.text}" for note in registry.problems)
    return Failure(NothingReadable(f"{error.message.rstrip()}{problems}\n", hint=error.hint))


def diagnose_block(
    shops: Sequence[Shop],
    resolver: Resolver,
    *,
    engine: Engine | None = None,
    as_if: AsIf | None = None,
) -> "BlockDiagnosis":
    """The diagnosis of each of *shops*, whose ids differ, in their order."""
    acting = engine or choose()
    programs: dict[Hashable, list[Shop]] = {}
    for shop in shops:
        programs.setdefault(_program(shop), []).append(shop)
    blocks = [
        part.judged(resolver, acting)
        for alike in programs.values()
        for part in _counted_parts(alike, resolver, as_if)
    ]
    return BlockDiagnosis(tuple(shop.id for shop in shops), tuple(blocks))


def _program(shop: Shop) -> Hashable:
    """What decides the expressions that are worked out, beside numbers: the rules in force, the
    days that are asked for, and the columns of the shop's tables."""
    known, request = shop.known, shop.known.request
    columns: dict[Hashable, set[str]] = {}
    for reading in shop.gathered.readings:
        for table in reading.tables:
            if table.frame.height:
                held = [c for c in table.frame.columns if not _blank(table.frame, c)]
                by = tuple(c for c in held if c.startswith("by."))
                columns.setdefault((table.subject, table.family, table.grain, by), set()).update(
                    held
                )
    shape = frozenset((place, frozenset(of)) for place, of in columns.items())
    asked = (request.first, request.last, request.month, request.today)
    return (id(known.rules), asked, shape)


def _blank(frame: pl.DataFrame, column: str) -> bool:
    return column.startswith("by.") and frame[column].null_count() == frame.height


@attrs.frozen(eq=False)
class _Part:
    """Shops with the same tables and columns, combined. *derived* is what plugins computed of
    them, *computed* the same of all shops, with what failed."""

    shops: Mapping[str, Shop]
    businesses: Mapping[str, Business]
    counted: Counted
    rows: tuple[CountedRows, ...]
    windows: Windows
    derived: tuple[Derived, ...]
    computed: Computed
    notes: Mapping[str, tuple[Note, ...]]

    def judged(self, resolver: Resolver, engine: Engine) -> Block:
        """Measures and judges all shops together."""
        vocabulary, registry = resolver.vocabulary, resolver.registry
        first = next(iter(self.shops.values())).known
        rules, today = first.rules, first.request.today
        own = {id_: shop.known.own for id_, shop in self.shops.items() if shop.known.own}
        bands = Bands(first.bands, own)
        asked = wanted(rules.rules, vocabulary, bands)
        changes = [one for shop in self.shops.values() for one in shop.changes]
        own_windows = self.windows
        if not first.request.asks_for_a_period:
            own_windows = with_subject_windows(self.windows, self.rows, asked, changes, vocabulary)
        measured = measure(self.rows, asked, own_windows, vocabulary)
        measured = told_apart(with_derived(measured, self.derived, vocabulary))
        measured, not_running = with_over(measured, self.rows, self.windows, vocabulary)
        links = links_of(self.counted.links, tuple(self.shops))
        lost = registry.uncomputed(self.computed, next(iter(self.shops)))
        grader = Grader(vocabulary, bands, self.businesses, today)
        judgement = judge(rules.rules, measured, links, grader, engine, lost=lost)
        died = failure(engine)
        failed = [registry.fault(died, "rules")] if died else []
        return Block(
            shops=self.shops,
            businesses=self.businesses,
            vocabulary=vocabulary,
            grader=grader,
            counted=self.counted,
            rows=self.rows,
            windows=self.windows,
            own_windows=own_windows,
            measured=measured,
            links=links,
            totals=totals(kpi_names(None, vocabulary), self.rows, self.windows, vocabulary),
            rules=rules,
            judgement=judgement,
            engine=engine,
            providers=tuple(registry.providers()),
            notes={
                id_: (
                    *shop.gathered.notes,
                    *self.notes.get(id_, ()),
                    *not_running.get(id_, ()),
                    *rules.notes,
                    *shop.known.notes,
                    *(registry.fault(line) for line in self.computed.lines(id_)),
                    *failed,
                    *registry.problems,
                )
                for id_, shop in self.shops.items()
            },
        )


def _counted_parts(
    alike: Sequence[Shop], resolver: Resolver, as_if: AsIf | None
) -> Iterator[_Part]:
    """Shops of one program combined, in parts that have rows of the same tables in the window and
    the one before, and derived columns of the same names."""
    vocabulary, request = resolver.vocabulary, alike[0].known.request
    shops = {shop.id: shop for shop in alike}
    counted = combine_shops(
        [
            ShopReadings(shop.id, shop.gathered.readings, shop.known.business.currency)
            for shop in alike
        ],
        vocabulary,
    )
    businesses = {
        shop.id: attrs.evolve(
            shop.known.business,
            currency=shop.known.business.currency or counted.currencies[shop.id],
        )
        for shop in alike
    }
    names = {id_: business.name or id_ for id_, business in businesses.items()}
    rows = tuple(with_pools(as_counted_rows(counted, names, vocabulary), vocabulary))
    asked = chosen(request.first, request.last, request.month, request.today)
    windows = choose_windows(rows, tuple(shops), asked, request.today, vocabulary)
    if as_if is not None:
        rows = as_if(rows, windows.of(alike[0].id))
    businesses = _with_rates(businesses, alike, windows)
    businesses, of_margin = with_margins(businesses, rows, windows, vocabulary)
    outside = outside_notes(
        (
            (one.frame, one.grain, [one.held(windows), one.within(windows, earlier=True)])
            for one in rows
        ),
        windows,
        counted.files,
    )
    notes = {
        id_: (
            *counted.remarks[id_],
            *outside.get(id_, ()),
            *((of_margin[id_],) if id_ in of_margin else ()),
            *_rate_notes(businesses[id_]),
        )
        for id_ in shops
    }
    counts = counts_for_plugins(
        rows,
        windows,
        vocabulary,
        sets=counted.sets,
        links=counted.links,
        readings={shop.id: shop.gathered.readings for shop in alike},
    )
    context = context_for_plugins(request.today, businesses.values(), windows)
    computed = resolver.registry.derived(counts, context)
    for ids in alike_shops(tuple(shops), rows, windows, counted.links, computed):
        part = rows_of(ids, len(shops), rows)
        yield _Part(
            {id_: shops[id_] for id_ in ids},
            {id_: businesses[id_] for id_ in ids},
            counted,
            part,
            Windows({id_: windows.of(id_) for id_ in ids}) if len(ids) < len(shops) else windows,
            tuple(derived_of(computed.derived, ids, len(shops))),
            computed,
            notes,
        )


def _with_rates(
    businesses: Mapping[str, Business], alike: Sequence[Shop], windows: Windows
) -> dict[str, Business]:
    """*businesses* with the average currency rate of the year their window ends in, where they
    state none."""
    rated: dict[str, Business] = {}
    for shop in alike:
        current = windows.of(shop.id).current
        day = current.last if current is not None else shop.known.request.today
        rated[shop.id] = Bands(shop.known.bands).with_rate(businesses[shop.id], day)
    return rated


def _rate_notes(business: Business) -> tuple[Note, ...]:
    if not business.rate_within or not business.usd_rate:
        return ()
    said = lazy_gettext(
        "targets in US dollars are converted at {rate} for $1 ({source}); a result that would "
        "change if the rate were {off} higher or lower counts as not sure. Set usd_rate in [shop] "
        "of advisor.toml to use your own",
        rate=Quantity(1 / business.usd_rate, Unit.MONEY, business.currency),
        source=business.rate_origin or "",
        off=Quantity(business.rate_within, Unit.SHARE),
    )
    return (Note("currency-rate", said),)
