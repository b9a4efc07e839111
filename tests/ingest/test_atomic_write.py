"""Outputs are written whole or not at all."""

import errno
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.ingest import atomic_write
from advisor.ingest.atomic_write import PendingSet, write_outputs


def test_text_and_bytes_are_written_and_folders_made(tmp_path: Path) -> None:
    write_outputs({tmp_path / "new/plan.md": "é\n", tmp_path / "new/plan.bin": b"\0\1"})

    assert (tmp_path / "new/plan.md").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "new/plan.bin").read_bytes() == b"\0\1"
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["plan.bin", "plan.md"]


def test_an_earlier_output_is_replaced(tmp_path: Path) -> None:
    for text in ("one", "two"):
        write_outputs({tmp_path / "plan.md": text})

    assert (tmp_path / "plan.md").read_text() == "two"


def test_a_failure_leaves_earlier_outputs_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.md").write_text("earlier")

    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(AdvisorError) as caught:
        write_outputs({tmp_path / "plan.md": "new", tmp_path / "plan.json": "new"})

    assert str(caught.value) == (
        f"{tmp_path / 'plan.md'}: cannot be written: no space left on device; "
        "free some space, or choose another folder with -o"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["plan.md"]
    assert (tmp_path / "plan.md").read_text() == "earlier"


def test_a_folder_in_the_way_is_said_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()

    with pytest.raises(AdvisorError, match=r"plan\.json: cannot be written: is a directory"):
        write_outputs({tmp_path / "plan.md": "new", tmp_path / "plan.json": "new"})

    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(AdvisorError, match="cannot be written"):
        write_outputs({tmp_path / "out/plan.md": "new"})


OLD = {"plan.md": "old", "plan.json": "old", "findings.csv": "old"}
NEW = {"plan.md": "new", "plan.json": "new", "plan.html": "new"}
CHANGES = ("os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "open")


def write_set(folder: Path, files: Mapping[str, str]) -> None:
    write_outputs({folder / name: text for name, text in files.items()})


def seen(folder: Path) -> dict[str, str]:
    """What somebody who opens the folder sees."""
    return {p.name: p.read_text() for p in folder.iterdir() if not p.name.startswith(".")}


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


def killed(write: Callable[[], None], step: int) -> bool:
    """Calls *write* in a child that is killed before its *step*-th change of a file system; gives
    whether it came that far."""
    child = os.fork()
    if child == 0:
        atomic_write._CLEANED.clear()
        steps = itertools.count(1)

        def kill(event: str, _arguments: object) -> None:
            if event in CHANGES and next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            write()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_run_that_is_killed_at_any_step_leaves_one_set_to_the_next(tmp_path: Path) -> None:
    for step in itertools.count(1):
        folder = tmp_path / str(step)
        write_set(folder, OLD)
        if not killed(partial(write_set, folder, NEW), step):
            break
        committed = atomic_write.COMMITTED in hidden(folder)
        assert committed or seen(folder) in (OLD, OLD | NEW)
        atomic_write._CLEANED.clear()
        write_set(folder, {"advisor.toml": "another"})
        left = seen(folder)
        assert left.pop("advisor.toml") == "another"
        assert left == (OLD | NEW if committed or left["plan.md"] == "new" else OLD)
        assert not hidden(folder)
    assert step > len(NEW) * 4
    assert seen(folder) == OLD | NEW


def write_portfolio(folder: Path, text: str) -> None:
    """Writes the plans of two shops and their index, as a portfolio does."""
    with PendingSet(folder) as pending:
        for shop in ("ash", "former"):
            write_set(pending.place / "plans" / shop, dict.fromkeys(OLD, text))
        pending.commit({"index.md": text, "index.json": text})


def texts(folder: Path) -> set[str]:
    """The texts of all files that somebody sees in a portfolio."""
    files = [p for p in folder.rglob("*.*") if p.is_file() and ".advisor-" not in str(p)]
    assert len(files) == 2 + 2 * len(OLD)
    return {p.read_text() for p in files}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_portfolio_killed_at_any_step_has_the_plans_and_index_of_one_run(tmp_path: Path) -> None:
    unfinished = 0
    for step in itertools.count(1):
        folder = tmp_path / str(step)
        write_portfolio(folder, "old")
        if not killed(partial(write_portfolio, folder, "new"), step):
            break
        committed = atomic_write.COMMITTED in hidden(folder)
        if not committed:
            assert texts(folder) in ({"old"}, {"new"})
        unfinished += committed
        atomic_write._CLEANED.clear()
        write_set(folder, {"manifest.txt": "new"})  # any run that writes there
        (folder / "manifest.txt").unlink()
        assert len(texts(folder)) == 1
        assert not committed or texts(folder) == {"new"}
        write_portfolio(folder, "next")
        assert texts(folder) == {"next"}
        assert not list(folder.rglob(".*"))
    assert unfinished > len(OLD) * 2
    assert texts(folder) == {"new"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_runs_of_one_portfolio_wait_for_each_other(tmp_path: Path) -> None:
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for _ in range(6):
                    write_portfolio(tmp_path, str(number))
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert len(texts(tmp_path)) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_run_at_work_is_not_cleared_away_by_another(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for _ in range(12):
                    atomic_write._CLEANED.clear()
                    write_set(folder, dict.fromkeys(NEW, str(number) * 1000))
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert len(set(seen(folder).values())) == 1
    assert not hidden(folder)


def test_what_cannot_be_put_in_place_puts_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path, OLD)
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "plan.md":  # as where another program has it open, on Windows
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(AdvisorError, match="permission denied"):
        write_set(tmp_path, NEW)

    assert seen(tmp_path) == OLD
    assert not hidden(tmp_path)


def test_a_link_in_the_place_of_an_output_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("other")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "plan.md").symlink_to(tmp_path / "other.md")

    write_set(folder, NEW)

    assert seen(folder) == NEW
    assert (tmp_path / "other.md").read_text() == "other"


def test_a_link_that_is_named_like_a_committed_set_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private/advisor.toml").write_text("private")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / atomic_write.COMMITTED).symlink_to(tmp_path / "private")

    with pytest.raises(AdvisorError, match="cannot be written"):
        write_set(folder, NEW)

    assert (tmp_path / "private/advisor.toml").read_text() == "private"
    assert seen(folder) == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    mounted = shutil.which("mount") and subprocess.run(command, check=False, capture_output=True)
    if not mounted or mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_the_former_set(small_disk: Path) -> None:
    write_set(small_disk, OLD)

    with pytest.raises(AdvisorError, match=r"plan\.json: .*no space left on device; free some"):
        write_set(small_disk, NEW | {"plan.json": "x" * 1_000_000})

    assert seen(small_disk) == OLD
    assert not hidden(small_disk)


def limited(size: int, folder: Path) -> str:
    """What a process says that may write no file of more than *size* bytes."""
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from advisor.ingest.atomic_write import write_outputs\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "folder = Path(sys.argv[1])\n"
        "try: write_outputs({folder / 'plan.md': 'x', folder / 'plan.json': 'x' * 100_000})\n"
        "except Exception as error: print(error)\n"
    )
    command = [sys.executable, "-P", "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_quota_leaves_the_former_set(tmp_path: Path) -> None:
    write_set(tmp_path, OLD)

    said = limited(50_000, tmp_path)

    assert said == (
        f"{tmp_path / 'plan.json'}: cannot be written: file too large; "
        "choose another folder with -o\n"
    )
    assert seen(tmp_path) == OLD
    assert not hidden(tmp_path)
