"""Shortened numbers (1.2K) are read where their word means one number, and said to be rounded."""

from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from babel.numbers import format_compact_decimal

from advisor.model import Reading
from advisor.plugin import ReadContext, alone
from advisor.tabular.amounts import Asked, Point, amounts_of, spelled_out, take_apart
from advisor.tabular.shortened import languages_of, rounded_off
from docs.generate import bundled
from tests.plugins_shop.reads import claims, source_of

CONTEXT = ReadContext(today=date(2026, 11, 22))
HEADER = "By Day,Campaign name,Campaign ID,Cost,Impressions,Clicks (destination),Currency"
WIDTHS: tuple[Literal["short", "long"], ...] = ("short", "long")
LANGUAGES = ("en", "es", "pt", "id", "vi", "th", "ms", "ko", "ja", "zh", "de", "fr", "it")


def read(text: str, language: str = "en") -> tuple[float | None, float | None]:
    """The value of a cell, and how far off it may be."""
    (taken,) = alone(take_apart([pl.Series("t", [text], pl.String)]))
    spelled = spelled_out(taken, frozenset({language}))
    if spelled is not None:
        full = spelled if spelled[0] else pl.Series("t", [text])
        (taken,) = alone(take_apart([full]))
    (column,) = alone(amounts_of([Asked(taken, Point.DECIMAL)]))
    if spelled is None:
        return column.value[0], 0.0
    frame = pl.DataFrame({"spelled": spelled, "value": column.value})
    return column.value[0], frame.select(rounded_off(pl.col("spelled"), pl.col("value"))).item()


@pytest.mark.parametrize(
    ("text", "language", "value", "off"),
    [
        ("1.2K", "en", 1200, 50),
        ("$1.2k", "en", 1200, 50),
        ("(1.2k)", "en", -1200, 50),
        ("1.25K USD", "en", 1250, 5),
        ("1,234K", "en", 1_234_000, 500),
        ("R$ 3,4 mil", "pt", 3400, 50),
        ("3,4\u00a0mil", "es", 3400, 50),
        ("Rp5jt", "id", 5_000_000, 500_000),
        ("1.2万", "zh", 12_000, 500),
        ("12만", "ko", 120_000, 5_000),
        ("1,2 Tr", "vi", 1_200_000, 50_000),
        ("2,5 Mio.", "de", 2_500_000, 50_000),
        ("1.2M", "en", 1_200_000, 50_000),
        ("1,2 M", "fr", 1_200_000, 50_000),
        ("1,2 M", "id", None, None),  # miliar, or the app's million
        ("1,2 B", "es", None, None),
        ("12 min", "en", None, None),
        ("10K+", "en", None, None),
        ("1.2 kg", "en", None, None),
    ],
)
def test_a_shortened_number_is_what_its_word_says(
    text: str, language: str, value: float | None, off: float | None
) -> None:
    found, away = read(text, language)
    assert found == (None if value is None else pytest.approx(value))
    assert value is None or away == pytest.approx(off)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_locale_writes_is_read_or_held_and_never_another_number(language: str) -> None:
    held = []
    for number in (1_234, 23_456, 345_678, 4_567_890, 56_789_012, 678_901_234, 7_890_123_456):
        for width in WIDTHS:
            text = format_compact_decimal(
                number, format_type=width, locale=language, fraction_digits=1
            )
            value, off = read(text, language)
            if value is None or off is None:
                held.append(text)
            else:
                assert abs(value - number) <= off * 1.001 or value == pytest.approx(
                    number, rel=0.01
                )
    assert len(held) <= 3, held


def test_the_language_of_a_currency_holds_too() -> None:
    assert languages_of("IDR") == {"id"}
    assert "es" in languages_of("MXN")
    assert languages_of("EUR") == languages_of(None) == frozenset()


def _reading(folder: Path, *rows: str) -> Reading:
    path = folder / "ads.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    match, provider = claims(path)[0]
    return provider.read(source_of(path), match, CONTEXT)


def test_a_file_with_shortened_numbers_says_so_and_is_not_held_against_its_totals(
    tmp_path: Path,
) -> None:
    bundled()
    reading = _reading(
        tmp_path,
        "2026-11-01,A,1700000000000001,1.2K,3.4M,1200,USD",
        "2026-11-02,A,1700000000000001,980,120K,1300,USD",
        "Total of 2 results,-,-,2.1K,3.5M,2500,USD",
    )
    (table,) = reading.tables
    assert table.frame["spend"].to_list() == [1200.0, 980.0]
    assert table.frame["impressions"].to_list() == [3_400_000.0, 120_000.0]
    codes = [note.code for note in reading.notes]
    assert codes.count("shortened-number") == 2
    assert "totals-disagree" not in codes
    assert "unreadable-cell" not in codes
    assert "may be off by 50" in next(n.text for n in reading.notes if "Cost" in n.text)


def test_a_number_that_may_be_several_is_unknown_and_said(tmp_path: Path) -> None:
    reading = _reading(tmp_path, '2026-11-01,A,1700000000000001,"Rp1,2 jt","1,2 M",1200,IDR')
    (table,) = reading.tables
    assert table.frame["spend"].to_list() == [1_200_000.0]
    assert table.frame["impressions"].to_list() == [None]
    assert any("can be read in several ways ('1,2 M'" in note.text for note in reading.notes)
