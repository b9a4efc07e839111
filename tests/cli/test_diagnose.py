import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, TODAY, WEAK, ads_file, shop_folder


def test_the_plan_is_shown_and_written_beside_the_exports(run: Run, shop: Path) -> None:
    result = run("diagnose", shop)
    assert result.exit_code == 0
    assert "Test three new" in result.stdout
    assert {path.name for path in shop.iterdir()} == {
        "ads.csv",
        "advisor.toml",
        "plan.md",
        "appendix.md",
        "plan.json",
        "findings.csv",
    }


def test_without_a_path_it_says_what_to_name(run: Run) -> None:
    result = run("diagnose")
    assert result.exit_code == 2
    assert "Name files, or the folder of your exports: the one you are in is `.`" in result.stderr


def test_output_goes_where_o_says_and_nowhere_else(run: Run, shop: Path, tmp_path: Path) -> None:
    assert run("diagnose", shop, "-o", tmp_path / "october").exit_code == 0
    assert (tmp_path / "october" / "plan.md").is_file()
    assert not (shop / "plan.md").exists()


def test_the_profile_in_the_folder_is_used_for_a_file_in_it(run: Run, shop: Path) -> None:
    result = run("diagnose", shop / "ads.csv", "--format", "json")
    assert json.loads(result.stdout)["shop"]["name"] == "Corner shop"


