"""Loading kinds of files from a package's `kinds/*.toml`, and telling all that is wrong in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import attrs

from advisor.errors import Mistakes, unknown
from advisor.model import Container, compiled, parse_toml, structure
from advisor.tabular.headers import whole_pattern
from advisor.tabular.kind import CellRule, Kind, Role

_LOOKS_AWAY = re.compile(r"\(\?<?!")


def kind_of(text: str, *, where: str) -> Kind:
    """One kind; raises Mistakes with everything that is wrong in it."""
    kind = structure(parse_toml(text, where=where), Kind, where=where)
    mistakes = list(lint(kind))
    if mistakes:
        raise Mistakes(mistakes, where=where)
    return kind


def load_kinds(package: str, *, platform: str = "") -> tuple[Kind, ...]:
    """Every kind of a package, in the order of the files' names; those that do not say so are of
    *platform*. Raises Mistakes over all files."""
    return read_kinds(files(package) / "kinds", where=package, platform=platform)


def read_kinds(folder: Traversable, *, where: str, platform: str = "") -> tuple[Kind, ...]:
    """Every `*.toml` of a folder as a kind, of *platform* where it does not say so itself; raises
    Mistakes over all files."""
    listed = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = {
        file.name: file.read_text(encoding="utf-8")
        for file in listed
        if file.name.endswith(".toml")
    }
    sources = [platform, *(part for pair in texts.items() for part in pair)]
    return compiled("kinds", sources, lambda: _kinds_of(texts, where, platform))


def _kinds_of(texts: Mapping[str, str], where: str, platform: str) -> tuple[Kind, ...]:
    kinds: dict[str, Kind] = {}
    mistakes: list[str] = []
    for name, text in texts.items():
        try:
            kind = kind_of(text, where=name)
        except Mistakes as error:
            mistakes += [f"{name}: {line}" for line in error.mistakes]
            continue
        if kind.id in kinds:
            mistakes.append(f"{name}: the kind {kind.id!r} exists already")
        kinds[kind.id] = kind
    if mistakes:
        raise Mistakes(mistakes, where=where)
    return tuple(
        attrs.evolve(kind, platform=kind.platform or ("" if kind.template else platform))
        for kind in kinds.values()
    )


def lint(kind: Kind) -> Iterator[str]:
    """Everything a kind says that cannot be meant."""
    columns = kind.columns
    counts = {spec.count for spec in columns.values() if spec.count}

    def need(place: str, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name not in columns:
                yield f"{place}: {unknown('column', name, columns)}"

    yield from need("requires", kind.requires)
    yield from need("forbids", kind.forbids)
    yield from need("unique", kind.unique)
    if not kind.requires:
        yield "requires: at least one column must tell the kind from others"
    if not kind.subject:
        yield "subject: at least one is needed"
    for number, subject in enumerate(kind.subject, start=1):
        at = f"subject {number}"
        yield from need(f"{at}.key", subject.key)
        yield from need(f"{at}.name", (subject.name,) if subject.name else ())
        yield from need(f"{at}.only", subject.only)
        for parent, key in subject.parents.items():
            yield from need(f"{at}.parents.{parent}", key)
    for relation, column in kind.links.items():
        yield from need(f"links.{relation}", (column,))
    for name, spec in columns.items():
        at = f"columns.{name}"
        if not any(spec.headers.values()):
            yield f"{at}.headers: at least one name is needed"
        if spec.count is None and spec.role is None and spec.check is None:
            yield f"{at}: it is neither a count nor a check, and has no role"
        if spec.of is not None and spec.count is None:
            yield f"{at}.of: it needs the count that it makes"
        if spec.of is not None and spec.of not in counts and spec.of not in columns:
            yield f"{at}.of: {unknown('count', spec.of, counts)}"
        if spec.check is not None:
            for count in (*spec.check.numerator, *spec.check.denominator):
                if count not in counts:
                    yield f"{at}.check: {unknown('count', count, counts)}"
        if spec.cell is not None:
            yield from _cell(at, kind, spec.cell)
        if spec.group is not None and spec.group not in kind.groups:
            yield f"{at}.group: {unknown('group', spec.group, kind.groups)}"
        if spec.occurrence < 1:
            yield f"{at}.occurrence: it starts at 1"
    for role in (Role.DAY, Role.FROM, Role.TO, Role.CURRENCY):
        same = [name for name, spec in columns.items() if spec.role is role]
        if len(same) > 1 and role is not Role.DAY:
            yield f"columns: {' and '.join(same)} have the role {role.value}"
    known = [container.value for container in Container]
    for container in kind.containers:
        if container not in known:
            yield f"containers: {unknown('container', container, known)}"
    if kind.decimal not in (None, "."):
        yield f'decimal: {kind.decimal!r} is none; write "." or leave it out'
    yield from _patterns("totals", kind.totals)
    yield from _patterns("data-rows", kind.data_rows)
    yield from _patterns("grid", (kind.grid,) if kind.grid else ())
    for reason, patterns in kind.not_data.items():
        yield from _patterns(f"not-data.{reason}", patterns)
    for reason, patterns in kind.not_used.items():
        yield from _not_used(f"not-used.{reason}", patterns, kind.pattern_parts)


def _cell(at: str, kind: Kind, cell: CellRule) -> Iterator[str]:
    if not kind.template:
        yield f"{at}.cell: only a template says what its cells may hold"
    for other in (*cell.unless, *filter(None, (cell.above, cell.below))):
        if other not in kind.columns:
            yield f"{at}.cell: {unknown('column', other, kind.columns)}"
    if cell.min is not None and cell.max is not None and cell.min > cell.max:
        yield f"{at}.cell: no value is both at least {cell.min:g} and at most {cell.max:g}"


def _not_used(place: str, patterns: Sequence[str], parts: Mapping[str, str]) -> Iterator[str]:
    yield from _patterns(place, (whole_pattern(pattern, parts) for pattern in patterns))
    for pattern in patterns:
        if _LOOKS_AWAY.search(pattern) and any(f"<{part}>" in pattern for part in parts):
            yield f"{place}: {pattern!r} has (?! or (?<! and names a part, which it cannot"


def _patterns(place: str, patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{place}: {pattern!r} is no pattern: {error}"
