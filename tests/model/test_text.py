"""Placeholders are a closed list, and a number looks the same on every machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model import text
from advisor.model.vocabulary import Unit


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
    filled = text.render("{ad.name}: {ctr} of {clicks}", {"ad.name": "Haul", "ctr": "1 %"})

    assert filled == "Haul: 1 % of not known"


def test_what_a_name_contains_is_never_filled_in() -> None:
    filled = text.render("{ad.name}: {ctr}", {"ad.name": "{ctr} {0.__class__}", "ctr": "1 %"})

    assert filled == "{ctr} {0.__class__}: 1 %"


@pytest.mark.parametrize(
    ("value", "unit", "currency", "expected"),
    [
        (0.0, Unit.SHARE, None, "0 %"),
        (400 / 90_000, Unit.SHARE, None, "0.44 %"),
        (0.0042, Unit.SHARE, None, "0.42 %"),
        (0.000031, Unit.SHARE, None, "0.0031 %"),
        (0.012, Unit.SHARE, None, "1.2 %"),
        (0.02, Unit.SHARE, None, "2 %"),
        (0.0123, Unit.SHARE, None, "1.23 %"),
        (0.00285, Unit.SHARE, None, "0.29 %"),  # as written: half up, whatever the bits say
        (0.1234, Unit.SHARE, None, "12.3 %"),
        (1.234, Unit.SHARE, None, "123 %"),
        (12.5, Unit.SHARE, None, "1,250 %"),
        (-0.02, Unit.SHARE, None, "-2 %"),
        (2.25, Unit.MONEY, "USD", "$2.25"),
        (1.5, Unit.MONEY, "USD", "$1.50"),
        (5.0, Unit.MONEY, "USD", "$5"),
        (0.004, Unit.MONEY, "USD", "$0.004"),
        (999.996, Unit.MONEY, "USD", "$1,000"),
        (1234.5, Unit.MONEY, "USD", "$1,235"),
        (-1.5, Unit.MONEY, "USD", "-$1.50"),
        (1234.0, Unit.MONEY, "MXN", "1,234 MXN"),
        (1.5, Unit.MONEY, "MXN", "1.50 MXN"),
        (12_345.6, Unit.MONEY, "JPY", "12,346 JPY"),
        (12.6, Unit.MONEY, "IDR", "13 IDR"),
        (0.45, Unit.MONEY, "VND", "0.45 VND"),
        (1.5, Unit.MONEY, None, "1.50"),
        (2.4, Unit.RATIO, None, "2.4"),
        (2.414, Unit.RATIO, None, "2.41"),
        (0.333, Unit.RATIO, None, "0.33"),
        (12_345.0, Unit.NUMBER, None, "12,345"),
        (1_000_000.0, Unit.NUMBER, None, "1,000,000"),
        (46.0, Unit.SECONDS, None, "46 s"),
        (4.62, Unit.SECONDS, None, "4.62 s"),
        (7_199.0, Unit.SECONDS, None, "7,199 s"),
        (72_000.0, Unit.SECONDS, None, "20 h"),
        (9_000.0, Unit.SECONDS, None, "2.5 h"),
    ],
)
def test_a_number_is_printed_with_its_unit(
    value: float, unit: Unit, currency: str | None, expected: str
) -> None:
    assert text.number(value, unit, currency) == expected


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (0.01, 0.03, Unit.SHARE, "1–3 %"),
        (2.0, None, Unit.RATIO, "at least 2"),
        (None, 1.5, Unit.MONEY, "at most $1.50"),
        (0.0, 0.0, Unit.NUMBER, "0"),
        (0.5, 1.5, Unit.MONEY, "$0.50–1.50"),
        (1.5, 2.0, Unit.MONEY, "$1.50–2.00"),
        (200.0, 1000.0, Unit.MONEY, "$200–1,000"),
        (None, None, Unit.SHARE, "not known"),
    ],
)
def test_a_band_is_said_in_words(
    low: float | None, high: float | None, unit: Unit, expected: str
) -> None:
    assert text.band(low, high, unit, "USD") == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.003, 0.006, "0.3–0.6 %"),
        (0.003, None, "more than 0.3 %"),
        (0.003, float("inf"), "more than 0.3 %"),
        (None, 0.006, "less than 0.6 %"),
        (-0.02, 0.03, "-2 % to 3 %"),
        (0.100001, 0.100002, "10 %"),
        (None, None, "not known"),
    ],
)
def test_an_interval_says_which_end_is_not_known(
    low: float | None, high: float | None, expected: str
) -> None:
    assert text.span(low, high, Unit.SHARE) == expected


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_printed_share_is_within_half_a_unit_of_its_last_digit(value: float) -> None:
    printed = float(text.number(value, Unit.SHARE).removesuffix(" %").replace(",", "")) / 100

    assert printed == pytest.approx(value, rel=0.051)
    if value >= 0.01:
        assert printed == pytest.approx(value, rel=0.0051)
