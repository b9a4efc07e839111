"""A trial: what is made of its number, and what has to hold of it."""

import base64
import hashlib
import json
import math
import random
import re
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from typing import Any

import attrs
import polars.selectors as cs

from advisor.errors import AdvisorError
from advisor.ingest import Gathered, ShopFiles, gather_shops, gathering
from advisor.plugin import Failure
from advisor.report.formats import BUNDLED_FORMATS, render
from advisor.tabular.kind import CellType
from tests.end_to_end.runs import document, registry
from tests.fuzz import mutations
from tests.fuzz.inputs import ADS, CONTEXT, FORMS, SETTINGS, Form, containers, documents, rule_files
from tests.plugins_shop.test_invariants import first_header
from tests.shapes import changes
from tests.shapes.test_changes import _columns

Files = Mapping[str, bytes]
_MEMORY = Path("/dev/shm")
_PLAIN = ("utf-8", "utf-8-sig", "utf-16", "cp1252")  # with which no row is lost


@attrs.frozen
class Made:
    """What a trial gives to the program: *files* of a folder, *rules* of another. *rows* is what
    has to be read or left out of the only file; *other* are files that have to give the same plan;
    *whole* asks for a plan in all formats, else files are only read."""

    kind: str
    files: Files
    rows: int | None = None
    rules: Files = attrs.field(factory=dict)
    other: Files = attrs.field(factory=dict)
    whole: bool = False

    def as_json(self) -> str:
        """It as one line."""

        def packed(files: Files) -> Mapping[str, str]:
            return {name: base64.b64encode(data).decode() for name, data in files.items()}

        raw = attrs.asdict(self)
        return json.dumps(raw | {key: packed(raw[key]) for key in ("files", "rules", "other")})

    @classmethod
    def from_json(cls, text: str | bytes) -> "Made":
        """What *as_json* gave."""
        raw = json.loads(text)
        for key in ("files", "rules", "other"):
            raw[key] = {name: base64.b64decode(data) for name, data in raw[key].items()}
        return cls(**raw)


@attrs.frozen
class Problem:
    """What did not hold. Of problems of one *sign* the first is enough."""

    name: str
    text: str

    @property
    def sign(self) -> str:
        """What is alike in every case of it."""
        return f"{self.name}: {re.sub(r'[0-9]+', '#', self.text.splitlines()[-1])[:160]}"


# ── making ──────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Trial:
    """A trial by its number; *steps* are the changes, each a seed of its own."""

    seed: int
    number: int
    steps: tuple[int, ...] = ()

    @classmethod
    def of(cls, seed: int, number: int) -> "Trial":
        """The trial with this number."""
        chance = random.Random(f"{seed}/{number}/steps")
        many = chance.choice((1, 1, 1, 2, 3, 6))
        return cls(seed, number, tuple(chance.randrange(2**32) for _ in range(many)))

    @property
    def kind(self) -> str:
        """What it changes."""
        return random.Random(f"{self.seed}/{self.number}/kind").choice(_DRAWN)

    def make(self) -> Made:
        """Its files."""
        chance = random.Random(f"{self.seed}/{self.number}/input")
        made = KINDS[self.kind][1](chance, [random.Random(step) for step in self.steps])
        return attrs.evolve(made, kind=self.kind)


Steps = list[random.Random]


def _form(chance: random.Random, *, text: bool = False) -> Form:
    while True:
        form = chance.choice(FORMS)
        if not (text and form.xlsx):
            return form


def _cells(chance: random.Random, steps: Steps) -> Made:
    form = _form(chance, text=True)
    rows = deepcopy(form.rows)
    for step in steps:
        mutations.rows_changed(rows, form.explained, step, mutations.CELLS)
    above = len(form.head) - 1 - first_header(form.head, len(form.head) - 1)
    text = mutations.text_of([*form.head, *rows], ",", chance.choice(("\n", "\r\n")), _Always())
    data = text.encode(chance.choice(_PLAIN), errors="replace")
    return Made("", {"export.csv": data}, rows=above + len(rows))


