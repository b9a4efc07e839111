"""What once failed holds; and a trial is the same whenever it is made."""

from functools import partial
from pathlib import Path

import attrs
import pytest

from tests.fuzz.check import check, check_all, is_used
from tests.fuzz.inputs import FORMS
from tests.fuzz.trial import KINDS, Made, Trial

CASES = sorted(Path(__file__).with_name("cases").glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_once_failed_holds(case: Path) -> None:
    assert check(Made.from_json(case.read_bytes())) is None


def test_every_kind_is_tried_and_a_trial_is_made_again_by_its_number() -> None:
    trials = [Trial.of(1, number) for number in range(3000)]
    assert {trial.kind for trial in trials} == set(KINDS)
    for trial in trials[:6]:
        assert trial.make() == Trial.of(1, trial.number).make()


def test_what_is_changed_holds_as_it_is() -> None:
    """Else each change of it would be refused for what is wrong already."""
    one_of_each = {kind: trial for trial in map(partial(Trial, 1), range(2000))
                   if (kind := trial.kind) != "header"}  # fmt: skip  # it changes the encoding too
    assert [kind for kind, trial in one_of_each.items() if not is_used(trial.make())] == []


def test_cases_of_a_batch_are_checked_as_they_are_alone() -> None:
    cases = [Made.from_json(case.read_bytes()) for case in CASES]
    fault = attrs.evolve(cases[0], files={"export.csv": FORMS[0].write()}, rows=-1)
    assert check_all([*cases, fault]) == [*map(check, cases), check(fault)]
    assert check(fault) is not None
