"""Problems planted in files: the operators' rules find them, and name the numbers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from advisor.document import Document
from advisor.model.settings import Settings, ShopSection
from tests.end_to_end.runs import document, reports
from tests.shapes import Row, gmv_max

FIRST = date(2026, 10, 4)
TODAY = date(2026, 11, 2)
CAMPAIGN, PRODUCT = "1801234567890123456", "1729400000000000007"
SHOP = ShopSection(size="small", currency="USD", margin=0.25, region="US")


def csv(folder: Path, name: str, header: str, rows: Sequence[str]) -> None:
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four weeks of a campaign that returns 2.5 where 4 is asked for, and what the seller wrote."""
    lives: list[Row] = [
        {
            "live_name": f"Evening {day}",
            "launched": datetime.combine(FIRST + timedelta(days=day), datetime.min.time()),
            "status": "Completed",
            "campaign_name": "Serum LIVE",
            "campaign_id": CAMPAIGN,
            "spend": 100.0,
            "sku_orders": 25,
            "revenue": 250.0,
            "live_views": 900,
            "live_views_10s": 300,
            "follows": 4,
        }
        for day in range(28)
    ]
    name = gmv_max.lives_name(FIRST, FIRST + timedelta(days=27))
    (tmp_path / name).write_bytes(gmv_max.lives_xlsx(lives))
    csv(
        tmp_path,
        "campaign-budgets.csv",
        "campaign_id,campaign_name,from,to,daily_budget,target_roi,note",
        [f"{CAMPAIGN},Serum LIVE,2026-10-01,,101,3.5,"],
    )
    csv(
        tmp_path,
        "campaign-changes.csv",
        "date,campaign_id,campaign_name,changed,from,to,note",
        [f"2026-10-{day:02},{CAMPAIGN},Serum LIVE,target,4,3.5," for day in range(5, 15)],
    )
    csv(
        tmp_path,
        "samples.csv",
        "sent,delivered,creator,product_id,product_name,content_due,content_posted,note",
        [f"2026-10-05,2026-10-08,@creator{i},{PRODUCT},Serum,,," for i in range(12)],
    )
    csv(
        tmp_path,
        "account-health.csv",
        "date,measure,score,scale,region,note",
        ["2026-10-30,account-health-rating,160,1000,US,"],
    )
    return tmp_path


def made(folder: Path, shop: ShopSection = SHOP) -> Document:
    return document(folder, today=TODAY, settings=Settings(shop=shop))


def test_what_is_wrong_with_the_campaign_is_found_with_its_numbers(folder: Path) -> None:
    numbers = {f.rule: f.message.parameters for f in made(folder).findings}
    serum = {"campaign.name": "Serum LIVE"}

    assert numbers["operator/gmv-max-under-target"] == serum | {"roi_of_target": "71.4%"}
    assert numbers["operator/target-below-break-even"] == serum | {
        "target_roi": "3.5",
        "target_roi.band": "at least 4",
    }
    assert numbers["operator/edited-too-often"] == serum | {"edits_a_week": "2.5"}
    # 18 days without an edit, each 100 - 250 / (0.9 x 3.5).
    assert numbers["operator/credit-to-claim"] == serum | {
        "roi_credit_days": "18",
        "roi_credit": "$371.43",
    }


def test_edits_explain_that_the_campaign_misses_its_target(folder: Path) -> None:
    (under,) = (f for f in made(folder).findings if f.rule == "operator/gmv-max-under-target")

    assert under.explained_by == ("operator/edited-too-often",)


def test_a_campaign_that_misses_its_target_is_not_given_more_money(folder: Path) -> None:
    assert "operator/budget-starved" not in {f.rule for f in made(folder).findings}


def test_lost_samples_and_health_are_found_in_the_sellers_own_lists(folder: Path) -> None:
    findings = made(folder).findings
    overdue = [f for f in findings if f.rule == "operator/creator-owes-content"]

    assert len(overdue) == 12
    assert {f.explained_by for f in overdue} <= {(), ("operator/samples-without-content",)}
    assert "operator/samples-without-content" in {f.rule for f in findings}
    assert made(folder).plan[0].rule == "operator/health-rating-low"


def test_without_a_region_no_policy_is_applied_and_the_plan_says_so(folder: Path) -> None:
    shop = ShopSection(size="small", currency="USD", margin=0.25)
    plan = made(folder, shop)

    assert "operator/health-rating-low" not in {f.rule for f in plan.findings}
    (unjudged,) = (u for u in plan.coverage if u.rule == "operator/health-rating-low")
    assert "your shop's region isn't set" in unjudged.because