class _Always(random.Random):
    def random(self) -> float:
        return 0.0


def _header(chance: random.Random, steps: Steps) -> Made:
    form = _form(chance)
    table = deepcopy([*form.head, *form.rows])
    header = len(form.head) - 1
    for step in steps:
        if step.random() < 0.7:
            before = len(table)
            mutations.header_changed(table, header, step)
            header += len(table) - before
        else:
            mutations.rows_changed(table, header, step, mutations.CELLS)
    if form.xlsx:
        written = attrs.evolve(form, head=table[:1], rows=table[1:]).write()
        return Made("", {"export.xlsx": written})
    delimiter, line_end = chance.choice(mutations.DELIMITERS), chance.choice(mutations.LINE_ENDS)
    text = mutations.text_of(table, delimiter, line_end, chance)
    encoding = chance.choice(mutations.ENCODINGS)
    return Made("", {"export.csv": text.encode(encoding, errors="replace")})


@cache
def _unchanged(form: Form) -> bytes:
    return form.write()


def _some_file(chance: random.Random) -> tuple[str, bytes]:
    what = chance.random()
    if what < 0.7:
        form = _form(chance)
        return f"export{form.suffix}", _unchanged(form)
    if what < 0.9:
        return "answer.json", json.dumps(chance.choice(documents())[1]).encode()
    return chance.choice([*containers().items()])


def _bytes(chance: random.Random, steps: Steps) -> Made:
    name, data = _some_file(chance)
    _, other = _some_file(chance)
    for step in steps:
        data = mutations.bytes_changed(data, other, step)
    return Made("", {name: data})


@cache
def _as_workbook(form: Form) -> bytes:
    return attrs.evolve(form, xlsx=True).write()


_BOOKS = [form for form in FORMS if form.xlsx]


def _workbook(chance: random.Random, steps: Steps) -> Made:
    data = _as_workbook(chance.choice(_BOOKS) if chance.random() < 0.5 else _form(chance))
    for step in steps:
        data = mutations.zip_changed(data, step)
    return Made("", {"export.xlsx": data})


def _container(chance: random.Random, steps: Steps) -> Made:
    name, data = chance.choice([*containers().items()])

    def inner(member: str, content: bytes) -> bytes:
        if not member.endswith(".json"):
            return mutations.bytes_changed(content, content, step)
        return json.dumps(mutations.tree_changed(json.loads(content), step)).encode()

    for step in steps:
        try:
            data = mutations.zip_changed(data, step, inner)
        except (ValueError, RecursionError):
            break
    return Made("", {name: data})


def _json(chance: random.Random, steps: Steps) -> Made:
    tree: Any = deepcopy(chance.choice(documents())[1])
    for step in steps:
        tree = mutations.tree_changed(tree, step)
    name = chance.choice(("answer.json", "answer.json", "answer.jsonl", "answer.txt"))
    try:
        return Made("", {name: json.dumps(tree).encode()})
    except (RecursionError, ValueError):  # too deep to be written, or a circle
        return Made("", {name: b'{"data": [' * 50_000})


def _settings(_chance: random.Random, steps: Steps) -> Made:
    text = SETTINGS
    for step in steps:
        text = mutations.toml_changed(text, step)
    data = text.encode(errors="replace")
    return Made("", {"ads.csv": ADS, "advisor.toml": data}, whole=True)


def _rules(chance: random.Random, steps: Steps) -> Made:
    file = chance.choice(rule_files())
    text = re.sub(r'^id = "[^/"]*/', 'id = "own/', file.text, flags=re.MULTILINE)
    for step in steps:
        text = mutations.toml_changed(text, step)
    return Made("", {"ads.csv": ADS}, rules={file.name: text.encode(errors="replace")}, whole=True)


@cache
def _columns_of(form: Form) -> changes.Columns:
    """Where the columns of a form are, which is asked for only once."""
    with tempfile.TemporaryDirectory() as folder:
        return _columns(form, Path(folder))


