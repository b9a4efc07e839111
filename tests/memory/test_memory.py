"""The world of the trial stands by itself, and calls on its shops are right."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from docs.generate import bundled
from docs.pages.memory import RESULTS
from tests.memory.summary import summary, with_plain
from tests.memory.trial import Memory, Program, agency, run
from tests.memory.world import Files, life


def test_the_world_knows_nothing_of_the_program() -> None:
    for name in ("world", "truth"):
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

        assert [module for module in modules if module.startswith("advisor")] == []


def test_a_deed_changes_what_comes_after_it_and_nothing_else() -> None:
    one = life(1, 0, {"creative.hook": (1.0, 0.0)})
    before = one.rate("ctr")
    deed = one.deed(100, "creative.hook", "ad", "ctr", [2])
    one.do(deed)
    after = one.rate("ctr")

    assert np.array_equal(before[:, :100], after[:, :100])
    assert deed.works == 1
    change = np.log(after[2, 100:] / before[2, 100:])
    assert change == pytest.approx(one.effect(deed, "ad", "ctr", 2))
    assert np.allclose(one.rate("ctr", without=deed), before)


def test_late_sales_are_there_in_the_end() -> None:
    files = Files(life(1, 0, agency(1, 0)))
    files.draw(80)

    early, late = files.seen(60, 70)["a.purchases"], files.seen(60, 80)["a.purchases"]

    assert np.array_equal(early[:, 0], late[:, 0])
    assert early[:, 9].sum() < late[:, 9].sum()


def test_what_the_documentation_says_is_what_was_to_be_reached() -> None:
    found = json.loads(RESULTS.read_text(encoding="utf-8"))

    assert found["calls"]["right"] >= 0.9
    assert found["calls"]["null_helped"] <= 0.05
    assert found["soon"]["soon"] >= 0.6
    assert 0.76 <= found["gained"]["inside"] <= 0.84
    assert found["flicker"]["kept_again"] <= found["flicker"]["again"] / 4
    assert found["ahead"]["NONE"]["mean"] > 0


@pytest.mark.slow
def test_calls_are_right_and_intervals_hold() -> None:
    sellers = list(run(Program.of(bundled()), 5, 60, Memory.HISTORY))
    with_plain(sellers)

    found = summary({Memory.HISTORY: sellers})

    assert found["calls"]["right"] >= 0.85
    assert found["calls"]["null_helped"] <= 0.06
    assert found["plain"]["null_helped"] > 3 * found["calls"]["null_helped"]
    assert found["soon"]["soon"] >= 0.55
    assert 0.7 <= found["gained"]["inside"] <= 0.9
    assert found["flicker"]["kept_again"] <= found["flicker"]["again"] / 4
