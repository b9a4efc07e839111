"""What the plan is made from: findings with their prices."""

import math
from collections.abc import Iterable

from advisor.model import Rule, frozen
from advisor.plan.money import Factor, NoPrice, Price
from advisor.plan.question import Question


@frozen
class PricedFinding:
    """A finding with its price: *index* is its place among the findings of its block.

    *subject* is `kind|shop|key`, and *name* what files call it; *places* are the subjects that
    hold it or belong to it (its parents, the shop, the product that an ad is for). *p* is the
    chance that the rule fired for nothing; *chance* is how often the shop's own subjects are where
    this one is to get, and None where there are too few to tell. *stake* is the gap times the
    events it is about: it orders the findings of one rule that have no price. *instead* is the rule
    that holds in its place for some value of a setting, and *question* asks for that setting.
    """

    index: int
    rule: Rule
    kind: str
    subject: str
    p: float
    price: Price | NoPrice
    explained_by: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    chance: float | None = None
    stake: float = 0.0
    instead: Rule | None = None
    question: Question | None = None
    id: str = ""
    key: str = ""
    name: str = ""

    @property
    def worth(self) -> float | None:
        """Money in 30 days that reaching the target brings on average; None without a price."""
        return self.price.expected if isinstance(self.price, Price) else None


def worth_of_one(metric: str | None, findings: Iterable[PricedFinding]) -> Factor | None:
    """The money that one more unit of the numerator of *metric* brings to those of *findings* that
    are priced by it, on average of their volumes; it is off in one direction for all of them."""
    priced = (one.price for one in findings if isinstance(one.price, Price))
    prices = [price for price in priced if price.metric == metric]
    volume = math.fsum(price.volume.mean for price in prices)
    if not volume:
        return None
    parts = [(price.volume.mean * price.kept / volume, price.worth) for price in prices]
    return Factor(
        math.fsum(w * one.mean for w, one in parts), math.fsum(w * one.sd for w, one in parts)
    )
