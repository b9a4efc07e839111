"""Actions that were done: in progress, then called once against what was left untouched."""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from advisor.history import Store, Verdict, VerdictRow, runs_of
from advisor.history.store import write_verdict
from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, shop_folder
from tests.history.runs import finding
from tests.history.runs import run as past_run
from tests.shapes import ads_manager
from tests.shapes._cells import Row

DONE = date(2026, 10, 1)
START = date(2026, 8, 25)


@pytest.fixture(autouse=True)
def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")


def export(
    shop: Path,
    last: date,
    *,
    lift: float,
    untouched: int = 8,
    spend: float | None = 60.0,
    priced: bool = True,
) -> None:
    """Daily rows of ads up to *last*; one has a weak hook, whose rate is *lift* times from DONE,
    and a *spend* of its own from then on, or no rows at all."""
    chance = random.Random(7)
    rows: list[Row] = []
    for back in range((last - START).days + 1):
        day = START + timedelta(days=back)
        for number in range(untouched + 1):
            rate = 0.004 if number == 0 else 0.018 + 0.001 * (number % 4)
            if number == 0 and day > DONE:
                rate *= lift
            clicks = sum(chance.random() < rate for _ in range(3000))
            own = spend if number == 0 and day > DONE else 60.0
            if own is None:
                continue
            rows.append(
                {
                    "date": day,
                    "campaign_name": "Autumn",
                    "campaign_id": "1",
                    "ad_group_name": "All",
                    "ad_group_id": "2",
                    "ad_name": f"Ad {number}",
                    "ad_id": f"{31 + number}",
                    "spend": own,
                    "impressions": 3000,
                    "clicks": clicks,
                    "conversions": max(clicks // 10, 1),
                    "purchases": max(clicks // 10, 1),
                    "revenue": 20.0 * max(clicks // 10, 1) if priced else None,
                }
            )
    (shop / "ads.csv").write_bytes(ads_manager.daily_csv(rows))


def document(run: Run, shop: Path, today: date) -> Any:
    result = run("diagnose", shop, "--today", today, "--format", "json")
    return json.loads(result.stdout)


@pytest.fixture
def marked(run: Run, tmp_path: Path) -> Path:
    """A shop whose weak hook was changed on DONE."""
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    export(shop, DONE - timedelta(days=1), lift=1)
    rank = next(
        one["rank"] for one in document(run, shop, DONE)["plan"] if one["rule"] == "guide/weak-hook"
    )
    assert run("done", rank, "--on", DONE, "--shop", shop, "--note", "New hook").exit_code == 0
    return shop


def test_an_action_in_progress_is_shown_and_not_asked_for_again(run: Run, marked: Path) -> None:
    later = DONE + timedelta(days=10)
    export(marked, later - timedelta(days=1), lift=1)

    found = document(run, marked, later)

    (result,) = found["done"]
    assert (result["verdict"], result["subjects"]) == ("too-early", ["Ad 0"])
    (finding,) = [one for one in found["findings"] if one["rule"] == "guide/weak-hook"]
    assert finding["window"]["because"] == "change"
    assert finding["window"]["first"] == (DONE + timedelta(days=1)).isoformat()
    assert {one["n"] for one in finding["evidence"] if one["metric"] == "ctr"} == {9 * 3000}
    assert result["action"] not in [one["id"] for one in found["plan"]]


@pytest.mark.parametrize(
    ("lift", "verdict"), [(3.0, "helped"), (1.0, "no-difference"), (0.4, "hurt")]
)
def test_it_is_called_against_what_was_left_untouched(
    run: Run, marked: Path, lift: float, verdict: str
) -> None:
    due = Store(marked / "history.db").marks("corner")[0].done.due
    export(marked, due - timedelta(days=1), lift=lift)
    before = document(run, marked, DONE + timedelta(days=15))["done"][0]
    early = document(run, marked, DONE + timedelta(days=16))["done"][0]

    (result,) = document(run, marked, due)["done"]

    assert before["verdict"] == "too-early"
    assert early["verdict"] == (verdict if lift != 1 else "too-early")
    assert early["gained"] is None
    assert result["verdict"] == verdict
    assert result["low"] < lift < result["high"]
    assert ("Undo it: go back to what you had before Oct 1" in result["text"]) == (lift < 1)
    if lift > 1:
        assert result["gained"]["low"] <= result["gained"]["mid"] <= result["gained"]["high"]
        assert result["promised"]["mid"] > 0


def test_a_call_stands_whatever_the_files_say_later(run: Run, marked: Path) -> None:
    due = Store(marked / "history.db").marks("corner")[0].done.due
    export(marked, due - timedelta(days=1), lift=3)
    called = document(run, marked, due)["done"]
    assert document(run, marked, due)["done"] == called
    export(marked, due - timedelta(days=1), lift=0.4)

    assert document(run, marked, due + timedelta(days=7))["done"] == called


def test_without_untouched_subjects_it_cannot_be_told(run: Run, tmp_path: Path) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    export(shop, DONE - timedelta(days=1), lift=1, untouched=1)
    run("diagnose", shop, "--today", DONE, "-q")
    rank = next(
        one["rank"] for one in document(run, shop, DONE)["plan"] if one["rule"] == "guide/weak-hook"
    )
    run("done", rank, "--on", DONE, "--shop", shop)
    due = Store(shop / "history.db").marks("corner")[0].done.due
    export(shop, due, lift=3, untouched=1)

    (result,) = document(run, shop, due)["done"]

    assert result["verdict"] == "cannot-tell"
    assert result["after"] > 2 * result["before"]
    assert result["times"] is None


def test_files_that_do_not_reach_back_cannot_tell(run: Run, marked: Path) -> None:
    due = Store(marked / "history.db").marks("corner")[0].done.due

    (result,) = document(run, marked, due)["done"]

    assert result["verdict"] == "cannot-tell"
    assert "Sep 30" in result["because"]


def test_marks_are_listed_checked_and_taken_back(run: Run, marked: Path) -> None:
    assert "2026-10-01" in run("done", "--list", "--shop", marked).stdout
    assert run("done", "1", "--on", DONE, "--shop", marked).exit_code in (0, 2)
    future = ["1", "--on", "2999-01-01"]
    for words in (["77"], [], ["--undo", "77"], ["1", "--subject", "nobody"], future):
        assert run("done", *words, "--shop", marked).exit_code == 2
    number = Store(marked / "history.db").marks("corner")[0].number
    assert run("done", "--undo", number, "--shop", marked).exit_code == 0


def test_marks_move_with_an_export(run: Run, marked: Path, tmp_path: Path) -> None:
    due = Store(marked / "history.db").marks("corner")[0].done.due
    export(marked, due - timedelta(days=1), lift=3)
    run("diagnose", marked, "--today", due, "-q")
    run("history", "export", marked, "-o", tmp_path / "runs.jsonl")
    other = shop_folder(tmp_path / "other", profile=PROFILE)

    for _ in range(2):
        assert run("history", "import", other, tmp_path / "runs.jsonl").exit_code == 0

    one, two = (Store(at / "history.db").marks("corner") for at in (marked, other))
    assert [(m.done, m.verdict) for m in one] == [(m.done, m.verdict) for m in two]


def test_what_helped_is_counted_and_changes_the_chance_of_the_next(run: Run, marked: Path) -> None:
    assert "No results yet" in run("playbook", marked).stdout
    due = Store(marked / "history.db").marks("corner")[0].done.due
    export(marked, due - timedelta(days=1), lift=3)
    run("diagnose", marked, "--today", due, "-q")

    shown = run("playbook", marked).stdout.splitlines()[1]
    (row,) = Store(marked / "history.db").levers()

    assert (row.called, row.helped) == (1, 1)
    assert shown.split()[-5:] == ["1", "1", "0", "0", "67%"]


def test_what_was_tried_in_vain_three_times_is_no_longer_asked_for(run: Run, marked: Path) -> None:
    store = Store(marked / "history.db")
    first = store.marks("corner")[0].done
    for back in (90, 60, 30):
        day = DONE - timedelta(days=back)
        store.mark("corner", attrs.evolve(first, day=day, due=day + timedelta(days=30)))
    with store.writing() as database:
        for mark in store.marks("corner")[:3]:
            row = VerdictRow(mark.done.due, Verdict.NO_DIFFERENCE, "", times=1.0, low=0.9, high=1.1)
            write_verdict(database, mark.number, row)
    store.unmark("corner", store.marks("corner")[-1].number)

    found = document(run, marked, DONE + timedelta(days=5))

    assert {one["stopped"] for one in found["done"]} == {True}
    assert "The product or the audience is the problem." in found["done"][0]["text"]
    assert first.action not in [one["id"] for one in found["plan"]]
    assert "guide/weak-hook" in [one["rule"] for one in found["findings"]]


BUDGET = "operator/ad-costs-more"


def seen(run: Run, shop: Path, today: date, **of: Any) -> Any:
    """The document of *today*, and of the day after, of a shop that has a plan of DONE, where no
    file says what orders are worth."""
    export(shop, DONE - timedelta(days=1), lift=1, priced=False)
    document(run, shop, DONE)
    export(shop, today, lift=1, priced=False, **of)
    return document(run, shop, today), document(run, shop, today + timedelta(days=1))


@pytest.mark.parametrize("spend", [30.0, None])
def test_a_cut_that_the_files_show_is_noticed_once(
    run: Run, tmp_path: Path, spend: float | None
) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    first, later = seen(run, shop, DONE + timedelta(days=9), spend=spend)

    marks = [m for m in Store(shop / "history.db").marks("corner") if m.done.rule == BUDGET]
    (mark,) = marks
    (result,) = [one for one in later["done"] if one["rule"] == BUDGET]

    assert (mark.done.day, mark.done.subjects) == (DONE + timedelta(days=1), ("31",))
    assert first["done"] == []
    assert result["verdict"] == "too-early"
    assert "Noticed in your files." in result["text"]
    assert result["action"] not in [one["id"] for one in later["plan"]]
    again = document(run, shop, DONE + timedelta(days=9))
    assert again["done"] == first["done"]
    assert [one["id"] for one in again["plan"]] == [one["id"] for one in first["plan"]]


@pytest.mark.parametrize("spend", [48.0, 90.0])
def test_steady_or_raised_spend_is_no_cut(run: Run, tmp_path: Path, spend: float) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    seen(run, shop, DONE + timedelta(days=9), spend=spend)

    assert Store(shop / "history.db").marks("corner") == []


def test_a_week_is_needed_to_notice(run: Run, tmp_path: Path) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    seen(run, shop, DONE + timedelta(days=6), spend=30.0)

    assert Store(shop / "history.db").marks("corner") == []


def lists(shop: Path, changed: str) -> None:
    (shop / "campaign-budgets.csv").write_text(
        "campaign_id,campaign_name,from,to,daily_budget,target_roi,bid,mode,note\n"
        "1,Autumn,2026-08-25,,20,,10,,\n"
    )
    head = "date,campaign_id,campaign_name,changed,from,to,note\n"
    (shop / "campaign-changes.csv").write_text(head + changed)


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        ("2026-10-03,1,Autumn,budget,20,60,\n2026-10-05,1,Autumn,budget,60,70,\n", [3]),
        ("2026-09-20,1,Autumn,budget,20,60,\n", []),  # before the plan asked for it
        ("2026-10-03,1,Autumn,budget,20,10,\n", []),  # the other way
        ("2026-10-03,1,Autumn,budget,,,\n", []),  # nobody knows which way
        ("2026-10-03,9,Spring,budget,20,60,\n", []),
    ],
)
def test_a_change_of_the_own_list_is_noticed(
    run: Run, tmp_path: Path, changed: str, days: list[int]
) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    lists(shop, "")
    export(shop, DONE - timedelta(days=1), lift=1, untouched=0)
    assert "operator/budget-below-bids" in [
        one["rule"] for one in document(run, shop, DONE)["plan"]
    ]
    lists(shop, changed)

    document(run, shop, DONE + timedelta(days=7))

    marks = Store(shop / "history.db").marks("corner")
    assert [(one.done.rule, one.done.day.day) for one in marks] == [
        ("operator/budget-below-bids", day) for day in days
    ]


@pytest.mark.parametrize(("rates", "days"), [((0.1, 0.15), [3]), ((0.1, 0.05), [])])
def test_a_raised_commission_is_noticed(
    run: Run, tmp_path: Path, rates: tuple[float, float], days: list[int]
) -> None:
    shop = shop_folder(tmp_path / "corner", profile=PROFILE)
    rule, store = "operator/commission-cut-backfired", Store(shop / "history.db")
    asked = finding("corner", rule=rule, kind="shop", opened=DONE)
    before = past_run(DONE, asked)
    (action,) = before.actions
    planned = attrs.evolve(action, rule=rule, lever="affiliate.offer", kind="shop", metric=None)
    store.record(runs_of([attrs.evolve(before, actions=(planned,))]))
    first, second = rates
    (shop / "commission-rates.csv").write_text(
        "from,product_id,product_name,creator,rate,note\n"
        f"2026-09-01,,,,{first},\n2026-10-03,,,,{second},\n",
        encoding="utf-8",
    )
    export(shop, DONE + timedelta(days=19), lift=1)

    document(run, shop, DONE + timedelta(days=20))

    marks = [one.done for one in store.marks("corner")]
    assert [(one.rule, one.day.day) for one in marks] == [(rule, day) for day in days]
