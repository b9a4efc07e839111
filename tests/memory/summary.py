"""What many shops come to: how good calls are, what findings do, what memory is worth."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from advisor.history import Verdict
from tests.memory import truth
from tests.memory.trial import Act, Memory, Seller
from tests.memory.world import BEFORE, WEEKS

RISE = math.log(1.1)  # the rule of 10 %: as much more is a success, as much less a failure
POWER, SOON = 0.8, 28


def summary(sellers: Mapping[Memory, Sequence[Seller]]) -> dict[str, Any]:
    """Plain numbers, for the documentation and the tests."""
    own = sellers[Memory.HISTORY]
    acts = [act for seller in own for act in seller.acts if act.number is not None]
    return {
        "shops": len(own),
        "actions": sum(len(seller.acts) for seller in own),
        "marked": len(acts),
        "works": {
            name: sum(act.deed.works == sign for act in acts)
            for name, sign in (("works", 1), ("nothing", 0), ("harms", -1))
        },
        "said": {v.value: sum(act.verdict is v for act in acts) for v in Verdict},
        "calls": calls(acts, [_sign(act) for act in acts]),
        "plain": calls(acts, [_plain(act) for act in acts]),
        "soon": soon(acts),
        "gained": gained(acts),
        "flicker": flicker(own),
        "profit": {memory.name: profit(each) for memory, each in sellers.items()},
        "ahead": {
            memory.name: ahead(own, each)
            for memory, each in sellers.items()
            if memory is not Memory.HISTORY
        },
    }


def _sign(act: Act) -> int:
    """What was called: 1 helped, -1 hurt, 0 neither."""
    return {Verdict.HELPED: 1, Verdict.HURT: -1}.get(act.verdict, 0) if act.verdict else 0


def _plain(act: Act) -> int:
    """What the rule of 10 % calls."""
    if not act.plain:
        return 0
    change = math.log(act.plain) * better(act.metric)
    return 1 if change >= RISE else -1 if change <= -RISE else 0


def better(metric: str) -> int:
    """1 where more is better."""
    return -1 if metric in ("cpc", "cpp", "cpm") else 1


def calls(acts: Sequence[Act], said: Sequence[int]) -> dict[str, Any]:
    """How often a call has the right direction, and how many actions that did nothing were ever
    called helped."""
    made = [(act, sign) for act, sign in zip(acts, said, strict=True) if sign]
    right = [sign == np.sign(act.effect * better(act.metric)) for act, sign in made]
    null = [sign for act, sign in zip(acts, said, strict=True) if not act.effect]
    return {
        "number": len(made),
        "right": _share(right),
        "null": len(null),
        "null_helped": _share([sign > 0 for sign in null]),
    }


def soon(acts: Sequence[Act]) -> dict[str, Any]:
    """Of actions that can be told, how many were called within four weeks, and ever."""
    strong = [act for act in acts if act.power >= POWER]
    called = [act.called - act.day for act in strong if _sign(act) and act.called is not None]
    return {
        "number": len(strong),
        "soon": len([days for days in called if days <= SOON]) / max(len(strong), 1),
        "ever": len(called) / max(len(strong), 1),
    }


def gained(acts: Sequence[Act]) -> dict[str, Any]:
    """How often the money that an action brought lies in its interval."""
    told = [(act.gained, act.gain) for act in acts if act.gained and act.gain is not None]
    inside = [low <= true <= high for (low, _, high), true in told]
    return {
        "number": len(told),
        "inside": _share(inside),
        "below": _share([true < low for (low, _, _), true in told]),
        "stated": round(float(np.mean([mid for (_, mid, _), _ in told])), 1),
        "true": round(float(np.mean([true for _, true in told])), 1),
    }


def flicker(sellers: Sequence[Seller]) -> dict[str, Any]:
    """How often findings opened again after they had been gone."""
    return {
        "again": sum(seller.toggles["f again"] for seller in sellers),
        "kept_again": sum(seller.toggles["o again"] for seller in sellers),
        "first": sum(seller.toggles["f first"] for seller in sellers),
    }


def profit(sellers: Sequence[Seller]) -> dict[str, float]:
    """What six months brought more than if nothing had been done, on average of the shops."""
    each = [_profit(seller) for seller in sellers]
    return {"mean": round(float(np.mean(each)), 0), "error": round(_error(each), 0)}


def ahead(one: Sequence[Seller], other: Sequence[Seller]) -> dict[str, float]:
    """By how much *one* brought more than *other* in the same shops."""
    each = [_profit(a) - _profit(b) for a, b in zip(one, other, strict=True)]
    return {"mean": round(float(np.mean(each)), 0), "error": round(_error(each), 0)}


def _profit(seller: Seller) -> float:
    days = slice(BEFORE, BEFORE + 7 * WEEKS)
    more = seller.life.profit() - seller.life.profit(without_deeds=True)
    return float(more[days].sum())


def _error(each: Sequence[float]) -> float:
    return float(np.std(each, ddof=1) / math.sqrt(len(each))) if len(each) > 1 else 0.0


def _share(found: Sequence[Any]) -> float:
    return round(float(np.mean(found)), 4) if found else 0.0


def with_plain(sellers: Sequence[Seller]) -> None:
    """Let each act know the change from before to after, when all days are there."""
    for seller in sellers:
        seller.files.draw(BEFORE + 7 * WEEKS)
        for act in seller.acts:
            act.plain = truth.plain_change(seller.files, act.kind, act.metric, act.places, act.day)
