"""Outputs are written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.ingest.atomic_write import write_outputs


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
