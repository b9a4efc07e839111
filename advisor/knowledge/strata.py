"""The order in which rules are decided: each after everything that it needs."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

from advisor.errors import AdvisorError


def stratify(needs: Mapping[str, AbstractSet[str]]) -> tuple[frozenset[str], ...]:
    """Rule ids in layers; a rule stands in the first layer in which all it needs is decided.

    *needs* maps a rule to the rules that must be decided before it. A rule that is only needed,
    and has no entry of its own, needs nothing. Raises AdvisorError for a cycle, with its path.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for rule in sorted(needs):
        sorter.add(rule, *sorted(needs[rule]))
    try:
        sorter.prepare()
    except CycleError as error:
        raise AdvisorError(
            f"rules need each other in a circle: {_path(error.args[1])}",
            hint="take one of them out of the other's after, unless or explains",
        ) from None
    layers = []
    while sorter.is_active():
        layer = sorter.get_ready()
        layers.append(frozenset(layer))
        sorter.done(*layer)
    return tuple(layers)


def _path(cycle: list[str]) -> str:
    """`a → b → a`, where each needs the next; begins with the least, so it never varies."""
    # graphlib lists predecessors first; read backwards, each rule needs the next one.
    ring = cycle[::-1][:-1]
    start = ring.index(min(ring))
    ring = ring[start:] + ring[:start]
    return " → ".join([*ring, ring[0]])
