"""How strong a problem must be to be found, and how seldom a healthy shop is troubled.

`python -m docs.power` prints the page from the numbers in docs/power.toml. With `--renew` it first
tries every rule on thousands of invented shops again, which takes many minutes; with ids of rules
behind it, only those.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from advisor.model import parse_toml
from docs.pages import power as page
from tests.corpus.batch import World
from tests.corpus.exceptions import UNCOVERED
from tests.corpus.power import SAMPLES, SHOPS, STRENGTHS, Alarms, Power, alarms, power

ROOT = Path(__file__).parents[1]
DATA = ROOT / "docs" / "power.toml"
PAGE = ROOT / "docs" / "power.md"
HEALTHY = 100  # shops of each profile
_HEAD = "# Written by python -m docs.power --renew: what the rules did in the corpus of shops."


def renewed(chosen: Sequence[str]) -> str:
    """The numbers of all rules, or of those *chosen* beside the numbers that are there."""
    world = World.bundled()
    known, tried = stored() if chosen else (None, {})
    there = {rule.id for rule in world.rules}
    tried = {rule: one for rule, one in tried.items() if rule in there}
    for rule in world.rules:
        if rule.id in UNCOVERED or (chosen and rule.id not in chosen):
            continue
        print(rule.id, flush=True)
        tried[rule.id] = power(rule, world)
    return toml(known or alarms(world, HEALTHY), tried.values())


def stored() -> tuple[Alarms, dict[str, Power]]:
    """The numbers that are in the file."""
    data = parse_toml(DATA.read_text(encoding="utf-8"), where=DATA.name)
    healthy = data["healthy"]
    told = Alarms(
        healthy["shops"],
        healthy["alarmed"],
        tuple(healthy["rules"].items()),
        tuple(healthy["spoke"].items()),
    )
    rules = {
        one["id"]: Power(
            one["id"], one["unit"], tuple(one["given"]), tuple(tuple(row) for row in one["found"])
        )
        for one in data["rule"]
    }
    return told, rules


def toml(told: Alarms, tried: Iterable[Power]) -> str:
    """The numbers as a file."""
    lines = [
        _HEAD,
        "",
        f"strengths = {list(STRENGTHS)}",
        f"samples = {list(SAMPLES)}",
        f"shops = {SHOPS}",
        "",
        "[healthy]",
        f"shops = {told.shops}",
        f"alarmed = {told.alarmed}",
        "",
        "[healthy.rules]",
        *(f'"{rule}" = {count}' for rule, count in told.rules),
        "",
        "[healthy.spoke]",
        *(f'"{rule}" = {count}' for rule, count in told.spoke),
    ]
    for one in sorted(tried, key=lambda one: one.rule):
        given = ", ".join(f'"{name}"' for name in one.given)
        values = attrs.asdict(one)["found"]
        rows = [f"  [{', '.join(f'{share:g}' for share in row)}]," for row in values]
        lines += ["", "[[rule]]", f'id = "{one.rule}"', f'unit = "{one.unit}"']
        lines += [f"given = [{given}]", "found = [", *rows, "]"]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the page, and with --renew the numbers before it."""
    if "--renew" in arguments:
        chosen = [argument for argument in arguments if argument != "--renew"]
        DATA.write_text(renewed(chosen), encoding="utf-8", newline="\n")
    PAGE.write_text(page.render(), encoding="utf-8", newline="\n")
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
