"""The smallest case that still fails in the same way."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from tests.fuzz.trial import Made, Problem, Trial

T = TypeVar("T")

_TRIES = 150


def smaller(trial: Trial, problem: Problem, check: Callable[[Made], Problem | None]) -> Made:
    """*trial* with as few changes as possible; then, where no count of rows depends on them, with
    as few lines or bytes of its files as possible."""
    left = _TRIES

    def fails(made: Made) -> bool:
        nonlocal left
        left -= 1
        found = check(made)
        return found is not None and found.sign == problem.sign

    steps = _fewest(trial.steps, lambda some: fails(attrs.evolve(trial, steps=some).make()))
    made = attrs.evolve(trial, steps=tuple(steps)).make()
    if made.rows is not None or made.other:
        return made
    for place in (_FILES, _RULES):
        for name in list(place[0](made)):
            made = _smaller_file(made, place, name, lambda one: left > 0 and fails(one))
    return made


_Place = tuple[Callable[[Made], Mapping[str, bytes]], Callable[[Made, Mapping[str, bytes]], Made]]
_FILES: _Place = (lambda made: made.files, lambda made, files: attrs.evolve(made, files=files))
_RULES: _Place = (lambda made: made.rules, lambda made, files: attrs.evolve(made, rules=files))


def _smaller_file(made: Made, place: _Place, name: str, fails: Callable[[Made], bool]) -> Made:
    """*made* without one of its files, or with as little of it as possible."""
    get, put = place
    files = dict(get(made))
    data = files.pop(name)
    without = put(made, files)
    if files and fails(without):
        return without
    parts = data.splitlines(keepends=True)
    if len(parts) < 4 or b"\0" in data:
        parts = [data[at : at + 16] for at in range(0, len(data), 16)]

    def with_parts(some: Sequence[bytes]) -> Made:
        return put(made, {**files, name: b"".join(some)})

    return with_parts(_fewest(parts, lambda some: fails(with_parts(some))))


def _fewest(parts: Sequence[T], fails: Callable[[tuple[T, ...]], bool]) -> Sequence[T]:
    """As few of *parts* as still fail: halves are left out, then quarters, and so on."""
    kept = tuple(parts)
    size = len(kept) // 2
    while size >= 1:
        at = 0
        while at < len(kept):
            without = kept[:at] + kept[at + size :]
            if without and fails(without):
                kept = without
            else:
                at += size
        size //= 2
    return kept
