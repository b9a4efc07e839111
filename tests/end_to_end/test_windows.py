"""Which days are judged, and what becomes of files that say nothing about them."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from advisor.document import Document
from advisor.errors import AdvisorError
from tests.end_to_end.runs import document, notes
from tests.shapes import Row, ads_manager, seller_center, studio

TODAY = date(2026, 11, 2)
LAST = date(2026, 10, 31)
PRODUCT = "1735210048812760001"


def ad_days(first: date, last: date, *, clicks: int = 200) -> Sequence[Row]:
    return [
        {
            "date": first + timedelta(days=day),
            "campaign_name": "Autumn",
            "campaign_id": "1847700132508801",
            "ad_group_name": "All",
            "ad_group_id": "1847705550010001",
            "ad_name": "Result first",
            "ad_id": "1847712004410011",
            "spend": 100.0,
            "impressions": 10_000,
            "clicks": clicks,
        }
        for day in range((last - first).days + 1)
    ]


def ads_file(folder: Path, first: date, last: date, *, clicks: int = 200) -> Path:
    path = folder / f"ads {first}.csv"
    path.write_bytes(ads_manager.daily_csv(ad_days(first, last, clicks=clicks)))
    return path


def products_file(folder: Path, first: date, last: date, *, orders: int = 90) -> Path:
    """A product list of one product with 10,000 clicks; 90 orders are few, 400 are good."""
    row: Row = {
        "product_name": "Lip balm",
        "product_id": PRODUCT,
        "gmv": orders * 10.0,
        "orders": orders,
        "sku_orders": orders,
        "product_clicks": 10_000,
        "product_impressions": 100_000,
    }
    path = folder / f"products {first}.xlsx"
    path.write_bytes(seller_center.product_list([row], first, last))
    return path


def window(made: Document) -> tuple[str | None, str | None]:
    return made.period.first, made.period.last


def found(made: Document) -> set[str]:
    return {finding.rule for finding in made.findings}


def test_the_newest_28_days_are_judged_against_the_28_before(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)

    made = document(tmp_path)

    assert window(made) == ("2026-10-04", "2026-10-31")
    assert (made.period.before_first, made.period.before_last) == ("2026-09-06", "2026-10-03")


def test_todays_part_of_a_day_is_left_out(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 10, 1), TODAY)

    made = document(tmp_path)

    assert window(made) == ("2026-10-05", "2026-11-01")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"first": date(2026, 9, 7), "last": date(2026, 9, 20)}, ("2026-09-07", "2026-09-20")),
        ({"first": date(2026, 10, 20)}, ("2026-10-20", "2026-11-01")),
        ({"month": "2026-09"}, ("2026-09-01", "2026-09-30")),
    ],
    ids=["from and to", "from, up to yesterday", "month"],
)
def test_the_user_chooses_the_days(
    tmp_path: Path, options: dict[str, Any], expected: tuple[str, str]
) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)

    made = document(tmp_path, **options)

    assert window(made) == expected


def test_only_the_chosen_days_are_added_up(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), date(2026, 9, 30), clicks=20)
    ads_file(tmp_path, date(2026, 10, 1), LAST, clicks=200)

    chosen = document(tmp_path, month="2026-09")
    newest = document(tmp_path)

    values = [next(k.value for k in made.kpis if k.metric == "ctr") for made in (chosen, newest)]
    assert values == pytest.approx([0.002, 0.02])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"last": LAST}, "--to needs --from"),
        ({"month": "2026-13"}, "--month: '2026-13' is no month; write 2026-10"),
        (
            {"month": "2026-10", "first": LAST},
            "choose --month or --from and --to, not both",
        ),
        (
            {"first": LAST, "last": date(2026, 10, 1)},
            "--from: the period ends on 2026-10-01, before it starts on 2026-10-31",
        ),
    ],
    ids=["to alone", "no month", "both", "backwards"],
)
def test_impossible_periods_are_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    ads_file(tmp_path, date(2026, 10, 1), LAST)

    with pytest.raises(AdvisorError) as error:
        document(tmp_path, **options)

    assert str(error.value) == message


def test_days_that_no_file_has_give_no_advice_and_a_note(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 10, 1), LAST, clicks=20)

    made = document(tmp_path, month="2026-07")

    assert made.findings == ()
    (note,) = notes(made, "outside-window")
    assert " ".join(note.split()) == (
        "ads 2026-10-01.csv: not used: it covers Oct 1 – 31, 2026, outside the period of this plan "
        "(Jul 1 – 31, 2026)"
    )


def test_of_two_months_of_lists_the_newer_is_judged(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    products_file(tmp_path, date(2026, 9, 1), date(2026, 9, 30), orders=90)
    products_file(tmp_path, date(2026, 10, 1), LAST, orders=400)

    made = document(tmp_path)

    assert "guide/low-ctor" not in found(made)
    assert notes(made, "outside-window") == []


def test_a_chosen_month_is_judged_by_its_own_list(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    products_file(tmp_path, date(2026, 9, 1), date(2026, 9, 30), orders=90)
    products_file(tmp_path, date(2026, 10, 1), LAST, orders=400)

    made = document(tmp_path, month="2026-09")

    (finding,) = (f for f in made.findings if f.rule == "guide/low-ctor")
    assert finding.evidence[0].file == "products 2026-09-01.xlsx"
    assert finding.evidence[0].value == pytest.approx(0.009)


def test_a_list_that_begins_after_the_window_is_not_judged(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    products_file(tmp_path, date(2026, 10, 1), LAST, orders=90)

    made = document(tmp_path, month="2026-09")

    assert "guide/low-ctor" not in found(made)
    assert len(notes(made, "outside-window")) == 1


@pytest.mark.parametrize(
    ("last", "judged"),
    [(date(2026, 9, 6), True), (date(2026, 9, 5), False)],
    ids=["28 days before the window", "29 days before the window"],
)
def test_a_list_that_ended_long_before_the_window_is_said_and_not_judged(
    tmp_path: Path, last: date, judged: bool
) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    products_file(tmp_path, last - timedelta(days=29), last, orders=90)

    made = document(tmp_path)

    assert ("guide/low-ctor" in found(made)) == judged
    assert len(notes(made, "outside-window")) == (not judged)


def test_without_any_days_the_newest_list_is_judged_however_old(tmp_path: Path) -> None:
    products_file(tmp_path, date(2025, 1, 1), date(2025, 1, 31), orders=90)

    made = document(tmp_path)

    assert window(made) == ("2025-01-01", "2025-01-31")
    assert "guide/low-ctor" in found(made)


def test_a_list_that_a_newer_one_replaces_is_said(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    for first in (date(2026, 10, 4), date(2026, 10, 11), date(2026, 10, 18), date(2026, 10, 25)):
        products_file(tmp_path, first, first + timedelta(days=6), orders=400)

    made = document(tmp_path)

    assert [" ".join(note.split()) for note in notes(made, "outside-window")] == [
        f"products {file}.xlsx: not used: it covers Oct {days}, 2026, and a newer report is used "
        "instead"
        for file, days in (("2026-10-04", "4 – 10"), ("2026-10-11", "11 – 17"))
    ]


def test_an_old_export_of_videos_without_days_is_not_judged(tmp_path: Path) -> None:
    ads_file(tmp_path, date(2026, 9, 1), LAST)
    row: Row = {
        "date": date(2026, 3, 1),
        "title": "Old one",
        "video_id": "7538842100457213201",
        "posted": date(2026, 2, 1),
        "likes": 10,
        "comments": 1,
        "shares": 1,
        "views": 100_000,
    }
    (tmp_path / "Content.csv").write_bytes(studio.content([row], "corner"))

    made = document(tmp_path)

    assert "guide/low-engagement" not in found(made)


def test_a_total_of_a_shorter_window_before_says_how_many_days_it_is_of(tmp_path: Path) -> None:
    days: list[Row] = [
        {"date": date(2026, 10, 1) + timedelta(days=day), "gmv": 100.0, "page_views": 50}
        for day in range(31)
    ]
    (tmp_path / "shop.xlsx").write_bytes(
        seller_center.shop_analytics(days, date(2026, 10, 1), LAST)
    )

    made = document(tmp_path)

    views = next(kpi for kpi in made.kpis if kpi.metric == "page_views")
    assert (views.text, views.before_text) == ("1,400", "150 in 3 days")
