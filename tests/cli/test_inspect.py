import json
from datetime import date
from pathlib import Path

import pytest

from advisor.plugin.hookspecs import Provider, hookimpl
from tests.cli.conftest import Run
from tests.cli.exports import ad_days, ads_file
from tests.shapes import ads_manager, seller_center
from tests.shapes._cells import Row

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
VIDEO: Row = {
    "video_id": "7542688125004811789",
    "video_info": "Morning routine",
    "creator_id": "1",
    "creator": "dani",
    "views": 60_000,
    "product_impressions": 6_000,
    "product_clicks": 180,
}


def test_an_ads_report_is_described(run: Run, tmp_path: Path) -> None:
    told = run("inspect", ads_file(tmp_path)).stdout
    assert "kind: Ads Manager report (ads-manager-report, by tiktok-ads)" in told
    assert "period: 2026-10-04 to 2026-10-31" in told
    assert "currency: USD" in told
    assert "rows: 56 read; left out: total" in told
    assert "gives: 56 ad rows by day:" in told


def test_json_says_the_same(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("inspect", ads_file(tmp_path), "--json").stdout)
    (file,) = told["files"]
    assert (file["kind"], file["from"], file["to"]) == (
        "ads-manager-report",
        "2026-10-04",
        "2026-10-31",
    )
    assert (file["currency"], file["rows"]) == ("USD", 56)
    assert sum(file["left_out"].values()) == 1
    means = {column["header"]: column["means"] for column in file["columns"]}
    assert means["Cost"] == "spend"
    assert means["Clicks (destination)"] == "clicks"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("list.xlsx", ads_manager.table_xlsx(ad_days(weak=True, days=1)), "ads-manager-report"),
        ("video.xlsx", seller_center.video_list([VIDEO], FIRST, LAST), "video-list"),
    ],
)
def test_each_kind_is_known_by_its_content_whatever_its_name(
    run: Run, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (file,) = json.loads(run("inspect", path, "--json").stdout)["files"]
    assert file["kind"] == kind
    assert file["rows"] >= 1


def test_an_unknown_header_comes_with_the_nearest_known_one(run: Run, tmp_path: Path) -> None:
    path = ads_file(tmp_path)
    text = path.read_text(encoding="utf-8").replace("Conversions,", "Conversionss,", 1)
    path.write_text(text, encoding="utf-8")
    told = run("inspect", path).stdout
    assert "not known: 'Conversionss'; did you mean 'conversions'?" in told


def test_a_header_that_stands_there_again_is_not_called_unknown(run: Run, tmp_path: Path) -> None:
    path = ads_file(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    again = [f"{lines[0]},Cost,Cost", *(f"{line},1,1" for line in lines[1:])]
    path.write_text("\n".join(again), encoding="utf-8")
    told = run("inspect", path).stdout
    assert "not used here: 'Cost' (2 times)" in told
    assert "not known: 'Cost'" not in told


def test_a_file_that_is_not_understood_is_told_beside_those_that_are(
    run: Run, tmp_path: Path
) -> None:
    ads_file(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    result = run("inspect", tmp_path)
    assert result.exit_code == 0
    assert "empty.csv\n  not read: the file is empty" in result.stdout
    assert "kind: Ads Manager report" in result.stdout


def test_a_nearly_known_file_says_what_it_lacks(run: Run, tmp_path: Path) -> None:
    ads_file(tmp_path)
    text = (tmp_path / "ads.csv").read_text(encoding="utf-8")
    near = text.replace("Impressions,", "Views of any kind,", 1)
    (tmp_path / "near.csv").write_text(near, encoding="utf-8")
    told = run("inspect", tmp_path).stdout
    assert "nearest: Ads Manager report, but without Impressions" in told


def test_nothing_readable_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert run("inspect", tmp_path).exit_code == 3


def test_a_broken_provider_is_named_where_nothing_could_be_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Provider]:
        raise RuntimeError("out of order")

    monkeypatch.setattr("advisor_tiktok_ads.advisor_metric_providers", hookimpl(broken))
    result = run("inspect", ads_file(tmp_path))
    assert result.exit_code == 3
    assert "plugin tiktok-ads is not used: advisor_metric_providers failed" in result.stderr
    assert "out of order" in result.stderr
