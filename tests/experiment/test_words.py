"""Whatever was counted can be told, in words and as data."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.experiment import data, words
from advisor.experiment.arms import Arm, limits
from advisor.experiment.before_after import Change, before_after
from advisor.experiment.reading import read
from advisor.experiment.worth import Pace
from advisor.model.vocabulary import Metric
from advisor.report.json_ import write_json
from tests.experiment.words import AOV, CPC, CTR, RATE, ROAS

KINDS = st.sampled_from((CTR, RATE, AOV, CPC, ROAS))
PACES = st.none() | st.builds(Pace, st.floats(0, 1e6), st.floats(0, 1e3), st.just("sales"))


@st.composite
def arms(draw: st.DrawFn) -> Arm:
    """Any counts that files may have, sensible or not."""
    counted = st.integers(0, 10) | st.integers(0, 10**12)
    return Arm(
        name=draw(st.sampled_from("ABC")),
        top=draw(counted),
        bottom=draw(counted),
        events=draw(counted),
        dispersion=draw(st.floats(1, 1_000)),
        spread=draw(st.floats(0, 30)),
    )


@given(
    KINDS,
    arms(),
    st.lists(arms(), min_size=1, max_size=3),
    PACES,
    st.none() | st.integers(1, 10**6),
)
def test_any_versions_can_be_told(
    metric: Metric, a: Arm, others: list[Arm], pace: Pace | None, planned: int | None
) -> None:
    parts = [1.0] * (len(others) + 1)
    reading = read(metric, a, others, planned=planned, split=parts, pace=pace)
    said = [
        line
        for one in reading.results
        for line in words.describe_version(reading, one, "clicks", "USD")
    ]
    said += words.warnings(reading, as_ran=True)
    for arm in (a, *others):
        both = limits(metric, arm, 0.05)
        said += words.value_and_limits(metric, arm.value(metric), *both, "USD")

    assert said
    assert not any(word in line.split() for line in said for word in ("nan", "inf", "None"))
    assert write_json(data.reading_data(reading, "USD"))


@given(KINDS, st.lists(arms(), min_size=2, max_size=8), PACES)
def test_any_change_can_be_told(metric: Metric, drawn: list[Arm], pace: Pace | None) -> None:
    changed, *untouched = (Change(a, b) for a, b in zip(drawn[::2], drawn[1::2], strict=False))
    found = before_after(metric, changed, untouched, pace=pace)
    said = list(words.effect(found, "it", "USD"))

    assert not any(word in line.split() for line in said for word in ("nan", "inf", "None"))
    assert write_json(data.effect_data(found, "USD"))


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(1.2, "+20%"), (0.97, "-3%"), (1.0, "+0%"), (0.0, "-100%"), (math.inf, "anything")],
)
def test_a_ratio_is_told_as_a_change(ratio: float, said: str) -> None:
    assert words.percent(ratio) == said
