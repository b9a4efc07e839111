"""What only a process of its own shows: imports, pipes, colours, completion."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from advisor.cli import complete, main, screen
from advisor.judge.engine import choose, notice
from tests.cli.exports import LAST, TODAY
from tests.shapes import violations
from tests.shapes._cells import Row

HEAVY = ("polars", "rich", "jinja2", "fastexcel", "pluggy", "durable", "cattrs", "scipy")


def advisor(
    *words: object, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from advisor.cli import main; main(prog_name='advisor')"]
        + [str(word) for word in words],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        check=False,
        timeout=120,
    )


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name, command in main.commands.items():
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.commands]
    return found


def test_help_imports_nothing_slow() -> None:
    script = (
        "import sys\nfrom advisor.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_of_each_command_has_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "\n    advisor " in result.stdout


@pytest.mark.parametrize("words", [(), ("diagnose",)], ids=["advisor", "diagnose"])
def test_help_documents_the_exit_codes(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, [*words, "--help"]).stdout
    assert "Exit codes:" in told
    for code in "01234":
        assert f"\n    {code}  " in told


def test_colours_are_for_terminals_and_not_where_no_color_is_set(shop: Path) -> None:
    violation: Row = {
        "date": LAST,
        "violation_id": "1",
        "type": "Exaggerated claims",
        "subject_kind": "shop",
        "status": "open",
    }
    (shop / "violations.csv").write_bytes(violations.violations([violation]))
    words = ("diagnose", shop, "--today", TODAY)
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": ""}
    red = "\x1b[1;31m"
    assert red in advisor(*words, env=terminal).stdout
    assert red not in advisor(*words, env=terminal | {"NO_COLOR": "1"}).stdout
    assert "\x1b" not in advisor(*words).stdout


@pytest.mark.parametrize("words", [("--format", "json"), ()], ids=["json", "terminal"])
def test_a_reader_who_leaves_early_is_no_error(shop: Path, words: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from advisor.cli import main; main(prog_name='advisor')",
            "diagnose",
            str(shop),
            "--today",
            TODAY,
            *words,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=120) == 0
    assert said.strip() in (
        "",
        notice(choose()),
    )  # how to get durable_rules is said beside what is piped


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="what Linux has")
@pytest.mark.parametrize("words", [("--version",), ("inspect", "{shop}")])
def test_a_full_disk_behind_the_output_is_one_line(shop: Path, words: tuple[str, ...]) -> None:
    line = f"'{sys.executable}' -m advisor.cli {' '.join(words).format(shop=shop)} >/dev/full"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "Error: cannot be written: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_closed_streams_are_as_if_they_went_nowhere(shop: Path) -> None:
    line = f"'{sys.executable}' -m advisor.cli diagnose '{shop}' --no-history <&- >&- 2>&-"
    done = subprocess.run(["sh", "-c", line], check=False)
    assert done.returncode == 0
    assert (shop / "plan.md").is_file()


def test_a_mistake_shows_no_traceback_and_a_bug_does(tmp_path: Path) -> None:
    assert "Traceback" not in advisor("diagnose", tmp_path / "nowhere").stderr
    script = (
        "import advisor.plugin\nfrom advisor.cli import main\n"
        "def broken(**_):\n    raise RuntimeError('a bug')\n"
        "advisor.plugin.load_plugins = broken\nmain(['plugins', 'list'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" in done.stderr
    assert "RuntimeError: a bug" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_without_the_letters_of_a_plan_is_no_error(shop: Path, encoding: str) -> None:
    words = ("diagnose", shop, "--no-history", "--language", "es", "--today", TODAY)
    spoken = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "advisor.cli", *map(str, words)],
        capture_output=True,
        env=os.environ | spoken,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert b"Escrito" in done.stdout


def test_errors_cannot_command_the_terminal(tmp_path: Path) -> None:
    said = advisor("diagnose", tmp_path / "a\x1b[2Jb").stderr
    assert "no such file or folder" in said
    assert "\x1b" not in said


def complete_line(line: str) -> list[str]:
    words = line.split(" ")
    env = {
        "_ADVISOR_COMPLETE": "zsh_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    answer = advisor(env=env).stdout.splitlines()
    return answer[1::3]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("advisor diag", {"diagnose"}),
        ("advisor explain weak-h", {"weak-hook"}),
        ("advisor explain guide/weak", {"guide/weak-hook"}),
        ("advisor metrics show ct", {"ctr", "ctor"}),
        ("advisor diagnose --goal a", {"ads", "audience"}),
        ("advisor diagnose --size ", {"small", "mid", "enterprise"}),
        ("advisor diagnose --niche fash", {"fashion-beauty"}),
        (
            "advisor diagnose --format ",
            {"md", "html", "json", "csv", "xlsx", "ics", "sarif", "junit", "jsonl"},
        ),
        ("advisor diagnose --fail-on ", {"critical", "high", "medium", "low"}),
        ("advisor config explain shop.si", {"shop.size"}),
    ],
)
def test_the_shell_completes_names(line: str, expected: set[str]) -> None:
    assert set(complete_line(line)) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_and_where_to_put_it(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"# advisor completion {shell} > ")
    assert "_ADVISOR_COMPLETE" in result.stdout


def test_a_broken_plugin_does_not_break_the_line_being_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr("advisor.plugin.load_plugins", broken)
    command = main.commands["metrics"]
    assert complete.metrics(click.Context(command), click.Argument(["x"]), "c") == []


def test_columns_align_wide_letters_and_drop_what_a_terminal_obeys() -> None:
    lines = screen.columns([("광고", "a"), ("\x1b[31mad", "b")], ("Name", "X"))
    assert lines == ["Name  X", "광고  a", "ad    b"]


class Terminal:
    """Standard error that says it is a terminal."""

    def __init__(self) -> None:
        self.written = ""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(("patience", "shown"), [(0.01, True), (30.0, False)])
def test_progress_appears_only_on_work_that_takes_long(
    monkeypatch: pytest.MonkeyPatch, patience: float, shown: bool
) -> None:
    import time

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(screen, "PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    with screen.Waiting() as waiting:
        waiting(0, 2, "ads [bold].csv")
        time.sleep(0.5)
    assert ("ads [bold].csv" in terminal.written) is shown


def test_progress_is_not_shown_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with screen.Waiting() as waiting:
        waiting(0, 1, "ads.csv")
    assert capsys.readouterr().err == ""
