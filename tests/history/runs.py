"""Runs of an invented shop."""

from datetime import date, timedelta

from advisor.history import ActionRow, FindingRow, KpiRow, Run, RunInfo, State


def finding(name: str, state: State = State.FIRES, **given: object) -> FindingRow:
    row = {
        "id": f"id-{name}",
        "rule": "guide/weak-hook",
        "severity": "high",
        "kind": "ad",
        "key": name,
        "name": f"Ad {name}",
        "state": state,
        "opened": date(2026, 9, 7),
        "metric": "ctr",
        "value": 0.005,
        "low": 0.004,
        "high": 0.006,
        "target": 0.01,
        "worse": -1,
        "stake": 120.0,
        **given,
    }
    return FindingRow(**row)  # type: ignore[arg-type]


def run(
    day: date, *findings: FindingRow, shop: str = "corner", chosen: bool = False, **given: object
) -> Run:
    last = day - timedelta(days=1)
    info = {
        "shop": shop,
        "day": day,
        "first": last - timedelta(days=27),
        "last": last,
        "chosen": chosen,
        "version": "0.1.0",
        "rules": {"guide/weak-hook": "aaaa", "bands": "bbbb"},
        "config": "cccc",
        "inputs": (f"file-{day}",),
        "currency": "USD",
        **given,
    }
    action = ActionRow(
        "act-1",
        1,
        "guide/weak-hook",
        "creative.hook",
        "Test hooks",
        "ctr",
        80.0,
        120.0,
        200.0,
        "USD",
        0.5,
        tuple(row.id for row in findings),
    )
    kpis = tuple(KpiRow("gmv", last - timedelta(days=back), 10.0 * back) for back in range(28))
    return Run(RunInfo(**info), findings, (action,), kpis)  # type: ignore[arg-type]
