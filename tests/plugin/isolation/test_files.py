"""Whatever a guest does with a file, the file goes to whoever else knows it."""

import time
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
from advisor.plugin.guest import GuestFault
from advisor.plugin.guest_provider import GuestProvider
from advisor.plugin.hookspecs import KindInfo, Match, Provider, ReadContext
from advisor.plugin.registry import Registry, add, load_plugins
from advisor.tabular.containers.open import open_source
from tests.cli.exports import ads_file
from tests.plugin.isolation.test_hooks import CASES, Odd, Shy, raises, spins

TODAY = ReadContext(date(2026, 11, 2))
KINDS = {"own": KindInfo("Own file", "here", ("ad",), ("clicks",))}
LIMIT = 0.2
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


def guest(bundled: Registry, provider: Provider) -> GuestProvider:
    return GuestProvider(provider, "agency", LIMIT, bundled.vocabulary())


def read(paths: Sequence[Path], bundled: Registry, *strangers: Provider) -> Gathered:
    guests = [guest(bundled, provider) for provider in strangers]
    return gather(paths, [*guests, *bundled.providers()], TODAY)


def reading(file: File, **changes: Any) -> Reading:
    frame = pl.DataFrame(
        {"key": ["1"], "name": ["One"], "currency": [None], "_row": [2], "clicks": [5.0]},
        schema_overrides={"currency": pl.String, "_row": pl.UInt32},
    ).with_columns(pl.lit(None, pl.Date).alias("from"), pl.lit(None, pl.Date).alias("to"))
    table = Table("ad", "own", Grain.PERIOD, frame)
    return attrs.evolve(Reading(file, "own-files", "own", "Own", (table,), 1), **changes)


def well(source: Source, match: Match, context: ReadContext) -> object:
    return reading(source.file)


def test_a_guest_that_understands_a_file_best_reads_it(tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(well))

    assert [one.provider for one in found.readings] == ["own-files"]
    assert found.faults == ()


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_where_a_guest_fails_to_read_a_bundled_provider_reads_and_one_line_tells(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(lambda *_: hook()))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert found.unread == ()
    (line,) = found.faults
    assert line.startswith("ads.csv: provider own-files failed on it: ")
    assert [note.code for note in found.notes] == ["plugin"]


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_where_a_guest_fails_to_recognise_the_others_are_asked(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(on_recognise=lambda _: hook()))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    (line,) = found.faults
    assert line.startswith("provider own-files failed and was not asked about 1 file; first ads.c")


CLAIMS: dict[str, tuple[object, str]] = {
    "of an unknown kind": (Match("other", 1), "a kind that the provider does not have: other"),
    "of no strength": (Match("own", "much"), "the strength of a claim is str"),  # type: ignore[arg-type]
    "on no grid of the file": (Match("own", 9, grid="x"), "a grid that the file does not have: x"),
    "that is no claim": ("own", "recognise gave str where Match is expected"),
}


