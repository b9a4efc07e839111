"""The child that reads Parquet: killed, left by its parent, and beside a fork.

`ADVISOR_KILLS=200 pytest -m slow -s tests/tabular/test_native_child.py` kills more often.
"""

import os
import random
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest

from advisor.tabular.containers import native_child

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]

KILLS = int(os.environ.get("ADVISOR_KILLS", "40"))
ROWS = 1_000_000
READS = """\
import sys
from pathlib import Path
from advisor.tabular.containers import native_child
path = Path(sys.argv[1])
native_child.parquet_names([path], hive=False)
print(native_child._reader(__import__("os").getpid())._child.pid, flush=True)
while True:
    native_child.parquet_frame([path], ["a", "b"], None, hive=False)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes long enough to be read that a kill meets its reading."""
    path = tmp_path_factory.mktemp("parquet") / "large.parquet"
    rows = pl.int_range(ROWS, eager=True)
    pl.DataFrame({"a": rows, "b": rows.cast(pl.String)}).write_parquet(path)
    return path


def child() -> int:
    """The number of the child of this process, which has read something."""
    running = native_child._reader(os.getpid())._child
    assert running is not None
    return running.pid


def children() -> set[int]:
    """Every child of this process, those that nobody has waited for too."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(number) for task in tasks for number in task.read_text().split()}


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def read(path: Path) -> int:
    return native_child.parquet_frame([path], ["a", "b"], None, hive=False).height


def was_lost(path: Path) -> bool:
    """Whether a read failed, in one line that says why; one that did not has all rows."""
    try:
        rows = read(path)
    except native_child.BrokenError as error:
        said = str(error)
    else:
        said = ""
        assert rows == ROWS
    assert said in ("", "reading it was stopped: it was killed by SIGKILL")
    return bool(said)


def test_a_killed_child_costs_the_read_it_was_at_and_leaves_nothing(large: Path) -> None:
    chance = random.Random(1)
    assert read(large) == ROWS
    before = handles(), threading.active_count(), len(children())
    lost = 0

    for number in range(KILLS):
        killed = child()
        if number % 2:  # at rest: no file has to do with it
            os.kill(killed, signal.SIGKILL)
            os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
        else:
            timer = threading.Timer(chance.uniform(0, 0.3), os.kill, (killed, signal.SIGKILL))
            timer.start()
            lost += was_lost(large)
            timer.join()
            if killed in children():  # the kill came when the read was done
                os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
        assert not was_lost(large)
        assert child() != killed
        assert killed not in children()
        assert (handles(), threading.active_count(), len(children())) == before

    print(f"\n{KILLS} killed, {lost} in the midst of a read")  # noqa: T201
    assert lost


def test_a_child_ends_with_its_killed_parent_in_the_midst_of_a_read(large: Path) -> None:
    chance = random.Random(2)
    for _ in range(max(5, KILLS // 4)):
        with subprocess.Popen(
            [sys.executable, "-c", READS, str(large)], stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout is not None
            reading = os.pidfd_open(int(parent.stdout.readline()))
            ended = select.poll()
            ended.register(reading, select.POLLIN)
            assert not ended.poll(1000 * chance.uniform(0, 0.5))  # works until then
            parent.kill()
            parent.wait()
            assert ended.poll(10_000), "it outlived its parent"
            os.close(reading)


def test_a_fork_reads_with_a_child_of_its_own(large: Path) -> None:
    assert read(large) == ROWS
    own = child()

    fork = os.fork()
    if fork == 0:
        fine = False
        try:
            names = native_child.parquet_names([large], hive=False)
            fine = names == ["a", "b"] and child() != own
            native_child._reader(os.getpid())._child.close()  # type: ignore[union-attr]
        finally:
            os._exit(0 if fine else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert read(large) == ROWS
    assert child() == own
