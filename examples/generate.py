"""Writes the example shop's files: `python -m examples.generate [FOLDER]`.

The same code gives the same files, byte for byte.
"""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from examples.shop import (
    ADS,
    CREATOR_ID,
    CURRENCY,
    DOWNLOADED,
    FIRST,
    FLAGGED_VIDEO,
    GENDERS,
    HANDLE,
    LAST,
    PRODUCTS,
    TERRITORIES,
    USD_RATE,
    VIDEOS,
)
from examples.simulate import DAYS, AdDay, Live, Shop, VideoDay, Visit, simulate, within
from tests.shapes import Row, Value, ads_manager, seller_center, studio, violations

SEED = 20260901
FOLDER = Path(__file__).parent / "luna-beauty"
MONTHS = ((FIRST, date(2026, 9, 30)), (date(2026, 10, 1), LAST))

PROFILE = f"""\
[shop]
id = "luna-beauty"
name = "Luna Beauty"
size = "small"
niche = "fashion-beauty"
region = "MX"
currency = "{CURRENCY}"
usd_rate = {USD_RATE}      # one MXN in US dollars
margin = 0.45

[goal]
focus = "sales"
"""

CONVERSION = 0.03


def files() -> dict[str, bytes]:
    """Every file of the example, by its name in the folder."""
    shop = simulate(SEED)
    made = {"advisor.toml": PROFILE.encode()}
    for first, last in MONTHS:
        made |= _month(shop, first, last)
    made[ads_manager.file_name(FIRST, LAST, report="Daily ad report", account="Luna Beauty")] = (
        ads_manager.daily_csv([_ad(day) for day in shop.ads], currency=CURRENCY)
    )
    made |= _studio(shop)
    made[violations.FILE_NAME] = violations.violations([_violation()])
    return made


def write(folder: Path) -> list[Path]:
    """Writes the files into *folder* and gives back their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files().items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _month(shop: Shop, first: date, last: date, currency: str = CURRENCY) -> dict[str, bytes]:
    """What a seller downloads for one month; a month's files carry the day of their download."""
    taken = min(last + timedelta(days=2), DOWNLOADED)
    visits = within(shop.visits, first, last)
    seen = [v for v in shop.videos if first <= v.day <= last]
    lives = [live for live in shop.lives if first <= live.started.date() <= last]
    days = [day for day in DAYS if first <= day <= last]
    return {
        seller_center.shop_analytics_name(taken): seller_center.shop_analytics(
            [_shop_day(day, within(visits, day, day)) for day in days],
            first,
            last,
            language="es",
            currency=currency,
            people=_people(visits, repeat=0.93),
        ),
        seller_center.product_list_name(taken): seller_center.product_list(
            [_product(index, visits) for index in range(len(PRODUCTS))],
            first,
            last,
            language="en",
            currency=currency,
        ),
        seller_center.video_list_name(taken): seller_center.video_list(
            [
                _video(index, [v for v in seen if v.video == index], visits)
                for index in sorted({v.video for v in seen}, reverse=True)
            ],
            first,
            last,
            language="es",
            currency=currency,
        ),
        _as_csv(seller_center.video_core_stats_name(taken)): seller_center.video_core_stats(
            [_video_day(day, seen, visits) for day in days],
            first,
            last,
            language="es",
            currency=currency,
            form="csv",
        ),
        _as_csv(seller_center.live_core_stats_name(taken)): seller_center.live_core_stats(
            [_live_day(day, lives, visits) for day in days],
            first,
            last,
            language="es",
            currency=currency,
            form="csv",
        ),
        seller_center.creator_live_performance_name(taken): seller_center.creator_live_performance(
            [_live(live, visits) for live in reversed(lives)], first, last
        ),
    }


def _as_csv(name: str) -> str:
    """The name that Google Sheets gives to the CSV of a workbook."""
    return f"{name} - Sheet1.csv"


def _sales(visits: Sequence[Visit], prefix: str = "") -> dict[str, Value]:
    """Sums of what some visits led to."""
    return {
        prefix + "gmv": round(math.fsum(v.gmv for v in visits), 2),
        prefix + "orders": sum(v.orders for v in visits),
        prefix + "sku_orders": sum(v.sku_orders for v in visits),
        prefix + "items_sold": sum(v.items for v in visits),
        prefix + "product_impressions": sum(v.impressions for v in visits),
        prefix + "product_clicks": sum(v.clicks for v in visits),
    }


