"""What the shop keeps of its sales, before ads: as advisor.toml says, as its costs come to, as its
settlements leave before the cost of goods, or as the list of its products' margins says for what it
sold."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import measure
from advisor.metrics.required import RequiredMetrics
from advisor.metrics.windows import Windows
from advisor.model import (
    Business,
    MarginSource,
    Note,
    Quantity,
    Unit,
    Vocabulary,
    Window,
    lazy_gettext,
    lazy_ngettext,
)

OWN_LIST = "the list of margins"  # where a shop's margin comes from
SETTLEMENTS = "settlements and the cost of goods"
ENOUGH = (
    0.5  # of the sales must be of products with a margin; fewer do not stand for the shop: ours
)


def with_margins(
    businesses: Mapping[str, Business],
    rows: Sequence[CountedRows],
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> tuple[dict[str, Business], dict[str, Note]]:
    """*businesses* (by id) with the margin of their products, where they state none, and what to
    say of it."""
    found = dict(businesses)
    notes: dict[str, Note] = {}
    sources = sorted(vocabulary.margins.values(), key=lambda source: not source.metric)
    for source in sources:
        open_ = [id_ for id_, one in found.items() if one.margin is None and id_ not in notes]
        if not open_:
            break
        if source.metric:
            left = _before_goods(source, rows, window, vocabulary)
            for shop in open_:
                if shop in left:
                    found[shop], note = _with_settlements(found[shop], *left[shop])
                    notes |= {shop: note} if note else {}
            continue
        told = _of_products(source, rows, window, vocabulary)
        kinds = vocabulary.subjects[source.subject].plural
        for shop in open_:
            if shop in told:
                found[shop], notes[shop] = _with_margin(found[shop], kinds, *told[shop])
    return found, notes


def _before_goods(
    source: MarginSource,
    rows: Sequence[CountedRows],
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> dict[str, tuple[float, float]]:
    """By shop, what its settlements leave before the cost of goods, and of how many orders."""
    own = [one for one in rows if one.subject == source.subject]
    wanted = {source.subject: RequiredMetrics(frozenset((source.metric,)))}
    measured = measure(own, wanted, window, vocabulary).get(source.subject)
    if measured is None or source.metric not in measured.metrics:
        return {}
    told = (
        measured.frame.select("shop", source.metric, f"{source.metric}.n")
        .drop_nulls()
        .filter(pl.col(source.metric).is_finite())
    )
    return {shop: (left, orders) for shop, left, orders in told.iter_rows()}


def _with_settlements(
    business: Business, left: float, orders: float
) -> tuple[Business, Note | None]:
    found = attrs.evolve(business, before_goods=left)
    if business.costs_besides is None:
        return found, None
    margin = left - business.costs_besides
    values: dict[str, Any] = {
        "left": _share(left),
        "costs": _share(business.costs_besides),
        "margin": _share(margin),
    }
    if not 0 < margin < 1:
        said = lazy_ngettext(
            "settlements of {n} order leave {left} of sales before ads, and your [costs] are "
            "{costs}: nothing is left as the shop margin",
            "settlements of {n} orders leave {left} of sales before ads, and your [costs] are "
            "{costs}: nothing is left as the shop margin",
            round(orders),
            **values,
        )
        return found, Note("margin", said)
    found = attrs.evolve(found, margin=margin, margin_origin=SETTLEMENTS)
    said = lazy_ngettext(
        "settlements of {n} order leave {left} of sales before ads, and your [costs] are {costs}; "
        "so the shop margin is {margin}",
        "settlements of {n} orders leave {left} of sales before ads, and your [costs] are {costs}; "
        "so the shop margin is {margin}",
        round(orders),
        **values,
    )
    return found, Note("margin", said)


def _with_margin(
    business: Business, kinds: str, margin: float, part: float, products: int
) -> tuple[Business, Note]:
    values: dict[str, Any] = {
        "kinds": lazy_gettext(kinds),
        "part": _share(part),
        "margin": _share(margin),
    }
    if part < ENOUGH:
        said = lazy_ngettext(
            "only {n} of your {kinds} has its own margin ({part} of sales): too few for a shop "
            "margin, which stays unknown",
            "only {n} of your {kinds} have their own margin ({part} of sales): too few for a shop "
            "margin, which stays unknown",
            products,
            **values,
        )
        return business, Note("margin", said)
    if not 0 < margin < 1:
        said = lazy_ngettext(
            "the margin of {n} of your {kinds} ({part} of sales) is {margin}: it can't be used as "
            "the shop margin",
            "the margins of {n} of your {kinds} ({part} of sales) average {margin}: that can't be "
            "used as the shop margin",
            products,
            **values,
        )
        return business, Note("margin", said)
    found = attrs.evolve(business, margin=margin, margin_origin=OWN_LIST)
    said = lazy_ngettext(
        "the shop margin, {margin}, is calculated from the margin of {n} of your {kinds} ({part} "
        "of sales)",
        "the shop margin, {margin}, is calculated from the margins of {n} of your {kinds} ({part} "
        "of sales)",
        products,
        **values,
    )
    return found, Note("margin", said)


def _share(value: float) -> Quantity:
    return Quantity(round(value, 3), Unit.SHARE)


def _of_products(
    source: MarginSource,
    rows: Sequence[CountedRows],
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> dict[str, tuple[float, float, int]]:
    """By shop, the margin over all sales of products that have one, the part of the sales that
    these are, and how many products they are; without the shops whose files do not tell."""
    own = [one for one in rows if one.subject == source.subject]
    if not any(source.share in one.frame.columns for one in own):
        return {}
    wanted = {source.subject: RequiredMetrics(frozenset((source.share, source.sales)))}
    measured = measure(own, wanted, window, vocabulary).get(source.subject)
    if measured is None or not {source.share, source.sales} <= measured.metrics:
        return {}
    share, sales = pl.col(source.share), pl.col(source.sales)
    # Over a column that is known to be sorted, sums are taken otherwise than over others, and their
    # last digits differ: a second key has all shops of a block and one alone summed alike.
    sums = measured.frame.group_by("shop", pl.col("shop").alias("again"), maintain_order=True).agg(
        (share * sales).sum().alias("kept"),
        sales.filter(share.is_not_null()).sum().alias("sold"),
        sales.sum().alias("whole"),
        (share.is_not_null() & (sales > 0)).sum().alias("products"),
    )
    return {
        shop: (kept / sold, sold / whole, products)
        for shop, _, kept, sold, whole, products in sums.iter_rows()
        if sold and whole
    }