@pytest.mark.parametrize(("claim", "says"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_checked(claim: object, says: str, tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(well, lambda _: [claim]))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert says in found.faults[0]


def table(**changes: Any) -> dict[str, Any]:
    own = reading(File(Path("x"), "x", 0, "")).tables[0]
    return {"tables": (attrs.evolve(own, **changes),)}


def column(**changes: pl.Series) -> dict[str, Any]:
    frame = reading(File(Path("x"), "x", 0, "")).tables[0].frame
    return table(frame=frame.with_columns(**changes))


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
    "no reasons": ({"left_out": None}, "left_out is None, expected Mapping"),
    "odd reasons": ({"left_out": {1: "x"}}, "a key of left_out is int, expected str"),
    "no notes": ({"notes": ("x",)}, "notes[0] is str, expected Note"),
    "notes of numbers": ({"notes": (Note("a", 1),)}, "notes[0].text is int, expected str"),  # type: ignore[arg-type]
    "no columns": ({"columns": (Column("a", None),)}, "columns[0].means is None, expected str"),  # type: ignore[arg-type]
    "an odd period": ({"period": 2026}, "period is int, expected Period or None"),
    "an odd currency": ({"currency": 1}, "currency is int, expected str or None"),
    "an unknown relation": (
        {"links": (Links("foo", pl.DataFrame({"from": ["a"], "to": ["b"]})),)},
        "unknown relation 'foo'",
    ),
    "another kind": ({"kind": "other"}, "read kind other where it claimed own"),
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


def test_a_file_that_only_a_failing_guest_knows_is_unread_with_its_reason(
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


def test_a_file_that_a_guest_says_is_broken_is_no_fault_of_its(
    tmp_path: Path, bundled: Registry
) -> None:
    ads_file(tmp_path)
    (tmp_path / "own.csv").write_text("own,thing\n1,2\n")
    broken = raises(AdvisorError("it ends in the middle"))
    own = lambda source: claims(source) if source.file.name == "own.csv" else []  # noqa: E731

    found = read([tmp_path], bundled, Stranger(lambda *_: broken(), own))

    assert [str(one) for one in found.unread] == ["own.csv: it ends in the middle"]
    assert found.faults == ()


def test_after_three_hangs_a_provider_is_not_asked_again(bundled: Registry, tmp_path: Path) -> None:
    source = open_source(File(ads_file(tmp_path), "ads.csv", 1, "x"))
    slow = guest(bundled, Stranger(on_recognise=lambda _: spins()))
    slow.limit = 0.02
    for _ in range(3):
        with pytest.raises(GuestFault, match="did not come back"):
            slow.recognise(source)

    start = time.perf_counter()
    with pytest.raises(GuestFault, match="hung 3 times, and was not asked again"):
        slow.recognise(source)

    assert time.perf_counter() - start < 0.02


def spoils_head(source: Source, *_: object) -> object:
    head: Any = source.grids[0].head
    head[0][0] = "spoilt"
    return []


def test_the_head_of_a_file_cannot_be_changed(tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(on_recognise=spoils_head))

    assert [one.provider for one in found.readings] == ["tiktok-ads"]
    assert "TypeError: 'tuple' object does not support item assignment" in found.faults[0]


def spoils_file(source: Source, *_: object) -> object:
    object.__setattr__(source.file, "name", "spoilt")
    return reading(source.file)


def test_what_is_told_of_a_file_cannot_be_changed(tmp_path: Path, bundled: Registry) -> None:
    found = read([ads_file(tmp_path)], bundled, Stranger(spoils_file))

    assert [one.file.name for one in found.readings] == ["ads.csv"]
    assert "changed what it was told of the file" in found.faults[0]


def spoils_body(source: Source, *_: object) -> object:
    grid = source.grids[0]
    body = grid.body(0, range(len(grid.head[0])))
    body[0, 1] = "spoilt"
    body.drop_in_place("c0")
    return 1 / 0


def test_a_body_is_the_borrower_s_own(tmp_path: Path, bundled: Registry) -> None:
    path = ads_file(tmp_path)
    (undisturbed,) = read([path], bundled).readings

    (found,) = read([path], bundled, Stranger(spoils_body)).readings

    assert found.tables[0].frame.equals(undisturbed.tables[0].frame)


class Nameless:
    """A provider that objects to being asked for its name."""

    def __getattr__(self, name: str) -> object:
        raise Odd


UNFIT: dict[str, tuple[object, str]] = {
    "a name that cannot be asked for": (Nameless(), "failed: Odd"),
    "a name that is no text": (Stranger(name=7), "gave int where its name is expected"),  # type: ignore[arg-type]
    "no kinds": (Stranger(kinds=None), "a provider cannot be asked what it is: TypeError"),  # type: ignore[arg-type]
    "kinds that are none": (
        Stranger(kinds={"own": "Own"}),  # type: ignore[dict-item]
        "a provider gave str where KindInfo is expected",
    ),
    "a kind that is there": (
        Stranger(kinds={"video-list": KINDS["own"]}),
        "provider own-files is left out: video-list is read by tiktok-shop already",
    ),
    "what is none": (SimpleNamespace(name="x"), "gave SimpleNamespace where Provider is expected"),
    "what cannot be looked at": (Shy(), "failed: Odd"),
}


@pytest.mark.parametrize(("provider", "says"), UNFIT.values(), ids=UNFIT)
def test_a_provider_that_cannot_serve_is_left_out(provider: object, says: str) -> None:
    from tests.plugin.isolation.test_hooks import plugin

    made = load_plugins()
    names = [one.name for one in made.providers()]
    made = load_plugins()
    add(made, plugin(lambda: [provider], "advisor_metric_providers"), "agency")

    assert [one.name for one in made.providers()] == names
    (line,) = made.failures()
    assert line.startswith("plugin agency: "), line
    assert says in line


def test_lending_a_file_to_a_guest_costs_little(tmp_path: Path, bundled: Registry) -> None:
    source = open_source(File(ads_file(tmp_path), "ads.csv", 1, "x"))
    quick = guest(bundled, Stranger())
    times = []
    for _ in range(50):
        start = time.perf_counter()
        quick.recognise(source)
        times.append(time.perf_counter() - start)

    assert sorted(times)[25] < 0.005
