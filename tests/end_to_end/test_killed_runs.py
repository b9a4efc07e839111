"""Whole runs that are killed at any moment: one set of outputs, one history, nothing left."""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import pytest

from advisor.ingest.atomic_write import COMMITTED, PENDING, STAGED
from advisor.portfolio import Dataset
from tests.cli.exports import TODAY, shop_folder
from tests.end_to_end.forked import ForkedCommand

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

KILLS = int(os.environ.get("ADVISOR_KILLS", "1000"))
FORMATS = ("md", "html", "json", "xlsx")
# Runs whose outputs differ in every file.
LANGUAGES = ("en", "es")
NAMES = ("ash", "birch", "cedar")


def command(shop: Path, out: Path, language: str) -> list[str]:
    formats = [word for name in FORMATS for word in ("--format", name)]
    words = ["diagnose", str(shop), "-o", str(out), "--today", TODAY, "--language", language]
    return [*words, *formats, "--quiet"]


def environment() -> dict[str, str]:
    env = {name: text for name, text in os.environ.items() if name != "ADVISOR_HISTORY"}
    return env | {"POLARS_MAX_THREADS": "1"}


def visible(folder: Path) -> Mapping[str, bytes]:
    """The files that a reader of the folder sees."""
    if not folder.is_dir():
        return {}
    files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
    return {p.name: p.read_bytes() for p in files}


def stable(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The set without the workbook, whose zip may have another time in it."""
    return {name: data for name, data in files.items() if name.endswith((".html", ".json", ".csv"))}


def kill_somewhere(
    runs: ForkedCommand,
    words: list[str],
    chance: random.Random,
    longest: float,
    staged: Path | None,
) -> bool:
    """Starts a run and kills it: at a random moment, or soon after it began to write into *staged*;
    without that, towards its end. Gives whether it was still at work."""
    pid = runs.start(words)
    if chance.random() < 0.5:
        time.sleep(chance.random() * longest)
    elif staged is None:
        time.sleep(chance.uniform(0.6, 1.1) * longest)
    else:
        ends = time.monotonic() + 3 * longest
        while time.monotonic() < ends and not any(staged.glob(f"{STAGED}*")):
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.02)
    with suppress(ProcessLookupError):  # it has ended
        os.killpg(pid, signal.SIGKILL)
    return runs.wait() == -signal.SIGKILL


def checked(history: Path) -> int:
    """How many runs a history keeps, each with all its rows."""
    with closing(sqlite3.connect(history)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        runs = database.execute(
            "SELECT (SELECT count(*) FROM advisor_finding WHERE run = advisor_run.id), "
            "(SELECT count(*) FROM advisor_action WHERE run = advisor_run.id) FROM advisor_run"
        ).fetchall()
    assert len(set(runs)) == 1
    assert all(runs[0])
    return len(runs)


def test_a_shop_has_the_outputs_of_one_run_and_its_history_is_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(5)
    shop = shop_folder(tmp_path / "shop")
    out = tmp_path / "out"
    with ForkedCommand(command(shop, out, "en"), environment()) as runs:
        for language in LANGUAGES:  # from here on both runs find the same past
            began = time.monotonic()
            runs.start(command(shop, out, language))
            assert runs.wait() == 0
        longest = time.monotonic() - began
        sets = []
        for language in LANGUAGES:
            runs.start(command(shop, out, language))
            assert runs.wait() == 0
            sets.append(stable(visible(out)))
        assert all(sets[0][name] != sets[1][name] for name in sets[0] if name != "findings.csv")
        killed = unfinished = 0
        for number in range(KILLS):
            words = command(shop, out, chance.choice(LANGUAGES))
            killed += kill_somewhere(runs, words, chance, longest, out)
            found = stable(visible(out))
            if found not in sets:
                assert (out / COMMITTED).is_dir(), sorted(found)
                unfinished += 1
            if number % 20 == 0:
                checked(shop / "history.db")
        kept = checked(shop / "history.db")
        runs.start(command(shop, out, "en"))
        assert runs.wait() == 0
    with capsys.disabled():
        print(f"\n{killed} of {KILLS} killed, {unfinished} unfinished, {kept} kept")  # noqa: T201
    assert killed > KILLS // 2
    assert unfinished <= 1 + KILLS // 50  # the next run finishes them, but they are rare
    assert stable(visible(out)) == sets[0]
    assert not [p.name for p in out.iterdir() if p.name.startswith(".")]
    assert checked(shop / "history.db") >= kept


def test_a_portfolio_has_the_plans_and_index_of_one_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(6)
    shops = tmp_path / "shops"
    for name in NAMES:
        one = shop_folder(shops / name)
        profile = one / "advisor.toml"
        profile.write_text(profile.read_text().replace("corner", name), encoding="utf-8")

    def words(out: Path, language: str) -> list[str]:
        made = ["portfolio", str(shops), "-o", str(out), "--today", TODAY]
        asked = ["--language", language, "--plans", "all", "--format", "html"]
        return [*made, *asked, "--jobs", "2", "--quiet"]

    def seen(out: Path) -> Mapping[str, Mapping[str, bytes]]:
        """The index, the plans, and the language of the tables."""
        places = {"": out, **{name: out / "plans" / name for name in NAMES}}
        found = {name: dict(stable(visible(place))) for name, place in places.items()}
        manifest = found[""].pop("manifest.json", None)
        if manifest is not None:  # it names the tables, which are read through it
            found[""]["language"] = json.loads(manifest)["options"]["language"].encode()
            assert Dataset(out).table("shops").collect().height == len(NAMES)
        return found

    whole, out = tmp_path / "whole", tmp_path / "out"
    with ForkedCommand(words(whole, "en"), environment()) as runs:
        sets = {}
        for language in LANGUAGES:
            began = time.monotonic()
            runs.start(words(whole, language))
            assert runs.wait() == 0
            sets[language] = seen(whole)
        longest = time.monotonic() - began
        assert all(sets["en"][name] != sets["es"][name] for name in NAMES)
        nothing: Mapping[str, Mapping[str, bytes]] = {name: {} for name in ("", *NAMES)}
        killed = unfinished = 0
        kills = max(1, KILLS // 10)
        for _ in range(kills):
            asked = words(out, chance.choice(LANGUAGES))
            killed += kill_somewhere(runs, asked, chance, longest, None)
            if seen(out) not in (nothing, *sets.values()):
                assert (out / COMMITTED).is_dir()
                unfinished += 1
            if chance.random() < 0.2:
                shutil.rmtree(out, ignore_errors=True)
        runs.start(words(out, "en"))
        assert runs.wait() == 0
    with capsys.disabled():
        print(f"\n{killed} of {kills} killed, {unfinished} unfinished")  # noqa: T201
    assert killed > kills // 3
    assert unfinished <= 1 + kills // 10
    assert seen(out) == sets["en"]
    assert not [p for p in out.rglob(".*") if p.name.startswith((STAGED, COMMITTED, PENDING))]
