"""What an installed plugin of a stranger does to `advisor`: one line, and exit code 4."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.cli.exports import PROFILE, shop_folder
from tests.plugin.installed import PACK, RULE, Site, provider

FAILURES = {
    "cannot be imported": ("import nothing_of_this_name", "ModuleNotFoundError"),
    "ends the process while it is imported": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "asks for what no hook gives": (
        "from advisor import hookimpl\n@hookimpl\ndef advisor_rule_packs(shop): return []",
        "advisor_rule_packs asks for shop; it is given nothing",
    ),
    "raises in a hook": (
        "from advisor import hookimpl\n@hookimpl\ndef advisor_rule_packs(): return 1 / 0",
        "advisor_rule_packs failed: ZeroDivisionError: division by zero",
    ),
    "ends the process on a file": (
        provider("raise SystemExit(0)"),
        "failed on it: SystemExit: 0",
    ),
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shop_folder(tmp_path / "corner")


def plan(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return made


@attrs.frozen
class Broken:
    """What `advisor diagnose` said and wrote beside every plugin that fails, and a sound one."""

    code: int
    lines: list[str]
    stderr: str
    plan: dict[str, Any]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    folder = tmp_path_factory.mktemp("broken")
    site = Site(folder / "site")
    for number, (code, _) in enumerate(FAILURES.values()):
        site.install(f"broken-{number}", code.replace('"own', f'"own{number}'))
    site.rule(site.install("sound", PACK.format(id="sound")), "not-clicked")
    shop = shop_folder(folder / "corner")
    done = site.run("diagnose", shop)
    lines = [line for line in done.stderr.splitlines() if line.startswith("Failed: ")]
    return Broken(done.returncode, lines, done.stderr, plan(shop))


@pytest.mark.parametrize("says", [says for _, says in FAILURES.values()], ids=FAILURES)
def test_a_plugin_that_fails_costs_one_line(says: str, broken: Broken) -> None:
    assert len([line for line in broken.lines if says in line]) == 1


def test_beside_plugins_that_fail_the_plan_is_made_of_what_sound_ones_bring(
    broken: Broken,
) -> None:
    assert broken.code == 4
    assert "Traceback" not in broken.stderr
    assert len(broken.lines) == len(FAILURES)
    rules = {finding["rule"] for finding in broken.plan["findings"]}
    assert {"guide/weak-hook", "sound/not-clicked"} <= rules
    assert [one["problem"] for one in broken.plan["inputs"]] == [None]


def test_what_a_plugin_prints_is_not_in_the_plan(site: Site, shop: Path) -> None:
    site.install("agency", f"print('imported'){provider('print(1)', 'print(2); return []')}")

    done = site.run("diagnose", shop, "--format", "json")

    assert json.loads(done.stdout)["findings"]
    assert done.stderr.split() == ["imported", "2"]


def test_a_distribution_for_another_shop_advisor_is_told_and_not_imported(
    site: Site, shop: Path
) -> None:
    site.install("agency", "raise RuntimeError('imported')", requires="shop-advisor (>=99,<100)")

    done = site.run("diagnose", shop)

    assert done.returncode == 4
    assert "it requires shop-advisor >=99,<100, and this is 0" in done.stderr
    assert "imported" not in done.stderr


def test_a_plugin_without_faults_changes_no_exit_code(site: Site, shop: Path) -> None:
    site.rule(site.install("agency", PACK.format(id="agency")), "not-clicked")

    done = site.run("diagnose", shop)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_severe_finding_is_told_before_a_failed_plugin(site: Site, shop: Path) -> None:
    site.install("agency", "import nothing_of_this_name")

    asked = [("diagnose", shop, "--fail-on", level) for level in ("low", "critical")]
    assert [done.returncode for done in site.run_each(*asked)] == [1, 4]


def test_gather_tells_it_too(site: Site, shop: Path, tmp_path: Path) -> None:
    site.install("agency", provider("raise KeyError('x')"))

    done = site.run("gather", shop, "-o", tmp_path / "shop.facts")

    assert done.returncode == 4
    assert (tmp_path / "shop.facts").is_file()


def test_plugins_list_says_what_each_brings_and_what_failed(site: Site) -> None:
    site.rule(site.install("agency", PACK.format(id="agency")), "not-clicked")
    site.install("broken", "import nothing_of_this_name")

    told, listed = site.run_each(("plugins", "list"), ("plugins", "list", "--json"))

    assert (told.returncode, listed.returncode) == (4, 4)
    assert (
        "agency (advisor-agency 1.2, module agency)\n  hooks:  rule_packs\n  brings: 1 rule\n"
    ) in told.stdout
    missing = "ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert (
        f"broken (advisor-broken 1.2, module broken)\n  not in use: import failed: {missing}\n"
        in told.stdout
    )
    data = json.loads(listed.stdout)
    by_name = {one["name"]: one for one in data["plugins"]}
    assert by_name["agency"]["brings"] == ["1 rule"]
    assert by_name["broken"]["problem"] == f"import failed: {missing}"
    assert data["failures"] == [f"plugin broken is not used: import failed: {missing}"]


def test_a_trace_tells_each_call_of_a_plugin(site: Site, shop: Path) -> None:
    module = site.install("agency", PACK.format(id="agency") + provider("raise KeyError(1)"))
    site.rule(module, "not-clicked")

    told = site.run("diagnose", shop, "--trace-plugins").stderr

    lines = [line for line in told.splitlines() if line.startswith("trace: agency ")]
    calls = [line.removeprefix("trace: agency ").split(": ")[0] for line in lines]
    assert calls == [
        "import",
        "advisor_metric_providers",
        "advisor_rule_packs",
        "own-files.read own (ads.csv)",
        "own-files.recognise (1 file)",
    ]
    assert lines[1].endswith(" ms, 1 Own")
    assert lines[2].endswith(" ms, 1 RulePack")
    assert lines[3].endswith(" ms, failed")
    assert lines[4].endswith(" ms, 1 claim")


ALLOWED = f'{PROFILE}[plugins]\nallow = ["agency"]\n'
OVERRIDE = 'overrides = "guide/weak-hook"'


@pytest.mark.parametrize("allowed", [True, False])
def test_a_rule_replaces_a_bundled_one_only_where_advisor_toml_allows_it(
    allowed: bool, site: Site, tmp_path: Path
) -> None:
    shop = shop_folder(tmp_path / "corner", profile=ALLOWED if allowed else PROFILE)
    site.rule(site.install("agency", PACK.format(id="agency")), "not-clicked", OVERRIDE)

    done = site.run("diagnose", shop)

    assert done.returncode == 0
    made = plan(shop)
    rules = {finding["rule"] for finding in made["findings"]}
    notes = [note["text"] for note in made["data_notes"] if note["code"] == "override"]
    packs = {pack["id"]: pack["overrides"] for pack in made["advisor"]["packs"]}
    if allowed:
        assert "agency/not-clicked" in rules
        assert "guide/weak-hook" not in rules
        assert notes == ["rule guide/weak-hook is replaced by agency/not-clicked"]
        assert packs["agency"] == [{"rule": "guide/weak-hook", "by": "agency/not-clicked"}]
    else:
        assert "guide/weak-hook" in rules
        assert "agency/not-clicked" not in rules
        (note,) = notes
        assert note.startswith("plugin agency would replace rules: agency/not-clicked for guide/we")
        assert note.endswith('add `allow = ["agency"]` to [plugins] in advisor.toml')
        assert packs["agency"] == []


def test_a_plugin_that_is_allowed_and_not_installed_is_a_mistake(
    site: Site, tmp_path: Path
) -> None:
    shop = shop_folder(tmp_path / "corner", profile=ALLOWED.replace("agency", "agncy"))
    site.rule(site.install("agency", PACK.format(id="agency")), "not-clicked")

    done = site.run("diagnose", shop)

    assert done.returncode == 2
    assert "plugins.allow: unknown plugin 'agncy'; did you mean 'agency'?" in done.stderr


def test_commands_that_only_tell_do_without_broken_plugins(site: Site) -> None:
    site.install("agency", "import nothing_of_this_name")
    site.rule(site.install("typist", PACK.format(id="typist")), "typo", 'severty = "high"')

    told = site.run_each(
        ("rules", "list"),
        ("rules", "show", "weak-hook"),
        ("rules", "coverage"),
        ("metrics", "list"),
        ("explain", "weak-hook"),
    )

    for done in told:
        assert done.returncode == 0, (done.args, done.stderr)
        assert done.stdout
        assert "Traceback" not in done.stderr


def test_own_rules_are_tested_beside_a_broken_pack(site: Site, tmp_path: Path) -> None:
    site.rule(site.install("typist", PACK.format(id="typist")), "typo", 'severty = "high"')
    own = tmp_path / "mine"
    own.mkdir()
    (own / "own.toml").write_text(RULE.format(id="own", more='explains = "guide/weak-hook"'))
    (own / "own.cases.toml").write_text(
        '[fires]\nsubject = { impressions = 100_000, clicks = 100 }\noutcome = "fires"\n'
        'finding = "the subject is not clicked: 0.1%"\n'
    )

    done = site.run("rules", "test", own)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 case" in done.stdout


def test_a_mistake_in_a_folder_of_one_s_own_names_file_key_what_and_what_is_near(
    site: Site, shop: Path
) -> None:
    own = shop / "mine"
    own.mkdir()
    (own / "own.toml").write_text(
        RULE.format(id="own", more="").replace('"ad"', '"adv"').replace("severity", "severty")
    )
    (shop / "advisor.toml").write_text(f'{PROFILE}[rules]\npaths = ["mine"]\n')
    site.folder.mkdir()

    for done in site.run_each(("diagnose", shop), ("diagnose", shop, "--rules", own)):
        assert done.returncode == 2
        assert "own.toml: unknown key 'severty'; did you mean 'severity'?" in done.stderr
        assert "own.toml: subject: unknown subject 'adv'; did you mean 'ad'?" in done.stderr