def test_health_about_to_break_is_told_in_orders(folder: Path) -> None:
    csv(
        folder,
        "service-rates.csv",
        "date,measure,cases,missed,note",
        [
            f"2026-10-{day},late-dispatch,100,{late},"
            for day, late in (("10", 1), ("17", 2), ("24", 2), ("30", 3))
        ],
    )
    numbers = {f.rule: f.message.parameters for f in made(folder).findings}

    assert numbers["operator/late-dispatch-near"] == {
        "late_dispatch": "3%",
        "late_dispatch.n": "100",
        "late_dispatch.band": "at most 4%",
        "late_dispatch.room": "2",
        "late_dispatch_ahead": "5.48%",
    }
    assert "operator/late-dispatch" not in numbers
    assert "operator/late-dispatch-enforced" not in numbers


@pytest.mark.parametrize(
    ("today", "enforced"), [(date(2026, 1, 20), True), (date(2026, 3, 20), False)]
)
def test_the_day_of_the_run_chooses_the_edition_of_a_policy(
    tmp_path: Path, today: date, enforced: bool
) -> None:
    csv(
        tmp_path,
        "service-rates.csv",
        "date,measure,cases,missed,note",
        [f"{today},late-dispatch,100,6,"],
    )
    plan = document(tmp_path, today=today, settings=Settings(shop=SHOP))
    said = {f.rule for f in plan.findings}

    assert "operator/late-dispatch" in said
    assert ("operator/late-dispatch-enforced" in said) is enforced


def test_without_a_region_a_policy_is_missing_with_the_line_to_add(folder: Path) -> None:
    plan = made(folder, ShopSection(size="small", currency="USD", margin=0.25))
    (unjudged,) = (u for u in plan.coverage if u.rule == "operator/late-dispatch")
    (counted,) = (o for o in plan.outcomes if o.rule == "operator/late-dispatch")

    assert unjudged.remedy == "Add region to [shop] in advisor.toml"
    assert (counted.missing, counted.not_applicable) == (1, 0)


def test_max_delivery_explains_a_missed_target_and_owes_nothing(folder: Path) -> None:
    csv(
        folder,
        "campaign-budgets.csv",
        "campaign_id,campaign_name,from,to,daily_budget,target_roi,mode,note",
        [f"{CAMPAIGN},Serum LIVE,2026-10-01,,101,3.5,max-delivery,"],
    )
    numbers = {f.rule: f.message.parameters for f in made(folder).findings}

    assert numbers["operator/max-delivery-on"] == {
        "campaign.name": "Serum LIVE",
        "roi_of_target": "71.4%",
        "max_delivery_days": "28",
    }
    assert "operator/gmv-max-under-target" not in numbers
    assert "operator/credit-to-claim" not in numbers


def test_an_appeal_that_runs_out_begins_the_plan_of_its_week(folder: Path) -> None:
    csv(
        folder,
        "violations.csv",
        "date,violation_id,type,subject_kind,subject_id,subject_name,status,points,deadline,note",
        ["2026-10-20,V1,Claim,shop,,,open,4,2026-11-05,"],
    )
    numbers = {f.rule: f.message.parameters for f in made(folder).findings}

    assert numbers["operator/appeal-runs-out"] == {"appeals_due": "1"}


def test_a_rating_that_falls_comes_near_its_milestone(folder: Path) -> None:
    csv(
        folder,
        "account-health.csv",
        "date,measure,score,scale,region,note",
        [
            "2026-10-02,account-health-rating,190,1000,US,",
            "2026-10-30,account-health-rating,160,1000,US,",
        ],
    )
    findings = {f.rule: f for f in made(folder).findings}

    assert findings["operator/milestone-near"].message.parameters == {
        "health_room": "10",
        "health_room_ahead": "-20",
    }
    assert findings["operator/health-rating-low"].explained_by == ("operator/milestone-near",)


def key_metrics(folder: Path, first: date, days: int) -> None:
    """A shop with 40 visitors a day that sells nothing."""
    counts = "0,0,0,0,-,0,-,60,40,0,2500,1700,50,40,-"
    each = [first + timedelta(days=day) for day in range(days)]
    rows = [f"{day:%d/%m/%Y},{counts}" for day in each]
    header = (
        "Fecha,GMV,Pedidos,Clientes,Artículos vendidos,Artículos reembolsados,Pedidos con SKU,"
        "Ingresos brutos,Vistas de página,Visitantes,Tasa de conversión,Impresiones del producto,"
        "Impresiones únicas de productos,Clics en el producto,Clics únicos,AOV"
    )
    title = f"Fecha del análisis: {each[0]:%d/%m/%Y}-{each[-1]:%d/%m/%Y}"
    csv(folder, "Shop Analytics_Key metrics.csv", title, ["", "Datos diarios", header, *rows])


