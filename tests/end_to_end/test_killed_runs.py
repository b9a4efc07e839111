"""Whole runs that are killed at any moment: one set of outputs, one history, nothing left."""

import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from advisor.ingest.atomic_write import COMMITTED, PENDING, STAGED
from advisor.portfolio import Dataset
from advisor.portfolio.dataset import MANIFEST, TABLES
from advisor.portfolio.history import History
from tests.cli.exports import PROFILE, TODAY, ad_days, shop_folder
from tests.end_to_end.forked import ForkedCommand
from tests.shapes import ads_manager

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

KILLS = int(os.environ.get("ADVISOR_KILLS", "1000"))
FORMATS = ("md", "html", "json", "xlsx")
# Runs whose outputs differ in every file.
LANGUAGES = ("en", "es")
NAMES = ("ash", "birch", "cedar")
_Sets = Mapping[str, Mapping[str, Mapping[str, bytes]]]


def command(shop: Path, out: Path, language: str) -> list[str]:
    formats = [word for name in FORMATS for word in ("--format", name)]
    words = ["diagnose", str(shop), "-o", str(out), "--today", TODAY, "--language", language]
    return [*words, *formats, "--quiet"]


def environment() -> dict[str, str]:
    env = {name: text for name, text in os.environ.items() if name != "ADVISOR_HISTORY"}
    # Templates are compiled once.
    return env | {"POLARS_MAX_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}


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
    staged: Path,
) -> bool:
    """Starts a run and kills it: at a random moment, or soon after it began to write into *staged*.
    Gives whether it was still at work."""
    pid = runs.start(words)
    if chance.random() < 0.5:
        time.sleep(chance.random() * longest)
    else:
        ends = time.monotonic() + 3 * longest
        while time.monotonic() < ends and not any(staged.glob(f"{STAGED}*")):
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.02)
    with suppress(ProcessLookupError):  # it has ended
        os.killpg(pid, signal.SIGKILL)
    return runs.wait() == -signal.SIGKILL


