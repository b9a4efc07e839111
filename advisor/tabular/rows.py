"""Which rows of a body are data, and why the others are not."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.model import frozen
from advisor.tabular.cells import missing, tidied
from advisor.tabular.kind import Kind
from advisor.tabular.words import words

_TOTALS, _DATA = "__totals", "__data"  # groups of patterns beside the reasons of a kind


_LONG = 10_000  # rows
_WIDE = 4  # columns; in a narrower table a row of one cell may be a row


@frozen(eq=False)
class Rows:
    """The rows that are data, the rows that sum others up, and the rest counted by reason."""

    data: pl.DataFrame
    totals: pl.DataFrame | None
    left_out: dict[str, int]
    lines: pl.DataFrame | None = None  # `_row` and `line` of rows with one cell, which is a text
    headers: pl.Series | None = None  # `_row` of headers that stand between the rows once more


def sort_out(
    body: pl.DataFrame,
    kind: Kind,
    numeric: Sequence[str],
    header: Mapping[str, str] = {},
    labels: Sequence[str] = (),
) -> Rows:
    """Sorts the rows of *body*; *numeric* are the columns that should hold numbers, *labels* those
    that say what a row is about; *header* is what stands above each column: files that were put
    together have it once more in between."""
    left: dict[str, int] = {}
    columns = [column for column in body.columns if column != "_row"]
    if all(body[c].null_count() for c in columns):
        blank = body.select(pl.all_horizontal(pl.col(c).is_null() for c in columns)).to_series()
        body = _without(body, blank, "blank row", left)
    again = _headers_again(body, header)
    headers = None if again is None else body["_row"].filter(again)
    if again is not None:
        body = _without(body, again, "repeated header", left)
    lines = None
    if again is not None:
        body, lines = _lines(body, columns, left)
    else:
        body = _without_remarks(body, columns, numeric, left)
    totals: pl.DataFrame | None = None
    first = _first(body, columns)
    groups = {_TOTALS: kind.totals, **kind.not_data, _DATA: kind.data_rows}
    hits = _hits(first, {name: patterns for name, patterns in groups.items() if patterns})
    if kind.totals or kind.counted_total:
        summing = _summing(body, first, hits.get(_TOTALS), kind, labels)
        if summing is None:  # the columns may have been put in another order
            summing = _summing_elsewhere(body, kind, labels)
        if summing is not None:
            totals = body.filter(summing)
            body = _without(body, summing, "totals row", left)
            first, hits = _kept(first, hits, ~summing)
    for reason in kind.not_data:
        other = _among(first, hits.get(reason))
        if other.any():
            body = _without(body, other, reason, left)
            first, hits = _kept(first, hits, ~other)
    if kind.data_rows:
        other = ~_among(first, hits.get(_DATA))
        body = _without(body, other, "not a row of data", left)
    schema = body.schema
    texts = [c for c in numeric if schema.get(c) == pl.String]
    if texts and (pl.concat([body[c] for c in texts], rechunk=False) == "undefined").any():
        others = [c for c in numeric if c in schema and c not in texts]
        says = (pl.col(texts) == "undefined").fill_null(value=False)
        held = pl.any_horizontal(pl.col(texts).str.contains("[0-9]").fill_null(value=False))
        if others:
            held = held | pl.any_horizontal(pl.col(others).is_not_null())
        undefined = body.select(pl.any_horizontal(says) & ~held).to_series()
        body = _without(body, undefined, "undefined row", left)
    return Rows(body, totals, left, lines, headers)


def _summing(
    body: pl.DataFrame,
    first: pl.Series,
    hits: pl.Series | None,
    kind: Kind,
    labels: Sequence[str],
) -> pl.Series | None:
    """Rows whose first cell says that they sum others up; None without any. Of rows with names, it
    is their counts that tell whether one with a dash does so."""
    summing = _among(first, hits)
    if kind.subject[0].key and hits is not None:
        summing = summing & ~first.is_in(words().missing).fill_null(value=False)
    if kind.counted_total and not summing.any():
        summing = _stating_their_rows(body, first, labels)
    return summing if summing.any() else None


def _summing_elsewhere(body: pl.DataFrame, kind: Kind, labels: Sequence[str]) -> pl.Series | None:
    """Rows whose only label, in whichever column, says that they sum others up."""
    types = body.schema
    texts = [c for c in labels if types.get(c) == pl.String]
    if len(texts) < 2:
        return None
    known = {c: pl.when(~pl.col(c).is_in(missing())).then(pl.col(c)) for c in texts}
    # Of any two labels one is missing in such a row, and hardly ever in another.
    some = body.lazy().filter(pl.any_horizontal(known[c].is_null() for c in texts[:2]))
    few = (
        some.select(
            "_row",
            pl.coalesce(list(known.values())).alias("label"),
            pl.sum_horizontal(label.is_not_null() for label in known.values()).alias("labels"),
        )
        .filter(pl.col("labels") == 1)
        .collect(engine="in-memory")
    )
    if few.is_empty():
        return None
    alone = body.join(few.select("_row"), on="_row", how="anti").height
    hits = _hits(few["label"], {_TOTALS: kind.totals} if kind.totals else {})
    says = _among(few["label"], hits.get(_TOTALS))
    if kind.counted_total:
        counted = few["label"].str.contains(rf"(?:^|\D){alone}(?:\D|$)")
        says = says | (counted & ~_plain_number(few["label"]) & (few.height == 1))
    return body["_row"].is_in(few.filter(says)["_row"].implode()) if says.any() else None


def _lines(
    body: pl.DataFrame, columns: Sequence[str], left: dict[str, int]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Rows of one filled cell in files that were put together: what stood above a header."""
    if len(columns) < 2:  # every row has one cell
        return body, None
    alone = body.select(
        (pl.sum_horizontal(pl.col(c).is_not_null() for c in columns) == 1)
        & pl.col(columns[0]).is_not_null()
    ).to_series()
    lines = body.filter(alone).select("_row", pl.col(columns[0]).cast(pl.String).alias("line"))
    return _without(body, alone, "line above a header", left), lines


