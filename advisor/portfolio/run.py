"""A portfolio run: blocks of shops, done by an engine in several places at once.

A worker that dies costs its block a second try in halves, down to the shop that ends it, which
costs that shop and one line. A block whose shops, files and options are those of a block that is
done already is not done again: so a run that was stopped goes on where it was.
"""

import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.model import frozen
from advisor.plugin import ChildDied, own_version
from advisor.portfolio.dataset import SHOPS, TABLES, Block, Dataset, empty_tables
from advisor.portfolio.engines import Engine, Message, Place, ProcessEngine
from advisor.report import PROCESS

BLOCK = 64  # shops at most; half a block a place is what is lost when a run is stopped
LEAST_BLOCKS = 8  # of a run that has as many shops, so that every place has work to the end
Progress = Callable[[int, int, str], None]


@frozen
class Options:
    """The options of a run, as the command line has them; *facts* keeps what was read, *history*
    compares each shop with its own earlier runs and keeps this one."""

    today: str
    goal: str | None = None
    size: str | None = None
    niche: str | None = None
    first: str | None = None
    last: str | None = None
    month: str | None = None
    rules: tuple[str, ...] = ()
    language: str | None = None
    isolate: bool = False
    facts: bool = True
    history: bool = False


@frozen
class Plans:
    """Which plans are written: those of the *folders*, or that *choose* names once all results are
    there; in these *formats*, each into a folder of its name in *top*."""

    folders: frozenset[str] = frozenset()
    choose: Callable[[Dataset], Sequence[str]] | None = None
    formats: tuple[str, ...] = ()
    top: Path | None = None


@frozen
class Result:
    """What became of a run: how many shops it has, how many of them were done *before*, what failed
    beside shops, what is to be said, and how long it took in seconds."""

    shops: int
    before: int
    failures: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


class _StoppedError(Exception):
    """The user ended the run, and with it the workers."""


@attrs.define(eq=False)
class _Pool:
    """The places of an engine, each in a thread of this process that talks with it."""

    engine: Engine
    dataset: Dataset
    options: Options
    plans: Plans
    failures: dict[str, None] = attrs.field(factory=dict)
    notes: dict[str, None] = attrs.field(factory=dict)
    _guard: threading.Lock = attrs.field(factory=threading.Lock)
    stopped: bool = False

    def run(self, tasks: Sequence[Callable[["_Talk"], None]]) -> None:
        """Does every task. Raises what the first of them raised."""
        if self.engine.places == 1:
            talk = _Talk(self)
            try:
                for task in tasks:
                    task(talk)
            finally:
                talk.close()
            return
        waiting: queue.SimpleQueue[Callable[[_Talk], None]] = queue.SimpleQueue()
        for task in tasks:
            waiting.put(task)
        wrong: list[BaseException] = []

        def work() -> None:
            talk = _Talk(self)
            try:
                while not self.stopped:
                    waiting.get_nowait()(talk)
            except queue.Empty:
                pass
            except BaseException as error:  # noqa: BLE001 (raised below, in the caller's thread)
                wrong.append(error)
                self.stopped = True
            finally:
                talk.close()

        many = min(self.engine.places, len(tasks))
        threads = [threading.Thread(target=work) for _ in range(many)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)  # so that Ctrl-C is heard
        except KeyboardInterrupt:
            self.stopped = True
            self.engine.stop()
            for thread in threads:
                thread.join()
            raise
        if wrong:
            raise wrong[0]

    def told(self, answer: Message) -> None:
        """Keeps what a worker could not do and has to say, each line once."""
        with self._guard:
            self.failures |= dict.fromkeys(answer["failures"])
            self.notes |= dict.fromkeys(answer["notes"])


