"""The folder for temporary files: it goes with its process, also where that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fcntl")
WORK = """
import sys
from advisor.model import scratch_folder
(scratch_folder() / "export.csv").write_text("a")
print(scratch_folder(), flush=True)
sys.stdin.read()
"""


def at_work(temporary: Path) -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: "subprocess.Popen[str]", number: int | None = None) -> None:
    if number is not None:
        process.send_signal(number)
    process.communicate()


def test_a_killed_process_leaves_a_folder_and_the_next_removes_it(tmp_path: Path) -> None:
    killed, left = at_work(tmp_path)
    end(killed, signal.SIGKILL)
    assert (left / "export.csv").exists()

    working, own = at_work(tmp_path)

    assert list(tmp_path.iterdir()) == [own]
    end(working)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_process_at_work_stays(tmp_path: Path) -> None:
    first, own = at_work(tmp_path)
    second, _ = at_work(tmp_path)
    end(second)

    assert (own / "export.csv").exists()
    end(first)


def test_what_has_the_name_and_is_no_folder_of_ours_stays(tmp_path: Path) -> None:
    kept = tmp_path / "shop-advisor-demo"
    kept.mkdir()
    (kept / "advisor.toml").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "at-work").touch()
    (tmp_path / "shop-advisor-link").symlink_to("elsewhere")

    process, _ = at_work(tmp_path)
    end(process)

    assert (kept / "advisor.toml").exists()
    assert (tmp_path / "elsewhere" / "at-work").exists()
