"""Whatever a provider does with a file, the file goes to whoever else knows it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.ingest.gathering import gather
from advisor.ingest.result import Gathered
from advisor.model.reading import Column, File, Grain, Links, Note, Reading, Table
from advisor.model.source import Source
from advisor.plugin.checked_provider import CheckedProvider
from advisor.plugin.hookspecs import KindInfo, Match, Provider, ReadContext
from advisor.plugin.loading import add, load_plugins
from advisor.plugin.registry import Registry
from tests.cli.exports import ads_file
from tests.plugin.test_calls import CASES, Odd, Shy, plugin, raises

TODAY = ReadContext(date(2026, 11, 2))
KINDS = {"own": KindInfo("Own file", "here", ("ad",), ("clicks",))}
Read = Callable[[Source, Match, ReadContext], object]
Recognise = Callable[[Source], object]


def claims(source: Source) -> Sequence[Match]:
    return [Match("own", 1000)]


def nothing(source: Source, match: Match, context: ReadContext) -> object:
    return None


@attrs.define(eq=False)
class Stranger:
    """A provider that does what a test wants."""

    on_read: Read = nothing
    on_recognise: Recognise = claims
    name: str = "own-files"
    kinds: Mapping[str, KindInfo] = attrs.field(factory=lambda: dict(KINDS))

    def recognise(self, source: Source) -> Any:
        return self.on_recognise(source)

    def read(self, source: Source, match: Match, context: ReadContext) -> Any:
        return self.on_read(source, match, context)


@pytest.fixture(scope="module")
def bundled() -> Registry:
    return load_plugins()


def read(paths: Sequence[Path], bundled: Registry, *strangers: Provider) -> Gathered:
    words = bundled.vocabulary()
    theirs = [CheckedProvider(one, "agency", words, third_party=True) for one in strangers]
    return gather(paths, [*theirs, *bundled.reading_providers()], TODAY)


def reading(file: File, **changes: Any) -> Reading:
    frame = pl.DataFrame(
        {"key": ["1"], "name": ["One"], "currency": [None], "_row": [2], "clicks": [5.0]},
        schema_overrides={"currency": pl.String, "_row": pl.UInt32},
    ).with_columns(pl.lit(None, pl.Date).alias("from"), pl.lit(None, pl.Date).alias("to"))
    table = Table("ad", "own", Grain.PERIOD, frame)
    return attrs.evolve(Reading(file, "own-files", "own", "Own", (table,), 1), **changes)


def well(source: Source, match: Match, context: ReadContext) -> object:
    return reading(source.file)


def test_a_provider_that_understands_a_file_best_reads_it(
    tmp_path: Path, bundled: Registry
) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(well))

    assert [one.provider for one in found.readings] == ["own-files"]
    assert found.faults == ()


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_where_one_fails_to_read_another_provider_reads_and_one_line_tells(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(lambda *_: hook()))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert found.unread == ()
    (line,) = found.faults
    assert line.startswith("ads.csv: provider own-files failed on it: ")
    assert [note.code for note in found.notes] == ["plugin"]


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_where_one_fails_to_recognise_the_others_are_asked(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(on_recognise=lambda _: hook()))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    (line,) = found.faults
    assert line.startswith("provider own-files failed and was not asked about 1 file; first ads.c")


CLAIMS: dict[str, tuple[object, str]] = {
    "of an unknown kind": (Match("other", 1), "a kind that the provider does not have: other"),
    "of no strength": (Match("own", "much"), "strength is str, expected int"),  # type: ignore[arg-type]
    "on no grid of the file": (Match("own", 9, grid="x"), "a grid that the file does not have: x"),
    "that is no claim": ("own", "`recognise` gave str where Match is expected"),
}


@pytest.mark.parametrize(("claim", "says"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_checked(claim: object, says: str, tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(well, lambda _: [claim]))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert says in found.faults[0]


def table(**changes: Any) -> dict[str, Any]:
    own = reading(File(Path("x"), "x", 0, "")).tables[0]
    return {"tables": (attrs.evolve(own, **changes),)}


def frame() -> pl.DataFrame:
    return reading(File(Path("x"), "x", 0, "")).tables[0].frame


def column(**changes: pl.Series) -> dict[str, Any]:
    return table(frame=frame().with_columns(**changes))


def test_what_is_no_reading_is_told(tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(nothing))

    assert found.faults[0].endswith("returned NoneType where a Reading is expected")


READINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no tables": ({"tables": None}, "tables is None, expected tuple"),
    "what is no table": ({"tables": ("ad",)}, "tables[0] is str, expected Table"),
    "an unknown subject": (table(subject="adverts"), "unknown subject 'adverts'"),
    "an unknown count": (column(klicks=pl.Series([1.0])), "did you mean 'clicks'?"),
    "an unknown parent": (column(**{"parent.foo": pl.Series(["a"])}), "unknown subject 'foo'"),
    "no frame": (table(frame=[1]), "tables[0].frame is list, expected DataFrame"),
    "no grain": (table(grain="day"), "tables[0].grain is str, expected Grain"),
    "a key that is a number": (column(key=pl.Series([1])), "column 'key' is Int64, expected Strin"),
    "counts as text": (column(clicks=pl.Series(["1"])), "column 'clicks' is String, expected Fl"),
    "rows as text": ({"rows": "1"}, "rows is str, expected int"),
    "a key that is not there": (
        table(frame=frame().drop("key")),
        "table ad (own): column 'key' is missing",
    ),
    "rows without a key": (
        column(key=pl.Series([None], dtype=pl.String)),
        "table ad (own): 1 rows have no key",
    ),
    "an infinite count": (
        column(clicks=pl.Series([float("inf")])),
        "column 'clicks' has a value that is infinite or not a number",
    ),
    "a count that is no number": (
        column(clicks=pl.Series([float("nan")])),
        "column 'clicks' has a value that is infinite or not a number",
    ),
    "whole numbers": (
        column(clicks=pl.Series([1])),
        "table ad (own): column 'clicks' is Int64, expected Float64",
    ),
    "text dates": (
        column(**{"from": pl.Series(["a"])}),
        "table ad (own): column 'from' is String, expected Date",
    ),
    "a column of the host's": (
        column(shop=pl.Series(["x"])),
        "table ad (own): column 'shop' is the host's",
    ),
    "no reasons": ({"left_out": None}, "left_out is None, expected Mapping"),
    "odd reasons": ({"left_out": {1: "x"}}, "a key of left_out is int, expected str"),
    "no notes": ({"notes": ("x",)}, "notes[0] is str, expected Note"),
    "notes of numbers": ({"notes": (Note("a", 1),)}, "notes[0].text is int, expected str"),  # type: ignore[arg-type]
    "no columns": ({"columns": (Column("a", None),)}, "columns[0].means is None, expected str"),  # type: ignore[arg-type]
    "an odd period": ({"period": 2026}, "period is int, expected Period or None"),
    "hours as text": (
        column(_hour=pl.Series(["2026-10-01 01"])),
        "column '_hour' is String, expected Datetime",
    ),
    "a time zone that is none": ({"time_zone": "Mars/Olympus"}, "no time zone 'Mars/Olympus'"),
    "an odd currency": ({"currency": 1}, "currency is int, expected str or None"),
    "an unknown relation": (
        {"links": (Links("foo", pl.DataFrame({"from": ["a"], "to": ["b"]})),)},
        "unknown relation 'foo'",
    ),
    "another kind": ({"kind": "other"}, "read a kind that the provider does not have: other"),
    "another file": ({"file": File(Path("y"), "y", 0, "y")}, "a reading of another file: y"),
}


@pytest.mark.parametrize(("changes", "says"), READINGS.values(), ids=READINGS)
def test_a_reading_is_checked(
    changes: dict[str, Any], says: str, tmp_path: Path, bundled: Registry
) -> None:
    stranger = Stranger(lambda source, *_: attrs.evolve(reading(source.file), **changes))

    found = read([ads_file(tmp_path)], bundled, stranger)

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert says in found.faults[0]


def test_a_file_that_only_a_failing_provider_knows_is_unread_with_its_reason(
    tmp_path: Path, bundled: Registry
) -> None:
    ads_file(tmp_path)
    (tmp_path / "own.csv").write_text("own,thing\n1,2\n")
    stranger = Stranger(lambda *_: 1 / 0)

    found = read([tmp_path], bundled, stranger)

    (unread,) = found.unread
    reason = "provider own-files failed on it: ZeroDivisionError: division by zero"
    assert str(unread) == f"own.csv: {reason}"
    assert len(found.faults) == 2


def test_a_file_that_a_provider_says_is_broken_is_no_fault_of_its(
    tmp_path: Path, bundled: Registry
) -> None:
    ads_file(tmp_path)
    (tmp_path / "own.csv").write_text("own,thing\n1,2\n")
    broken = raises(AdvisorError("it ends in the middle"))
    own = lambda source: claims(source) if source.file.name == "own.csv" else []  # noqa: E731

    found = read([tmp_path], bundled, Stranger(lambda *_: broken(), own))

    assert [str(one) for one in found.unread] == ["own.csv: it ends in the middle"]
    assert found.faults == ()


class Nameless:
    """A provider that objects to being asked for its name."""

    def __getattr__(self, name: str) -> object:
        raise Odd


UNFIT: dict[str, tuple[object, str]] = {
    "a name that cannot be asked for": (Nameless(), "failed: Odd"),
    "a name that is no text": (Stranger(name=7), "gave a provider whose name is int, expected str"),  # type: ignore[arg-type]
    "no kinds": (
        Stranger(kinds=None),  # type: ignore[arg-type]
        "gave a provider whose kinds are NoneType, expected Mapping",
    ),
    "kinds that are none": (
        Stranger(kinds={"own": "Own"}),  # type: ignore[dict-item]
        "gave a provider with a kind that is str: str, expected str: KindInfo",
    ),
    "a kind that is there": (
        Stranger(kinds={"video-list": KINDS["own"]}),
        "kind of file 'video-list' is brought by tiktok-shop already",
    ),
    "what is none": (SimpleNamespace(name="x"), "gave SimpleNamespace where Provider is expected"),
    "what cannot be looked at": (Shy(), "failed: Odd"),
}


@pytest.mark.parametrize(("provider", "says"), UNFIT.values(), ids=UNFIT)
def test_a_provider_that_cannot_serve_is_left_out(provider: object, says: str) -> None:
    names = [one.name for one in load_plugins().providers()]
    made = load_plugins()
    add(made, plugin(lambda: [provider], "advisor_metric_providers"), "agency")

    assert [one.name for one in made.providers()] == names
    (line,) = made.failures()
    assert line.startswith("plugin agency is not used: "), line
    assert says in line


NOTE = Note("own", "the other file tells what this one means")


@attrs.define(eq=False)
class Whole(Stranger):
    """A stranger that looks at all its files."""

    on_together: Callable[[Sequence[Reading]], object] = list
    on_read: Any = well

    def together(self, readings: Sequence[Reading]) -> Any:
        return self.on_together(readings)


def files(folder: Path) -> list[Path]:
    paths = [folder / "a.csv", folder / "b.csv"]
    for path in paths:
        path.write_text(f"own,thing\n1,{path.name}\n", encoding="utf-8")
    return paths


def with_note(readings: Sequence[Reading]) -> object:
    return [attrs.evolve(one, notes=(NOTE,)) for one in readings]


def test_a_provider_sees_all_its_files_and_adds_to_them(tmp_path: Path, bundled: Registry) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=with_note))

    assert [one.notes for one in found.readings] == [(NOTE,), (NOTE,)]
    assert found.faults == ()


def test_a_provider_that_has_nothing_to_say_of_them_is_not_asked(
    tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Stranger(well))

    assert len(found.readings) == 2
    assert found.faults == ()


GIVEN: dict[str, tuple[Callable[[Sequence[Reading]], object], str]] = {
    "fewer than it got": (lambda all_: all_[:1], "gave 1 readings back where it got 2"),
    "no readings": (lambda _: ["a", "b"], "returned str where a Reading is expected"),
    "those of other files": (
        lambda all_: [attrs.evolve(one, file=File(Path("y"), "y", 0, "y")) for one in all_],
        "gave another reading back for that of a.csv",
    ),
    "fewer rows": (
        lambda all_: [attrs.evolve(one, rows=0) for one in all_],
        "gave another reading back for that of a.csv",
    ),
    "no tables": (
        lambda all_: [attrs.evolve(one, tables=None) for one in all_],  # type: ignore[arg-type]
        "tables is None, expected tuple",
    ),
}


@pytest.mark.parametrize(("given", "says"), GIVEN.values(), ids=GIVEN)
def test_what_a_provider_gives_back_is_checked_and_what_it_read_stays(
    given: Callable[[Sequence[Reading]], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=given))

    clicks = [one.tables[0].frame["clicks"] for one in found.readings]
    assert pl.concat(clicks).to_list() == [5.0, 5.0]
    (line,) = found.faults
    assert "all files together: " in line
    assert line.endswith(says)


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_a_provider_that_fails_on_them_costs_one_line(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=lambda _: hook()))

    assert len(found.readings) == 2
    assert len(found.faults) == 1
