"""The whole story: gather, measure, grade, judge, plan."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import attrs
import polars as pl

from advisor.bands import Bands
from advisor.blame import strange_rules, uncomputed, with_reasons
from advisor.business import Business, Settings
from advisor.engine import Engine, choose
from advisor.errors import NothingReadable
from advisor.gather import gather
from advisor.gathered import Gathered
from advisor.grade import Grader
from advisor.hookspecs import Derived, KindInfo, Provider, ReadContext
from advisor.installed_rules import fault
from advisor.judge import Judgement, judge_apart
from advisor.knowledge import (
    Loaded,
    bands_of,
    business_of,
    check_names,
    check_plugins,
    load_rules,
    own_folders,
)
from advisor.kpis import Total, totals
from advisor.margins import with_margin
from advisor.measure import CountedRows, Measured, Wanted, measure, metric_of
from advisor.overlap import Counted, combine
from advisor.reading import Grain, Note, is_count
from advisor.registry import Registry
from advisor.rule import Rule
from advisor.tabular.mapping import OwnSources
from advisor.together import with_pools
from advisor.vocabulary import CountUnit, Varies, Vocabulary
from advisor.window import NO_WINDOW, WINDOW_DAYS, Window, before, chosen, newest
from advisor.windowed import outside_notes

Progress = Callable[[int, int, str], None]


@attrs.frozen
class Request:
    """What the user asked for. *today* is the day of the run; nothing here reads a clock."""

    paths: tuple[str, ...]
    today: date
    settings: Settings = Settings()
    config: Path | None = None
    goal: str | None = None
    size: str | None = None
    niche: str | None = None
    first: date | None = None
    last: date | None = None
    month: str | None = None
    rules: tuple[Path, ...] = ()


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
    rows = tuple(with_pools(counted_rows(counted, business.name or business.id), vocabulary))
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
    grader = Grader(vocabulary, bands, business, request.today)
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


def counted_rows(counted: Counted, shop_name: str) -> Iterable[CountedRows]:
    """The sets of counts, one for each grain. What is broken down is not a subject's whole."""
    for one in counted.sets:
        if one.breakdowns:
            continue
        grains = ((Grain.DAY, one.rows), (Grain.PERIOD, one.totals), (Grain.LIFETIME, one.lifetime))
        for grain, frame in grains:
            if frame is None or frame.height == 0:
                continue
            if not any(map(is_count, frame.columns)):
                continue  # it only says what subjects are called
            if one.subject == "shop":  # one row a shop, whatever a file calls it
                whole = frame.with_columns(
                    pl.col("shop").alias("key"), pl.lit(shop_name).alias("name")
                )
                yield CountedRows(one.subject, one.family, grain, whole)
            else:
                yield CountedRows(one.subject, one.family, grain, frame)


