"""Zips as they were downloaded, and zips that mean harm."""

import io
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.ingest.files import find_files
from advisor.model.reading import File
from advisor.model.scratch import discard
from advisor.tabular.containers import archive
from advisor.tabular.containers.archive import Limits, directory
from advisor.tabular.containers.open import open_source

MIB = 1 << 20


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.path.read_bytes() for file in find_files([folder])[0]}


def problem(path: Path) -> str:
    """Why the only file at *path* cannot be opened."""
    (file,), _ = find_files([path])
    with pytest.raises(AdvisorError) as caught:
        open_source(file)
    return str(caught.value)


def test_the_files_of_a_zip_are_found_by_their_names_in_it(tmp_path: Path) -> None:
    zipped(tmp_path / "Overview.zip", {"Overview.csv": b"a", "older/Viewers.csv": b"b"})

    assert contents(tmp_path) == {
        "Overview.zip > Overview.csv": b"a",
        "Overview.zip > older/Viewers.csv": b"b",
    }


def test_a_zip_may_come_through_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = zipped(tmp_path / "x.zip", {"a.csv": b"a"}).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    assert [file.name for file in find_files(["-"])[0]] == ["standard input > a.csv"]


def test_what_systems_hide_in_a_zip_is_skipped(tmp_path: Path) -> None:
    hidden = {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x", "a/.git/b": b"x", "empty/": b""}
    zipped(tmp_path / "x.zip", {**hidden, "a.csv": b"a"})

    assert list(contents(tmp_path)) == ["x.zip > a.csv"]


def test_a_copy_beside_the_zip_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "Overview.csv").write_bytes(b"a")
    zipped(tmp_path / "Overview.zip", {"Overview.csv": b"a"})

    files, (note,) = find_files([tmp_path])

    assert [file.name for file in files] == ["Overview.csv"]
    assert note.file == "Overview.zip > Overview.csv"


def test_members_of_one_name_in_two_zips_are_told_apart(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        zipped(tmp_path / folder / "o.zip", {"o.csv": folder.encode()})

    names = [file.name for file in find_files([tmp_path / "x", tmp_path / "y"])[0]]

    assert len(set(names)) == 2
    assert all(name.endswith("o.zip > o.csv") for name in names)


def test_names_in_utf8_that_do_not_say_so_are_read_as_such(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"ภาพรวม.csv": b"a"})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at + 1] &= ~0x08  # the bit for UTF-8
    path.write_bytes(data)

    assert list(contents(tmp_path)) == ["x.zip > ภาพรวม.csv"]