def test_an_explicit_profile_wins_over_the_one_in_the_folder(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(PROFILE.replace("Corner shop", "Other shop"), encoding="utf-8")
    result = run("diagnose", shop, "--config", other, "--format", "json")
    assert json.loads(result.stdout)["shop"]["name"] == "Other shop"


@pytest.mark.parametrize(
    ("name", "first"), [("json", "{"), ("md", "#"), ("csv", "finding_id"), ("html", "<!")]
)
def test_a_single_format_without_o_goes_to_standard_output(
    run: Run, shop: Path, name: str, first: str
) -> None:
    result = run("diagnose", shop, "--format", name)
    assert result.stdout.lower().startswith(first)
    assert {path.name for path in shop.iterdir()} == {"ads.csv", "advisor.toml"}


def test_two_formats_are_written(run: Run, shop: Path) -> None:
    assert run("diagnose", shop, "--format", "json", "--format", "html").exit_code == 0
    assert (shop / "plan.json").is_file()
    assert (shop / "plan.html").is_file()
    assert not (shop / "plan.md").exists()


def test_standard_input_is_read_and_the_plan_written_to_the_current_folder(
    run: Run, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    result = run("diagnose", "-", stdin=(shop / "ads.csv").read_bytes())
    assert result.exit_code == 0
    assert (here / "plan.json").is_file()


def test_gathered_facts_give_the_plan_of_the_exports(run: Run, shop: Path, tmp_path: Path) -> None:
    facts = tmp_path / "elsewhere" / "shop.facts"
    facts.parent.mkdir()
    assert run("gather", shop, "-o", facts).exit_code == 0
    plans = [json.loads(run("diagnose", path, "--format", "json").stdout) for path in (shop, facts)]
    assert plans[0]["shop"] == plans[1]["shop"]
    assert plans[0]["plan"]
    assert plans[0]["plan"] == plans[1]["plan"]
    assert plans[0]["findings"] == plans[1]["findings"]


def test_settings_beside_facts_count_instead_of_those_in_them(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    facts = tmp_path / "elsewhere" / "shop.facts"
    facts.parent.mkdir()
    assert run("gather", shop, "-o", facts).exit_code == 0
    (facts.parent / "advisor.toml").write_text('[shop]\nname = "Another"\n')
    document = json.loads(run("diagnose", facts, "--format", "json").stdout)
    assert document["shop"]["name"] == "Another"


def test_facts_of_a_shop_with_own_rules_ask_for_them(run: Run, shop: Path, tmp_path: Path) -> None:
    (shop / "own").mkdir()
    with (shop / "advisor.toml").open("a") as stream:
        stream.write('\n[rules]\npaths = ["own"]\n')
    facts = tmp_path / "elsewhere" / "shop.facts"
    facts.parent.mkdir()
    assert run("gather", shop, "-o", facts).exit_code == 0
    result = run("diagnose", facts)
    assert result.exit_code == 2
    assert "facts hold no rules" in result.stderr


def test_the_same_input_and_day_give_the_same_bytes(run: Run, shop: Path) -> None:
    first, second = (run("diagnose", shop, "--format", "json").stdout for _ in range(2))
    assert first == second
    assert json.loads(first)["period"]["today"] == TODAY


def test_the_month_chooses_the_window(run: Run, shop: Path) -> None:
    result = run("diagnose", shop, "--month", "2026-10", "--format", "json")
    period = json.loads(result.stdout)["period"]
    assert (period["first"], period["last"]) == ("2026-10-01", "2026-10-31")


def test_options_win_over_the_profile(run: Run, shop: Path) -> None:
    result = run("diagnose", shop, "--size", "mid", "--goal", "ads", "--format", "json")
    told = json.loads(result.stdout)["shop"]
    assert (told["size"], told["goal"]) == ("mid", "ads")


@pytest.mark.parametrize(
    ("severity", "code"), [("critical", 0), ("high", 0), ("medium", 1), ("low", 1)]
)
def test_fail_on_ends_with_1_where_a_finding_is_as_severe(
    run: Run, shop: Path, severity: str, code: int
) -> None:
    result = run("diagnose", shop, "--fail-on", severity, "--format", "json")
    severities = {finding["severity"] for finding in json.loads(result.stdout)["findings"]}
    assert severities == {"medium"}
    assert result.exit_code == code


def test_a_plan_is_written_even_where_fail_on_is_reached(run: Run, shop: Path) -> None:
    assert run("diagnose", shop, "--fail-on", "low").exit_code == 1
    assert (shop / "plan.md").is_file()


@pytest.mark.parametrize(
    ("option", "wrong", "near"),
    [
        ("--goal", "adds", "'ads'"),
        ("--size", "smal", "'small'"),
        ("--niche", "fashion-beuty", "'fashion-beauty'"),
        ("--fail-on", "hihg", "'high'"),
        ("--format", "jsn", "'json'"),
    ],
)
def test_an_unknown_value_names_the_nearest_and_ends_with_2(
    run: Run, shop: Path, option: str, wrong: str, near: str
) -> None:
    result = run("diagnose", shop, option, wrong)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {option}: unknown value {wrong!r}; did you mean {near}?\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "October"), "'October' is no day; write it as 2026-10-31"),
        (("--month", "2026-13"), "--month: '2026-13' is no month; write 2026-10"),
        (("--to", "2026-10-31"), "--to needs --from"),
        (("--rules", "nowhere"), "nowhere: no such folder of rules"),
        (("--config", "nowhere.toml"), "nowhere.toml: no such file; check --config"),
    ],
)
def test_an_impossible_option_ends_with_2_and_says_why(
    run: Run, shop: Path, options: tuple[str, str], said: str
) -> None:
    result = run("diagnose", shop, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_missing_path_ends_with_2_and_names_the_nearest(run: Run, shop: Path) -> None:
    result = run("diagnose", shop / "add.csv")
    assert result.exit_code == 2
    assert "no such file or folder" in result.stderr
    assert str(shop / "ads.csv") in result.stderr


def test_nothing_readable_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "recipe.csv").write_text("flour,butter\n200 g,100 g\n", encoding="utf-8")
    result = run("diagnose", tmp_path)
    assert result.exit_code == 3
    assert "recipe.csv: is an unrecognized file" in result.stderr
    assert not (tmp_path / "plan.md").exists()


def test_every_mistake_of_a_profile_is_named_and_ends_with_2(run: Run, shop: Path) -> None:
    profile = '[shop]\nsize = "tiny"\nmargin = 45\nregion = "Mexico"\n'
    (shop / "advisor.toml").write_text(profile, encoding="utf-8")
    result = run("diagnose", shop)
    assert result.exit_code == 2
    assert "3 mistakes" in result.stderr
    for key in ("shop.size", "shop.margin", "shop.region"):
        assert key in result.stderr


def test_files_of_two_shops_are_not_mixed(run: Run, shop: Path, tmp_path: Path) -> None:
    other = shop_folder(tmp_path / "other", weak=False)
    result = run("diagnose", shop, other)
    assert result.exit_code == 2
    assert "these files belong to two shops" in result.stderr