def _numbers(form: Form, steps: Steps, cells: tuple[str, ...]) -> Form:
    """The form with other numbers in it."""
    rows = deepcopy(form.rows)
    types = (CellType.NUMBER, CellType.MONEY)
    columns = [at for at, spec in _columns_of(form).items() if spec.type in types]
    for step in steps:
        if not columns or len(rows) == form.explained:
            break
        at, column = step.randrange(form.explained, len(rows)), step.choice(columns)
        if column < len(rows[at]):
            rows[at][column] = step.choice(cells)
    return attrs.evolve(form, rows=rows)


def _plan(chance: random.Random, steps: Steps) -> Made:
    files: dict[str, bytes] = {}
    for number in range(chance.choice((1, 1, 3))):
        form = _form(chance)
        form = _numbers(form, [*steps, *(random.Random(chance.random()) for _ in range(5))], (
            *mutations.NUMBERS, *mutations.CELLS))  # fmt: skip
        files[f"{number}{form.suffix}"] = form.write()
    return Made("", files, whole=True)


def _rewrite(chance: random.Random, steps: Steps) -> Made:
    while True:
        form = _form(chance)
        numbered = _numbers(form, steps, ("0", "1", "7", "12", "100", "2000"))
        pair = chance.choice(_SAME)(numbered, _columns_of(form))
        if pair is not None and pair.by_key and not pair.longer and not pair.distinct:
            return Made("", pair.usual, other=pair.other, whole=True)


_SAME: tuple[changes.Change, ...] = (
    changes.rows_shuffled,
    changes.columns_shuffled,
    changes.rows_end_in_cr,
    changes.as_unicode_text,
    changes.as_semicolons,
    changes.cells_in_spaces,
    changes.put_together,
    changes.downloaded_twice,
)
# How often each is drawn: a plan costs as much as twenty files that are only read.
KINDS: Mapping[str, tuple[int, Callable[[random.Random, Steps], Made]]] = {
    "cells": (40, _cells),
    "header": (30, _header),
    "bytes": (30, _bytes),
    "workbook": (25, _workbook),
    "container": (15, _container),
    "json": (30, _json),
    "settings": (10, _settings),
    "rules": (6, _rules),
    "plan": (3, _plan),
    "rewrite": (2, _rewrite),
}
WHOLE = frozenset({"settings", "rules", "plan", "rewrite"})  # the others only read
_DRAWN = [name for name, (often, _) in KINDS.items() for _ in range(often)]


# ── checking ────────────────────────────────────────────────────────────────────────────────────


def check(made: Made) -> Problem | None:
    """What does not hold of *made*; None where all does."""
    with _scratch() as folder:
        return _guarded(lambda: _checked(made, folder))


def check_all(cases: Sequence[Made]) -> list[Problem | None]:
    """What does not hold of each of *cases*, of which those that are only read are read as the
    shops of one block. One of them, drawn by chance, has to give the same when it is read alone."""
    found: list[Problem | None] = [check(made) if made.whole else None for made in cases]
    read = [at for at, made in enumerate(cases) if not made.whole]
    with _scratch() as folder:
        shops = [_written(folder / str(at), cases[at].files) for at in read]
        together = [*gather_shops([_shop(place) for place in shops], most=len(shops))]
        for at, gathered in zip(read, together, strict=True):
            found[at] = _guarded(partial(_accounted, gathered, cases[at].rows))
            if found[at] is not None and check(cases[at]) is None:
                found[at] = Problem("only in a block", str(found[at]))
        if read:
            drawn = random.Random(len(cases[read[0]].as_json())).randrange(len(read))
            (alone,) = gather_shops([_shop(shops[drawn])])
            if _told(alone) != _told(together[drawn]):
                found[read[drawn]] = Problem("another reading in a block", cases[read[drawn]].kind)
    return found


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _guarded(checked: Callable[[], Problem | None]) -> Problem | None:
    try:
        return checked()
    except AdvisorError:
        return None  # said in one line
    except BaseException as error:  # noqa: BLE001 (Rust's panics are no Exceptions)
        return Problem("traceback", _trace(error))


