"""What became of findings is told from intervals and outcomes, for a block of shops at once."""

from collections.abc import Mapping
from datetime import date

import attrs
import polars as pl
import pytest

from advisor.history import (
    Change,
    FindingRow,
    Past,
    Reason,
    RunInfo,
    State,
    changes_since,
    compare,
    runs_of,
)
from tests.history.runs import finding, run

DAYS = (date(2026, 9, 7), date(2026, 9, 14))


def frame(shops: Mapping[str, list[FindingRow]]) -> pl.DataFrame:
    return runs_of([run(DAYS[0], *rows, shop=shop) for shop, rows in shops.items()]).findings


def changed(now: FindingRow | None, then: FindingRow | None, **given: object) -> str | None:
    found = compare(
        frame({"corner": [now] if now else []}),
        frame({"corner": [then] if then else []}),
        **given,  # type: ignore[arg-type]
    )
    return found["change"].item() if found.height else None


def at(low: float, high: float, **given: object) -> FindingRow:
    return finding("a", State.FIRES, value=(low + high) / 2, low=low, high=high, **given)


@pytest.mark.parametrize(
    ("now", "then", "change"),
    [
        (finding("a"), None, Change.NEW),
        (finding("a"), finding("a", State.CLEAR), Change.NEW),
        (finding("a"), finding("a"), Change.UNCHANGED),
        (finding("a"), finding("a", State.UNSURE), Change.UNCHANGED),
        (finding("a", State.CLEAR), finding("a"), Change.SOLVED),
        (finding("a", State.CLEAR), finding("a", State.UNSURE), Change.SOLVED),
        (finding("a", State.UNSURE), finding("a"), Change.UNSURE),
        (finding("a", State.MISSING), finding("a"), Change.NOT_SEEN),
        (finding("a", State.ABSENT), finding("a"), Change.NOT_SEEN),
        (finding("a", State.NOT_APPLICABLE), finding("a"), Change.NOT_SEEN),
        (finding("a", State.ERROR), finding("a"), Change.NOT_SEEN),
        (None, finding("a"), Change.NOT_SEEN),
        (None, finding("a", State.CLEAR), None),
        (finding("a", State.CLEAR), None, None),
        (at(0.002, 0.003), at(0.004, 0.006), Change.WORSE),
        (at(0.007, 0.008), at(0.004, 0.006), Change.BETTER),
        (at(0.005, 0.008), at(0.004, 0.006), Change.UNCHANGED),
        (at(0.007, 0.008, worse=1), at(0.004, 0.006, worse=1), Change.WORSE),
        (at(0.002, 0.003, worse=1), at(0.004, 0.006, worse=1), Change.BETTER),
        (at(0.002, 0.003, worse=0), at(0.004, 0.006, worse=0), Change.UNCHANGED),
        (at(0.002, 0.003, metric="cpc"), at(0.004, 0.006), Change.UNCHANGED),
    ],
)
def test_a_finding_is(now: FindingRow, then: FindingRow, change: Change | None) -> None:
    assert changed(now, then) == change


def test_other_downloads_of_the_same_days_are_no_change() -> None:
    now, then = at(0.002, 0.003), at(0.004, 0.006)

    assert changed(now, then, same_period=("corner",)) == Change.UNCHANGED


def test_a_block_of_shops_is_compared_as_each_of_them_alone() -> None:
    now = {
        "a": [finding("x"), finding("y", State.CLEAR)],
        "b": [finding("x", State.UNSURE)],
        "c": [at(0.001, 0.002)],
    }
    then = {"a": [finding("y")], "b": [finding("x")], "c": [finding("a")], "d": [finding("x")]}

    together = compare(frame(now), frame(then))
    alone = [
        compare(frame({s: now.get(s, [])}), frame({s: then.get(s, [])}))
        for s in sorted({*now, *then})
    ]

    assert together.equals(pl.concat(alone))
    assert together["change"].to_list() == ["new", "solved", "unsure", "worse", "not-seen"]


def why(now: RunInfo, then: RunInfo) -> Reason:
    """Why a finding of a run is new."""
    past = Past(runs={then.shop: then})
    changed = changes_since({now.shop: now}, frame({now.shop: [finding("a")]}), past)
    return Reason(changed["reason"].item())


def test_what_else_than_the_shop_changed_is_told_apart() -> None:
    then, now = (run(day).info for day in DAYS)
    rule = "guide/weak-hook"

    assert why(now, then) is Reason.SHOP
    assert why(attrs.evolve(now, config="x"), then) is Reason.SETTINGS
    assert why(attrs.evolve(now, version="0.2.0"), then) is Reason.VERSION
    assert why(attrs.evolve(now, first=then.first, last=then.last), then) is Reason.DATA
    for changed_rules in ({rule: "x", "bands": "bbbb"}, {rule: "aaaa", "bands": "x"}):
        assert why(attrs.evolve(now, rules=changed_rules, config="x"), then) is Reason.RULES
    other = attrs.evolve(now, rules={**now.rules, "guide/other": "x"})
    assert why(other, then) is Reason.SHOP
