"""What has to hold of what a trial made: alone, and as one shop of a block."""

import json
import math
import os
import random
import re
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import polars.selectors as cs

from advisor import pipeline
from advisor.diagnosis import FAILURES, Shop, open_shops
from advisor.document import Document
from advisor.errors import AdvisorError, PluginError
from advisor.ingest import Gathered, ShopFiles, gather_shops, gathering
from advisor.knowledge import Resolver, ShopKnowledge
from advisor.model import CONFIG_NAME, Request, Settings, read_settings
from advisor.plugin import Failure, guard
from advisor.report.formats import BUNDLED_FORMATS, render
from tests.end_to_end.runs import TODAY, registry
from tests.fuzz.inputs import CONTEXT
from tests.fuzz.trial import FAMILY, Files, Made, Problem

_MEMORY = Path("/dev/shm")
_AGAIN = 4  # shops of a block that are read once more, with each other and alone
_FAULT = "⟦fault⟧ "  # begins what is said of an exception that is no AdvisorError


@contextmanager
def _faults_traced() -> Iterator[None]:
    """Has all who say a fault in one line say where it was."""
    rooms: tuple[Any, ...] = (gathering, guard, pipeline)
    before = [room.describe_error for room in rooms]
    for room in rooms:
        room.describe_error = traced
    try:
        yield
    finally:
        for room, describe in zip(rooms, before, strict=True):
            room.describe_error = describe


@_faults_traced()
def check(made: Made) -> Problem | None:
    """What does not hold of *made*; None where all does."""
    return _planned([made])[0] if made.whole else _read([made])[0]


@_faults_traced()
def check_all(cases: Sequence[Made]) -> list[Problem | None]:
    """What does not hold of each of *cases*, which are the shops of a few blocks. Some of them,
    drawn by chance, have to give the same when they are read or planned once more, alone."""
    found: list[Problem | None] = [None] * len(cases)
    read = [at for at, made in enumerate(cases) if not made.whole]
    whole = [at for at, made in enumerate(cases) if made.whole and not made.rules]
    alone = [at for at, made in enumerate(cases) if made.rules]
    parts = [(_read, read[at : at + FAMILY]) for at in range(0, len(read), FAMILY)]
    parts += [(_planned, whole), *((_planned, [at]) for at in alone)]
    for tried, places in parts:
        problems = tried([cases[at] for at in places]) if places else []
        for at, problem in zip(places, problems, strict=True):
            found[at] = problem
            if problem is not None and len(places) > 1 and check(cases[at]) is None:
                found[at] = Problem("only in a block", str(problem))
    return found


@_faults_traced()
def is_used(made: Made) -> bool:
    """Whether something is read of *made*, or planned, at all."""
    with _scratch() as folder:
        shop = _written(folder / "shop", made.files)
        if made.whole:
            rules = [_written(folder / "rules", made.rules)] if made.rules else []
            return shop.name in _plans([shop], rules).compared
        return not any(isinstance(one, Failure) for one in gather_shops([_shop(shop)]))


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


def _read(cases: Sequence[Made]) -> list[Problem | None]:
    """What does not hold of cases that are only read, as the shops of a block."""
    with _scratch() as folder:
        shops = [_written(folder / str(at), made.files) for at, made in enumerate(cases)]
        with _native_output(folder / "output") as said:
            together = _gathered(cases, shops)
        found = [
            _guarded(partial(_accounted, gathered, made.rows))
            for gathered, made in zip(together, cases, strict=True)
        ]
        if len(cases) == 1:
            noise = Problem("is printed", said[0]) if said else None
            return [found[0] or noise]
        if said:  # by one of them
            return [problem or _read([made])[0] for problem, made in zip(found, cases, strict=True)]
        drawn = random.Random(str(cases[0].files)).sample(
            range(len(cases)), min(_AGAIN, len(cases))
        )
        again = gather_shops([_shop(shops[at]) for at in drawn], most=len(drawn))
        (alone,) = gather_shops([_shop(shops[drawn[0]])])
        for at, gathered in [*zip(drawn, again, strict=True), (drawn[0], alone)]:
            if found[at] is None and _told(gathered) != _told(together[at]):
                found[at] = Problem("another reading in a block", cases[at].kind)
    return found


@contextmanager
def _native_output(path: Path) -> Iterator[list[str]]:
    """The lines that something prints to standard error behind our backs, afterwards."""
    said: list[str] = []
    kept = os.dup(2)
    with path.open("wb+") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            said += [line for line in file.read().decode(errors="replace").splitlines() if line]


def _gathered(cases: Sequence[Made], shops: Sequence[Path]) -> list[Gathered | Failure]:
    """What is read of each shop. A file that is there again would begin another block, so all that
    are there for the first time come first."""
    times: Counter[str] = Counter()
    order: list[tuple[int, int]] = []
    for at, made in enumerate(cases):
        content = str(made.files)
        order.append((times[content], at))
        times[content] += 1
    order.sort()
    read = gather_shops([_shop(shops[at]) for _, at in order], most=len(shops))
    by_place = {at: gathered for (_, at), gathered in zip(order, read, strict=True)}
    return [by_place[at] for at in range(len(shops))]


