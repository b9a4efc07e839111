"""Things that look like files: none is waited for or read without end."""

import errno
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from advisor.errors import AdvisorError, NothingReadable
from advisor.ingest import files, write_outputs
from advisor.ingest.files import find_files
from advisor.model import File, Source
from advisor.tabular import open_source
from tests.cli.exports import ads_file
from tests.end_to_end.runs import document

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what /proc has")


def test_a_file_that_is_all_holes_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "holes.json").open("wb") as stream:
        stream.truncate(1 << 40)
    ads_file(tmp_path)

    found, notes = find_files([tmp_path])

    assert [file.name for file in found] == ["ads.csv"]
    assert [(note.file, str(note.text)) for note in notes] == [
        ("holes.json", "can't be opened: it has more than 8,589,934,592 bytes")
    ]


@pytest.mark.parametrize(
    "path",
    [
        *("/dev/zero", "/dev/null", "/dev/random"),
        pytest.param("/proc/kmsg", marks=LINUX),  # looks like a file, and is waited for without end
        pytest.param("/proc/self/status", marks=LINUX),
    ],
)
def test_a_device_is_refused(path: str) -> None:
    with pytest.raises(AdvisorError, match="is a device or a socket"):
        find_files([path])


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/fd/1"])
def test_no_output_takes_the_place_of_a_device(path: str) -> None:
    with pytest.raises(AdvisorError, match="is a device, a pipe or a socket"):
        write_outputs({Path(path): "a plan"})
    assert Path(path).is_char_device() or path != "/dev/null"


def test_no_output_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.md")
    with pytest.raises(AdvisorError, match="is a device, a pipe or a socket"):
        write_outputs({tmp_path / "plan.json": "{}", tmp_path / "plan.md": "a plan"})
    assert [path.name for path in tmp_path.iterdir()] == ["plan.md"]


def test_a_folder_that_may_be_listed_and_not_entered_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ads_file(tmp_path)
    (tmp_path / "day=1").mkdir()
    known = Path.is_dir

    def refused(path: Path) -> bool:
        if path.name == "day=1":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return known(path)

    monkeypatch.setattr(Path, "is_dir", refused)
    found, _ = find_files([tmp_path])
    assert [file.name for file in found] == ["ads.csv"]


@LINUX
def test_a_link_to_the_folders_of_the_kernel_is_not_followed(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "kernel").symlink_to("/proc")
    found, notes = find_files([tmp_path])
    assert [file.name for file in found] == ["ads.csv"]
    assert not [*notes]


def test_a_socket_is_refused_where_it_is_named_and_passed_over_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s")
        ads_file(tmp_path)
        (tmp_path / "log.csv").symlink_to("/proc/kmsg" if sys.platform == "linux" else "/dev/zero")
        with pytest.raises(AdvisorError, match="is a device or a socket"):
            find_files(["s"])
        assert [file.name for file in find_files(["."])[0]] == ["ads.csv"]


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(AdvisorError, match="is a pipe that nobody writes into"):
        find_files([tmp_path / "pipe"])


def test_a_pipe_with_a_slow_writer_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)
    os.close(reader)

    def write() -> None:
        os.write(writer, b"a,b\n")
        os.close(writer)

    late = threading.Timer(0.1, write)
    late.start()
    ((file,), _) = find_files([tmp_path / "pipe"])
    late.join()

    assert file.path.read_bytes() == b"a,b\n"


def test_a_stream_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LONGEST", 1 << 22)
    with (
        Path("/dev/zero").open("rb") as endless,
        pytest.raises(AdvisorError, match="standard input: gives more than"),
    ):
        files._spool(endless)


@pytest.mark.slow
def test_links_in_a_circle_and_deep_folders_cost_themselves(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "up").symlink_to(".")
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1900):  # deeper than any path may be long
            Path("deep").mkdir()
            os.chdir("deep")
    finally:
        os.chdir(here)

    found, notes = find_files([tmp_path])

    assert [file.name for file in found] == ["ads.csv"]
    assert any("nested more than 64 levels deep" in note.text for note in notes)
    subprocess.run(["rm", "-rf", str(tmp_path / "deep")], check=True)


@pytest.mark.slow
def test_ten_thousand_files_are_found(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.csv").write_bytes(b"%d" % number)

    found, notes = find_files([tmp_path])

    assert len(found) == 10_000
    assert notes == []


def test_a_name_is_one_line_that_can_be_printed(tmp_path: Path) -> None:
    for name in (b"two\nlines.csv", b"\xff\xe9.csv"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(name)

    found, _ = find_files([tmp_path])

    assert {file.name for file in found} == {"two\ufffdlines.csv", "\ufffd\ufffd.csv"}


def test_a_zip_for_which_there_is_no_space_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(*_: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(ads_file(tmp_path / "exports"), "ads.csv")
    monkeypatch.setattr(files, "unpack", unpack)

    with pytest.raises(NothingReadable, match=r"all\.zip: can't be unpacked: no space left"):
        document(tmp_path / "all.zip")


def grow(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n1,2,3")


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("change", [grow, shrink])
def test_a_file_that_changes_while_it_is_read_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    ads_file(tmp_path)
    changing = ads_file(tmp_path, weak=False, name="changing.csv")
    opened = open_source

    def changed(file: File) -> Source:
        source = opened(file)
        if file.path == changing:
            change(changing)
        return source

    monkeypatch.setattr("advisor.ingest.gathering.open_source", changed)

    made = document(tmp_path)

    (problem,) = (one.problem for one in made.inputs if one.file == "changing.csv")
    assert problem is not None
    assert "changed while it was read" in problem
