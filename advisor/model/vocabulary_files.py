"""vocabulary.toml of each plugin, and one vocabulary of them all."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import attrs

from advisor.errors import Mistakes, unknown
from advisor.model.compiled_form import compiled, remember_parts
from advisor.model.record import frozen
from advisor.model.toml import parse_toml, structure
from advisor.model.vocabulary import (
    Better,
    Change,
    Count,
    CountUnit,
    Course,
    Funnel,
    Goal,
    Identity,
    Lever,
    MarginSource,
    Metric,
    MetricKind,
    Niche,
    Reconcile,
    Relation,
    Role,
    SubjectKind,
    Symbol,
    Vocabulary,
)


@frozen
class VocabularyFile:
    """One plugin's vocabulary.toml."""

    subject: tuple[SubjectKind, ...] = ()
    relation: tuple[Relation, ...] = ()
    count: tuple[Count, ...] = ()
    metric: tuple[Metric, ...] = ()
    symbol: tuple[Symbol, ...] = ()
    identity: tuple[Identity, ...] = ()
    lever: tuple[Lever, ...] = ()
    role: tuple[Role, ...] = ()
    goal: tuple[Goal, ...] = ()
    niche: tuple[Niche, ...] = ()
    reconcile: tuple[Reconcile, ...] = ()
    margin: tuple[MarginSource, ...] = ()
    change: tuple[Change, ...] = ()
    course: tuple[Course, ...] = ()
    funnel: tuple[Funnel, ...] = ()


def vocabulary_file(text: str, *, where: str) -> VocabularyFile:
    """Reads a vocabulary; raises Mistakes with everything that is wrong in it."""
    file = compiled(
        "vocabulary",
        (text,),
        lambda: structure(parse_toml(text, where=where), VocabularyFile, where=where),
    )
    remember_parts(file, (text,))
    return file


def merge(files: Iterable[tuple[str, VocabularyFile]]) -> Vocabulary:
    """One vocabulary of many plugins' files; raises Mistakes on clashes and unknown names.

    Two plugins may say the same thing in the same words (equal values); anything else with one id
    names both owners.
    """
    files = tuple(files)
    owners: dict[tuple[str, str], str] = {}
    mistakes: list[str] = []
    parts: dict[str, dict[str, Any]] = {f.name: {} for f in attrs.fields(VocabularyFile)}
    for owner, file in files:
        for section, known in parts.items():
            for item in getattr(file, section):
                first = known.get(item.id)
                if first is not None and first != item:
                    also = owners[section, item.id]
                    mistakes.append(f"{section} {item.id!r} is declared by {also} and by {owner}")
                    continue
                known[item.id] = item
                owners.setdefault((section, item.id), owner)
    vocabulary = Vocabulary(
        subjects=parts["subject"],
        relations=parts["relation"],
        counts=parts["count"],
        metrics=parts["metric"],
        symbols=parts["symbol"],
        identities=parts["identity"],
        levers=parts["lever"],
        goals=parts["goal"],
        niches=parts["niche"],
        reconciles=parts["reconcile"],
        margins=parts["margin"],
        changes=parts["change"],
        courses=parts["course"],
        funnels=parts["funnel"],
        roles=parts["role"],
    )
    mistakes += _dangling(vocabulary)
    if mistakes:
        raise Mistakes(mistakes, where="vocabulary")
    remember_parts(vocabulary, (file for _, file in files))
    return vocabulary


