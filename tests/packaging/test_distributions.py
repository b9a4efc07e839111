"""What is shipped is what is in the shelves, and it works without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import ROOT, build_wheel, names

EXAMPLE = ROOT / "examples" / "luna-beauty"  # `advisor demo` writes it
SHELVES = ("advisor", "plugins", "rules", "report_templates")


def in_git() -> list[str]:
    """The files of the shelves that are tracked, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SHELVES],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is no git checkout")
    found = listed.stdout.decode().split("\0")
    return [name for name in found if name and (ROOT / name).is_file()]


def test_the_wheel_holds_exactly_the_files_of_the_shelves(wheel: Path) -> None:
    shipped = {name if name.startswith("advisor/") else name.split("/", 1)[1] for name in in_git()}
    example = {f"advisor/example/luna-beauty/{one.name}" for one in EXAMPLE.iterdir()}

    assert names(wheel) == shipped | example


def test_every_package_says_that_it_is_typed(project: dict[str, Any], wheel: Path) -> None:
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert {f"{Path(package).name}/py.typed" for package in packages} <= names(wheel)


def test_every_folder_of_a_shelf_is_shipped(project: dict[str, Any]) -> None:
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    there = {
        str(file.parent.relative_to(ROOT).as_posix())
        for shelf in SHELVES[1:]
        for file in (ROOT / shelf).glob("*/__init__.py")
    }

    assert packages == there | {"advisor"}


def test_every_bundled_plugin_comes_in_through_an_entry_point(project: dict[str, Any]) -> None:
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    plugins = {Path(package).name for package in packages if "/" in package}

    assert set(project["project"]["entry-points"]["advisor"].values()) == plugins


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    assert names(build_wheel(sdist, tmp_path)) == names(wheel)


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "tests", "docs"])
def test_the_sdist_has_what_a_packager_needs(sdist: Path, name: str) -> None:
    assert (sdist / name).exists()


def test_the_unpacked_wheel_makes_the_plan_of_the_example(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = "import advisor, sys; print(advisor.__file__); from advisor.cli import main; main()"
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            "diagnose",
            str(ROOT / "examples" / "luna-beauty"),
            "--today",
            "2026-11-02",
            "-o",
            str(tmp_path / "plan"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(tmp_path / "site"))
    assert "guide/low-ctor" in (tmp_path / "plan" / "appendix.md").read_text(encoding="utf-8")