def _people(visits: Sequence[Visit], repeat: float) -> dict[str, Value]:
    """Distinct people: of the orders *repeat* come from somebody new in the period."""
    customers = round(sum(v.orders for v in visits) * repeat)
    return {
        "customers": customers,
        "visitors": round(customers / CONVERSION),
        "unique_product_impressions": round(sum(v.impressions for v in visits) * 0.71 * repeat),
        "unique_clicks": round(sum(v.clicks for v in visits) * 0.76 * repeat),
    }


def _shop_day(day: date, visits: Sequence[Visit]) -> Row:
    live = round(math.fsum(v.gmv for v in visits if v.channel == "live"), 2)
    video = round(math.fsum(v.gmv for v in visits if v.channel == "video"), 2)
    people = _people(visits, repeat=0.98)
    visitors = people["visitors"]
    items = sum(v.items for v in visits)
    return {
        "date": day,
        **_sales(visits),
        **people,
        "gross_revenue": round(math.fsum(v.gmv for v in visits) * 1.02, 2),
        "items_refunded": items // 40,
        "page_views": round(1.4 * visitors) if isinstance(visitors, int) else None,
        "attributed_seller_live_gmv": live,
        "seller_live_gmv": live,
        "attributed_seller_video_gmv": video,
        "seller_video_gmv": video,
    }


def _channel(visits: Sequence[Visit], prefix: str) -> dict[str, Value]:
    """A channel's group of the product list, where everything attributed is direct."""
    sums = _sales(visits)
    clicks, orders = sum(v.clicks for v in visits), sum(v.sku_orders for v in visits)
    group: dict[str, Value] = {
        **sums,
        "attributed_gmv": sums["gmv"],
        "attributed_orders": sums["orders"],
        "attributed_sku_orders": sums["sku_orders"],
        "attributed_items": sums["items_sold"],
        "customers": sums["orders"],
        "add_to_cart": round(0.09 * clicks) + orders,
        "add_to_cart_users": round(0.08 * clicks) + orders,
        "unique_product_impressions": round(sum(v.impressions for v in visits) * 0.7),
        "unique_clicks": round(0.75 * clicks),
    }
    return {prefix + key: value for key, value in group.items()}


