"""The whole story: gather, measure, grade, judge, plan."""

from collections.abc import Callable, Mapping
from functools import cached_property

import attrs
import polars as pl

from advisor.errors import NothingReadable
from advisor.ingest import Counted, Gathered, combine, gather
from advisor.judge import Engine, Grader, Judgement, choose, failure, judge_apart
from advisor.knowledge import (
    Loaded,
    bands_of,
    check_names,
    check_plugins,
    fault,
    load_rules,
    own_folders,
)
from advisor.metrics import (
    CountedRows,
    Measured,
    Total,
    as_counted_rows,
    kpi_names,
    measure,
    outside_notes,
    totals,
    wanted,
    window_of,
    with_derived,
    with_margin,
    with_pools,
)
from advisor.model import Business, Note, Progress, Request, Vocabulary, Window, business_of
from advisor.plugin import (
    KindInfo,
    Provider,
    ReadContext,
    Registry,
    strange_rules,
    uncomputed,
    with_reasons,
)
from advisor.tabular import OwnSources


@attrs.frozen(eq=False)
class Diagnosis:
    """Everything a report or an explanation may want to know of one shop."""

    request: Request
    business: Business
    vocabulary: Vocabulary
    grader: Grader
    gathered: Gathered
    counted: Counted
    rows: tuple[CountedRows, ...]
    window: Window
    measured: Mapping[str, Measured]
    links: Mapping[str, pl.DataFrame]  # pairs of keys by relation: shop, from, to
    totals: Mapping[str, Total]
    loaded: Loaded
    judgement: Judgement
    engine: Engine
    providers: tuple[Provider, ...]
    notes: tuple[Note, ...]

    @cached_property
    def exports(self) -> tuple[KindInfo, ...]:
        """Every kind of file that somebody reads."""
        return tuple(info for provider in self.providers for info in provider.kinds.values())


def diagnose(
    request: Request,
    registry: Registry,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Diagnosis:
    """Diagnoses one shop. Raises AdvisorError for what the user can mend."""
    engine = engine or choose()  # it starts while files are read
    gathered = gather_shop(request, registry, progress=progress)
    return diagnose_gathered(gathered, request, registry, engine=engine)


def gather_shop(
    request: Request, registry: Registry, *, progress: Progress | None = None
) -> Gathered:
    """Reads the files of one shop, whose profile is checked first."""
    where = request.config.name if request.config else "command line"
    registry.time_limit = request.settings.plugins.time_limit
    with with_reasons(registry):
        check_names(request.settings, registry.vocabulary(), where=where)
    check_plugins(request.settings, registry)
    business = business_of(
        request.settings, size=request.size, niche=request.niche, goal=request.goal
    )
    context = ReadContext(request.today, business.currency, business.region)
    providers = registry.reading_providers()
    if request.settings.source:
        providers.append(OwnSources(request.settings.source, registry.vocabulary()))
    try:
        gathered = gather(request.paths, providers, context, progress=progress)
    except NothingReadable as error:
        if registry.problems:  # a plugin that failed may be the one that reads these files
            problems = "".join(f"\n  {note.text}" for note in registry.problems)
            raise NothingReadable(
                f"{error.message.rstrip()}{problems}\n", hint=error.hint
            ) from None
        raise
    finally:
        if registry.trace is not None:
            registry.trace.tell_sums()
    registry.faults += gathered.faults
    return gathered


def diagnose_gathered(
    gathered: Gathered,
    request: Request,
    registry: Registry,
    *,
    engine: Engine | None = None,
    loaded: Loaded | None = None,
    as_if: Callable[[tuple[CountedRows, ...], Window], tuple[CountedRows, ...]] | None = None,
) -> Diagnosis:
    """Diagnoses readings that are there already; by the rules of *loaded*, or all that apply.
    *as_if* makes the counts other ones, to see what would be."""
    vocabulary = registry.vocabulary()
    business = business_of(
        request.settings, size=request.size, niche=request.niche, goal=request.goal
    )
    counted = combine(gathered.readings, vocabulary, shop=business.id, currency=business.currency)
    business = attrs.evolve(business, currency=business.currency or counted.currency)
    rows = tuple(with_pools(as_counted_rows(counted, business.name or business.id), vocabulary))
    window = window_of(rows, request, vocabulary)
    if as_if is not None:
        rows = as_if(rows, window)
    business, of_margin = with_margin(business, rows, window, vocabulary)
    base = request.config.parent if request.config else None
    folders = (*own_folders(request.settings, base), *request.rules)
    bands = bands_of(request.settings, registry, folders)
    loaded = loaded or load_rules(
        registry,
        request.settings,
        business,
        request.today,
        folders=request.rules,
        base=base,
    )
    grader = Grader(vocabulary, bands, {business.id: business}, request.today)
    measured = measure(rows, wanted(loaded.rules, vocabulary, bands), window, vocabulary)
    context = ReadContext(request.today, business.currency, business.region, window.current)
    derived = registry.derived(gathered.readings, context)
    measured = with_derived(measured, derived, vocabulary, business)
    acting = engine or choose()
    links = {
        relation: frame.with_columns(shop=pl.lit(business.id))
        for relation, frame in counted.links.items()
    }
    strange = strange_rules(loaded.rules, registry)
    judgement = judge_apart(
        loaded.rules,
        measured,
        links,
        grader,
        acting,
        strange=strange,
        lost=uncomputed(registry, derived),
    )
    failed = tuple(
        fault(registry, f"rule {rule} could not be judged: {why} ({strange[rule]})")
        for rule, why in judgement.failed.items()
    )
    died = failure(acting)
    if died:
        failed += (fault(registry, died),)
    return Diagnosis(
        request=request,
        business=business,
        vocabulary=vocabulary,
        grader=grader,
        gathered=gathered,
        counted=counted,
        rows=rows,
        window=window,
        measured=measured,
        links=links,
        totals=totals(kpi_names(business, vocabulary), rows, window, vocabulary),
        loaded=loaded,
        judgement=judgement,
        engine=acting,
        providers=tuple(registry.providers()),
        notes=(
            *gathered.notes,
            *counted.notes,
            *outside_notes(((r.frame, r.grain) for r in rows), window, counted.files),
            *loaded.notes,
            *of_margin,
            *registry.ordered_bands(request.settings.plugins.allow)[1],
            *registry.template_notes(request.settings.plugins.allow),
            *failed,
            *registry.problems,
        ),
    )
