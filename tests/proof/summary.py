"""What many shops come to: a row a strategy, and how often the money holds true."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tests.proof.trial import PLAN, STRATEGIES, Outcome


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Plain numbers, for the documentation and the tests: money is in 30 days, of a shop."""
    shops: Sequence[Outcome] = list(outcomes)
    plan = np.array([shop.gains[PLAN] for shop in shops])
    rows = []
    for name in STRATEGIES:
        gains = np.array([shop.gains[name] for shop in shops])
        hours = sum(shop.hours[name] for shop in shops)
        behind = plan - gains
        rows.append(
            {
                "strategy": name,
                "gain": round(float(gains.mean()), 1),
                "error": round(float(gains.std(ddof=1) / np.sqrt(len(gains))), 1),
                "per_hour": round(float(gains.sum() / hours), 1),
                "behind": round(float(behind.mean()), 1),
                "behind_error": round(float(behind.std(ddof=1) / np.sqrt(len(gains))), 1),
            }
        )
    told = [interval for shop in shops for interval in shop.intervals]
    inside = [low <= truth <= high for _, low, _, high, truth in told]
    return {
        "shops": len(shops),
        "causes": round(float(np.mean([len(shop.causes) for shop in shops])), 2),
        "profit": round(float(np.mean([shop.profit for shop in shops])), 0),
        "strategies": rows,
        "intervals": {
            "number": len(told),
            "inside": round(float(np.mean(inside)), 3),
            "stated": round(sum(mid for _, _, mid, _, _ in told), 0),
            "true": round(sum(truth for *_, truth in told), 0),
        },
    }
