"""Plans made of files that people really exported; every number is computed again from the file.

No finding may come from a column that is missing or that means something else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import attrs
import pytest

from advisor.document import Document, Evidence, InputInfo
from advisor.model.settings import Settings, ShopSection
from tests.end_to_end.runs import document, notes, registry, rows_of

EXPORTS = Path(__file__).parents[3] / "shared" / "real-exports"
RATES = {"IDR": 0.000063, "KRW": 0.00072, "MXN": 0.055, "USD": None}

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")

Ratio = tuple[Sequence[str], Sequence[str]]

ADS_2024: Mapping[str, Ratio] = {
    "ctr": (("Clicks (Destination)",), ("Impression",)),
    "cpc": (("Cost",), ("Clicks (Destination)",)),
}
ADS_KO: Mapping[str, Ratio] = {
    "ctr": (("클릭수(목적지)",), ("노출수",)),
    "cpc": (("비용",), ("클릭수(목적지)",)),
}
SHOP_ES: Mapping[str, Ratio] = {
    "ctor": (("Pedidos con SKU",), ("Clics en el producto",)),
    "conversion": (("Clientes",), ("Visitantes",)),
    "page_order_rate": (("Pedidos",), ("Vistas de página",)),
}
VIDEOS_ES: Mapping[str, Ratio] = {
    "view_ctr": (("Clics de productos",), ("VV",)),
    "engagement": (("Me gusta", "Comentarios", "Compartidos"), ("VV",)),
}
STUDIO: Mapping[str, Ratio] = {
    "engagement": (("Total likes", "Total comments", "Total shares"), ("Total views",)),
}


@attrs.frozen(eq=False)
class Real:
    """What a file is, what its plan says, and how to compute it again. *header* is a cell of the
    header's row; *findings* counts subjects by rule."""

    file: str
    kind: str
    header: str = ""
    currency: str = "MXN"
    today: date = date(2026, 6, 30)
    findings: Mapping[str, int] = attrs.field(factory=dict)
    ratios: Mapping[str, Ratio] = attrs.field(factory=dict)


CASES = (
    Real(
        "ads_manager_ad_by_day_idr_a.csv",
        "ads-manager-report",
        header="Ad Name",
        currency="IDR",
        today=date(2024, 4, 5),
        findings={"guide/ad-call-to-action": 21},
        ratios=ADS_2024,
    ),
    Real(
        "ads_manager_ad_by_day_ko_krw_853col.csv",
        "ads-manager-report",
        header="광고 이름",
        currency="KRW",
        findings={"guide/ad-call-to-action": 1},
        ratios=ADS_KO,
    ),
    Real(
        "ads_manager_ad_report_ko_krw.xlsx",
        "ads-manager-report",
        header="광고 이름",
        currency="KRW",
        findings={"guide/ad-call-to-action": 1},
        ratios=ADS_KO,
    ),
    Real(
        "ads_manager_campaign_report_ko_krw_37col.xlsx",
        "ads-manager-report",
        header="캠페인 이름",
        currency="KRW",
    ),
    Real("airbyte_source_tiktok_marketing_records.jsonl", "airbyte-reports", currency="USD"),
    Real("doc_example_gmv_max_report.json", "gmv-max-report-api", currency="USD"),
    Real(
        "doc_example_shop_api_shop_live_performance_list.json",
        "api-shop-lives",
        currency="USD",
        findings={"guide/low-live-ctor": 1, "guide/low-watch-gpm": 1, "guide/low-stream-gmv": 1},
    ),
    Real("doc_example_shop_api_shop_performance.json", "api-shop-performance", currency="USD"),
    Real(
        "doc_example_shop_api_shop_product_performance_list.json",
        "api-shop-products",
        currency="USD",
    ),
    Real(
        "doc_example_shop_api_shop_video_performance_list.json", "api-shop-videos", currency="USD"
    ),
    Real("es_mx_core_stats_shop_tab.csv", "shop-tab-daily", header=""),
    Real(
        "es_mx_creator_live_performance.csv",
        "creator-live",
        header="Livestream",
        findings={"guide/low-stream-gmv": 3},
    ),
    Real("es_mx_live_performance_core_stats.csv", "live-daily", header="Hora"),
    Real(
        "es_mx_product_list_176col.csv",
        "product-list",
        header="ID del producto",
        findings={"operator/too-few-visits": 1},
    ),
    Real(
        "es_mx_product_traffic_total_key_metrics.csv",
        "product-traffic-total",
        header="GMV",
        findings={"guide/low-ctor": 1, "operator/not-one-sale": 1},
    ),
    Real("es_mx_products_card_list.csv", "product-card-list", header="ID del producto"),
    Real(
        "es_mx_shop_analytics_key_metrics.csv",
        "shop-analytics-daily",
        header="Fecha",
        findings={
            "guide/views-no-checkout": 1,
            "guide/low-conversion": 1,
            "guide/low-ctor": 1,
            "operator/not-one-sale": 1,
        },
        ratios=SHOP_ES,
    ),
    Real("es_mx_video_performance_core_stats.csv", "video-daily", header="Hora"),
    Real(
        "es_mx_video_performance_list.csv",
        "video-list",
        header="ID del video",
        ratios=VIDEOS_ES,
    ),
    Real("fivetran_tiktok_campaign_history_data.csv", "fivetran-campaign-history", currency="USD"),
    Real(
        "fivetran_tiktok_campaign_report_hourly_data.csv",
        "marketing-api-report",
        header="CAMPAIGN_ID",
        currency="USD",
        findings={"guide/weak-hook": 1, "guide/high-cpc": 1},
        ratios={
            "ctr": (("CLICKS",), ("IMPRESSIONS",)),
            "cpc": (("SPEND",), ("CLICKS",)),
        },
    ),
    Real(
        "id_gmvmax_creative_data_product_campaigns.tsv",
        "gmv-max-creatives",
        header="ID produk",
        currency="IDR",
        findings={
            "operator/cards-only": 1,
            "operator/creative-weak-hook": 1,
            "operator/creative-weak-middle": 1,
        },
    ),
    Real(
        "tiktok_studio_content.csv",
        "studio-content",
        header="Video link",
        currency="USD",
        findings={"guide/low-engagement": 2},
        ratios=STUDIO,
    ),
    Real("tiktok_studio_follower_gender.csv", "studio-follower-gender", header="Gender"),
    Real("tiktok_studio_follower_history.csv", "studio-follower-history", header="Date"),
    Real(
        "tiktok_studio_follower_top_territories.csv",
        "studio-follower-territories",
        header="Top territories",
    ),
    Real("tiktok_studio_viewers.csv", "studio-viewers", header="Date"),
    Real("us_affiliate_creator_list_cleaned.csv", "affiliate-creators", header="Creator name"),
)

