"""What a rule lacks is named with the export or template that has it."""

from functools import cache

import pytest

from advisor.document import Document
from examples.generate import FOLDER
from tests.end_to_end.runs import document


@cache
def made() -> Document:
    return document(FOLDER)


@pytest.mark.parametrize(
    ("rule", "templates"),
    [
        ("paid-and-out-of-stock", ("stock.csv", "GMV Max")),
        ("sold-out-before-restock", ("stock.csv",)),
        ("samples-without-content", ("samples.csv",)),
        ("creator-owes-content", ("samples.csv",)),
        ("edited-too-often", ("campaign-changes.csv",)),
        ("target-below-break-even", ("campaign-budgets.csv",)),
        ("gmv-max-under-target", ("campaign-budgets.csv", "GMV Max")),
        ("gmv-max-does-not-spend", ("campaign-budgets.csv", "GMV Max")),
        ("budget-starved", ("campaign-budgets.csv", "GMV Max")),
        ("credit-to-claim", ("campaign-budgets.csv",)),
        ("gmv-max-below-break-even", ("GMV Max overview",)),
        ("creators-post-nobody-sells", ("Affiliate products",)),
        ("one-creator-is-the-business", ("Affiliate creators",)),
        ("max-delivery-on", ("campaign-budgets.csv",)),
        ("few-creatives", ("GMV Max creatives",)),
        ("commission-cut-backfired", ("commission-rates.csv",)),
        ("creator-stopped-after-cut", ("commission-rates.csv",)),
        ("shelf-not-clicked", ("Shop Tab",)),
    ],
)
def test_a_rule_without_its_data_says_which_file_has_them(
    rule: str, templates: tuple[str, ...]
) -> None:
    (unjudged,) = (u for u in made().coverage if u.rule == f"operator/{rule}")

    assert [t for t in templates if t not in unjudged.remedy] == []


@pytest.mark.parametrize("rule", ["late-answers", "health-rating-low", "violation-points-high"])
def test_a_policy_of_another_region_is_not_applied(rule: str) -> None:
    (counted,) = (o for o in made().outcomes if o.rule == f"operator/{rule}")

    assert counted.not_applicable == 1
    assert (counted.fires, counted.clear, counted.missing) == (0, 0, 0)
