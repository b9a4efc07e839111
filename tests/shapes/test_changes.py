"""The same numbers in another form are the same numbers: every kind of table in every language and
era, changed as in changes.py and read again."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.ingest.combination import combine
from advisor.ingest.gathering import gather
from advisor.model import Reading, is_count
from advisor.plugin import ReadContext
from advisor.tabular.headers import Recogniser
from docs.generate import bundled
from tests.plugins_shop.reads import source_of
from tests.plugins_shop.test_invariants import first_header
from tests.shapes.changes import CHANGES, Change, Columns, Files, Pair
from tests.shapes.forms import FORMS, KINDS, Form

REGISTRY = bundled()
PROVIDERS, VOCABULARY = REGISTRY.providers(), REGISTRY.vocabulary()
CONTEXT = ReadContext(today=date(2026, 11, 22))
Place = tuple[str, str, str, str]  # kind of subject, family, key, count


@attrs.frozen(eq=False)
class Result:
    kinds: tuple[str, ...]
    first: date | None
    last: date | None
    sums: Mapping[Place, float]


WITHOUT_ROWS = {"income-report", "advertisers"}  # lines below each other, and no counts


def test_every_kind_has_a_form() -> None:
    assert {form.kind for form in FORMS} == {*KINDS} - WITHOUT_ROWS
    assert len({str(form) for form in FORMS}) == len(FORMS)


def _slow(form: Form) -> bool:
    return form.era == "generated" or form.language not in ("en", "US")


every_form = pytest.mark.parametrize(
    "form",
    [
        pytest.param(form, id=str(form), marks=[pytest.mark.slow] if _slow(form) else [])
        for form in FORMS
    ],
)


@every_form
def test_every_row_below_the_first_header_is_in_the_account(form: Form, tmp_path: Path) -> None:
    above = len(form.head) - 1 - first_header(form.head, len(form.head) - 1)
    for rows in (form.rows, [*form.rows, *form.head, *form.rows]):
        if form.xlsx and len(rows) > len(form.rows):
            continue
        (tmp_path / f"export{form.suffix}").write_bytes(form.write(rows))
        (reading,) = gather([tmp_path], PROVIDERS, CONTEXT).readings
        assert reading.rows + sum(reading.left_out.values()) == above + len(rows)


@every_form
def test_a_changed_file_gives_the_same_counts(form: Form, tmp_path: Path) -> None:
    columns = columns_of(form, tmp_path)
    known: dict[str, Result] = {}
    assert {
        change.__name__: told
        for change in CHANGES
        if (told := _difference(form, change, columns, tmp_path, known))
    } == {}


def columns_of(form: Form, folder: Path) -> Columns:
    path = folder / f"export{form.suffix}"
    path.write_bytes(form.write())
    located = Recogniser(form.spec).locate(source_of(path))
    path.unlink()
    assert located is not None
    assert located.lacks == ()
    return {at: form.spec.columns[name] for name, at in located.found.columns.items()}


def _difference(
    form: Form, change: Change, columns: Columns, folder: Path, known: dict[str, Result]
) -> object:
    """What differs after *change*; None where nothing does or the change is none of the form."""
    pair = change(form, columns)
    if pair is None:
        return None
    usual, other = (_read(files, folder, known) for files in (pair.usual, pair.other))
    if set(other.kinds) != {form.kind} | set(usual.kinds):
        return f"read as {other.kinds}"
    if not pair.longer and (usual.first, usual.last) != (other.first, other.last):
        return f"from {other.first} to {other.last}, not from {usual.first} to {usual.last}"
    one, two = (_compared(form, result, pair) for result in (usual, other))
    assert one, "nothing is compared"
    places = [place for place in {**one, **two} if not _same(one.get(place), two.get(place))]
    return [(place, one.get(place), two.get(place)) for place in places[:3]] or None


def _compared(form: Form, result: Result, pair: Pair) -> Mapping[Place, float]:
    if pair.by_key:
        return result.sums
    subjects = {subject.kind for subject in form.spec.subject}
    found: dict[Place, float] = {}
    for (subject, family, _, count), value in result.sums.items():
        if subject in subjects and count not in pair.distinct:
            place = (subject, family, "", count)
            found[place] = found.get(place, 0.0) + value
    return found


def _same(one: float | None, two: float | None) -> bool:
    return (one or 0.0) == pytest.approx(two or 0.0, rel=1e-9)


def _read(files: Files, folder: Path, known: dict[str, Result]) -> Result:
    mark = hashlib.sha256(b"".join(name.encode() + data for name, data in files.items()))
    if mark.hexdigest() not in known:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        gathered = gather([folder], PROVIDERS, CONTEXT)
        assert gathered.unread == ()
        for reading in gathered.readings:
            _account(reading)
        known[mark.hexdigest()] = _result(gathered.readings)
        for name in files:
            (folder / name).unlink()
    return known[mark.hexdigest()]


def _account(reading: Reading) -> None:
    assert all(count > 0 for count in reading.left_out.values())


def _result(readings: tuple[Reading, ...]) -> Result:
    periods = [reading.period for reading in readings if reading.period is not None]
    sums: dict[Place, float] = {}
    for one in combine(readings, VOCABULARY).sets:
        for _, frame in one.by_grain():
            counts = [c for c in frame.columns if is_count(c) and frame.schema[c].is_float()]
            for key, *values in frame.group_by("key").agg(pl.col(counts).sum()).iter_rows():
                for count, value in zip(counts, values, strict=True):
                    place = (one.subject, one.family, key, count)
                    sums[place] = sums.get(place, 0.0) + value
    return Result(
        tuple(sorted({reading.kind for reading in readings})),
        min((period.first for period in periods), default=None),
        max((period.last for period in periods), default=None),
        sums,
    )
