"""Tables of other platforms are none of ours, whatever columns they share."""

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from advisor.errors import NothingReadable
from advisor.ingest.gathering import gather
from advisor.ingest.result import Gathered
from advisor.plugin import ReadContext, load_plugins
from advisor.tabular.platforms import platforms

PROVIDERS = load_plugins().providers()
TODAY = ReadContext(today=date(2026, 11, 22))
OTHERS = ("facebook", "google", "bing", "snapchat", "pinterest", "linkedin", "reddit", "amazon")
LEVELS = "date_day,campaign_id,campaign_name,ad_group_id,ad_group_name,ad_id,ad_name"
COUNTS = "currency,clicks,impressions,spend"
ROW = "2026-11-0{day},11,C,12,G,{ad},{name},USD,{clicks},10000,{spend}"


def _gather(*paths: Path) -> Gathered:
    return gather(paths, PROVIDERS, TODAY)


def _spend(found: Gathered) -> float:
    return sum(float(table.frame["spend"].sum()) for one in found.readings for table in one.tables)


def _rows(name: str, spend: float) -> list[str]:
    return [
        ROW.format(day=day, ad=f"{name[0]}13", name=name, clicks=100, spend=spend)
        for day in range(1, 8)
    ]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("table", ["{}_ads__ad_report", "stg_{}_ad", "main_{}Ads_daily"])
def test_a_table_of_another_platform_is_left_out_with_a_line(
    tmp_path: Path, other: str, table: str
) -> None:
    with sqlite3.connect(tmp_path / "w.db") as db:
        for name, spend in ((table.format(other), 500), ("tiktok_ads__ad_report", 10)):
            columns = f"{LEVELS},{COUNTS}".split(",")
            db.execute(f'CREATE TABLE "{name}" ({",".join(columns)})')
            marks = ",".join("?" * len(columns))
            rows = [row.split(",") for row in _rows(other, spend)]
            db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    found = _gather(tmp_path)
    assert _spend(found) == 70
    assert any("another platform" in note.text for note in found.notes)


@pytest.mark.parametrize("other", OTHERS)
def test_a_file_named_after_another_platform_is_not_read(tmp_path: Path, other: str) -> None:
    path = tmp_path / f"{other}_ads_2026.csv"
    path.write_text("\n".join([f"{LEVELS},{COUNTS}", *_rows("x", 5)]), encoding="utf-8")
    with pytest.raises(NothingReadable, match=r"another platform; to read it anyway.* --map"):
        _gather(path)


