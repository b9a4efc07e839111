"""Facts give back what was gathered."""

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.ingest.facts import FACTS_VERSION, MANIFEST, read_facts, write_facts
from advisor.ingest.result import Gathered, Unread
from advisor.model import Catalogue, Language, lazy_gettext, lazy_ngettext
from advisor.model.reading import Column, File, Grain, Links, Note, Period, Reading, Table
from tests.files_and_frames import file, reading

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(0, 4))

    def column(values: st.SearchStrategy[object], dtype: pl.DataType) -> pl.Series:
        return pl.Series(draw(st.lists(values, min_size=rows, max_size=rows)), dtype=dtype)

    columns = {
        "key": column(TEXT, pl.String()),
        "name": column(st.none() | TEXT, pl.String()),
        "from": column(st.none() | DAYS, pl.Date()),
        "to": column(st.none() | DAYS, pl.Date()),
        "by.age": column(st.none() | TEXT, pl.String()),
        "currency": column(st.none() | TEXT, pl.String()),
        "clicks": column(
            st.none() | st.floats(allow_nan=False, allow_infinity=False), pl.Float64()
        ),
        "_row": column(st.integers(1, 2**32 - 1), pl.UInt32()),
    }
    return pl.DataFrame(columns)


TABLES = st.builds(Table, TEXT, TEXT, st.sampled_from(Grain), frames())
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(
    lambda pairs: pl.DataFrame(pairs, schema={"from": pl.String, "to": pl.String}, orient="row")
)
FILES = st.builds(File, st.just(Path("somewhere")), TEXT, st.integers(0, 10**12), TEXT)
NOTES = st.lists(st.builds(Note, TEXT, TEXT, TEXT), max_size=2).map(tuple)
READINGS = st.builds(
    Reading,
    file=FILES,
    provider=TEXT,
    kind=TEXT,
    title=TEXT,
    tables=st.lists(TABLES, max_size=2).map(tuple),
    rows=st.integers(0, 10**9),
    left_out=st.dictionaries(TEXT, st.integers(0, 99), max_size=2),
    links=st.lists(st.builds(Links, TEXT, PAIRS), max_size=1).map(tuple),
    period=st.none() | st.builds(Period, DAYS, DAYS),
    currency=st.none() | TEXT,
    columns=st.lists(st.builds(Column, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    notes=NOTES,
)
UNREAD = st.builds(Unread, FILES, TEXT, st.none() | TEXT, st.lists(TEXT, max_size=2).map(tuple))
GATHERED = st.builds(
    Gathered,
    st.lists(READINGS, max_size=2).map(tuple),
    st.lists(UNREAD, max_size=2).map(tuple),
    NOTES,
)


def plain(gathered: Gathered) -> object:
    """Everything but the frames and where the files lay, comparable."""

    def one(reading: Reading) -> object:
        tables = [(t.subject, t.family, t.grain, t.frame.schema) for t in reading.tables]
        links = [(links.relation, links.frame.rows()) for links in reading.links]
        bare = attrs.evolve(reading, file=moved(reading.file), tables=(), links=())
        return attrs.asdict(bare), tables, links

    unread = [attrs.evolve(one, file=moved(one.file)) for one in gathered.unread]
    return [one(reading) for reading in gathered.readings], unread, gathered.notes


def moved(found: File) -> File:
    return attrs.evolve(found, path=Path())


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(GATHERED)
def test_what_was_written_is_read(tmp_path: Path, gathered: Gathered) -> None:
    path = tmp_path / "shop.facts"
    write_facts(path, gathered)
    written = path.read_bytes()

    back = read_facts(path)

    assert plain(back) == plain(gathered)
    for one, other in zip(back.readings, gathered.readings, strict=True):
        for table, was in zip(one.tables, other.tables, strict=True):
            assert table.frame.equals(was.frame)
    write_facts(path, back)
    assert path.read_bytes() == written


def facts(path: Path) -> Path:
    write_facts(path, Gathered((reading("a.csv", [{"key": "1", "day": 1, "clicks": 1.0}]),)))
    return path


def rewritten(path: Path, change: dict[str, object]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = {**json.loads(members[MANIFEST]), **change}
    members[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_where_the_files_lay_is_not_told(tmp_path: Path) -> None:
    secret = attrs.evolve(file("a.csv"), path=Path("/home/owner/private/a.csv"))
    one = attrs.evolve(reading("a.csv", [{"key": "1", "day": 1}]), file=secret)
    path = tmp_path / "shop.facts"
    write_facts(path, Gathered((one,)))

    assert b"private" not in path.read_bytes()
    assert read_facts(path).readings[0].file.path == path


def test_notes_are_said_in_the_language_of_whoever_reads_the_facts(tmp_path: Path) -> None:
    text = lazy_ngettext("{n} row skipped", "{n} rows skipped", 6)
    one = attrs.evolve(reading("a.csv", [{"key": "1", "day": 1}]), notes=(Note("x", text),))
    unread = Unread(file("b.csv"), lazy_gettext("is an unrecognized file"))
    path = tmp_path / "shop.facts"
    write_facts(path, Gathered((one,), (unread,), (Note("y", "as it is"),)))

    back = read_facts(path)
    spanish = Language(
        "es",
        catalogue=Catalogue(
            {"is an unrecognized file": "archivo no reconocido"},
            {"{n} row skipped": ("{n} fila omitida", "{n} filas omitidas")},
        ),
    )
    assert spanish.say(back.readings[0].notes[0].text) == "6 filas omitidas"
    assert back.unread[0].problem(spanish) == "archivo no reconocido"
    assert [note.text for note in back.notes] == ["as it is"]
    assert str(back.unread[0]) == "b.csv: is an unrecognized file"


@pytest.mark.parametrize("text", [7, {}, {"text": "x", "plural": "", "number": "1", "values": {}}])
def test_a_note_that_is_no_message_makes_the_facts_damaged(tmp_path: Path, text: object) -> None:
    path = facts(tmp_path / "shop.facts")
    rewritten(path, {"notes": [{"code": "x", "text": text, "file": ""}]})

    with pytest.raises(AdvisorError, match="damaged facts file"):
        read_facts(path)


def test_facts_of_another_version_are_refused(tmp_path: Path) -> None:
    path = facts(tmp_path / "shop.facts")
    rewritten(path, {"schema-version": FACTS_VERSION + 1})

    with pytest.raises(AdvisorError) as caught:
        read_facts(path)

    assert str(caught.value) == (
        f"{path}: facts of version 3, expected 2; gather the exports again with `advisor gather`"
    )


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[: len(data) // 2],
    "no zip": lambda data: b"PK\x03\x04 nothing",
    "a byte changed in the first frame": lambda data: data.replace(b"PAR1", b"PAR2", 1),
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_facts_are_one_line(tmp_path: Path, damage: str) -> None:
    path = facts(tmp_path / "shop.facts")
    path.write_bytes(DAMAGES[damage](path.read_bytes()))

    with pytest.raises(AdvisorError) as caught:
        read_facts(path)

    assert str(caught.value) == (
        f"{path}: damaged facts file; gather the exports again with `advisor gather`"
    )


@pytest.mark.parametrize("change", [{"readings": 3}, {"notes": None}, {"more": 1}])
def test_a_manifest_of_another_shape_is_damage(tmp_path: Path, change: dict[str, object]) -> None:
    path = facts(tmp_path / "shop.facts")
    rewritten(path, change)

    with pytest.raises(AdvisorError, match="damaged facts file"):
        read_facts(path)


def test_facts_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="cannot be opened: no such file or directory"):
        read_facts(tmp_path / "shop.facts")
