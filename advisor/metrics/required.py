"""Which metrics a run needs, by kind of subject."""

from collections.abc import Sequence

from advisor.model import (
    Bands,
    CountUnit,
    Metric,
    MetricKind,
    Rule,
    Unit,
    Varies,
    Vocabulary,
    frozen,
)


@frozen
class RequiredMetrics:
    """Which metrics are needed of a kind; *before* also in the window before, *daily* also of each
    of the last *days*."""

    metrics: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    daily: frozenset[str] = frozenset()
    days: float = 0


_PER = "/"  # between the money, what it is paid for, and what it is the sum of


def money_each(metric: Metric, vocabulary: Vocabulary) -> tuple[Metric, ...]:
    """The money that one unit of the numerator of *metric* brings, over the same days as *metric*
    itself: once for each count of payments that the money may be the sum of."""
    if metric.money is None:
        return ()
    spreads = sorted(
        vocabulary.spreads(metric.money), key=lambda one: one.varies is not Varies.VALUES
    )
    counted = "+".join(metric.numerator)
    payments = dict.fromkeys(one.events or "" for one in spreads) or {"": None}
    declared = {
        one.events: one.id
        for one in spreads
        if one.varies is Varies.VALUES and one.denominator == metric.numerator == (one.events,)
    }
    if declared:  # the value of a payment does not vary with how many there are
        return tuple(vocabulary.metrics[name] for name in declared.values())
    names = (_PER.join((metric.money, counted, events)) for events in payments)
    return tuple(metric_of(name, vocabulary) for name in names)


def _money_per(money: str, counted: str, events: str) -> Metric:
    numerator = tuple(counted.split("+"))
    return Metric(
        id=_PER.join((money, counted, events)),
        title=money,
        kind=MetricKind.MONEY,
        unit=Unit.MONEY,
        numerator=(money,),
        denominator=numerator,
        definition="",
        events=events or None,
        varies=Varies.VALUES if numerator == (events,) else Varies.BOTH,
    )


def metric_of(name: str, vocabulary: Vocabulary) -> Metric:
    """The metric called *name*; a count is an exact metric of itself."""
    metric = vocabulary.metrics.get(name)
    if metric is not None:
        return metric
    if _PER in name:
        return _money_per(*name.split(_PER))
    count = vocabulary.counts[name]
    units = {CountUnit.MONEY: Unit.MONEY, CountUnit.SECONDS: Unit.SECONDS}
    return Metric(
        id=name,
        title=count.title,
        kind=MetricKind.EXACT,
        unit=units.get(count.unit, Unit.NUMBER),
        numerator=(name,),
        definition=count.definition,
    )


def possible(ask: RequiredMetrics, kind: str, vocabulary: Vocabulary) -> RequiredMetrics:
    """Only metrics that mean something for subjects of *kind*."""

    def means(name: str) -> bool:
        kinds = metric_of(name, vocabulary).subjects
        return not kinds or kind in kinds

    metrics, past, daily = (
        frozenset(filter(means, names)) for names in (ask.metrics, ask.before, ask.daily)
    )
    return RequiredMetrics(metrics, past, daily, ask.days)


def required_metrics(
    rules: Sequence[Rule], vocabulary: Vocabulary, bands: Bands
) -> dict[str, RequiredMetrics]:
    """Which metrics to measure, by kind: what ranks its subjects, what rules ask, what actions are
    done by, what bands and prices depend on."""
    metrics: dict[str, set[str]] = {}
    past: dict[str, set[str]] = {}
    daily: dict[str, set[str]] = {}
    days: dict[str, float] = {}
    files = bands.of_all()

    def want(kind: str, name: str, *, earlier: bool = False, priced: bool = False) -> None:
        if name in vocabulary.symbols:
            return
        metrics.setdefault(kind, set()).add(name)
        if earlier:
            past.setdefault(kind, set()).add(name)
        metric = metric_of(name, vocabulary)
        if priced:
            metrics[kind].update(one.id for one in money_each(metric, vocabulary))
        for file in files:
            for band in file.band:
                if band.metric == name:
                    of = (band.where.of.metric if band.where.of else None, band.margin_of)
                    metrics[kind].update(filter(None, of))

    for source in vocabulary.margins.values():
        # Of what each leaves of a price is the part that is kept.
        want(source.subject, source.metric or source.share)
    for subject in vocabulary.subjects.values():
        for name in subject.ranked_by:
            want(subject.id, name)
    for rule in rules:
        fell = any(test.asks_past() for test in rule.own_tests())
        for rung in vocabulary.ancestors(rule.subject):
            for kind, tests in rule.tests_by_kind(rung).items():
                for test in tests:
                    want(kind, test.name, earlier=test.asks_past())
                    if test.days is not None:
                        daily.setdefault(kind, set()).add(test.name)
                        days[kind] = max(test.days, days.get(kind, 0))
            for need in rule.needs:
                want(rung, need)
            for related in (*rule.when.related, *rule.unless.related):
                if related.of is not None:
                    want(related.kind, related.of)
            for action in rule.actions:
                for name in action.done:  # what fell is done when it is back where it was
                    want(rung, name, earlier=fell, priced=True)
                if action.waste:
                    want(rung, action.waste)
    return {
        kind: RequiredMetrics(
            frozenset(metrics[kind]),
            frozenset(past.get(kind, ())),
            frozenset(daily.get(kind, ())),
            days.get(kind, 0),
        )
        for kind in metrics
    }
