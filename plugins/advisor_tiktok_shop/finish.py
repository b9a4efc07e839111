"""What is done to the readings of single kinds, and what the rows of our templates mean."""

from collections.abc import Callable, Mapping

from advisor import Reading
from advisor.tabular import Shape
from advisor_tiktok_shop.channels import channel, shop_tab_or_search
from advisor_tiktok_shop.finance import FINISH as FINANCE
from advisor_tiktok_shop.intervals import intervals, live_minutes
from advisor_tiktok_shop.orders import return_counts
from advisor_tiktok_shop.own_calendar import commission_rates, promotions, samples
from advisor_tiktok_shop.own_lists import account_health, product_margins, stock, targets
from advisor_tiktok_shop.own_service import service_rates
from advisor_tiktok_shop.partner_api import (
    cancellations,
    line_items,
    payments,
    returned_items,
    score,
    spans_of_videos,
    without_today,
)
from advisor_tiktok_shop.parts import (
    about,
    after,
    on_the_day_in_its_name,
    part_of,
    part_of_one,
    videos_by_link,
)
from advisor_tiktok_shop.posts import posts_by_day
from advisor_tiktok_shop.together import agents_together, creators_orders
from advisor_tiktok_shop.violations import violations

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
FINISH: Mapping[str, Callable[[Reading], Reading]] = {
    **FINANCE,
    "affiliate-orders": creators_orders,
    "affiliate-products": part_of("affiliate", own=_AFFILIATES_ALONE),
    "affiliate-videos": after(videos_by_link, posts_by_day),
    "api-affiliate-orders": creators_orders,
    "api-cancellations": cancellations,
    "api-live-room": about("LIVE"),
    "api-live-room-products": part_of_one("LIVE"),
    "api-orders": line_items,
    "api-payments": payments,
    "api-returns": returned_items,
    "api-shop-hours": on_the_day_in_its_name,
    "api-shop-live-days": after(intervals, _LIVES),
    "api-shop-live-minutes": after(live_minutes, about("LIVE")),
    "api-shop-live-overview": after(intervals, _LIVES),
    "api-shop-live-products": part_of_one("LIVE"),
    "api-shop-performance": intervals,
    "api-shop-product-detail": after(intervals, about("product")),
    "api-shop-score": score,
    "api-shop-sku-detail": after(intervals, about("SKU")),
    "api-shop-video-batch": intervals,
    "api-shop-video-days": after(intervals, _VIDEOS),
    "api-shop-video-detail": after(intervals, about("video")),
    "api-shop-video-overview": after(without_today, intervals, _VIDEOS),
    "api-shop-video-products": part_of_one("video"),
    "api-shop-videos": posts_by_day,
    "api-video-sales": after(spans_of_videos, intervals),
    "creator-products": part_of("creator"),
    "live-daily": _LIVES,
    "product-card-daily": channel("product-card", "Product card"),
    "returns": return_counts,
    "search-product-list": part_of("search", own=("poor_information",)),
    "service-daily": agents_together,
    "shop-tab-daily": shop_tab_or_search,
    "store-page-daily": channel("store-page", "Store page"),
    "video-daily": _VIDEOS,
    "video-list": posts_by_day,
}
SHAPES: Mapping[str, Shape] = {
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