def test_a_folder_of_templates_that_is_not_there_is_a_mistake(run: Run, shop: Path) -> None:
    profile = PROFILE + '[report]\ntemplates = "mine"\n'
    (shop / "advisor.toml").write_text(profile, encoding="utf-8")
    result = run("diagnose", shop)
    assert result.exit_code == 2
    assert "report.templates: no such folder" in result.stderr


def test_the_shop_s_own_template_is_used(run: Run, shop: Path) -> None:
    (shop / "mine").mkdir()
    (shop / "mine" / "plan.md.j2").write_text("For {{ shop.name }}\n", encoding="utf-8")
    profile = PROFILE + '[report]\ntemplates = "mine"\n'
    (shop / "advisor.toml").write_text(profile, encoding="utf-8")
    assert run("diagnose", shop, "--format", "md").stdout == "For Corner shop\n"


def test_quiet_shows_nothing_and_writes_all(run: Run, shop: Path) -> None:
    result = run("diagnose", shop, "--quiet")
    assert result.output == ""
    assert (shop / "plan.md").is_file()


def test_quiet_still_shows_errors(run: Run, tmp_path: Path) -> None:
    assert "no such file" in run("diagnose", tmp_path / "nowhere", "--quiet").stderr


def test_verbose_says_how_long_each_stage_took_and_which_plugins_there_are(
    run: Run, shop: Path
) -> None:
    told = run("diagnose", shop, "--verbose", "--format", "json").stderr
    for stage in ("loading plugins", "reading", "judging", "planning", "writing"):
        assert f"{stage}: " in told
    assert "plugin tiktok-ads " in told


def test_names_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    shop = shop_folder(tmp_path / "corner")
    evil = "\x1b[2J\x1b]0;owned\x07" + WEAK
    content = (shop / "ads.csv").read_text(encoding="utf-8").replace(WEAK, evil)
    (shop / "ads.csv").write_text(content, encoding="utf-8")
    result = run("diagnose", shop)
    assert WEAK in " ".join(result.stdout.split())
    assert "\x1b" not in result.stdout
    assert "owned" not in result.stdout


def test_a_file_without_a_profile_is_diagnosed_too(run: Run, tmp_path: Path) -> None:
    result = run("diagnose", ads_file(tmp_path), "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["shop"]["size"] is None


def test_own_rules_are_judged_too(run: Run, shop: Path) -> None:
    mine = shop.parent / "mine"
    mine.mkdir()
    (mine / "spends.toml").write_text(OWN_RULE, encoding="utf-8")
    result = run("diagnose", shop, "--rules", mine, "--format", "json")
    rules = {finding["rule"] for finding in json.loads(result.stdout)["findings"]}
    assert "mine/spends" in rules


def test_the_bands_beside_own_rules_hold_for_all_rules(run: Run, shop: Path) -> None:
    mine = shop.parent / "mine"
    mine.mkdir()
    (mine / "spends.toml").write_text(OWN_RULE, encoding="utf-8")
    bands = 'id = "mine"\ntitle = "mine"\n[[band]]\nmetric = "ctr"\nlow = 0.0001\n'
    (mine / "bands.toml").write_text(bands, encoding="utf-8")

    found = json.loads(run("diagnose", shop, "--rules", mine, "--format", "json").stdout)
    assert "guide/weak-hook" not in {finding["rule"] for finding in found["findings"]}

    (mine / "bands.toml").write_text(bands.replace("ctr", "ctrr"), encoding="utf-8")
    result = run("diagnose", shop, "--rules", mine)
    assert result.exit_code == 2
    assert "unknown metric 'ctrr'; did you mean 'ctr'?" in result.output


OWN_RULE = """
id = "spends"
subject = "ad"
severity = "low"
[when]
spend = { at-least = 1 }
[says]
healthy = "Ads cost nothing"
finding = "{ad.name} costs {spend}"
why = "It is our own rule."
[[action]]
lever = "creative.hook"
direction = "change"
do = "Look at it"
steps = ["Look"]
owner = "creative"
effort = 4
"""
