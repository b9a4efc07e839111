"""What once failed holds; and a trial is the same whenever it is made."""

from pathlib import Path

import pytest

from tests.fuzz.trial import KINDS, Made, Trial, check

CASES = sorted(Path(__file__).with_name("cases").glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_once_failed_holds(case: Path) -> None:
    assert check(Made.from_json(case.read_bytes())) is None


def test_every_kind_is_tried_and_a_trial_is_made_again_by_its_number() -> None:
    trials = [Trial.of(1, number) for number in range(60)]
    assert {trial.kind for trial in trials} == set(KINDS)
    for trial in trials[:12]:
        assert trial.make() == Trial.of(1, trial.number).make()
