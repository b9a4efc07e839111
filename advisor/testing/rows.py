"""The rows that a test writes, with every word looked up in the vocabulary."""

from collections.abc import Mapping, Sequence

import attrs

from advisor.errors import unknown
from advisor.model import Vocabulary, frozen

Derived = tuple[float, float, float, float | None]

_FIXED = ("key", "name", "before")


@frozen
class Row:
    """A subject of a test: its counts of the window and of the one *before*; *parents* by kind, as
    keys; *symbols* and *metrics* (value, low, high, events) are what a plugin would compute."""

    key: str
    name: str
    counts: Mapping[str, float] = attrs.field(factory=dict)
    before: Mapping[str, float] = attrs.field(factory=dict)
    parents: Mapping[str, str] = attrs.field(factory=dict)
    symbols: Mapping[str, str] = attrs.field(factory=dict)
    metrics: Mapping[str, Derived] = attrs.field(factory=dict)


def read_rows(
    tables: Mapping[str, Sequence[Mapping[str, object]]], vocabulary: Vocabulary
) -> tuple[dict[str, tuple[Row, ...]], list[str]]:
    """The rows by kind of subject, parents as keys; and everything that is wrong in them."""
    wrong: list[str] = []
    found: dict[str, tuple[Row, ...]] = {}
    for kind, rows in tables.items():
        if kind not in vocabulary.subjects:
            wrong.append(unknown("subject", kind, vocabulary.subjects))
            continue
        read: list[Row] = []
        for at, row in enumerate(rows):
            one, mistakes = _row(kind, row, at, vocabulary)
            wrong += [f"{kind}[{at}]: {text}" for text in mistakes]
            read.append(one)
        keys = [row.key for row in read]
        wrong += [
            f"{kind}: {key!r} is the key of two rows; give each a name or key of its own"
            for key in dict.fromkeys(keys)
            if keys.count(key) > 1
        ]
        found[kind] = tuple(read)
    keys_of = {kind: {row.name: row.key for row in rows} for kind, rows in found.items()}
    keyed = {
        kind: tuple(attrs.evolve(row, parents=_keys(row, keys_of)) for row in rows)
        for kind, rows in found.items()
    }
    return keyed, wrong


def _keys(row: Row, keys_of: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The parents by key, where a row calls them by name."""
    return {kind: keys_of.get(kind, {}).get(one, one) for kind, one in row.parents.items()}


def _row(
    kind: str, raw: Mapping[str, object], at: int, vocabulary: Vocabulary
) -> tuple[Row, list[str]]:
    wrong: list[str] = []
    counts: dict[str, float] = {}
    parents: dict[str, str] = {}
    symbols: dict[str, str] = {}
    metrics: dict[str, Derived] = {}
    for name, value in raw.items():
        if value is None or name in _FIXED:
            continue
        if name in vocabulary.subjects and isinstance(value, str):
            parents[name] = value
        elif name in vocabulary.symbols:
            known = vocabulary.symbols[name].values
            symbols[name] = str(value)
            if value not in known:
                wrong.append(f"{name}: {unknown('value', str(value), known)}")
        elif name in vocabulary.metrics and vocabulary.metrics[name].derived:
            derived = _derived(value)
            if derived is None:
                expected = "a number, or value, low and high, and how many events"
                wrong.append(f"{name}: expected {expected}; found {value!r}")
            else:
                metrics[name] = derived
        else:
            wrong += _count(name, value, counts, vocabulary)
    wrong += [
        f"{parent}: no kind above {kind}; those are {', '.join(vocabulary.ancestors(kind)[1:])}"
        for parent in parents
        if parent not in vocabulary.ancestors(kind)[1:]
    ]
    before: dict[str, float] = {}
    earlier = raw.get("before")
    if isinstance(earlier, Mapping):
        for name, value in earlier.items():
            if value is not None:
                wrong += [f"before: {m}" for m in _count(str(name), value, before, vocabulary)]
    elif earlier is not None:
        wrong.append(f"before: expected the counts of the window before, found {earlier!r}")
    name = str(raw.get("name") or raw.get("key") or f"{kind} {at + 1}")
    key = str(raw.get("key") or name)
    return Row(key, name, counts, before, parents, symbols, metrics), wrong


def _count(
    name: str, value: object, into: dict[str, float], vocabulary: Vocabulary
) -> Sequence[str]:
    if name not in vocabulary.counts:
        metric = vocabulary.metrics.get(name)
        if metric is not None:
            made = ", ".join(metric.counts())
            return [f"{name}: is computed; give the counts that it is made of: {made}"]
        known = {*vocabulary.counts, *vocabulary.symbols, *vocabulary.subjects, *_FIXED}
        return [unknown("count", name, known)]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [f"{name}: expected a number, found {value!r}"]
    into[name] = float(value)
    return []


def _derived(value: object) -> Derived | None:
    """A value that is known exactly, or value, low, high and perhaps events; None of all else."""
    parts = value if isinstance(value, list | tuple) else [value, value, value]
    if len(parts) not in (3, 4) or not all(_is_number(part) for part in parts):
        return None
    middle, low, high, *events = map(float, parts)
    return (middle, low, high, events[0] if events else None) if low <= middle <= high else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
