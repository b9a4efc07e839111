"""Case files as tests of pytest: in a project of their own, and at no cost where nobody asks."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from tests.testing.test_assertions import RULE

CASES = """
["slow"]
subject = { name = "Iron", product_clicks = 6_000, sku_orders = 60 }
outcome = "fires"
finding = "Iron: 1% of 6,000 clicks become orders"

["as many as usual, v1.5"]
subject = { product_clicks = 6_000, sku_orders = 60 }
outcome = "clear"
"""
SETTINGS = """
[pytest]
addopts = -q --import-mode=importlib --strict-config --strict-markers -p no:cacheprovider
filterwarnings = error
testpaths = tests
advisor_cases = my-rules
"""


# Plugins that cost time to start, and have no part in this.
_OTHERS = [word for name in ("hypothesispytest", "benchmark") for word in ("-p", f"no:{name}")]


@attrs.frozen
class Run:
    """What pytest said and how it ended; *outcomes* by node id."""

    code: int
    output: str

    @property
    def outcomes(self) -> Mapping[str, str]:
        found = re.findall(r"^(\S.*) (PASSED|FAILED|ERROR)\s+\[", self.output, re.MULTILINE)
        # An inherited test is followed by the file that it stands in.
        return {name.partition(" <- ")[0]: outcome for name, outcome in found}


def pytest_in(folder: Path, *arguments: str) -> Run:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *_OTHERS, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Run(run.returncode, run.stdout + run.stderr)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a test, and a rule with two cases of which one does not hold."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_it.py").write_text("def test_it(): pass\n", encoding="utf-8")
    rules = folder / "my-rules" / "products"
    rules.mkdir(parents=True)
    (rules / "slow-page.toml").write_text(RULE, encoding="utf-8")
    (rules / "slow-page.cases.toml").write_text(CASES, encoding="utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(project: Path) -> Run:
    return pytest_in(project, "-vv")


def test_each_case_is_a_test_with_its_own_name(whole: Run) -> None:
    file = "my-rules/products/slow-page.cases.toml"

    assert whole.code == 1
    assert [name.partition("::")[2].replace("::", ".") for name in whole.outcomes] == [
        "test_it",
        "slow",
        "as many as usual, v1.5",
    ]
    assert list(whole.outcomes.values()) == ["PASSED", "PASSED", "FAILED"]
    assert f"FAILED {file}::as many as usual, v1.5" in whole.output


def test_a_case_that_does_not_hold_prints_the_tree_and_its_place(whole: Run) -> None:
    assert "my-rules/slow-page: as many as usual, v1.5\nexpected clear, found fires" in whole.output
    assert re.search(r"├─ \[yes\] ctor .*: 1% \(.* 6,000\).* 3–5%.*: the guide", whole.output)
    assert re.search(r"slow-page\.cases\.toml:7$", whole.output, re.MULTILINE)
    assert "Traceback" not in whole.output


@pytest.mark.parametrize(
    ("arguments", "code", "names"),
    [
        (["tests"], 0, ["test_it"]),
        (
            ["tests", "--advisor-cases", "my-rules", "-k", "it or slow"],
            1,
            ["test_it", "slow", "as"],
        ),
        (["my-rules/products/slow-page.cases.toml::slow"], 0, ["slow"]),
        (["-o", "advisor_cases=", "my-rules/products/slow-page.cases.toml"], 1, ["slow", "as"]),
        (["-o", "advisor_cases=", "my-rules"], 5, []),
        (["-o", "advisor_cases="], 0, ["test_it"]),
    ],
)
def test_cases_run_where_they_are_asked_for(
    arguments: list[str], code: int, names: list[str], project: Path
) -> None:
    run = pytest_in(project, "-vv", *arguments)

    assert [name.partition("::")[2].partition(" ")[0] for name in run.outcomes] == names
    assert run.code == code


def test_the_plugin_can_be_turned_off(project: Path) -> None:
    ini = project / "other.ini"
    ini.write_text(SETTINGS.replace("advisor_cases = my-rules", ""), encoding="utf-8")
    run = pytest_in(project, "-vv", "-c", "other.ini", "-p", "no:advisor-cases", "tests")

    assert (run.code, len(run.outcomes)) == (0, 1)


def test_a_mistake_in_a_file_is_told_without_a_traceback(tmp_path: Path) -> None:
    broken = {
        "rule": (RULE.replace("ctor ", "ctr0 "), CASES),
        "cases": (RULE, CASES.replace("sku_orders", "sku_order")),
        "none": (None, CASES),
    }
    (tmp_path / "pytest.ini").write_text("[pytest]\nadvisor_cases = .\n", encoding="utf-8")
    for name, (rule, cases) in broken.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "slow-page.cases.toml").write_text(cases, encoding="utf-8")
        if rule is not None:
            (tmp_path / name / "slow-page.toml").write_text(rule, encoding="utf-8")
    run = pytest_in(tmp_path, "-q")

    assert run.code == 2
    for said in ("when.ctr0", "did you mean 'sku_orders'?", "there is no rule slow-page.toml"):
        assert said in run.output
    assert "Traceback" not in run.output


def test_a_folder_that_is_not_there_is_a_mistake_of_usage(tmp_path: Path) -> None:
    run = pytest_in(tmp_path, "--advisor-cases", "nowhere")

    assert run.code == 4
    assert "advisor_cases: no such folder" in run.output


PROGRAM = """
import sys
import advisor.testing
import advisor.testing.pytest_plugin
loaded = sorted(m for m in sys.modules if m.partition(".")[0] in ("polars", "advisor", "attrs"))
print(loaded)
"""


def test_a_project_that_does_not_ask_loads_nothing_of_it() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == str(
        ["advisor", "advisor.testing", "advisor.testing.pytest_plugin"]
    )


def test_assertions_and_contracts_need_no_pytest() -> None:
    program = (
        "import sys; sys.modules['pytest'] = None\n"
        "import advisor.testing as t\n"
        "[getattr(t, name) for name in t.__all__]\n"
        "t.assert_clear('weak-hook', {'impressions': 90_000, 'clicks': 1_900, 'spend': 1_500})\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert run.stderr.decode() == ""


def test_every_public_name_is_there() -> None:
    import advisor.testing

    assert all(getattr(advisor.testing, name).__doc__ for name in advisor.testing.__all__)
    with pytest.raises(AttributeError, match="no attribute 'assert_fire'"):
        _ = advisor.testing.assert_fire
