"""A portfolio run: blocks of shops, spread over child processes.

Each child (`advisor.portfolio.worker`) works on one block at a time through the project's one
runner. A child that dies costs its block a second try in halves, down to the shop that ends it,
which costs that shop and one line. A block whose shops, files and options are those of a block that
is done already is not done again: so a run that was stopped goes on where it was.
"""

import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.model import frozen
from advisor.plugin import MIB, Child, ChildDied, Limits, own_version, python_command
from advisor.portfolio.dataset import SHOPS, TABLES, Block, Dataset, empty_tables

BLOCK = 48  # shops at most; a block is what is lost when a run is stopped
LEAST_BLOCKS = 8  # of a run that has as many shops, so that every core has work to the end
LIMITS = Limits(seconds=900.0, memory=16 * 1024 * MIB, output=16 * MIB)
THREADS = "POLARS_MAX_THREADS"
Progress = Callable[[int, int, str], None]


@frozen
class Options:
    """The options of a run, as the command line has them; *facts* keeps what was read."""

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


@frozen
class Result:
    """What became of a run: how many shops it has, how many of them were done *before*, what failed
    beside shops, and how long it took in seconds."""

    shops: int
    before: int
    failures: tuple[str, ...]
    seconds: float


@attrs.define(eq=False)
class _Pool:
    """As many children as work at once, each in a thread of this process that talks with it."""

    dataset: Dataset
    options: Options
    failures: dict[str, None] = attrs.field(factory=dict)
    _guard: threading.Lock = attrs.field(factory=threading.Lock)
    _children: list[Child] = attrs.field(factory=list)
    _stopped: bool = False

    def run(self, jobs: int, tasks: Sequence[Callable[["_Talk"], None]]) -> None:
        """Does every task. Raises what the first of them raised."""
        waiting: queue.SimpleQueue[Callable[[_Talk], None]] = queue.SimpleQueue()
        for task in tasks:
            waiting.put(task)
        wrong: list[BaseException] = []

        def work() -> None:
            talk = _Talk(self, max(1, _cores() // jobs))
            try:
                while not self._stopped:
                    waiting.get_nowait()(talk)
            except queue.Empty:
                pass
            except BaseException as error:  # noqa: BLE001 (raised below, in the caller's thread)
                wrong.append(error)
                self._stopped = True
            finally:
                talk.close()

        threads = [threading.Thread(target=work) for _ in range(min(jobs, len(tasks)))]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)  # so that Ctrl-C is heard
        except KeyboardInterrupt:
            self.stop()
            for thread in threads:
                thread.join()
            raise
        if wrong:
            raise wrong[0]

    def stop(self) -> None:
        """Ends all children; what they were at is not done."""
        self._stopped = True
        with self._guard:
            for child in self._children:
                child.close()

    def start(self, threads: int) -> Child:
        """A new child with this many threads."""
        env = {**os.environ, THREADS: str(threads)}
        child = Child(python_command("-P", "-m", "advisor.portfolio.worker"), LIMITS, env=env)
        with self._guard:
            self._children.append(child)
        return child

    def ended(self, child: Child) -> None:
        """Forgets a child."""
        child.close()
        with self._guard:
            self._children.remove(child)

    def told(self, failures: Sequence[str]) -> None:
        """Keeps what a child could not do, each line once."""
        with self._guard:
            self.failures |= dict.fromkeys(failures)


class _Talk:
    """A thread's child, started when it is needed and again after it died."""

    def __init__(self, pool: _Pool, threads: int) -> None:
        self._pool = pool
        self._threads = threads
        self._child: Child | None = None

    def ask(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """The child's answer. Raises ChildDied."""
        if self._child is None:
            self._child = self._pool.start(self._threads)
        options = attrs.asdict(self._pool.options)
        sent = {**options, "out": str(self._pool.dataset.root), **message}
        try:
            answer: Mapping[str, Any] = json.loads(self._child.ask(json.dumps(sent).encode()))
        except ChildDied:
            self.close()
            raise
        self._pool.told(answer["failures"])
        return answer

    def close(self) -> None:
        """Ends the child."""
        if self._child is not None:
            self._pool.ended(self._child)
            self._child = None


def run_portfolio(
    folders: Sequence[Path],
    out: Path,
    options: Options,
    *,
    plans: Sequence[str] | Callable[[Dataset], Sequence[str]] = (),
    formats: Sequence[str] = (),
    jobs: int = 0,
    progress: Progress | None = None,
) -> Result:
    """Diagnoses the shops of *folders* into the dataset *out*, and writes the plans of the folders
    that *plans* names, or chooses once all results are there.

    *jobs* processes work at once; 0 is one a core. Raises AdvisorError for what the user can fix.
    """
    began = time.monotonic()
    dataset = Dataset(out)
    jobs = jobs or _cores()
    many = max(1, min(BLOCK, -(-len(folders) // LEAST_BLOCKS)))
    parts = {
        f"{at // many:05}": tuple(folders[at : at + many]) for at in range(0, len(folders), many)
    }
    done: dict[str, Block] = {}
    count = _Count(len(folders), progress, began)
    pool = _Pool(dataset, options)
    tasks = []
    before = 0
    named = frozenset() if callable(plans) else frozenset(plans)
    written: set[str] = set()
    for name, part in parts.items():
        fingerprint = _fingerprint(part, options)
        block = dataset.block(name)
        if block is not None and block.fingerprint == fingerprint and _whole(block, dataset):
            done[name] = block
            before += len(part)
            count.add(len(part))
            continue

        def task(
            talk: _Talk, name: str = name, part: Sequence[Path] = part, mark: str = fingerprint
        ) -> None:
            files: list[str] = []
            settings: dict[str, str] = {}
            _block(talk, pool, name, part, files, settings, named, formats)
            written.update(set(settings) & named)
            folder_names = tuple(folder.name for folder in part)
            finished = Block(name, mark, folder_names, tuple(files), settings)
            dataset.finish_block(finished)
            done[name] = finished
            count.add(len(part))

        tasks.append(task)
    pool.run(jobs, tasks)
    about = {"version": own_version(), "options": attrs.asdict(options)}
    dataset.finish([done[name] for name in parts], about)
    by_name = {folder.name: folder for folder in folders}
    asked = plans(dataset) if callable(plans) else plans
    wanted = [by_name[name] for name in asked if name in by_name and name not in written]
    if wanted:
        count = _Count(len(wanted), progress, time.monotonic())
        size = max(1, min(12, -(-len(wanted) // jobs)))

        def write(some: Sequence[Path]) -> Callable[[_Talk], None]:
            def task(talk: _Talk) -> None:
                _plans(talk, pool, some, formats)
                count.add(len(some))

            return task

        cuts = [wanted[at : at + size] for at in range(0, len(wanted), size)]
        pool.run(jobs, [write(cut) for cut in cuts])
    return Result(len(folders), before, tuple(pool.failures), time.monotonic() - began)


def _block(
    talk: _Talk,
    pool: _Pool,
    name: str,
    folders: Sequence[Path],
    files: list[str],
    settings: dict[str, str],
    plans: Collection[str],
    formats: Sequence[str],
) -> None:
    """Has *folders* done; where that ends the child, each half of them, down to one shop."""
    asked = {
        "do": "block",
        "name": name,
        "folders": [str(folder) for folder in folders],
        "plans": [folder.name for folder in folders if folder.name in plans],
        "formats": [*formats],
    }
    try:
        answer = talk.ask(asked)
    except ChildDied as died:
        if len(folders) > 1:
            middle = len(folders) // 2
            for half, part in enumerate((folders[:middle], folders[middle:])):
                _block(talk, pool, f"{name}-{half}", part, files, settings, plans, formats)
            return
        problem = f"its process ended: {died}"
        row: dict[str, Any] = {**dict.fromkeys(SHOPS)}
        row |= {"folder": folders[0].name, "problem": problem}
        tables = {table: frames[0] for table, frames in empty_tables().items()}
        pool.dataset.write_tables(name, {**tables, "shops": pl.DataFrame([row], schema=SHOPS)})
        files.append(name)
        return
    files.append(name)
    settings |= answer["settings"]


def _plans(talk: _Talk, pool: _Pool, folders: Sequence[Path], formats: Sequence[str]) -> None:
    asked = {"do": "plans", "folders": [str(folder) for folder in folders], "formats": [*formats]}
    try:
        talk.ask(asked)
    except ChildDied as died:
        if len(folders) == 1:
            pool.told([f"{folders[0].name}: its process ended: {died}"])
            return
        middle = len(folders) // 2
        _plans(talk, pool, folders[:middle], formats)
        _plans(talk, pool, folders[middle:], formats)


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
                except OSError as error:
                    raise AdvisorError(
                        f"cannot be read: {error.strerror}", where=str(path)
                    ) from None
                where = os.fsencode(path.relative_to(folder))
                digest.update(where + b"\0%d\0%d\0" % (found.st_size, found.st_mtime_ns))
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


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
