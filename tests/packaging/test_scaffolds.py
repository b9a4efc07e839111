"""What `advisor plugins new` writes installs, is found, works and passes its own tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from advisor.cli.scaffold.plugin import Kind
from tests.packaging.conftest import ROOT
from tests.packaging.throwaway import Environment

NAMES = {kind.value: f"advisor-new-{kind.value}" for kind in Kind}
EXAMPLE = ROOT / "examples" / "luna-beauty"


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A new distribution of each kind."""
    into = tmp_path_factory.mktemp("projects")
    for kind, name in NAMES.items():
        words = ["plugins", "new", name, "--kind", kind, "--into", str(into), "--no-input"]
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return {kind: into / name for kind, name in NAMES.items()}


@pytest.fixture(scope="module")
def environment(
    projects: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """An environment with all of them."""
    made = Environment.make(tmp_path_factory.mktemp("environment"))
    made.install(*projects.values())
    return made


@pytest.mark.parametrize("kind", NAMES)
def test_it_passes_its_own_tests(
    kind: str, projects: Mapping[str, Path], environment: Environment
) -> None:
    last = environment.pytest(projects[kind]).stdout.splitlines()[-1]

    assert " passed" in last
    assert "failed" not in last
    assert "skipped" not in last


def test_plugins_list_shows_each_and_no_problem(environment: Environment) -> None:
    told = environment.advisor("plugins", "list").stdout

    for kind, name in NAMES.items():
        assert f"new-{kind}" in told
        assert name in told
    assert "Failed" not in told


def test_the_source_is_read(projects: Mapping[str, Path], environment: Environment) -> None:
    sample = projects["provider"] / "tests" / "takings.csv"
    told = environment.advisor("inspect", str(sample), "--today", "2026-01-10").stdout

    assert "Takings of the till, by day" in told


def test_rule_and_look_serve_a_plan(environment: Environment, tmp_path: Path) -> None:
    words = ("diagnose", str(EXAMPLE), "--today", "2026-11-02", "--quiet", "-o", str(tmp_path))
    environment.advisor(*words, "--format", "new-report", "--format", "md")
    plan = (tmp_path / "appendix.md").read_text(encoding="utf-8")

    assert "new-rules/clicks-without-orders" in plan
    assert (tmp_path / "plan.txt").read_text(encoding="utf-8").count("[!]") == 3
