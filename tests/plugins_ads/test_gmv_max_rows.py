"""Rows of GMV Max in a report of classic ads are judged as GMV Max, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from advisor.cli import main
from tests.plugins_ads.reads import read, sums, written

HEADER = (
    "Campaign name,Campaign ID,By Day,Cost,Impressions,Clicks (destination),"
    "Purchases (Shop),Gross revenue (Shop),ROAS (Shop),Currency"
)
PROFILE = """
[shop]
name = "Corner"
size = "mid"
currency = "USD"
usd_rate = 1.0
margin = 0.3
"""


def report(folder: Path, *lines: str) -> Path:
    text = "\n".join((HEADER, *lines)) + "\n"
    return written(folder, "Tiktok Ads_report.csv", text.encode())


def day(number: int, name: str, key: str, shown: str) -> str:
    return f"{name},{key},2026-10-{number:02},300.00,{shown}30,300.00,1.00,USD"


def both(folder: Path, empty: str) -> Path:
    """Four weeks of a classic campaign and of one without clicks and impressions."""
    days = range(4, 32)
    classic = [day(n, "Always on", "1801", "40000,800,") for n in days]
    other = [day(n, "Spring", "1802", f"{empty},{empty},") for n in days]
    return report(folder, *classic, *other)


@pytest.mark.parametrize("empty", ["-", "", "0"])
def test_a_campaign_with_cost_and_no_clicks_is_gmv_max(empty: str, tmp_path: Path) -> None:
    reading = read(both(tmp_path, empty))

    by_family = {table.family: table for table in reading.tables}
    assert set(by_family["tiktok-ads"].frame["key"]) == {"1801"}
    assert sums(by_family["gmv-max"]) == {
        "gmv_max_cost": 28 * 300,
        "gmv_max_orders": 28 * 30,
        "gmv_max_revenue": 28 * 300,
    }
    assert set(by_family["gmv-max"].frame["key"]) == {"1802"}
    assert "gmv-max-rows" in {note.code for note in reading.notes}


def test_one_day_without_clicks_makes_no_campaign_gmv_max(tmp_path: Path) -> None:
    lines = [day(n, "Always on", "1801", "40000,800,") for n in range(4, 9)]
    reading = read(report(tmp_path, *lines, day(9, "Always on", "1801", "0,0,")))

    assert [table.family for table in reading.tables] == ["tiktok-ads"]
    assert reading.tables[0].frame.height == 6


def test_no_rule_of_classic_ads_judges_gmv_max_and_no_text_calls_its_roi_roas(
    tmp_path: Path,
) -> None:
    lines = [day(n, "Spring", "1802", "-,-,") for n in range(4, 32)]
    report(tmp_path, *lines)
    written(tmp_path, "advisor.toml", PROFILE.encode())

    done = CliRunner().invoke(main, ["diagnose", str(tmp_path), "--today", "2026-11-02"])

    assert done.exit_code == 0, done.output
    made: dict[str, Any] = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    classic = {"roas", "cpc", "cpp", "ctr"}
    assert not classic & {kpi["metric"] for kpi in made["kpis"]}
    judged = {
        one["rule"] for one in made["outcomes"] if one["fires"] + one["clear"] + one["unsure"]
    }
    assert not {"guide/low-roas", "guide/high-cpp", "guide/high-cpc"} & judged
    assert "ROAS" not in json.dumps([made["findings"], made["plan"], made["kpis"], made["story"]])
