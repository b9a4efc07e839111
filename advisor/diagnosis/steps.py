"""From files to judgement: gather, combine, measure, grade and judge, for one shop or many.

Shops of a block whose tables have the same columns, and that the same rules are in force for, are
worked on together: every frame has a `shop` column, and what differs in number is a column or a
value by shop. A shop's diagnosis is the same for any cut of the shops into blocks.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

import attrs
import polars as pl

from advisor.diagnosis.block import Block
from advisor.diagnosis.opening import Shop, open_shop
from advisor.diagnosis.shops import BlockDiagnosis, Diagnosis
from advisor.ingest import Counted, Gathered, ShopReadings, combine_shops
from advisor.judge import Engine, Grader, choose, failure, judge
from advisor.knowledge import Resolver, RuleSet
from advisor.metrics import (
    CountedRows,
    Windows,
    alike_shops,
    as_counted_rows,
    choose_windows,
    context_for_plugins,
    counts_for_plugins,
    derived_of,
    kpi_names,
    links_of,
    measure,
    outside_notes,
    required_metrics,
    rows_of,
    sum_up,
    told_apart,
    totals,
    with_derived,
    with_margins,
    with_over,
    with_pools,
    with_subject_windows,
)
from advisor.model import (
    Bands,
    Business,
    Note,
    Progress,
    Quantity,
    Request,
    Unit,
    Window,
    chosen,
    frozen,
    lazy_gettext,
)
from advisor.plugin import Computed, Derived, Registry

AsIf = Callable[[tuple[CountedRows, ...], Window], tuple[CountedRows, ...]]


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


def diagnose_block(
    shops: Sequence[Shop],
    resolver: Resolver,
    *,
    engine: Engine | None = None,
    as_if: AsIf | None = None,
) -> BlockDiagnosis:
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


@frozen(eq=False)
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
        asked = required_metrics(rules.rules, vocabulary, bands)
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
    windows = choose_windows(rows, tuple(shops), asked, request.today, vocabulary, counted)
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
    known = alike[0].known
    sum_up(rows, known.rules.rules, Bands(known.bands), windows, vocabulary)
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
