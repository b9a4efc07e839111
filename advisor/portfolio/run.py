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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.ingest import PendingSet
from advisor.model import Request, agency_file, frozen
from advisor.plugin import ChildDied, installed_versions, own_version
from advisor.portfolio.dataset import SHOPS, TABLES, Block, Dataset, empty_tables
from advisor.portfolio.engines import Engine, Message, Place, ProcessEngine
from advisor.portfolio.facts import Facts, index_frame, stable_blocks, stamp_of
from advisor.portfolio.history import MARKS
from advisor.portfolio.source import Source, of_facts, of_folders
from advisor.report import PROCESS, FailedShop

# Shops of a block: the more, the less each costs (one of 192 four fifths of one of 96), and the
# more is lost when a run is stopped: half a block a place.
BLOCK, SMALL_BLOCK = 192, 48
BLOCKS, LEAST_BLOCKS = 8, 2  # a place: as many where the shops suffice for that
Progress = Callable[[int, int, str], None]


@frozen
class Options:
    """The options of a run, as the command line has them; *facts* keeps what was read, *history*
    compares each shop with its own earlier runs and keeps this one: in the shop's own history, or
    in this *partition* of that of the portfolio."""

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
    partition: str = ""

    @classmethod
    def of(
        cls, request: Request, *, isolate: bool = False, facts: bool = True, common: bool = False
    ) -> "Options":
        """The options of a run over the shops of *request*; with *common* their history is in the
        results."""

        def day(one: date | None) -> str | None:
            return one.isoformat() if one else None

        period = "_".join(map(str, filter(None, (request.first, request.last, request.month))))
        partition = "_".join(filter(None, (request.today.isoformat(), period)))
        return cls(
            today=request.today.isoformat(),
            goal=request.goal,
            size=request.size,
            niche=request.niche,
            first=day(request.first),
            last=day(request.last),
            month=request.month,
            rules=tuple(str(one.resolve()) for one in request.rules),
            language=request.language,
            isolate=isolate,
            facts=facts,
            history=request.history,
            partition=partition if common and request.history else "",
        )


@frozen
class Plans:
    """Which plans are written: those of the *folders*, or that *choose* names once all results are
    there; in these *formats*, each into a folder of its name in *top*: in the results where there
    is none, or in a *pending* set for them."""

    folders: frozenset[str] = frozenset()
    choose: Callable[[Dataset], Sequence[str]] | None = None
    formats: tuple[str, ...] = ()
    top: Path | None = None
    pending: PendingSet | None = None

    def place(self, dataset: Dataset) -> Path:
        """Where they are written."""
        if self.pending is not None:
            return self.pending.place / dataset.plans.relative_to(dataset.root)
        return self.top or dataset.plans

    def keep(self, dataset: Dataset, folders: Collection[str]) -> None:
        """Drops what a killed run or a dead worker left pending: all but those of *folders*."""
        if self.pending is not None:
            self.pending.keep(self.place(dataset), folders)


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


@frozen
class Gathering:
    """What became of gathering: how many shops there are, how many were *read* now, which of them
    *failed*, and what failed beside them."""

    shops: int
    read: int
    failed: tuple[FailedShop, ...]
    failures: tuple[str, ...]


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
            "top": str(pool.plans.place(pool.dataset)),
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
    shops: Sequence[Path] | Facts,
    out: Path,
    options: Options,
    *,
    plans: Plans | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Result:
    """Diagnoses *shops*, folders of exports or a dataset of facts, into the dataset *out*, and
    writes *plans*.

    *engine* does the work; without one, processes on all cores. Raises AdvisorError for what the
    user can fix.
    """
    began = time.monotonic()
    dataset, asked = Dataset(out), plans or Plans()
    source = (
        of_facts(shops)
        if isinstance(shops, Facts)
        else of_folders(shops, Facts(out / "facts"), keeps=options.facts)
    )
    pool = _Pool(engine or ProcessEngine(), dataset, options, asked)
    names = list(source.shops)
    blocks = _Blocks(pool, source, _Count(len(names), progress, began))
    parts = stable_blocks(names, dataset.blocks_of_folders(), _most(len(names), pool.engine))
    waiting = [name for name, part in parts.items() if not blocks.is_done(name, part)]
    asked.keep(dataset, blocks.written)
    kept = sum(len(one.folders) for one in blocks.done.values())
    pool.run([partial(blocks.work, name, parts[name]) for name in waiting])
    about = {
        "version": own_version(),
        "options": attrs.asdict(options),
        "facts": shops.address if isinstance(shops, Facts) else None,
        "shops": None if isinstance(shops, Facts) else _relative(shops, out),
    }
    dataset.finish([blocks.done[name] for name in parts], about)
    if source.facts_to is not None:
        Facts(source.facts_to).finish(index_frame(source.index()))
    wanted = set(asked.folders if asked.choose is None else asked.choose(dataset)) - blocks.written
    _write_plans([name for name in names if name in wanted], blocks, progress)
    asked.keep(dataset, blocks.written)
    seconds = time.monotonic() - began
    return Result(len(names), kept, tuple(pool.failures), tuple(pool.notes), seconds)


