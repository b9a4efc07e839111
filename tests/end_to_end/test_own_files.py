"""What a seller adds beside the exports: reports by age, own lists; and totals side by side."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from advisor.document import Document
from advisor.model.settings import Settings, ShopSection
from tests.end_to_end.runs import document, reports

FIRST = date(2026, 10, 4)
DAYS = [FIRST + timedelta(days=n) for n in range(28)]
SHOP = Settings(shop=ShopSection(name="Corner", size="small", currency="MXN", usd_rate=0.05))


def _write(folder: Path, name: str, *rows: Sequence[object]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / name).write_text(text.getvalue(), encoding="utf-8")


def _ads(folder: Path, dimension: str, parts: Sequence[tuple[str, int]]) -> None:
    header = ("By Day", "Campaign ID", dimension, "Cost", "Impressions", "Clicks (destination)")
    _write(
        folder,
        "ads.csv",
        (*header, "Currency"),
        *((day, "1800000001", part, 5, seen, 7, "MXN") for day in DAYS for part, seen in parts),
    )


def _outcome(made: Document, rule: str) -> tuple[int, int, int]:
    (found,) = (o for o in made.outcomes if o.rule == rule)
    return (found.fires, found.clear, found.missing)


def test_with_a_report_by_age_the_audience_is_judged(tmp_path: Path) -> None:
    _ads(tmp_path, "Age", [("18-24", 700), ("25-34", 200), ("35-44", 100)])
    made = document(tmp_path, settings=SHOP)
    assert _outcome(made, "guide/demographics") == (1, 2, 0)
    (finding,) = (f for f in made.findings if f.rule == "guide/demographics")
    assert finding.subject.name == "18-24"
    assert "70%" in finding.message.text


def test_a_report_by_gender_alone_still_lacks_ages(tmp_path: Path) -> None:
    _ads(tmp_path, "Gender", [("Female", 700), ("Male", 300)])
    fires, clear, _ = _outcome(document(tmp_path, settings=SHOP), "guide/demographics")
    assert (fires, clear) == (0, 0)


def test_what_lacks_ages_says_where_to_get_them(tmp_path: Path) -> None:
    _shop_days(tmp_path)
    made = document(tmp_path, settings=SHOP)
    (gap,) = (item for item in made.coverage if item.rule == "guide/demographics")
    assert "Age" in gap.remedy


def test_own_lists_do_not_move_the_window(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "ads.csv",
        ("By Day", "Campaign ID", "Cost", "Impressions", "Clicks (destination)", "Currency"),
        *((day, "1800000001", 5, 900, 7, "MXN") for day in DAYS),
    )
    _write(tmp_path, "stock.csv", ("product_id", "date", "on_hand"), ("17", "2026-11-01", 3))
    rates = ("from", "product_id", "creator", "rate")
    _write(tmp_path, "commission-rates.csv", rates, ("2026-09-01", "17", "", "10%"))
    period = document(tmp_path, settings=SHOP).period
    assert (period.first, period.last) == (DAYS[0].isoformat(), DAYS[-1].isoformat())


def _shop_days(folder: Path) -> None:
    header = ("Date", "GMV", "Orders", "Customers", "Items sold", "Visitors", "Gross revenue")
    days = ((day.strftime("%d/%m/%Y"), 100, 4, 4, 5, 80, 110) for day in DAYS)
    _write(folder, "shop.csv", header, *days)


def test_totals_stand_side_by_side_in_every_report(tmp_path: Path) -> None:
    _shop_days(tmp_path)
    header = ("By Day", "Cost", "SKU orders (Current shop)", "Gross revenue (Current shop)")
    days = ((f"{day} 00:00:00", "10.00", 3, "60.00", "MXN") for day in DAYS)
    _write(tmp_path, "overview.csv", (*header, "Currency"), *days)
    made = document(tmp_path, settings=SHOP)
    found = {one.id: one for one in made.reconciliation}
    assert set(found) == {"gmv-and-gmv-max", "gmv-and-gross-revenue"}
    both = found["gmv-and-gmv-max"]
    assert (both.total.value, both.parts[0].value, both.rest) == (2800.0, 1680.0, 1120.0)
    assert (both.total.files, both.parts[0].files) == (("shop.csv",), ("overview.csv",))
    text = reports(made)["appendix.md"]
    assert "| The rest | MX$1,120 (40%) | – |" in text
    assert both.because in text


@pytest.mark.parametrize("name", ["shop"])
def test_one_source_alone_has_nothing_beside_it(tmp_path: Path, name: str) -> None:
    header = ("Date", "GMV", "Orders", "Customers", "Items sold", "Visitors")
    days = ((day.strftime("%d/%m/%Y"), 100, 4, 4, 5, 80) for day in DAYS)
    _write(tmp_path, f"{name}.csv", header, *days)
    made = document(tmp_path, settings=SHOP)
    assert made.reconciliation == ()
    assert "How totals compare" not in reports(made)["appendix.md"]
