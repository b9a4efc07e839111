"""An order of rows that their contents decide, and neither their file nor their place in it.

The last digits of a sum depend on the order in which numbers are added. A sort by all columns would
do, and takes longer than everything else that is done with a million rows; so rows are put in the
order of their days, and within a day by a number made of all their counts.
"""

import polars as pl

from advisor.model import is_count

_DAY_BITS = 47  # below the days: what tells the rows of one day apart
_GOLDEN = 0.6180339887498949  # its multiples, less their whole parts, lie as far apart as can be


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """*frame* with its rows sorted by their shops, days and contents. The rows of a shop are one
    stretch: Polars adds up what lies together in another way than what does not."""
    if frame.height < 2:
        return frame
    counts = sorted(name for name in frame.columns if is_count(name))
    mixed = pl.col("name").str.len_bytes().cast(pl.Float64) * _GOLDEN
    for place, name in enumerate(counts, start=1):
        mixed = mixed + pl.col(name).fill_null(-1.0) * (1.0 + _GOLDEN * place)
    spread = ((mixed * _GOLDEN).fill_null(0.0) % 1.0 * 2.0 ** (_DAY_BITS - 1)).cast(pl.Int64)
    day = pl.col("from").to_physical().cast(pl.Int64).fill_null(0)
    # Nearly always a frame is of one shop, which takes no query to see.
    shops = ["shop"] if frame["shop"].n_unique() > 1 else []
    return frame.sort(*shops, day * 2**_DAY_BITS + spread)
