"""Rules are decided after everything they need."""

import pytest

from advisor.errors import AdvisorError
from advisor.judge.engine import stratify


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        pytest.param({}, [], id="no rules"),
        pytest.param({"a": set(), "b": set()}, [{"a", "b"}], id="independent"),
        pytest.param({"a": set(), "b": {"a"}, "c": {"b"}}, [{"a"}, {"b"}, {"c"}], id="chain"),
        pytest.param(
            {"a": set(), "b": {"a"}, "c": {"a"}, "d": {"b", "c"}, "e": set()},
            [{"a", "e"}, {"b", "c"}, {"d"}],
            id="diamond",
        ),
        pytest.param({"b": {"a"}}, [{"a"}, {"b"}], id="needed without an entry of its own"),
        pytest.param(
            {"late": {"early", "later"}, "later": {"early"}, "early": set()},
            [{"early"}, {"later"}, {"late"}],
            id="a shortcut does not lift a rule",
        ),
    ],
)
def test_a_rule_stands_in_the_first_layer_that_has_all_it_needs(
    needs: dict[str, set[str]], expected: list[set[str]]
) -> None:
    assert [set(layer) for layer in stratify(needs)] == expected


@pytest.mark.parametrize(
    ("needs", "path"),
    [
        pytest.param({"a": {"b"}, "b": {"a"}}, "a → b → a", id="two"),
        pytest.param({"a": {"a"}}, "a → a", id="itself"),
        pytest.param({"c": {"a"}, "a": {"b"}, "b": {"c"}}, "a → b → c → a", id="three"),
        pytest.param({"x": {"a"}, "a": {"b"}, "b": {"a"}, "y": set()}, "a → b → a", id="behind"),
    ],
)
def test_a_circle_is_refused_and_its_path_is_printed(needs: dict[str, set[str]], path: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        stratify(needs)

    assert caught.value.message == f"rules need each other in a circle: {path}"
