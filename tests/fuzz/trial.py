"""A trial: what is made of its number."""

import base64
import hashlib
import json
import random
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import attrs

from advisor.tabular.kind import CellType
from tests.fuzz import mutations
from tests.fuzz.inputs import (
    ADS,
    FORMS,
    SETTINGS,
    Form,
    containers,
    databases,
    documents,
    rule_files,
)
from tests.plugins_shop.test_invariants import first_header
from tests.shapes import changes
from tests.shapes.test_changes import columns_of

Files = Mapping[str, bytes]
BATCH = 4000  # trials that a child is asked for at once; those that make plans are a family
FAMILY = 250  # trials in a row of which those that only read are a family
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
        often = BATCH if self.kind in WHOLE else FAMILY
        family = _family(self.seed, self.number // often, often)
        made = KINDS[self.kind][1](chance, family, [random.Random(step) for step in self.steps])
        return attrs.evolve(made, kind=self.kind)


Steps = list[random.Random]


@attrs.frozen(eq=False)
class Family:
    """What trials in a row change: a few inputs, so that a block has many files of one kind, whose
    steps are taken together and which may spoil each other."""

    forms: Sequence[Form]
    texts: Sequence[Form]
    trees: Sequence[bytes]


@lru_cache(maxsize=8)
def _family(seed: int, number: int, often: int) -> Family:
    chance = random.Random(f"{seed}/{number}/{often}/family")
    texts = [_narrow(form, chance) for form in chance.sample(_TEXTS, 3)]
    forms = [*texts, *(_narrow(chance.choice(some), chance) for some in (_BOOKS, FORMS))]
    return Family(forms, texts, chance.sample(_trees(), 3))


_WIDE = 6  # columns beside those that are required; more take time and tell little more


def _narrow(form: Form, chance: random.Random) -> Form:
    """The form with a few of its columns and days, where it is still one of its kind; sometimes
    with all of them."""
    if chance.random() < 0.1:
        return form
    columns = columns_of_form(form)
    required = {id(form.spec.columns[name]) for name in form.spec.requires}
    places = {at for at, spec in columns.items() if id(spec) in required} | {0}
    others = [at for at in range(len(form.header)) if at not in places]
    places |= {*chance.sample(others, min(_WIDE, len(others)))}
    head, rows = ([[c for at, c in enumerate(row) if at in places] for row in some]
                  for some in (form.head, form.rows))  # fmt: skip
    narrow = attrs.evolve(form, head=head, rows=rows)
    try:
        return narrow if columns_of_form(narrow) else form
    except AssertionError:
        return form


@cache
def _trees() -> Sequence[bytes]:
    return [json.dumps(tree).encode() for _, tree in documents()]


_TEXTS = [form for form in FORMS if not form.xlsx]
_BOOKS = [form for form in FORMS if form.xlsx]


def _copy(rows: mutations.Records) -> mutations.Records:
    return [[*row] for row in rows]


def _cells(chance: random.Random, family: Family, steps: Steps) -> Made:
    form = chance.choice(family.texts)
    rows = _copy(form.rows)
    for step in steps:
        mutations.rows_changed(rows, form.explained, step, mutations.CELLS)
    return _counted(form, rows, chance)


def _columns(chance: random.Random, family: Family, steps: Steps) -> Made:
    form = chance.choice(family.texts)
    rows = _copy(form.rows)
    for step in steps:
        mutations.column_changed(rows, form.explained, _types(form), step)
    return _counted(form, rows, chance)


def _counted(form: Form, rows: mutations.Records, chance: random.Random) -> Made:
    """The form with these rows, each of which has to be accounted for."""
    above = len(form.head) - 1 - first_header(form.head, len(form.head) - 1)
    text = mutations.text_of([*form.head, *rows], ",", chance.choice(("\n", "\r\n")))
    encoding = chance.choice(_PLAIN)
    try:
        "".join(form.header).encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
    data = text.encode(encoding, errors="replace")
    return Made("", {"export.csv": data}, rows=above + len(rows))


def _header(chance: random.Random, family: Family, steps: Steps) -> Made:
    form = chance.choice(family.forms)
    table = _copy([*form.head, *form.rows])
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
    text = mutations.text_of(table, delimiter, line_end, quoted=chance.random() < 0.9)
    encoding = chance.choice(mutations.ENCODINGS)
    return Made("", {"export.csv": text.encode(encoding, errors="replace")})


@cache
def _unchanged(form: Form) -> bytes:
    return form.write()


def _some_file(chance: random.Random, family: Family) -> tuple[str, bytes]:
    what = chance.random()
    if what < 0.7:
        form = chance.choice(family.forms)
        return f"export{form.suffix}", _unchanged(form)
    if what < 0.9:
        return "answer.json", chance.choice(family.trees)
    return chance.choice([*containers().items()])


def _bytes(chance: random.Random, family: Family, steps: Steps) -> Made:
    name, data = _some_file(chance, family)
    _, other = _some_file(chance, family)
    for step in steps:
        data = mutations.bytes_changed(data, other, step)
    return Made("", {name: data})


@cache
def _as_workbook(form: Form) -> bytes:
    return attrs.evolve(form, xlsx=True).write()


def _workbook(chance: random.Random, family: Family, steps: Steps) -> Made:
    data = _as_workbook(chance.choice(family.forms))
    for step in steps:
        data = mutations.zip_changed(data, step)
    return Made("", {"export.xlsx": data})


def _container(chance: random.Random, _family: Family, steps: Steps) -> Made:
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


def _database(chance: random.Random, _family: Family, steps: Steps) -> Made:
    name, data = chance.choice([*databases().items()])
    other = chance.choice([*databases().values()])
    for step in steps:
        data = mutations.bytes_changed(data, other, step)
    return Made("", {name: data})


def _json(chance: random.Random, family: Family, steps: Steps) -> Made:
    tree: Any = json.loads(chance.choice(family.trees))
    for step in steps:
        tree = mutations.tree_changed(tree, step)
    name = chance.choice(("answer.json", "answer.json", "answer.jsonl", "answer.txt"))
    try:
        return Made("", {name: json.dumps(tree).encode()})
    except (RecursionError, ValueError):  # too deep to be written, or a circle
        return Made("", {name: b'{"data": [' * 50_000})


def _settings(_chance: random.Random, _family: Family, steps: Steps) -> Made:
    text = SETTINGS
    for step in steps:
        text = mutations.toml_changed(text, step)
    data = text.encode(errors="replace")
    return Made("", {"ads.csv": ADS, "advisor.toml": data}, whole=True)


def _rules(chance: random.Random, _family: Family, steps: Steps) -> Made:
    file = chance.choice(rule_files())
    text = file.text
    for step in steps:
        text = mutations.toml_changed(text, step)
    own = {file.name: text.encode(errors="replace"), "limits.toml": file.limits}
    return Made("", {"ads.csv": ADS}, rules=own, whole=True)


@cache
def columns_of_form(form: Form) -> changes.Columns:
    """Where the columns of a form are, which is asked for only once."""
    with tempfile.TemporaryDirectory() as folder:
        return columns_of(form, Path(folder))


@cache
def _types(form: Form) -> Mapping[int, CellType]:
    """The types of the columns of a form."""
    return {at: spec.type for at, spec in columns_of_form(form).items()}


def _numbers(form: Form, steps: Steps, cells: tuple[str, ...]) -> Form:
    """The form with other numbers in it."""
    rows = _copy(form.rows)
    types = (CellType.NUMBER, CellType.MONEY)
    columns = [at for at, of in _types(form).items() if of in types]
    for step in steps:
        if not columns or len(rows) == form.explained:
            break
        at, column = step.randrange(form.explained, len(rows)), step.choice(columns)
        if column < len(rows[at]):
            rows[at][column] = step.choice(cells)
    return attrs.evolve(form, rows=rows)


def _plan(chance: random.Random, family: Family, steps: Steps) -> Made:
    files: dict[str, bytes] = {}
    together = chance.choice((family.forms[:1], family.forms[:3], family.forms[3:]))
    for number, form in enumerate(together):
        changed = _numbers(form, [*steps, *(random.Random(chance.random()) for _ in range(5))], (
            *mutations.NUMBERS, *mutations.CELLS))  # fmt: skip
        if chance.random() < 0.5:
            for step in steps:
                mutations.column_changed(changed.rows, form.explained, _types(form), step)
        files[f"{number}{form.suffix}"] = changed.write()
    return Made("", files, whole=True)


def _rewrite(chance: random.Random, family: Family, steps: Steps) -> Made:
    while True:
        form = chance.choice(family.texts)
        numbered = _numbers(form, steps, ("0", "1", "7", "12", "100", "2000"))
        pair = chance.choice(_SAME)(numbered, columns_of_form(form))
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
# How often each is drawn: a plan costs as much as several files that are only read.
KINDS: Mapping[str, tuple[int, Callable[[random.Random, Family, Steps], Made]]] = {
    "cells": (200, _cells),
    "columns": (200, _columns),
    "header": (150, _header),
    "bytes": (150, _bytes),
    "workbook": (100, _workbook),
    "container": (30, _container),
    "database": (30, _database),
    "json": (150, _json),
    "settings": (3, _settings),
    "rules": (1, _rules),
    "plan": (7, _plan),
    "rewrite": (3, _rewrite),
}
WHOLE = frozenset({"settings", "rules", "plan", "rewrite"})  # the others only read
_DRAWN = [name for name, (often, _) in KINDS.items() for _ in range(often)]


def digest(made: Made) -> str:
    """A short name for the content."""
    return hashlib.sha256(made.as_json().encode()).hexdigest()[:10]