each = pytest.mark.parametrize("real", CASES, ids=lambda real: real.file)


@cache
def made(real: Real) -> Document:
    """The plan of the file alone, for a small shop whose currency rate is known."""
    shop = ShopSection(
        id="shop", size="small", currency=real.currency, usd_rate=RATES[real.currency]
    )
    return document(EXPORTS / real.file, today=real.today, settings=Settings(shop=shop))


def only(made: Document) -> InputInfo:
    (read,) = made.inputs
    return read


def test_every_file_is_looked_at() -> None:
    files = {path.name for path in EXPORTS.iterdir() if path.suffix != ".md"}
    assert files == {real.file for real in CASES}


@each
def test_the_file_is_understood(real: Real) -> None:
    read = only(made(real))
    assert (read.kind, read.problem) == (real.kind, None)


@pytest.mark.parametrize(
    "real", [real for real in CASES if real.header], ids=lambda real: real.file
)
def test_every_row_is_read_or_left_out_for_a_reason(real: Real) -> None:
    rows = rows_of(EXPORTS / real.file)
    cells = [[plain(cell) for cell in row] for row in rows]
    header = max(i for i, row in enumerate(cells) if real.header in row)
    after = [row for row in rows[header + 1 :] if any(row)]
    read = only(made(real))

    # A summary above has the same header; it and the second header are in the account.
    above = header - next(i for i, row in enumerate(cells) if row[1:] == cells[header][1:])
    assert read.rows + sum(read.left_out.values()) == above + len(after)


@each
def test_totals_of_the_file_agree_with_its_rows(real: Real) -> None:
    assert notes(made(real), "totals-disagree") == []


@each
def test_the_plan_says_what_the_numbers_say(real: Real) -> None:
    assert Counter(finding.rule for finding in made(real).findings) == Counter(real.findings)


def plain(cell: str) -> str:
    """A cell without the spreadsheet's way of keeping text."""
    return cell.strip().removeprefix('="').removesuffix('"')


def number(cell: str) -> float:
    cell = plain(cell).replace("MX$", "").replace("$", "").replace(",", "")
    return float(cell) if cell not in ("", "-", "--", "N/A", "N/D") else 0.0


def again(real: Real, evidence: Evidence) -> float:
    """The ratio of the sums over the rows that the evidence names, without the readers."""
    rows = rows_of(EXPORTS / evidence.file)
    header = next(row for row in reversed(rows) if real.header in [plain(cell) for cell in row])
    chosen = [row for first, last in evidence.rows for row in rows[first - 1 : last]]
    above, below = real.ratios[evidence.metric]

    def total(names: Sequence[str]) -> float:
        places = [next(i for i, cell in enumerate(header) if plain(cell) == n) for n in names]
        return sum(number(row[i]) for row in chosen for i in places)

    return total(above) / total(below)


@each
def test_every_number_behind_a_finding_is_computed_again(real: Real) -> None:
    for finding in made(real).findings:
        for evidence in finding.evidence:
            if not evidence.file:  # a plugin's metric of several counts names no rows
                assert registry().vocabulary().metrics[evidence.metric].derived
                continue
            assert evidence.file == real.file
            assert evidence.rows
            if evidence.metric in real.ratios:
                assert evidence.value == pytest.approx(again(real, evidence)), finding.rule