def gather_shops(
    folders: Sequence[Path],
    facts: Facts,
    options: Options,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Gathering:
    """Reads the exports of *folders* into the dataset *facts*: of those whose files have changed
    since they were last read into it."""
    source = of_folders(folders, facts, keeps=True)
    pool = _Pool(engine or ProcessEngine(), Dataset(Path()), options, Plans())
    count = _Count(len(folders), progress, time.monotonic())
    fresh = [name for name, one in source.shops.items() if one["block"] is None]
    count.add(len(folders) - len(fresh))

    def work(block: str, names: Sequence[str], talk: _Talk) -> None:
        for part, answer, died in _answers(talk, {"do": "gather", **source.message(block, names)}):
            if answer is None:
                source.fail(part["shops"], f"its process ended: {died}", PROCESS)
            else:
                source.take(answer)
        count.add(len(names))

    parts = stable_blocks(fresh, source.blocks, _most(len(fresh), pool.engine))
    pool.run([partial(work, name, part) for name, part in parts.items()])
    rows = source.index()
    facts.finish(index_frame(rows))
    failed = [
        FailedShop(row["folder"], row["problem"], row["problem_kind"])
        for row in rows
        if row["problem"] is not None
    ]
    return Gathering(len(folders), len(fresh), tuple(failed), tuple(pool.failures))


def _most(shops: int, engine: Engine) -> int:
    """How many shops are in a block of a run over *shops*."""
    if not engine.spreads:
        return BLOCK
    large = min(BLOCK, shops // (BLOCKS * engine.places))
    small = min(SMALL_BLOCK, -(-shops // (LEAST_BLOCKS * engine.places)))
    return max(1, large, small)


def _relative(folders: Sequence[Path], out: Path) -> str | None:
    """Where the folders of the shops lie, seen from the results."""
    return os.path.relpath(folders[0].parent, out) if folders else None


@attrs.define(eq=False)
class _Blocks:
    """The blocks of a run: which are *done*, and whose plans are *written*."""

    pool: _Pool
    source: Source
    count: "_Count"
    done: dict[str, Block] = attrs.field(factory=dict)
    written: set[str] = attrs.field(factory=set)
    _fingerprints: dict[str, str] = attrs.field(factory=dict)

    def is_done(self, name: str, shops: Sequence[str]) -> bool:
        """Whether a former run did this block with these files and options."""
        dataset = self.pool.dataset
        stamps = [(shop, self.source.shops[shop]["stamp"]) for shop in shops]
        places = {agency_file(Path(self.source.shops[shop]["folder"])) for shop in shops}
        stamps += [
            ("", hashlib.sha256(place.read_bytes()).hexdigest()) for place in places if place
        ]
        self._fingerprints[name] = _fingerprint(stamps, self.pool.options, dataset.history)
        block = dataset.block(name)
        if block is None or block.fingerprint != self._fingerprints[name]:
            return False
        if not _whole(block, dataset):
            return False
        self.done[name] = block
        self.pool.told({"failures": block.failures, "notes": ()})
        self.written.update(_still_written(block, self.pool.plans, dataset))
        self.count.add(len(shops))
        return True

    def work(self, name: str, shops: Sequence[str], talk: _Talk) -> None:
        """Has a block done; a shop that ends its worker has a row that says so."""
        plans, files, dead = self.pool.plans, [], set()
        failures: dict[str, None] = {}
        for part, answer, died in _answers(talk, self._message(name, shops, plans.folders)):
            files.append(part["name"])
            if answer is None:
                (shop,) = part["shops"]
                folder, problem = Path(shop["folder"]).name, f"its process ended: {died}"
                dead.add(folder)
                self._write_dead(part["name"], folder, problem)
                failures[f"{folder}: {problem}"] = None
            else:
                self.source.take(answer)
                failures |= dict.fromkeys(answer["failures"])
        block = Block(
            name,
            self._fingerprints[name],
            tuple(shops),
            tuple(files),
            tuple(one for one in shops if one in plans.folders and one not in dead),
            plans.formats,
            tuple(failures),
        )
        self.pool.dataset.finish_block(block)
        self.pool.told({"failures": block.failures, "notes": ()})
        self.written.update(block.plans)
        self.done[name] = block
        self.count.add(len(shops))

    def write_plans(self, shops: Sequence[str], talk: _Talk) -> None:
        """Writes the plans of *shops*, whose results are there."""
        message = self._message("", shops, frozenset(shops))
        for part, answer, died in _answers(talk, {**message, "facts_to": None}):
            if answer is None:
                line = f"{Path(part['shops'][0]['folder']).name}: its process ended: {died}"
                self.pool.told({"failures": [line], "notes": []})
            else:
                self.written.update(Path(one["folder"]).name for one in part["shops"])

    def _message(self, name: str, shops: Sequence[str], plans: Collection[str]) -> Message:
        wanted = [shop for shop in shops if shop in plans]
        about = {"do": "diagnose", "name": name, "plans": wanted}
        return {**about, **self.source.message(name, shops)}

    def _write_dead(self, name: str, folder: str, problem: str) -> None:
        row: dict[str, Any] = {**dict.fromkeys(SHOPS)}
        row |= {"folder": folder, "problem": problem, "problem_kind": PROCESS}
        tables = {table: frames[0] for table, frames in empty_tables().items()}
        shops = pl.DataFrame([row], schema=SHOPS)
        self.pool.dataset.write_tables(name, {**tables, "shops": shops})


def _write_plans(shops: Sequence[str], blocks: _Blocks, progress: Progress | None) -> None:
    """Writes the plans of *shops*, whose results are there."""
    if not shops:
        return
    count = _Count(len(shops), progress, time.monotonic())
    size = _most(len(shops), blocks.pool.engine)

    def write(some: Sequence[str], talk: _Talk) -> None:
        blocks.write_plans(some, talk)
        count.add(len(some))

    parts = [shops[at : at + size] for at in range(0, len(shops), size)]
    blocks.pool.run([partial(write, part) for part in parts])


def _answers(
    talk: _Talk, message: Message
) -> Iterator[tuple[Message, Message | None, ChildDied | None]]:
    """The answer to *message*; where it ends the worker, those to each half of its shops, down to
    the shop that has none."""
    shops = message["shops"]
    try:
        answer = talk.ask(message)
    except ChildDied as died:
        if len(shops) == 1:
            yield message, None, died
            return
        middle = len(shops) // 2
        for half, part in enumerate((shops[:middle], shops[middle:])):
            names = {
                key: f"{message[key]}-{half}" for key in ("name", "facts_name") if message.get(key)
            }
            yield from _answers(talk, {**message, **names, "shops": part})
    else:
        yield message, answer, None


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
    places = [plans.place(dataset), plans.top or dataset.plans]
    return [name for name in block.plans if any((place / name).is_dir() for place in places)]


def _fingerprint(stamps: Sequence[tuple[str, str]], options: Options, history: Path) -> str:
    """What the results of a block depend on: the files of its shops as they are, the options, the
    rules in folders of the user's own, what was marked as done, and the versions."""
    places = [*map(Path, options.rules), *([history / MARKS] if options.partition else [])]
    rules = [stamp_of(place) for place in places]
    made_by = {"versions": installed_versions(), "files": rules, "shops": stamps}
    asked = {**attrs.asdict(options), **made_by}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _whole(block: Block, dataset: Dataset) -> bool:
    """Whether a block's files can be read; a crash of the machine may have left one that cannot."""
    try:
        for table in TABLES:
            for file in block.files:
                pl.read_parquet_schema(dataset.root / table / f"{file}.parquet")
    except (OSError, pl.exceptions.PolarsError):
        return False
    return True
