"""The page on testing: its tests pass in a project as it describes, and its contracts are all."""

import re
from pathlib import Path

import pytest

import advisor.testing
from advisor.testing import Contract
from docs.pages.contracts import CONTRACTS
from tests.docs.blocks import ROOT, blocks
from tests.testing.stock import SAMPLE
from tests.testing.test_pytest_plugin import Run, pytest_in

PLUGIN = """
from pathlib import Path

from advisor import Templates
from advisor import hookimpl
from tests.testing import stock


@hookimpl
def advisor_metric_providers():
    return [stock.HONEST]


@hookimpl
def advisor_templates():
    return [Templates("mine", Path("look"))]


@hookimpl
def advisor_vocabulary():
    return stock.Words().advisor_vocabulary()
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The tests of the page, in a project with the rule and the cases of the page on rules."""
    folder = tmp_path_factory.mktemp("project")
    rules = [block for block in blocks("toml") if block.page == "write-a-rule.md"]
    ours = [block for block in blocks("python", "toml") if block.page == "testing.md"]
    (settings,) = (block.text for block in ours if block.about == "pyproject.toml")
    files = {
        "my-rules/slow-page.toml": next(b.text for b in rules if not b.about),
        "my-rules/slow-page.cases.toml": next(b.text for b in rules if b.about == "cases.toml"),
        "pyproject.toml": f"{settings}pythonpath = ['.', {str(ROOT)!r}]\n",
        "my_plugin.py": PLUGIN,
        "look/plan.md.j2": '{% extends "plan.md.j2" %}{% block footer %}Ours{% endblock %}',
        "tests/stock.csv": SAMPLE.data.decode(),
        **{block.about: block.text for block in ours if block.language == "python"},
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return pytest_in(folder, "-vv")


def test_the_tests_of_the_page_pass_in_a_project(run: Run) -> None:
    assert run.code == 0, run.output
    assert set(run.outcomes.values()) == {"PASSED"}


@pytest.mark.parametrize(
    "name",
    [
        "test_rules.py::test_a_shop_has_several",
        "test_plugin.py::TestStock::test_loses_no_row",
        "test_plugin.py::TestWords::test_identities_hold",
        "test_pack.py::TestRules::test_cases_hold",
        "test_pack.py::TestLook::test_takes_names_for_text",
        "my-rules/slow-page.cases.toml::too near the edge",
    ],
)
def test_they_are_all_collected(name: str, run: Run) -> None:
    assert run.outcomes[name] == "PASSED"


def test_every_contract_is_on_the_page_of_contracts() -> None:
    public = {getattr(advisor.testing, name) for name in advisor.testing.__all__}
    contracts = {one for one in public if isinstance(one, type) and issubclass(one, Contract)}

    assert contracts - {Contract} == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.__name__)
def test_every_promise_says_what_is_promised(contract: type[Contract]) -> None:
    promises = [one for name, one in vars(contract).items() if name.startswith("test_")]

    assert promises
    assert all((promise.__doc__ or "").strip().endswith(".") for promise in promises)


def test_the_page_shows_what_a_failing_case_prints(tmp_path: Path) -> None:
    rules = [block for block in blocks("toml") if block.page == "write-a-rule.md"]
    cases = next(b.text for b in rules if b.about == "cases.toml").replace("= 240", "= 60")
    (tmp_path / "my-rules").mkdir()
    rule = next(block.text for block in rules if not block.about)
    (tmp_path / "my-rules" / "slow-page.toml").write_text(rule, encoding="utf-8")
    (tmp_path / "my-rules" / "slow-page.cases.toml").write_text(cases, encoding="utf-8")
    said = pytest_in(tmp_path, "--advisor-cases", "my-rules").output

    (shown,) = (b.text for b in blocks("text") if b.page == "testing.md")
    assert _unlimited(shown) in _unlimited(said)


def _unlimited(text: str) -> str:
    """*text* without the limits of its numbers, which are statistics' matter."""
    return re.sub(r"\([\d.–% ]+,", "(…,", text)
