"""What former actions teach a plan."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from advisor.model import Severity, frozen
from advisor.plan.actions import Planned, without


@frozen
class Tries:
    """How often actions on one lever were called in shops of a niche and size, and how often they
    *helped*; and how often in *other* shops."""

    helped: int
    called: int
    other_helped: int = 0
    other_called: int = 0

    @property
    def chance(self) -> float:
        """The chance that the next one helps: the mean of the posterior of a Beta prior. Its mean
        is what other shops tell (even as long as they tell nothing), and it weighs as much as two
        actions."""
        prior = (self.other_helped + 1) / (self.other_called + 2)
        return (self.helped + 2 * prior) / (self.called + 2)

    @property
    def known(self) -> int:
        """From how many actions that is."""
        return self.called + self.other_called


@frozen
class Experience:
    """*skip* are subjects for which an action is not asked for again, by its id; *tries* are by
    lever."""

    skip: Mapping[str, Collection[str]] = attrs.field(factory=dict)
    tries: Mapping[str, Tries] = attrs.field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.skip or self.tries)

    def applied(self, actions: Iterable[Planned]) -> Iterator[Planned]:
        """*actions* with what is known of them, without those that are not asked for. What the
        shop's own subjects tell of a chance is nearer than what was tried. What endangers the
        account is asked for until it is gone."""
        for action in actions:
            critical = action.rule.severity is Severity.CRITICAL
            left = action if critical else without(action, self.skip.get(action.id, ()))
            if left is None:
                continue
            tries = self.tries.get(action.action.lever)
            if tries is not None and not left.chance_known:
                left = attrs.evolve(left, chance=tries.chance, tries=tries.known)
            yield left
