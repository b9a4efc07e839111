"""The page on what the rules find says what is in its numbers."""

from docs.pages import power
from docs.power import DATA, stored, toml


def test_the_numbers_are_written_as_they_are_read() -> None:
    told, tried = stored()

    assert DATA.read_text(encoding="utf-8") == toml(told, tried.values())


def test_every_rule_that_was_tried_has_its_line() -> None:
    _, tried = stored()
    page = power.render()

    assert all(f"| `{rule}`" in page for rule in tried)


def test_a_rule_is_found_from_the_first_sample_at_which_nine_of_ten_are() -> None:
    samples = (100, 1_000, 10_000)

    assert power._least((0.1, 0.9, 1.0), samples, "clicks") == "1,000"
    assert power._least((0.1, 0.2, 0.8), samples, "clicks") == "–"
    assert power._least((1.0, 1.0, 1.0), samples, "") == "any"
    assert power._least((1.0, 0.5, 1.0), samples, "") == "–"