def _dangling(v: Vocabulary) -> list[str]:
    found: list[str] = []

    def check(what: str, names: Iterable[str | None], known: Mapping[str, object], of: str) -> None:
        for name in names:
            if name is not None and name not in known:
                found.append(f"{of}: {unknown(what, name, known)}")

    for kind in v.subjects.values():
        of = f"subject {kind.id}"
        check("subject", (kind.parent, kind.pools), v.subjects, of)
        check("metric", kind.ranked_by, v.metrics, of)
        check("count", (*kind.delivers, *((kind.runs,) if kind.runs else ())), v.counts, of)
        ranking = (v.metrics[name] for name in kind.ranked_by if name in v.metrics)
        found += [
            f"{of}: {metric.id} ranks nothing: it is no rate, or neither way is better"
            for metric in ranking
            if metric.kind is MetricKind.EXACT or metric.better is Better.NEITHER
        ]
    for relation in v.relations.values():
        check("subject", (relation.from_, relation.to), v.subjects, f"relation {relation.id}")
    for metric in v.metrics.values():
        of = f"metric {metric.id}"
        check("count", metric.counts(), v.counts, of)
        check("count", (metric.money,), v.counts, of)
        check("subject", metric.subjects, v.subjects, of)
        check("goal", metric.goals, v.goals, of)
        if (metric.kind is MetricKind.EXACT) != (not metric.denominator):
            found.append(f"{of}: an exact metric, and no other, has no denominator")
        if metric.kind is MetricKind.MONEY and metric.events is None:
            found.append(f"{of}: a money-ratio names the count of its events")
        if metric.id in v.counts and metric.numerator != (metric.id,):
            found.append(f"{of}: a count has the same id and means something else")
    for identity in v.identities.values():
        names = (identity.left, *identity.times, *identity.over)
        check("metric", names, v.metrics, f"identity {identity.id}")
    for one in v.reconciles.values():
        of = f"reconcile {one.id}"
        for side in (one.total, *one.parts):
            check("subject", side.subject, v.subjects, of)
            check("count", (side.count,), v.counts, of)
            count = v.counts.get(side.count)
            if count is not None and count.unit in (CountUnit.PEOPLE, CountUnit.STATE):
                found.append(f"{of}: {count.id} cannot be added up")
    for change in v.changes.values():
        of = f"change {change.id}"
        check("subject", (change.subject,), v.subjects, of)
        if change.total is not None:
            check("subject", change.total.subject, v.subjects, of)
            check("count", (change.total.count,), v.counts, of)
        chains = [part.stages for part in change.part] or [change.stages]
        for stages in chains:
            check("count", stages, v.counts, of)
            if len(stages) + change.mix != len(change.steps):
                found.append(f"{of}: {len(stages)} stages and {len(change.steps)} steps do not fit")
    for source in v.margins.values():
        check("subject", (source.subject,), v.subjects, f"margin {source.id}")
        check("metric", [source.metric] if source.metric else (), v.metrics, f"margin {source.id}")
        counts = () if source.metric else (source.share, source.sales)
        check("count", counts, v.counts, f"margin {source.id}")
    for course in v.courses.values():
        of = f"course {course.id}"
        check("subject", (course.subject,), v.subjects, of)
        check("count", (course.count, course.stated), v.counts, of)
        check("metric", (course.growth, *course.beside), v.metrics, of)
    for funnel in v.funnels.values():
        check("subject", funnel.subject, v.subjects, f"funnel {funnel.id}")
        check("count", funnel.counts, v.counts, f"funnel {funnel.id}")
    for goal in v.goals.values():
        check("metric", goal.kpis, v.metrics, f"goal {goal.id}")
    return [*found, *_wrong_levers(v)]


def _wrong_levers(v: Vocabulary) -> list[str]:
    found: list[str] = []
    before: dict[str, set[str]] = {}
    for lever in v.levers.values():
        of = f"lever {lever.id}"
        found += [
            f"{of}: {unknown('direction', name, lever.directions)}"
            for name in (*lever.spends, *lever.events)
            if name not in lever.directions
        ]
        found += [
            f"{of}: {unknown('count', name, v.counts)}"
            for names in lever.events.values()
            for name in names
            if name not in v.counts
        ]
        found += [
            f"{of}: {unknown('count or metric', name, (*v.counts, *v.metrics))}"
            for name in lever.levels
            if name not in v.counts and name not in v.metrics
        ]
        for name in lever.before:
            later, _, direction = name.rstrip("?").partition("/")
            if later not in v.levers:
                if name.endswith("?"):
                    continue
                found.append(f"{of}: {unknown('lever', later, v.levers)}")
            elif direction and direction not in v.levers[later].directions:
                mistake = unknown("direction", direction, v.levers[later].directions)
                found.append(f"{of}: {later}: {mistake}")
            else:
                before.setdefault(later, set()).add(lever.id)
        for pair in lever.opposed:
            # The usual pair stands for levers that have both; else it means nothing.
            if pair != ("raise", "lower"):
                found += [
                    f"{of}: {unknown('direction', one, lever.directions)}"
                    for one in pair
                    if one not in lever.directions
                ]
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        found.append(f"levers wait for each other: {' -> '.join(error.args[1])}")
    return found
