"""What failed is told as failed, not as missing, and everything else runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import PROFILE, shop_folder
from tests.plugin.installed import PACK, RULE, Site

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
def advisor_metrics(counts, context):
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


def rule_on(word: str, name: str) -> str:
    return RULE.format(id=name, more="").replace("ctr = {", f"{word} = {{").replace("{ctr}", "so")


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
    "gives a metric of counts": (COMPUTES.format(columns=GLOWS), "gave glow, which the vocabulary"),
}


@pytest.mark.parametrize(("code", "says"), FAILING.values(), ids=FAILING)
def test_what_a_failed_hook_would_have_computed_is_an_error_and_not_missing(
    code: str, says: str, site: Site, shop: Path
) -> None:
    both = f"{MOOD}\nctr = {{ at-most = 0.009 }}"
    installed(site, code, moody=MOOD, both=both, stocked="stock = { at-most = 3 }")

    done = site.run("diagnose", shop)

    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Failed: "))
    assert line.startswith("Failed: plugin agency: advisor_metrics ")
    made = plan(shop)
    assert line.removeprefix("Failed: ") in {note["text"] for note in made["data_notes"]}
    assert outcomes(made, "agency/moody") == {"error": 2}
    # The well clicked ad is clear of it whatever its mood.
    assert outcomes(made, "agency/both") == {"clear": 1, "error": 1}
    assert outcomes(made, "agency/stocked") == {"missing": 2}
    assert outcomes(made, "agency/sound") == {"clear": 1, "fires": 1}
    because, remedy = unjudged(made, "agency/moody")
    assert because.startswith("failed: plugin agency failed: advisor_metrics ")
    assert says in because
    assert remedy.startswith("Update or remove the plugin that failed")
    assert unjudged(made, "agency/both")[0].startswith("failed on 1 of 2: plugin agency")
    assert "failed" not in unjudged(made, "agency/stocked")[0]
    assert "agency/both" not in {one["rule"] for one in made["healthy"]}
    told = site.run("explain", "agency/moody", shop, "--subject", "31").stdout
    ended, remark, *conditions = told.splitlines()
    assert ended.startswith("agency/moody on ad ")
    assert ended.endswith(": error")
    for line in (remark, next(line for line in conditions if "mood" in line)):
        assert "failed: advisor_metrics " in line
        assert says in line


def test_a_plugin_whose_vocabulary_fails_is_out_whole_and_named_by_packs_that_need_its_words(
    site: Site, shop: Path
) -> None:
    installed(site, "", vocabulary=f"{WORDS}\ntypo = 1", dull="glow = 'low'")
    other = site.install("other", PACK.format(id="other"))
    site.rule(other, "sound")
    (site.folder / other / "theirs.toml").write_text(rule_on("glow", "theirs"))
    site.rule(site.install("third", PACK.format(id="third")), "sound")

    done = site.run("diagnose", shop)

    assert done.returncode == 4
    lines = [
        line.removeprefix("Failed: ")
        for line in done.stderr.splitlines()
        if line.startswith("Failed: ")
    ]
    agency, pack = lines
    assert agency.startswith("plugin agency is not used: advisor_vocabulary failed: v: 1 mistake; ")
    assert pack.startswith(
        "rule pack other is not used: theirs.toml: when.glow: unknown metric, co"
    )
    assert pack.endswith("; these plugins failed: agency")
    made = plan(shop)
    fired = {finding["rule"] for finding in made["findings"]}
    assert {"third/sound", "guide/weak-hook"} <= fired
    assert {rule.partition("/")[0] for rule in fired} & {"agency", "other"} == set()
    assert set(lines) <= {note["text"] for note in made["data_notes"]}
    listed = site.run("rules", "list").stdout.splitlines()
    notes = [line.removeprefix("Note: ") for line in listed if line.startswith("Note: ")]
    assert notes == lines


def test_a_plugin_that_needs_the_words_of_a_failed_one_is_out_too(site: Site, shop: Path) -> None:
    installed(site, "", vocabulary="[[metric")
    leaning = WORDS.replace("glow", "sheen").replace('id = "glances"', 'id = "stares"')
    leaning = leaning.replace('id = "shows"', 'id = "looks"').replace('id = "mood"', 'id = "air"')
    module = site.install("leaning", PACK.format(id="leaning") + SPEAKS)
    (site.folder / module / "vocabulary.toml").write_text(leaning)
    site.rule(module, "sound")

    done = site.run("diagnose", shop)

    assert done.returncode == 4
    lines = [line for line in done.stderr.splitlines() if line.startswith("Failed: ")]
    assert len(lines) == 2
    assert lines[1].startswith("Failed: plugin leaning is not used: ")
    assert "unknown count 'glances'" in lines[1]
    assert lines[1].endswith("these plugins failed: agency")
    fired = {finding["rule"] for finding in plan(shop)["findings"]}
    assert "leaning/sound" not in fired


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


def test_own_rules_that_need_the_words_of_a_failed_plugin_are_an_error_that_names_it(
    site: Site, shop: Path, tmp_path: Path
) -> None:
    installed(site, "", vocabulary="[[metric")
    own = tmp_path / "mine"
    own.mkdir()
    (own / "dull.toml").write_text(rule_on("glow", "dull"))

    told = site.run_each(("rules", "test", own), ("diagnose", shop, "--rules", own))

    for done in told:
        assert done.returncode == 2, done.stderr
        assert "dull.toml: when.glow: unknown metric, count or symbol 'glow'" in done.stderr
        assert "these plugins failed: agency" in done.stderr.casefold()
        assert "Traceback" not in done.stderr


def test_a_word_on_the_command_line_that_a_failed_plugin_had_is_told_with_it(
    site: Site, shop: Path
) -> None:
    installed(site, "", vocabulary=f"{WORDS}\n[[niche]]\nid = 'felt'\ntitle = 'Felt'\ntypo = 1")

    done = site.run("diagnose", shop, "--niche", "felt")

    assert done.returncode == 2
    assert "unknown value 'felt'" in done.stderr
    assert "these plugins failed: agency" in done.stderr.casefold()


def test_what_is_disabled_may_be_of_a_plugin_that_failed(site: Site, tmp_path: Path) -> None:
    disabled = f'{PROFILE}[rules]\ndisable = ["agency/sound"]\n'
    shop = shop_folder(tmp_path / "disabling", profile=disabled)
    site.folder.mkdir()
    unknown = site.run("diagnose", shop)
    installed(site, "", vocabulary="[[metric")

    assert unknown.returncode == 2
    assert site.run("diagnose", shop).returncode == 4


def test_a_portfolio_that_runs_again_tells_what_failed_again(site: Site, tmp_path: Path) -> None:
    shop_folder(tmp_path / "shops" / "corner")
    installed(site, COMPUTES.format(columns=GLOWS), moody=MOOD)
    words = ("portfolio", tmp_path / "shops", "-o", tmp_path / "out", "--jobs", 1)

    first, again = (site.run(*words) for _ in range(2))

    assert "1 of them done before" in again.stdout
    assert (first.returncode, again.returncode) == (4, 4)
    failed = [line for line in first.stderr.splitlines() if line.startswith("Failed: ")]
    assert failed
    assert [line for line in again.stderr.splitlines() if line.startswith("Failed: ")] == failed
