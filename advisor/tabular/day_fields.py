"""Year, month and day out of each text, and the day that they make."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from advisor.model import frozen
from advisor.plugin import step
from advisor.tabular.spellings import DAY_PATTERNS, UNIX, WEEKDAY
from advisor.tabular.stacked import Place, each_cell

BUDDHIST = (2400, 2700, 543)  # years of Thailand's calendar, and how far it is ahead
_CENTURY = 100


@frozen(eq=False)
class InWords:
    """Texts without names of weekdays, which spellings with names of months are among them, and
    the names that stand where a month's does."""

    text: pl.Series
    met: Mapping[str, bool]
    months: frozenset[str]


@step(Place.MONTHS)
def in_words(asked: Sequence[pl.Series]) -> list[InWords]:
    """Find the names that stand where a month's does."""
    t = pl.col("t").str.replace(WEEKDAY, "$1")
    tests = {name: t.str.contains(pattern) for name, pattern in DAY_PATTERNS.items()}
    names = {"m1": t.str.extract(DAY_PATTERNS["before"], 1)}
    names["m2"] = t.str.extract(DAY_PATTERNS["after"], 2)
    frames = each_cell(asked, {"text": t, **tests, **names})
    return [
        InWords(
            frame["text"],
            {name: bool(frame[name].any()) for name in tests},
            frozenset(
                name for column in names for name in frame[column].to_list() if name is not None
            ),
        )
        for frame in frames
    ]


@frozen(eq=False)
class Spelled:
    """Texts, the spellings of days that are among them, and the numbers of the *months* in them."""

    text: pl.Series
    met: Mapping[str, bool]
    months: Mapping[str, int | None]


@step(Place.FIELDS)
def fields_of(asked: Sequence[Spelled]) -> list[pl.DataFrame]:
    """Find year, month, day where each is certain; a, b and y3 of dates whose order is open."""
    found: dict[int, pl.DataFrame] = {}
    waiting = list(range(len(asked)))
    while waiting:
        # Languages differ in what a name means, hardly ever in one run.
        months: dict[str, int | None] = {}
        alike: list[int] = []
        for at in waiting:
            own = asked[at].months
            if all(months.get(name, number) == number for name, number in own.items()):
                months |= own
                alike.append(at)
        met = {name for at in alike for name, there in asked[at].met.items() if there}
        frames = each_cell([asked[at].text for at in alike], _field_expressions(met, months))
        found |= dict(zip(alike, frames, strict=True))
        waiting = [at for at in waiting if at not in found]
    return [found[at] for at in range(len(asked))]


def _field_expressions(
    met: Collection[str], months: Mapping[str, int | None]
) -> dict[str, pl.Expr]:
    none = pl.lit(None, pl.Int32)

    def at(*places: tuple[str, int]) -> pl.Expr:
        found = [
            pl.col("t").str.extract(DAY_PATTERNS[name], group).cast(pl.Int32, strict=False)
            for name, group in places
            if name in met
        ]
        return pl.coalesce(found) if found else none

    def month(name: str, group: int) -> pl.Expr:
        if name not in met:
            return none
        word = pl.col("t").str.extract(DAY_PATTERNS[name], group)
        numbers = list(months.values())
        return word.replace_strict(list(months), numbers, default=None).cast(pl.Int32)

    unix = pl.col("t").str.extract(UNIX) if "unix" in met else none
    # Expressions of literals alone would be one row: the text gives the height.
    return {
        "t": pl.col("t"),
        "y": at(("ymd", 1), ("compact", 1), ("before", 3), ("after", 3), ("east", 1)),
        "m": pl.coalesce(
            at(("ymd", 2), ("compact", 2)), month("before", 1), month("after", 2), at(("east", 2))
        ),
        "d": at(("ymd", 3), ("compact", 3), ("before", 2), ("after", 1), ("east", 3)),
        "a": at(("numeric", 1)),
        "b": at(("numeric", 2)),
        "y3": at(("numeric", 3)),
        "unix": unix.cast(pl.Int64, strict=False),
    }


def date_of_fields() -> pl.Expr:
    """`v`, the day of `year`, `month` and `day`, or of `unix`."""
    first, last, ahead = BUDDHIST
    year = pl.when(pl.col("year") < _CENTURY).then(pl.col("year") + 2000).otherwise("year")
    # Through text: an impossible day is null, not an error.
    text = pl.format(
        "{}-{}-{}",
        pl.when(year.is_between(first, last)).then(year - ahead).otherwise(year),
        pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
    )
    return pl.coalesce(
        text.str.to_date("%Y-%m-%d", strict=False),
        pl.from_epoch(pl.col("unix"), time_unit="s").cast(pl.Date),
    ).alias("v")
