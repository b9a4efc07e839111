"""`advisor serve` and `advisor demo`, as commands."""

import configparser
import shlex
from pathlib import Path

import pytest

from advisor.web.shortcut import shortcut
from tests.cli.conftest import Run


def test_the_shortcut_starts_the_page_in_a_folder_with_any_name(tmp_path: Path) -> None:
    folder = tmp_path / 'tiendas de $HOME `x` 100% "a"'
    folder.mkdir()
    name, text = shortcut(folder, "darwin")
    assert name == "shop-advisor.command"
    words = shlex.split(text.splitlines()[1])
    assert words[0] == "exec"
    assert words[-2:] == ["serve", str(folder)]


def test_a_desktop_file_is_one_that_desktops_read(tmp_path: Path) -> None:
    name, text = shortcut(tmp_path, "linux")
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    entry = parser["Desktop Entry"]
    assert name == "shop-advisor.desktop"
    assert entry["Type"] == "Application"
    assert shlex.split(entry["Exec"])[-2:] == ["serve", str(tmp_path)]


@pytest.mark.parametrize("percent", ["100%", "a\\b", 'quo"te'])
def test_a_desktop_file_escapes_what_has_a_meaning_there(percent: str) -> None:
    line = shortcut(Path("/") / percent, "linux")[1].split("Exec=")[1].splitlines()[0]
    said = line.replace("%%", "%").replace("\\\\", "\\")
    assert shlex.split(said)[-1] == f"/{percent}"


def test_the_shortcut_is_written_and_can_be_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("serve", tmp_path / "shops", "--shortcut").exit_code == 0
    written = next(tmp_path.glob("shop-advisor.*"))
    assert written.stat().st_mode & 0o100


def test_the_demo_writes_a_shop_and_its_plan_once(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert run("demo", folder).exit_code == 0
    assert (folder / "plan" / "plan.html").is_file()
    assert (folder / "luna-beauty" / "advisor.toml").is_file()
    again = run("demo", folder)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
