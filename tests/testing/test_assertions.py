"""A rule on a shop of a few rows: what it ends as, what a failure prints, and every way to name a
rule."""

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import advisor_rules_guide
from advisor.errors import AdvisorError, Mistakes
from advisor.model.rule import RulePack
from advisor.testing import (
    assert_clear,
    assert_fires,
    assert_missing,
    assert_unsure,
    counts_of,
    judged,
    shop,
)

RULE = """
id       = "slow-page"
subject  = "product"
severity = "high"

[when]
ctor           = "low"
product_clicks = { at-least = 500 }

[says]
healthy = "Product pages sell"
finding = "{product.name}: {ctor} of {product_clicks} clicks become orders"
why     = "Who clicks and does not buy was told too little."

[[action]]
lever     = "creative.hook"
direction = "change"
do        = "Mend the page"
steps     = ["Read it aloud"]
owner     = "shop"
effort    = 2
"""
SLOW = {"name": "Iron", "product_clicks": 6_000, "sku_orders": 60}
ADS = shop(
    {
        "ad": [
            {"name": "Weak", "impressions": 90_000, "clicks": 400, "spend": 800},
            {"name": "Good", "impressions": 90_000, "clicks": 1_900, "spend": 1_500},
            {"name": "Few", "impressions": 900, "clicks": 5, "spend": 8},
            {"name": "Unknown", "impressions": 900},
        ]
    },
    size="small",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one rule, and nothing else."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "slow-page.toml").write_text(RULE, encoding="utf-8")
    return tmp_path / "mine"


def failure(check: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        check(*given, **named)
    return str(caught.value)


def mistake(*given: Any, **named: Any) -> str:
    with pytest.raises(AdvisorError) as caught:
        judged(*given, **named)
    return str(caught.value)


def test_an_installed_rule_ends_as_it_would_in_a_run() -> None:
    assert_fires("weak-hook", ADS, "Weak")
    assert_clear("guide/weak-hook", ADS, "Good")
    assert_unsure("weak-hook", ADS, "Few")
    assert_missing("weak-hook", ADS, "Unknown")


def test_a_rule_is_a_path_a_text_a_pack_or_an_id_of_one(folder: Path) -> None:
    pack = RulePack("agency", "Ours", folder)
    named = [
        judged(folder / "slow-page.toml", SLOW),
        judged(str(folder / "slow-page.toml"), SLOW),
        judged(RULE, SLOW),
        judged(pack, SLOW),
        judged(folder, SLOW),
        judged("slow-page", SLOW, pack=pack),
        judged("slow-page", SLOW, pack=folder),
        judged("slow-page.toml", SLOW, pack=folder),
    ]

    assert [ending.outcome for ending in named] == ["fires"] * len(named)
    assert {ending.finding for ending in named} == {"Iron: 1% of 6,000 clicks become orders"}
    assert [ending.rule.partition("/")[0] for ending in named] == [
        *("mine", "mine", "test", "agency", "mine", "agency", "mine", "mine")
    ]


def test_a_file_of_an_installed_pack_belongs_to_that_pack() -> None:
    (pack,) = advisor_rules_guide.advisor_rule_packs()
    path = Path(str(pack.folder)) / "ads" / "weak-hook.toml"

    assert judged(path, ADS, "Weak").rule == "guide/weak-hook"


def test_a_rule_may_come_after_the_finding_of_an_installed_one() -> None:
    after = RULE.replace("[when]", '[after]\nfinding = "guide/weak-hook"\n\n[when]')
    after = after.replace('subject  = "product"', 'subject  = "ad"').replace("{product.", "{ad.")
    after = after.replace('ctor           = "low"\nproduct_clicks', "spend")
    after = after.replace("{ctor} of {product_clicks}", "{spend} of")

    assert_fires(after, ADS, "Weak")
    assert_clear(after, ADS, "Good")


def test_a_failure_prints_the_tree_of_conditions() -> None:
    said = failure(assert_clear, "weak-hook", ADS, "Weak")

    *head, cpc, ctr, unless, goal = said.splitlines()
    assert head == [
        "expected clear, found fires",
        "  it says: Weak: 0.44% CTR (target 1–3%), so each click costs $2",
        "guide/weak-hook on ad Weak: fires",
        "├─ [yes] when all of",
    ]
    assert [unless, goal] == [
        "└─ [no] unless all of",
        "   └─ [no] ad.goal is attention: results",
    ]
    # The value, its sample size, the target and whose target it is; the limits are statistics'.
    assert re.match(r"│  ├─ \[yes\] cpc .*: \$2 \(.* 400\).*\$0\.50–1\.50\b.*: the guide", cpc)
    assert re.match(r"│  └─ \[yes\] ctr .*: 0\.44% \(.* 90,000\).* 1–3%.*: the guide", ctr)


@pytest.mark.parametrize(
    ("check", "name"), [(assert_fires, "Few"), (assert_unsure, "Weak"), (assert_missing, "Good")]
)
def test_each_assertion_fails_on_another_ending(check: Any, name: str) -> None:
    assert "when all of" in failure(check, "weak-hook", ADS, name)


def test_another_sentence_than_the_expected_one_fails() -> None:
    assert_fires(RULE, SLOW, finding="Iron: 1% of 6,000 clicks become orders")

    said = failure(assert_fires, RULE, SLOW, finding="Iron sells badly")
    assert "expected: Iron sells badly\n  found:    Iron: 1% of 6,000" in said


def test_a_shop_without_the_subject_has_nothing_to_judge() -> None:
    said = failure(assert_fires, RULE, ADS)

    assert "no row is a product with counts; the shop has ad" in said
    assert_missing(RULE, ADS)


def test_a_rule_that_rests_for_the_shop_is_not_judged() -> None:
    abroad = RULE.replace("[when]", 'region   = ["GB"]\n\n[when]')
    at = shop({"product": SLOW}, region="US")

    assert judged(abroad, at).outcome == "not-applicable"
    assert "it is inactive: only in GB" in failure(assert_fires, abroad, at)


def test_where_the_region_is_not_known_a_rule_of_a_region_is_missing() -> None:
    abroad = RULE.replace("[when]", 'region   = ["GB"]\n\n[when]')

    assert "region is not known" in assert_missing(abroad, SLOW).why


def test_a_row_alone_is_judged_on_a_day_on_which_the_rule_is_in_force() -> None:
    assert_fires(RULE.replace("[when]", "effective_from = 2030-01-01\n\n[when]"), SLOW)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("weak-hok", ADS, "Weak"), "unknown rule 'weak-hok'; did you mean 'weak-hook'?"),
        (("weak-hook", ADS, "Wek"), "unknown subject 'Wek'; did you mean 'Weak'?"),
        (("weak-hook", ADS), "it was judged on 4 subjects: 'Weak', 'Few', 'Unknown', 'Good'"),
        (("nowhere/rule.toml", SLOW), "nowhere/rule.toml: no such file or directory"),
        ((RULE.replace("ctor ", "ctr0 "), SLOW), "ctr0"),
        ((RULE, {"product_clicks": 6_000, "sku_order": 60}), "did you mean 'sku_orders'?"),
        (("a rule?", SLOW), "a path ends with .toml, a rule's text has lines"),
    ],
)
def test_what_cannot_be_meant_is_said(given: tuple[Any, ...], said: str) -> None:
    assert said in mistake(*given)