def window_of(rows: Sequence[CountedRows], request: Request, vocabulary: Vocabulary) -> Window:
    """The window that the user chose, else the newest full days of the shop's data.

    A table with gaps (violations, LIVEs) says nothing about where the data end, unless there is no
    other; one of states alone (stock, a rate that still holds) never does.
    """
    asked = chosen(request.first, request.last, request.month, request.today)
    if asked is not None:
        return Window(asked, before(asked))
    dense: list[date] = []
    sparse: list[date] = []
    for one in rows:
        if one.grain is Grain.DAY and not _states_alone(one, vocabulary):
            days = one.frame["to"].drop_nulls()
            full = days.filter(days < request.today).unique().sort()
            if full.len():
                last: date = full[-1]
                near = full.filter(full > last - timedelta(days=WINDOW_DAYS)).len()
                (dense if near >= WINDOW_DAYS // 2 else sparse).append(last)
    ends = dense or sparse
    return newest(ends, request.today) if ends else NO_WINDOW


def _states_alone(rows: CountedRows, vocabulary: Vocabulary) -> bool:
    counts = (vocabulary.counts[c] for c in rows.frame.columns if c in vocabulary.counts)
    return all(count.unit is CountUnit.STATE for count in counts)


def wanted(rules: Sequence[Rule], vocabulary: Vocabulary, bands: Bands) -> dict[str, Wanted]:
    """Which metrics to measure, by kind: what ranks its subjects, what rules ask, what actions are
    done by, what bands and prices depend on."""
    metrics: dict[str, set[str]] = {}
    past: dict[str, set[str]] = {}

    def want(kind: str, name: str, *, earlier: bool = False) -> None:
        if name in vocabulary.symbols:
            return
        metrics.setdefault(kind, set()).add(name)
        if earlier:
            past.setdefault(kind, set()).add(name)
        metric = metric_of(name, vocabulary)
        if metric.money is not None:
            metrics[kind].add(metric.money)
            # How much the values of orders vary says how sure the worth of one more is.
            spread = (m for m in vocabulary.spreads(metric.money) if m.varies is Varies.VALUES)
            metrics[kind].update(m.id for m in spread)
        for file in bands.files:
            for band in file.band:
                if band.metric == name:
                    of = (band.where.of.metric if band.where.of else None, band.margin_of)
                    metrics[kind].update(filter(None, of))

    for source in vocabulary.margins.values():
        want(source.subject, source.share)  # of what each leaves a price is the part that is kept
    for subject in vocabulary.subjects.values():
        for name in subject.ranked_by:
            want(subject.id, name)
    for rule in rules:
        for rung in vocabulary.ladder(rule.subject):
            for kind, tests in rule.tests_by_kind(rung).items():
                for test in tests:
                    want(kind, test.name, earlier=test.trend is not None or test.against == "past")
            for need in rule.needs:
                want(rung, need)
            for action in rule.actions:
                for name in (*action.done, *((action.waste,) if action.waste else ())):
                    want(rung, name)
    return {
        kind: Wanted(frozenset(names), frozenset(past.get(kind, ())))
        for kind, names in metrics.items()
    }


def kpi_names(business: Business, vocabulary: Vocabulary) -> list[str]:
    """The KPIs of every goal, those of the shop's goal first."""
    goals = sorted(vocabulary.goals.values(), key=lambda goal: goal.id != business.goal)
    return list(dict.fromkeys(kpi for goal in goals for kpi in goal.kpis))


def with_derived(
    measured: Mapping[str, Measured],
    derived: Sequence[Derived],
    vocabulary: Vocabulary,
    business: Business,
) -> dict[str, Measured]:
    """Joins what plugins computed to the subjects; a subject that only they know is added."""
    found = dict(measured)
    for one in derived:
        frame = one.frame
        if frame.height == 0:
            continue
        frame = frame.with_columns(shop=pl.lit(business.id))  # a plugin sees one shop at a time
        if one.subject == "shop":
            frame = frame.with_columns(pl.col("shop").alias("key"))
        names = {c for c in frame.columns if c in vocabulary.metrics or c in vocabulary.symbols}
        for name in sorted(names & vocabulary.metrics.keys()):
            if f"{name}.se" not in frame.columns:
                spread = (pl.col(f"{name}.hi") - pl.col(f"{name}.lo")) / (2 * 1.96)
                frame = frame.with_columns((spread / pl.col(name)).abs().alias(f"{name}.se"))
            if f"{name}.n" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias(f"{name}.n"))
        at = found.get(one.subject)
        if at is None:
            if "name" not in frame.columns:
                frame = frame.with_columns(pl.col("key").alias("name"))
            if "days" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias("days"))
            found[one.subject] = Measured(
                one.subject, frame.sort("shop", "key"), frozenset(names), ()
            )
            continue
        extra = frame.drop([c for c in ("name", "days") if c in frame.columns])
        extra = extra.drop(
            [c for c in extra.columns if c in at.frame.columns and c not in ("shop", "key")]
        )
        joined = at.frame.join(extra, on=["shop", "key"], how="full", coalesce=True)
        named = joined.with_columns(pl.col("name").fill_null(pl.col("key"))).sort("shop", "key")
        found[one.subject] = attrs.evolve(at, frame=named, metrics=at.metrics | names)
    return found
