"""Files that an advisor.toml names lie below it, and are texts of a page."""

import os
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.model.own_files import ALLOWED, LARGEST, named_folder, read_text, texts_below


@pytest.mark.parametrize(
    "named", ["../other", "/etc", "in/../../other", "link", "circle/x", "\x00"]
)
def test_a_folder_that_lies_elsewhere_is_refused(tmp_path: Path, named: str) -> None:
    shop, other = tmp_path / "shop", tmp_path / "other"
    shop.mkdir()
    other.mkdir()
    (shop / "link").symlink_to(other)
    (shop / "circle").symlink_to("circle")

    with pytest.raises(AdvisorError, match="is not below the folder"):
        named_folder(shop, named, key="rules.paths")


def test_a_folder_that_is_allowed_by_name_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, os.pathsep.join(["/nowhere", str(tmp_path / "shared")]))

    assert named_folder(tmp_path / "shop", "../shared/rules", key="rules.paths")
    assert named_folder(tmp_path / "shop", "mine", key="rules.paths")
    with pytest.raises(AdvisorError):
        named_folder(tmp_path / "shop", "../shared-by-others", key="rules.paths")


def test_a_link_out_of_the_folder_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "templates"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts/plan.md.j2").write_text("plan")
    (folder / "same.j2").symlink_to("parts/plan.md.j2")
    assert texts_below(folder, (".j2",)) == {"parts/plan.md.j2": "plan", "same.j2": "plan"}

    (folder / "plan.md.j2").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(AdvisorError, match="is a link out of its folder"):
        texts_below(folder, (".j2",))


def test_folders_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(".")

    with pytest.raises(AdvisorError, match="levels deep"):
        texts_below(tmp_path, (".j2",))


@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "folder"])
def test_what_is_no_file_is_not_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()

    with pytest.raises(AdvisorError, match=r"no such file|is not a file"):
        read_text(tmp_path / name)


def test_a_text_has_the_size_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"#" * (LARGEST + 1))

    with pytest.raises(AdvisorError, match="is larger than 1 MiB"):
        read_text(tmp_path / "a.toml")
