"""Reports by age, gender and country give segments and territories of the audience."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from advisor.model.reading import Grain, Reading, Table
from tests.plugins_ads.reads import provider, read, sums, written

HEADER = ["By Day", "Campaign name", "Campaign ID", "Age", "Gender", "Country/Region", "Cost"]
COUNTS = ["Impressions", "Clicks (destination)", "Purchases (Shop)", "Gross revenue (Shop)"]
ROWS: Sequence[Sequence[object]] = (
    ("2026-10-01", "May", "180000001", "18-24", "Female", "Mexico", 10.5, 600, 6, 1, 40),
    ("2026-10-01", "May", "180000001", "25-34", "Male", "Mexico", 5.5, 200, 2, 0, 0),
    ("2026-10-02", "May", "180000001", "18-24", "Male", "US", 4.0, 100, 1, 1, 20),
    ("2026-10-02", "May", "180000001", "Unknown", "Unknown", "-", 1.0, 100, 1, 0, 0),
)


def _csv(rows: Sequence[Sequence[object]], header: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")


def _without(*names: str) -> bytes:
    header = [*HEADER, *COUNTS]
    kept = [at for at, name in enumerate(header) if name not in names]
    return _csv([[row[at] for at in kept] for row in ROWS], [header[at] for at in kept])


def _table(reading: Reading, subject: str, family: str) -> Table:
    (table,) = (t for t in reading.tables if (t.subject, t.family) == (subject, family))
    return table


def _by_key(table: Table, *columns: str) -> Mapping[str, tuple[object, ...]]:
    return {str(key): tuple(rest) for key, *rest in table.frame.select("key", *columns).iter_rows()}


def test_age_groups_have_their_counts_and_their_share_of_the_impressions(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without("Gender", "Country/Region")))
    days = _table(reading, "segment", "tiktok-ads-audience-age")
    assert days.grain is Grain.DAY
    assert sums(days) == {
        "impressions": 900.0,
        "clicks": 9.0,
        "purchases": 2.0,
        "ad_revenue": 60.0,
        "spend": 20.0,
    }
    shares = _table(reading, "segment", "tiktok-ads-audience-age-share")
    assert _by_key(shares, "name", "audience_share", "age_share", "from", "to") == {
        "age:18-24": ("18-24", 700 / 900, 700 / 900, date(2026, 10, 1), date(2026, 10, 2)),
        "age:25-34": ("25-34", 200 / 900, 200 / 900, date(2026, 10, 1), date(2026, 10, 2)),
    }


def test_a_split_by_gender_has_no_share_by_age(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without("Age", "Country/Region")))
    shares = _table(reading, "segment", "tiktok-ads-audience-gender-share")
    assert shares.counts == ("audience_share",)
    assert _by_key(shares, "audience_share") == {
        "gender:Female": (600 / 900,),
        "gender:Male": (300 / 900,),
    }


def test_countries_are_territories_without_a_share_because_ads_are_aimed(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without("Age", "Gender")))
    table = _table(reading, "territory", "tiktok-ads-audience-country")
    assert _by_key(table, "impressions", "spend") == {"Mexico": (800.0, 16.0), "US": (100.0, 4.0)}
    assert "audience_share" not in table.counts


def test_all_dimensions_at_once_make_all_segments(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without()))
    assert reading.kind == "ads-manager-audience"
    families = {(t.subject, t.family.removeprefix("tiktok-ads-audience-")) for t in reading.tables}
    assert families >= {("segment", "age"), ("segment", "gender"), ("territory", "country")}
    (own,) = (t for t in reading.tables if t.subject == "campaign")
    assert {c for c in own.frame.columns if c[:3] == "by."} == {"by.age", "by.gender", "by.country"}


def test_a_report_without_a_dimension_has_no_segments(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without("Age", "Gender", "Country/Region")))
    assert reading.kind == "ads-manager-report"
    assert [t.subject for t in reading.tables] == ["campaign"]


def test_what_the_columns_of_such_a_report_mean_can_be_asked(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", _without()))
    explained = provider().explain(reading)  # type: ignore[attr-defined]
    assert {c.header: c.means for c in explained}["Age"] == "breakdown"


def _page(day: str, *rows: Mapping[str, str]) -> dict[str, object]:
    records = [
        {
            "dimensions": {
                "campaign_id": "1",
                "stat_time_day": f"{day} 00:00:00",
                "age": row["age"],
            },
            "metrics": {"spend": "1.50", "impressions": row["impressions"], "clicks": "3"},
        }
        for row in rows
    ]
    return {"code": 0, "message": "OK", "data": {"list": records, "page_info": {"page": 1}}}


PAGES = [
    _page("2026-10-01", {"age": "AGE_18_24", "impressions": "300"}),
    _page(
        "2026-10-01",
        {"age": "AGE_55_100", "impressions": "90"},
        {"age": "NONE", "impressions": "9"},
    ),
]


def test_the_names_of_the_api_are_those_of_ads_manager(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "p.json", json.dumps(PAGES[1]).encode()))
    assert reading.kind == "marketing-api-audience"
    segments = _table(reading, "segment", "tiktok-ads-audience-age")
    assert _by_key(segments, "name", "impressions") == {"age:55+": ("55+", 90.0)}


def test_pages_of_the_api_in_one_list_are_one_answer(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "pages.json", json.dumps(PAGES).encode()))
    assert reading.rows == sum(t.frame.height for t in reading.tables if t.subject == "campaign")
    segments = _table(reading, "segment", "tiktok-ads-audience-age")
    assert _by_key(segments, "impressions") == {"age:18-24": (300.0,), "age:55+": (90.0,)}


@pytest.mark.parametrize("upper", [False, True])
def test_columns_of_json_text_in_a_warehouse_are_the_fields_of_the_api(
    tmp_path: Path, *, upper: bool
) -> None:
    metrics = {
        "spend": "2.50",
        "impressions": "1000",
        "clicks": "30",
        "secondary_goal_result": None,
    }
    rows = [
        (
            json.dumps({**metrics, "clicks": str(30 + at)}),
            json.dumps({"stat_time_day": f"2026-10-0{at} 00:00:00", "ad_id": 18200000000000001}),
            18200000000000001,
            "2026-11-01",
        )
        for at in (1, 2)
    ]
    header = ["metrics", "dimensions", "ad_id", "_airbyte_extracted_at"]
    data = _csv(rows, [name.upper() if upper else name for name in header])
    reading = read(written(tmp_path, "ads_reports_daily.csv", data))
    (table,) = reading.tables
    assert (table.subject, table.grain) == ("ad", Grain.DAY)
    assert set(table.frame["key"]) == {"18200000000000001"}
    assert sums(table) == {"spend": 5.0, "impressions": 2000.0, "clicks": 63.0}


def test_the_countries_of_fivetran_are_territories(tmp_path: Path) -> None:
    header = ["CAMPAIGN_ID", "COUNTRY_CODE", "STAT_TIME_DAY", "SPEND", "IMPRESSIONS", "CLICKS"]
    rows = [("1", code, "2026-10-01", 2, 100, 3) for code in ("MX", "US", "MX")]
    reading = read(written(tmp_path, "campaign_country_report.csv", _csv(rows[:2], header)))
    territories = _table(reading, "territory", "tiktok-ads-audience-country")
    assert _by_key(territories, "impressions") == {"MX": (100.0,), "US": (100.0,)}
