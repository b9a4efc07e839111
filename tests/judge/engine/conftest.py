"""Engines, and short ways to write what they are given."""

import pytest

from advisor.judge.engine import Engine
from advisor.judge.engine.durable import DurableEngine, available
from advisor.judge.engine.reference import ReferenceEngine


@pytest.fixture
def durable() -> DurableEngine:
    """A durable_rules engine of the test's own, which asserts every subject; the test is skipped
    where there is none."""
    reason = available()
    if reason is not None:
        pytest.skip(reason)
    return DurableEngine(alike=False)


@pytest.fixture(params=["durable_rules", "reference"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn: what a test states of one is true of both."""
    if request.param == "reference":
        return ReferenceEngine()
    durable: DurableEngine = request.getfixturevalue("durable")
    return durable
