"""An order of rows that their contents decide, and neither their file nor their place in it.

The last digits of a sum depend on the order in which numbers are added. A sort by all columns would
do, and takes longer than everything else that is done with a million rows; so rows are put in the
order of their days, within a day in that of the numbers that are their ids, and those of one id, or
without such a number, in that of a number made of all their counts.
"""

import polars as pl

from advisor.model import is_count
from advisor.stats import has_one_value, places_by_day, rises

_DAY_BITS = 47  # below the days: what tells the rows of one day apart
_GOLDEN = 0.6180339887498949  # its multiples, less their whole parts, lie as far apart as can be
_PLACE = "__tmp_place"
_LONG = 10_000  # rows that are worth a look whether they are in their order already


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """*frame* with its rows sorted by their shops, days, ids and contents. The rows of a shop are
    one stretch: Polars adds up what lies together in another way than what does not."""
    if frame.height < 2:
        return frame
    shops = [] if has_one_value(frame["shop"]) else ["shop"]
    if frame.height > _LONG and not shops:
        places = places_by_day(frame["from"], frame["key"])
        if places is not None and rises(places):  # as in a file that was written day by day
            return frame.rechunk()
        if places is not None:
            ordered = frame.with_columns(places.alias(_PLACE)).sort(_PLACE)
            if rises(ordered[_PLACE]):
                return ordered.drop(_PLACE)
    number = frame["key"].cast(pl.Int64, strict=False)
    day = pl.col("from").to_physical().cast(pl.Int64).fill_null(0)
    contents = day * 2**_DAY_BITS + _contents(frame)
    if number.null_count() == frame.height:
        return frame.sort(*shops, contents)  # one number is sorted by in a fifth of the time
    return frame.sort(*shops, "from", pl.lit(number), contents)


def _contents(frame: pl.DataFrame) -> pl.Expr:
    """A number that tells rows apart by what they count."""
    counts = sorted(name for name in frame.columns if is_count(name))
    mixed = pl.col("name").str.len_bytes().cast(pl.Float64) * _GOLDEN
    for place, name in enumerate(counts, start=1):
        mixed = mixed + pl.col(name).fill_null(-1.0) * (1.0 + _GOLDEN * place)
    return ((mixed * _GOLDEN).fill_null(0.0) % 1.0 * 2.0 ** (_DAY_BITS - 1)).cast(pl.Int64)
