"""What needs no plugin asks for none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.installed import Site

# Tells every file that is opened in the folder of plugins, and what was imported.
WATCH = """
import json, sys
site, words = sys.argv[1], sys.argv[2:]
sys.path.insert(0, site)
opened = []
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(site):
        opened.append(str(arguments[0])[len(site):])
sys.addaudithook(watch)
from advisor.cli import main
try:
    main(words)
except SystemExit:
    pass
print(json.dumps([opened, sorted(sys.modules)]))
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.install("agency", "raise RuntimeError")
    return made


def watched(site: Site, *words: str) -> tuple[list[str], set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(site.folder), *words],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    opened, modules = json.loads(done.stdout.splitlines()[-1])
    return opened, set(modules)


@pytest.mark.parametrize("words", [("--help",), ("diagnose", "--help"), ("plugins", "--help")])
def test_help_looks_for_no_plugin(words: tuple[str, ...], site: Site) -> None:
    opened, modules = watched(site, *words)

    assert [name for name in opened if "dist-info" in name or "agency" in name] == []
    assert modules & {"agency", "polars", "pluggy", "jinja2", "advisor.plugin.registry"} == set()


def test_who_watches_sees_plugins_where_they_are_asked(site: Site) -> None:
    opened, modules = watched(site, "plugins", "list")

    assert any("dist-info" in name for name in opened)
    assert {"polars", "pluggy", "advisor.plugin.registry"} <= modules
