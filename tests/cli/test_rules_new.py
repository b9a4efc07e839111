"""`advisor rules new`: a rule to finish, and cases that fail until they have counts."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

COSTLY = ("--subject", "ad", "--when", "ctr=low", "--when", "cpc=high", "--no-input")


def new(run: Run, folder: Path, *words: str) -> str:
    return run("rules", "new", folder, *words).stdout


EXAMPLE = 'name = "Example ad"'


def give(cases: Path, *counts: str) -> None:
    """Fills the counts of each case in, as an author does."""
    text = cases.read_text(encoding="utf-8")
    for one in counts:
        text = text.replace(f"{EXAMPLE} }}", f"{EXAMPLE}, {one} }}", 1)
    cases.write_text(text, encoding="utf-8")


def test_the_cases_of_a_new_rule_are_read_and_fail_until_they_have_counts(
    run: Run, tmp_path: Path
) -> None:
    told = new(run, tmp_path / "mine", *COSTLY)
    tested = run("rules", "test", tmp_path / "mine")

    assert "low-ctr-high-cpc.toml" in told
    assert tested.exit_code == 1
    assert "expected fires, found missing" in tested.stdout
    assert "expected clear, found missing" in tested.stdout
    assert tested.stdout.splitlines()[-1] == "2 cases, 2 failed"


def test_with_counts_an_update_completes_the_sentences_and_all_cases_hold(
    run: Run, tmp_path: Path
) -> None:
    new(run, tmp_path / "mine", *COSTLY)
    cases = tmp_path / "mine" / "low-ctr-high-cpc.cases.toml"
    assert "subject = { clicks = …, impressions = …, spend = … }" in cases.read_text("utf-8")
    give(
        cases,
        "clicks = 400, impressions = 90_000, spend = 2_000",
        "clicks = 2_000, impressions = 90_000, spend = 2_000",
    )

    assert run("rules", "test", tmp_path / "mine").exit_code == 1  # the sentence is empty
    updated = run("rules", "test", tmp_path / "mine", "--update")
    assert updated.exit_code == 0, updated.output
    assert 'finding  = "Example ad: CTR 0.44% where' in cases.read_text("utf-8")
    assert run("rules", "test", tmp_path / "mine").exit_code == 0


def test_counts_on_the_wrong_side_fail_and_are_not_updated(run: Run, tmp_path: Path) -> None:
    new(run, tmp_path / "mine", *COSTLY)
    cases = tmp_path / "mine" / "low-ctr-high-cpc.cases.toml"
    give(cases, *["clicks = 2_000, impressions = 90_000, spend = 2_000"] * 2)

    updated = run("rules", "test", tmp_path / "mine", "--update")
    assert updated.exit_code == 1
    assert "expected fires, found clear" in updated.stdout
    assert 'finding  = ""' in cases.read_text("utf-8")


@pytest.mark.parametrize(
    ("subject", "asks", "hint"),
    [
        ("ad", ["ctr=falling"], "before = { … }"),
        ("ad", ["cpc=high", "cpc.driver=ctr"], 'symbols = { "cpc.driver" = "ctr" }'),
        ("shop", ["sales_growth=low"], "metrics = { sales_growth = … }"),
        ("product", ["ctor=low", "product_clicks>=500"], "product_clicks = …"),
    ],
)
def test_the_cases_say_what_each_kind_of_condition_takes(
    subject: str, asks: list[str], hint: str, run: Run, tmp_path: Path
) -> None:
    given = [word for ask in asks for word in ("--when", ask)]
    new(run, tmp_path / "mine", "--subject", subject, *given, "--id", "x-y", "--no-input")

    assert hint in (tmp_path / "mine" / "x-y.cases.toml").read_text("utf-8")
    assert run("rules", "test", tmp_path / "mine").stdout.endswith("2 cases, 2 failed\n")


def test_a_new_rule_judges_a_shop(run: Run, shop: Path, tmp_path: Path) -> None:
    new(run, tmp_path / "mine", "--subject", "ad", "--when", "ctr=low", "--no-input")
    out = tmp_path / "out"
    done = run("diagnose", shop, "--rules", tmp_path / "mine", "-o", out)

    assert done.exit_code == 0
    assert "mine/low-ctr" in (out / "appendix.md").read_text(encoding="utf-8")


def test_its_questions_lead_to_the_same_files_as_its_options(run: Run, tmp_path: Path) -> None:
    new(run, tmp_path / "one" / "mine", *COSTLY, "--severity", "high")
    answers = "ad\nctr=low\ncpc=high\n\n\nhigh\n"
    asked = run("rules", "new", tmp_path / "two" / "mine", stdin=answers)

    assert asked.exit_code == 0, asked.output
    names = ("low-ctr-high-cpc.toml", "low-ctr-high-cpc.cases.toml")
    one, two = (
        [(tmp_path / part / "mine" / name).read_text(encoding="utf-8") for name in names]
        for part in ("one", "two")
    )
    assert one == two


def test_a_wrong_answer_is_told_with_the_nearest_name_and_asked_again(
    run: Run, tmp_path: Path
) -> None:
    answers = "adz\nad\n\nctrr=low\nctr=lo\nctr\nctr=low\n\n\nhi\nhigh\n"
    asked = run("rules", "new", tmp_path / "mine", stdin=answers)

    assert asked.exit_code == 0, asked.output
    told = asked.output
    assert "'adz' is not one of 'campaign'" in told
    assert "unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?" in told
    assert "unknown level 'lo'; did you mean 'low'?" in told
    assert "'ctr': is no condition; write it like ctr=low" in told
    assert "'hi' is not one of 'critical'" in told


def test_all_wrong_options_are_named_at_once(run: Run, tmp_path: Path) -> None:
    given = ("--subject", "advert", "--when", "ctrr=low", "--goal", "adss", "--severity", "hi")
    done = run("rules", "new", tmp_path / "mine", *given, "--no-input")

    assert done.exit_code == 2
    assert "unknown subject 'advert'" in done.stderr
    assert "ctrr: unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?" in done.stderr
    assert "unknown goal 'adss'; did you mean 'ads'?" in done.stderr
    assert "'hi'; did you mean 'high'?" in done.stderr
    assert not (tmp_path / "mine").exists()


def test_an_id_that_cannot_be_is_told(run: Run, tmp_path: Path) -> None:
    given = ("--subject", "ad", "--when", "ctr=low", "--id", "../Weak Hook")
    done = run("rules", "new", tmp_path / "mine", *given, "--no-input")

    assert done.exit_code == 2
    assert "Weak Hook' is no id; write small letters" in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("ctr<=x",), "'x' is no number"),
        (("ctr=low", "ctr=good"), "ctr has this already"),
        (("ctr>=1", "ctr>=2"), "ctr has this already"),
        ((), "--when: is missing"),
    ],
)
def test_what_cannot_be_a_rule_is_said_and_nothing_is_written(
    asked: tuple[str, ...], message: str, run: Run, tmp_path: Path
) -> None:
    given = [word for ask in asked for word in ("--when", ask)]
    done = run("rules", "new", tmp_path / "mine", "--subject", "ad", *given, "--no-input")

    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "mine").exists()


def test_what_is_there_is_not_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    new(run, folder, *COSTLY)
    rule = folder / "low-ctr-high-cpc.toml"
    rule.write_text("mine", encoding="utf-8")

    refused = run("rules", "new", folder, *COSTLY)
    assert refused.exit_code == 2
    assert "is there already; add --force to overwrite" in refused.stderr
    declined = run("rules", "new", folder, *COSTLY[:-1], stdin="\n\nn\n")
    assert declined.exit_code == 2
    assert rule.read_text(encoding="utf-8") == "mine"
    agreed = run("rules", "new", folder, *COSTLY[:-1], stdin="\n\ny\n")
    assert agreed.exit_code == 0
    assert rule.read_text(encoding="utf-8") != "mine"
    rule.write_text("mine", encoding="utf-8")
    assert run("rules", "new", folder, *COSTLY, "--force").exit_code == 0
    assert rule.read_text(encoding="utf-8") != "mine"


def test_answers_that_end_early_write_nothing(run: Run, tmp_path: Path) -> None:
    done = run("rules", "new", tmp_path / "mine", stdin="ad\n")

    assert done.exit_code == 2
    assert "the questions were not answered" in done.stderr
    assert not (tmp_path / "mine").exists()


def test_an_id_that_another_rule_is_called_by_is_not_proposed_and_noted(
    run: Run, tmp_path: Path
) -> None:
    given = ("--subject", "product", "--when", "ctor=low", "--no-input")

    assert "our-low-ctor.toml" in new(run, tmp_path / "mine", *given)
    told = new(run, tmp_path / "mine", *given, "--id", "low-ctor")
    assert "Note: guide/low-ctor is called so too; say mine/low-ctor where this one" in told
