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
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.model import Request, agency_file, frozen
from advisor.plugin import ChildDied, installed_versions, own_version
from advisor.portfolio.dataset import DIGEST, SHOPS, TABLES, Block, Dataset, empty_tables
from advisor.portfolio.engines import Engine, Message, Place, ProcessEngine
from advisor.portfolio.facts import Facts, index_frame, stable_blocks, stamp_of
from advisor.portfolio.history import (
    clean_history,
    keep_list,
    keep_noticed,
    lists_of,
    stamp_of_marks,
)
from advisor.portfolio.plans import Plan, PlanLink, PlanPlace, plan_place
from advisor.portfolio.source import Source, of_facts, of_folders
from advisor.report import PROCESS, FailedShop

# Shops of a block: the more, the less each costs (one of 192 four fifths of one of 96), and the
# more is lost when a run is stopped: half a block a place.
BLOCK, SMALL_BLOCK = 192, 48
BLOCKS, LEAST_BLOCKS = 6, 2  # a place: as many where the shops suffice for that
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
    is none."""

    folders: frozenset[str] = frozenset()
    choose: Callable[[Dataset], Sequence[str]] | None = None
    formats: tuple[str, ...] = ()
    top: Path | None = None


Reports = Callable[[Dataset, Mapping[str, PlanLink]], Mapping[str, str | bytes]]
"""What is written beside the plans, by name: made of the results, and of where the plans are."""


@frozen
class Result:
    """What became of a run: how many shops it has, how many of them were done *before*, which
    *reports* were written and where, what failed beside shops, what is to be said, and how long it
    took in seconds."""

    shops: int
    before: int
    reports: tuple[str, ...]
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

    def keep_lines(self, answer: Message) -> None:
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
            "out": pool.dataset.address,
            "formats": [*pool.plans.formats],
            **message,
        }
        try:
            answer = self._place.ask(whole)
        except ChildDied:
            if pool.stopped:
                raise _StoppedError from None
            raise
        pool.keep_lines(answer)
        return answer

    def close(self) -> None:
        """Ends the worker."""
        self._place.close()


def run_portfolio(
    shops: Sequence[Path] | Facts,
    out: Path | str,
    options: Options,
    *,
    plans: Plans | None = None,
    reports: Reports | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Result:
    """Diagnoses *shops*, folders of exports or a dataset of facts, into the dataset *out*, a folder
    or a place in a store, and writes *plans* and *reports*: all of a run counts at once.

    *engine* does the work; without one, processes on all cores. Raises AdvisorError for what the
    user can fix.
    """
    began = time.monotonic()
    dataset, asked = Dataset(out), plans or Plans()
    dataset.storage.check()
    with ExitStack() as stack:
        place = plan_place(dataset, asked.top, stack)
        source = (
            of_facts(shops)
            if isinstance(shops, Facts)
            else of_folders(shops, Facts(dataset.storage.at("facts")), keeps=options.facts)
        )
        pool = _Pool(engine or ProcessEngine(), dataset, options, asked)
        names = list(source.shops)
        blocks = _Blocks(pool, source, place, _Count(len(names), progress, began))
        parts = stable_blocks(names, blocks.numbers(), _most(len(names), pool.engine))
        waiting = [number for number, part in parts.items() if not blocks.is_done(number, part)]
        place.begin(blocks.plans_of())
        kept = sum(len(one.folders) for one in blocks.done.values())
        pool.run([partial(blocks.work, number, parts[number]) for number in waiting])
        done = [blocks.done[number] for number in parts]
        history = dict(lists_of(dataset.storage))
        files = [file for block in done for file in block.files]
        if options.partition:
            kept_runs = keep_list(dataset.storage, options.partition, files)
            history.pop(options.partition, None)
            history |= {options.partition: kept_runs} if kept_runs else {}
        draft = dataset.draft(
            done,
            {
                "version": own_version(),
                "options": attrs.asdict(options),
                "facts": shops.address if isinstance(shops, Facts) else None,
                "shops": None if isinstance(shops, Facts) else _from(shops, dataset.folder),
                "history": history,
            },
        )
        planned = draft.table("shops").filter(pl.col("problem").is_null()).select("folder")
        wanted = set(asked.folders if asked.choose is None else asked.choose(draft))
        wanted &= {*planned.collect(engine="in-memory")["folder"]}
        chosen = [name for name in names if name in wanted and name not in blocks.written]
        _write_plans(chosen, blocks, progress)
        plans_of = blocks.written
        written = {name: plans_of[name] for name in names if name in wanted and name in plans_of}
        for name, problem in place.refused(written).items():
            pool.keep_lines({"failures": [f"{name}: {problem}"], "notes": ()})
            del written[name]
        made = reports(draft, place.links(written)) if reports is not None else {}
        at = place.publish(draft, written, made)
    clean_history(dataset.storage, history)
    if options.partition:
        keep_noticed(dataset.storage, options.partition, files)
    if source.facts_to is not None:
        named = draft.table("shops").select(pl.col("facts").drop_nulls().unique())
        facts = named.collect(engine="in-memory")["facts"]
        Facts(source.facts_to).finish(index_frame(source.index()), facts)
    seconds = time.monotonic() - began
    return Result(len(names), kept, at, tuple(pool.failures), tuple(pool.notes), seconds)


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
    facts.storage.check()
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


def _from(folders: Sequence[Path], out: Path | None) -> str | None:
    """Where the folders of the shops lie, seen from the results."""
    if not folders:
        return None
    above = folders[0].parent
    return str(above.absolute()) if out is None else os.path.relpath(above, out)


@attrs.define(eq=False)
class _Blocks:
    """The blocks of a run by number: which are *done*, and which plans are *written*."""

    pool: _Pool
    source: Source
    place: PlanPlace
    count: "_Count"
    done: dict[str, Block] = attrs.field(factory=dict)
    written: dict[str, Plan] = attrs.field(factory=dict)
    _names: dict[str, str] = attrs.field(factory=dict)
    _plans_of: dict[str, str] = attrs.field(factory=dict)  # by folder: what its plan is of
    _fingerprints: dict[str, str] = attrs.field(factory=dict)
    _before: Mapping[str, Block] = attrs.field(init=False)
    _former: Mapping[str, Any] = attrs.field(init=False)
    _marks: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        dataset = self.pool.dataset
        self._before, self._former = dataset.done_blocks(), dataset.former()
        options = self.pool.options
        self._marks = stamp_of_marks(dataset.storage, options.today) if options.partition else ""

    def numbers(self) -> Mapping[str, str]:
        """The block of each folder, of all blocks that are done; those that the manifest names come
        before others."""
        named = set(self._former.get("blocks", ()))
        ordered = sorted(self._before.values(), key=lambda one: (one.name in named, one.name))
        return {folder: block.number for block in ordered for folder in block.folders}

    def is_done(self, number: str, shops: Sequence[str]) -> bool:
        """Whether a former run did this block with these files and options."""
        dataset = self.pool.dataset
        stamps = [(shop, self.source.shops[shop]["stamp"]) for shop in shops]
        places = {agency_file(Path(self.source.shops[shop]["folder"])) for shop in shops}
        stamps += [
            ("", hashlib.sha256(place.read_bytes()).hexdigest()) for place in places if place
        ]
        fingerprint = _fingerprint(stamps, self.pool.options, self._marks)
        name = f"{number}-{fingerprint[:DIGEST]}"
        self._fingerprints[number], self._names[number] = fingerprint, name
        of = _plans_of(number, fingerprint, self.pool.plans.formats)
        self._plans_of |= dict.fromkeys(shops, of)
        block = self._before.get(name)
        if block is None or block.fingerprint != fingerprint or not _whole(block, dataset):
            return False
        self.done[number] = block
        self.pool.keep_lines({"failures": block.failures, "notes": ()})
        known = block.plans if block.formats == self.pool.plans.formats else {}
        self.written |= self.place.still_there(of, shops, known)
        self.count.add(len(shops))
        return True

    def plans_of(self) -> Collection[str]:
        """What the plans of this run are of."""
        return set(self._plans_of.values())

    def work(self, number: str, shops: Sequence[str], talk: _Talk) -> None:
        """Has a block done; a shop that ends its worker has a row that says so."""
        name, files = self._names[number], []
        plans: dict[str, Sequence[str]] = {}
        failures: dict[str, None] = {}
        wanted = [shop for shop in shops if shop in self.pool.plans.folders]
        message = {**self._message(number, shops, wanted), "name": name}
        for part, answer, died in _answers(talk, message):
            files.append(part["name"])
            if answer is None:
                (shop,) = part["shops"]
                folder, problem = Path(shop["folder"]).name, f"its process ended: {died}"
                self._write_dead(part["name"], folder, problem)
                failures[f"{folder}: {problem}"] = None
            else:
                self.source.take(answer)
                plans |= answer["plans"]
                failures |= dict.fromkeys(answer["failures"])
        block = Block(
            name,
            self._fingerprints[number],
            tuple(shops),
            tuple(files),
            plans,
            self.pool.plans.formats,
            tuple(failures),
        )
        self.pool.dataset.finish_block(block)
        self.pool.keep_lines({"failures": block.failures, "notes": ()})
        self._take(plans)
        self.done[number] = block
        self.count.add(len(shops))

    def write_plans(self, shops: Sequence[str], talk: _Talk) -> None:
        """Writes the plans of *shops*, whose results are there."""
        message = {**self._message("", shops, shops), "name": "", "facts_to": None}
        for part, answer, died in _answers(talk, message):
            if answer is None:
                line = f"{Path(part['shops'][0]['folder']).name}: its process ended: {died}"
                self.pool.keep_lines({"failures": [line], "notes": []})
            else:
                self._take(answer["plans"])

    def _take(self, plans: Mapping[str, Sequence[str]]) -> None:
        self.written |= {
            name: Plan(name, self._plans_of[name], tuple(files)) for name, files in plans.items()
        }

    def _message(self, number: str, shops: Sequence[str], plans: Collection[str]) -> Message:
        wanted = {name: self.place.at(self._plans_of[name], name) for name in plans}
        return {"do": "diagnose", "plans": wanted, **self.source.message(number, shops)}

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


def _plans_of(number: str, fingerprint: str, formats: Sequence[str]) -> str:
    """A name for what the plans of a block are made of."""
    made_of = json.dumps([fingerprint, formats])
    return f"{number}-{hashlib.sha256(made_of.encode()).hexdigest()[:DIGEST]}"


def _fingerprint(stamps: Sequence[tuple[str, str]], options: Options, marks: str) -> str:
    """What the results of a block depend on: the files of its shops as they are, the options, the
    rules in folders of the user's own, what was marked as done, and the versions."""
    rules = [stamp_of(Path(place)) for place in options.rules]
    made_by = {"versions": installed_versions(), "files": rules, "marks": marks, "shops": stamps}
    asked = {**attrs.asdict(options), **made_by}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _whole(block: Block, dataset: Dataset) -> bool:
    """Whether a block's files can be read; a crash of the machine may have left one that cannot."""
    if dataset.folder is None:
        return True  # a store has a whole file, or none
    try:
        for table in TABLES:
            for file in block.files:
                pl.read_parquet_schema(dataset.folder / table / f"{file}.parquet")
    except (OSError, pl.exceptions.PolarsError):
        return False
    return True
