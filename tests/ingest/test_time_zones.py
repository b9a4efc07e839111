"""Days of an ad account in another time zone than the shop's."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from advisor.ingest import combine, gather, write_facts
from advisor.model import Note, Reading
from advisor.plugin import ReadContext
from docs.generate import bundled

REGISTRY = bundled()
TODAY = date(2026, 11, 22)
BANGKOK = ReadContext(TODAY, region="TH")
ACCOUNTS = "ID,NAME,CURRENCY,TIMEZONE\n700,Luna,THB,{}\n"
FIRST = datetime(2026, 10, 1)


def hours(first: datetime, count: int) -> str:
    """A loader's table with a spend of 1 in each hour, and as many clicks as the hour has."""
    rows = [
        f"1850000000000001,{first + timedelta(hours=at)},1,100,{at % 24}\n" for at in range(count)
    ]
    return "CAMPAIGN_ID,STAT_TIME_HOUR,SPEND,IMPRESSIONS,CLICKS\n" + "".join(rows)


def days_of(path: Path, context: ReadContext) -> dict[str, float]:
    """What was spent on each day, of all files together."""
    readings = gather([path], REGISTRY.providers(), context).readings
    campaigns = combine(readings, REGISTRY.vocabulary()).of("campaign")
    (of_ads,) = (one for one in campaigns if one.family == "tiktok-ads")
    assert of_ads.rows is not None
    spend = of_ads.rows.group_by("from").agg(pl.col("spend").sum()).sort("from")
    return {str(day): amount for day, amount in spend.iter_rows()}


def told(readings: tuple[Reading, ...]) -> list[Note]:
    return [note for r in readings for note in r.notes if note.code == "other-time-zone"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        # Seven hours before Bangkok: its day begins at 17:00 of the day before.
        ("Etc/UTC", {"2026-10-01": 17.0, "2026-10-02": 24.0, "2026-10-03": 7.0}),
        ("UTC+0", {"2026-10-01": 17.0, "2026-10-02": 24.0, "2026-10-03": 7.0}),
        ("America/Los_Angeles", {"2026-10-01": 10.0, "2026-10-02": 24.0, "2026-10-03": 14.0}),
        ("Pacific/Auckland", {"2026-09-30": 6.0, "2026-10-01": 24.0, "2026-10-02": 18.0}),
        ("Asia/Ho_Chi_Minh", {"2026-10-01": 24.0, "2026-10-02": 24.0}),  # another name, one clock
    ],
)
def test_hours_are_on_the_days_of_the_shop(
    zone: str, expected: dict[str, float], tmp_path: Path
) -> None:
    (tmp_path / "advertiser.csv").write_text(ACCOUNTS.format(zone))
    (tmp_path / "campaign_report_hourly.csv").write_text(hours(FIRST, 48))
    assert days_of(tmp_path, BANGKOK) == expected


def test_a_day_in_two_files_is_whole_and_an_hour_in_two_files_counts_once(tmp_path: Path) -> None:
    (tmp_path / "advertiser.csv").write_text(ACCOUNTS.format("Etc/UTC"))
    for name, first, count in (("a", 1, 48), ("b", 3, 48), ("again", 2, 24)):
        text = hours(datetime(2026, 10, first), count)
        (tmp_path / f"{name}.csv").write_text(text)
    spend = days_of(tmp_path, BANGKOK)
    assert spend == {f"2026-10-0{day}": 24.0 for day in (2, 3, 4)} | {
        "2026-10-01": 17.0,
        "2026-10-05": 7.0,
    }


def test_facts_keep_the_hours_for_the_clock_of_the_shop(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "advertiser.csv").write_text(ACCOUNTS.format("Etc/UTC"))
    (exports / "report.csv").write_text(hours(FIRST, 24))
    kept = tmp_path / "kept"
    kept.mkdir()
    gathered = gather([exports], REGISTRY.providers(), ReadContext(TODAY))
    facts = kept / "shop.facts"
    write_facts(facts, gathered)
    assert days_of(facts, ReadContext(TODAY)) == {"2026-10-01": 24.0}
    assert days_of(facts, BANGKOK) == {"2026-10-01": 17.0, "2026-10-02": 7.0}


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (BANGKOK, "7 hours apart from your shop's (Asia/Bangkok); export it by hour"),
        (ReadContext(TODAY, time_zone="Asia/Tokyo"), "9 hours apart from your shop's (Asia/Tokyo)"),
        (ReadContext(TODAY, time_zone="Etc/GMT-1"), "Etc/UTC, 1 hour apart from"),
        (ReadContext(TODAY, region="US"), "set timezone in [shop]"),  # it has several
        (ReadContext(TODAY), "set timezone in [shop]"),
        (ReadContext(TODAY, time_zone="Etc/UTC"), None),
        (ReadContext(TODAY, region="IS"), None),
    ],
)
def test_days_of_another_clock_are_said(
    context: ReadContext, words: str | None, tmp_path: Path
) -> None:
    (tmp_path / "report.csv").write_text(
        "Campaign name,Campaign ID,By Day,Time zone,Cost,Impressions,Clicks (destination)\n"
        "Hats,1850000000000001,2026-10-01,Etc/UTC,10,1000,10\n"
    )
    notes = told(gather([tmp_path], REGISTRY.providers(), context).readings)
    assert [words in note.text for note in notes if words] == ([True] if words else [])
    assert days_of(tmp_path, context) == {"2026-10-01": 10.0}


