"""A page's process that is killed at any moment: a shop's files, settings and plan are whole."""

import io
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
import tomlkit

from advisor.model import make_settings
from advisor.web import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

KILLS = int(os.environ.get("ADVISOR_KILLS", "1000"))
LONGEST = 0.03  # seconds; an operation takes up to a few thousandths
LOADED = (tomlkit,)  # by the parent, so that not every child begins with it
NAMES = ("Ash", "Birch")
EXPORT = b"a,b\n" + b"1,2\n" * 20_000


def add(workspace: Workspace, shop: str) -> None:
    uploads = [("export.csv", EXPORT), ("more.csv", EXPORT + b"3,4\n"), ("export.csv", EXPORT)]
    workspace.add(shop, [(name, io.BytesIO(content)) for name, content in uploads])


def answer(workspace: Workspace, shop: str) -> None:
    for currency in ("USD", None):
        workspace.change_settings(shop, {"shop": {"currency": currency}})


def remove(workspace: Workspace, shop: str) -> None:
    for file in workspace.files(shop):
        workspace.remove_file(shop, file.name)


def plan(workspace: Workspace, shop: str) -> None:
    run = str(time.monotonic_ns())
    with workspace.new_plan(shop) as place:
        for name in ("plan.md", "plan.json", "findings.csv"):
            (place / name).write_text(run)


OPERATIONS = (add, add, answer, remove, plan, plan, plan, Workspace.delete)


def work(root: Path, chance: random.Random) -> None:
    """Do what a page does, one thing after another, until somebody ends it."""
    workspace = Workspace(root)
    while True:
        shops = workspace.shops()
        if not shops or chance.random() < 0.2:
            if len(shops) < 4:
                workspace.create(chance.choice(NAMES))
            continue
        chance.choice(OPERATIONS)(workspace, chance.choice(shops))


def check(root: Path) -> set[str]:
    """The next page finds whole shops, and nothing else. Gives those that have a plan."""
    workspace = Workspace(root)
    try:
        shops = set(workspace.shops())
        seen = {one.name for one in root.iterdir() if not one.name.startswith(".")}
        assert seen == shops, "a folder that is no shop"
        for shop in shops:
            make_settings(workspace.settings(shop))
            for file in workspace.files(shop):
                assert file.size in {len(EXPORT), len(EXPORT) + 4}, "half a file"
            hidden = [one.name for one in (root / shop).iterdir() if one.name.startswith(".")]
            assert hidden == []
        plans = {one.name: sorted(one.iterdir()) for one in (root / ".plans").iterdir()}
        assert set(plans) <= shops, "a plan of no shop"
        for files in plans.values():
            assert len(files) == 3, "half a plan"
            assert len({file.read_text() for file in files}) == 1, "files of two plans"
        assert list((root / ".incoming").iterdir()) == []
        assert not (root / ".removed").exists()
        return set(plans)
    finally:
        workspace.close()


def test_a_workspace_is_whole_after_every_kill(tmp_path: Path) -> None:
    chance = random.Random(7)
    root = tmp_path / "shops"
    plans: set[str] = set()
    for number in range(KILLS):
        pid = os.fork()
        if pid == 0:
            try:
                work(root, random.Random(number))
            finally:
                os._exit(1)
        time.sleep(chance.random() * LONGEST)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        plans |= check(root)
    assert plans, "no plan was ever made"
