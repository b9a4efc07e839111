"""Findings beside their values, and where each value has to get."""

from collections.abc import Iterator, Mapping

from advisor.document.findings import FindingInfo
from advisor.judge import RuleEvaluation
from advisor.metrics import Value
from advisor.model import Better, frozen
from advisor.plan import Priced, Pricing, Target, edge


@frozen(eq=False)
class Found:
    """Findings, and what the plan needs of them: one for each match, in the same order."""

    infos: tuple[FindingInfo, ...]
    priced: tuple[Priced, ...]
    values: tuple[Mapping[str, Value], ...]
    per_day: tuple[Mapping[str, float], ...]  # events that carry each value's chance
    targets: tuple[Mapping[str, Target], ...]  # of what ends an action and has no band

    def target(self, index: int, name: str, levels: tuple[str, ...]) -> Target | None:
        """Where a value has to get to be in *levels*; without a band, what the better half of the
        shop's own has; where it is there, what it was before it got worse. None where nothing
        tells."""
        value = self.values[index].get(name)
        if value is None:
            return None
        return edge(value, levels) or self.targets[index].get(name) or _back(value)


def targets(
    evaluation: RuleEvaluation, named: Mapping[str, Value], pricing: Pricing
) -> Iterator[tuple[str, Target]]:
    """What ends an action and has no band, with what the better half of the shop's own has."""
    for action in evaluation.rule.actions:
        for name, levels in action.done.items():
            value = named.get(name)
            if value is None or value.origin is not None:
                continue
            standing = pricing.standing(evaluation.graded, value.metric)
            target = pricing.target(value, levels, standing)
            if target is not None:
                yield name, target


def _back(value: Value) -> Target | None:
    now, before, better = value.value, value.before, value.metric.better
    if now is None or before is None or better is Better.NEITHER:
        return None
    above = better is Better.LOWER
    if not (before < now if above else before > now):
        return None
    return Target(before, above, "what it was in the window before")
