"""The pack, its bands and its words keep their promises; the cases are tests of their own."""

from advisor_atelier import advisor_benchmarks, advisor_rule_packs, advisor_vocabulary

from advisor.testing import (
    BenchmarksContract,
    RulePackContract,
    VocabularyContract,
    assert_clear,
    assert_fires,
    shop,
)

PACK = advisor_rule_packs()[0]


class TestRules(RulePackContract):
    pack = PACK


class TestBands(BenchmarksContract):
    bands = advisor_benchmarks()[0]


class TestWords(VocabularyContract):
    vocabulary = advisor_vocabulary()[0]


def test_a_loved_video_is_told_with_the_product_that_loses_it() -> None:
    studio = shop(
        {
            "video": [
                {"name": "Chrome", "views": 40_000, "likes": 5_000, "comments": 400, "shares": 300},
                {"name": "Dull", "views": 40_000, "likes": 900, "comments": 40, "shares": 30},
            ],
            "product": [{"name": "Powder", "product_clicks": 4_000, "sku_orders": 60}],
        },
        niche="nail-care",
        links={"video-products": [("Chrome", "Powder"), ("Dull", "Powder")]},
    )
    told = assert_fires("loved-video-lost-page", studio, "Chrome", pack=PACK)
    assert "Powder loses them on the page" in (told.finding or "")
    assert_clear("loved-video-lost-page", studio, "Dull", pack=PACK)
