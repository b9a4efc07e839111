"""Loaders in append mode: several versions of one ad-day, of which the newest holds."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.plugins_ads.reads import only_table, read, sums, written

SECONDS = (1_793_577_600, 1_793_664_000)  # two loads, a day apart
MOMENTS = [datetime.fromtimestamp(at, UTC) for at in SECONDS]
STAMPS = {
    "_airbyte_extracted_at": [f"{at:%Y-%m-%dT%H:%M:%S}.120Z" for at in MOMENTS],
    "_airbyte_emitted_at": [str(1000 * at) for at in SECONDS],
    "_sdc_batched_at": [f"{at:%Y-%m-%d %H:%M:%S}.120000+00:00" for at in MOMENTS],
    "_dlt_load_id": [f"{at}.1234" for at in SECONDS],
}


def table(column: str, loads: list[str], *, hours: bool = False) -> bytes:
    """Ad 31 on a day that both loads have, ad 32 only in the older, ad 33 only in the newer one."""
    day = "stat_time_hour" if hours else "stat_time_day"
    lines = [f"ad_id,{day},spend,impressions,clicks,{column}"]
    at = "2026-11-01 05:00:00"
    for ad, load, clicks in ((31, 1, 12), (31, 0, 10), (32, 0, 4), (33, 1, 7)):
        lines.append(f"{ad},{at},5,1000,{clicks},{loads[load]}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("hours", [False, True])
@pytest.mark.parametrize("column", STAMPS)
def test_of_several_loads_of_a_row_the_newest_holds(
    tmp_path: Path, column: str, hours: bool
) -> None:
    reading = read(written(tmp_path, "ads.csv", table(column, STAMPS[column], hours=hours)))

    frame = only_table(reading, "ad").frame
    assert dict(frame.select("key", "clicks").iter_rows()) == {"31": 12, "32": 4, "33": 7}
    assert set(frame["from"]) == {date(2026, 11, 1)}
    assert (reading.rows, reading.left_out) == (3, {"older version": 1})
    assert not [name for name in frame.columns if name.startswith("by.")]


def test_rows_of_one_answer_are_stamped_apart_and_none_is_older(tmp_path: Path) -> None:
    loads = [f"2026-11-02T10:21:3{second}Z" for second in (0, 5)]
    reading = read(written(tmp_path, "ads.csv", table("_airbyte_extracted_at", loads)))

    assert (reading.rows, reading.left_out) == (4, {})


@pytest.mark.parametrize("loader", ["airbyte", "singer"])
def test_json_lines_say_beside_the_record_when_it_was_loaded(tmp_path: Path, loader: str) -> None:
    lines = []
    for seconds, moment, clicks in zip(SECONDS, MOMENTS, (10, 12), strict=True):
        counts = {"spend": "5.0", "impressions": "1000", "clicks": str(clicks)}
        row = {**counts, "ad_id": 31, "stat_time_day": "2026-11-01 00:00:00"}
        if loader == "airbyte":
            record = {"stream": "ads_reports_daily", "data": row, "emitted_at": 1000 * seconds}
            lines.append({"type": "RECORD", "record": record})
        else:
            line = {"type": "RECORD", "stream": "ad_insights", "record": row}
            lines.append({**line, "time_extracted": moment.isoformat()})
    data = "\n".join(map(json.dumps, reversed(lines))).encode()

    reading = read(written(tmp_path, "records.jsonl", data))

    assert sums(only_table(reading, "ad"))["clicks"] == 12
    assert reading.left_out == {"older version": 1}