@pytest.mark.parametrize(("first", "days"), [(FIRST, 28), (FIRST - timedelta(days=28), 56)])
def test_a_shop_with_visitors_and_no_sale_hears_that_first_and_is_sent_for_no_file(
    tmp_path: Path, first: date, days: int
) -> None:
    key_metrics(tmp_path, first, days)

    plan = made(tmp_path)

    assert plan.plan[0].rule == "operator/not-one-sale"
    assert [f.message.parameters for f in plan.findings if f.rule == plan.plan[0].rule] == [
        {"unsold_days": "28", "unsold_visits": "1,120"}
    ]
    assert not [line for line in plan.coverage if "no file has GMV of shops" in line.because]


def test_where_nothing_sells_lives_without_sales_are_no_loss_of_their_own(tmp_path: Path) -> None:
    key_metrics(tmp_path, FIRST, 28)
    header = (
        "Livestream,Start time,Duration,Attributed GMV,Attributed SKU orders,Views,"
        "LIVE impressions,Product impressions,Product clicks"
    )
    days = [FIRST + timedelta(days=5 * n) for n in range(5)]
    rows = [f"Evening,{day} 20:00,7200,$0.00,0,600,5000,900,200" for day in days]
    csv(tmp_path, "lives.csv", f"{FIRST} ~ {FIRST + timedelta(days=27)}", ["", header, *rows])

    plan = made(tmp_path)

    causes = {f.rule: set(f.explained_by) for f in plan.findings}
    assert "operator/not-one-sale" in causes["guide/low-stream-gmv"] & causes["guide/low-live-ctor"]
    assert [action.rule for action in plan.plan if action.gain] == []


def test_zeros_now_and_before_are_known_and_nothing_to_compare(tmp_path: Path) -> None:
    key_metrics(tmp_path, FIRST - timedelta(days=28), 56)

    told = {line.rule: (line.because, line.remedy) for line in made(tmp_path).coverage}

    assert told["operator/smaller-baskets"] == (
        "your files say 0 for GMV, so there is nothing to compare",
        "",
    )


def test_spend_without_conversions_is_named_with_its_money(tmp_path: Path) -> None:
    days = [FIRST + timedelta(days=day) for day in range(28)]
    ads = (("Good", 30, 600, 6), ("Hollow", 25, 330, 0))
    csv(
        tmp_path,
        "Ads.csv",
        "Campaign name,Ad group name,Date,Ad name,Cost,Impression,Clicks (Destination),"
        "Conversions,Currency",
        [
            f"C,G,{day},{name},{cost},30000,{clicks},{conversions},USD"
            for day in days
            for name, cost, clicks, conversions in ads
        ],
    )

    plan = made(tmp_path)
    named = [f.subject.name for f in plan.findings if f.rule == plan.plan[0].rule]

    assert plan.plan[0].rule == "operator/spend-without-conversions"
    assert plan.plan[0].gain is not None
    assert named == ["Hollow"]


def test_a_shop_without_an_order_hears_which_products_to_look_at(tmp_path: Path) -> None:
    header = (
        "Product Name,Product ID,Listing status,GMV,SKU orders,Items sold,Product impressions,"
        "Product clicks"
    )
    rows = (
        f"Jar {i},172900000000000{i},Active,$0,0,0,{n * 30},{n}"
        for i, n in enumerate((400, 310, 900, 520))
    )
    period = "Analysis date: 04/10/2026~31/10/2026"
    csv(tmp_path, "product_list_20261031.csv", period, [header, *rows])
    found = made(tmp_path)
    assert [action.rule for action in found.plan] == ["operator/not-one-sale"]
    assert "Look first at: Jar 2, Jar 3, Jar 0 and 1 more" in reports(found)["plan.md"]


def test_a_shop_with_gmv_max_alone_sees_its_roi(tmp_path: Path) -> None:
    header = "By Day,Cost,SKU orders (Current shop),Gross revenue (Current shop),Currency"
    rows = [f"2026-10-{day:02} 00:00:00,40,6,150,USD" for day in range(4, 32)]
    csv(tmp_path, "Campaign overview data.csv", header, rows)
    kpis = {kpi.metric: kpi.value for kpi in made(tmp_path).kpis}
    assert kpis == {"roi": pytest.approx(3.75)}
