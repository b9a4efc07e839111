"""Columns of Ads Manager that are known and not used, so that "not known" means something."""

from pathlib import Path

import pytest

from advisor.tabular.headers import Recogniser
from advisor.tabular.kinds import load_kinds
from tests.plugins_ads.reads import provider, read

EXPORTS = Path(__file__).parents[3] / "shared" / "real-exports"
KIND = next(k for k in load_kinds("advisor_tiktok_ads") if k.id == "ads-manager-report")
KNOWN = Recogniser(KIND)


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")
@pytest.mark.parametrize("file", sorted(path.name for path in EXPORTS.glob("ads_manager_*")))
def test_every_column_of_a_real_report_is_known(file: str) -> None:
    explain = provider().explain  # type: ignore[attr-defined]
    columns = explain(read(EXPORTS / file))
    assert [column.header for column in columns if not column.means] == []


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("Cost per registration (SKAN)", "iOS SKAN"),
        ("고유 등록당 비용(SKAN)", "iOS SKAN"),
        ("Unique app launches (app)", "app events"),
        ("Day 7 purchase ROAS", "app events"),
        ("7일 차 구매 ROAS", "app events"),
        ("Button clicks (website)", "website events other than purchases"),
        ("Value per page view (website)", "website events other than purchases"),
        ("다운로드당 가치(웹사이트)", "website events other than purchases"),
        ("Leads (offline)", "offline events"),
        ("Cost per conversation (TikTok direct message)", "messages"),
        ("CTA purchase ROAS (website)", "part of the conversions, by view or click"),
        ("Cost per content view (all channels)", "events of all channels combined"),
        ("Form submissions (TikTok)", "from TikTok's own pages"),
        ("Conversions [SAN]", ""),
    ],
)
def test_a_family_of_columns_is_known_with_its_reason(header: str, why: str) -> None:
    found = KNOWN.why_not_used(header)
    assert found is not None
    assert found.startswith(why)


@pytest.mark.parametrize(
    "header",
    [
        "GMV attributed to product cards",
        "GMV atribuido a tarjetas de productos",
        "Refunds (Shop)",
        "Loyalty points (website)",
        "총 환불 금액(웹사이트)",
        "My notes",
    ],
)
def test_what_is_of_no_known_family_is_not_known(header: str) -> None:
    assert KNOWN.why_not_used(header) is None