def _trace(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    text = (str(error) or "no text").splitlines()[0][:200]
    return f"{where}\n{type(error).__name__}: {text}"


def _checked(made: Made, folder: Path) -> Problem | None:
    files, rules = _written(folder / "files", made.files), _written(folder / "rules", made.rules)
    if not made.whole:
        (gathered,) = gather_shops([_shop(files)])
        return _accounted(gathered, made.rows)
    own = {"rules": (rules,)} if made.rules else {}
    plan, problem = _planned(files, **own)
    if problem is not None or not made.other:
        return problem
    other, problem = _planned(_written(folder / "other", made.other), **own)
    if problem is None and other != plan:
        differing = next(key for key in plan if plan[key] != other[key])
        pairs = zip(plan[differing], other[differing], strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), "one has more")
        problem = Problem("another plan", f"{differing}: {str(first)[:300]}")
    return problem


def _written(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def _shop(folder: Path) -> ShopFiles:
    return ShopFiles([folder], registry().providers(), CONTEXT)


def _told(gathered: Gathered | Failure) -> object:
    """What was read, so that it can be compared."""
    if isinstance(gathered, Failure):
        return str(gathered.error)
    tables = [
        (one.kind, t.frame.to_dict(as_series=False))
        for one in gathered.readings
        for t in one.tables
    ]
    return repr((tables, gathered.unread, gathered.notes))


def _accounted(gathered: Gathered | Failure, rows: int | None) -> Problem | None:
    if isinstance(gathered, Failure):
        raise gathered.error
    if gathered.faults:
        return Problem("traceback", "; ".join(gathered.faults))
    for reading in gathered.readings:
        for table in reading.tables:
            bad = table.frame.select(cs.float().is_finite().all())
            if any(value is False for row in bad.rows() for value in row):
                return Problem("not finite", f"{reading.kind}: {table.frame.columns}")
        account = reading.rows + sum(reading.left_out.values())
        if rows is not None and len(gathered.readings) == 1 and account != rows:
            return Problem("rows", f"{reading.kind}: of {rows} rows {account} are accounted for")
    return None


_NOT_FINITE = re.compile(r"(?<![\w.-])-?(nan|inf|infinity)(?![\w.-])", re.IGNORECASE)
_COMPARED = ("period", "kpis", "plan", "total", "goals", "findings", "rankings", "healthy", "watch")


def _planned(folder: Path, **options: Any) -> tuple[Mapping[str, Any], Problem | None]:
    kept = registry()
    kept.faults.clear()
    made = document(folder, **options)
    failed: list[str] = []
    files = render(made, BUNDLED_FORMATS, kept.templates(), failed=failed)
    if faults := [*kept.faults, *failed]:
        return {}, Problem("traceback", "; ".join(faults))
    raw = json.loads(files["plan.json"], parse_constant=_Constant)
    bad = [path for path, value in _leaves(raw) if isinstance(value, float | _Constant)
           and not (isinstance(value, float) and math.isfinite(value))]  # fmt: skip
    if bad:
        return {}, Problem("not finite", f"plan.json: {bad[0]}")
    said = str(files["plan.json"])
    for name, text in files.items():
        if isinstance(text, str) and not _NOT_FINITE.search(said) and _NOT_FINITE.search(text):
            return {}, Problem("not finite", f"{name}: {_NOT_FINITE.search(text)}")
    return {key: _plain(raw[key]) for key in _COMPARED}, None


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


def traced(error: BaseException) -> str:
    """What a fault is told with here: with where it comes from."""
    return _trace(error)


def with_traces() -> None:
    """Has faults of providers say where they come from."""
    gathering.describe_error = traced  # type: ignore[attr-defined, unused-ignore]


def digest(made: Made) -> str:
    """A short name for the content."""
    return hashlib.sha256(made.as_json().encode()).hexdigest()[:10]
