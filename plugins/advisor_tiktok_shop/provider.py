"""The provider of Seller Center, affiliate and Partner API files."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from advisor import (
    CountUnit,
    KindInfo,
    Match,
    Provider,
    ReadContext,
    Reading,
    Source,
    Steps,
    one_grid,
)
from advisor.tabular import Kind, TabularProvider, Template, TemplateProvider, load_kinds
from advisor_tiktok_shop.finance_kinds import ADDS as FINANCE_ADDS
from advisor_tiktok_shop.finance_kinds import SETTLED_BY_PRODUCT, base_counts
from advisor_tiktok_shop.words import PLACED_ORDERS, vocabulary

if TYPE_CHECKING:
    import polars as pl

    from advisor import Table
    from advisor.tabular import Shape
    from advisor_tiktok_shop.buyers import Visits

# Whatever needs Polars is imported when a file is read: the list of kinds need not wait for it.

_PACKAGE = "advisor_tiktok_shop"
_ORDERS = ("orders", "api-orders")
_PLACED = "Orders with the column Province or State"
_ADDS: Mapping[str, Sequence[str]] = {
    **FINANCE_ADDS,
    "affiliate-orders": ("orders",),
    "affiliate-videos": ("posts",),
    "api-shop-videos": ("posts",),
    "api-affiliate-orders": ("orders",),
    "api-orders": ("orders", "sku_orders", "items_sold", "customers", "repeat_customers"),
    "api-cancellations": ("cancelled_orders", "cancelled_by_seller"),
    "api-returns": ("refunded_orders", "items_refunded"),
    "api-shop-score": ("shop_performance_score_scale",),
    "orders": ("orders", "sku_orders", "customers", "repeat_customers"),
    "returns": ("refunded_orders",),
    "video-list": ("posts",),
}


class ShopProvider(TabularProvider):
    """Reads what its kinds describe, and adds what a file says without a column for it."""

    _salt: int | None = None
    _visits: "Mapping[tuple[str, str], Visits]" = MappingProxyType({})

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        """A list of videos also says how many the shop and its creators posted, and orders with a
        province where the buyers of each product are."""
        found = {
            name: attrs.evolve(info, subjects=(*info.subjects, "shop", "creator"))
            if "posts" in _ADDS.get(name, ())
            else info
            for name, info in super().kinds.items()
        }
        for name in (*FINANCE_ADDS, "affiliate-orders", "api-affiliate-orders"):
            info = found[name]
            found[name] = attrs.evolve(info, counts=base_counts(info.counts))
        for name in SETTLED_BY_PRODUCT:
            found[name] = attrs.evolve(found[name], subjects=("shop", "product"))
        placed = KindInfo(_PLACED, found["orders"].where, ("product",), (PLACED_ORDERS,))
        return {**found, "orders-by-place": placed}

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        reading = yield from super().reading(source, match, context)
        if match.kind in _ORDERS:
            return self._order_counts(reading, source, match, context.order_channels)
        return reading

    def _order_counts(
        self, reading: Reading, source: Source, match: Match, channels: Sequence[str]
    ) -> Reading:
        """Who bought, as hashes by row, and from which province: the two columns about persons that
        are looked at."""
        from advisor_tiktok_shop.buyers import buyers, new_salt
        from advisor_tiktok_shop.orders import order_counts, visits_of
        from advisor_tiktok_shop.places import COLUMNS, places

        grids = [grid for grid in source.grids if match.grid in (None, grid.name)]
        located = self._recogniser(match.kind).locate(one_grid(source, grids[0]))
        if located is None:
            return order_counts(reading, None, channels=channels)
        at, columns = located.found.row, located.found.columns
        place = next((columns[name] for name in COLUMNS if name in columns), None)
        grid = located.found.grid
        placed = None if place is None else places(grid, at, place)
        if "buyer" not in columns:
            return order_counts(reading, None, placed, channels)
        self._salt = self._salt or new_salt()
        bought = buyers(grid, at, columns["buyer"], self._salt)
        counted = order_counts(reading, bought, placed, channels)
        found = None if bought is None else visits_of(reading, counted, bought)
        if found is not None:
            self._visits = {**self._visits, _one(reading): found}
        return counted

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """*readings* with the repeat customers that the files of orders tell together; who they are
        is forgotten with it."""
        remembered = self._visits
        own = {
            _one(reading): remembered[_one(reading)]
            for reading in readings
            if _one(reading) in remembered
        }
        # Files of several shops may be read side by side.
        self._visits = {one: visits for one, visits in remembered.items() if one not in own}
        self._salt = self._salt if self._visits else None
        if len(own) < 2:
            return readings
        from advisor_tiktok_shop.buyers import over_files
        from advisor_tiktok_shop.orders import with_repeats

        return [
            with_repeats(reading, over_files(own[_one(reading)], list(own.values())))
            if _one(reading) in own
            else reading
            for reading in readings
        ]

    def finish(
        self,
        kind: Kind,
        reading: Reading,
        context: ReadContext,  # noqa: ARG002 (the contract)
    ) -> Reading:
        from advisor_tiktok_shop.finish import FINISH

        step = FINISH.get(kind.id)
        return step(reading) if step else reading


def _one(reading: Reading) -> tuple[str, str]:
    return reading.file.sha256, reading.file.name


def _shape(template: str) -> "Shape":
    def shape(kind: Kind, rows: "pl.DataFrame", context: ReadContext) -> "Sequence[Table]":
        from advisor_tiktok_shop.finish import SHAPES

        return SHAPES[template](kind, rows, context)

    return shape


def providers() -> Sequence[Provider]:
    """One for what the platform exports, one for our own templates."""
    kinds = load_kinds(_PACKAGE, platform="tiktok")
    not_additive = (
        count.id
        for count in vocabulary().count
        if count.unit in (CountUnit.PEOPLE, CountUnit.STATE)
    )
    exported = [kind for kind in kinds if not kind.template]
    templates = [Template(kind, _shape(kind.id)) for kind in kinds if kind.template]
    return (
        ShopProvider("tiktok-shop", exported, not_additive=not_additive, adds=_ADDS),
        TemplateProvider("tiktok-shop templates", templates),
    )