def _without_remarks(
    body: pl.DataFrame, columns: Sequence[str], numeric: Sequence[str], left: dict[str, int]
) -> pl.DataFrame:
    """*body* without rows of one filled cell, such as a remark below the rows. A day or an id alone
    is no remark: it is a row without values, which may well be written `N/A`."""
    others = [c for c in columns[1:] if body[c].null_count()]
    if len(columns) < _WIDE or len(others) < len(columns) - 1 or columns[0] in numeric:
        return body
    alone = body.select(pl.all_horizontal(pl.col(c).is_null() for c in others)).to_series()
    if not alone.any():
        return body
    alone = alone & body[columns[0]].cast(pl.String).str.contains(r"\p{L}").fill_null(value=False)
    return _without(body, alone, "line of text", left)


def _stating_their_rows(body: pl.DataFrame, first: pl.Series, labels: Sequence[str]) -> pl.Series:
    """Rows whose first cell holds the number of rows above them ("全2件の結果") and which are about
    nothing: every other label is missing. Files put together have one after each part."""
    types = body.schema
    others = [c for c in labels if types.get(c) == pl.String]
    if len(others) < 2:  # a name alone: "Campaign 3" may well stand in the fourth row
        return _none(first)
    blank = [pl.col(c).is_null() | pl.col(c).is_in(missing()) for c in others[1:]]
    named = pl.DataFrame({"at": range(body.height), "first": first})
    numbers = pl.col("first").str.replace_all(r"[.,\s]", "").str.extract_all("[0-9]+")
    about_nothing = body.select(pl.all_horizontal(pl.lit(value=True), *blank).alias("b"))["b"]
    maybe = named.with_columns(n=numbers.list.eval(pl.element().cast(pl.Int64, strict=False)))
    maybe = maybe.filter(about_nothing & (maybe["n"].list.len() > 0) & ~_plain_number(first))
    found: list[int] = []
    for at, _, counts in maybe.iter_rows():  # only rows with nothing but a number and dashes
        above = at - found[-1] - 1 if found else at
        if above in counts or body.height - 1 in counts:
            found.append(at)
    return named["at"].is_in(found)


