"""Three distributions of others, by the public API alone: installed, tested, and in one plan."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.throwaway import Environment

GUESTS = ROOT / "tests" / "plugins"
PROJECTS = sorted(GUESTS.glob("advisor-*"))
EXAMPLE = ROOT / "examples" / "luna-beauty"
SALES = GUESTS / "advisor-shopify" / "tests" / "samples" / "total_sales_by_day.csv"
PUBLIC = ("advisor", "advisor.testing", "advisor.tabular", "advisor.report")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with all of them."""
    made = Environment.make(tmp_path_factory.mktemp("environment"))
    made.install(*PROJECTS)
    return made


@pytest.fixture(scope="module")
def plans(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The example's plan, where guests may replace something and where they may not."""
    settings = (GUESTS / "guests.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name, text in {"allowed": settings, "not": settings.partition("[plugins]")[0]}.items():
        out = tmp_path_factory.mktemp(name)
        config = out / "advisor.toml"
        config.write_text(text, encoding="utf-8")
        words = ("diagnose", str(EXAMPLE), str(SALES), "--config", str(config))
        dated = ("--today", "2026-11-02", "--quiet", "-o", str(out))
        environment.advisor(*words, *dated, "--format", "md", "--format", "ledger")
        for file in ("plan.md", "appendix.md", "plan.txt"):
            found[f"{name} {file}"] = (out / file).read_text(encoding="utf-8")
    return found


@pytest.mark.slow  # .ci/run does it too, beside the built wheel
@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_guest_passes_its_own_tests(project: Path, environment: Environment) -> None:
    last = environment.pytest(project).stdout.splitlines()[-1]

    assert " passed" in last
    assert "failed" not in last


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_guest_touches_only_what_is_public(project: Path) -> None:
    own = project.name.replace("-", "_")
    imported = {
        name
        for file in project.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _modules(node)
        if name.partition(".")[0] == "advisor"
    }

    assert own
    assert imported
    assert {name for name in imported if not _is_public(name)} == set()


def test_all_three_show_in_one_plan(plans: Mapping[str, str]) -> None:
    plan = plans["allowed appendix.md"]

    assert plans["allowed plan.md"].startswith("# Ledger of Luna Beauty\n")
    assert "- Rule: atelier/weak-opening, severity: high" in plan
    assert "atelier 1.2.0 (2)" in plan
    assert "| total_sales_by_day.csv | Shopify, total sales by day |" in plan
    assert "Open with the finished hand ......" in plans["allowed plan.txt"]


def test_with_leave_a_guest_replaces_a_bundled_rule_and_that_is_said(
    plans: Mapping[str, str],
) -> None:
    plan = plans["allowed appendix.md"]

    assert "rule guide/weak-hook is replaced by atelier/weak-opening" in plan
    assert fired(plan, "atelier/weak-opening") == ["2", "5"]
    assert fired(plan, "guide/weak-hook") in ([], ["0", "0"])


def test_without_leave_a_guest_adds_and_replaces_nothing(plans: Mapping[str, str]) -> None:
    plan = plans["not appendix.md"]

    assert plans["not plan.md"].startswith("# Action plan: Luna Beauty")
    assert fired(plan, "guide/weak-hook") == ["2", "5"]
    assert fired(plan, "atelier/weak-opening") in ([], ["0", "0"])
    assert fired(plan, "atelier/loved-video-lost-page") == ["0", "10"]
    refused = [line for line in plan.splitlines() if "allow = " in line]
    (rules,) = (line for line in refused if "atelier/weak-opening for guide/weak-hook" in line)
    assert "advisor.toml" in rules
    assert "atelier" in rules.partition("allow = ")[2]
    assert any("ledger" in line.partition("allow = ")[2] for line in refused)
    assert "Luna Beauty: account of" in plans["not plan.txt"]


def test_plugins_list_says_what_each_brings(environment: Environment) -> None:
    told = environment.advisor("plugins", "list").stdout

    assert "atelier (advisor-atelier 1.2.0" in told
    assert "shopify (advisor-shopify 0.3.1" in told
    assert "ledger (advisor-ledger 0.2.0" in told


def fired(plan: str, rule: str) -> list[str]:
    """On how many subjects *rule* fired, and on how many it was clear; nothing where it is not
    among the outcomes."""
    rows = [line.split(" | ") for line in plan.splitlines() if line.startswith(f"| {rule} |")]
    return rows[0][2:4] if rows else []


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def _is_public(name: str) -> bool:
    kits = PUBLIC[2:]
    return name in PUBLIC or any(name.startswith(f"{kit}.") for kit in kits)
