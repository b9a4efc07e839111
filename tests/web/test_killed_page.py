"""A page that is killed at any moment: a shop's files, settings, plan and history are whole."""

import io
import json
import os
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest
import tomlkit

from advisor.model import make_settings, parse_toml
from advisor.web import Workspace
from tests.cli.exports import ad_days
from tests.end_to_end.forked import ForkedCommand
from tests.end_to_end.test_killed_runs import runs_of
from tests.shapes import ads_manager
from tests.web.served import TODAY, Answer, Page

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


DAYS = (10, 14)
EXPORTS = tuple(ads_manager.daily_csv(ad_days(weak=True, days=days)) for days in DAYS)
OTHERS = (b"a,b\n" + b"1,2\n" * 200_000, b"PK\x03\x04 no workbook")
PATIENCE = 60.0  # seconds, in which a plan is made even on a busy machine


class Visitor:
    """Does what a browser does, until the page is gone. *wrong* are answers that no page gives."""

    def __init__(self, page: Page, chance: random.Random) -> None:
        self._page, self._chance = page, chance
        self.wrong: list[str] = []

    def stay(self) -> None:
        """Visit the page."""
        with suppress(OSError, HTTPException):  # it was killed
            while not self.wrong:
                self._act(self._shop_or_new())

    def _shop_or_new(self) -> str:
        shops = sorted(set(re.findall(r'href="/shops/([^"/?]+)"', self._page.get("/").text)))
        if not shops or (len(shops) < 4 and self._chance.random() < 0.2):
            export = ("files", "ads.csv", self._chance.choice(EXPORTS))
            made = self._post("/shops", ("name", self._chance.choice(NAMES)), export)
            return str(made.headers["location"].split("?")[0].rpartition("/")[2])
        return str(self._chance.choice(shops))

    def _act(self, shop: str) -> None:
        act = self._chance.random()
        if act < 0.3:
            content = self._chance.choice((*EXPORTS, *OTHERS))
            self._post(f"/shops/{shop}/files", ("files", self._chance.choice(FILES), content))
        elif act < 0.4:
            self._post(f"/shops/{shop}/files/remove", ("file", self._chance.choice(FILES)))
        elif act < 0.5:
            self._post(f"/shops/{shop}/settings", ("size", "small"), ("currency", "USD"))
        elif act < 0.9:
            language = self._chance.choice(("en", "es"))
            self._post(f"/shops/{shop}/plan", ("language", language), ("currency", "USD"))
            while "http-equiv" in (seen := self._page.get(f"/shops/{shop}")).text:
                self._look(seen)
                time.sleep(0.05)
        else:
            self._post(f"/shops/{shop}/delete", ("sure", "yes"))

    def _post(self, path: str, *parts: tuple[str, str] | tuple[str, str, bytes]) -> Answer:
        answer = self._page.post(path, *parts)
        self._look(answer)
        return answer

    def _look(self, answer: Answer) -> None:
        if answer.status not in {200, 303, 404}:  # 404: the other visitor deleted it
            self.wrong.append(f"{answer.status}: {answer.text[-500:]}")


FILES = ("ads.csv", "more.csv", "odd.xlsx")


def wait_for_a_moment(root: Path, chance: random.Random) -> str:
    """Waits until the page is to be killed: at any moment, while a run writes its plan, or when a
    plan has just come to count. Gives which."""
    plans = root / ".plans"

    def written() -> set[tuple[str, int]]:
        found = (one for one in plans.glob("*/plan.json") if not one.parent.name.startswith("."))
        times = set()
        for one in found:
            with suppress(FileNotFoundError):
                times.add((one.parent.name, one.stat().st_mtime_ns))
        return times

    before = written()
    stages: tuple[tuple[str, Callable[[], bool], float], ...] = (
        ("any", lambda: True, 1.0),
        ("written", lambda: any(plans.glob(".*/plan.json")), 0.1),
        ("counts", lambda: bool(written() - before), 0.02),
    )
    stage, comes, lasts = chance.choice(stages)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and not comes():
        time.sleep(0.001)
    time.sleep(chance.random() * lasts)
    return stage


def children_of(pid: int) -> list[Path]:
    """The runs that a page has started, found also when it is gone."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"ADVISOR_PARENT=%d\0" % pid in (one / "environ").read_bytes():
                found.append(one)
    return found


def check_page(root: Path) -> tuple[int, int]:
    """What a page that was killed left is whole, for the next one that has just begun. Gives how
    many shops and plans there are."""
    shops = {one.name: one for one in root.iterdir() if not one.name.startswith(".")}
    contents = {len(one) for one in (*EXPORTS, *OTHERS)}
    for shop in shops.values():
        make_settings(parse_toml((shop / "advisor.toml").read_text(), where="advisor.toml"))
        for file in shop.iterdir():
            assert not file.name.startswith("."), file
            if file.suffix in {".csv", ".xlsx"}:
                assert file.stat().st_size in contents, "half a file"
        with suppress(FileNotFoundError):
            runs_of(shop / "history.db")
    plans = [one for one in (root / ".plans").iterdir() if not one.name.startswith(".")]
    assert {one.name for one in plans} <= set(shops), "a plan of no shop"
    for plan in plans:
        language = json.loads((plan / "request.json").read_text())["language"]
        made = json.loads((plan / "plan.json").read_text())
        page, text = (plan / "plan.html").read_text(), (plan / "plan.md").read_text()
        assert f'<html lang="{language}"' in page, "files of two plans"
        assert made["plan"]
        assert all(one["do"] in text for one in made["plan"])
    return len(shops), len(plans)


def hidden(root: Path) -> list[str]:
    """What a page keeps for itself beside its plans."""
    left = [one.relative_to(root) for one in root.rglob(".*/*")]
    return [str(one) for one in left if one.parts[0] != ".plans" or one.name.startswith(".")]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_page_that_starts_again_finds_whole_shops_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(8)
    root, said, temporary = tmp_path / "shops", tmp_path / "said", tmp_path / "tmp"
    temporary.mkdir()
    words = ["serve", str(root), "--no-browser", "--today", TODAY]
    done: Counter[str] = Counter()
    with ForkedCommand(words, {**os.environ, "TMPDIR": str(temporary)}) as pages:
        before = 0
        for number in range(max(2, KILLS // 3)):
            said.unlink(missing_ok=True)
            pid = pages.start(words, said)
            while not (
                link := re.search(r"http://\S+\n", said.read_text() if said.exists() else "")
            ):
                time.sleep(0.005)
            page = Page(link[0].strip(), root, pid).enter()
            shops, plans = check_page(root)
            done += Counter(shops=shops, plans=plans)
            done["runs outlived it"] += bool(before and children_of(before))
            while before and children_of(before):
                time.sleep(0.01)
            assert hidden(root) == []
            visitors = [Visitor(page, random.Random(chance.random())) for _ in range(2)]
            threads = [threading.Thread(target=one.stay) for one in visitors]
            for thread in threads:
                thread.start()
            done[wait_for_a_moment(root, chance)] += 1
            done["runs at work"] += len(children_of(pid))
            os.killpg(pid, signal.SIGKILL)
            assert pages.wait() == -signal.SIGKILL
            for thread in threads:
                thread.join()
            assert [line for one in visitors for line in one.wrong] == [], said.read_text()
            before = pid
            if number % 20 == 0:
                with capsys.disabled():
                    print(number, dict(done), flush=True)  # noqa: T201
    with capsys.disabled():
        print(f"\n{dict(done)}")  # noqa: T201
    assert done["plans"]
    assert len(list(temporary.iterdir())) <= 3  # of runs that were killed last
