"""Compiled templates that are kept beside their sources."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest
from jinja2 import nodes

from advisor.plugin import Templates
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


def printed(theme: Templates) -> str:
    return make_environment([theme], "md").get_template("one.md.j2").render(a="A")


def test_a_template_is_compiled_once(theme: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(theme) == "A"
    monkeypatch.setattr(ReportEnvironment, "compile", None)
    assert printed(theme) == "A"


def test_a_changed_template_is_noticed(theme: Templates) -> None:
    assert printed(theme) == "A"
    Path(str(theme.folder), "one.md.j2").write_text("{{ a }}!")
    assert printed(theme) == "A!"


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


def test_bundled_templates_print_nothing_that_is_always_the_same(
    bundled: Sequence[Templates],
) -> None:
    """Such text would be escaped and translated while it is compiled, once for all formats."""
    environment = make_environment(bundled, "md")
    loader = environment.loader
    assert loader is not None
    always = []
    for name in environment.list_templates():
        tree = environment.parse(loader.get_source(environment, name)[0], name)
        outputs = (one for output in tree.find_all(nodes.Output) for one in output.nodes)
        applied = tree.find_all((nodes.Filter, nodes.Test, nodes.Call))
        for node in (
            *(one for one in outputs if not isinstance(one, nodes.TemplateData)),
            *applied,
        ):
            try:
                node.as_const(nodes.EvalContext(environment, name))
            except nodes.Impossible:
                continue
            always.append((name, node.lineno))
    assert not always
