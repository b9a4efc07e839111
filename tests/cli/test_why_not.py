"""why-not: the first condition that does not hold, how far it is from holding, or what lacks."""

from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.exports import FINE, WEAK


def told(run: Run, *words: object) -> list[str]:
    result = run("why-not", *words)
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_the_first_condition_that_does_not_hold_says_how_far_it_is(run: Run, shop: Path) -> None:
    lines = told(run, "weak-hook", shop, "--subject", FINE)

    assert lines[0].startswith(f"guide/weak-hook on ad {FINE} (")
    assert lines[0].endswith("): does not fire")
    assert lines[1].startswith("  first condition that isn't met: cpc is high: $")
    assert lines[2].startswith("  it would have to rise to $1.50, by ")


def test_what_fires_is_said_to(run: Run, shop: Path) -> None:
    assert told(run, "weak-hook", shop, "--subject", WEAK) == [
        f"guide/weak-hook on ad {WEAK} (31): it fires"
    ]


def test_over_all_subjects_the_nearest_come_first(run: Run, shop: Path) -> None:
    lines = told(run, "weak-hook", shop)

    assert lines[:2] == [
        "guide/weak-hook does not fire on 1 of the 2 it checked",
        "  cpc is high: not met on 1",
    ]
    assert lines[3].startswith(f"  guide/weak-hook on ad {FINE}")


def test_a_rule_without_data_says_what_lacks(run: Run, shop: Path) -> None:
    lines = told(run, "low-stream-gmv", shop)

    assert lines[0] == "guide/low-stream-gmv could not be checked: no export with LIVEs found"
    assert lines[1].startswith("  Add ")


def test_a_subject_that_is_not_there_is_a_mistake_with_the_nearest_name(
    run: Run, shop: Path
) -> None:
    result = run("why-not", "weak-hook", shop, "--subject", FINE[:-1])

    assert result.exit_code == 2
    assert f"did you mean {FINE!r}" in result.output


def test_an_action_is_named_by_its_place(run: Run, shop: Path) -> None:
    by_place = run("why-not", "1", shop)
    assert by_place.exit_code == 0
    assert by_place.stdout == run("why-not", "weak-hook", shop).stdout