def test_a_pack_of_several_rules_asks_which(folder: Path) -> None:
    (folder / "other.toml").write_text(RULE.replace("slow-page", "other"), encoding="utf-8")

    assert "2 rules are in it: other, slow-page; name the rule" in mistake(folder, SLOW)
    assert judged("other", SLOW, pack=folder).outcome == "fires"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no such folder of rules" in mistake("slow-page", SLOW, pack=tmp_path / "no")


def test_the_window_before_is_in_the_row() -> None:
    rule = RULE.replace(
        'ctor           = "low"', 'ctor           = { is = "low", against = "past" }'
    )
    rule = rule.replace("of {product_clicks} clicks become orders", "is less than before")
    before = {"product_clicks": 6_000, "sku_orders": 300}

    assert_fires(rule, {**SLOW, "before": before})
    assert_clear(rule, {**SLOW, "before": {**before, "sku_orders": 20}})
    assert_missing(rule, SLOW)


def test_parents_siblings_and_links_are_those_of_the_rows() -> None:
    rule = RULE.replace('subject  = "product"', 'subject  = "ad"').replace("{product.", "{ad.")
    rule = rule.replace('ctor           = "low"\nproduct_clicks', "spend")
    rule = rule.replace("{ctor} of {product_clicks}", "{spend} of")
    parent = rule.replace("[says]", "[with.campaign.any]\nspend = { at-least = 900 }\n\n[says]")
    rows = {
        "campaign": [
            {"key": "c1", "name": "Autumn", "spend": 1_000},
            {"name": "Spring", "spend": 9},
        ],
        "ad": [
            {"name": "A", "spend": 600, "campaign": "Autumn"},
            {"name": "B", "spend": 600, "campaign": "Spring"},
        ],
    }

    assert_fires(parent, shop(rows), "A")
    assert_clear(parent, shop(rows), "B")


