"""Videos that link no product, where the files say which products a video shows."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts, Derived

_RELATION = "video-products"


def linked(counts: Counts) -> Iterator[Derived]:
    """`video.linked` of each video of the window: whether it links a product. Nothing where no file
    of the shop says what any video links."""
    pairs = counts.links.get(_RELATION)
    videos = counts.sums("video", ("views",))
    if pairs is None or pairs.is_empty() or videos.is_empty():
        return
    telling = videos.join(
        pairs.select("shop").unique(), on="shop", how="semi", maintain_order="left"
    )
    known = pairs.select("shop", pl.col("from").alias("key")).unique().with_columns(yes=True)
    found = telling.join(known, on=("shop", "key"), how="left", maintain_order="left")
    word = pl.when("yes").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("video.linked")
    yield Derived("video", found.select("shop", "key", word).sort("shop", "key"))
