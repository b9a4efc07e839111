"""Looking before the end, and versions that did not get the part they should."""

import math
from collections.abc import Sequence

MISMATCH = 0.001  # a split that comes less often by chance is none


def score_at(part: float, alpha: float) -> float:
    """The standard score that a difference has to exceed after *part* (0 to 1 and beyond) of the
    planned events, however often one looks: of a normal mixture (Robbins, Annals of Mathematical
    Statistics 41, 1970), the narrowest at the planned end.

    z = sqrt((1 + 1/c) ln((1 + c) / alpha^2)), c = part x (-2 ln alpha + ln(1 - 2 ln alpha)).
    """
    if not part > 0:
        return math.inf
    least = -2 * math.log(alpha)
    c = part * (least + math.log(least + 1))
    return math.sqrt((1 + 1 / c) * math.log((1 + c) / (alpha * alpha)))


def holds_early(p: float, part: float, alpha: float) -> bool:
    """Whether a difference with this *p* would stand however often one had looked."""
    from scipy.special import ndtri

    return p <= 0 or float(-ndtri(p / 2)) > score_at(part, alpha)


def mismatch(counts: Sequence[float], parts: Sequence[float]) -> float:
    """How often *counts* lie as far from the planned *parts* by chance: Pearson's chi-square."""
    from scipy.special import chdtrc

    whole, planned = sum(counts), sum(parts)
    expected = [whole * part / planned for part in parts]
    chi = sum((c - e) ** 2 / e for c, e in zip(counts, expected, strict=True))
    return float(chdtrc(len(counts) - 1, chi))
