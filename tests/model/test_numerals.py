"""Numbers, money and dates are printed as Babel prints them for the language and its region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model import ENGLISH
from advisor.model.vocabulary import Unit


@pytest.mark.parametrize(
    ("value", "unit", "currency", "expected"),
    [
        (0.0, Unit.SHARE, None, "0%"),
        (400 / 90_000, Unit.SHARE, None, "0.44%"),
        (0.0042, Unit.SHARE, None, "0.42%"),
        (0.000031, Unit.SHARE, None, "0.0031%"),
        (0.012, Unit.SHARE, None, "1.2%"),
        (0.02, Unit.SHARE, None, "2%"),
        (0.0123, Unit.SHARE, None, "1.23%"),
        (0.00285, Unit.SHARE, None, "0.29%"),  # as written: half up, whatever the bits say
        (0.1234, Unit.SHARE, None, "12.3%"),
        (1.234, Unit.SHARE, None, "123%"),
        (12.5, Unit.SHARE, None, "1,250%"),
        (-0.02, Unit.SHARE, None, "-2%"),
        (2.25, Unit.MONEY, "USD", "$2.25"),
        (1.5, Unit.MONEY, "USD", "$1.50"),
        (5.0, Unit.MONEY, "USD", "$5"),
        (0.004, Unit.MONEY, "USD", "$0.004"),
        (999.996, Unit.MONEY, "USD", "$1,000"),
        (1234.5, Unit.MONEY, "USD", "$1,235"),
        (-1.5, Unit.MONEY, "USD", "-$1.50"),
        (1234.0, Unit.MONEY, "MXN", "MX$1,234"),
        (1.5, Unit.MONEY, "MXN", "MX$1.50"),
        (12_345.6, Unit.MONEY, "JPY", "¥12,346"),
        (12.6, Unit.MONEY, "IDR", "IDR\u00a013"),
        (0.45, Unit.MONEY, "VND", "₫0.45"),
        (1.5, Unit.MONEY, None, "1.50"),
        (2.4, Unit.RATIO, None, "2.4"),
        (2.414, Unit.RATIO, None, "2.41"),
        (0.333, Unit.RATIO, None, "0.33"),
        (12_345.0, Unit.NUMBER, None, "12,345"),
        (1_000_000.0, Unit.NUMBER, None, "1,000,000"),
        (46.0, Unit.SECONDS, None, "46s"),
        (4.62, Unit.SECONDS, None, "4.62s"),
        (7_199.0, Unit.SECONDS, None, "7,199s"),
        (72_000.0, Unit.SECONDS, None, "20h"),
        (9_000.0, Unit.SECONDS, None, "2.5h"),
    ],
)
def test_a_number_is_printed_with_its_unit(
    value: float, unit: Unit, currency: str | None, expected: str
) -> None:
    assert ENGLISH.number(value, unit, currency) == expected


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (0.01, 0.03, Unit.SHARE, "1–3%"),
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
    assert ENGLISH.band(low, high, unit, "USD") == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.003, 0.006, "0.3–0.6%"),
        (0.003, None, "more than 0.3%"),
        (0.003, float("inf"), "more than 0.3%"),
        (None, 0.006, "less than 0.6%"),
        (-0.02, 0.03, "-2% to 3%"),
        (0.100001, 0.100002, "10%"),
        (None, None, "not known"),
    ],
)
def test_an_interval_says_which_end_is_not_known(
    low: float | None, high: float | None, expected: str
) -> None:
    assert ENGLISH.span(low, high, Unit.SHARE) == expected


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_printed_share_is_within_half_a_unit_of_its_last_digit(value: float) -> None:
    printed = float(ENGLISH.number(value, Unit.SHARE).removesuffix("%").replace(",", "")) / 100

    assert printed == pytest.approx(value, rel=0.051)
    if value >= 0.01:
        assert printed == pytest.approx(value, rel=0.0051)
