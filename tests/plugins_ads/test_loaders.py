"""Tables of loaders: raw records, ad accounts, revenue; the exact before the rounded."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.model.reading import Reading
from tests.plugins_ads.reads import only_table, provider, read, sums, written

REPORT = "ad_id,stat_time_hour,spend,impressions,clicks,conversion,total_purchase_value"
HOURS = ("2026-05-01 00:00:00,2,300,6,1,18", "2026-05-01 01:00:00,3,400,9,0,0")


def text(folder: Path, name: str, *lines: str) -> Reading:
    return read(written(folder, name, "\n".join([*lines, ""]).encode()))


def record(level: str, day: int) -> str:
    packed = json.dumps(
        {
            "dimensions": {
                level: "1840000000000033",
                "stat_time_day": f"2026-08-{day:02} 00:00:00",
            },
            "metrics": {"spend": "7.25", "impressions": "800", "clicks": "16", "conversion": "0"},
            level: 1840000000000033,
        }
    )
    return '"' + packed.replace('"', '""') + '"'


@pytest.mark.parametrize(("level", "kind"), [("ad_id", "ad"), ("campaign_id", "campaign")])
@pytest.mark.parametrize(
    "stamps",
    [
        "_airbyte_ab_id,_airbyte_emitted_at",
        "_airbyte_raw_id,_airbyte_extracted_at,_airbyte_loaded_at",
        "_AIRBYTE_RAW_ID,_AIRBYTE_EXTRACTED_AT,_AIRBYTE_META",
    ],
)
def test_raw_records_of_airbyte_are_read(
    level: str, kind: str, stamps: str, tmp_path: Path
) -> None:
    values = ["x", "2026-08-09 00:00:00", "2026-08-09 00:00:01"][: stamps.count(",") + 1]
    data = "_airbyte_data" if stamps.islower() else "_AIRBYTE_DATA"
    rows = [",".join([*values, record(level, day)]) for day in (1, 2)]
    reading = text(tmp_path, "raw.csv", f"{stamps},{data}", *rows)
    table = only_table(reading)
    assert (table.subject, reading.rows) == (kind, 2)
    assert sums(table) == {"spend": 14.5, "impressions": 1600, "clicks": 32, "conversions": 0}
    assert str(reading.period) == "2026-08-01 to 2026-08-02"


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_hours_of_a_loader_have_revenue(spell: Callable[[str], str], tmp_path: Path) -> None:
    header = spell(REPORT)
    reading = text(tmp_path, "ad_report_hourly.csv", header, *(f"55,{row}" for row in HOURS))
    assert sums(only_table(reading))["ad_revenue"] == 18


def test_camel_case_is_the_same_table(tmp_path: Path) -> None:
    header = "adId,statTimeHour,spend,impressions,clicks,conversion,totalPurchaseValue"
    reading = text(tmp_path, "ad_report.csv", header, *(f"55,{row}" for row in HOURS))
    assert sums(only_table(reading))["ad_revenue"] == 18
    assert only_table(reading).frame["key"].unique().to_list() == ["55"]


ACCOUNT = "id,name,company,contacter,email,currency,timezone,_fivetran_synced"


def accounts(folder: Path, *currencies: str) -> Reading:
    rows = [f"{n},Shop,Co,Ann,a@example.com,{c},Asia/Tokyo,x" for n, c in enumerate(currencies)]
    return text(folder, "advertiser.csv", ACCOUNT, *rows)


def test_ad_accounts_say_the_currency_of_the_other_tables(tmp_path: Path) -> None:
    report = text(tmp_path, "ad_report_hourly.csv", REPORT, *(f"55,{row}" for row in HOURS))
    account = accounts(tmp_path, "JPY", "JPY")
    together = provider().together([report, account])  # type: ignore[attr-defined]
    assert [reading.currency for reading in together] == ["JPY", "JPY"]
    assert set(only_table(together[0]).frame["currency"]) == {"JPY"}
    assert {note.code for note in together[0].notes} >= {"currency-of-accounts"}
    assert {note.code for note in account.notes} == {"ad-time-zone"}


def test_accounts_of_several_currencies_say_none(tmp_path: Path) -> None:
    report = text(tmp_path, "ad_report_hourly.csv", REPORT, *(f"55,{row}" for row in HOURS))
    both = provider().together([report, accounts(tmp_path, "JPY", "USD")])  # type: ignore[attr-defined]
    assert both[0].currency is None


def test_a_file_with_a_currency_of_its_own_keeps_it(tmp_path: Path) -> None:
    rows = (f"55,{row},USD" for row in HOURS)
    report = text(tmp_path, "ad_report.csv", f"{REPORT},currency", *rows)
    both = provider().together([report, accounts(tmp_path, "JPY")])  # type: ignore[attr-defined]
    assert both[0].currency == "USD"


def test_nothing_about_a_person_of_an_ad_account_is_read(tmp_path: Path) -> None:
    reading = accounts(tmp_path, "JPY")
    frames = "".join(table.frame.write_json() for table in reading.tables)
    assert "Ann" not in frames
    assert "example.com" not in frames


FLAT = ("campaign_id", "report_date", "spend", "impressions", "clicks")
EXACT, ROUNDED = "value_per_complete_payment", "complete_payment_roas"


@pytest.mark.parametrize("order", [(EXACT, ROUNDED), (ROUNDED, EXACT)])
def test_a_value_per_purchase_goes_before_a_rounded_roas(
    order: tuple[str, str], tmp_path: Path
) -> None:
    cells = {"value_per_complete_payment": "333", "complete_payment_roas": "0.01"}
    cells |= {"campaign_id": "18", "report_date": "2026-05-01", "spend": "60000"}
    cells |= {"impressions": "900", "clicks": "30", "complete_payment": "2"}
    header = (*FLAT, *order, "complete_payment")
    row = ",".join(cells[name] for name in header)
    assert sums(only_table(text(tmp_path, "flat.csv", ",".join(header), row)))["ad_revenue"] == 666