@each
def test_a_finding_lies_outside_its_band_even_at_its_limits(real: Real) -> None:
    for finding in made(real).findings:
        for evidence in finding.evidence:
            if evidence.levels != ("low",) or evidence.band is None:
                continue
            assert evidence.high is not None
            assert evidence.band.low is not None
            assert evidence.high < evidence.band.low


def case(file: str) -> Real:
    return next(real for real in CASES if real.file == file)


def test_the_weak_ads_are_those_whose_clicks_are_too_few_for_chance() -> None:
    """Every ad with many impressions and half a click a hundred is there, none with 1% is; those
    without delivery in the last week have ended."""
    real = case("ads_manager_ad_by_day_idr_a.csv")
    rows = rows_of(EXPORTS / real.file)
    place = {name: rows[0].index(name) for name in rows[0]}
    of = [place[name] for name in ("Campaign name", "Ad Group Name", "Ad Name")]
    sums: dict[tuple[str, ...], tuple[float, float]] = {}
    running: set[tuple[str, ...]] = set()
    for row in rows[1:-1]:
        if "2024-03-07" <= row[place["Date"]] <= "2024-04-03":
            ad = tuple(row[i] for i in of)
            clicks, shown = sums.get(ad, (0.0, 0.0))
            clicks += number(row[place["Clicks (Destination)"]])
            sums[ad] = clicks, shown + number(row[place["Impression"]])
            if row[place["Date"]] >= "2024-03-28" and number(row[place["Impression"]]):
                running.add(ad)
    firsts = [finding.evidence[0].rows[0][0] for finding in made(real).findings]
    found = {tuple(rows[first - 1][i] for i in of) for first in firsts}
    certain = {ad for ad, (clicks, shown) in sums.items() if clicks < 0.005 * shown > 60}
    fine = {ad for ad, (clicks, shown) in sums.items() if clicks >= 0.01 * shown}

    assert len(found) == 21
    assert found <= running
    assert certain & running <= found
    assert not fine & found


def test_a_ratio_of_gmv_max_is_never_held_to_the_bands_of_ads() -> None:
    real = case("id_gmvmax_creative_data_product_campaigns.tsv")
    judged = {o.rule for o in made(real).outcomes if o.fires + o.clear + o.unsure}
    assert judged
    assert not {rule for rule in judged if rule.startswith("guide/")}
    folder = Path(str(files("advisor_rules_operator"))) / "gmv-max"
    assert {rule.partition("/")[2] for rule in judged} <= {
        one.stem for one in folder.glob("*.toml")
    }


def test_a_shops_totals_are_not_its_videos_or_lives() -> None:
    for file in (
        "es_mx_shop_analytics_key_metrics.csv",
        "es_mx_product_traffic_total_key_metrics.csv",
        "doc_example_shop_api_shop_performance.json",
    ):
        rules = {f.rule for f in made(case(file)).findings}
        assert not rules & {"guide/low-video-ctor", "guide/low-live-ctor", "guide/low-stream-gmv"}


def test_what_sells_nothing_has_no_price() -> None:
    for file in ("es_mx_video_performance_list.csv", "es_mx_shop_analytics_key_metrics.csv"):
        assert all(action.gain is None for action in made(case(file)).plan)


def test_lives_cost_in_a_month_what_they_cost_in_the_files_days() -> None:
    """Three LIVEs without a sale, each $200 below the band, in 28 days of which one is not over."""
    (action,) = made(case("es_mx_creator_live_performance.csv")).plan
    assert action.gain is not None
    assert action.gain.mid == pytest.approx(3 * 200 / 0.055 * 30 / 27)


@cache
def together() -> Document:
    paths = [EXPORTS / real.file for real in CASES]
    return document(*paths, today=date(2026, 6, 30), settings=Settings())


def test_together_every_file_is_understood() -> None:
    assert {(read.file, read.kind) for read in together().inputs} == {
        (real.file, real.kind) for real in CASES
    }


def test_together_one_currency_is_the_shops_and_no_other_is_added_to_it() -> None:
    assert together().shop.currency == "MXN"
    foreign = {note.split(":")[0] for note in notes(together(), "mixed-currencies")}
    assert {
        "ads_manager_ad_by_day_idr_a.csv",
        "ads_manager_ad_by_day_ko_krw_853col.csv",
        "ads_manager_ad_report_ko_krw.xlsx",
        "id_gmvmax_creative_data_product_campaigns.tsv",
    } <= foreign
    values = {kpi.metric: kpi.value for kpi in together().kpis}
    assert values["gmv"] == 0.0


def test_together_old_files_are_said_and_not_judged() -> None:
    old = {note.split(":")[0] for note in notes(together(), "outside-window")}
    assert "ads_manager_ad_by_day_idr_a.csv" in old
    files = {e.file for f in together().findings for e in f.evidence}
    assert not files & old
