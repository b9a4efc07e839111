"""`advisor engine`, and what a run shows where its engine is missing or fails."""

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from advisor.judge.engine import durable, install
from advisor.judge.engine.durable import available
from advisor.plugin import Cause, ChildDied, Death
from tests.cli.exports import TODAY
from tests.cli.test_process import advisor

needs_durable = pytest.mark.skipif(available() is not None, reason=str(available()))


def broken(folder: Path, program: str) -> dict[str, str]:
    """An environment in which durable_rules is a package that does *program* when imported."""
    (folder / "durable").mkdir(parents=True)
    (folder / "durable" / "__init__.py").write_text(program)
    (folder / "durable_rules_engine.py").write_text("")
    return {"PYTHONPATH": str(folder)}


@needs_durable
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("options", [(), ("--quiet",), ("--format", "json")], ids=str)
def test_a_run_whose_engine_crashes_has_its_plan_one_line_and_exit_code_4(
    shop: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    env = broken(tmp_path / "broken", "import os; os.abort()")
    command = ("diagnose", shop, "--today", TODAY, *options)
    whole = advisor(*command)

    done = advisor(*command, env=env)

    told = [line for line in done.stderr.splitlines() if "durable_rules" in line]
    assert (whole.returncode, done.returncode) == (0, 4)
    (line,) = told
    assert line == (
        "Failed: the rules engine durable_rules failed: it was killed by SIGABRT; "
        "the reference engine took over, which finds the same"
    )
    if options == ("--format", "json"):
        plan, expected = json.loads(done.stdout), json.loads(whole.stdout)
        assert plan["findings"] == expected["findings"]
        assert plan["advisor"]["engine"]["name"] == "reference"
    else:
        assert "durable_rules" not in done.stdout


@needs_durable
def test_check_says_which_engine_is_used() -> None:
    done = CliRunner().invoke(main, ["engine", "check"])

    assert (done.exit_code, done.stdout) == (0, "durable_rules 2.0.28 is in use\n")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise ImportError('undefined symbol:\\n x')", "ImportError: undefined symbol: x"),
        ("import os; os._exit(3)", "it ended with exit code 3"),
    ],
)
def test_check_fails_where_durable_rules_is_not_used(
    program: str, said: str, tmp_path: Path
) -> None:
    done = advisor("engine", "check", env=broken(tmp_path, program))

    assert done.returncode == 1
    assert done.stdout == (
        f"durable_rules cannot be used ({said}), so the reference engine is used, "
        "which finds the same\n"
    )


@needs_durable
def test_install_does_nothing_where_durable_rules_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "run_process", _never)

    done = CliRunner().invoke(main, ["engine", "install"])

    assert (done.exit_code, done.stdout) == (0, "durable_rules 2.0.28 is in use\n")


def test_install_without_a_compiler_says_so_in_one_line_and_is_no_error(tmp_path: Path) -> None:
    env = {**broken(tmp_path, "raise ImportError"), "CC": "/nonexistent -O2"}

    done = advisor("engine", "install", env=env)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "durable_rules was not built: there is no C compiler (/nonexistent); "
        "the reference engine is used, which finds the same\n"
    )


@pytest.fixture
def missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which durable_rules cannot be imported, and a compiler is there."""
    broken(tmp_path / "broken", "raise ImportError('missing')")
    monkeypatch.setattr(durable, "_places", lambda: [str(tmp_path / "broken")])
    monkeypatch.setattr(install, "missing_compiler", lambda _: None)


@pytest.mark.usefixtures("missing")
@pytest.mark.parametrize("pipx", [False, True])
def test_install_without_pip_gives_the_command_of_whoever_made_the_environment(
    pipx: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "find_spec", lambda _: None)
    monkeypatch.setattr(install, "run_process", _never)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    if pipx:
        (tmp_path / "pipx_metadata.json").write_text("{}")

    outcome = install.install_engine()

    flags = "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject"
    command = (
        f"{flags} pipx inject --pip-args='--no-cache-dir --force-reinstall' shop-advisor "
        "'durable-rules>=2.0.28,<3'"
        if pipx
        else f"{flags} uv pip install --no-cache --reinstall --python {sys.executable} "
        "'durable-rules>=2.0.28,<3'"
    )
    assert not outcome.installed
    assert outcome.text == (
        f"durable_rules was not built: this environment has no pip; run: {command}; "
        "the reference engine is used, which finds the same"
    )


@pytest.mark.usefixtures("missing")
def test_install_builds_with_the_flags_that_the_interpreter_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[list[str], str]] = []

    def pip(command: list[str], *, env: dict[str, str], **_: object) -> bytes:
        asked.append((command[1:], env["CPPFLAGS"]))
        return b""

    monkeypatch.setattr(install, "run_process", pip)
    install.install_engine({"CPPFLAGS": "-I/own"})

    ((command, flags),) = asked
    assert command[:3] == ["-m", "pip", "install"]
    assert {"--no-cache-dir", "--force-reinstall", "durable-rules>=2.0.28,<3"} <= set(command)
    assert flags == "-I/own -DPyEval_CallObject=PyObject_CallObject"


@pytest.mark.usefixtures("missing")
def test_install_that_fails_says_why_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ("noise", "ERROR: No matching distribution found", "hint: see above")

    def fail(*_: object, **__: object) -> bytes:
        raise ChildDied(Death(Cause.EXIT, "it ended with exit code 1", 1, None, said))

    monkeypatch.setattr(install, "run_process", fail)
    done = CliRunner().invoke(main, ["engine", "install"])

    assert done.exit_code == 0
    assert done.stdout == (
        "durable_rules was not built: pip says: No matching distribution found; "
        "the reference engine is used, which finds the same\n"
    )


def _never(*_: object, **__: object) -> bytes:
    raise AssertionError("pip was started")
