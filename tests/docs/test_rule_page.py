"""The page of rules says of each what one has to know to believe it."""

import pytest

from advisor.plugin.loading import load_plugins
from docs.pages import rules

SECTIONS = {
    name.removeprefix("rules/").removesuffix(".md"): text
    for name, text in rules.render(load_plugins()).items()
    if name.startswith("rules/")
}


@pytest.mark.parametrize("line", ["- data: ", "- example: ", "- when to ignore this: ", "- when: "])
def test_every_rule_has_its_data_an_example_and_when_it_misleads(line: str) -> None:
    without = [name for name, text in SECTIONS.items() if f"\n{line}" not in text]

    # What comes after another rule's finding need ask nothing of its own.
    assert [name for name in without if "- after: " not in SECTIONS[name]] == []


def test_every_rule_says_where_it_comes_from() -> None:
    told = ("\n- guide: ", "\n- source: ")

    assert [name for name, text in SECTIONS.items() if not any(one in text for one in told)] == []


def test_limits_stand_by_size_region_and_day() -> None:
    assert "\n- good `cpc`: $0.50–1.50" in SECTIONS["guide/high-cpc"]
    enforced = SECTIONS["operator/late-dispatch-enforced"]
    assert "at most 10% (region US, from 2026-03-02)" in enforced
    assert "\n- in force: US, TH, MY" in enforced
    conversion = SECTIONS["guide/low-conversion"]
    assert all(f"size {size})" in conversion for size in ("small", "mid", "enterprise"))
    assert "niche " in conversion


def test_a_formula_is_that_of_the_metric() -> None:
    link = "[`ctr`](../../metrics/tiktok-ads.md#ctr)"
    assert f"{link} = `clicks / impressions`" in SECTIONS["guide/weak-hook"]
