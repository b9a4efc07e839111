"""The plan of one shop, and the plans of many as frames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from advisor.metrics import Measured
from advisor.model import Language, MuteSection, Vocabulary, frozen
from advisor.plan.experience import Experience
from advisor.plan.findings import PricedFinding
from advisor.plan.money import Gain, Price
from advisor.plan.mute import Muted, mute
from advisor.plan.order import Plan, plan

_TEXT, _NUMBER, _TEXTS = pl.String(), pl.Float64(), pl.List(pl.String)
FINDINGS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("shop", "id", "rule", "severity", "kind", "key", "name"), _TEXT),
    **dict.fromkeys(("confidence", "stake"), _NUMBER),
    **dict.fromkeys(("what", "currency", "metric"), _TEXT),
    **dict.fromkeys(("value", "target"), _NUMBER),
    "explained_by": _TEXTS,
}
ACTIONS: Mapping[str, pl.DataType] = {
    "shop": _TEXT,
    "rank": pl.Int64(),
    **dict.fromkeys(("id", "rule", "severity", "kind", "lever", "direction", "do", "owner"), _TEXT),
    **dict.fromkeys(("effort", "gain", "gain_low", "gain_high", "adds"), _NUMBER),
    **dict.fromkeys(("what", "currency"), _TEXT),
    **dict.fromkeys(("chance", "confidence", "priority"), _NUMBER),
    "findings": _TEXTS,
}


@frozen(eq=False)
class ShopPlan:
    """The *findings* of a shop in the order of its *plan*, without those that are *muted*."""

    findings: Sequence[PricedFinding]
    plan: Plan
    muted: Muted


Plans = Mapping[str, ShopPlan]  # by shop
Currencies = Mapping[str, str | None]


def plan_shop(
    findings: Sequence[PricedFinding],
    mutes: Iterable[MuteSection],
    today: date,
    measured: Mapping[str, Measured],
    vocabulary: Vocabulary,
    goal: str | None,
    judged: Mapping[tuple[str, str], int],
    language: Language,
    experience: Experience | None = None,
) -> ShopPlan:
    """The plan that *findings* of a shop make, whose *goal* this is. *measured* are the subjects of
    its block, which the limits of *mutes* speak of. *judged*, *language* and *experience*: see
    `plan`."""
    muted = mute(findings, mutes, today, measured)
    heard = [one for one in findings if one.id not in muted.by_finding]
    made = plan(heard, vocabulary, goal, judged, language, experience)
    return ShopPlan(_in_order(heard, made), made, muted)


def _in_order(findings: Iterable[PricedFinding], made: Plan) -> list[PricedFinding]:
    """Return *findings* as the actions of the plan have them; what has none comes last."""
    rank = {item.planned.rule.id: at for at, item in reversed(list(enumerate(made.actions)))}
    worst = {
        finding.index: place
        for item in made.actions
        for place, finding in enumerate(item.planned.findings)
    }
    return sorted(
        findings,
        key=lambda f: (
            rank.get(f.rule.id, len(made.actions)),
            worst.get(f.index, len(worst)),
            -(f.worth or 0.0),
            f.id,
        ),
    )


def findings_frame(
    plans: Mapping[str, ShopPlan], currencies: Mapping[str, str | None]
) -> pl.DataFrame:
    """A row for each finding (see FINDINGS), shop by shop in the order of its plan. *stake* is
    money in 30 days, in *currency* and of the kind *what*; *metric*, *value* and *target* are what
    it is worked out from. They are null where there is no price."""
    rows = [
        _finding(shop, finding, currencies[shop])
        for shop, one in plans.items()
        for finding in one.findings
    ]
    return pl.DataFrame(rows, schema=FINDINGS)


def _finding(shop: str, finding: PricedFinding, currency: str | None) -> dict[str, Any]:
    price = finding.price if isinstance(finding.price, Price) else None
    return {
        "shop": shop,
        "id": finding.id,
        "rule": finding.rule.id,
        "severity": finding.rule.severity.value,
        "kind": finding.kind,
        "key": finding.key,
        "name": finding.name,
        "confidence": 1 - finding.p,
        "stake": finding.worth,
        "what": price.what if price else None,
        "currency": currency if price else None,
        "metric": price.metric if price else None,
        "value": price.value.mean if price else None,
        "target": price.target.value if price else None,
        "explained_by": list(finding.explained_by),
    }


def actions_frame(
    plans: Mapping[str, ShopPlan], currencies: Mapping[str, str | None]
) -> pl.DataFrame:
    """A row for each action (see ACTIONS), shop by shop in the order of its plan. *gain* and its
    ends are money in 30 days, *adds* what of it no action before it claims; null where there is no
    price. *findings* are ids."""
    rows = [row for shop, one in plans.items() for row in _actions(shop, one, currencies[shop])]
    return pl.DataFrame(rows, schema=ACTIONS)


def _actions(shop: str, made: ShopPlan, currency: str | None) -> Iterator[dict[str, Any]]:
    for rank, item in enumerate(made.plan.actions, start=1):
        planned = item.planned
        gain = planned.gain if isinstance(planned.gain, Gain) else None
        yield {
            "shop": shop,
            "rank": rank,
            "id": planned.id,
            "rule": planned.rule.id,
            "severity": planned.rule.severity.value,
            "kind": planned.kind,
            "lever": planned.action.lever,
            "direction": planned.action.direction,
            "do": planned.action.do,
            "owner": planned.action.owner,
            "effort": planned.action.effort,
            "gain": gain.mid if gain else None,
            "gain_low": gain.low if gain else None,
            "gain_high": gain.high if gain else None,
            "adds": item.adds.mid if item.adds else None,
            "what": gain.what if gain else None,
            "currency": currency if gain else None,
            "chance": planned.chance,
            "confidence": planned.confidence,
            "priority": item.priority.value,
            "findings": [finding.id for finding in planned.findings],
        }
