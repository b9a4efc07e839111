"""Whether every number of a reading can be found again in its file."""

from collections.abc import Iterator

import polars as pl

from advisor.errors import AdvisorError
from advisor.ingest import combine
from advisor.model import Table, Vocabulary
from advisor.testing.samples import Part, grid_rows


def lineage_breaks(part: Part, vocabulary: Vocabulary) -> Iterator[str]:
    """What is wrong with `_row` in the tables of *part*, and with `_file` once the host has it."""
    for table in part.reading.tables:
        at = f"table {table.subject} ({table.family})"
        if "_row" not in table.frame.columns:
            yield f"{at}: has no column '_row'"
            continue
        unknown = table.frame["_row"].null_count()
        if unknown:
            yield f"{at}: {unknown} rows do not say which row of the file they are"
        elif part.grid is not None:
            yield from _misplaced(table, at, grid_rows(part.grid))
    try:
        counted = combine([part.reading], vocabulary)
    except AdvisorError as error:
        yield f"the host cannot take the reading: {error}"
        return
    for one in counted.sets:
        for frame in (one.rows, one.totals, one.lifetime):
            if frame is not None and frame["_file"].null_count():
                yield f"{one.subject} ({one.family}): rows without '_file'"


def _misplaced(table: Table, at: str, rows: pl.DataFrame) -> Iterator[str]:
    """Rows of *table* that do not lie in the file, or whose key or name stands in other rows only.

    What the file does not hold word for word (a key made of several names) proves nothing.
    """
    last = rows.height and int(rows["_row"][-1])
    outside = table.frame.filter(
        ~pl.col("_row").is_in(rows["_row"].implode()) & (pl.col("_row") != 1)
    )
    if outside.height:
        yield f"{at}: row {outside['_row'][0]} is no row of the file, which ends with row {last}"
    cells = rows.unpivot(index="_row", value_name="_cell").drop("variable").drop_nulls()
    told = table.frame.select("_row", pl.concat_list("key", "name").alias("_cell"))
    told = told.with_row_index("_at").explode("_cell").drop_nulls()
    printed = told.join(cells.select("_cell").unique(), on="_cell", how="semi")
    found = printed.join(cells.unique(), on=["_row", "_cell"], how="semi")
    lost = printed.filter(~pl.col("_at").is_in(found["_at"].implode()))
    if lost.height:
        row, word = lost.select("_row", "_cell").row(0)
        yield f"{at}: {word!r} is said to stand in row {row} of the file, and stands elsewhere"