def test_rows_may_come_as_a_frame() -> None:
    frame = pl.DataFrame([SLOW, {"name": "New", "product_clicks": 6_000, "sku_orders": None}])
    at = shop({"product": frame})

    assert_fires(RULE, at, "Iron")
    assert_missing(RULE, at, "New")


def test_bands_of_the_shop_come_before_the_packs() -> None:
    assert_clear(RULE, shop({"product": SLOW}, bands={"ctor": (0.005, 0.02)}))


def test_symbols_and_derived_metrics_are_given_in_the_row() -> None:
    words = shop().vocabulary
    symbol = next(iter(words.symbols.values()))
    metric = next(m for m in words.metrics.values() if m.derived)
    value = {symbol.id: symbol.values[0], metric.id: (5.0, 4.0, 6.0, 40)}
    at = shop({"product": {**SLOW, **value}})
    given = counts_of(at.readings, today=at.today, window=at.window)
    derived = at.registry.derived(given.counts, given.context).derived
    (found,) = [one for one in derived if metric.id in one.frame.columns]

    assert found.frame.row(0, named=True) == {
        "shop": "shop",
        "key": "Iron",
        symbol.id: symbol.values[0],
        metric.id: 5.0,
        f"{metric.id}.lo": 4.0,
        f"{metric.id}.hi": 6.0,
        f"{metric.id}.n": 40.0,
    }


def test_every_mistake_of_a_shop_is_told_at_once() -> None:
    with pytest.raises(Mistakes) as caught:
        shop(
            {
                "prodct": [SLOW],
                "product": [
                    {"name": "A", "sku_order": 1, "ctor": 0.2, "ad": "x"},
                    {"name": "A", "sku_orders": "many", "before": 3},
                ],
            },
            size="tiny",
            niche="beauty",
            margin=45,
            bands={"ctorr": (1, 2)},
            links={"ad-product": [("A", "B")]},
        )

    said = str(caught.value)
    for line in (
        "shop.size: unknown size 'tiny'",
        "shop.margin: 45 is no share",
        "unknown niche 'beauty'",
        "bands.ctorr: unknown metric 'ctorr'; did you mean 'ctor'?",
        "unknown subject 'prodct'; did you mean 'product'?",
        "product[0]: unknown count 'sku_order'; did you mean 'sku_orders'?",
        "product[0]: ctor: is computed; give the counts that it is made of: sku_orders,",
        "product[0]: ad: no kind above product; those are shop",
        "product[1]: sku_orders: expected a number, found 'many'",
        "product[1]: before: expected the counts of the window before, found 3",
        "product: 'A' is the key of two rows",
        "links: unknown relation 'ad-product'",
    ):
        assert line in said
