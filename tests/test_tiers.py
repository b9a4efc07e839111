"""The tiers of checks: what each runs is there."""

import pytest

from tests.conftest import HERE, SMOKE


@pytest.mark.parametrize("name", SMOKE)
def test_every_smoke_test_is_a_file(name: str) -> None:
    assert (HERE / name).is_file()
