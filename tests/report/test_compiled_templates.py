"""Compiled templates that are kept beside their sources."""

import shutil
import sys
from datetime import date
from pathlib import Path

import attrs
import pytest

from advisor.model import Request, read_settings
from advisor.pipeline import own_templates
from advisor.plugin import Templates
from advisor.report import compiled_templates, escape
from advisor.report.environment import ReportEnvironment, make_environment


@pytest.fixture
def theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Templates:
    """A folder with one template, where compiled ones may be written."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "one.md.j2").write_text("{{ a }}")
    return Templates("one", folder, compiled=True)


def printed(theme: Templates, *, again: bool = False) -> str:
    """What a new process prints, or the same one *again*."""
    if not again:
        compiled_templates.LOADED.clear()
    return make_environment([theme], "md").get_template("one.md.j2").render(a="A")


def test_a_template_is_compiled_once(theme: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(theme) == "A"
    monkeypatch.setattr(ReportEnvironment, "compile", None)
    assert printed(theme) == "A"


@pytest.mark.parametrize("again", [False, True])
def test_a_changed_template_is_noticed(theme: Templates, again: bool) -> None:
    assert printed(theme) == "A"
    Path(str(theme.folder), "one.md.j2").write_text("{{ a }}!")
    assert printed(theme, again=again) == "A!"


def test_all_environments_of_a_process_share_the_code(theme: Templates) -> None:
    assert printed(theme) == "A"
    (kept,) = Path(str(theme.folder), "__pycache__").iterdir()
    kept.unlink()
    assert printed(theme, again=True) == "A"
    assert not kept.exists()


def test_a_compiled_template_does_not_move_with_its_folder(
    theme: Templates, tmp_path: Path
) -> None:
    printed(theme)
    moved = shutil.copytree(str(theme.folder), tmp_path / "moved")
    template = make_environment([attrs.evolve(theme, folder=moved)], "md").get_template("one.md.j2")
    assert template.root_render_func.__code__.co_filename == str(moved / "one.md.j2")


@pytest.mark.parametrize("damage", [b"", b"j2", bytes(200)])
def test_a_damaged_file_is_made_again(theme: Templates, damage: bytes) -> None:
    printed(theme)
    (kept,) = Path(str(theme.folder), "__pycache__").iterdir()
    good = kept.read_bytes()
    kept.write_bytes(damage)
    assert printed(theme) == "A"
    assert len(kept.read_bytes()) == len(good)


def test_nothing_is_kept_in_other_folders(theme: Templates) -> None:
    printed(attrs.evolve(theme, compiled=False))
    assert [file.name for file in theme.folder.iterdir()] == ["one.md.j2"]


def test_a_compiled_template_holds_for_all_formats_and_languages(theme: Templates) -> None:
    """What is the same in each report is escaped and translated when it is printed."""
    text = '{{ "<*" }} {{ 3 | double }}{% if 3 | double == "6" %}!{% endif %}'
    Path(str(theme.folder), "one.md.j2").write_text(text)

    def report(suffix: str, doubled: str) -> str:
        environment = make_environment([theme], suffix)
        environment.filters["double"] = lambda _: doubled
        return environment.get_template("one.md.j2").render()

    assert report("html", "6") == "&lt;* 6!"
    assert report("md", "six") == r"<\* six".replace("<", escape.markdown("<"))


def test_the_folder_of_a_shop_keeps_no_compiled_templates(theme: Templates) -> None:
    folder = Path(str(theme.folder))
    (folder.parent / "advisor.toml").write_text('[report]\ntemplates = "templates"\n')
    settings = read_settings(folder.parent / "advisor.toml")
    request = Request(
        (), date(2026, 11, 2), settings=settings, config=folder.parent / "advisor.toml"
    )
    assert [one.compiled for one in own_templates(request)] == [False]
