"""durable_rules fed with numbers: every subject a fact, every rule comparisons of its properties.

As fast as its users get it, and safe: in sessions that do not grow, without the library's own
threads, every fact with an id.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from durable.engine import Host

Limit = tuple[str, str, float]  # property, comparison ($lte, $gte), value
NumericRule = tuple[str, tuple[Limit, ...]]

SESSION = 2_000
_SID = "0"


class _Quiet(Host):  # type: ignore[misc]
    def _run(self) -> None:
        """Its threads would take batches away from the call that made them."""


def matches(
    rules: Sequence[NumericRule], facts: Sequence[Mapping[str, float | str]]
) -> set[tuple[str, str]]:
    """Rule and key of every fact that meets a rule."""
    found: set[tuple[str, str]] = set()
    host = _Quiet()

    def action(rule: str) -> Any:
        def run(closure: Any) -> None:
            closure._start_time = math.inf
            for match in closure.m:
                found.add((rule, match["x"]["key"]))

        return run

    definition: dict[str, Any] = {
        rule: {
            "all": [{"x": {"$and": [{o: {p: v}} if o != "$eq" else {p: v} for p, o, v in limits]}}],
            "run": action(rule),
            "cap": 1_000,
        }
        for rule, limits in rules
    }
    definition["any"] = {
        "all": [{"x": {"$ex": {"key": 1}}}, {"y": {"never": 1}}],
        "run": lambda _: None,
    }
    host.set_rulesets({"numbers": definition})
    for start in range(0, len(facts), SESSION):
        session = facts[start : start + SESSION]
        host.assert_facts(
            "numbers",
            [{"id": f"{number:06d}", "sid": _SID, **fact} for number, fact in enumerate(session)],
        )
        host.delete_state("numbers", _SID)
    return found
