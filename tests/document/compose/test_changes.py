"""Why sales changed, of the example shop: every line adds up, to the cent and as it is printed."""

from functools import cache

import pytest

from advisor.document import ChangeInfo
from examples.generate import FOLDER
from tests.end_to_end.runs import document, reports

WAYS = ("gmv-by-step", "gmv-by-channel", "gmv-by-product")


@cache
def changes() -> dict[str, ChangeInfo]:
    return {one.id: one for one in document(FOLDER).changes}


def cents(amount: float) -> int:
    return round(amount * 100)


def printed(text: str) -> int:
    """`+MX$1,234` as a number."""
    return int(text.replace("MX$", "").replace(",", "").replace("+", ""))


def test_the_example_shop_is_explained_in_every_way() -> None:
    assert tuple(changes()) == WAYS


@pytest.mark.parametrize("way", WAYS)
def test_every_line_adds_up_to_the_cent(way: str) -> None:
    one = changes()[way]
    for row in (*one.rows, one.total):
        assert len(row.steps) == len(one.steps)
        assert sum(map(cents, (*row.steps, row.other))) == cents(row.change)


@pytest.mark.parametrize("way", WAYS)
def test_the_lines_add_up_to_the_whole(way: str) -> None:
    one = changes()[way]

    assert one.total.change == pytest.approx(one.now - one.then, abs=0.01)
    assert sum(row.change for row in one.rows) == pytest.approx(
        one.total.change, abs=0.01 * len(one.rows)
    )


@pytest.mark.parametrize("way", WAYS)
def test_what_is_printed_adds_up_too(way: str) -> None:
    for row in changes()[way].rows:
        parts = [*map(printed, row.step_texts), printed(row.other_text)]
        assert sum(parts) == printed(row.change_text)


def test_steps_and_channels_explain_the_same_change() -> None:
    by_step, by_channel = changes()["gmv-by-step"], changes()["gmv-by-channel"]

    assert by_step.total.change == pytest.approx(by_channel.total.change, abs=0.01)
    assert by_step.total.other == 0
    assert by_channel.rows[-1].title == "not in these"


def test_products_have_their_mix_apart() -> None:
    assert changes()["gmv-by-product"].steps[1] == "product mix"


def test_the_report_says_it() -> None:
    text = reports(document(FOLDER))["appendix.md"]

    assert "Why sales changed" in text
    assert "Total" in text
