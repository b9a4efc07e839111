"""Which files are found, and which are left alone."""

import io
import os
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.ingest.facts import write_facts
from advisor.ingest.files import find_files, is_facts
from advisor.ingest.result import Gathered
from tests.files_and_frames import reading


def names(*paths: Path | str) -> list[str]:
    return [file.name for file in find_files(paths)[0]]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_gives_every_file_below_it_sorted(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.csv", "a/b/c.xlsx"):
        write(tmp_path / name, name)

    assert names(tmp_path) == ["a/b/c.xlsx", "a/z.csv", "b.csv"]


def test_a_file_has_its_size_and_sha256(tmp_path: Path) -> None:
    (file,) = find_files([write(tmp_path / "a.csv", "hello")])[0]

    assert file.size == 5
    assert file.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_hidden_files_and_folders_are_skipped(tmp_path: Path) -> None:
    for name in (".DS_Store", ".git/config", "~a.csv"):
        write(tmp_path / name, name)

    assert names(tmp_path) == ["~a.csv"]


def test_a_link_to_a_folder_above_does_not_go_round(tmp_path: Path) -> None:
    write(tmp_path / "sub/a.csv", "a")
    (tmp_path / "sub/again").symlink_to(tmp_path, target_is_directory=True)

    assert names(tmp_path) == ["sub/a.csv"]


def test_a_file_named_twice_is_found_once_without_a_note(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a")

    files, notes = find_files([path, tmp_path])

    assert [file.name for file in files] == ["a.csv"]
    assert notes == []


def test_a_copy_is_read_once_and_said(tmp_path: Path) -> None:
    for name in ("a.csv", "a (1).csv"):
        write(tmp_path / name, "same")

    files, notes = find_files([tmp_path])

    assert [file.name for file in files] == ["a (1).csv"]
    assert [(note.file, note.text) for note in notes] == [
        ("a.csv", "skipped: it is the same file as a (1).csv")
    ]


def test_files_of_one_name_are_told_apart_by_their_path(tmp_path: Path) -> None:
    paths = [write(tmp_path / folder / "a.csv", folder) for folder in ("x", "y")]

    assert names(*paths) == [path.as_posix() for path in paths]


OWN = {
    "advisor.toml": "[shop]\nname = 'North'\n",
    "plan.json": '{"schema_version": 1, "advisor": {"version": "1", "engine": {}}}',
    "plan.md": "# Plan\n\nMade by shop-advisor 1.0\n",
    "index.html": "<html><!-- shop-advisor --></html>",
    "findings.csv": "\ufeffrank,rule,severity,subject\n",
}


@pytest.mark.parametrize("name", OWN)
def test_own_outputs_in_a_folder_are_not_exports(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, OWN[name])

    assert find_files([tmp_path]) == ([], [])


@pytest.mark.parametrize("name", OWN)
def test_an_own_output_that_is_named_is_left_out_with_a_note(tmp_path: Path, name: str) -> None:
    files, (note,) = find_files([write(tmp_path / name, OWN[name])])

    assert files == []
    assert (note.code, note.file) == ("own-output", name)
    assert "from shop-advisor" in note.text


@pytest.mark.parametrize("name", ["plan.json", "plan.md", "findings.csv"])
def test_a_strangers_file_of_our_name_is_an_export(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, '{"data": {"campaign": 1}}')

    assert names(tmp_path) == [name]


def test_a_plan_with_its_marks_at_its_two_ends_is_ours(tmp_path: Path) -> None:
    padding = " " * 300_000
    text = f'{{"advisor": {{"engine": {{}}}},{padding} "schema_version": 1}}'
    write(tmp_path / "anything.json", text)

    assert names(tmp_path) == []


def test_facts_are_found_where_they_are_named_and_not_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "shop.facts"
    write_facts(path, Gathered((reading("a.csv", [{"key": "1", "day": 1, "clicks": 1.0}]),)))

    assert is_facts(path)
    assert names(tmp_path) == []
    assert names(path) == ["shop.facts"]


def test_a_text_file_is_no_facts_file(tmp_path: Path) -> None:
    assert not is_facts(write(tmp_path / "shop.facts", "key,clicks"))


def test_standard_input_is_spooled(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"a,b\n1,2\n")

    monkeypatch.setattr("sys.stdin", Stdin)

    (file,) = find_files(["-"])[0]

    assert (file.name, file.size) == ("standard input", 8)
    assert file.path.read_bytes() == b"a,b\n1,2\n"


def test_a_path_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "video_list.xlsx", "x")
    missing = tmp_path / "vide_list.xlsx"

    with pytest.raises(AdvisorError) as caught:
        find_files([missing])

    near = str(tmp_path / "video_list.xlsx")
    assert str(caught.value) == f"{missing}: no such file or folder; did you mean {near!r}?"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_costs_itself_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "a")
    write(tmp_path / "b.csv", "b").chmod(0)

    files, (note,) = find_files([tmp_path])

    assert [file.name for file in files] == ["a.csv"]
    assert (note.file, note.text) == ("b.csv", "can't be opened: permission denied")


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "pipe")

    assert names(tmp_path) == []
