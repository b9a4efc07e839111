"""The audience from files to findings: whose territory it is, and which hours meet it."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from advisor.cli import main
from tests.shapes import Row, seller_center, studio

PROFILE = '[shop]\nid = "x"\nname = "X"\nsize = "small"\nregion = "{region}"\ncurrency = "MXN"\n'
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
BUSY = range(10, 14)  # by the clocks of Mexico


def diagnosed(folder: Path, region: str) -> dict[str, str]:
    """What is found of a shop in *region* whose followers live in Spain, by rule."""
    videos: list[Row] = [
        {"video_id": f"76461661437024530{n:02d}", "posted": datetime(2026, 10, 1 + n, 20, 5)}
        for n in range(20)
    ]
    activity: list[Row] = [
        {
            "date": LAST - timedelta(days=day),
            "hour": hour,
            "active_followers": 900 if hour in BUSY else 100,
        }
        for day in range(7)
        for hour in range(24)
    ]
    files = {
        "advisor.toml": PROFILE.format(region=region).encode(),
        "videos.csv": seller_center.video_list(
            [{**row, "views": 900} for row in videos], FIRST, LAST, form="csv"
        ),
        "FollowerActivity.csv": studio.follower_activity(activity),
        "FollowerTopTerritories.csv": studio.follower_territories({"ES": 0.71, "MX": 0.2}),
    }
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    out = folder / "out"
    asked = ("diagnose", str(folder), "--today", "2026-11-02", "-o", str(out), "--format", "json")
    ran = CliRunner().invoke(main, asked)
    assert ran.exit_code == 0, ran.output
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return {found["rule"]: found["message"]["text"] for found in plan["findings"]}


def test_a_foreign_audience_is_told_with_the_hours_of_both_places(tmp_path: Path) -> None:
    found = diagnosed(tmp_path / "shop", "MX")

    assert found["guide/territory"] == (
        "ES: 71% of your audience is there, where evening starts at 12 o'clock your time"
    )
    assert found["guide/posting-hours"] == (
        "TikTok account: 0% of posts go out in your followers' eight most active hours; the best "
        "four start at hour 17 where most followers live (hour 10 your time)"
    )


def test_the_shops_own_territory_is_no_finding_and_its_hours_are(tmp_path: Path) -> None:
    found = diagnosed(tmp_path / "shop", "ES")

    assert "guide/territory" not in found
    assert found["guide/posting-hours"].endswith(
        "start at hour 10 where most followers live (hour 10 your time)"
    )
