"""What a shop without a setting hears is what it would hear whatever the setting was."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from advisor.document.compose import compose_document
from advisor.testing import shop
from advisor.testing.assertions import diagnose_shop
from advisor.testing.shops import Shop

RATE = 1 / 17.504  # the guide's average of 2026 for one MXN
SIZES = ("small", "mid", "enterprise")


def made(seed: int, currency: str, **settings: Any) -> Shop:
    """A shop whose numbers lie around the edges of the guide's bands."""
    draw = np.random.default_rng(seed)
    usd = RATE if currency == "MXN" else 0.8

    def around(edge: float) -> float:
        return float(edge * np.exp(draw.normal(0, 0.35)))

    def ad(number: int) -> dict[str, object]:
        impressions = int(draw.integers(50_000, 400_000))
        clicks = int(impressions * around(0.01))
        purchases = int(clicks * around(0.03))
        spend = clicks * around(1.5) / usd
        return {
            "name": f"ad {number}",
            "impressions": impressions,
            "clicks": clicks,
            "spend": spend,
            "purchases": purchases,
            "ad_revenue": spend * around(2.0),
        }

    def video(number: int) -> dict[str, object]:
        views = int(draw.integers(20_000, 200_000))
        clicks = int(views * around(0.01))
        return {
            "name": f"video {number}",
            "views": views,
            "likes": int(views * around(0.05)),
            "comments": int(views * 0.002),
            "shares": int(views * 0.002),
            "product_clicks": clicks,
            "sku_orders": int(clicks * around(0.03)),
        }

    visitors = int(draw.integers(20_000, 60_000))
    return shop(
        {
            "ad": [ad(number) for number in range(8)],
            "video": [video(number) for number in range(6)],
            "shop": [
                {"name": "s", "visitors": visitors, "customers": int(visitors * around(0.03))}
            ],
        },
        currency=currency,
        **settings,
    )


def fired(of: Shop) -> set[frozenset[tuple[str, str, str]]]:
    """What fires on a subject alone, each with the rule that may hold instead. Which subjects are
    looked at together depends on what each tells alone."""
    return {
        frozenset((rule, match.kind, match.key) for rule in (match.rule.id, match.stronger) if rule)
        for match in diagnose_shop(of).judgement.matches
        if match.evaluation.measured_as is None
    }


def missing(without: Shop, given: Shop) -> list[frozenset[tuple[str, str, str]]]:
    """What fires without a setting, and whose conditions do not hold where it is given. How many
    findings there are beside it decides whether it is screened, and is another matter."""
    outcomes = diagnose_shop(given).judgement.outcomes
    holds = outcomes.filter((pl.col("truth") == 3) & (pl.col("blocked") != 3))
    there = frozenset(holds.select("rule", "kind", "key").cast(pl.String).iter_rows())
    return [either for either in fired(without) if not either & there]


def stated(currency: str) -> Iterator[dict[str, Any]]:
    """Values of the settings that a shop may state. A margin is none of them: it replaces what the
    guide calls good by the shop's own break-even."""
    rates = (0.3, 0.8, 2.0) if currency == "CHF" else (0.91 * RATE, RATE, 1.09 * RATE)
    yield from ({"usd_rate": rate} for rate in rates)
    yield from ({"size": size} for size in SIZES)


@pytest.mark.parametrize("currency", ["MXN", "CHF"])
@pytest.mark.parametrize("seed", range(3))
def test_what_fires_without_a_setting_fires_under_every_value_of_it(
    seed: int, currency: str
) -> None:
    without = made(seed, currency)

    assert fired(without)
    for settings in stated(currency):
        assert missing(without, made(seed, currency, **settings)) == [], settings


def test_where_a_setting_decides_between_two_rules_it_is_one_action_with_the_question() -> None:
    ad = {"name": "ad", "impressions": 100_000, "clicks": 300, "spend": 450.0}

    document = compose_document(diagnose_shop(shop({"ad": [ad]}, currency="CHF")))

    (action,) = document.plan
    assert action.rule == "guide/ad-call-to-action"
    assert action.lever == "creative.hook"
    assert "usd_rate" in action.steps[0]


def test_a_rate_that_is_an_average_leaves_open_what_lies_within_a_tenth_of_it() -> None:
    def kinds(cpc: float) -> set[str]:
        ad = {"name": "ad", "impressions": 1_000_000, "clicks": 4_000, "spend": 4_000 * cpc / RATE}
        matches = diagnose_shop(shop({"ad": [ad]}, currency="MXN")).judgement.matches
        return {f"{match.rule.short_id} {match.stronger or ''}".strip() for match in matches}

    assert kinds(1.0) == {"ad-call-to-action"}
    assert kinds(1.6) == {"ad-call-to-action guide/weak-hook"}
    assert "weak-hook" in kinds(2.5)


def test_where_a_setting_decides_and_no_other_rule_holds_it_is_a_question_and_no_action() -> None:
    others = [{"name": f"video {n}", "views": 50_000, "complete_plays": 10_000} for n in range(3)]
    watched = {"name": "watched", "views": 600_000, "complete_plays": 180_000}
    watched |= {"product_clicks": 1_200, "likes": 30_000, "comments": 2_000, "shares": 1_000}
    rule = "operator/watched-not-clicked"

    document = compose_document(diagnose_shop(shop({"video": [*others, watched]}, currency="USD")))

    assert rule not in {finding.rule for finding in document.findings}
    (asked,) = (one for one in document.coverage if one.rule == rule)
    assert "size" in asked.remedy  # 5.5 % answer: good for a small shop, and not for a large one
