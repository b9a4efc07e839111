"""Findings that the owner muted leave the plan, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.model import make_settings, parse_toml
from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, WEAK

HOOK = "guide/weak-hook"


@pytest.fixture(autouse=True)
def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")


def plan(run: Run, shop: Path, *words: str) -> Any:
    return json.loads(run("diagnose", shop, "--format", "json", *words).stdout)


def muted(document: Any) -> list[str]:
    return [one["finding"]["rule"] for one in document["suppressed"]]


def notes(document: Any) -> list[str]:
    return [note["text"] for note in document["data_notes"] if note["code"] == "mute"]


def add(shop: Path, text: str) -> None:
    (shop / "advisor.toml").write_text(f"{PROFILE}\n[[mute]]\nreason = 'known'\n{text}\n")


def test_a_muted_finding_has_no_action_and_stays_in_the_counts(run: Run, shop: Path) -> None:
    before = plan(run, shop)
    add(shop, f"rule = '{HOOK}'\nuntil = 2026-11-02")  # the day itself counts

    after = plan(run, shop)

    assert HOOK in [one["rule"] for one in before["findings"]]
    assert muted(after) == [HOOK]
    assert HOOK not in [one["rule"] for one in after["findings"] + after["plan"]]
    assert after["outcomes"] == before["outcomes"]
    assert after["suppressed"][0]["reason"] == "known"
    assert notes(after) == []


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (f"rule = 'weak-hook'\nsubject = '{WEAK}'", True),
        ("rule = 'weak-*'", True),
        ("subject = 'Logo*'\nrule = '*hook'", True),
        ("subject = '31'\nrule = '*hook'", True),
        ("subject = 'Result*'\nrule = '*hook'", False),
        ("rule = 'weak-hook'\nwhile = { ctr = { at-most = 0.01 } }", True),
        ("rule = 'weak-hook'\nwhile = { ctr = { at-least = 0.01 } }", False),
        ("rule = 'weak-hook'\nwhile = { stock = { at-most = 0 } }", False),
        ("rule = 'weak-hook'\nuntil = 2026-11-01", False),
    ],
)
def test_a_mute_holds_for_what_it_names(run: Run, shop: Path, text: str, holds: bool) -> None:
    add(shop, text)

    assert (HOOK in muted(plan(run, shop))) is holds


@pytest.mark.parametrize(
    "text", ["rule = 'no-such-rule'", "rule = 'weak-hook'\nuntil = 2026-01-01"]
)
def test_a_mute_that_is_over_or_useless_is_a_note(run: Run, shop: Path, text: str) -> None:
    add(shop, text)

    assert len(notes(plan(run, shop))) == 1


@pytest.mark.parametrize(
    "text",
    ["", "rule = 'x'\nreasons = 'y'", "rule = 'x'\nwhile = { ctr = {} }", "rule = 'x'\nuntil = 3"],
)
def test_a_mute_that_cannot_be_is_refused(run: Run, shop: Path, text: str) -> None:
    add(shop, text)

    assert run("diagnose", shop).exit_code == 2


def test_muting_is_no_change_of_the_shop(run: Run, shop: Path) -> None:
    run("diagnose", shop, "-q", "--today", "2026-10-26", "--no-history")
    run("diagnose", shop, "-q")
    add(shop, "rule = 'weak-hook'")
    found = plan(run, shop, "--today", "2026-11-09")["since"]
    assert HOOK not in [one["rule"] for one in found["findings"]]
    assert found["other"] == []

    (shop / "advisor.toml").write_text(PROFILE)
    found = plan(run, shop, "--today", "2026-11-16")["since"]
    assert [one["change"] for one in found["findings"] if one["rule"] == HOOK] == ["unchanged"]


def test_an_action_is_muted_by_its_number_and_the_file_keeps_its_comments(
    run: Run, shop: Path
) -> None:
    toml = shop / "advisor.toml"
    toml.write_text(f"# ours\n{PROFILE}# the end\n")
    rank = next(one["rank"] for one in plan(run, shop)["plan"] if one["rule"] == HOOK)

    words = ("--shop", shop, "--reason", "New photos", "--until", "2026-12-31")
    assert run("mute", rank, *words).exit_code == 0
    assert run("mute", "low-ctr", "--shop", shop, "--reason", "x").exit_code in (0, 2)

    text = toml.read_text()
    assert text.startswith(f"# ours\n{PROFILE}# the end\n")
    first = make_settings(parse_toml(text, where="x")).mute[0]
    assert (first.rule, first.reason, str(first.until)) == (HOOK, "New photos", "2026-12-31")
    assert HOOK in muted(plan(run, shop))


@pytest.mark.parametrize(
    "words",
    [
        ["77", "--reason", "x"],
        ["no-such-rule", "--reason", "x"],
        ["weak-hook", "--reason", "  "],
        ["violations", "--reason", "x"],
    ],
)
def test_what_cannot_be_muted_leaves_the_file_alone(run: Run, shop: Path, words: list[str]) -> None:
    run("diagnose", shop, "-q")

    assert run("mute", *words, "--shop", shop).exit_code == 2
    assert (shop / "advisor.toml").read_text() == PROFILE


def test_a_critical_rule_is_muted_by_force_alone(run: Run, shop: Path) -> None:
    assert run("mute", "violations", "--reason", "x", "--force", "--shop", shop).exit_code == 0

    assert make_settings(parse_toml((shop / "advisor.toml").read_text(), where="x")).mute[0].force