def _plain_number(first: pl.Series) -> pl.Series:
    return first.str.contains(r"^[\d.,:/\s-]*$").fill_null(value=True)


def _headers_again(body: pl.DataFrame, header: Mapping[str, str]) -> pl.Series | None:
    """Rows that are the header once more; a column that came as numbers has none of them."""
    named = {column: text for column, text in header.items() if text}
    schema = body.schema
    if not named or any(schema[column] != pl.String for column in named):
        return None
    column, text = next(iter(named.items()))
    if not (body[column] == text).any():
        return None
    return body.select(
        pl.all_horizontal(pl.col(c).eq_missing(pl.lit(t)) for c, t in named.items())
    ).to_series()


def rows_between(
    rows: Sequence[Sequence[str]], places: Sequence[int], kind: Kind
) -> tuple[pl.DataFrame | None, dict[str, int]]:
    """The totals among *rows* above the header, and all of them by the reason why they are none of
    the data; the first of two tables may have the same header as the second."""
    columns = {f"c{at}": [row[at] if at < len(row) else "" for row in rows] for at in places}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    body = tidied(frame).with_row_index("_row", offset=1)
    sorted_ = sort_out(body, kind, ())
    above = {"above the header": sorted_.data.height} if sorted_.data.height else {}
    return sorted_.totals, {**sorted_.left_out, **above}


def _without(
    body: pl.DataFrame, rows: pl.Series, reason: str, left: dict[str, int]
) -> pl.DataFrame:
    count = int(rows.sum())
    if not count:
        return body
    left[reason] = left.get(reason, 0) + count
    return body.filter(~rows)


def _first(body: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The first filled cell of every row."""
    schema = body.schema
    texts = [c for c in columns if schema[c] == pl.String]
    if texts and body[texts[0]].null_count() == 0:
        return body[texts[0]]
    if not texts:
        return pl.Series("first", [None] * body.height, pl.String)
    return body.select(pl.coalesce(texts).alias("first")).to_series()


def _kept(
    first: pl.Series, hits: Mapping[str, pl.Series], keep: pl.Series
) -> tuple[pl.Series, dict[str, pl.Series]]:
    return first.filter(keep), {name: rows.filter(keep) for name, rows in hits.items()}


def _hits(first: pl.Series, groups: Mapping[str, Sequence[str]]) -> dict[str, pl.Series]:
    """The rows whose first cell matches one of the patterns of each group, if any do."""
    if not groups:
        return {}
    hits = {
        name: pl.col("first").str.contains("(?i)" + "|".join(f"(?:{p})" for p in patterns))
        for name, patterns in groups.items()
    }
    matching = [hit.fill_null(value=False).alias(name) for name, hit in hits.items()]
    cells = pl.LazyFrame({"first": first})
    if len(first) > _LONG:  # its cells repeat
        distinct = cells.unique().with_columns(matching).collect(engine="in-memory")
        named = {name: distinct["first"].filter(distinct[name]) for name in groups}
        return {
            name: first.is_in(texts.implode()).fill_null(value=False)
            for name, texts in named.items()
            if len(texts)
        }
    found = cells.select(matching).collect(engine="in-memory")
    return {name: found[name] for name in groups if found[name].any()}


def _among(first: pl.Series, hits: pl.Series | None) -> pl.Series:
    return _none(first) if hits is None else hits


def _none(first: pl.Series) -> pl.Series:
    return pl.Series([False]).new_from_index(0, len(first))
