# ruff: noqa: E501 - one line a column, with its headers in every language
"""GMV Max: creatives of product campaigns, LIVE campaigns, and the overview by day.

Canonical names: campaign_name, campaign_id, product_id, creative_type, video_title, video_id,
account, posted, status, authorization, spend, sku_orders, revenue, product_impressions,
product_clicks, rates such as view_rate_2s; LIVE: live_name, launched, net_spend, live_views,
live_views_10s, follows; overview: date, spend, sku_orders, revenue.
"""

from collections.abc import Sequence
from datetime import date

from tests.shapes._cells import Language, Row, Style
from tests.shapes._table import body, columns, headers, totals
from tests.shapes._xlsx import workbook

_LANGUAGES: tuple[Language, ...] = ("en", "id", "zh")

_CREATIVES = """
campaign_name text | Campaign name | Nama kampanye | 广告计划名称
campaign_id id | Campaign ID | ID Campaign | 广告计划 ID
product_id id | Product ID | ID produk | 商品 ID
creative_type text | Creative type | Jenis materi iklan | 创意作品类型
video_title text | Video title | Judul video | 视频标题
video_id id | Video ID | ID video | 视频 ID
account text | TikTok account | Akun TikTok | TikTok 账号
posted minute | Time posted | Waktu posting | 发布时间
status text | Status | Status | 状态
authorization text | Authorization type | Jenis otorisasi | 授权类型
spend three | Cost | Biaya | 成本
sku_orders digits | SKU orders | Pesanan SKU | SKU 订单数
cost_per_order three spend/sku_orders | Cost per order | Biaya per pesanan | 平均下单成本
revenue three | Gross revenue | Pendapatan kotor | 总收入
roi two revenue/spend | ROI | ROI | ROI
product_impressions digits | Product ad impressions | Impresi iklan produk | 商品广告曝光数
product_clicks digits | Product ad clicks | Jumlah klik iklan produk | 商品广告点击数
click_rate pct product_clicks/product_impressions | Product ad click rate | Tingkat klik iklan produk | 商品广告点击率
conversion_rate pct sku_orders/product_clicks | Ad conversion rate | Rasio konversi iklan | 广告转化率
view_rate_2s pct | 2-second ad video view rate | Rasio tayang video iklan 2 detik | 广告视频播放达 2 秒播放率
view_rate_6s pct | 6-second ad video view rate | Rasio tayang video iklan 6 detik | 广告视频播放达 6 秒播放率
view_rate_p25 pct | 25% ad video view rate | Rasio tayang video iklan 25% | 广告视频播放达 25% 播放率
view_rate_p50 pct | 50% ad video view rate | Rasio tayang video iklan 50% | 广告视频播放达 50% 播放率
view_rate_p75 pct | 75% ad video view rate | Rasio tayang video iklan 75% | 广告视频播放达 75% 播放率
view_rate_p100 pct | 100% ad video view rate | Rasio tayang video iklan 100% | 广告视频完播率
currency text | Currency | Mata uang | 货币
"""

_LIVES = """
live_name text | LIVE name | Nama LIVE
launched minute | Launched time | Waktu peluncuran
status text | Status | Status
campaign_name text | Campaign name | Nama kampanye
campaign_id id | Campaign ID | ID Campaign
spend three | Cost | Biaya
net_spend three | Net cost | Biaya Bersih
sku_orders digits | SKU orders | Pesanan SKU
sku_orders_shop digits | SKU orders (Current shop) | Pesanan SKU (Toko saat ini)
cost_per_order three spend/sku_orders_shop | Cost per order (Current shop) | Biaya per pesanan (Toko saat ini)
revenue three | Gross revenue | Pendapatan kotor
revenue_shop three | Gross revenue (Current shop) | Penghasilan bruto (Toko saat ini)
roi two revenue_shop/spend | ROI (Current shop) | ROI (Toko saat ini)
live_views digits | LIVE views | Tayangan LIVE
cost_per_view three spend/live_views | Cost per LIVE view | Biaya per tayangan LIVE
live_views_10s digits | 10-second LIVE views | Tayangan LIVE 10 detik
cost_per_10s three spend/live_views_10s | Cost per 10-second LIVE view | Biaya per tayangan LIVE 10 detik
follows digits | LIVE follows | Pengikut saat LIVE
currency text | Currency | Mata uang
"""

