"""On shops whose causes are known the plan's first action brings most, and its money holds true."""

import ast
from pathlib import Path
from typing import Any

import pytest

from docs.generate import bundled
from tests.proof.summary import summary
from tests.proof.trial import PLAN, STRATEGIES, trials


@pytest.fixture(scope="module")
def few() -> dict[str, Any]:
    return summary(trials(bundled(), 24, seed=3))


def test_the_first_action_of_the_plan_brings_more_than_any_other_way_to_choose(
    few: dict[str, Any],
) -> None:
    gains = {row["strategy"]: row["gain"] for row in few["strategies"]}

    assert all(gains[PLAN] > gains[name] for name in STRATEGIES if name != PLAN)


def test_the_stated_intervals_hold_the_true_value_about_8_times_of_10(few: dict[str, Any]) -> None:
    assert few["intervals"]["number"] >= 30
    assert 0.65 <= few["intervals"]["inside"] <= 0.95


@pytest.mark.slow
def test_over_many_shops_the_intervals_hold_75_to_85_times_of_100() -> None:
    many = summary(trials(bundled(), 200, seed=1))

    assert 0.75 <= many["intervals"]["inside"] <= 0.85
    for row in many["strategies"]:
        if row["strategy"] != PLAN:
            assert row["behind"] > 2 * row["behind_error"]


def test_the_same_seed_makes_the_same_shops() -> None:
    assert summary(trials(bundled(), 3, seed=9)) == summary(trials(bundled(), 3, seed=9))


def test_the_world_knows_nothing_of_the_plan() -> None:
    for name in ("world", "files"):
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        imported = [
            node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        ] + [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]

        assert [
            m for m in imported if m.startswith(("advisor.plan", "advisor.document.compose"))
        ] == []
