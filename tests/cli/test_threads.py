"""How many Polars threads a command takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from polars.lazyframe.opt_flags import DEFAULT_QUERY_OPT_FLAGS

from advisor.cli import threads
from advisor.cli.threads import (
    KEPT,
    LARGE_FILE,
    LEFT_OUT,
    MEMORY,
    VARIABLE,
    limit_threads,
    planned_simply,
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")  # so that what a test sets is taken back
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv(MEMORY, "")
    monkeypatch.delenv(MEMORY)
    monkeypatch.delitem(sys.modules, threads.LOADED, raising=False)
    monkeypatch.setattr(threads, "cores", lambda: 8)


def large(path: Path) -> Path:
    with path.open("wb") as stream:
        stream.truncate(LARGE_FILE)
    return path


def test_small_files_get_one_thread(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "ads.csv").write_text("a,b\n")
    limit_threads([str(tmp_path)])
    assert os.environ[VARIABLE] == "1"
    assert MEMORY not in os.environ


def test_a_large_file_gets_all_cores(tmp_path: Path) -> None:
    large(tmp_path / "ads.csv")
    limit_threads([str(tmp_path)])
    assert VARIABLE not in os.environ


def test_memory_is_kept_for_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_threads([str(large(tmp_path / "ads.csv"))])
    assert os.environ[MEMORY] == KEPT
    monkeypatch.setenv(MEMORY, "own")
    limit_threads([str(tmp_path)])
    assert os.environ[MEMORY] == "own"


def test_cores_are_shared_between_jobs(tmp_path: Path) -> None:
    limit_threads([str(large(tmp_path / "ads.csv"))], jobs=3)
    assert os.environ[VARIABLE] == "2"


def test_standard_input_may_be_large() -> None:
    limit_threads(["-"])
    assert VARIABLE not in os.environ


def test_the_number_of_the_user_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "5")
    limit_threads([str(tmp_path)])
    assert os.environ[VARIABLE] == "5"


def test_importing_the_package_sets_nothing() -> None:
    code = f"import os, advisor.diagnosis; print(os.environ.get({VARIABLE!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


def test_diagnose_takes_one_thread_for_a_small_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    code = (
        "import atexit, os\nfrom advisor.cli import main\n"
        f"atexit.register(lambda: print('threads', os.environ[{VARIABLE!r}]))\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "diagnose", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "threads 1" in done.stdout


def test_queries_over_small_files_are_planned_simply_and_those_after_them_as_before(
    tmp_path: Path,
) -> None:
    def passes() -> list[bool]:
        return [getattr(DEFAULT_QUERY_OPT_FLAGS, name) for name in LEFT_OUT]

    usual = passes()
    assert any(usual)
    with planned_simply([str(tmp_path)]):
        assert not any(passes())
    assert passes() == usual
    with planned_simply([str(large(tmp_path / "ads.csv"))]):
        assert passes() == usual
