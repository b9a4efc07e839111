# ruff: noqa: E501 - one line a column, with its headers in every language
"""TikTok Ads Manager: the daily custom report (CSV, two eras) and the table export (xlsx).

Canonical names: date, campaign_name, campaign_id, ad_group_name, ad_group_id, ad_name, ad_id,
spend, impressions, clicks, reach, conversions, purchases, revenue (both of the TikTok Shop),
website_purchases, website_value, video_views, views_2s, views_6s, views_p25 … views_p100, likes,
comments, shares, follows, profile_visits, checkouts, page_views, adds_to_cart, items, created.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from tests.shapes._cells import Language, Row, Style, number
from tests.shapes._table import Column, body, columns, csv_bytes, headers, totals
from tests.shapes._xlsx import workbook

Era = Literal["2024", "2026"]
Level = Literal["campaign", "ad"]

_LANGUAGES: tuple[Language, ...] = ("en", "ko")

_DAILY_2024 = """
campaign_name text | Campaign name
ad_group_name text | Ad Group Name
date day | Date
ad_name text | Ad Name
spend adsmoney | Cost
cpc adsmoney spend/clicks | CPC (Destination)
cpm adsmoney spend/impressions*1000 | CPM
impressions digits | Impression
clicks digits | Clicks (Destination)
ctr pctnum clicks/impressions | CTR (Destination)
conversions digits | Conversions
cpa adsmoney spend/conversions | CPA
currency text | Currency
"""

_DAILY_2026 = """
date day | By Day | 일별
campaign_name text | Campaign name | 캠페인 이름
campaign_id id | Campaign ID | 캠페인 ID
ad_group_name text | Ad group name | 광고 그룹 이름
ad_group_id id | Ad group ID | 광고 그룹 ID
ad_name text | Ad name | 광고 이름
ad_id id | Ad ID | 광고 ID
spend adsmoney | Cost | 비용
cpc adsmoney spend/clicks | CPC (destination) | CPC(목적지)
cpm adsmoney spend/impressions*1000 | CPM | CPM
impressions digits | Impressions | 노출수
clicks digits | Clicks (destination) | 클릭수(목적지)
ctr pctnum clicks/impressions | CTR (destination) | CTR(목적지)
reach digits | Reach | 도달
cost_per_1000_reached adsmoney spend/reach*1000 | Cost per 1,000 people reached | 1,000명 도달당 비용
frequency two impressions/reach | Frequency | 빈도
conversions digits | Conversions | 전환수
cost_per_conversion adsmoney spend/conversions | Cost per conversion | 전환당 비용
cvr pctnum conversions/impressions | Conversion rate (CVR) | 전환율(CVR)
conversions_by_time digits | Conversions by conversion time | 전환 시간별 전환
results digits | Results | 결과
cost_per_result adsmoney spend/results | Cost per result | 결과당 비용
result_rate pctnum results/impressions | Result rate | 결과율
skan_results text | Results (SKAN) | 결과(SKAN)
skan_cost text | Cost per result (SKAN) | 결과당 비용(SKAN)
all_purchases digits | Total purchases (all channels) | 총 구매 수(모든 채널)
all_cost adsmoney spend/all_purchases | Cost per purchase (all channels) | 구매당 비용(모든 채널)
all_value adsmoney | Total purchase value (all channels) | 총 구매 수(모든 채널)
all_roas two all_value/spend | Purchase ROAS (all channels) | 구매 ROAS(모든 채널)
video_views digits | Video views
views_2s digits | 2-second video views
views_6s digits | 6-second video views
views_p25 digits | Video views at 25%
views_p50 digits | Video views at 50%
views_p75 digits | Video views at 75%
views_p100 digits | Video views at 100%
profile_visits digits | Paid profile visits
likes digits | Paid likes
comments digits | Paid comments
shares digits | Paid shares
follows digits | Paid follows
website_roas two website_value/spend | Payment completion ROAS (website) | 결제 완료 ROAS(웹사이트)
website_purchases digits | Purchases (website) | 구매 수(웹사이트)
website_cost adsmoney spend/website_purchases | Cost per purchase (website) | 구매당 비용(웹사이트)
website_value adsmoney | Purchase value (website) | 구매 금액(웹사이트)
cvr_clicks pctnum conversions/clicks | Conversion rate (CVR, clicks)
app_installs digits | App installs | 앱 설치 수
app_cost adsmoney spend/app_installs | Cost per app install | 앱 설치당 비용
app_installs_2 digits | App installs | 앱 설치 수
app_cost_2 adsmoney spend/app_installs_2 | Cost per app install | 앱 설치당 비용
ad_roas_1 two | Ad impression ROAS | 광고 노출 ROAS
ad_roas_2 two | Ad impression ROAS | 광고 노출 ROAS
page_views digits | Product page views (Shop) | 제품 페이지 조회수(상점)
adds_to_cart digits | Adds to cart (Shop) | 장바구니에 담기(상점)
checkouts digits | Checkouts initiated (Shop) | 결제 시작됨(상점)
purchases digits | Purchases (Shop) | 구매(상점)
cost_per_purchase adsmoney spend/purchases | Cost per purchase (Shop) | 구매당 비용(상점)
purchase_rate pctnum purchases/clicks | Purchase rate (Shop) | 구매율(상점)
aov adsmoney revenue/purchases | Average order value (Shop) | 평균 주문 금액(상점)
revenue adsmoney | Gross revenue (Shop) | 총수익(상점)
roas two revenue/spend | ROAS (Shop) | ROAS(상점)
items digits | Items purchased (Shop) | 구매 품목(상점)
currency text | Currency | 통화
"""

_AD_TABLE = """
ad_name text | Ad name | 광고 이름
primary_status text | Primary status | 기본 상태
secondary_status text | Secondary status | 보조 상태
ad_group_id id | Ad group ID | 광고 그룹 ID
ad_group_name text | Ad group name | 광고 그룹 이름
ad_id id | Ad ID | 광고 ID
spend adsnum | Cost | 비용
cpc adsnum spend/clicks | CPC (destination) | CPC(목적지)
cpm adsnum spend/impressions*1000 | CPM | CPM
impressions int | Impressions | 노출수
clicks int | Clicks (destination) | 클릭수(목적지)
ctr share clicks/impressions | CTR (destination) | CTR(목적지)
conversions int | Conversions | 전환수
conversions_san int | Conversions [SAN] | Conversions [SAN]
cost_per_conversion adsnum spend/conversions | Cost per conversion | 전환당 비용
cvr share conversions/impressions | Conversion rate (CVR) | 전환율(CVR)
results int | Results | 결과
deep text | Deep funnel result | 딥 퍼널 결과
created stamp | Date Created | Date Created
campaign_name text | Campaign name | 캠페인 이름
campaign_id id | Campaign ID | 캠페인 ID
net_spend adsnum | Net cost | 순 비용
all_purchases int | Total purchases (all channels) | 총 구매 수(모든 채널)
all_cost adsnum spend/all_purchases | Cost per purchase (all channels) | 구매당 비용(모든 채널)
all_value adsnum | Total purchase value (all channels) | 총 구매 수(모든 채널)
page_view_rate share page_views/clicks | Page view rate (website) | 페이지 조회 비율(웹사이트)
roas two revenue/spend | ROAS (Shop) | ROAS(상점)
purchases int | Purchases (Shop) | 구매(상점)
revenue adsnum | Gross revenue (Shop) | 총수익(상점)
currency text | Currency | 통화
"""

_CAMPAIGN_TABLE = """
campaign_name text | Campaign name | 캠페인 이름
primary_status text | Primary status | 기본 상태
budget adsnum | Campaign budget | 캠페인 예산
spend adsnum | Cost | 비용
cpc adsnum spend/clicks | CPC (destination) | CPC(목적지)
cpm adsnum spend/impressions*1000 | CPM | CPM
impressions int | Impressions | 노출수
clicks int | Clicks (destination) | 클릭수(목적지)
ctr share clicks/impressions | CTR (destination) | CTR(목적지)
conversions int | Conversions | 전환수
cost_per_conversion adsnum spend/conversions | Cost per conversion | 전환당 비용
cvr share conversions/impressions | Conversion rate (CVR) | 전환율(CVR)
unknown text | Results | 결과
unknown text | Cost per result | 결과당 비용
unknown text | Result rate | 결과율
unknown text | Deep funnel result | 딥 퍼널 결과
unknown text | Cost per deep funnel result | 딥 퍼널 결과당 비용
unknown text | Deep funnel result rate | 딥 퍼널 결과 비율
unknown text | Results (SKAN) | 결과(SKAN)
unknown text | Cost per result (SKAN) | 결과당 비용(SKAN)
campaign_id id | Campaign ID | 캠페인 ID
created stamp | Date Created | Date Created
net_spend adsnum | Net cost | 순 비용
reach int | Reach | 도달
cost_per_1000_reached adsnum spend/reach*1000 | Cost per 1,000 people reached | 1,000명 도달당 비용
conversions_by_time int | Conversions by conversion time | 전환 시간별 전환
cost_by_time adsnum spend/conversions_by_time | Cost per conversion by conversion time | 전환 시간별 전환당 비용
cvr_by_time share conversions_by_time/impressions | CVR by conversion time | 전환 시간별 전환율(CVR)
unknown text | Results by conversion time | 전환 시간별 결과
unknown text | Cost per result by conversion time | 전환 시간별 결과당 비용(CPR)
unknown text | Result rate by conversion time | 전환 시간별 결과율
unknown text | Result rate (SKAN) | 결과율(SKAN)
zero text | Purchase ROAS (all channels) | 구매 ROAS(모든 채널)
unknown text | Assisted ROAS (Shop) | 보조된 ROAS(샵)
zero text | Assisted purchase ROAS (website) | 보조된 구매 ROAS(웹사이트)
unknown text | Goal-based budget increase | 목표 기반 예산 증액
currency text | Currency | 통화
"""


def _dear_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -number(row["spend"]))


def _result_count(rows: Sequence[Row], language: Language) -> str:
    return f"총 {len(rows)}개 결과" if language == "ko" else f"Total of {len(rows)} results"


def _totals_row(
    rows: Sequence[Row], cols: Sequence[Column], language: Language, currency: str
) -> Row:
    """Sums; reach is no sum, so the largest of the rows stands in; every text is a dash."""
    people = max((number(row.get("reach") or 0) for row in rows), default=0)
    texts = {c.key: None for c in cols if c.spelling in ("text", "id", "day", "stamp")}
    label = {cols[0].key: _result_count(rows, language)}
    return {**texts, **totals(rows, cols), "reach": people, **label, "currency": currency}


def daily_csv(
    rows: Sequence[Row],
    *,
    era: Era = "2026",
    language: Language = "en",
    currency: str = "USD",
    totals_row: bool = True,
) -> bytes:
    """One row per ad and day, dearest first: BOM, LF, percent numbers, a totals row at the end.

    The era of 2024 is known in English only.
    """
    if era == "2024":
        cols = columns(_DAILY_2024, "en")
    else:
        cols = columns(_DAILY_2026, language, _LANGUAGES, named_only=True)
    style = Style(language, currency)
    filled: list[Row] = [
        {"currency": currency, "skan_results": None, "skan_cost": None, **row}
        for row in _dear_first(rows)
    ]
    grid = [headers(cols), *body(filled, cols, style)]
    if totals_row:
        total = dict(_totals_row(filled, cols, language, currency))
        label = str(total.pop(cols[0].key))
        grid += body([total], cols, style)
        grid[-1][0] = label
    return csv_bytes(grid, bom=True)


def table_xlsx(
    rows: Sequence[Row],
    *,
    level: Level = "ad",
    language: Language = "en",
    currency: str = "USD",
    totals_row: bool = True,
) -> bytes:
    """The period table: no dates, fractions shown as percent, ROAS as text, totals row last."""
    cols = columns(_CAMPAIGN_TABLE if level == "campaign" else _AD_TABLE, language, _LANGUAGES)
    style = Style(language, currency)
    on = "활성" if language == "ko" else "Active"
    fixed: Row = {
        "currency": currency,
        "primary_status": on,
        "secondary_status": "--",
        "deep": None,
        "unknown": None,
        "zero": "0",
    }
    filled: list[Row] = [{**fixed, "net_spend": row["spend"], **row} for row in _dear_first(rows)]
    grid = [headers(cols), *body(filled, cols, style)]
    if totals_row:
        total = {**_totals_row(filled, cols, language, currency), "results": None}
        grid += body([total], cols, style)
    return workbook(grid)


def file_name(
    first: date,
    last: date,
    *,
    report: str = "Untitled report",
    account: str = "Shop",
    form: str = "csv",
) -> str:
    return f"Tiktok Ads_{report}_{account}_{first:%Y%m%d}-{last:%Y%m%d}.{form}"
