"""Programs of plugin authors: type checkers accept what works, and refuse what cannot."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from importlib.util import find_spec
from pathlib import Path

import pytest

from advisor.cli.scaffold.plugin import Kind, new_plugin, tree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MARK = "# refused"
Errors = AbstractSet[tuple[str, int]]
GUESTS = sorted((ROOT / "tests" / "plugins").glob("*/src/**/*.py"))
pytestmark = pytest.mark.slow


def marked() -> Errors:
    """The lines that must be refused."""
    return {
        (file.name, number)
        for file in (HERE / "refused").glob("*.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if line.endswith(MARK)
    }


def names(folder: str) -> list[str]:
    return sorted(file.name for file in (HERE / folder).glob("*.py") if file.name[0] != "_")


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Errors:
    """Where `mypy --strict` finds errors."""
    if find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    files = [HERE / part / name for part in ("accepted", "refused") for name in names(part)]
    files += GUESTS
    cache = ROOT / ".mypy_cache"
    kept = cache if cache.is_dir() else tmp_path_factory.mktemp("mypy")
    words = ["--strict", "--no-error-summary", "--cache-dir", str(kept), *map(str, files)]
    told = _run([sys.executable, "-m", "mypy", *words])
    found = re.findall(r"^(.*?\.py):(\d+): error: ", told, re.MULTILINE)
    return {(_short(name), int(line)) for name, line in found}


@pytest.fixture(scope="module")
def pyright() -> Errors:
    """Where pyright, in its strict mode, finds errors."""
    program = Path(sys.executable).parent / "basedpyright"
    found = shutil.which("basedpyright", path=str(program.parent))
    if found is None:
        pytest.skip("basedpyright is not installed")
    told = _run([found, "--outputjson", "--pythonpath", sys.executable, "-p", str(HERE)])
    report: Mapping[str, list[Mapping[str, object]]] = json.loads(told)
    return {
        (_short(str(one["file"])), _line(one))
        for one in report["generalDiagnostics"]
        if one["severity"] == "error"
    }


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("name", names("accepted"))
def test_what_works_is_accepted(checker: str, name: str, request: pytest.FixtureRequest) -> None:
    errors: Errors = request.getfixturevalue(checker)

    assert {line for file, line in errors if file == name} == set()


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("name", names("refused"))
def test_what_cannot_work_is_refused_where_it_stands(
    checker: str, name: str, request: pytest.FixtureRequest
) -> None:
    errors: Errors = request.getfixturevalue(checker)
    lines = {line for file, line in marked() if file == name}

    assert lines
    assert {line for file, line in errors if file == name} == lines


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_real_plugins_are_accepted(checker: str, request: pytest.FixtureRequest) -> None:
    errors: Errors = request.getfixturevalue(checker)
    plugins = {_short(str(file)) for file in GUESTS}

    assert len(plugins) > 3
    assert {(file, line) for file, line in errors if file in plugins} == set()


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_a_new_distribution_is_accepted(kind: Kind, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    files = tree(new_plugin("advisor-new-plugin", kind.value))
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache")]

    assert "Success" in _run([*words, str(tmp_path / "src" / "advisor_new_plugin")])


def _short(file: str) -> str:
    """The name of a program; of a plugin's file, with that of its package."""
    path = ROOT / file
    return path.name if path.parent.parent == HERE else f"{path.parent.name}/{path.name}"


def _line(diagnostic: Mapping[str, object]) -> int:
    place = diagnostic["range"]
    assert isinstance(place, dict)
    return int(place["start"]["line"]) + 1


def _run(words: list[str]) -> str:
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout
