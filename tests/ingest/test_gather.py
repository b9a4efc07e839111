"""Every file is read, or it is said why not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.errors import AdvisorError, NothingReadable
from advisor.ingest.facts import write_facts
from advisor.ingest.gathering import Gathered, gather
from advisor.model.reading import Reading
from advisor.model.source import Source
from advisor.plugin.hookspecs import KindInfo, Match, ReadContext
from docs.generate import bundled
from tests.files_and_frames import reading

TODAY = ReadContext(today=date(2026, 6, 1))


def understood(source: Source) -> Reading:
    one = reading(source.file.name, [{"key": "1", "day": 1, "clicks": 1.0}])
    return attrs.evolve(one, file=source.file)


@attrs.frozen
class Fake:
    """A provider that claims files by the first header."""

    name: str = "fake"
    claims: Mapping[str, Sequence[Match]] = attrs.field(
        factory=lambda: {"key": (Match("fake-list", 3),)}
    )
    reads: Callable[[Source], object] = understood
    kinds: Mapping[str, KindInfo] = attrs.field(
        factory=lambda: {"fake-list": KindInfo("Fake list", "nowhere", ("ad",), ("clicks",))}
    )

    def recognise(self, source: Source) -> Sequence[Match]:
        return self.claims.get(source.grids[0].head[0][0], ())

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        result = self.reads(source)
        assert match.kind in self.kinds
        assert context == TODAY
        return result  # type: ignore[return-value]


@attrs.frozen
class Rude(Fake):
    """A provider that fails on sight."""

    def recognise(self, source: Source) -> Sequence[Match]:
        raise ZeroDivisionError(source.file.name)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text("key,clicks\n1,2\n")
    return tmp_path


def reasons(gathered: Gathered) -> dict[str, str]:
    return {one.file.name: one.reason for one in gathered.unread}


def test_a_claimed_file_becomes_a_reading(shop: Path) -> None:
    gathered = gather([shop], [Fake()], TODAY)

    assert [one.file.name for one in gathered.readings] == ["good.csv"]
    assert gathered.unread == ()


def test_the_strongest_claim_reads_whatever_the_order_of_providers(shop: Path) -> None:
    weak = Fake("weak", {"key": (Match("fake-list", 2),)})
    strong = Fake(
        "strong", reads=lambda source: attrs.evolve(understood(source), provider="strong")
    )
    for providers in ([weak, strong], [strong, weak]):
        assert gather([shop], providers, TODAY).readings[0].provider == "strong"


def test_a_claim_that_lacks_something_never_reads(shop: Path) -> None:
    nearly = Fake("nearly", {"key": (Match("fake-list", 9, ("Spend",)),)})

    assert len(gather([shop], [nearly, Fake()], TODAY).readings) == 1


def test_an_unknown_file_says_what_it_nearly_was(shop: Path) -> None:
    (shop / "odd.csv").write_text("odd,clicks\n1,2\n")
    claims = {"odd": (Match("fake-list", 1, ("A",)), Match("fake-list", 2, ("Spend", "Views")))}
    nearly = Fake("nearly", claims)

    (unread,) = gather([shop], [nearly, Fake()], TODAY).unread

    assert str(unread) == (
        "odd.csv: is an unrecognized file; nearest: Fake list, but without Spend, Views; "
        "to read it anyway, map its columns: “advisor inspect FILE --map”"
    )


def test_a_file_that_cannot_be_opened_costs_itself_alone(shop: Path) -> None:
    (shop / "empty.csv").write_text("")

    gathered = gather([shop], [Fake()], TODAY)

    assert len(gathered.readings) == 1
    assert list(reasons(gathered)) == ["empty.csv"]
    assert not reasons(gathered)["empty.csv"].startswith("empty.csv")


def raises(error: BaseException) -> Callable[[Source], object]:
    def read(source: Source) -> object:
        if source.file.name == "good.csv":
            return understood(source)
        raise error

    return read


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AdvisorError("has no date", where="bad.csv"), "has no date"),
        (KeyError("x"), "provider fake failed on it: KeyError: 'x'"),
        (RuntimeError(), "provider fake failed on it: RuntimeError"),
        (
            pl.exceptions.PanicException("index out of bounds"),
            "provider fake failed on it: PanicException: index out of bounds",
        ),
    ],
)
def test_a_file_that_breaks_its_provider_is_unread(
    shop: Path, error: BaseException, reason: str
) -> None:
    (shop / "bad.csv").write_text("key,clicks\nbroken,2\n")

    gathered = gather([shop], [Fake(reads=raises(error))], TODAY)

    assert len(gathered.readings) == 1
    assert reasons(gathered) == {"bad.csv": reason}


def test_an_interrupt_is_not_swallowed(shop: Path) -> None:
    (shop / "bad.csv").write_text("key,clicks\nbroken,2\n")

    with pytest.raises(KeyboardInterrupt):
        gather([shop], [Fake(reads=raises(KeyboardInterrupt()))], TODAY)


def test_a_provider_that_fails_to_recognise_is_named_and_the_next_reads(shop: Path) -> None:
    gathered = gather([shop], [Rude("rude"), Fake()], TODAY)

    assert len(gathered.readings) == 1
    assert [note.text for note in gathered.notes] == [
        (
            "provider rude failed and was not asked about 1 file; "
            "first good.csv: ZeroDivisionError: good.csv"
        )
    ]


def test_nothing_readable_lists_each_file_up_to_ten(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.csv").write_text(f"what,ever\n{number},1\n")

    with pytest.raises(NothingReadable) as caught:
        gather([tmp_path], [Fake()], TODAY)

    text = str(caught.value)
    assert caught.value.exit_code == 3
    assert text.count("is an unrecognized file") == 10
    assert "first 10 of 12 files" in text


def test_an_empty_folder_is_nothing_readable(tmp_path: Path) -> None:
    with pytest.raises(NothingReadable, match="no files to read in"):
        gather([tmp_path], [Fake()], TODAY)


def test_facts_are_read_as_what_was_gathered(shop: Path, tmp_path: Path) -> None:
    (shop / "odd.csv").write_text("odd,clicks\n1,2\n")
    first = gather([shop], [Fake()], TODAY)
    write_facts(tmp_path / "shop.facts", first)

    again = gather([tmp_path / "shop.facts"], [], TODAY)

    assert [one.file.sha256 for one in again.readings] == [
        one.file.sha256 for one in first.readings
    ]
    assert reasons(again) == reasons(first)


def test_a_file_beside_facts_that_hold_it_is_read_once(shop: Path, tmp_path: Path) -> None:
    write_facts(tmp_path / "shop.facts", gather([shop], [Fake()], TODAY))

    gathered = gather([tmp_path / "shop.facts", shop / "good.csv"], [Fake()], TODAY)

    assert len(gathered.readings) == 1
    assert [note.code for note in gathered.notes] == ["duplicate-file"]


def test_progress_is_told_before_each_file(shop: Path) -> None:
    told: list[tuple[int, int, str]] = []

    gather([shop], [Fake()], TODAY, progress=lambda *step: told.append(step))

    assert told == [(0, 1, "good.csv")]


LISTS = '{"ads": [{"key": 1}], "notes": [{"x": 1}], "more": [{"key": 2}], "none": []}'


@attrs.frozen
class ByGrid(Fake):
    """A provider that claims each list of objects with a key."""

    def recognise(self, source: Source) -> Sequence[Match]:
        return [
            Match("fake-list", 1, grid=grid.name) for grid in source.grids if "key" in grid.head[0]
        ]


def test_each_table_that_somebody_knows_is_a_reading_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "many.json").write_text(LISTS)

    gathered = gather([tmp_path], [ByGrid()], TODAY)

    assert [one.file.name for one in gathered.readings] == ["many.json > ads", "many.json > more"]
    assert [str(note.text) for note in gathered.notes] == [
        "has more tables, which were not recognized: “notes”"
    ]


def test_a_table_alone_in_its_file_is_called_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"ads": [{"key": 1}]}')

    (reading,) = gather([tmp_path], [ByGrid()], TODAY).readings

    assert reading.file.name == "one.json"


def test_a_stronger_claim_on_the_whole_file_reads_it_alone(tmp_path: Path) -> None:
    (tmp_path / "many.json").write_text(LISTS)
    whole = Fake("whole", {"key": (Match("fake-list", 2),)})

    gathered = gather([tmp_path], [ByGrid(), whole], TODAY)

    assert [one.file.name for one in gathered.readings] == ["many.json"]


def test_a_table_that_breaks_its_provider_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "many.json").write_text(LISTS)

    def read(source: Source) -> object:
        if source.grids[0].name == "more":
            raise AdvisorError("has no date", where=source.file.name)
        return understood(source)

    gathered = gather([tmp_path], [ByGrid(reads=read)], TODAY)

    assert [one.file.name for one in gathered.readings] == ["many.json > ads"]
    assert reasons(gathered) == {"many.json > more": "has no date"}


def test_all_tables_of_a_file_are_in_its_facts_and_read_once(tmp_path: Path) -> None:
    (tmp_path / "many.json").write_text(LISTS)
    first = gather([tmp_path], [ByGrid()], TODAY)
    write_facts(tmp_path / "shop.facts", first)

    again = gather([tmp_path / "shop.facts", tmp_path], [ByGrid()], TODAY)

    assert [one.file.name for one in again.readings] == ["many.json > ads", "many.json > more"]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (Path.unlink, "disappeared while it was read; run it again when it is back"),
        (
            lambda path: path.write_text("key,clicks\n1,2\n1,3\n"),
            "changed while it was read; run it again when it is complete",
        ),
    ],
)
@pytest.mark.parametrize("fails", [False, True])
def test_a_file_that_is_not_the_same_after_reading_is_unread(
    shop: Path, harm: Callable[[Path], object], reason: str, fails: bool
) -> None:
    (shop / "other.csv").write_text("key,clicks\n2,2\n")

    def read(source: Source) -> object:
        if source.file.name == "good.csv":
            harm(source.file.path)
            if fails:
                raise FileNotFoundError(source.file.path)
        return understood(source)

    gathered = gather([shop], [Fake(reads=read)], TODAY)

    assert [one.file.name for one in gathered.readings] == ["other.csv"]
    assert reasons(gathered) == {"good.csv": reason}


@pytest.mark.parametrize(
    ("header", "nearest"),
    [
        ("Data,Nome da campanha,Custo,Alcance", "Ads Manager report"),
        ("ชื่อแคมเปญ,ต้นทุน,สกุลเงิน", "Ads Manager report"),
        ("Kampagnenname,Reichweite,Währung,Häufigkeit,Kosten", "Ads Manager report"),
        ("ID de pedido,Nombre del producto,Precio,Moneda,Cantidad", "Affiliate orders"),
        ("Tanggal,Pengunjung,Pembeli,Pesanan", "Shop Analytics, key metrics by day"),
        ("Mã đơn hàng,Tên sản phẩm,Số lượng", "Orders"),
        ("alpha,beta,gamma", None),
    ],
)
def test_a_file_with_little_of_a_kind_says_what_it_is_most_like_in_any_language(
    header: str, nearest: str | None, tmp_path: Path
) -> None:
    values = ",".join("1" for _ in header.split(","))
    (tmp_path / "odd.csv").write_text(f"{header}\n{values}\n", encoding="utf-8")
    with pytest.raises(NothingReadable) as raised:
        gather([tmp_path], bundled().providers(), TODAY)
    message = str(raised.value)
    assert "“advisor inspect FILE --map”" in message
    assert (f"nearest: {nearest}" in message) == (nearest is not None)
    assert ("nearest" in message) == (nearest is not None)
