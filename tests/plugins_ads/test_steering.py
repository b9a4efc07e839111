"""Campaigns against what they are asked for, from exports and the advertiser's own lists."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from advisor import derive
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor_tiktok_ads.steering import steering
from tests.blocks import block

WINDOW = Period(date(2026, 10, 1), date(2026, 10, 28))
Row = tuple[int, dict[str, float]]


def reading(family: str, *rows: Row) -> Reading:
    """Counts of one campaign on days of October 2026."""
    frame = pl.DataFrame(
        [
            {
                "key": "7",
                "name": "Serum",
                "from": date(2026, 10, day),
                "to": date(2026, 10, day),
                "currency": None,
                **counts,
                "_row": number,
            }
            for number, (day, counts) in enumerate(rows, start=2)
        ]
    )
    file = File(Path(family), family, 0, family)
    tables = (Table("campaign", family, Grain.DAY, frame),)
    return Reading(file, "test", family, family, tables, len(rows))


def result(day: int, cost: float, orders: float, revenue: float) -> Row:
    return day, {
        "gmv_max_cost": cost,
        "gmv_max_orders": orders,
        "gmv_max_revenue": revenue,
    }


def budget(day: int, amount: float, target: float) -> Row:
    return day, {"daily_budget": amount, "target_roi": target}


def edits(day: int, budgets: float, targets: float) -> Row:
    return day, {
        "changes": budgets + targets,
        "budget_changes": budgets,
        "target_changes": targets,
    }


def found(*readings: Reading, window: Period | None = WINDOW) -> dict[str, float]:
    values: dict[str, float] = {}
    given = block(*readings, window=window)
    for derived in derive(steering(given.counts, given.context)):
        assert derived.subject == "campaign"
        (row,) = derived.frame.to_dicts()
        values |= {k: v for k, v in row.items() if k not in ("shop", "key", "name")}
    return values


RESULTS = reading(
    "gmv-max",
    result(1, 100, 30, 200),
    result(2, 100, 10, 200),
    result(3, 100, 30, 400),
    result(4, 100, 30, 200),
)
BUDGETS = reading("budgets", *(budget(day, 125, 4) for day in range(1, 29)))


def test_roi_is_set_against_the_target_with_limits_from_its_orders() -> None:
    values = found(RESULTS, BUDGETS)
    assert values["roi_of_target"] == pytest.approx(1000 / 400 / 4)
    assert values["roi_of_target.lo"] < 1000 / 400 / 4 < values["roi_of_target.hi"]
    assert values["roi_of_target.n"] == 100


def test_budget_is_compared_on_the_days_that_have_both() -> None:
    assert found(RESULTS, BUDGETS)["budget_use"] == pytest.approx(400 / 500)


def test_credit_follows_the_platforms_formula_on_the_days_that_it_covers() -> None:
    values = found(RESULTS, BUDGETS)
    assert values["roi_credit_days"] == 2
    assert values["roi_credit"] == pytest.approx(2 * (100 - 200 / (0.9 * 4)))


def test_a_day_with_a_change_of_the_target_is_not_covered() -> None:
    changed = reading("changes", edits(4, 0, 1), edits(1, 1, 0))
    assert found(RESULTS, BUDGETS, changed)["roi_credit_days"] == 1


def test_edits_are_those_of_a_week() -> None:
    changes = reading("changes", edits(1, 2, 3), edits(9, 1, 2), edits(30, 9, 9))
    assert found(changes)["edits_a_week"] == pytest.approx(8 / 4)
    assert found(changes, window=None) == {}


def test_two_downloads_of_the_same_days_are_one() -> None:
    again = reading("gmv-max", result(1, 100, 30, 200), result(2, 90, 9, 180))
    assert found(RESULTS, again, BUDGETS) == found(RESULTS, BUDGETS)


def test_without_a_list_of_targets_nothing_is_said_of_them() -> None:
    assert found(RESULTS) == {}