def runs_of(history: Path) -> list[tuple[int, int]]:
    """How many findings and actions each run of a whole history keeps."""
    with closing(sqlite3.connect(history)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not database.execute("SELECT 1 FROM sqlite_master").fetchall():
            return []  # it was killed before it made the tables
        runs = database.execute(
            "SELECT (SELECT count(*) FROM advisor_finding WHERE run = advisor_run.id), "
            "(SELECT count(*) FROM advisor_action WHERE run = advisor_run.id) FROM advisor_run"
        ).fetchall()
    assert all(map(all, runs))
    return runs


def checked(history: Path) -> int:
    """How many runs a history keeps, each with all its rows."""
    runs = runs_of(history)
    assert len(set(runs)) == 1
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


def manifest_time(out: Path) -> int:
    """When the manifest was written; 0 where there is none."""
    try:
        return (out / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def state_of(pid: int) -> str:
    """The letter that Linux has for what a process is doing; Z where nobody has waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z" if Path("/proc/self").exists() else "?"


def has_ended(pid: int) -> bool:
    """Whether a run that nobody has waited for is over, where the system says so."""
    return state_of(pid) == "Z"


def has_plans(out: Path) -> bool:
    """Whether the plans of a run have begun to wait."""
    return any((out / PENDING).glob("*/*/*"))


def kill_in_a_stage(
    runs: ForkedCommand, words: list[str], chance: random.Random, longest: float, out: Path
) -> tuple[str, bool, list[int]]:
    """Starts a portfolio run and kills it in a stage of its work. Gives which one, whether it was
    still at work, and its workers, who may take a moment to see it."""
    before = manifest_time(out)
    stages: tuple[tuple[str, Callable[[], bool], float], ...] = (
        ("anywhere", lambda: True, longest),
        ("blocks", lambda: any(out.glob("blocks/*.json")), longest / 2),
        ("plans", lambda: has_plans(out), longest / 4),
        ("committing", (out / PENDING / MANIFEST).exists, 0.01),
        ("published", lambda: manifest_time(out) != before, 0.05),
    )
    stage, comes, lasts = chance.choice(stages)
    pid = runs.start(words)
    ends = time.monotonic() + 2 * longest
    while time.monotonic() < ends and not (comes() or has_ended(pid)):
        time.sleep(0.0005)
    time.sleep(chance.random() * lasts)
    workers = children_of(pid)
    with suppress(ProcessLookupError):  # it has ended
        os.killpg(pid, signal.SIGKILL)
    ended = runs.wait()
    assert ended in {0, -signal.SIGKILL}
    return stage, ended == -signal.SIGKILL, workers


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, where the system says so."""
    lines = [one.read_text().split() for one in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(one) for line in lines for one in line]


def readable(out: Path) -> str:
    """The language of the published run, all of whose tables and history can be read."""
    dataset = Dataset(out)
    for table in TABLES:
        dataset.table(table).collect()
    assert dataset.table("shops").collect().height == len(NAMES)
    partitions = dataset.manifest()["history"]
    assert [*partitions] == [TODAY]
    with closing(History(dataset.storage).open()) as history:
        shops = history.rows("SELECT shop FROM advisor_run ORDER BY shop")
    assert shops == [(name,) for name in NAMES]
    return str(dataset.manifest()["options"]["language"])


class Portfolio:
    """Three small shops, and a run over them whose outputs differ by its language."""

    def __init__(self, folder: Path) -> None:
        self.shops = folder / "shops"
        for name in NAMES:
            one = shop_folder(self.shops / name, profile=PROFILE.replace("corner", name))
            (one / "ads.csv").write_bytes(ads_manager.daily_csv(ad_days(weak=True, days=14)))

    def words(self, out: Path, language: str) -> list[str]:
        made = ["portfolio", str(self.shops), "-o", str(out), "--today", TODAY]
        asked = ["--language", language, "--plans", "all", "--format", "json", "--format", "csv"]
        return [*made, *asked, "--jobs", "2", "--quiet"]

    def touch(self, name: str) -> None:
        """Have a run do a shop again that was done, as if another export had come."""
        os.utime(self.shops / name / "ads.csv")

    def seen(self, out: Path) -> Mapping[str, Mapping[str, bytes]]:
        """The index, the plans, and the language of the tables."""
        places = {"": out, **{name: out / "plans" / name for name in NAMES}}
        found = {name: dict(stable(visible(place))) for name, place in places.items()}
        if found[""].pop(MANIFEST, None) is not None:  # it names the tables
            found[""]["language"] = readable(out).encode()
        return found

    def whole(self, runs: ForkedCommand, out: Path) -> tuple[_Sets, float]:
        """What a reader sees of whole runs, by language, or before the first; and how long one
        takes."""
        sets: dict[str, Mapping[str, Mapping[str, bytes]]] = {}
        sets[""] = {name: {} for name in ("", *NAMES)}
        for language in LANGUAGES:
            began = time.monotonic()
            runs.start(self.words(out, language))
            assert runs.wait() == 0
            sets[language] = self.seen(out)
        assert all(sets["en"][name] != sets["es"][name] for name in NAMES)
        return sets, time.monotonic() - began


def test_a_portfolio_has_the_plans_and_index_of_one_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(6)
    portfolio, out = Portfolio(tmp_path), tmp_path / "out"
    with ForkedCommand(portfolio.words(tmp_path / "whole", "en"), environment()) as runs:
        sets, longest = portfolio.whole(runs, tmp_path / "whole")
        killed: Counter[str] = Counter()
        started = unfinished = 0
        while killed.total() < KILLS:
            portfolio.touch(chance.choice(NAMES))
            asked = portfolio.words(out, chance.choice(LANGUAGES))
            stage, at_work, workers = kill_in_a_stage(runs, asked, chance, longest, out)
            started += 1
            killed[stage] += at_work
            found = portfolio.seen(out)
            if found not in sets.values():
                assert (out / COMMITTED).is_dir(), explained(found, sets)
                unfinished += 1
            if chance.random() < 0.1:
                while not all(map(has_ended, workers)):
                    time.sleep(0.001)
                shutil.rmtree(out, ignore_errors=True)
            assert started < 2 * KILLS + 20
            if started % 50 == 0:
                with capsys.disabled():
                    print(f"{killed.total()} of {started} killed", flush=True)  # noqa: T201
        runs.start(portfolio.words(out, "en"))
        assert runs.wait() == 0
    with capsys.disabled():
        print(f"\n{dict(killed)} of {started} killed, {unfinished} unfinished")  # noqa: T201
    assert len(killed) > 3
    assert unfinished <= 1 + KILLS // 10
    assert portfolio.seen(out) == sets["en"]
    assert not left_in(out)


def explained(found: Mapping[str, Mapping[str, bytes]], sets: _Sets) -> Mapping[str, list[str]]:
    """The runs that each place and file may be of: none, en or es."""
    return {
        f"{place}/{name}": [run for run, one in sets.items() if one[place].get(name) == content]
        for place, files in found.items()
        for name, content in files.items()
    }


def left_in(out: Path) -> list[Path]:
    """What a run has there for itself alone."""
    return [p for p in out.rglob(".*") if p.name.startswith((STAGED, COMMITTED, PENDING))]


def changes_in(out: Path) -> list[tuple[str, int]]:
    """When each folder of a run was last changed."""
    folders = [place for place, _, _ in os.walk(out)]
    found = []
    for place in folders:
        with suppress(OSError):
            found.append((place, os.stat(place).st_mtime_ns))  # noqa: PTH116 (no time to lose)
    return found


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Has a run and its children stand still, as a kill at this moment would leave their files."""
    family = [pid, *children_of(pid)]
    for one in family:
        with suppress(ProcessLookupError):
            os.killpg(one, signal.SIGSTOP)
    try:
        for one in family:
            while state_of(one) not in "TZ":
                time.sleep(0.0002)
        yield
    finally:
        for one in family:
            with suppress(ProcessLookupError):
                os.killpg(one, signal.SIGCONT)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_portfolio_is_whole_at_every_moment_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of what is there at a moment is what a kill would leave, for a tenth of the time."""
    chance = random.Random(9)
    portfolio, out, copy = Portfolio(tmp_path), tmp_path / "out", tmp_path / "copy"
    with ForkedCommand(portfolio.words(tmp_path / "whole", "en"), environment()) as runs:
        sets, _ = portfolio.whole(runs, tmp_path / "whole")
        moments = unfinished = started = 0
        before: list[tuple[str, int]] = []
        while moments < KILLS:
            started += 1
            portfolio.touch(chance.choice(NAMES))
            language = chance.choice(LANGUAGES)
            pid = runs.start(portfolio.words(out, language))
            while not has_ended(pid):
                time.sleep(chance.random() * 0.0005)
                if changes_in(out) == before:
                    continue
                with stopped(pid):
                    before = changes_in(out)
                    shutil.rmtree(copy, ignore_errors=True)
                    if out.exists():
                        shutil.copytree(out, copy, symlinks=True)
                moments += 1
                found = portfolio.seen(copy)
                if found not in sets.values():
                    assert (copy / COMMITTED).is_dir(), explained(found, sets)
                    unfinished += 1
            assert runs.wait() == 0
            assert portfolio.seen(out) == sets[language]
            assert not left_in(out)
            if chance.random() < 0.2:
                shutil.rmtree(out)
    with capsys.disabled():
        print(f"\n{moments} moments of {started} runs, {unfinished} unfinished")  # noqa: T201
    assert moments > 10 * started
