"""What failed is told as failed, not as missing: rules end in `error`, and everything else runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import shop_folder
from tests.isolation.installed import PACK, RULE, Site

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
