import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_diagnose import OWN_RULE

CASES = """
["an ad that costs"]
business = { size = "small", currency = "USD" }
subject = { name = "Spring haul", spend = 10 }
outcome = "fires"
finding = "Spring haul costs $10"

["an ad for nothing"]
business = { size = "small", currency = "USD" }
subject = { spend = 0 }
outcome = "clear"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder of one rule with cases that hold."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "spends.toml").write_text(OWN_RULE, encoding="utf-8")
    (folder / "spends.cases.toml").write_text(CASES, encoding="utf-8")
    return folder


@pytest.mark.slow  # .ci/run calls the command too, and the packs' own tests try their cases
def test_every_case_of_every_installed_pack_holds(run: Run) -> None:
    result = run("rules", "test")
    assert "none failed" in result.stdout.splitlines()[-1]
    assert "FAIL" not in result.stdout
    assert result.exit_code == 0


def test_the_cases_of_a_folder_are_run(run: Run, pack: Path) -> None:
    result = run("rules", "test", pack)
    assert result.stdout.splitlines() == [
        "ok    mine/spends  fires           an ad that costs",
        "ok    mine/spends  clear           an ad for nothing",
        "        should  should not",
        "fired        1           0",
        "silent       0           1",
        "2 cases, none failed",
    ]
    assert result.exit_code == 0


def test_advice_that_nobody_should_follow_fails_and_says_what_to_write(
    run: Run, pack: Path
) -> None:
    path = pack / "spends.toml"
    step = 'steps = ["Buy 500 followers"]'
    path.write_text(re.sub(r"^steps.*$", step, OWN_RULE, flags=re.MULTILINE), encoding="utf-8")
    result = run("rules", "test", pack)

    (said,) = (line for line in result.stdout.splitlines() if line.startswith("advice: "))
    assert said.startswith("advice: mine/spends, spends.toml, action[0].steps[0]: “Buy 500 follow")
    assert "Instead: " in said
    assert "2 cases, none failed" in result.stdout
    assert result.exit_code == 1


def test_hard_words_are_warned_of_and_break_nothing(run: Run, pack: Path) -> None:
    path = pack / "spends.toml"
    step = 'steps = ["Mend the dear opening"]'
    path.write_text(re.sub(r"^steps.*$", step, OWN_RULE, flags=re.MULTILINE), encoding="utf-8")
    result = run("rules", "test", pack)
    at = "warning: wording: mine/spends, spends.toml, action[0].steps[0]: "
    assert result.stdout.splitlines()[:3] == [
        f"{at}“Mend”: write fix",
        f"{at}“dear”: write expensive, costs more or high CPC",
        f"{at}“opening”: write hook",
    ]
    assert result.exit_code == 0


def test_bands_that_cannot_hold_together_are_warned_of_and_break_nothing(
    run: Run, pack: Path
) -> None:
    edges = {"cpc": "low = 1\nhigh = 2", "cvr": "low = 0.01\nhigh = 0.02", "cpp": "high = 20"}
    bands = [f'[[band]]\nmetric = "{name}"\n{text}\n' for name, text in edges.items()]
    (pack / "bands.toml").write_text('id = "mine"\ntitle = "Mine"\n' + "".join(bands))
    result = run("rules", "test", pack)

    assert result.stdout.splitlines()[0] == (
        "warning: bands of mine, every size: CPP = CPC / purchase rate. CPC $1–2 and purchase rate "
        "1–2% make CPP $50–200; good is at most $20: they cannot hold together"
    )
    assert result.exit_code == 0


def test_coverage_lists_every_item_with_its_encoders_and_nothing_is_open(run: Run) -> None:
    result = run("rules", "coverage")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}

    assert "rule guide/weak-hook" in lines["diag.weak-hook"]
    assert " encoded " in lines["practice.trends"]
    assert "not yet: " not in result.stdout
    assert result.exit_code == 0


def test_a_case_that_fails_is_named_with_what_was_expected_and_found(run: Run, pack: Path) -> None:
    wrong = CASES.replace("spend = 0", "spend = 5").replace("$10", "$12")
    (pack / "spends.cases.toml").write_text(wrong, encoding="utf-8")
    result = run("rules", "test", pack)
    assert result.exit_code == 1
    assert "FAIL  mine/spends  clear           an ad for nothing" in result.stdout
    assert "expected clear, found fires" in result.stdout
    assert "expected 'Spring haul costs $12', found 'Spring haul costs $10'" in result.stdout
    assert "2 cases, 2 failed" in result.stdout


def test_rules_that_fire_and_should_not_are_told_from_those_that_are_silent_and_should_not_be(
    run: Run, pack: Path
) -> None:
    wrong = CASES.replace("spend = 0", "spend = 5") + CASES.replace("spend = 10", "spend = 0")
    wrong = wrong.replace('["an ad', '["{}: an ad').replace("{}", "one", 2).replace("{}", "two")
    (pack / "spends.cases.toml").write_text(wrong, encoding="utf-8")

    lines = run("rules", "test", pack).stdout.splitlines()

    assert lines[-4:] == [
        "        should  should not",
        "fired        1           1",
        "silent       1           1",
        "4 cases, 2 failed",
    ]


def test_a_case_that_fails_shows_the_tree_of_its_rule(run: Run, pack: Path) -> None:
    (pack / "spends.cases.toml").write_text(CASES.replace("spend = 0", "spend = 5"))

    lines = run("rules", "test", pack).stdout.splitlines()

    at = lines.index("FAIL  mine/spends  clear           an ad for nothing")
    assert lines[at + 1] == "      expected clear, found fires"
    assert lines[at + 2].startswith("      mine/spends on ad the subject")
    assert lines[at + 3] == "      └─ [yes] when all of"
    assert lines[at + 4] == "         └─ [yes] spend is at least 1: $5"


def test_a_case_whose_rule_rests_says_why_it_does(run: Run, pack: Path) -> None:
    (pack / "spends.toml").write_text('region = ["US"]\n' + OWN_RULE, encoding="utf-8")
    (pack / "spends.cases.toml").write_text(CASES.replace('"USD"', '"USD", region = "GB"'))

    lines = run("rules", "test", pack).stdout.splitlines()
    assert "      the rule is inactive: only in US" in lines


def test_a_rule_without_cases_is_named(run: Run, pack: Path) -> None:
    (pack / "spends.cases.toml").unlink()
    assert "no case: mine/spends" in run("rules", "test", pack).stdout


def test_all_mistakes_of_a_rule_file_are_named_and_end_with_2(run: Run, pack: Path) -> None:
    wrong = (
        OWN_RULE.replace('"low"', '"lowish"')
        .replace("creative.hook", "creative.hok")
        .replace("{spend}", "{spent}")
        .replace('subject = "ad"', 'subject = "advert"')
        .replace("spend = {", "spnd = {")
    )
    (pack / "spends.toml").write_text(wrong, encoding="utf-8")
    result = run("rules", "test", pack)
    assert result.exit_code == 2
    assert "spends.toml" in result.stderr


def test_a_folder_that_is_not_there_ends_with_2(run: Run, tmp_path: Path) -> None:
    result = run("rules", "test", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "no such folder of rules" in result.stderr


def test_list_has_every_rule_on_a_line(run: Run, pack: Path) -> None:
    lines = run("rules", "list", "--rules", pack).stdout.splitlines()
    assert lines[0].split() == ["Rule", "Severity", "Subject", "Goal", "Where", "all", "is", "well"]
    assert any(line.startswith("guide/weak-hook ") and " medium " in line for line in lines)
    assert any(line.startswith("mine/spends ") for line in lines)


def test_the_folder_that_one_is_in_is_called_by_its_name(
    run: Run, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pack)

    assert "mine/spends" in run("rules", "list", "--rules", ".").stdout
    assert "mine/spends" in run("rules", "test", ".").stdout


def test_list_says_which_rules_rest(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "advisor.toml"
    config.write_text('[rules]\ndisable = ["weak-hook"]\n', encoding="utf-8")
    told = run("rules", "list", "--config", config).stdout
    (line,) = (line for line in told.splitlines() if line.startswith("guide/weak-hook "))
    assert line.endswith("inactive: disabled in advisor.toml")


@pytest.mark.parametrize("name", ["spends", "mine/spends", "costs", "mine/costs"])
def test_a_rule_answers_to_its_former_id_as_to_its_own(
    name: str, run: Run, pack: Path, tmp_path: Path
) -> None:
    (pack / "spends.toml").write_text('aliases = ["costs"]\n' + OWN_RULE, encoding="utf-8")
    config = tmp_path / "advisor.toml"
    config.write_text(f'[rules]\npaths = ["mine"]\ndisable = ["{name}"]\n', encoding="utf-8")

    listed = run("rules", "list", "--config", config)
    shown = run("rules", "show", name, "--rules", pack)

    (line,) = (line for line in listed.stdout.splitlines() if line.startswith("mine/spends "))
    assert line.endswith("inactive: disabled in advisor.toml")
    assert shown.stdout.splitlines()[0] == "mine/spends"


def test_show_has_conditions_sentences_actions_and_source(run: Run) -> None:
    told = run("rules", "show", "weak-hook").stdout
    for part in (
        "when:",
        "cpc is high",
        "finding:",
        "why:",
        "when to ignore this:",
        "do:",
        "guide:",
    ):
        assert part in told
    assert "(creative, 6 hours)" in told
    assert "stop if: Three rounds of hooks" in told


def test_show_says_when_to_begin_and_what_is_wasted(run: Run) -> None:
    told = run("rules", "show", "paid-and-out-of-stock").stdout
    assert "    start: now\n" in told
    assert "    at stake: all of gmv_max_cost\n" in told


def test_an_unknown_rule_names_the_nearest(run: Run) -> None:
    result = run("rules", "show", "weak-hok")
    assert result.exit_code == 2
    assert "did you mean 'weak-hook'?" in result.stderr


def test_a_folder_without_a_case_is_not_a_passed_test(run: Run, tmp_path: Path) -> None:
    result = run("rules", "test", tmp_path)
    assert result.exit_code == 1
    assert "Nothing was tested" in result.stdout