def _shop(folder: Path) -> ShopFiles:
    facts = [*folder.glob("*.facts")]  # which are read where they are named alone
    return ShopFiles(facts or [folder], registry().providers(), CONTEXT)


def _told(gathered: Gathered | Failure) -> object:
    """What was read, so that it can be compared."""
    if isinstance(gathered, Failure):
        return str(gathered.error)
    tables = [
        (one.kind, one.rows, one.left_out, t.frame.to_dict(as_series=False))
        for one in gathered.readings
        for t in one.tables
    ]
    said = [str(one) for one in gathered.unread], [note.text for note in gathered.notes]
    return repr((tables, said))  # without paths: those of a zip's files are of a moment


def _accounted(gathered: Gathered | Failure, rows: int | None) -> Problem | None:
    """What does not hold of a reading. A fault of a provider is also said in other places than
    `faults`: where it is the reason why nothing was read."""
    if isinstance(gathered, Failure):
        raise gathered.error
    said = (*gathered.faults, *map(str, gathered.unread), *(note.text for note in gathered.notes))
    for problem in filter(None, map(_of_line, said)):
        return problem
    for reading in gathered.readings:
        for table in reading.tables:
            bad = table.frame.select(cs.float().is_finite().all())
            if any(value is False for row in bad.rows() for value in row):
                return Problem("not finite", f"{reading.kind}: {table.frame.columns}")
        account = reading.rows + sum(reading.left_out.values())
        if rows is not None and len(gathered.readings) == 1 and account != rows:
            return Problem("rows", f"{reading.kind}: of {rows} rows {account} are accounted for")
    return None


# ── planning ────────────────────────────────────────────────────────────────────────────────────


_Plan = Mapping[str, Any]


@attrs.define(eq=False)
class _Plans:
    """What came of the shops of a block, by folder: what is compared of a plan, or a problem."""

    compared: dict[str, _Plan] = attrs.field(factory=dict)
    problems: dict[str, Problem] = attrs.field(factory=dict)
    refused: set[str] = attrs.field(factory=set)  # in one line

    def of(self, folder: str) -> object:
        """What has to be the same alone and in a block."""
        return self.compared.get(folder), folder in self.refused


def _planned(cases: Sequence[Made]) -> list[Problem | None]:
    """What does not hold of cases that make plans, as the shops of a block: all of one set of
    rules."""
    with _scratch() as folder:
        rules = [_written(folder / "rules", one.rules) for one in cases[:1] if one.rules]
        shops = [_written(folder / f"shop-{at}", made.files) for at, made in enumerate(cases)]
        (folder / "other").mkdir()
        others = [
            _written(folder / "other" / f"shop-{at}", made.other)  # of the same name
            for at, made in enumerate(cases)
            if made.other
        ]
        plans = _plans(shops, rules)
        found = [plans.problems.get(shop.name) for shop in shops]
        rewritten = _plans(others, rules)
        for name in (other.name for other in others):
            at = int(name.removeprefix("shop-"))
            differing = _difference(plans.compared.get(name), rewritten.compared.get(name))
            found[at] = found[at] or rewritten.problems.get(name) or differing
        if len(cases) > 1:
            at = random.Random(str(cases[0].files)).randrange(len(cases))
            alone = _plans([shops[at]], rules)
            if found[at] is None and alone.of(shops[at].name) != plans.of(shops[at].name):
                found[at] = Problem("another plan in a block", cases[at].kind)
    return found


def _difference(one: _Plan | None, two: _Plan | None) -> Problem | None:
    """Where two plans that have to be the same are not."""
    if one == two:
        return None
    if one is None or two is None:
        return Problem("another plan", "one of the two could not be made")
    differing = next(key for key in one if one[key] != two[key])
    pairs = zip(one[differing], two[differing], strict=False)
    first = next((pair for pair in pairs if pair[0] != pair[1]), "one has more")
    return Problem("another plan", f"{differing}: {str(first)[:300]}")


