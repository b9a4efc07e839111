"""The provider of Seller Center, affiliate and Partner API files."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from advisor import CountUnit, KindInfo, Match, Provider, ReadContext, Reading, Source, one_grid
from advisor.tabular import Kind, Shape, TabularProvider, Template, TemplateProvider, load_kinds
from advisor_tiktok_shop.buyers import Visits, buyers, new_salt, over_files
from advisor_tiktok_shop.channels import channel, shop_tab_or_search
from advisor_tiktok_shop.finance import ADDS as FINANCE_ADDS
from advisor_tiktok_shop.finance import FINISH as FINANCE
from advisor_tiktok_shop.finance import SETTLED_BY_PRODUCT, base_counts
from advisor_tiktok_shop.intervals import intervals, live_minutes
from advisor_tiktok_shop.orders import order_counts, return_counts, visits_of, with_repeats
from advisor_tiktok_shop.own_calendar import commission_rates, promotions, samples
from advisor_tiktok_shop.own_lists import account_health, product_margins, stock, targets
from advisor_tiktok_shop.own_service import service_rates
from advisor_tiktok_shop.parts import (
    about,
    after,
    on_the_day_in_its_name,
    part_of,
    part_of_one,
    videos_by_link,
)
from advisor_tiktok_shop.places import COLUMNS as PLACES
from advisor_tiktok_shop.places import COUNT as PLACED_ORDERS
from advisor_tiktok_shop.places import places
from advisor_tiktok_shop.posts import posts_by_day
from advisor_tiktok_shop.together import agents_together, creators_orders
from advisor_tiktok_shop.violations import violations
from advisor_tiktok_shop.words import vocabulary

_PACKAGE = "advisor_tiktok_shop"
_VIDEOS = channel("video", "Videos")
_LIVES = channel("live", "LIVEs")
_AFFILIATES_ALONE = (
    "videos",
    "streams",
    "sample_content",
    "samples_shipped",
    "selling_videos",
    "selling_streams",
    "posting_creators",
    "selling_creators",
    "commission",
)
_FINISH: Mapping[str, Callable[[Reading], Reading]] = {
    **FINANCE,
    "affiliate-orders": creators_orders,
    "affiliate-products": part_of("affiliate", own=_AFFILIATES_ALONE),
    "affiliate-videos": after(videos_by_link, posts_by_day),
    "api-shop-hours": on_the_day_in_its_name,
    "api-shop-live-days": after(intervals, _LIVES),
    "api-shop-live-minutes": after(live_minutes, about("LIVE")),
    "api-shop-live-products": part_of_one("LIVE"),
    "api-shop-performance": intervals,
    "api-shop-product-detail": after(intervals, about("product")),
    "api-shop-video-days": after(intervals, _VIDEOS),
    "api-shop-video-detail": after(intervals, about("video")),
    "api-shop-video-products": part_of_one("video"),
    "api-shop-videos": posts_by_day,
    "creator-products": part_of("creator"),
    "live-daily": _LIVES,
    "product-card-daily": channel("product-card", "Product card"),
    "returns": return_counts,
    "search-product-list": part_of("search"),
    "service-daily": agents_together,
    "shop-tab-daily": shop_tab_or_search,
    "store-page-daily": channel("store-page", "Store page"),
    "video-daily": _VIDEOS,
    "video-list": posts_by_day,
}
_PLACED = "Orders with the column Province or State"
_ADDS: Mapping[str, Sequence[str]] = {
    **FINANCE_ADDS,
    "affiliate-orders": ("orders",),
    "affiliate-videos": ("posts",),
    "api-shop-videos": ("posts",),
    "orders": ("orders", "sku_orders", "customers", "repeat_customers"),
    "returns": ("refunded_orders",),
    "video-list": ("posts",),
}
_TEMPLATES: Mapping[str, Shape] = {
    "account-health": account_health,
    "commission-rates": commission_rates,
    "product-margins": product_margins,
    "promotions": promotions,
    "samples": samples,
    "service-rates": service_rates,
    "stock": stock,
    "targets": targets,
    "violations": violations,
}


class ShopProvider(TabularProvider):
    """Reads what its kinds describe, and adds what a file says without a column for it."""

    _salt: int | None = None
    _visits: Mapping[tuple[str, str], Visits] = {}

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
        for name in FINANCE:
            info = found[name]
            found[name] = attrs.evolve(info, counts=base_counts(info.counts))
        for name in SETTLED_BY_PRODUCT:
            found[name] = attrs.evolve(found[name], subjects=("shop", "product"))
        placed = KindInfo(_PLACED, found["orders"].where, ("product",), (PLACED_ORDERS,))
        return {**found, "orders-by-place": placed}

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        reading = super().read(source, match, context)
        if match.kind == "orders":
            return self._order_counts(reading, source, match)
        return reading

    def _order_counts(self, reading: Reading, source: Source, match: Match) -> Reading:
        """Who bought, as hashes by row, and from which province: the two columns about persons that
        are looked at."""
        grids = [grid for grid in source.grids if match.grid in (None, grid.name)]
        located = self._recogniser(match.kind).locate(one_grid(source, grids[0]))
        if located is None:
            return order_counts(reading, None)
        at, columns = located.found.row, located.found.columns
        place = next((columns[name] for name in PLACES if name in columns), None)
        placed = None if place is None else places(grids[0], at, place)
        if "buyer" not in columns:
            return order_counts(reading, None, placed)
        self._salt = self._salt or new_salt()
        bought = buyers(grids[0], at, columns["buyer"], self._salt)
        counted = order_counts(reading, bought, placed)
        found = None if bought is None else visits_of(reading, counted, bought)
        if found is not None:
            self._visits = {**self._visits, _one(reading): found}
        return counted

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """*readings* with the repeat customers that the files of orders tell together; who they are
        is forgotten with it."""
        remembered, self._visits, self._salt = self._visits, {}, None
        own = {
            _one(reading): remembered[_one(reading)]
            for reading in readings
            if _one(reading) in remembered
        }
        if len(own) < 2:
            return readings
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
        return _FINISH.get(kind.id, _as_it_is)(reading)


def _one(reading: Reading) -> tuple[str, str]:
    return reading.file.sha256, reading.file.name


def _as_it_is(reading: Reading) -> Reading:
    return reading


def providers() -> Sequence[Provider]:
    """One for what the platform exports, one for our own templates."""
    kinds = load_kinds(_PACKAGE, platform="tiktok")
    not_additive = (
        count.id
        for count in vocabulary().count
        if count.unit in (CountUnit.PEOPLE, CountUnit.STATE)
    )
    exported = [kind for kind in kinds if not kind.template]
    templates = [Template(kind, _TEMPLATES[kind.id]) for kind in kinds if kind.template]
    return (
        ShopProvider("tiktok-shop", exported, not_additive=not_additive, adds=_ADDS),
        TemplateProvider("tiktok-shop templates", templates),
    )
