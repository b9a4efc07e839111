import shutil
from pathlib import Path

import pytest

from advisor.model.settings import read_settings
from tests.cli.conftest import Run
from tests.shapes import violations

GIVEN = {
    "--name": "Luna Beauty",
    "--size": "small",
    "--niche": "fashion-beauty",
    "--region": "MX",
    "--currency": "MXN",
    "--usd-rate": "0.055",
    "--margin": "0.45",
    "--goal": "sales",
}
ANSWERS = "\n".join(GIVEN.values()) + "\n"


def check_luna(path: Path) -> None:
    settings = read_settings(path)
    shop = settings.shop
    assert (shop.id, shop.name) == ("luna-beauty", "Luna Beauty")
    assert (shop.size, shop.niche, shop.region) == ("small", "fashion-beauty", "MX")
    assert (shop.currency, shop.usd_rate, shop.margin) == ("MXN", 0.055, 0.45)
    assert settings.goal.focus == "sales"


def test_every_answer_as_an_option_asks_nothing(run: Run, tmp_path: Path) -> None:
    options = [word for pair in GIVEN.items() for word in pair]
    result = run("init", tmp_path, *options, "--no-input")
    assert result.exit_code == 0
    check_luna(tmp_path / "advisor.toml")


def test_answers_on_the_terminal_make_the_same_profile(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path, stdin=ANSWERS).exit_code == 0
    check_luna(tmp_path / "advisor.toml")


def test_what_is_given_is_not_asked(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path, "--name", "Corner", stdin="\n\n\n\n\n\n")
    assert "Name of the shop" not in result.stdout
    assert read_settings(tmp_path / "advisor.toml").shop.name == "Corner"


def test_us_dollars_need_no_rate(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path, "--currency", "USD", stdin="Corner\n\n\n\n\n\n")
    assert "in US dollars" not in result.stdout
    assert read_settings(tmp_path / "advisor.toml").shop.usd_rate is None


def test_empty_answers_leave_their_lines_out(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path, stdin="\n" * 8).exit_code == 0
    assert (tmp_path / "advisor.toml").read_text(encoding="utf-8") == "[shop]\n"


@pytest.mark.parametrize("name", ['Quote " and \\', "new\nline", "\x1b[2Jred", "🍊 Ñandú", "\x7f"])
def test_any_name_gives_a_profile_that_can_be_read(run: Run, tmp_path: Path, name: str) -> None:
    assert run("init", tmp_path, "--name", name, "--no-input").exit_code == 0
    assert "\x1b" not in read_settings(tmp_path / "advisor.toml").shop.name


def test_questions_that_nobody_answers_end_with_2_and_write_nothing(
    run: Run, tmp_path: Path
) -> None:
    result = run("init", tmp_path, stdin="Corner\n")
    assert result.exit_code == 2
    assert "give the answers as options, with --no-input" in result.stderr
    assert not (tmp_path / "advisor.toml").exists()


def test_every_impossible_answer_is_named_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    result = run(
        "init", tmp_path, "--size", "tiny", "--margin", "45", "--niche", "beuty", "--no-input"
    )
    assert result.exit_code == 2
    for key in ("shop.size", "shop.margin", "shop.niche"):
        assert key in result.stderr
    assert not (tmp_path / "advisor.toml").exists()


def test_a_profile_that_is_there_is_kept_without_force(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "advisor.toml"
    path.write_text("[shop]\n", encoding="utf-8")
    result = run("init", tmp_path, "--name", "Corner", "--no-input")
    assert result.exit_code == 2
    assert "is there already; add --force to overwrite" in result.stderr
    assert path.read_text(encoding="utf-8") == "[shop]\n"
    assert run("init", tmp_path, "--name", "Corner", "--no-input", "--force").exit_code == 0
    assert read_settings(path).shop.name == "Corner"


def test_templates_have_the_header_that_the_reader_knows(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path, "--templates")
    assert result.exit_code == 0
    written = (tmp_path / "violations.csv").read_bytes().splitlines()
    assert written == violations.violations([]).splitlines()
    explained = (tmp_path / "templates.md").read_text(encoding="utf-8")
    assert "one row per violation" in explained
    assert {f"## {path.name}" for path in tmp_path.glob("*.csv")} <= set(explained.splitlines())
    assert not (tmp_path / "advisor.toml").exists()


def test_an_empty_template_is_read_as_no_violations(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path, "--templates")
    result = run("inspect", tmp_path / "violations.csv")
    assert result.exit_code == 0
    assert "kind: Violations" in result.stdout


def test_the_explanation_of_the_templates_is_not_taken_for_an_export(
    run: Run, tmp_path: Path
) -> None:
    run("init", tmp_path, "--templates")
    result = run("diagnose", tmp_path, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "Not read" not in result.stdout


def test_templates_are_not_overwritten_without_force(run: Run, tmp_path: Path) -> None:
    (tmp_path / "violations.csv").write_text("mine\n", encoding="utf-8")
    assert run("init", tmp_path, "--templates").exit_code == 2
    assert (tmp_path / "violations.csv").read_text(encoding="utf-8") == "mine\n"
    assert run("init", tmp_path, "--templates", "--force").exit_code == 0


def test_what_the_exports_say_is_proposed(run: Run, tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "luna-beauty"
    for file in example.glob("product_list*"):
        shutil.copy(file, tmp_path)
    result = run("init", tmp_path, "--name", "Corner", "--no-input")
    assert "2026-09-01 to 2026-10-31" in result.output
    shop = read_settings(tmp_path / "advisor.toml").shop
    assert (shop.currency, shop.region) == ("MXN", "MX")