@pytest.mark.parametrize("column", ["source", "Data source name", "channel", "platform"])
@pytest.mark.parametrize("words", ["cost,impressions,clicks", "spend,impressions,clicks"])
def test_a_column_that_names_us_proves_common_names_and_is_no_part(
    tmp_path: Path, column: str, words: str
) -> None:
    rows = [
        f"2026-11-0{day},{whose},{whose} camp,ad,{cost},1000,20"
        for day in range(1, 8)
        for whose, cost in (("TikTok Ads", 10), ("Meta Ads", 900))
    ]
    header = f"date,{column},campaign_name,ad_name,{words}"
    (tmp_path / "all.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    found = _gather(tmp_path)
    assert _spend(found) == 70
    assert all("by.platform" not in t.frame.columns for r in found.readings for t in r.tables)


def test_names_that_any_platform_has_are_not_ours_without_proof(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    rows = [f"2026-11-0{day},Camp,10,1000,20" for day in range(1, 8)]
    text = "\n".join(["Date,Campaign name,Cost,Impressions,Clicks", *rows])
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NothingReadable):
        _gather(path)
    named = tmp_path / "TikTok November.csv"
    named.write_text(text, encoding="utf-8")
    assert _spend(_gather(named)) == 70


@pytest.mark.parametrize("own", ["tiktok_not_google.csv", "google drive export.csv", "ads.csv"])
def test_a_name_that_says_nothing_else_is_no_reason(tmp_path: Path, own: str) -> None:
    path = tmp_path / own
    path.write_text("\n".join([f"{LEVELS},{COUNTS}", *_rows("x", 5)]), encoding="utf-8")
    assert _spend(_gather(path)) == 35


@pytest.mark.parametrize(
    "columns",
    [
        "ad_id,adset_id,date",
        "ad_id,date_start,date_stop",
        "ad_id,customer.id,date",
        "ad_id,swipes,date",
        "campaign_id,AccountNumber,date",
    ],
)
def test_a_column_that_only_another_platform_has_forbids_a_stream(
    tmp_path: Path, columns: str
) -> None:
    keys = columns.split(",")
    data = {key: "2026-11-01" if "date" in key else "77" for key in keys}
    counts = {"spend": 9.5, "impressions": 900, "clicks": 20}
    own = {"ad_id": "1870000000000011", "stat_time_day": "2026-11-01"}
    lines = [
        {"stream": "insights", "data": data | counts, "emitted_at": 1},
        {"stream": "ads_reports_daily", "data": own | counts, "emitted_at": 1},
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = _gather(path)
    assert _spend(found) == 9.5
    (reading,) = found.readings
    (reason,) = reading.left_out
    assert "stream insights, which is of" in reason
    path.write_text(json.dumps(lines[0]) + "\n" + json.dumps(lines[0]), encoding="utf-8")
    with pytest.raises(NothingReadable, match="another platform"):
        _gather(path)


@pytest.mark.parametrize("header", ["channel", "Platform", "source", "Ad platform", "plataforma"])
@pytest.mark.parametrize("own", ["tiktok", "TikTok Ads", "TIKTOK_ADS"])
@pytest.mark.parametrize("other", ["facebook", "Google Ads", "Meta", "fb", "bing_ads"])
def test_a_column_of_platforms_is_filtered_and_told(
    tmp_path: Path, header: str, own: str, other: str
) -> None:
    rows = [f"{row},{own}" for row in _rows("x", 5)]
    rows += [f"{row},{other}" for row in _rows("y", 700)]
    rows += [f"{row},newsletter" for row in _rows("z", 30)]
    path = tmp_path / "ads.csv"
    path.write_text("\n".join([f"{LEVELS},{COUNTS},{header}", *rows]), encoding="utf-8")
    found = _gather(path)
    assert _spend(found) == 35
    (reading,) = found.readings
    assert reading.left_out == {"of another platform": 14}
    assert any(note.code == "other-platforms" for note in reading.notes)


def test_a_column_of_sources_that_are_no_platforms_filters_nothing(tmp_path: Path) -> None:
    rows = [f"{row},{of}" for of in ("organic", "paid") for row in _rows(of, 5)]
    path = tmp_path / "ads.csv"
    path.write_text("\n".join([f"{LEVELS},{COUNTS},source", *rows]), encoding="utf-8")
    assert _spend(_gather(path)) == 70


@pytest.mark.parametrize(
    "header",
    ["cost,orders,gross_revenue", "date,spend,impressions,clicks", "spend,clicks,impressions"],
)
def test_counts_alone_are_a_guess_that_must_be_confirmed(tmp_path: Path, header: str) -> None:
    path = tmp_path / "own.csv"
    cells = ["2026-11-01" if name == "date" else "5" for name in header.split(",")]
    path.write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    with pytest.raises(NothingReadable, match=r"tables of any platform .* --map"):
        _gather(path)
    named = tmp_path / "tiktok_ads.csv"  # its name says whose it is
    named.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert _gather(named).readings


def test_words_are_found_in_every_spelling_of_names() -> None:
    for name in ("FacebookAds", "facebook_ads__report", "my-facebook.csv", "raw.FACEBOOK"):
        assert platforms().named(name) == ("Facebook",)
    for name in ("metadata", "snapshot.db", "amazonas", "unity"):
        assert platforms().named(name) == ()


@pytest.mark.parametrize(
    "other", ["facebook_ads_insights", "snapchat_campaign_stats", "gads_daily"]
)
def test_the_name_of_a_stream_stands_before_its_columns(other: str, tmp_path: Path) -> None:
    streams = {other: "238", "campaigns_reports_daily": "1850000000000001"}
    records = [
        {
            "type": "RECORD",
            "stream": stream,
            "record": {"campaign_id": id_, "stat_time_day": "2026-10-01", "spend": "5"}
            | {"impressions": "500", "clicks": "5"},
        }
        for stream, id_ in streams.items()
    ]
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, records)))
    found = _gather(tmp_path)
    assert _spend(found) == 5
    assert any("another platform" in why for one in found.readings for why in one.left_out)
