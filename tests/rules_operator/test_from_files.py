"""Problems planted in files: the operators' rules find them, and name the numbers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from advisor.business import Settings, ShopSection
from advisor.document import Document
from tests.end_to_end.runs import document
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
    said = {f.rule: f.message.text for f in made(folder).findings}

    assert said["operator/gmv-max-under-target"] == (
        "Serum LIVE returns 71.4 % of the ROI that it is asked for"
    )
    assert said["operator/target-below-break-even"] == (
        "Serum LIVE is asked for an ROI of 3.5 where at least 4 is needed to break even"
    )
    assert said["operator/edited-too-often"] == (
        "Serum LIVE: budget, target or bid were changed 2.5 times a week"
    )
    # 18 days without an edit, each 100 - 250 / (0.9 x 3.5).
    assert said["operator/credit-to-claim"] == (
        "Serum LIVE: on 18 days of this window ROI protection may owe $371.43 in ad credit"
    )


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
    assert "the shop's region is not known" in unjudged.because
