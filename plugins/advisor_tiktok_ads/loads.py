"""Loaders that append keep every version of a row that they fetch again: the newest load holds."""

import attrs
import polars as pl

from advisor import Reading, Table
from advisor_tiktok_ads.history import OLDER

_LOADED = "by.loaded_at"
_ONE_LOAD = 60.0  # seconds: loaders stamp each row of one answer on its own
_MILLISECONDS = 1e11  # from here on a moment counts milliseconds


def newest_loads(reading: Reading) -> Reading:
    """*reading* with the rows of the newest load for each subject, time and breakdown."""
    if not any(_LOADED in table.frame.columns for table in reading.tables):
        return reading
    tables = tuple(_newest(table) for table in reading.tables)
    older = sum(t.frame.height for t in reading.tables) - sum(t.frame.height for t in tables)
    left_out = {**reading.left_out, OLDER: older} if older else reading.left_out
    return attrs.evolve(reading, tables=tables, rows=reading.rows - older, left_out=left_out)


def _newest(table: Table) -> Table:
    frame = table.frame
    if _LOADED not in frame.columns:
        return table
    breakdowns = [name for name in frame.columns if name[:3] == "by." and name != _LOADED]
    loaded = _seconds().fill_null(-1.0)
    account = [name for name in ("_account",) if name in frame.columns]
    newest = loaded.max().over("key", "from", "to", *account, *breakdowns)
    return attrs.evolve(table, frame=frame.filter(loaded >= newest - _ONE_LOAD).drop(_LOADED))


def _seconds() -> pl.Expr:
    """A moment as seconds since 1970: loaders write a date with its time, or count."""
    text = pl.col(_LOADED)
    count = text.cast(pl.Float64, strict=False)
    moment = (
        text.str.slice(0, 26)
        .str.extract(r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?)")
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False)
    )
    counted = pl.when(count >= _MILLISECONDS).then(count / 1000).otherwise(count)
    day = text.str.extract(r"^(\d{4}-\d\d-\d\d)$").str.to_date("%Y-%m-%d", strict=False)
    whole = day.cast(pl.Datetime("ms")).dt.epoch("ms")
    return pl.coalesce(counted, moment.dt.epoch("ms") / 1000, whole / 1000)