class _Talk:
    """A thread's place."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self._place: Place = pool.engine.open()

    def ask(self, message: Mapping[str, Any]) -> Message:
        """The answer to *message*, of which the options of the run are part. Raises ChildDied."""
        pool = self._pool
        whole = {
            **attrs.asdict(pool.options),
            "out": str(pool.dataset.root),
            "top": str(pool.plans.top or pool.dataset.plans),
            "formats": [*pool.plans.formats],
            **message,
        }
        try:
            answer = self._place.ask(whole)
        except ChildDied:
            if pool.stopped:
                raise _StoppedError from None
            raise
        pool.told(answer)
        return answer

    def close(self) -> None:
        """Ends the worker."""
        self._place.close()


def run_portfolio(
    folders: Sequence[Path],
    out: Path,
    options: Options,
    *,
    plans: Plans | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Result:
    """Diagnoses the shops of *folders* into the dataset *out*, and writes *plans*.

    *engine* does the work; without one, processes on all cores. Raises AdvisorError for what the
    user can fix.
    """
    began = time.monotonic()
    dataset, asked = Dataset(out), plans or Plans()
    pool = _Pool(engine or ProcessEngine(), dataset, options, asked)
    count = _Count(len(folders), progress, began)
    blocks = _Blocks(pool, count)
    parts = _parts(folders, LEAST_BLOCKS if pool.engine.spreads else 1)
    waiting = [name for name, part in parts.items() if not blocks.is_done(name, part)]
    before = sum(len(one.folders) for one in blocks.done.values())
    pool.run([partial(blocks.work, name, parts[name]) for name in waiting])
    about = {"version": own_version(), "options": attrs.asdict(options)}
    dataset.finish([blocks.done[name] for name in parts], about)
    wanted = set(asked.folders if asked.choose is None else asked.choose(dataset)) - blocks.written
    _write_plans([folder for folder in folders if folder.name in wanted], pool, progress)
    seconds = time.monotonic() - began
    return Result(len(folders), before, tuple(pool.failures), tuple(pool.notes), seconds)


def _parts(folders: Sequence[Path], least: int) -> Mapping[str, Sequence[Path]]:
    """*folders* cut into blocks, *least* of them, by the name of the block."""
    many = max(1, min(BLOCK, -(-len(folders) // least)))
    return {f"{at // many:05}": folders[at : at + many] for at in range(0, len(folders), many)}


@attrs.define(eq=False)
class _Blocks:
    """The blocks of a run: which are *done*, and whose plans are *written*."""

    pool: _Pool
    count: "_Count"
    done: dict[str, Block] = attrs.field(factory=dict)
    written: set[str] = attrs.field(factory=set)
    _fingerprints: dict[str, str] = attrs.field(factory=dict)

    def is_done(self, name: str, folders: Sequence[Path]) -> bool:
        """Whether a former run did this block with these files and options."""
        dataset = self.pool.dataset
        self._fingerprints[name] = _fingerprint(folders, self.pool.options)
        block = dataset.block(name)
        if block is None or block.fingerprint != self._fingerprints[name]:
            return False
        if not _whole(block, dataset):
            return False
        self.done[name] = block
        self.written.update(_still_written(block, self.pool.plans, dataset))
        self.count.add(len(folders))
        return True

    def work(self, name: str, folders: Sequence[Path], talk: _Talk) -> None:
        """Has a block done."""
        files: list[str] = []
        settings: dict[str, str] = {}
        _block(talk, self.pool, name, folders, files, settings)
        plans = self.pool.plans
        block = Block(
            name,
            self._fingerprints[name],
            tuple(folder.name for folder in folders),
            tuple(files),
            settings,
            tuple(sorted(set(settings) & plans.folders)),
            plans.formats,
        )
        self.pool.dataset.finish_block(block)
        self.written.update(block.plans)
        self.done[name] = block
        self.count.add(len(folders))


def _write_plans(folders: Sequence[Path], pool: _Pool, progress: Progress | None) -> None:
    """Writes the plans of *folders*, whose results are there."""
    if not folders:
        return
    count = _Count(len(folders), progress, time.monotonic())
    size = max(1, min(BLOCK, -(-len(folders) // pool.engine.places)))

    def write(some: Sequence[Path], talk: _Talk) -> None:
        _plans(talk, pool, some)
        count.add(len(some))

    parts = [folders[at : at + size] for at in range(0, len(folders), size)]
    pool.run([partial(write, part) for part in parts])


def _block(
    talk: _Talk,
    pool: _Pool,
    name: str,
    folders: Sequence[Path],
    files: list[str],
    settings: dict[str, str],
) -> None:
    """Has *folders* done; where that ends the worker, each half of them, down to one shop."""
    asked = {
        "do": "block",
        "name": name,
        "folders": [str(folder) for folder in folders],
        "plans": [folder.name for folder in folders if folder.name in pool.plans.folders],
    }
    try:
        answer = talk.ask(asked)
    except ChildDied as died:
        if len(folders) > 1:
            middle = len(folders) // 2
            for half, part in enumerate((folders[:middle], folders[middle:])):
                _block(talk, pool, f"{name}-{half}", part, files, settings)
            return
        row: dict[str, Any] = {**dict.fromkeys(SHOPS)}
        problem = f"its process ended: {died}"
        row |= {"folder": folders[0].name, "problem": problem, "problem_kind": PROCESS}
        tables = {table: frames[0] for table, frames in empty_tables().items()}
        pool.dataset.write_tables(name, {**tables, "shops": pl.DataFrame([row], schema=SHOPS)})
        files.append(name)
        return
    files.append(name)
    settings |= answer["settings"]


def _plans(talk: _Talk, pool: _Pool, folders: Sequence[Path]) -> None:
    asked = {"do": "plans", "folders": [str(folder) for folder in folders]}
    try:
        talk.ask(asked)
    except ChildDied as died:
        if len(folders) == 1:
            line = f"{folders[0].name}: its process ended: {died}"
            pool.told({"failures": [line], "notes": []})
            return
        middle = len(folders) // 2
        _plans(talk, pool, folders[:middle])
        _plans(talk, pool, folders[middle:])


class _Count:
    """How many shops are done, told with the speed and the time that is left."""

    def __init__(self, total: int, progress: Progress | None, began: float) -> None:
        self._total = total
        self._progress = progress
        self._began = began
        self._done = 0
        self._guard = threading.Lock()

    def add(self, shops: int) -> None:
        """More are done."""
        with self._guard:
            self._done += shops
            if self._progress is None:
                return
            speed = self._done / max(time.monotonic() - self._began, 1e-3)
            left = round((self._total - self._done) / speed) if speed else 0
            self._progress(self._done, self._total, f"{speed:.1f} shops/s, {left} s left")


def _still_written(block: Block, plans: Plans, dataset: Dataset) -> Collection[str]:
    """The folders whose plans a finished *block* wrote in the formats that are asked for, and that
    are there."""
    if block.formats != plans.formats:
        return ()
    top = plans.top or dataset.plans
    return [name for name in block.plans if (top / name).is_dir()]


def _fingerprint(folders: Sequence[Path], options: Options) -> str:
    """What the results of a block depend on: the files of its shops as they are, the options, the
    rules in folders of the user's own, and the version."""
    digest = hashlib.sha256()
    asked = {**attrs.asdict(options), "version": own_version()}
    digest.update(json.dumps(asked, sort_keys=True).encode())
    for folder in (*folders, *map(Path, options.rules)):
        digest.update(os.fsencode(folder.name))
        for place, inner, names in os.walk(folder):
            inner.sort()
            for name in sorted(names):
                path = Path(place, name)
                try:
                    found = path.stat()
                except OSError:
                    size = modified = -1  # who reads it says what is wrong
                else:
                    size, modified = found.st_size, found.st_mtime_ns
                where = os.fsencode(path.relative_to(folder))
                digest.update(where + b"\0%d\0%d\0" % (size, modified))
    return digest.hexdigest()


def _whole(block: Block, dataset: Dataset) -> bool:
    """Whether a block's files can be read; a crash of the machine may have left one that cannot."""
    try:
        for table in TABLES:
            for file in block.files:
                pl.read_parquet_schema(dataset.root / table / f"{file}.parquet")
    except (OSError, pl.exceptions.PolarsError):
        return False
    return True
