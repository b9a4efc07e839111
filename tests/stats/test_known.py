"""Estimators give the numbers that were written down (see tests/stats/known.py)."""

import json

import pytest

from tests.stats.known import KNOWN, everything

WRITTEN = json.loads(KNOWN.read_text(encoding="utf-8"))


def flat(value: object, path: str = "") -> dict[str, object]:
    """The leaves of *value*, each with its path."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else None
    )
    if items is None:
        return {path: value}
    return {key: leaf for name, one in items for key, leaf in flat(one, f"{path}/{name}").items()}


def test_the_numbers_are_those_that_were_written_down() -> None:
    known, found = flat(WRITTEN), flat(dict(everything()))
    assert found.keys() == known.keys()
    for name, value in known.items():
        if isinstance(value, float):
            assert found[name] == pytest.approx(value, rel=1e-7, abs=1e-12), name
        else:
            assert found[name] == value, name
