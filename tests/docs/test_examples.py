"""Every example in the documentation runs."""

import ast
import re
import shlex
import tomllib
from pathlib import Path

import attrs
import click
import pytest

from advisor.cli import main
from advisor.cli.settings_keys import setting_keys
from advisor.knowledge.load import bands_of, check_names
from advisor.knowledge.rule_file import load_rule
from advisor.model.bands import band_file, check_bands
from advisor.model.rule import Rule
from advisor.model.settings import read_settings
from advisor.model.vocabulary_files import VocabularyFile, vocabulary_file
from advisor.plugin.hookspecs import hookimpl
from advisor.plugin.loading import add, empty, load_plugins
from advisor.plugin.registry import Registry
from advisor.portfolio import read_expectations
from advisor.tabular.kinds import kind_of
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import load_cases, run_cases
from tests.docs.blocks import ROOT, Block, blocks

TOML = list(blocks("toml"))
SHELL = [block for block in blocks("sh") if ".venv" not in block.text]
COMMANDS = [
    pytest.param(line, id=f"{block}: {line}")
    for block in SHELL
    for text in block.text.splitlines()
    for line in re.split(r"&&", text.partition("#")[0])
    if line.strip().startswith("advisor ")
]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins()


def rule_of(block: Block, registry: Registry) -> Rule:
    """The rule that a block holds; its file is called by its id."""
    found = re.search(r'^id\s*= "([a-z0-9-]+)"', block.text, re.MULTILINE)
    assert found, "a rule begins with its id"
    where = f"{found[1]}.toml"
    return load_rule(block.text, pack_id="docs", where=where, vocabulary=registry.vocabulary())


def test_every_block_of_toml_says_what_it_is() -> None:
    kinds = {"", "advisor.toml", "bands.toml", "cases.toml", "kind.toml", "pyproject.toml"}
    kinds |= {"agency.toml", "expect.toml", "vocabulary.toml"}

    assert {block.about for block in TOML} <= kinds


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "agency.toml"], ids=str)
def test_an_agency_is_read(block: Block, tmp_path: Path) -> None:
    (tmp_path / "agency.toml").write_text(block.text, encoding="utf-8")
    shop = tmp_path / "shop" / "advisor.toml"
    shop.parent.mkdir()
    shop.write_text("", encoding="utf-8")

    found = read_settings(shop)

    assert found.rules.limits
    assert found.mute


@pytest.mark.parametrize("block", [b for b in TOML if not b.about], ids=str)
def test_a_rule_loads(block: Block, registry: Registry) -> None:
    assert rule_of(block, registry).actions


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "advisor.toml"], ids=str)
def test_a_profile_is_accepted(block: Block, registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "advisor.toml"
    path.write_text(block.text, encoding="utf-8")

    check_names(read_settings(path), registry.vocabulary(), where=path.name)


def test_the_page_on_profiles_shows_every_key() -> None:
    shown = [tomllib.loads(b.text) for b in TOML if b.about == "advisor.toml"]
    keys = {
        f"{section}.{key}" for whole in shown for section, table in whole.items() for key in table
    }

    assert set(setting_keys()) <= keys


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "expect.toml"], ids=str)
def test_expectations_are_accepted(block: Block, registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "expect.toml"
    path.write_text(block.text, encoding="utf-8")
    assert read_expectations(path, registry.vocabulary().metrics)


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "bands.toml"], ids=str)
def test_bands_are_accepted(block: Block, registry: Registry) -> None:
    check_bands(band_file(block.text, where="bands.toml"), registry.vocabulary())


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "kind.toml"], ids=str)
def test_a_kind_of_file_is_accepted(block: Block) -> None:
    assert kind_of(block.text, where="kind.toml").columns


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "vocabulary.toml"], ids=str)
def test_a_vocabulary_merges_with_the_bundled_one(block: Block) -> None:
    file = vocabulary_file(block.text, where="vocabulary.toml")

    class Plugin:
        @hookimpl
        def advisor_vocabulary(self) -> list[VocabularyFile]:
            return [file]

    registry = load_plugins()
    add(registry, Plugin(), "docs")

    assert {metric.id for metric in file.metric} <= set(registry.vocabulary().metrics)


@pytest.mark.parametrize("block", [b for b in TOML if b.about == "cases.toml"], ids=str)
def test_cases_hold_for_the_first_rule_of_their_page(block: Block, registry: Registry) -> None:
    rule = rule_of(next(b for b in TOML if b.page == block.page and not b.about), registry)
    # Rules that it explains are not loaded here: what it says about its subject is the same.
    rule = attrs.evolve(rule, explains=())
    vocabulary = registry.vocabulary()
    cases = load_cases(block.text, "cases.toml", vocabulary=vocabulary)
    from advisor.model.settings import Settings

    runner = CaseRunner(vocabulary, bands_of(Settings(), registry), [rule])
    results = run_cases(rule, cases, lambda case: runner.judge(rule, case))

    assert [result.difference for result in results] == [""] * len(cases)


# Blocks that are called like a file are tests of a plugin; tests/testing runs them in a project.
@pytest.mark.parametrize("block", [b for b in blocks("python") if not b.about], ids=str)
def test_python_compiles_and_its_hooks_are_real(block: Block) -> None:
    module = ast.parse(block.text)
    hooks = [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("advisor_")
    ]
    known = {name for name in dir(empty().manager.hook) if name.startswith("advisor_")}
    namespace = {"__name__": "advisor_rules_guide"}
    exec(compile(module, str(block), "exec"), namespace)

    assert set(hooks) <= known
    assert all(callable(namespace[name]) for name in hooks)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_line_names_a_real_command_with_real_options(line: str) -> None:
    _, *words = shlex.split(line)
    command: click.Command = main
    while words and isinstance(command, click.Group):
        default = getattr(command, "default_command", None)
        if default is not None and words[0] not in command.commands:
            words = [default, *words]
        found = command.commands.get(words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]
    options = {
        name
        for option in command.params
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }

    assert {word for word in words if word.startswith("-") and word != "-"} <= options | {"--help"}


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        anchors = {page.name: _anchors(text)}
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
            path = (page.parent / target) if target else page
            if not path.exists():
                broken.append(f"{page.name}: {target}")
            elif anchor:
                known = anchors.setdefault(str(path), _anchors(path.read_text(encoding="utf-8")))
                if anchor not in known:
                    broken.append(f"{page.name}: {target}#{anchor}")

    assert broken == []


def _anchors(text: str) -> set[str]:
    """The anchors of headings, as renderers make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
