"""Tries the rules and the plan on simulated shops and makes docs/power.md and docs/plan-proof.md of
it: `python -m docs.measure`, with names of PARTS for some of it alone. It takes many minutes."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docs import power, proof
from docs.pages import power as power_page
from docs.pages import proof as proof_page
from tests.corpus.batch import World
from tests.corpus.nature import NEW, WILD, Nature
from tests.corpus.power import alarms
from tests.corpus.reach import cases, passed_by, summary, tired, unanswered
from tests.corpus.worth import coverage

DOCS = Path(__file__).parent
RESULTS = DOCS / "reach.json"
SEED, SHOPS, ONE_RULE, HEALTHY = 1, 20, 200, 60
HELD_BACK = 613  # of healthy shops, and of worths, on which nothing was tuned


def reach(world: World) -> dict[str, Any]:
    """What is found in shops of any size."""
    nature = Nature()
    found = summary(list(cases(world, SHOPS, SEED, nature)))
    found["one"] = {
        "shops": ONE_RULE,
        "tired": tired(world, ONE_RULE, SEED, nature),
        "entry": passed_by(world, ONE_RULE, SEED, nature),
        "samples": unanswered(world, ONE_RULE, SEED, nature),
    }
    return {"seed": SEED, "shops": SHOPS, **found}


def healthy(world: World) -> dict[str, Any]:
    """What shops hear that nothing ails, of a calm nature, of a wild one and with new ads."""
    found = {}
    for name, nature in (("calm", Nature()), ("wild", WILD), ("new", NEW)):
        told = alarms(world, HEALTHY, seed=HELD_BACK, nature=nature)
        found[name] = {"shops": told.shops, "alarmed": told.alarmed, "rules": dict(told.rules)}
    return {"seed": HELD_BACK, **found}


def worth(world: World) -> dict[str, Any]:
    """How often the likely range of a worth holds the truth, rule by rule."""
    return {"seed": HELD_BACK, "rules": coverage(world, HELD_BACK)}


PARTS: Mapping[str, Callable[[World], dict[str, Any]]] = {
    "reach": reach,
    "healthy": healthy,
    "worth": worth,
}


def main(chosen: list[str]) -> int:
    """Measures the *chosen* parts, or everything, and writes both pages."""
    world = World.bundled()
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for name, measured in PARTS.items():
        if not chosen or name in chosen:
            day = datetime.now(UTC).date().isoformat()
            known[name] = {"date": day, **measured(world)}
            text = json.dumps(known, indent=1, ensure_ascii=False)
            RESULTS.write_text(text + "\n", encoding="utf-8", newline="\n")
    if not chosen or "power" in chosen:
        power.DATA.write_text(power.renewed(()), encoding="utf-8", newline="\n")
    if not chosen or "proof" in chosen:
        proof.renew()
    power.PAGE.write_text(power_page.render(), encoding="utf-8", newline="\n")
    (DOCS / "plan-proof.md").write_text(proof_page.render(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
