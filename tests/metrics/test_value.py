"""Levels and words at their limits, where an edge belongs to the good one."""

import pytest

from advisor.metrics.value import possible_levels, sureness
from advisor.model import ENGLISH


@pytest.mark.parametrize(
    ("limits", "levels"),
    [
        ((1.0, 1.5), ("low",)),
        ((1.0, 2.0), ("low", "good")),
        ((2.0, 2.0), ("good",)),
        ((2.0, 3.0), ("good",)),
        ((3.0, 3.0), ("good",)),
        ((3.0, 4.0), ("good", "high")),
        ((3.1, 4.0), ("high",)),
        ((1.0, 4.0), ("low", "good", "high")),
    ],
)
def test_an_edge_is_good(limits: tuple[float, float], levels: tuple[str, ...]) -> None:
    assert possible_levels(limits, (2.0, 3.0)) == levels


def test_where_there_is_no_edge_there_is_no_level_beyond_it() -> None:
    assert possible_levels((0.0, 9.0), (None, 3.0)) == ("good", "high")
    assert possible_levels((0.0, 9.0), (2.0, None)) == ("low", "good")


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0009, "very sure"),
        (0.001, "sure"),
        (0.0099, "sure"),
        (0.01, "fairly sure"),
        (0.04, "fairly sure"),
    ],
)
def test_how_sure_is_said_by_the_chance_of_being_wrong(p: float, words: str) -> None:
    assert sureness(p, ENGLISH, exact=False) == words
    assert sureness(p, ENGLISH, exact=True) == "counted"