_OVERVIEW = """
date daystamp | By Day
spend two | Cost
sku_orders int | SKU orders (Current shop)
cost_per_order two spend/sku_orders | Cost per order (Current shop)
revenue two | Gross revenue (Current shop)
roi two revenue/spend | ROI (Current shop)
currency text | Currency
"""

_CARD: Row = {
    "creative_type": "Product card",
    "video_title": None,
    "video_id": "N/A",
    "account": None,
    "posted": None,
    "authorization": "N/A",
    **{f"view_rate_{at}": None for at in ("2s", "6s", "p25", "p50", "p75", "p100")},
}
_STATUS = {"en": "Delivering", "id": "Ditayangkan", "zh": "投放中"}
_CARD_NAME = {"en": "Product card", "id": "Kartu produk", "zh": "商品卡"}


def _creatives(rows: Sequence[Row], language: Language, currency: str) -> list[list[str]]:
    cols = columns(_CREATIVES, language, _LANGUAGES)
    filled: list[Row] = [
        {
            "currency": currency,
            "status": _STATUS[language],
            "creative_type": "Video",
            **({} if row.get("video_id") else {**_CARD, "creative_type": _CARD_NAME[language]}),
            **{key: value for key, value in row.items() if value is not None},
        }
        for row in rows
    ]
    grid = [headers(cols), *body(filled, cols, Style(language, currency))]
    return [[str(cell) for cell in line] for line in grid]


def creatives_xlsx(
    rows: Sequence[Row], *, language: Language = "en", currency: str = "USD"
) -> bytes:
    """One row per creative, product and campaign; a row without video_id is a product card."""
    return workbook(_creatives(rows, language, currency))


def creatives_tsv(
    rows: Sequence[Row], *, language: Language = "id", currency: str = "IDR"
) -> bytes:
    """The same table pasted from the web: every cell is the text formula ="…"."""
    pasted = [[f'="{cell}"' for cell in line] for line in _creatives(rows, language, currency)]
    return ("\n".join("\t".join(line) for line in pasted) + "\n").encode()


def lives_xlsx(rows: Sequence[Row], *, language: Language = "en", currency: str = "USD") -> bytes:
    """One row per LIVE and campaign."""
    cols = columns(_LIVES, language, _LANGUAGES)
    filled: list[Row] = [
        {
            "currency": currency,
            "net_spend": row["spend"],
            "sku_orders_shop": row["sku_orders"],
            "revenue_shop": row["revenue"],
            **row,
        }
        for row in rows
    ]
    return workbook([headers(cols), *body(filled, cols, Style(language, currency))])


def overview_xlsx(rows: Sequence[Row], *, currency: str = "USD", totals_row: bool = True) -> bytes:
    """By day, amounts as text; the last row is the grand total with a dash for its date."""
    cols = columns(_OVERVIEW, "en")
    filled: list[Row] = [{"currency": currency, **row} for row in rows]
    if totals_row:
        filled.append({**totals(rows, cols), "date": None, "currency": currency})
    return workbook([headers(cols), *body(filled, cols, Style("en", currency))])


def creatives_name(first: date, last: date) -> str:
    return f"creative data for product campaigns {first:%Y-%m-%d} - {last:%Y-%m-%d}.xlsx"


def lives_name(first: date, last: date) -> str:
    return f"livestream data for live campaigns {first:%Y-%m-%d} - {last:%Y-%m-%d}.xlsx"


def overview_name(first: date, last: date) -> str:
    return f"Campaign overview data {first:%Y%m%d} - {last:%Y%m%d}.xlsx"
