"""How days are spelled: the patterns, and which of them a column has."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.model import frozen
from advisor.plugin import step
from advisor.tabular.stacked import Place, each_cell

# Wed, Jul 1, 2026 and Wed 01 Jul 2026 and Wed Jul 01 2026 00:00:00 GMT+0700
WEEKDAY = (
    r"^(?:\p{L}[\p{L}\p{M}.]*,\s+|\p{L}[\p{L}\p{M}]{1,2}\.?\s+)"
    r"([0-9\p{L}][\p{L}\p{M}0-9.]*[\s-]+[0-9\p{L}][\p{L}\p{M}0-9.]*,?[\s-]+[0-9]{4}.*)$"
)
UNIX = r"^([0-9]{10})(?:[0-9]{3})?$"
_DAY_NUMBER = r"^(?:4[0-9]{4}|5[0-4][0-9]{3})(?:\.[0-9]+)?$"  # 2009 to 2050
_TIME_BEHIND = r"[0-9]{1,2}:[0-9]{2}"
_TWELVE_HOURS = r"(?i)[0-9]\s?[ap]m$"
# A month's name in any language.
_NAME = r"(?:(?:tháng|thg)\s+(?:mười\s+một|mười\s+hai|[\p{L}]+|[0-9]{1,2})|[\p{L}\p{M}][^\s0-9,]*)"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+|năm\s+)?([0-9]{4}))?(?:\s*г\.?)?(?:[^0-9\p{L}]|$)"
DAY_PATTERNS = {
    "ymd": r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[^0-9]|$)",
    "compact": r"^(20[0-9]{2})([01][0-9])([0-3][0-9])$",
    "numeric": r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[2-3][0-9])(?:[^0-9/.-]|$)",
    # A month's name before its day, and behind it.
    "before": rf"(?i)^({_NAME})\s+([0-9]{{1,2}})(?:st|nd|rd|th)?\.?{_YEAR}",
    "after": rf"(?i)^(?:ngày\s+)?([0-9]{{1,2}})(?:er|º|ª)?(?:\.\s*|\s+|-)(?:de\s+)?"
    rf"({_NAME}){_YEAR}",
    "east": r"^(?:([0-9]{4})\s*[년年]\s*)?([0-9]{1,2})\s*[월月]\s*([0-9]{1,2})\s*[일日]",
}
MONTH = r"^(20[0-9]{2})[-/. ]?(0[1-9]|1[0-2])$"
MONTH_LAST = r"^(0?[1-9]|1[0-2])[-/.](20[0-9]{2})$"
# Q2 2026 in English, T2 in Romance languages; each with the places of its year and its quarter.
_QUARTER_NAMED = (
    r"(?i)^(?:quarter|quartal|quý|trimestre|triwulan|kuartal|ไตรมาส)\s*([1-4])"
    r"[-/, ]+(?:de\s+)?(20[0-9]{2})$"
)
QUARTERS: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    (r"(?i)^(20[0-9]{2})[-/. ]?[QT]([1-4])$", 1, (2,)),
    (r"(?i)^(?:[QT]([1-4])|([1-4])[QT])[-/., ]{0,2}(20[0-9]{2})$", 3, (1, 2)),
    (r"^(20[0-9]{2})\s*[年년]\s*第?\s*([1-4])\s*(?:季度|四半期|분기)$", 1, (2,)),
    (_QUARTER_NAMED, 2, (1,)),
)
NAMED_MONTH = (
    rf"(?i)^({_NAME})(?:\s*[-/,]\s*|\s+)(?:de\s+|del\s+|năm\s+)?(2[0-9]{{3}})(?:\s*г\.?)?$"
)
EAST_MONTH = r"^([0-9]{4})\s*[년年]\s*([0-9]{1,2})\s*[월月](?:份|분)?$"
WEEK = r"(?i)^(20[0-9]{2})[- ]?W([0-5]?[0-9])$"
WEEK_FIRST = r"(?i)^(?:w|kw|week)\s?([0-5]?[0-9])[\s,/-]+(20[0-9]{2})$"
_FULL = (
    r"([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|20[0-9]{6})"
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
TWO = rf"^[^0-9]{{0,12}}{_FULL}\s*[^0-9]{{1,8}}{_FULL}$"  # two days, whatever stands between
RANGE = r"^(.*?[0-9])\s*(?:~|–|—|\s-|\bto\b|至|から)\s*(\S.*[0-9].*)$"
LONGER = ("month", "named", "quarter", "week", "range", "two")  # than a day


@frozen(eq=False)
class Texts:
    """Texts as they are and normalized, and which spellings of days are among them."""

    raw: pl.Series
    text: pl.Series
    met: Mapping[str, bool]


@step(Place.SPELLINGS)
def spellings(asked: Sequence[pl.Series]) -> list[Texts]:
    """Find which spellings of days, and of what is longer than a day, each column has."""
    t = pl.col("t").str.normalize("NFC")
    patterns = {
        **{name: DAY_PATTERNS[name] for name in ("ymd", "compact", "numeric")},
        "unix": UNIX,
        "letters": r"\p{L}",
        "twelve hours": _TWELVE_HOURS,
        "named": NAMED_MONTH,
    }
    tests = {name: t.str.contains(pattern) for name, pattern in patterns.items()}
    tests["no day number"] = ~t.str.contains(_DAY_NUMBER)
    months = (MONTH, MONTH_LAST, EAST_MONTH)
    tests["month"] = pl.any_horizontal(t.str.contains(pattern) for pattern in months)
    tests["quarter"] = pl.any_horizontal(t.str.contains(pattern) for pattern, *_ in QUARTERS)
    tests["week"] = t.str.contains(WEEK) | t.str.contains(WEEK_FIRST)
    tests["range"] = t.str.contains(RANGE) & ~t.str.contains(_TIME_BEHIND)
    tests["two"] = t.str.contains(TWO)
    frames = each_cell(asked, {"text": t, **tests})
    return [
        Texts(raw, frame["text"], {name: bool(frame[name].any()) for name in tests})
        for raw, frame in zip(asked, frames, strict=True)
    ]


def distinct_texts(text: pl.Series) -> pl.Series:
    """The texts, each once where many occur twice."""
    return text.unique() if text.n_unique() * 2 < len(text) else text
