"""Only what runs gets advice; what is over stays in the sums."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from advisor import advise
from advisor.advice import Advice

TODAY = date(2026, 6, 5)
SETTINGS = {"shop": {"currency": "USD", "usd_rate": 1.0, "margin": 0.3, "size": "mid"}}
PERIOD = "20260501_20260530_ad_report.csv"
HEADER = "Ad name,Ad ID,Campaign ID,Cost,Impressions,Clicks (destination),Conversions,Currency"
GOOD = "Spring A,1800000000000101,1800000000000001,900,600000,12000,60,USD"
BAD = "Old B,1800000000000102,1800000000000002,400,600000,2000,4,USD"


def advice(folder: Path, **files: str) -> Advice:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return advise(folder, settings=SETTINGS, today=TODAY)


def about(found: Advice, name: str) -> list[str]:
    return found.findings.filter(name=name)["rule"].to_list()


def notes(found: Advice) -> list[str]:
    return [note.text for note in found.document.data_notes if note.code == "not-running"]


def cost_per_click(found: Advice) -> float | None:
    return next(kpi.value for kpi in found.document.kpis if kpi.metric == "cpc")


def with_status(column: str, good: str, bad: str) -> str:
    return f"{HEADER},{column}\n{GOOD},{good}\n{BAD},{bad}\n"


def test_without_a_status_and_without_days_everything_runs(tmp_path: Path) -> None:
    found = advice(tmp_path, **{PERIOD: f"{HEADER}\n{GOOD}\n{BAD}\n"})
    assert about(found, "Old B")
    assert not notes(found)


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("Primary status", "Active", "Deleted"),
        ("Campaign status", "Active", "Campaign paused"),
        ("Ad delivery", "Aktif", "Tidak aktif"),
        ("operation_status", "ENABLE", "DISABLE"),
        ("secondary_status", "AD_STATUS_DELIVERY_OK", "AD_STATUS_ADGROUP_DELETE"),
    ],
)
def test_an_ad_that_is_off_gets_no_advice(column: str, good: str, bad: str, tmp_path: Path) -> None:
    found = advice(tmp_path, **{PERIOD: with_status(column, good, bad)})
    assert not about(found, "Old B")
    (note,) = notes(found)
    assert note.startswith("1 of 2 ads")
    assert "Old B" in note


def test_an_unknown_status_runs_and_is_told(tmp_path: Path) -> None:
    found = advice(tmp_path, **{PERIOD: with_status("Primary status", "Active", "Blue")})
    assert about(found, "Old B")
    assert "status-unknown" in {note.code for note in found.document.data_notes}


def test_the_newest_version_of_a_campaign_tells_of_its_ads(tmp_path: Path) -> None:
    history = (
        "campaign_id,campaign_name,updated_at,operation_status\n"
        "1800000000000002,Old,2026-05-01 10:00:00,ENABLE\n"
        "1800000000000002,Old,2026-05-20 10:00:00,DISABLE\n"
        "1800000000000001,Spring,2026-05-02 10:00:00,ENABLE\n"
    )
    files = {PERIOD: f"{HEADER}\n{GOOD}\n{BAD}\n", "campaign_history.csv": history}
    found = advice(tmp_path, **files)
    assert not about(found, "Old B")
    assert any("Old B" in note for note in notes(found))


def daily(ends: int, *, last: int = 30) -> str:
    """Thirty days of one ad, and of another one that ends on the day *ends* of May."""
    return "\n".join([f"{HEADER},By Day", *_days(ends, last), ""])


def _days(ends: int, last: int) -> Iterable[str]:
    for number in range(1, last + 1):
        day = date(2026, 5, 1) + timedelta(days=number - 1)
        yield f"Spring A,1800000000000101,1800000000000001,30,20000,400,2,USD,{day}"
        if number <= ends:
            yield f"Old B,1800000000000102,1800000000000002,20,20000,60,0,USD,{day}"


@pytest.mark.parametrize(("ends", "over"), [(30, False), (24, False), (23, True), (15, True)])
def test_an_ad_without_delivery_in_the_last_week_has_ended(
    ends: int, over: bool, tmp_path: Path
) -> None:
    found = advice(tmp_path, **{"daily.csv": daily(ends)})
    assert (not about(found, "Old B")) is over
    assert bool(notes(found)) is over
    cost, clicks = 30 * 28 + 20 * (ends - 2), 400 * 28 + 60 * (ends - 2)
    assert cost_per_click(found) == pytest.approx(cost / clicks)


def test_a_file_that_ends_early_ends_no_ad(tmp_path: Path) -> None:
    found = advice(tmp_path, **{"daily.csv": daily(18, last=20)})
    assert not notes(found)
