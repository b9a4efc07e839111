"""Which rows of a body are data, and why the others are not."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.tabular.cells import tidy
from advisor.tabular.kind import Kind


@attrs.frozen(eq=False)
class Rows:
    """The rows that are data, the rows that sum others up, and the rest counted by reason."""

    data: pl.DataFrame
    totals: pl.DataFrame | None
    left_out: dict[str, int]


def sort_out(
    body: pl.DataFrame, kind: Kind, numeric: Sequence[str], header: Mapping[str, str] = {}
) -> Rows:
    """Sorts the rows of *body*; *numeric* are the columns that should hold numbers, *header* is
    what stands above each column: files that were put together have it once more in between."""
    left: dict[str, int] = {}
    columns = [column for column in body.columns if column != "_row"]
    if all(body[c].null_count() for c in columns):
        blank = body.select(pl.all_horizontal(pl.col(c).is_null() for c in columns)).to_series()
        body = _without(body, blank, "blank row", left)
    again = _headers_again(body, header)
    if again is not None:
        body = _without(body, again, "repeated header", left)
    totals: pl.DataFrame | None = None
    first = _first(body, columns)
    if kind.totals:
        summing = _matching(first, kind.totals)
        if summing.any():
            totals = body.filter(summing)
            body = _without(body, summing, "totals row", left)
            first = first.filter(~summing)
    for reason, patterns in kind.not_data.items():
        other = _matching(first, patterns)
        if other.any():
            body = _without(body, other, reason, left)
            first = first.filter(~other)
    if kind.data_rows:
        other = ~_matching(first, kind.data_rows)
        body = _without(body, other, "not a row of data", left)
    schema = body.schema
    texts = [c for c in numeric if schema.get(c) == pl.String]
    if texts and _any(body, pl.col(texts) == "undefined"):
        others = [c for c in numeric if c in schema and c not in texts]
        says = (pl.col(texts) == "undefined").fill_null(value=False)
        held = pl.any_horizontal(pl.col(texts).str.contains("[0-9]").fill_null(value=False))
        if others:
            held = held | pl.any_horizontal(pl.col(others).is_not_null())
        undefined = body.select(pl.any_horizontal(says) & ~held).to_series()
        body = _without(body, undefined, "undefined row", left)
    return Rows(body, totals, left)


def _headers_again(body: pl.DataFrame, header: Mapping[str, str]) -> pl.Series | None:
    """Rows that are the header once more; a column that came as numbers has none of them."""
    named = {column: text for column, text in header.items() if text}
    if not named or any(body.schema[column] != pl.String for column in named):
        return None
    column, text = next(iter(named.items()))
    if not (body[column] == text).any():
        return None
    return body.select(
        pl.all_horizontal(pl.col(c).eq_missing(pl.lit(t)) for c, t in named.items())
    ).to_series()


def summary_between(
    rows: Sequence[Sequence[str]], places: Sequence[int], kind: Kind
) -> pl.DataFrame | None:
    """The totals among *rows* of a first table that has the same header as the second."""
    cells = {f"c{at}": [row[at] if at < len(row) else "" for row in rows] for at in places}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    body = frame.select(tidy(pl.all())).with_row_index("_row", offset=1)
    return sort_out(body, kind, ()).totals


def _without(
    body: pl.DataFrame, rows: pl.Series, reason: str, left: dict[str, int]
) -> pl.DataFrame:
    count = int(rows.sum())
    if not count:
        return body
    left[reason] = left.get(reason, 0) + count
    return body.filter(~rows)


def _any(body: pl.DataFrame, columns: pl.Expr) -> bool:
    return any(body.select(columns.any()).row(0))


def _first(body: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The first filled cell of every row."""
    schema = body.schema
    texts = [c for c in columns if schema[c] == pl.String]
    if texts and body[texts[0]].null_count() == 0:
        return body[texts[0]]
    if not texts:
        return pl.Series("first", [None] * body.height, pl.String)
    return body.select(pl.coalesce(texts).alias("first")).to_series()


def _matching(first: pl.Series, patterns: Sequence[str]) -> pl.Series:
    """Rows whose first cell matches one of *patterns*; looked up once for each distinct cell."""
    pattern = "(?i)" + "|".join(f"(?:{p})" for p in patterns)
    distinct = first.unique()
    hits = distinct.filter(distinct.str.contains(pattern).fill_null(value=False))
    if hits.is_empty():
        return pl.zeros(len(first), pl.Boolean, eager=True)
    return first.is_in(hits.implode()).fill_null(value=False)