def _plans(folders: Sequence[Path], rules: Sequence[Path]) -> _Plans:
    """The plans of shops in all formats."""
    kept, made = registry(), _Plans()
    resolver = Resolver(kept)

    def opened(
        places: Iterable[Path], _request: Request, resolver: Resolver
    ) -> Iterator[Shop | Failure]:
        places = [*places]
        asked = [_request_of(place, rules) for place in places]
        for place, shop in zip(places, open_shops(asked, resolver), strict=True):
            gathered = Failure(shop.error) if isinstance(shop, Failure) else shop.gathered
            problem = _guarded(partial(_accounted, gathered, None))
            if problem is not None:
                made.problems[place.name] = problem
            yield shop

    def keep(folder: Path, known: ShopKnowledge, document: Document) -> None:
        failed: list[str] = []
        files = render(
            document, BUNDLED_FORMATS, kept.templates(), failed=failed, language=known.language
        )
        problem = Problem("traceback", "; ".join(failed)) if failed else _finite(files)
        if problem is not None:
            made.problems.setdefault(folder.name, problem)
        raw = json.loads(files["plan.json"])
        made.compared[folder.name] = {key: _plain(raw[key]) for key in _COMPARED}

    blocks: list[int] = []

    def count(places: Sequence[Path], *_: object) -> None:
        blocks.append(len(places))

    kept.faults.clear()
    failed = pipeline.diagnose_many(
        folders,
        Request((), TODAY),
        kept,
        keep,
        on_block=count,
        opener=opened,
        resolver=resolver,
    )
    for shop in failed:
        problem = _of_line(shop.problem)
        if problem is not None:
            made.problems.setdefault(shop.id, problem)
        else:
            made.refused.add(shop.id)
    faults = [_of_line(fault) or Problem("traceback", fault) for fault in kept.faults]
    if len(blocks) > 1:  # it raised, and was halved until it did not
        faults.append(Problem("a block raises", f"and its parts of {blocks} shops do not"))
    if faults and not made.problems:  # whose it is, nothing tells
        for folder in folders if len(folders) > 1 else ():
            made.problems |= _plans([folder], rules).problems
        made.problems = made.problems or {folders[0].name: faults[0]}
    return made


def _request_of(folder: Path, rules: Sequence[Path]) -> Request | Failure:
    config = folder / CONFIG_NAME
    try:
        settings = read_settings(config) if config.is_file() else Settings()
    except AdvisorError as error:
        return Failure(error)
    except FAILURES as error:
        return Failure(AdvisorError(traced(error)))
    settings = attrs.evolve(settings, shop=attrs.evolve(settings.shop, id=folder.name))
    found = config if config.is_file() else None
    return Request((str(folder),), TODAY, settings, found, rules=tuple(rules))


_NOT_FINITE = re.compile(r"(?<![\w.-])-?(nan|inf|infinity)(?![\w.-])", re.IGNORECASE)
_COMPARED = ("period", "kpis", "plan", "total", "goals", "findings", "rankings", "healthy", "watch")


def _finite(files: Mapping[str, str | bytes]) -> Problem | None:
    """Where a number of a plan is none."""
    raw = json.loads(files["plan.json"], parse_constant=_Constant)
    bad = [path for path, value in _leaves(raw) if isinstance(value, float | _Constant)
           and not (isinstance(value, float) and math.isfinite(value))]  # fmt: skip
    if bad:
        return Problem("not finite", f"plan.json: {bad[0]}")
    said = str(files["plan.json"])
    for name, text in files.items():
        if isinstance(text, str) and not _NOT_FINITE.search(said) and _NOT_FINITE.search(text):
            return Problem("not finite", f"{name}: {_NOT_FINITE.search(text)}")
    return None


_NAMING = ("sources", "rows", "file", "files", "origin")  # keys of what names files and rows


class _Constant(str):
    __slots__ = ()


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, f"{path}[]")
    else:
        yield path, tree


def _plain(tree: Any) -> Any:
    """A tree without what names files and rows, and with numbers at 9 digits."""
    if isinstance(tree, dict):
        return {k: _plain(v) for k, v in tree.items() if k not in _NAMING}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    return float(f"{tree:.9g}") if isinstance(tree, float) else tree


# ── all of them ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _written(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def _guarded(checked: Callable[[], Problem | None]) -> Problem | None:
    try:
        return checked()
    except PluginError as error:
        return _of_line(traced(error))
    except AdvisorError as error:  # said in one line
        return _of_line(str(error))
    except BaseException as error:  # noqa: BLE001 (Rust's panics are no Exceptions)
        return _of_line(traced(error))


_RAW = re.compile(r"\b[A-Z]\w+(?:Error|Exception|Panic): .*")


def _of_line(text: str) -> Problem | None:
    """The problem that is in what a user would be told: an exception."""
    if _FAULT in text:
        return Problem("traceback", "\n".join(text.split(_FAULT)[1].splitlines()[:2]))
    raw = _RAW.search(text)
    return None if raw is None else Problem("an exception as it is", raw[0])


def traced(error: BaseException) -> str:
    """What a fault is told with here: with where it comes from."""
    if isinstance(error, AdvisorError):
        return str(error) if _FAULT in str(error) else f"{_FAULT}{error}"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "advisor" in Path(frame.filename).parent.as_posix()]
    ours = ours or frames
    shown = [*frames[-1:], *reversed(ours[-5:])]
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in shown)
    text = (str(error) or "no text").splitlines()[0][:200]
    return f"{_FAULT}{where}\n{type(error).__name__} in {ours[-1].name}: {text}"
