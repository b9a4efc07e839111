"""Small exports for the command line: a shop with one weak hook, and one without."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from tests.shapes import ads_manager
from tests.shapes._cells import Row

TODAY = "2026-11-02"
LAST = date(2026, 10, 31)
WEAK, FINE = "Logo first", "Result first"
PROFILE = '[shop]\nid = "corner"\nname = "Corner shop"\nsize = "small"\ncurrency = "USD"\n'


def ad_days(*, weak: bool, days: int = 28) -> Sequence[Row]:
    """Two ads a day; with *weak* the first one earns few clicks, and each is dear."""
    clicks = 30 if weak else 200
    return [
        {
            "date": LAST - timedelta(days=back),
            "campaign_name": "Autumn",
            "campaign_id": "1",
            "ad_group_name": "All",
            "ad_group_id": "2",
            "ad_name": name,
            "ad_id": key,
            "spend": 100.0,
            "impressions": 10_000,
            "clicks": clicks if name == WEAK else 200,
            "conversions": 20,
            "purchases": 20,
            "revenue": 400.0,
        }
        for back in range(days)
        for name, key in ((WEAK, "31"), (FINE, "32"))
    ]


def ads_file(folder: Path, *, weak: bool = True, name: str = "ads.csv") -> Path:
    """An Ads Manager report in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(ads_manager.daily_csv(ad_days(weak=weak)))
    return path


def shop_folder(folder: Path, *, weak: bool = True, profile: str = PROFILE) -> Path:
    """A folder of exports with its advisor.toml."""
    ads_file(folder, weak=weak)
    (folder / "advisor.toml").write_text(profile, encoding="utf-8")
    return folder
