"""simulate: which numbers and actions would change, and nothing is written."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.exports import WEAK


def test_what_would_be_mended_is_gone_from_the_plan(run: Run, shop: Path) -> None:
    before = sorted(p.name for p in shop.iterdir())

    told = run("simulate", shop, "--set", f"ad[{WEAK}].ctr=2%").stdout

    assert "  gone: Test three new hooks in the ad (was #1" in told
    assert "  CTR of ads: " in told
    assert sorted(p.name for p in shop.iterdir()) == before


def test_what_changes_nothing_says_so(run: Run, shop: Path) -> None:
    both = json.loads(run("simulate", shop, "--set", "ad[31].ctr=0.3%", "--json").stdout)

    assert [a["id"] for a in both["before"]["plan"]] == [a["id"] for a in both["after"]["plan"]]


def test_a_mistake_names_the_nearest(run: Run, shop: Path) -> None:
    result = run("simulate", shop, "--set", "adds.ctr=2%")

    assert result.exit_code == 2
    assert "unknown kind 'adds'; did you mean 'ad'" in result.output