@pytest.mark.parametrize("spelling", ["2026-10-01 {:02}:00:00", "10/01/2026 {:02}:00"])
def test_hours_of_ads_manager_are_moved_too(spelling: str, tmp_path: Path) -> None:
    rows = [f"Hats,1850000000000001,{spelling.format(at)},UTC+09:00,1,10,1\n" for at in range(24)]
    header = "Campaign name,Campaign ID,By Hour,Time zone,Cost,Impressions,Clicks (destination)\n"
    (tmp_path / "report.csv").write_text(header + "".join(rows))
    context = (
        ReadContext(TODAY, region="TH")
        if "-" in spelling
        else ReadContext(TODAY, region="US", time_zone="Asia/Bangkok")
    )
    assert days_of(tmp_path, context) == {"2026-09-30": 2.0, "2026-10-01": 22.0}


SEVERAL = "ID,NAME,CURRENCY,TIMEZONE\n700,Luna,THB,Etc/UTC\n701,Moon,THB,Asia/Bangkok\n"


def _of_two_accounts(folder: Path, *, named: bool) -> None:
    """The same hour of two accounts whose clocks are seven hours apart."""
    (folder / "advertiser.csv").write_text(SEVERAL)
    header = "CAMPAIGN_ID,STAT_TIME_HOUR,SPEND,IMPRESSIONS,CLICKS"
    rows = ["1850,2026-10-01 20:00:00,1,100,3", "1851,2026-10-01 20:00:00,2,200,4"]
    if named:
        header = f"ADVERTISER_ID,{header}"
        rows = [f"70{at},{row}" for at, row in enumerate(rows)]
    else:
        (folder / "campaign_history.csv").write_text(
            "CAMPAIGN_ID,UPDATED_AT,ADVERTISER_ID,CAMPAIGN_NAME,BUDGET\n"
            "1850,2026-09-01 10:00:00,700,Hats,10\n1851,2026-09-01 10:00:00,701,Caps,20\n"
        )
    (folder / "campaign_report_hourly.csv").write_text("\n".join([header, *rows, ""]))


@pytest.mark.parametrize("named", [True, False])
def test_each_row_goes_by_the_clock_of_its_account(tmp_path: Path, *, named: bool) -> None:
    _of_two_accounts(tmp_path, named=named)
    assert days_of(tmp_path, BANGKOK) == {"2026-10-01": 2.0, "2026-10-02": 1.0}
    (note,) = told(gather([tmp_path], REGISTRY.providers(), BANGKOK).readings)
    assert "time zone Etc/UTC, up to 7 hours apart" in note.text
    without = gather([tmp_path], REGISTRY.providers(), ReadContext(TODAY))
    assert "Asia/Bangkok" in told(without.readings)[0].text


def test_facts_keep_the_clocks_of_several_accounts(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    _of_two_accounts(exports, named=True)
    facts = tmp_path / "shop.facts"
    write_facts(facts, gather([exports], REGISTRY.providers(), ReadContext(TODAY)))
    assert days_of(facts, BANGKOK) == {"2026-10-01": 2.0, "2026-10-02": 1.0}


def test_a_file_may_name_the_clock_of_each_row(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(
        "Campaign name,Campaign ID,By Hour,Time zone,Cost,Impressions,Clicks (destination)\n"
        "Hats,1850000000000001,2026-10-01 20:00:00,UTC,1,10,1\n"
        "Caps,1850000000000002,2026-10-01 20:00:00,UTC+07:00,2,10,1\n"
    )
    assert days_of(tmp_path, BANGKOK) == {"2026-10-01": 2.0, "2026-10-02": 1.0}