def _product(index: int, month: Sequence[Visit]) -> Row:
    product = PRODUCTS[index]
    visits = [v for v in month if v.product == index]
    gmv = round(math.fsum(v.gmv for v in visits), 2)
    whole = _channel(visits, "")
    parts = {
        key: value
        for prefix, channel in (
            ("seller_live.", "live"),
            ("seller_video.", "video"),
            ("seller_card.", "card"),
        )
        for key, value in _channel([v for v in visits if v.channel == channel], prefix).items()
    }
    items = sum(v.items for v in visits)
    return {
        "product_name": product.name,
        "product_id": product.id,
        **whole,
        **parts,
        "gmv_with_tax": gmv,
        "cofunded_gmv": gmv,
        "items_refunded": items // 45,
        "refund_customers": items // 45,
        "refunds": round(items // 45 * product.price, 2),
    }


def _video(index: int, days: Sequence[VideoDay], month: Sequence[Visit]) -> Row:
    video = VIDEOS[index]
    visits = [v for v in month if v.source == video.id]
    product = PRODUCTS[video.product]
    return {
        "creator_name": HANDLE,
        "creator_id": CREATOR_ID,
        "title": video.title,
        "video_id": video.id,
        "posted": video.posted,
        "products": f"{product.name}({product.id})",
        **_reactions(days),
        "new_followers": sum(d.new_followers for d in days),
        **_sales(visits),
        "customers": sum(v.orders for v in visits),
        "finish_rate": 0.11 + 0.004 * index,
    }


def _reactions(days: Iterable[VideoDay]) -> dict[str, Value]:
    found = list(days)
    return {
        "views": sum(d.views for d in found),
        "likes": sum(d.likes for d in found),
        "comments": sum(d.comments for d in found),
        "shares": sum(d.shares for d in found),
    }


def _video_day(day: date, seen: Sequence[VideoDay], month: Sequence[Visit]) -> Row:
    visits = within(month, day, day, channel="video")
    sales = _sales(visits)
    return {
        "date": day,
        "views": sum(v.views for v in seen if v.day == day),
        **sales,
        "daily_customers": sales["orders"],
        "product_viewers": round(sum(v.impressions for v in visits) * 0.76),
    }


def _live(live: Live, month: Sequence[Visit]) -> Row:
    visits = [v for v in month if v.source == live.id]
    return {
        "title": live.title,
        "started": live.started,
        "duration": live.duration,
        **_sales(visits),
        "customers": sum(v.orders for v in visits),
        "views": live.views,
        "viewers": live.viewers,
        "impressions": live.impressions,
        "watch_seconds": live.watch_seconds,
        "new_followers": live.new_followers,
        "likes": live.likes,
        "comments": live.comments,
        "shares": live.shares,
    }


def _live_day(day: date, lives: Sequence[Live], month: Sequence[Visit]) -> Row:
    streams = [live for live in lives if live.started.date() == day]
    if not streams:
        return {"date": day}
    visits = within(month, day, day, channel="live")
    return {
        "date": day,
        **_sales(visits),
        "customers": sum(v.orders for v in visits),
        "streams": len(streams),
        "streams_with_gmv": len({v.source for v in visits if v.gmv}),
        "views": sum(live.views for live in streams),
        "impressions": sum(live.impressions for live in streams),
        "watch_seconds": sum(live.watch_seconds for live in streams),
    }


def _ad(day: AdDay) -> Row:
    ad, shown = day.ad, day.impressions
    return {
        "date": day.day,
        "campaign_name": ad.campaign[0],
        "campaign_id": ad.campaign[1],
        "ad_group_name": ad.group[0],
        "ad_group_id": ad.group[1],
        "ad_name": ad.name,
        "ad_id": ad.id,
        "spend": day.spend,
        "impressions": shown,
        "clicks": day.clicks,
        "reach": round(shown / 1.3),
        "conversions": day.purchases,
        "conversions_by_time": day.purchases,
        "results": day.purchases,
        "video_views": round(0.97 * shown),
        "views_2s": round((0.22 if ad.ctr < 0.01 else 0.45) * shown),
        "views_6s": round((0.08 if ad.ctr < 0.01 else 0.2) * shown),
        "views_p25": round(0.3 * shown),
        "views_p50": round(0.16 * shown),
        "views_p75": round(0.1 * shown),
        "views_p100": round(0.07 * shown),
        "profile_visits": round(0.002 * shown),
        "likes": round(0.012 * shown),
        "comments": round(0.0008 * shown),
        "shares": round(0.0012 * shown),
        "follows": round(0.0005 * shown),
        "page_views": round(1.05 * day.clicks),
        "adds_to_cart": round(2.4 * day.purchases),
        "checkouts": round(1.6 * day.purchases),
        "purchases": day.purchases,
        "items": day.purchases,
        "revenue": day.revenue,
    }


def _studio(shop: Shop) -> Mapping[str, bytes]:
    account: list[Row] = []
    audience: list[Row] = []
    for day in DAYS:
        reactions = _reactions(v for v in shop.videos if v.day == day)
        views = sum(v.views for v in shop.videos if v.day == day)
        account.append({"date": day, **reactions, "profile_views": round(0.018 * views)})
        viewers, new = round(0.74 * views), round(0.47 * views)
        audience.append(
            {
                "date": day,
                "viewers": viewers,
                "new_viewers": new,
                "returning_viewers": viewers - new,
            }
        )
    history: list[Row] = [
        {"date": day, "followers": count} for day, count in zip(DAYS, shop.followers, strict=True)
    ]
    overview = studio.folder_name("Overview", DOWNLOADED, HANDLE)
    followers = studio.folder_name("Followers", DOWNLOADED, HANDLE)
    return {
        f"{overview}.xlsx": studio.overview(account, form="xlsx"),
        f"{studio.folder_name('Viewers', DOWNLOADED, HANDLE)}.csv": studio.viewers(audience),
        f"{followers}_FollowerHistory.csv": studio.follower_history(history),
        f"{followers}_FollowerGender.csv": studio.follower_gender(GENDERS),
        f"{followers}_FollowerTopTerritories.csv": studio.follower_territories(TERRITORIES),
    }


def _violation() -> Row:
    return {
        "date": date(2026, 10, 24),
        "violation_id": "7563310024871190",
        "type": "Exaggerated claims",
        "subject_kind": "video",
        "subject_id": FLAGGED_VIDEO.id,
        "subject_name": FLAGGED_VIDEO.title,
        "status": "open",
        "points": 2,
        "deadline": date(2026, 11, 7),
        "note": "“Antes/después” sin aviso, apelación posible",
    }


def main() -> None:
    """Writes into the folder that is named, else into the one beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    paths = write(folder)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {size / 1000:,.0f} kB, {len(ADS)} ads: {folder}")


if __name__ == "__main__":
    main()
