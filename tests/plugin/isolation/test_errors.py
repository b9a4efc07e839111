"""What failed is told as failed, not as missing: rules end in `error`, and everything else runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import shop_folder
from tests.plugin.isolation.installed import PACK, RULE, Site

WORDS = """
[[symbol]]
id = "mood"
title = "mood"
values = ["bright", "dull"]

[[count]]
id = "glances"
title = "glances"

[[count]]
id = "shows"
title = "shows"

[[metric]]
id = "glow"
title = "Glow"
kind = "proportion"
unit = "share"
numerator = ["glances"]
denominator = ["shows"]
definition = "glances / shows"
better = "higher"
"""
SPEAKS = """
@hookimpl
def advisor_vocabulary():
    from advisor import vocabulary_file
    return [vocabulary_file((files(__name__) / "vocabulary.toml").read_text(), where="v")]
"""
COMPUTES = """
@hookimpl
def advisor_metrics(readings, context):
    import polars as pl
    from advisor import Derived
    frame = pl.DataFrame({{"key": ["31", "32"], {columns}}})
    return [Derived("ad", frame)]
"""
GLOWS = '"glow": [0.001, 0.5], "glow.lo": [0.0005, 0.4], "glow.hi": [0.002, 0.6]'
MOOD = "mood = 'dull'"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shop_folder(tmp_path / "corner")


def plan(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return made


def installed(site: Site, code: str, *, vocabulary: str = WORDS, **whens: str) -> None:
    """The plugin `agency` with its words and a rule for each of *whens*, beside a sound one."""
    module = site.install("agency", PACK.format(id="agency") + SPEAKS + code)
    (site.folder / module / "vocabulary.toml").write_text(vocabulary)
    for name, when in {**whens, "sound": "ctr = { at-most = 0.009 }"}.items():
        text = RULE.format(id=name, more="").replace("ctr = { at-most = 0.009 }", when)
        text = text if "ctr" in when else text.replace("{ctr}", "too seldom")
        (site.folder / module / f"{name}.toml").write_text(text)


def outcomes(made: dict[str, Any], rule: str) -> dict[str, int]:
    (counts,) = (one for one in made["outcomes"] if one["rule"] == rule)
    ends = ("fires", "clear", "unsure", "missing", "not_applicable", "error")
    return {end: counts[end] for end in ends if counts[end]}


def unjudged(made: dict[str, Any], rule: str) -> tuple[str, str]:
    (one,) = (one for one in made["coverage"] if one["rule"] == rule)
    return one["because"], one["remedy"]


FAILING = {
    "raises": ("\n@hookimpl\ndef advisor_metrics(): return 1 / 0", "ZeroDivisionError"),
    "gives a number for a symbol": (COMPUTES.format(columns='"mood": [1, 2]'), "gave Int64"),
}


@pytest.mark.parametrize(("code", "says"), FAILING.values(), ids=FAILING)
def test_what_a_failed_hook_would_have_computed_is_an_error_and_not_missing(
    code: str, says: str, site: Site, shop: Path
) -> None:
    both = f"{MOOD}\nctr = {{ at-most = 0.009 }}"
    installed(site, code, moody=MOOD, both=both, stocked="stock = { at-most = 3 }")

    done = site.run("diagnose", shop)

    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    made = plan(shop)
    assert outcomes(made, "agency/moody") == {"error": 2}
    # The well clicked ad is clear of it whatever its mood.
    assert outcomes(made, "agency/both") == {"clear": 1, "error": 1}
    assert outcomes(made, "agency/stocked") == {"missing": 2}
    assert outcomes(made, "agency/sound") == {"clear": 1, "fires": 1}
    because, remedy = unjudged(made, "agency/moody")
    assert because.startswith("failed: plugin agency failed: advisor_metrics ")
    assert says in because
    assert remedy.startswith("what failed, not what is missing")
    assert unjudged(made, "agency/both")[0].startswith("failed (on 1 of 2): plugin agency")
    assert "failed" not in unjudged(made, "agency/stocked")[0]
    assert "agency/both" not in {one["rule"] for one in made["healthy"]}
    told = site.run("explain", "agency/moody", shop, "--subject", "31").stdout
    assert "agency/moody on ad Logo first (31): error" in told
    assert "it failed, and is not missing: plugin agency failed: advisor_metrics" in told


def test_a_rule_on_which_judging_raises_costs_itself_and_what_waits_for_it(
    site: Site, shop: Path
) -> None:
    # A share of counts that no file has: only its limits are there, and not what it is made of.
    installed(site, COMPUTES.format(columns=GLOWS), dull="glow = { at-most = 0.01 }", moody=MOOD)
    site.rule("agency", "later", 'after = { finding = "dull" }')

    done = site.run("diagnose", shop)

    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Failed: "))
    assert line.startswith("Failed: rule agency/dull could not be judged: ColumnNotFoundError: ")
    assert line.endswith("(plugin agency)")
    made = plan(shop)
    assert outcomes(made, "agency/dull") == {"error": 1}
    assert outcomes(made, "agency/later") == {"clear": 1, "error": 1}
    assert outcomes(made, "agency/moody") == {"missing": 2}
    assert outcomes(made, "agency/sound") == {"clear": 1, "fires": 1}
    assert "guide/weak-hook" in {finding["rule"] for finding in made["findings"]}
    assert unjudged(made, "agency/dull")[0].startswith("failed: ColumnNotFoundError")
    assert unjudged(made, "agency/later")[0].startswith(
        "failed (on 1 of 2): it comes after agency/dull: ColumnNotFoundError"
    )
    told = site.run("explain", "agency/dull", shop).stdout
    assert "the rule failed: ColumnNotFoundError" in told


def test_where_a_vocabulary_fails_the_reason_comes_first_and_then_a_line_a_pack(
    site: Site, shop: Path
) -> None:
    installed(site, "", vocabulary=f"{WORDS}\ntypo = 1", dull="glow = 'low'", moody=MOOD, both=MOOD)
    other = site.install("other", PACK.format(id="other"))
    site.rule(other, "sound")
    text = RULE.format(id="theirs", more="").replace("ctr = {", "glow = {").replace("{ctr}", "so")
    (site.folder / other / "theirs.toml").write_text(text)
    text = RULE.format(id="typist", more="").replace("ctr = {", "ctrr = {").replace("{ctr}", "so")
    (site.folder / other / "typist.toml").write_text(text)

    done = site.run("diagnose", shop)

    assert done.returncode == 4
    reason, *rest = [
        line.removeprefix("Failed: ")
        for line in done.stderr.splitlines()
        if line.startswith("Failed: ")
    ]
    assert reason.startswith("plugin agency: advisor_vocabulary failed: Mistakes: v: 1 mistake")
    uses = "words that plugin agency would have brought"
    typo = "unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?"
    assert rest == [
        f"3 rules of pack agency rest because they use {uses} (glow, mood)",
        f"rule other/typist is left out: other/typist.toml: when.ctrr: {typo}",
        f"1 rule of pack other rests because it uses {uses} (glow)",
    ]
    fired = {finding["rule"] for finding in plan(shop)["findings"]}
    assert {"agency/sound", "other/sound", "guide/weak-hook"} <= fired
    notes = [note["text"] for note in plan(shop)["data_notes"]]
    told = [note for note in notes if note in {reason, *rest}]
    assert (told[0], sorted(told[1:])) == (reason, sorted(rest))
    listed = site.run("rules", "list").stdout.splitlines()
    assert [line for line in listed if line.startswith("Note: ")] == [
        f"Note: {line}" for line in (reason, *rest)
    ]


def test_rules_test_tells_everything_that_is_wrong_in_all_packs_at_once(site: Site) -> None:
    for name in ("one", "two"):
        module = site.install(name, PACK.format(id=name))
        site.rule(module, "typo", 'severty = "high"')
        site.rule(module, "goal", 'goal = "nonsense"')

    done = site.run("rules", "test")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines() if ".toml" in line] == [
        f"{pack}/{rule}.toml" for pack in ("one", "two") for rule in ("goal", "typo")
    ]


def test_rules_that_could_not_be_tried_for_want_of_words_are_told_with_the_reason(
    site: Site, tmp_path: Path
) -> None:
    installed(site, "", vocabulary="[[metric")
    own = tmp_path / "mine"
    own.mkdir()
    text = RULE.format(id="dull", more="").replace("ctr = {", "glow = {").replace("{ctr}", "so")
    (own / "dull.toml").write_text(text)

    done = site.run("rules", "test", own)

    assert done.returncode == 4, done.stderr
    reason, resting = (line for line in done.stderr.splitlines() if line.startswith("Failed: "))
    assert "not valid TOML" in reason or "1 mistake" in reason
    assert resting.endswith("it uses words that plugin agency would have brought (glow)")


def test_a_word_on_the_command_line_that_a_failed_plugin_had_is_told_with_the_reason(
    site: Site, shop: Path
) -> None:
    installed(site, "", vocabulary=f"{WORDS}\n[[niche]]\nid = 'felt'\ntitle = 'Felt'\ntypo = 1")

    done = site.run("diagnose", shop, "--niche", "felt")

    assert done.returncode == 2
    assert "unknown value 'felt'" in done.stderr
    assert "plugin agency: advisor_vocabulary failed: Mistakes: v: 1 mistake" in done.stderr
