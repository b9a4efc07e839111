"""Exports put together in one file whose headers differ, in order or in language."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.tabular.cells import missing
from advisor.tabular.header_text import header_text
from advisor.tabular.kind import Kind

_FEW = 20  # rows of words alone that are looked at; a file of that many is no table of numbers


def in_one_layout(
    body: pl.DataFrame,
    kind: Kind,
    columns: Mapping[str, int],
    numeric: Sequence[str],
    header: Mapping[str, str],
) -> pl.DataFrame:
    """*body* with the rows below another header in the columns of the first one, and that header in
    its words. *columns* has the place of each column of *kind*, *header* what stands above each."""
    found = _wordy(body, numeric)
    if all(row.get(name) == (text or None) for row in found for name, text in header.items()):
        return body
    specs = {
        header_text(name).key: spec
        for spec, column in kind.columns.items()
        for names in (column.guesses, column.headers)
        for each in names.values()
        for name in each
        if spec in columns
    }
    ends = [*(row["_row"] for row in found[1:]), None]
    for row, end in zip(found, ends, strict=True):
        there = {
            specs[key]: name
            for name, cell in row.items()
            if name != "_row" and cell and (key := header_text(cell).key) in specs
        }
        if not set(kind.requires) & columns.keys() <= there.keys() or len(there) < 2:
            continue
        at = pl.col("_row") == row["_row"]
        below = pl.col("_row") > row["_row"]
        below = below if end is None else below & (pl.col("_row") < end)
        own = {f"c{place}": there.get(spec) for spec, place in columns.items()}
        schema = body.schema
        body = body.with_columns(
            pl.when(at)
            .then(pl.lit(text or None, pl.String))
            .when(below)
            .then(pl.col(source) if (source := own.get(name, name)) else pl.lit(None, pl.String))
            .otherwise(pl.col(name))
            .alias(name)
            for name, text in header.items()
            if schema[name] == pl.String
        )
    return body


def _wordy(body: pl.DataFrame, numeric: Sequence[str]) -> list[dict[str, str]]:
    """Rows in which columns of numbers hold words; a column that came as numbers has none."""
    schema = body.schema
    texts = [name for name in numeric if schema.get(name) == pl.String]
    if len(texts) < 2 or len(texts) < len([n for n in numeric if n in schema]):
        return []
    worded = pl.all_horizontal(
        pl.col(name).str.contains(r"\p{L}")
        & ~pl.col(name).str.contains(r"[0-9]")
        & ~pl.col(name).is_in(missing())
        for name in texts[:2]
    )
    rows = body.filter(worded.fill_null(value=False))
    return rows.to_dicts() if 0 < rows.height <= _FEW else []
