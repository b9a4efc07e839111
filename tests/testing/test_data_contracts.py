"""The contracts of packs, words and bands: each promise can be broken."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.testing import (
    BenchmarksContract,
    RulePackContract,
    VocabularyContract,
)
from tests.testing.broken import broken_promises
from tests.testing.stock import WORDS, WORDS_PLUGIN
from tests.testing.test_assertions import RULE

CASES = """
["slow"]
subject = { name = "Iron", product_clicks = 6_000, sku_orders = 60 }
outcome = "fires"
finding = "Iron: 1% of 6,000 clicks become orders"

["quick"]
subject = { product_clicks = 6_000, sku_orders = 240 }
outcome = "clear"
"""


@pytest.mark.parametrize(
    ("files", "promise", "message"),
    [
        ({}, "every_rule_loads", "there is no rule in it"),
        (
            {"slow-page.toml": RULE.replace("ctor ", "ctr0 ")},
            "every_rule_loads",
            "slow-page.toml: when.ctr0",
        ),
        (
            {"slow-page.toml": RULE.replace("[when]", 'explains = ["weak-hok"]\n\n[when]')},
            "rules_refer_to_rules_that_are_there",
            "unknown rule 'pack/weak-hok'",
        ),
        (
            {"slow-page.toml": re.sub("steps .*", 'steps = ["Buy ten reviews"]', RULE)},
            "advice_asks_for_nothing_forbidden",
            "slow-page.toml, action[0].steps[0]: “Buy ten reviews” is bought or invented reviews",
        ),
        (
            {"slow-page.toml": RULE, "slow-page.cases.toml": CASES.partition('["quick"]')[0]},
            "every_rule_has_cases_that_fire_and_clear",
            "pack/slow-page: no case that ends 'clear'",
        ),
        (
            {"slow-page.toml": RULE, "quick-page.cases.toml": CASES},
            "every_case_file_has_a_rule",
            "pack/quick-page.cases.toml: no such rule",
        ),
        (
            {"slow-page.toml": RULE, "slow-page.cases.toml": CASES.replace("= 240", "= 60")},
            "cases_hold",
            "pack/slow-page: quick\nexpected clear, found fires\npack/slow-page on product",
        ),
    ],
)
def test_a_promise_of_a_pack_can_be_broken(
    files: Mapping[str, str], promise: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "pack").mkdir()
    for name, text in files.items():
        (tmp_path / "pack" / name).write_text(text, encoding="utf-8")

    assert message in broken_promises(RulePackContract, {"pack": tmp_path / "pack"})[promise]


def test_a_sound_pack_keeps_its_promises(tmp_path: Path) -> None:
    (tmp_path / "slow-page.toml").write_text(RULE, encoding="utf-8")
    (tmp_path / "slow-page.cases.toml").write_text(CASES, encoding="utf-8")

    RulePackContract.holds(pack=tmp_path)


IDENTITY = """
[[identity]]
id    = "late-parcels"
left  = "late_share"
times = ["early_share"]
[[metric]]
id          = "early_share"
title       = "early parcels"
kind        = "proportion"
unit        = "share"
numerator   = ["delivered"]
denominator = ["delivered_late"]
definition  = "The reverse."
"""


@pytest.mark.parametrize(
    ("text", "promise", "message"),
    [
        ("[[cont]]\nid = 'x'", "merges_with_the_installed_words", "cont"),
        (
            WORDS.replace('["delivered"]', '["delivrd"]'),
            "merges_with_the_installed_words",
            "delivrd",
        ),
        (
            '[[count]]\nid = "clicks"\ntitle = "something else"',
            "merges_with_the_installed_words",
            "count 'clicks' is declared by",
        ),
        (WORDS.replace('"late_share"', '"Late share"'), "has_ids_that_rules_can_write", "is no id"),
        (WORDS.replace('"late parcels"', '" "'), "says_what_its_words_mean", "has no title"),
        (
            WORDS.replace('"Parcels delivered late / parcels delivered."', '""'),
            "says_what_its_words_mean",
            "metric 'late_share': has no definition",
        ),
        (
            WORDS.replace('["delivered_late"]', "[]"),
            "metrics_are_made_of_counts",
            "metric 'late_share': has no counts",
        ),
        (WORDS + IDENTITY, "identities_hold", "identity 'late-parcels': "),
    ],
)
def test_a_promise_of_words_can_be_broken(text: str, promise: str, message: str) -> None:
    assert message in broken_promises(VocabularyContract, {"vocabulary": text})[promise]


def test_sound_words_keep_their_promises() -> None:
    VocabularyContract.holds(vocabulary=WORDS)


BANDS = """
id    = "mine"
title = "what we have learnt"

[[band]]
metric = "late_share"
high   = 0.05
origin = { title = "Our shops" }
"""
MORE = '\n[[band]]\nmetric = "late_share"\nhigh = 0.1\norigin = { title = "Theirs" }\n'


@pytest.mark.parametrize(
    ("text", "promise", "message"),
    [
        (
            BANDS.replace("late_share", "late_shar"),
            "names_known_metrics_and_possible_edges",
            "mean",
        ),
        (BANDS.replace("0.05", "5"), "names_known_metrics_and_possible_edges", "is no share"),
        (
            BANDS.replace("origin = { title = ", "note = ").replace(" }", ""),
            "says_who_says_so",
            "1",
        ),
        (BANDS.replace('"what we have learnt"', '""'), "says_who_says_so", "has no title"),
        (BANDS + MORE, "no_two_bands_speak_of_the_same", "band 1 holds in the same place"),
        (
            BANDS.replace(
                "origin", 'where = { region = "US", from = 2027-01-02, until = 2027-01-01 }\norigin'
            ),
            "every_band_holds_somewhere",
            "band 1 (late_share): never decides",
        ),
        (
            BANDS + '[[band]]\nmetric = "cpp"\nhigh = 1\nusd = true\n[[band]]\nmetric = "cpc"\n'
            'low = 5\nusd = true\n[[band]]\nmetric = "cvr"\nhigh = 0.1\n',
            "identities_can_hold",
            "they cannot hold together",
        ),
    ],
)
def test_a_promise_of_bands_can_be_broken(text: str, promise: str, message: str) -> None:
    given = {"bands": text, "plugins": [WORDS_PLUGIN]}

    assert message in broken_promises(BenchmarksContract, given)[promise]


def test_sound_bands_keep_their_promises() -> None:
    BenchmarksContract.holds(bands=BANDS, plugins=[WORDS_PLUGIN])


def test_a_contradiction_that_is_none_is_said() -> None:
    given = {"bands": BANDS, "plugins": [WORDS_PLUGIN], "contradictions": ["CPP = "]}

    said = broken_promises(BenchmarksContract, given)["identities_can_hold"]
    assert said == "is no contradiction (any more): CPP = "
