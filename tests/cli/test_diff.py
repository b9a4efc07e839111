"""What changed since an earlier run: in the plan, on its own, and as a reason to fail."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, TODAY, WEAK, ad_days, ads_file
from tests.shapes import ads_manager

EARLIER = "2026-10-01"


@pytest.fixture(autouse=True)
def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")


def month_before(shop: Path, *, weak: bool, clicks: int | None = None) -> None:
    """The exports of September, in place of those of October."""
    rows: list[dict[str, Any]] = [dict(row) for row in ad_days(weak=weak)]
    for row in rows:
        row["date"] -= timedelta(days=31)
        if clicks is not None:
            row["clicks"] = clicks if row["ad_name"] == WEAK else row["clicks"]
    (shop / "ads.csv").write_bytes(ads_manager.daily_csv(rows))


def since(run: Run, shop: Path, *words: str) -> Any:
    result = run("diagnose", shop, "--format", "json", *words)
    return json.loads(result.stdout)["since"]


def changes(found: Any, rule: str = "guide/weak-hook") -> list[str]:
    return [one["change"] for one in found["findings"] if one["rule"] == rule]


def test_the_first_run_has_nothing_to_compare_with(run: Run, shop: Path) -> None:
    assert since(run, shop) is None
    assert since(run, shop) is None  # a run of the same day is none of an earlier one


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [(False, True, "new"), (True, True, "unchanged"), (True, False, "solved")],
)
def test_the_plan_opens_with_what_changed(
    run: Run, shop: Path, before: bool, now: bool, change: str
) -> None:
    month_before(shop, weak=before)
    run("diagnose", shop, "--today", EARLIER, "-q")
    ads_file(shop, weak=now)

    found = since(run, shop)

    assert found["day"] == EARLIER
    assert changes(found) == [change]
    run("diagnose", shop, "-q")
    assert found["text"] in (shop / "plan.md").read_text()


def test_a_value_that_fell_is_worse(run: Run, shop: Path) -> None:
    month_before(shop, weak=True, clicks=60)
    run("diagnose", shop, "--today", EARLIER, "-q")
    ads_file(shop, weak=True)

    assert changes(since(run, shop)) == ["worse"]
    assert run("diagnose", shop, "-q", "--fail-on", "worse").exit_code == 1
    assert run("diagnose", shop, "-q", "--fail-on", "new").exit_code == 0


def test_a_subject_that_is_gone_is_not_called_solved(run: Run, shop: Path) -> None:
    month_before(shop, weak=True)
    run("diagnose", shop, "--today", EARLIER, "-q")
    rows = [row for row in ad_days(weak=True) if row["ad_name"] != WEAK]
    (shop / "ads.csv").write_bytes(ads_manager.daily_csv(rows))

    assert changes(since(run, shop)) == ["not-seen"]


def test_a_new_finding_fails_the_run_unless_the_settings_made_it(run: Run, shop: Path) -> None:
    month_before(shop, weak=False)
    run("diagnose", shop, "--today", EARLIER, "-q")
    ads_file(shop, weak=True)

    assert run("diagnose", shop, "-q", "--fail-on", "new").exit_code == 1
    (shop / "advisor.toml").write_text(f"{PROFILE}\n[bands.cpm]\nhigh = 4\n")
    found = since(run, shop)
    assert found["other"] == ["settings"]
    assert {one["reason"] for one in found["findings"]} <= {"settings", ""}
    assert run("diagnose", shop, "-q", "--fail-on", "new").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["gain=1"], 1),
        (["gain=1e12"], 0),
        (["critical"], 0),
        (["critical", "low"], 1),
        (["critical,low"], 1),
        (["gain=much"], 2),
        (["gain=nan"], 2),
        (["newer"], 2),
    ],
)
def test_a_run_fails_on(run: Run, shop: Path, words: list[str], code: int) -> None:
    options = [word for given in words for word in ("--fail-on", given)]

    assert run("diagnose", shop, "-q", *options).exit_code == code


def test_any_two_runs_are_compared(run: Run, shop: Path, tmp_path: Path) -> None:
    days = [date(2026, 9, 28) + timedelta(weeks=week) for week in range(3)]
    for day, weak in zip(days, (False, True, False), strict=True):
        month_before(shop, weak=weak)
        run("diagnose", shop, "--today", str(day), "-q")

    def compared(*words: object) -> Any:
        return json.loads(run("diff", shop, "--format", "json", *words).stdout)["since"]

    assert changes(compared()) == ["solved"]
    assert changes(compared("--since", days[0])) == []
    assert changes(compared("--since", 1, "--to", 2)) == ["new"]
    assert changes(compared("--since", days[0], "--to", days[1])) == ["new"]
    for words in (
        ("--since", "3"),
        ("--since", "77"),
        ("--since", "soon"),
        ("--since", "2020-01-01"),
    ):
        assert run("diff", shop, *words).exit_code == 2
    shown = run("diff", shop).stdout
    assert "guide/weak-hook" in shown
    for name in ("md", "html", "json"):
        path = tmp_path / f"changes.{name}"
        assert run("diff", shop, "--format", name, "-o", path).exit_code == 0
        assert WEAK in path.read_text()


def test_an_earlier_finding_that_was_solved_in_between_is_solved(run: Run, shop: Path) -> None:
    days = [date(2026, 9, 28) + timedelta(weeks=week) for week in range(3)]
    for day, weak in zip(days, (True, False, False), strict=True):
        month_before(shop, weak=weak)
        run("diagnose", shop, "--today", str(day), "-q")

    found = json.loads(run("diff", shop, "--since", 1, "--format", "json").stdout)["since"]

    assert changes(found) == ["solved"]


def test_the_changes_are_told_in_the_language_of_the_report(run: Run, shop: Path) -> None:
    month_before(shop, weak=True)
    run("diagnose", shop, "--today", EARLIER, "-q")
    ads_file(shop, weak=True)
    run("diagnose", shop, "-q")
    (shop / "advisor.toml").write_text(PROFILE + '[report]\nlanguage = "es"\n')

    assert "desde el 1 oct 2026" in run("diff", shop).stdout
    assert "Qué cambió" in run("diff", shop, "--format", "md").stdout
    assert "sejak 1 Okt 2026" in run("diff", shop, "--language", "id").stdout
    refused = run("diff", shop, "--language", "xx")
    assert (refused.exit_code, "es" in refused.stderr) == (2, True)


def test_without_runs_there_is_nothing_to_compare(run: Run, shop: Path) -> None:
    assert run("diff", shop).exit_code == 2
    run("diagnose", shop, "--today", TODAY, "-q")
    assert run("diff", shop).exit_code == 2


def test_changes_that_are_written_among_exports_are_no_exports(run: Run, shop: Path) -> None:
    run("diagnose", shop, "--today", EARLIER, "-q")
    run("diagnose", shop, "-q")
    for name in ("md", "html", "json"):
        run("diff", shop, "--format", name, "-o", shop / f"changes.{name}")
    run("history", "export", shop, "-o", shop / "runs.jsonl")

    document = json.loads(run("diagnose", shop, "--format", "json").stdout)

    assert [one["file"] for one in document["inputs"]] == ["ads.csv"]
