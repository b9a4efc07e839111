"""`advisor rules new`: what it writes holds at once, and what it cannot write it says."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

COSTLY = ("--subject", "ad", "--when", "ctr=low", "--when", "cpc=high", "--no-input")


def new(run: Run, folder: Path, *words: str) -> str:
    return run("rules", "new", folder, *words).stdout


def test_a_new_rule_passes_its_cases_at_once(run: Run, tmp_path: Path) -> None:
    told = new(run, tmp_path / "mine", *COSTLY)
    tested = run("rules", "test", tmp_path / "mine")

    assert "low-ctr-high-cpc.toml" in told
    assert tested.exit_code == 0
    assert [line.split()[2] for line in tested.stdout.splitlines()[:5]] == [
        "fires",
        "clear",
        "clear",
        "unsure",
        "missing",
    ]
    assert tested.stdout.splitlines()[-1] == "5 cases, none failed"


def test_a_new_rule_judges_a_shop(run: Run, shop: Path, tmp_path: Path) -> None:
    new(run, tmp_path / "mine", "--subject", "ad", "--when", "ctr=low", "--no-input")
    out = tmp_path / "out"
    done = run("diagnose", shop, "--rules", tmp_path / "mine", "-o", out)

    assert done.exit_code == 0
    assert "mine/low-ctr" in (out / "plan.md").read_text(encoding="utf-8")


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
    answers = "adz\nad\nctrr=low\nctr=lo\nroas=high\nctr\n\nctr=low\n\n\nhi\nhigh\n"
    asked = run("rules", "new", tmp_path / "mine", stdin=answers)

    assert asked.exit_code == 0, asked.output
    told = asked.output
    assert "unknown subject 'adz'; did you mean 'ad'?" in told
    assert "unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?" in told
    assert "unknown level 'lo'; did you mean 'low'?" in told
    assert "roas: its band has no high end, so it is never high" in told
    assert "'ctr': is no condition; write it like ctr=low" in told
    assert "a rule asks at least one thing" in told
    assert "unknown severity 'hi'; did you mean 'high'?" in told


def test_all_wrong_options_are_named_at_once(run: Run, tmp_path: Path) -> None:
    given = ("--subject", "advert", "--when", "ctrr=low", "--id", "Weak Hook", "--goal", "adss")
    done = run("rules", "new", tmp_path / "mine", *given, "--no-input")

    assert done.exit_code == 2
    assert "id: 'Weak Hook'; small letters, digits and hyphens" in done.stderr
    assert "unknown subject 'advert'" in done.stderr
    assert "ctrr: unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?" in done.stderr
    assert "unknown goal 'adss'; did you mean 'ads'?" in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("ctr=low", "ctr>=0.5"), "no counts were found with which all of them are true at once"),
        (("spend=low",), "spend: no band is known for it on a ad; give a limit instead"),
        (("ctr<=x",), "'x' is no number"),
        (("ctr=low", "ctr=good"), "ctr has levels already"),
        (("roas=low,good",), "by its band it is never high, so this asks nothing"),
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


def test_a_count_that_no_export_has_of_such_a_subject_is_noted(run: Run, tmp_path: Path) -> None:
    given = ("--subject", "live", "--when", "spend>=5", "--no-input")

    assert "no known export says spend of one live" in new(run, tmp_path / "mine", *given)


def test_an_id_that_another_rule_is_called_by_is_not_proposed_and_noted(
    run: Run, tmp_path: Path
) -> None:
    given = ("--subject", "product", "--when", "ctor=low", "--no-input")

    assert "our-low-ctor.toml" in new(run, tmp_path / "mine", *given)
    told = new(run, tmp_path / "mine", *given, "--id", "low-ctor")
    assert "Note: guide/low-ctor is called so too; say mine/low-ctor where this one" in told
