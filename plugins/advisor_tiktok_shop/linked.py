"""Videos that link no product, where the files say which products a video shows."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts

_RELATION = "video-products"


def linked(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`video.linked` of each video of the window: whether it links a product. Nothing where no file
    of the shop says what any video links."""
    pairs = counts.links.get(_RELATION)
    videos = counts.sums("video", ("views",))
    if pairs is None or pairs.is_empty() or videos.is_empty():
        return
    linking = pairs.lazy().select("shop", pl.col("from").alias("key"), yes=True).unique()
    telling = videos.lazy().join(linking, on="shop", how="semi", maintain_order="left")
    found = telling.join(linking, on=("shop", "key"), how="left", maintain_order="left")
    word = pl.when("yes").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("video.linked")
    yield "video", found.select("shop", "key", word).sort("shop", "key")
