"""Placeholders are a closed list."""

import pytest

from advisor.model import text


def test_placeholders_are_found_once_in_their_order() -> None:
    found = text.placeholders("{ad.name}: {ctr} where {ctr.band}, {ctr} again, {cost-per_x}")

    assert found == ("ad.name", "ctr", "ctr.band", "cost-per_x")


def test_a_name_that_is_not_allowed_is_named_with_the_nearest() -> None:
    assert text.check("{ctrr} of {ad.name}", ["ctr", "ad.name"]) == [
        "unknown placeholder 'ctrr'; did you mean 'ctr'?"
    ]


@pytest.mark.parametrize(
    "sentence", ["{", "}", "{{ctr}}", "{ctr!r}", "{ctr:.2f}", "{ctr[0]}", "{}", "{0}", "{ ctr }"]
)
def test_a_brace_that_belongs_to_no_placeholder_is_a_mistake(sentence: str) -> None:
    assert text.check(sentence, ["ctr"])


def test_a_text_is_filled_in_and_what_has_no_value_is_said_to_be_not_known() -> None:
    filled = text.render("{ad.name}: {ctr} of {clicks}", {"ad.name": "Haul", "ctr": "1%"})

    assert filled == "Haul: 1% of not known"


def test_what_a_name_contains_is_never_filled_in() -> None:
    filled = text.render("{ad.name}: {ctr}", {"ad.name": "{ctr} {0.__class__}", "ctr": "1%"})

    assert filled == "{ctr} {0.__class__}: 1%"


def test_a_clause_in_brackets_is_left_out_where_something_in_it_is_not_known() -> None:
    sentence = "{ctr}[, CPM {cpm} (was {cpm.before})][, {cvr}] [as is]"

    assert text.without_unknown(sentence, {"ctr", "cpm", "cvr"}) == "{ctr}, {cvr} [as is]"
    assert text.without_unknown(sentence, {"cpm", "cpm.before"}) == (
        "{ctr}, CPM {cpm} (was {cpm.before}) [as is]"
    )
