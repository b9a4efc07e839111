import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.exports import FINE, PROFILE, WEAK, shop_folder
from tests.shapes import ads_manager
from tests.shapes._cells import Row


def tree(run: Run, shop: Path, rule: str, subject: str, *more: str) -> str:
    result = run("explain", rule, shop, "--subject", subject, *more)
    assert result.exit_code == 0
    return result.stdout


def test_without_paths_the_rule_itself_is_shown(run: Run) -> None:
    told = run("explain", "weak-hook").stdout
    assert told.startswith("guide/weak-hook\n")
    assert "    cpc is high\n    ctr is low\n" in told
    assert "done when: ctr is good or high" in told


def test_with_paths_each_subject_is_listed_with_its_outcome(run: Run, shop: Path) -> None:
    told = run("explain", "weak-hook", shop).stdout
    assert "checked 2: fires 1, clear 1" in told
    assert f"fires: ad {WEAK} (31)\n" in told
    assert told.index("fires: ad") < told.index("clear: ad")


def test_the_tree_says_value_interval_band_and_truth_of_each_condition(
    run: Run, shop: Path
) -> None:
    lines = tree(run, shop, "weak-hook", "31").splitlines()
    assert lines[0] == f"guide/weak-hook on ad {WEAK} (31): fires"
    assert lines[1] == "├─ [yes] when all of"
    assert lines[2].startswith("│  ├─ [yes] cpc is high: $3.33 ($3.1")
    assert "sample size 840" in lines[2]
    assert "; high, target $0.50–1.50: the guide" in lines[2]
    assert lines[3].startswith("│  └─ [yes] ctr is low: 0.3% (")
    assert "sample size 280,000" in lines[3]
    assert "; low, target 1–3%: the guide" in lines[3]


def test_a_subject_may_be_named_by_its_name(run: Run, shop: Path) -> None:
    assert tree(run, shop, "guide/weak-hook", WEAK) == tree(run, shop, "weak-hook", "31")


def test_a_condition_that_does_not_hold_says_no(run: Run, shop: Path) -> None:
    told = tree(run, shop, "weak-hook", FINE)
    assert ": clear" in told.splitlines()[0]
    assert "[no] when all of" in told
    assert "[no] ctr is low: 2%" in told


def test_what_is_not_known_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE.replace("USD", "ARS"))
    content = (shop / "ads.csv").read_text(encoding="utf-8").replace("USD", "ARS")
    (shop / "ads.csv").write_text(content, encoding="utf-8")
    told = tree(run, shop, "weak-hook", "31")
    assert ": no data" in told.splitlines()[0]
    assert "[no data] cpc is high" in told
    assert "add currency and usd_rate to [shop]" in told


@pytest.mark.parametrize(
    ("language", "low", "source"),
    [
        ("es", "ctr es bajo: ", "la guía (todas las tiendas)"),
        ("pt_BR", "ctr é baixo: ", "o guia (todas as lojas)"),
        ("id", "ctr bernilai rendah: ", "panduan (semua toko)"),
    ],
)
def test_conditions_and_sources_are_in_the_language_of_the_report(
    run: Run, shop: Path, language: str, low: str, source: str
) -> None:
    told = tree(run, shop, "weak-hook", "31", "--language", language)
    assert low in told
    assert source in told


def test_the_cause_of_a_finding_is_named(run: Run, shop: Path) -> None:
    assert "explained by the finding guide/weak-hook" in tree(run, shop, "high-cpc", "31")


def test_a_trend_is_told_against_the_window_before(run: Run, shop: Path) -> None:
    told = tree(run, shop, "falling-roas", "31", "--from", "2026-10-18", "--to", "2026-10-31")
    assert "times the previous period" in told
    days = ("--from", "2026-10-18", "--to", "2026-10-31", "--language", "es")
    spanish = tree(run, shop, "falling-roas", "31", *days)
    assert re.search(r"\(0,\d+–1,\d+\) veces el período anterior", spanish)


@pytest.mark.parametrize(
    ("rule", "subject", "said"),
    [
        ("weak-hok", "31", "RULE: unknown rule 'weak-hok'; did you mean 'weak-hook'?"),
        ("weak-hook", "Logo frist", f"unknown subject 'Logo frist'; did you mean '{WEAK}'?"),
        ("low-live-ctor", "31", "guide/low-live-ctor could not be checked: no file has any LIVEs"),
    ],
)
def test_what_cannot_be_explained_ends_with_2_and_says_why(
    run: Run, shop: Path, rule: str, subject: str, said: str
) -> None:
    result = run("explain", rule, shop, "--subject", subject)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_rule_that_rests_says_why(run: Run, shop: Path) -> None:
    profile = PROFILE + '[rules]\ndisable = ["weak-hook"]\n'
    (shop / "advisor.toml").write_text(profile, encoding="utf-8")
    told = run("explain", "weak-hook", shop).stdout
    assert "weak-hook is inactive: disabled in advisor.toml" in told


CAMPAIGN: Row = {
    "campaign_name": "Autumn",
    "campaign_id": "1",
    "spend": 5_600.0,
    "impressions": 560_000,
    "clicks": 6_440,
    "conversions": 1_120,
    "purchases": 1_120,
    "revenue": 22_400.0,
}
RELATED = """
id = "page-of-weak-ad"
subject = "campaign"
severity = "low"
[when]
spend = { at-least = 1 }
[[when.any]]
clicks = { at-least = 1_000_000 }
[[when.any]]
impressions = { at-least = 1 }
[with.ad.any]
ctr = "low"
[unless]
purchases = { at-most = 0 }
[says]
healthy = "Every ad of the campaign is clicked"
finding = "{campaign.name} has ads that nobody clicks"
why = "It is our own rule."
[[action]]
lever = "creative.hook"
direction = "change"
do = "Look at it"
steps = ["Look"]
owner = "creative"
effort = 4
"""


def test_alternatives_related_subjects_and_exceptions_are_branches(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    (shop / "campaigns.xlsx").write_bytes(ads_manager.table_xlsx([CAMPAIGN], level="campaign"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "page-of-weak-ad.toml").write_text(RELATED, encoding="utf-8")
    told = tree(run, shop, "mine/page-of-weak-ad", "1", "--rules", str(mine))
    assert "one of" in told
    assert "clicks is at least 1e+06" in told
    assert f"[yes] {WEAK}" in told
    assert f"[no] {FINE}" in told
    assert "unless all of" in told
    assert "purchases is at most 0" in told


def test_an_action_is_explained_by_its_arithmetic(run: Run, shop: Path) -> None:
    told = run("explain", "1", shop).stdout

    assert told.splitlines()[0].startswith("1. Test three new hooks in the ad (")
    assert "  changes: video hook; work: 6 hours\n" in told
    assert f"  {WEAK}: " in told
    assert "in 30 days × (1% − 0.3%)" in told
    assert "priority: $" in told


def test_an_action_is_found_by_its_id_too(run: Run, shop: Path) -> None:
    first = run("explain", "1", shop).stdout
    id_ = first.splitlines()[0].rpartition("(")[2].rstrip(")")

    assert run("explain", id_, shop).stdout == first


def test_an_action_that_is_not_there_says_how_many_there_are(run: Run, shop: Path) -> None:
    told = run("explain", "99", shop)

    assert told.exit_code == 2
    assert "action 99: the plan has " in told.output
