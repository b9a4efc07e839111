"""A vocabulary without what leans on words that are lost with a plugin that failed.

What can do without a lost word is kept and forgets it: a goal loses a KPI, a kind of subject its
parent. What cannot is taken out, and then what leans on that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import attrs

from advisor.model import Goal, Lever, Metric, SubjectKind, VocabularyFile

Files = Sequence[tuple[str, VocabularyFile]]
Missing = Callable[[str, Iterable[str | None]], list[str]]
Out = list[tuple[str, str, str]]  # the plugin, its word, and the lost one that it needs


def prune(
    files: Files, lost: Callable[[str], bool]
) -> tuple[list[tuple[str, VocabularyFile]], Out]:
    """*files* as far as they stand without the words that nobody brings and that are *lost*, and
    what was taken out. Words that are unknown and not lost stay, for they are mistakes."""
    kept = list(files)
    out: Out = []
    gone: set[str] = set()
    while True:
        known = {
            part.name: {item.id for _, file in kept for item in getattr(file, part.name)}
            for part in attrs.fields(VocabularyFile)
        }

        missing = partial(_missing, known, lambda word: word in gone or lost(word))
        before = len(out)
        pruned = [(owner, _file(owner, file, missing, out)) for owner, file in kept]
        gone.update(word for _, word, _ in out[before:])
        if pruned == kept:
            return kept, out
        kept = pruned


def _missing(
    known: Mapping[str, AbstractSet[str]],
    lost: Callable[[str], bool],
    part: str,
    names: Iterable[str | None],
) -> list[str]:
    """Those of *names* that are in no file's *part* and are lost."""
    each = (name for name in names if name is not None and name not in known[part])
    return [name for name in each if lost(name)]


def _file(owner: str, file: VocabularyFile, missing: Missing, out: Out) -> VocabularyFile:
    parts: dict[str, tuple[Any, ...]] = {}
    for part in attrs.fields(VocabularyFile):
        items = []
        for item in getattr(file, part.name):
            fitted = _fitted(item, missing)
            needs = [name for kind, names in _needs(fitted) for name in missing(kind, names)]
            if needs:
                out.append((owner, item.id, needs[0]))
            else:
                items.append(fitted)
        parts[part.name] = tuple(items)
    return attrs.evolve(file, **parts)


def _fitted(item: Any, missing: Missing) -> Any:
    """*item* without the lost words that it can do without."""

    def there(part: str, names: Iterable[str]) -> tuple[str, ...]:
        names = tuple(names)
        lacks: AbstractSet[str] = set(missing(part, names))
        return tuple(name for name in names if name not in lacks)

    if isinstance(item, SubjectKind):
        above = (None if missing("subject", [name]) else name for name in (item.parent, item.pools))
        parent, pools = above
        ranked = there("metric", item.ranked_by)
        return attrs.evolve(item, parent=parent, pools=pools, ranked_by=ranked)
    if isinstance(item, Metric):
        optional = {name for name in item.numerator + item.denominator if name.endswith("?")}
        lacks = {name for name in optional if missing("count", [name.rstrip("?")])}
        return attrs.evolve(
            item,
            numerator=tuple(name for name in item.numerator if name not in lacks),
            denominator=tuple(name for name in item.denominator if name not in lacks),
            money=None if missing("count", [item.money]) else item.money,
            # Without any it would be a metric of every kind.
            subjects=there("subject", item.subjects) or item.subjects,
            goals=there("goal", item.goals),
        )
    if isinstance(item, Goal):
        return attrs.evolve(item, kpis=there("metric", item.kpis))
    if isinstance(item, Lever):
        lacks = {name for name in item.before if missing("lever", [_lever(name)])}
        return attrs.evolve(item, before=tuple(n for n in item.before if n not in lacks))
    return item


def _lever(name: str) -> str:
    return name.rstrip("?").partition("/")[0]


def _needs(item: Any) -> Iterable[tuple[str, Sequence[str | None]]]:
    """The names without which *item* is nothing, with the part of a vocabulary they are of."""
    found: Mapping[str, Callable[[Any], Iterable[tuple[str, Sequence[str | None]]]]] = {
        "Relation": lambda one: [("subject", (one.from_, one.to))],
        "Metric": lambda one: [("count", one.counts()), ("subject", one.subjects)],
        "Identity": lambda one: [("metric", (one.left, *one.times, *one.over))],
        "Reconcile": lambda one: [need for side in (one.total, *one.parts) for need in _side(side)],
        "MarginSource": lambda one: [
            ("subject", (one.subject,)),
            ("count", (one.share, one.sales)),
        ],
        "Change": lambda one: [
            ("subject", (one.subject,)),
            ("count", [stage for p in (one, *one.part) for stage in p.stages]),
            *(_side(one.total) if one.total is not None else ()),
        ],
        "Course": lambda one: [
            ("subject", (one.subject,)),
            ("count", (one.count, one.stated)),
            ("metric", (one.growth, *one.beside)),
        ],
    }
    needs = found.get(type(item).__name__)
    return needs(item) if needs else ()


def _side(side: Any) -> list[tuple[str, Sequence[str | None]]]:
    return [("subject", side.subject), ("count", (side.count,))]
