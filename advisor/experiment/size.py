"""How large a test has to be, how long it takes, and what smaller ones would show."""

import math

from advisor.model import Metric, frozen
from advisor.stats import (
    CONTROL,
    MONTH,
    SPREAD,
    USUAL,
    WEEK,
    Certainty,
    Design,
    before_after_days,
    chance_of,
    design,
    detectable,
    sizes,
)

SPANS = (WEEK, 2 * WEEK, MONTH, 2 * MONTH, 3 * MONTH)  # days that are looked at


@frozen
class Span:
    """A test of so many *days*: *each* version gets so many events, and the value nearest to the
    present one that shows is *shows* (None: none does)."""

    days: int
    each: int
    shows: float | None


@frozen
class Size:
    """How large a test is. *needs* is how many events each version needs, the present one first;
    *days* how long that takes (None: the pace is not known). *certainty* is that of all comparisons
    together. *design* is what fits the pace best; *before_after* are the days before, and as many
    after, that tell the same against untouched subjects (None: the pace is not known)."""

    metric: Metric
    now: float
    hoped: float
    certainty: Certainty
    needs: tuple[int, ...]
    per_day: float | None
    days: int | None
    spans: tuple[Span, ...]
    design: Design
    before_after: int | None = None


def size(
    metric: Metric,
    now: float,
    hoped: float,
    events: str,
    *,
    per_day: float | None = None,
    certainty: Certainty = USUAL,
    versions: int = 2,
    share: float | None = None,
    spread: float = SPREAD,
    currency: str | None = None,
    control: float = CONTROL,
) -> Size | None:
    """The size of a test of *versions* that tells *hoped* from *now*.

    *per_day* is how many *events* all versions get in a day together: of the denominator, or of a
    money ratio those that carry its chance. They are shared evenly, unless two versions get
    1 - *share* and *share* of them. *control* is how many times its events untouched subjects have.
    None where nothing can be told apart (see chance_of, sizes).
    """
    one = certainty.among(versions - 1)
    part = 0.5 if share is None else share
    chance = chance_of(metric, spread)
    both = sizes(chance, now, hoped, one, share=part) if chance is not None else None
    proposed = design(
        metric,
        now,
        hoped,
        per_day,
        events,
        spread=spread,
        currency=currency,
        certainty=one,
        versions=versions,
        control=control,
    )
    if chance is None or both is None or proposed is None:
        return None
    needs = tuple(max(1, math.ceil(n)) for n in (both[0], *(both[1] for _ in range(versions - 1))))
    spans: tuple[Span, ...] = ()
    days = after = None
    if proposed.days is not None and per_day is not None:
        days = max(WEEK, math.ceil(sum(needs) / per_day))
        even = sizes(chance, now, hoped, one)
        after = None if even is None else before_after_days(even[0], per_day, control)
        each = [per_day * length / versions for length in SPANS]
        spans = tuple(
            Span(
                length,
                math.floor(n),
                detectable(chance, now, n, one, higher=hoped > now, share=part),
            )
            for length, n in zip(SPANS, each, strict=True)
        )
    return Size(metric, now, hoped, certainty, needs, per_day, days, spans, proposed, after)