@pytest.mark.parametrize("name", ["../../out.csv", "/etc/out.csv", "..\\out.csv", "C:\\out.csv"])
def test_no_path_in_a_zip_leads_out_of_it(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    zipped(inside / "x.zip", {name: b"a"})
    before = sorted(tmp_path.rglob("*"))

    (file,), _ = find_files([inside])

    assert file.name.endswith("out.csv")
    assert ".." not in file.name
    assert sorted(tmp_path.rglob("*")) == before
    assert file.path.name == "out.csv"


def test_control_characters_in_a_name_reach_no_terminal(tmp_path: Path) -> None:
    zipped(tmp_path / "x.zip", {"a\x1b[31m.csv": b"a"})

    assert list(contents(tmp_path)) == ["x.zip > a[31m.csv"]


def test_a_copy_is_gone_once_it_is_discarded_and_a_users_file_stays(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"b")
    zipped(tmp_path / "x.zip", {"a.csv": b"a"})

    files, _ = find_files([tmp_path])
    for file in files:
        discard(file.path)

    assert [file.path.exists() for file in files] == [True, False]
    assert not files[1].path.parents[1].exists()


def encrypted(path: Path) -> None:
    zipped(path, {"a.csv": b"a"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


def nested(path: Path) -> None:
    inner = zipped(path.with_name("inner"), {"a.csv": b"a"})
    zipped(path, {"inner.zip": inner.read_bytes()})
    inner.unlink()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a password": (
        encrypted,
        "x.zip: the zip is protected by a password; unpack it and give the folder",
    ),
    "a zip in a zip": (
        nested,
        (
            "x.zip > inner.zip: this is a zip that is no workbook, or lies in another zip; "
            "unpack it and give the folder"
        ),
    ),
    "a bomb": (
        lambda path: zipped(path, {"a.csv": bytes(20 * MIB)}),
        (
            "x.zip: a.csv unpacks to 1,028 times its size, as zip bombs do; "
            "if you trust it, unpack it and give the folder"
        ),
    ),
    "nothing": (
        lambda path: zipped(path, {}),
        "x.zip: the zip is empty; export it again",
    ),
    "half a zip": (
        lambda path: path.write_bytes(zipped(path, {"a.csv": os.urandom(999)}).read_bytes()[:600]),
        "x.zip: the zip is cut off or broken; export or download it again",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_zip_that_cannot_be_looked_into_says_why_in_one_line(tmp_path: Path, case: str) -> None:
    make, line = REFUSED[case]
    make(tmp_path / "x.zip")

    assert problem(tmp_path) == line


def test_a_broken_member_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.csv": os.urandom(500), "b.csv": b"b"})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)

    files, (note,) = find_files([tmp_path])

    assert [file.name for file in files] == ["x.zip > b.csv"]
    assert note.code == "unreadable"
    assert note.text.startswith("a.csv is broken")


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        (Limits(members=1), "the zip holds 2 files; at most 1 are read"),
        (Limits(one=2 * MIB), "a.csv is 3 MiB when unpacked; at most 2 are read"),
        (Limits(all=5 * MIB), "the zip is 6 MiB when unpacked; at most 5 are read"),
    ],
)
def test_a_zip_beyond_the_limits_is_refused_unopened(
    tmp_path: Path, limits: Limits, line: str
) -> None:
    path = zipped(tmp_path / "x.zip", {"a.csv": bytes(3 * MIB), "b.csv": bytes(3 * MIB)})

    with pytest.raises(AdvisorError) as caught:
        directory(path, limits)

    assert caught.value.message == line


def workbook(path: Path, parts: Mapping[str, bytes]) -> File:
    base = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    zipped(path, {**base, **parts})
    return File(path, path.name, path.stat().st_size, "0" * 64)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<sst><si><t>&b;</t></si></sst>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(tmp_path: Path, encoding: str) -> None:
    part = LAUGHS.decode().encode(encoding)

    with pytest.raises(AdvisorError) as caught:
        open_source(workbook(tmp_path / "x.xlsx", {"xl/sharedStrings.xml": part}))

    assert str(caught.value) == (
        "x.xlsx: xl/sharedStrings.xml in the workbook declares entities, as XML bombs do; "
        "open it in a spreadsheet and save it again"
    )


def test_a_workbook_that_is_a_deflate_bomb_is_refused_unopened(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match=r"xl/sharedStrings\.xml unpacks to 1,028 times"):
        open_source(workbook(tmp_path / "x.xlsx", {"xl/sharedStrings.xml": bytes(20 * MIB)}))


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    noise = os.urandom(2 * MIB)
    file = workbook(path, {"xl/media/noise.bin": noise + bytes(8 * MIB)})
    data = path.read_bytes()
    told = struct.pack("<I", 10 * MIB)
    path.write_bytes(data.replace(told, struct.pack("<I", MIB)))

    with pytest.raises(AdvisorError, match=r"noise\.bin in the workbook is larger than it says"):
        open_source(file)


def test_no_limit_is_met_by_a_real_export() -> None:
    real = Path(__file__).parents[3] / "shared" / "real-exports"
    workbooks = sorted(real.glob("*.xlsx"))
    if not workbooks:
        pytest.skip("the real exports are not at hand")
    for path in workbooks:
        archive.check_parts(path, archive.directory(path))
