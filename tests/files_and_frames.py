"""Small readings, made by hand, for tests of what happens after reading."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from advisor.model.reading import File, Grain, Links, Period, Reading, Table
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file

WORDS: Vocabulary = merge(
    [
        (
            "test",
            vocabulary_file(
                """
                subject  = [
                    { id = "ad", title = "Ad", plural = "ads", parent = "campaign" },
                    { id = "campaign", title = "Campaign", plural = "campaigns" },
                    { id = "product", title = "Product", plural = "products" },
                ]
                relation = [{ id = "ad-product", from = "ad", to = "product" }]
                count    = [
                    { id = "clicks", title = "Clicks" },
                    { id = "spend", title = "Spend", unit = "money" },
                    { id = "reach", title = "Reach", unit = "people" },
                ]
                """,
                where="test",
            ),
        )
    ]
)
FIRST = date(2026, 5, 1)


def day(number: int) -> date:
    """Day 1 is FIRST."""
    return FIRST + timedelta(days=number - 1)


def file(name: str, content: str | None = None) -> File:
    text = (name if content is None else content).encode()
    return File(Path(name), name, len(text), hashlib.sha256(text).hexdigest())


def frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """A table's frame: `day` stands for `from` and `to`; what is not said is null."""
    full = [_row(number, row) for number, row in enumerate(rows, start=2)]
    columns = list(dict.fromkeys([*_DTYPES, *(name for row in full for name in row)]))
    schema = {name: _DTYPES.get(name) or _dtype(name) for name in columns}
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in full], schema=schema)


_DTYPES: dict[str, type[pl.DataType]] = {
    "key": pl.String,
    "name": pl.String,
    "from": pl.Date,
    "to": pl.Date,
    "currency": pl.String,
    "_row": pl.UInt32,
}


def _dtype(name: str) -> type[pl.DataType]:
    return pl.String if name.startswith(("by.", "parent.")) else pl.Float64


def _row(number: int, row: Mapping[str, object]) -> dict[str, object]:
    given = dict(row)
    if "day" in given:
        given["from"] = given["to"] = day(int(str(given.pop("day"))))
    for end in ("from", "to"):
        if isinstance(given.get(end), int):
            given[end] = day(int(str(given[end])))
    base = {"key": None, "name": given.get("key"), "from": None, "to": None, "currency": None}
    return {**base, "_row": number, **given}


def reading(
    name: str,
    rows: Sequence[Mapping[str, object]],
    *,
    subject: str = "ad",
    family: str = "ads",
    grain: Grain = Grain.DAY,
    ends: int | None = None,
    currency: str | None = None,
    content: str | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> Reading:
    table = frame(rows)
    pairs = pl.DataFrame(list(links), schema={"from": pl.String, "to": pl.String}, orient="row")
    return Reading(
        file=file(name, content),
        provider="test",
        kind=f"{family}-{grain.value}",
        title="Ads",
        tables=(Table(subject, family, grain, table),),
        rows=table.height,
        period=None if ends is None else Period(FIRST, day(ends)),
        currency=currency,
        links=(Links("ad-product", pairs),) if links else (),
    )
