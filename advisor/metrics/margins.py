"""What the shop keeps of its sales, before ads: as advisor.toml says, as its costs come to, or as
the list of its products' margins says for what it sold."""

from collections.abc import Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import measure
from advisor.metrics.required import Wanted
from advisor.model import Business, MarginSource, Note, Unit, Vocabulary, Window, text

ENOUGH = (
    0.5  # of the sales must be of products with a margin; fewer do not stand for the shop: ours
)


def with_margin(
    business: Business, rows: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> tuple[Business, tuple[Note, ...]]:
    """*business* with the margin of its products, where none is stated, and what to say of it."""
    if business.margin is not None:
        return business, ()
    for source in vocabulary.margins.values():
        told = _of_products(source, rows, window, vocabulary)
        if told is None:
            continue
        margin, part, products = told
        kinds = vocabulary.subjects[source.subject].plural
        based = f"{products:,} {kinds} with a margin of their own make {_share(part)} of the sales"
        if part < ENOUGH:
            said = f"{based}: too little to tell the shop's margin, which stays unknown"
            return business, (Note("margin", said),)
        if not 0 < margin < 1:
            said = f"{based}, and leave {_share(margin)} of it: no margin to work with"
            return business, (Note("margin", said),)
        origin = f"{kinds}' own margins, weighed by their sales"
        found = attrs.evolve(business, margin=margin, margin_origin=origin)
        return found, (Note("margin", f"{based}; by these the shop's margin is {_share(margin)}"),)
    return business, ()


def _share(value: float) -> str:
    return text.number(round(value, 3), Unit.SHARE)


def _of_products(
    source: MarginSource, rows: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> tuple[float, float, int] | None:
    """The margin over all sales of products that have one, the part of the sales that these are,
    and how many products they are; None where no file tells."""
    own = [one for one in rows if one.subject == source.subject]
    if not any(source.share in one.frame.columns for one in own):
        return None
    wanted = {source.subject: Wanted(frozenset((source.share, source.sales)))}
    measured = measure(own, wanted, window, vocabulary).get(source.subject)
    if measured is None or not {source.share, source.sales} <= measured.metrics:
        return None
    share, sales = pl.col(source.share), pl.col(source.sales)
    with_share = sales.filter(share.is_not_null()).sum()
    kept, sold, whole, products = measured.frame.select(
        (share * sales).sum().alias("kept"),
        with_share.alias("sold"),
        sales.sum().alias("whole"),
        (share.is_not_null() & (sales > 0)).sum().alias("products"),
    ).row(0)
    if not sold or not whole:
        return None
    return kept / sold, sold / whole, products
