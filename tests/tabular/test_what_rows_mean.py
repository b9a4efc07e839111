"""Rows and cells that need no known word to be read as they are meant."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from advisor.errors import NothingReadable
from advisor.ingest.gathering import Gathered, gather
from advisor.model import Reading
from advisor.plugin import ReadContext
from tests.plugins_shop.reads import PROVIDERS, sums

CONTEXT = ReadContext(today=date(2026, 8, 1))
AD = "Ad name,Ad ID,Cost,Impressions,Clicks (destination),Currency"
CAMPAIGN = "Campaign name,Campaign ID,Cost,Impressions,Clicks (destination),Currency"


def reading(folder: Path, text: str, name: str = "report.csv") -> Reading:
    (folder / name).write_text(text, encoding="utf-8")
    (one,) = gather([folder / name], PROVIDERS, CONTEXT).readings
    return one


def spend(of: Reading) -> float:
    return sums(of.tables[0])["spend"]


def codes(of: Reading) -> set[str]:
    return {note.code for note in of.notes}


# ── totals in any language ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "total", ["Yhteensä,,30,3000,30,EUR", "Total,Total,30,3000,30,EUR", "Σ,-,30,3000,30,EUR"]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_row_that_is_the_sum_of_all_others_is_their_total(
    total: str, first: bool, tmp_path: Path
) -> None:
    rows = ["a,1850000000000001,10,1000,10,EUR", "b,1850000000000002,20,2000,20,EUR"]
    lines = [total, *rows] if first else [*rows, total]
    one = reading(tmp_path, "\n".join([CAMPAIGN, *lines, ""]))
    assert (one.rows, one.left_out, spend(one)) == (2, {"totals row": 1}, 30)


def test_a_campaign_that_is_as_large_as_two_others_in_some_counts_is_a_campaign(
    tmp_path: Path,
) -> None:
    rows = (
        "a,1850000000000001,10,1000,10,EUR",
        "b,1850000000000002,20,2000,20,EUR",
        "c,1850000000000003,30,3000,31,EUR",
    )
    assert spend(reading(tmp_path, "\n".join([CAMPAIGN, *rows, ""]))) == 60


# ── days without a known name ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "days",
    [
        ("2026-07-01", "2026-07-02"),
        ("01.07.2026", "02.07.2026"),
        ("2569-07-01", "2569-07-02"),
        ("๐๑/๐๗/๒๕๖๙", "๐๒/๐๗/๒๕๖๙"),
        ("2026年7月1日", "2026年7月2日"),
        ("20260701", "20260702"),
    ],
)
@pytest.mark.parametrize("header", ["Tag", "Päivä", "วันที่"])
def test_a_column_of_dates_is_the_day_in_any_language(
    header: str, days: Sequence[str], tmp_path: Path
) -> None:
    rows = [f"{day},a,1870000000000001,10,1000,10,EUR" for day in days]
    one = reading(tmp_path, "\n".join([f"{header},{AD}", *rows, ""]))
    assert one.period is not None
    assert (one.period.first, one.period.last) == (date(2026, 7, 1), date(2026, 7, 2))
    assert "day-by-values" in codes(one)


@pytest.mark.parametrize("header", ["Angelegt am", "_synced_at", "updated_at"])
def test_a_date_that_each_ad_has_once_is_no_day(header: str, tmp_path: Path) -> None:
    rows = [f"2026-0{n}-01,{n},187000000000000{n},10,1000,10,EUR" for n in (1, 2, 3)]
    one = reading(tmp_path, "\n".join([f"{header},{AD}", *rows, ""]))
    assert one.period is None


# ── digits and units ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("cost", ["๑,๒๓๔.๕", "١٬٢٣٤٫٥", "１，２３４．５", "१,२३४.५"])
def test_digits_of_every_script_are_digits(cost: str, tmp_path: Path) -> None:
    one = reading(tmp_path, f'{AD}\na,1870000000000001,"{cost}",1000,10,THB\n')
    assert spend(one) == 1234.5
    assert "unreadable-cell" not in codes(one)


VIDEO = "Video ID,Video info,VV,Product Clicks,Product Impressions,Video Finish Rate,CTR"


@pytest.mark.parametrize(("finish", "ctr"), [("0.25", "0.012"), ("25", "1.2"), ("25%", "1.2%")])
def test_rates_without_a_sign_are_what_their_counts_say(
    finish: str, ctr: str, tmp_path: Path
) -> None:
    one = reading(tmp_path, f"{VIDEO}\n7646166143702453001,t,1000,12,1000,{finish},{ctr}\n")
    assert sums(one.tables[0])["complete_plays"] == pytest.approx(250)
    assert "rate-unit-unknown" not in codes(one)


def test_without_such_counts_their_unit_is_not_known(tmp_path: Path) -> None:
    one = reading(tmp_path, "Video ID,Video info,VV,Video Finish Rate\n7646166143702453001,t,9,1\n")
    assert "complete_plays" not in sums(one.tables[0])
    assert "rate-unit-unknown" in codes(one)


# ── the same row again ──────────────────────────────────────────────────────────────────────────
def campaigns(*rows: str) -> str:
    return "\n".join([f"Date,{CAMPAIGN}", *(f"2026-07-01,c,18500000000000{r},USD" for r in rows)])


def test_a_campaign_that_has_grown_is_one_campaign(tmp_path: Path) -> None:
    for order in (1, -1):
        rows = ["01,10,1000,10", "01,12,1100,11"][::order]
        assert spend(reading(tmp_path, campaigns(*rows))) == 12


@pytest.mark.parametrize("other", ["01,12,900,11", "01,90,9000,99", "01,12,1100,9"])
def test_rows_of_which_none_is_the_other_grown_are_parts(other: str, tmp_path: Path) -> None:
    one = reading(tmp_path, campaigns("01,10,1000,10", other))
    assert one.rows == 2
    assert "added-parts" in codes(one)


@pytest.mark.parametrize("numbering", ["_airbyte_raw_id", "_sdc_sequence", "uuid", "#", "row_id"])
def test_what_numbers_the_rows_makes_no_parts_of_them(numbering: str, tmp_path: Path) -> None:
    rows = ["x1,2026-07-01,a,1870000000000001,10,1000,10,USD"]
    rows += ["x2,2026-07-01,a,1870000000000001,12,1100,11,USD"]
    one = reading(tmp_path, "\n".join([f"{numbering},Date,{AD}", *rows, ""]))
    assert (one.rows, spend(one)) == (1, 12)


def test_the_later_load_holds_whether_it_has_a_time_or_not(tmp_path: Path) -> None:
    for stamps in (("2026-07-04", "2026-07-03"), ("2026-07-04T05:00:00Z", "2026-07-03T05:00:00Z")):
        rows = [
            {
                "_airbyte_extracted_at": stamp,
                "ad_id": "1870000000000001",
                "stat_time_day": "2026-07-01 00:00:00",
                "metrics": {"spend": cost, "impressions": "1000", "clicks": "10"},
            }
            for stamp, cost in zip(stamps, ("9.5", "12.5"), strict=True)
        ]
        assert spend(reading(tmp_path, json.dumps(rows), "raw.json")) == 9.5


# ── answers in pages ────────────────────────────────────────────────────────────────────────────
def numbered(page: int, pages: int) -> dict[str, object]:
    rows = [
        {
            "dimensions": {"ad_id": f"18700000000000{page}{n}", "stat_time_day": "2026-07-01"},
            "metrics": {"spend": "10", "impressions": "1000", "clicks": "5"},
        }
        for n in (1, 2)
    ]
    info = {"page": page, "page_size": 2, "total_number": 2 * pages, "total_page": pages}
    return {"code": 0, "message": "OK", "data": {"list": rows, "page_info": info}}


def by_token(page: int, token: str, total: int | None) -> dict[str, object]:
    products = [
        {
            "id": f"17308299741173850{page}{n}",
            "orders": 3,
            "units_sold": 4,
            "gmv": {"amount": "30.00", "currency": "USD"},
            "click_through_rate": "0.05",
        }
        for n in (1, 2)
    ]
    data: dict[str, object] = {"next_page_token": token, "products": products}
    data |= {"latest_available_date": "2026-07-05"} | ({"total_count": total} if total else {})
    return {"code": 0, "message": "Success", "data": data}


def saved(folder: Path, *pages: object) -> Gathered:
    for at, page in enumerate(pages):
        (folder / f"{at}.json").write_text(json.dumps(page), encoding="utf-8")
    return gather([folder], PROVIDERS, CONTEXT)


def short(gathered: Gathered) -> list[str]:
    return [n.text for r in gathered.readings for n in r.notes if n.code == "one-page"]


@pytest.mark.parametrize(
    "pages",
    [
        (numbered(1, 3), numbered(2, 3), numbered(3, 3)),
        ([numbered(1, 2), numbered(2, 2)],),
        (by_token(1, "b2", 4), by_token(2, "", 4)),
        (by_token(1, "b2", None), by_token(2, "", None)),
        (by_token(1, "", 2),),
    ],
)
def test_all_pages_of_an_answer_are_the_answer(pages: Sequence[object], tmp_path: Path) -> None:
    assert short(saved(tmp_path, *pages)) == []


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ((numbered(2, 3),), ("2", "3")),
        ((numbered(1, 3), numbered(3, 3)), ("page 2;",)),
        ((numbered(1, 5), numbered(3, 5)), ("pages 2, 4, 5;",)),
        (([numbered(1, 3), numbered(2, 3)],), ("page 3;",)),
        ((by_token(1, "b2", 6),), ("2 of 6",)),
        ((by_token(1, "b2", 6), by_token(2, "b3", 6)), ("4 of 6",)),
        ((by_token(1, "b2", None),), ("next",)),
    ],
)
def test_what_is_missing_of_an_answer_is_said_once(
    pages: Sequence[object], told: Sequence[str], tmp_path: Path
) -> None:
    (text,) = short(saved(tmp_path, *pages))
    assert all(part in text for part in told)


# ── answers that are errors, and numbers without end ────────────────────────────────────────────
@pytest.mark.parametrize(
    "body",
    [
        {"code": 36009003, "message": "Internal error", "data": None},
        {"code": 40105, "message": "Internal error", "data": {}},
        {"error": {"code": "36009003", "message": "Internal error"}},
        {"error": "invalid_grant", "error_description": "Internal error"},
    ],
)
def test_an_error_of_an_api_is_shown(body: object, tmp_path: Path) -> None:
    with pytest.raises(NothingReadable, match=r"Internal error"):
        saved(tmp_path, body)


def test_a_number_of_thousands_of_digits_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"code":0,"data":{"list":[{"dimensions":{"ad_id":"1","stat_time_day":"2026-07-05"},'
        '"metrics":{"spend":"1","impressions":' + "9" * 5000 + ',"clicks":"3"}}]}}'
    )
    (one,) = gather([tmp_path], PROVIDERS, CONTEXT).readings
    assert sums(one.tables[0]) == {"spend": 1, "clicks": 3}


# ── what is not known is not denied, and nothing comes of nothing ───────────────────────────────
SHOP = "Fecha,GMV (MXN),Pedidos,Clientes,Visitantes,Artículos vendidos,Pedidos con SKU"


def test_an_unknown_column_of_amounts_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    one = reading(
        tmp_path,
        f"{SHOP},GMV atribuido a tarjetas (MXN),Nota,Fase lunar\n"
        '01/07/2026,"1,000.00",10,9,100,12,11,"MX$300.50",bien,3\n'
        '02/07/2026,"1,100.00",11,9,100,12,11,"MX$310.50",mal,4\n',
    )
    (note,) = (note for note in one.notes if note.code == "unknown-columns")
    assert "GMV atribuido a tarjetas" in note.text
    near = {column.header: column.nearest for column in one.columns if not column.means}
    assert near.pop("GMV atribuido a tarjetas (MXN)").startswith("GMV")
    assert set(near.values()) == {""}


def test_a_file_of_which_no_row_can_be_read_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"Date,{AD}\nx,a,1870000000000001,10,1000,10,USD\n")
    with pytest.raises(NothingReadable, match=r"a\.csv: .*1 without a date"):
        gather([tmp_path], PROVIDERS, CONTEXT)


@pytest.mark.parametrize(
    "days",
    [
        ("46204", "46205"),
        ('"Wed, Jul 1, 2026"', '"Thu, Jul 2, 2026"'),
        ('"Mi., 1. Juli 2026"', '"Do., 2. Juli 2026"'),
        ("01/07/26", "02/07/26"),
        ("1-Jul-2026", "2-Jul-2026"),
        ("2026-07-01T00:00:00+08:00", "2026-07-02T00:00:00.000Z"),
    ],
)
def test_a_day_is_read_however_a_spreadsheet_writes_it(days: Sequence[str], tmp_path: Path) -> None:
    rows = [f"{day},a,1870000000000001,10,1000,10,EUR" for day in days]
    one = reading(tmp_path, "\n".join([f"Date,{AD}", *rows, ""]))
    assert one.period is not None
    assert (one.period.first, one.period.last) == (date(2026, 7, 1), date(2026, 7, 2))


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
def test_a_day_before_anything_is_counted_is_none(day: str, tmp_path: Path) -> None:
    rows = [f"{day},a,1870000000000001,10,1000,10,EUR" for day in (day, "2026-07-01")]
    one = reading(tmp_path, "\n".join([f"Date,{AD}", *rows, ""]))
    assert (one.rows, one.left_out) == (1, {"without a date": 1})


def test_a_remark_below_the_rows_is_no_ad(tmp_path: Path) -> None:
    one = reading(tmp_path, f"{AD}\na,1870000000000001,10,1000,10,USD\n\nGenerated by Luna,,,,,\n")
    assert (one.rows, one.left_out) == (1, {"blank row": 1, "line of text": 1})


def test_a_table_of_another_platform_is_told_by_its_columns(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(
        "date,campaign_name,ad_id,spend,impressions,clicks,link_clicks,purchase_roas\n"
        "2026-07-01,c,2,10,1000,10,8,3.2\n"
    )
    with pytest.raises(NothingReadable, match="another platform"):
        gather([tmp_path], PROVIDERS, CONTEXT)


def test_a_paused_gmv_max_campaign_is_a_state(tmp_path: Path) -> None:
    one = reading(
        tmp_path,
        "Campaign name,Campaign ID,Status,Cost,Net Cost,SKU orders,Gross revenue,ROI,Currency\n"
        "c,1865607983072001,Paused,10,10,2,40,4,USD\n"
        "d,1865607983072002,Delivering,10,10,2,40,4,USD\n",
    )
    frame = one.tables[0].frame
    assert dict(zip(frame["name"], frame["running"], strict=True)) == {"c": 0, "d": 1}
