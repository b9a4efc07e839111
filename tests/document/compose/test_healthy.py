"""What is said to be healthy was seen to be."""

import pytest

from advisor.document.compose.coverage import healthy
from advisor.document.outcomes import OutcomeCount


def ended(
    *,
    fires: int = 0,
    seen: int = 0,
    clear: int = 0,
    unsure: int = 0,
    kind: str = "ad",
    error: int = 0,
) -> OutcomeCount:
    return OutcomeCount("test/r", "All is well", kind, fires, clear, unsure, 0, 0, error, seen)


@pytest.mark.parametrize(
    ("counts", "subjects"),
    [
        pytest.param([ended(seen=9, clear=9)], 9, id="all seen"),
        pytest.param([ended(seen=5, clear=5, unsure=5)], 5, id="half of them unsure"),
        pytest.param([ended(seen=6, clear=9)], 6, id="some without data"),
    ],
)
def test_what_was_mostly_seen_is_healthy(counts: list[OutcomeCount], subjects: int) -> None:
    (one,) = healthy(counts)

    assert (one.text, one.subjects) == ("All is well", subjects)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([ended(clear=9)], id="a condition is false and another has no data"),
        pytest.param([ended(seen=1, clear=1, unsure=8)], id="one of nine"),
        pytest.param([ended(seen=9, clear=9, fires=1)], id="it fires somewhere"),
        pytest.param([ended(seen=9, clear=9), ended(kind="campaign", error=1)], id="it failed"),
        pytest.param([ended(unsure=3)], id="nothing is known"),
    ],
)
def test_what_was_not_seen_is_not_said_to_be_healthy(counts: list[OutcomeCount]) -> None:
    assert healthy(counts) == []


def test_the_kind_is_the_one_that_most_was_seen_of() -> None:
    (one,) = healthy([ended(seen=2, clear=2), ended(seen=5, clear=5, kind="campaign")])

    assert (one.kind, one.subjects) == ("campaign", 5)
