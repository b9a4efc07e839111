"""Files as people really leave them: nothing breaks, and no row is lost without a word."""

import csv
import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.errors import NothingReadable
from advisor.ingest.combination import combine
from advisor.ingest.gathering import gather
from advisor.ingest.result import Gathered
from advisor.model.reading import Reading
from advisor.plugin import load_plugins
from advisor.plugin.hookspecs import ReadContext
from tests.large_workbook import write_workbook
from tests.plugins_shop.samples import SAMPLES
from tests.shapes import Row, ads_manager, gmv_max, studio
from tests.shapes.large import write_ads_manager_csv

REGISTRY = load_plugins()
TODAY = ReadContext(today=date(2026, 11, 22))

AD_DAYS: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 11, day),
        "campaign_name": "Spring, hats",
        "campaign_id": "1850000000000001",
        "ad_group_name": "18-34\nladies",
        "ad_group_id": "1860000000000001",
        "ad_name": "Hat “new”.mp4",
        "ad_id": f"187000000000000{day}",
        "spend": 100.5 + day,
        "impressions": 9000 + day,
        "clicks": 130,
        "reach": 7000,
        "conversions": 5,
        "purchases": 5,
        "revenue": 400.25,
    }
    for day in range(1, 8)
)
CREATIVES: tuple[Row, ...] = tuple(
    {
        "campaign_name": "GMV Max",
        "campaign_id": "1850000000000009",
        "product_id": "1730829974117385001",
        "video_id": f"75308299741173850{number:02}",
        "video_title": "Unboxing",
        "spend": 10.5,
        "orders": 3,
        "revenue": 90,
        "product_impressions": 900,
        "product_clicks": 30,
    }
    for number in range(5)
)
STUDIO_DAYS: tuple[Row, ...] = tuple(
    {"date": date(2026, 11, day), "video_views": 100 * day, "likes": day} for day in range(1, 9)
)

SHAPES: dict[str, bytes] = {
    **{
        f"{sample.kind} {sample.languages[0]}": sample.write(sample.languages[0], "csv")
        for sample in SAMPLES
    },
    "ads 2024": ads_manager.daily_csv(AD_DAYS, era="2024"),
    "ads 2026": ads_manager.daily_csv(AD_DAYS),
    "ads 2026 ko": ads_manager.daily_csv(AD_DAYS, language="ko", currency="KRW"),
    "gmv max": gmv_max.creatives_tsv(CREATIVES),
    "studio": studio.overview(STUDIO_DAYS),
}


def read(folder: Path, **files: bytes) -> Gathered:
    for name, data in files.items():
        (folder / f"{name}.csv").write_bytes(data)
    return gather([folder], REGISTRY.providers(), TODAY)


def accounted(reading: Reading) -> int:
    """Rows that a reading gives or says why not; days of posting are told of the same rows."""
    rows = [table for table in reading.tables if not table.family.endswith("-posts")]
    assert reading.rows == sum(table.frame.height for table in rows)
    assert all(reason and count > 0 for reason, count in reading.left_out.items())
    return reading.rows + sum(reading.left_out.values())


@attrs.frozen
class Text:
    """A file as records, and where the first after the header is."""

    records: tuple[tuple[str, ...], ...]
    first: int
    delimiter: str

    def written(self, newline: str = "\n") -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=newline).writerows(self.records)
        return out.getvalue()

    @property
    def two_tables(self) -> bool:
        header = self.records[self.first - 1]
        return sum(set(header[1:]) == set(record[1:]) for record in self.records) > 1

    @property
    def rows(self) -> int:
        return len(self.records) - self.first


def text_of(folder: Path, data: bytes) -> Text:
    delimiter = "\t" if b"\t" in data else ","
    lines = io.StringIO(data.decode("utf-8-sig"), newline="")
    records = tuple(tuple(row) for row in csv.reader(lines, delimiter=delimiter))
    (reading,) = read(folder, shape=data).readings
    return Text(records, len(records) - accounted(reading), delimiter)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Text]:
    return {name: text_of(tmp_path_factory.mktemp("shape"), SHAPES[name]) for name in SHAPES}


CELLS = st.sampled_from(
    ["", "-", "--", "N/A", "undefined", "0", "1.234", "1,234", "1.73E+18", "=1+1", '"', "\n",
     "\ufeff", "é😀", "9" * 400, "-5", "1e999", "nan", "2026-02-30", "32/13/2026", "\x00", "100%"]
)  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, text: Text) -> tuple[Text, str, str]:
    """A text with its rows changed, added, repeated, dropped or cut; an encoding; a line end."""
    records = [list(record) for record in text.records]
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(text.first, max(text.first, len(records) - 1)))
        changes = ["cell", "twice", "drop", "short", "long", "blank", "header"]
        # Where the header stands twice by nature, the last one has the rows.
        what = draw(st.sampled_from(changes[:-1] if text.two_tables else changes))
        if what == "blank":
            records.insert(at, [""] * len(text.records[text.first - 1]))
        elif what == "header":
            records.insert(at, [*text.records[text.first - 1]])
        elif at >= len(records):
            continue
        elif what == "cell":
            records[at][draw(st.integers(0, len(records[at]) - 1))] = draw(CELLS)
        elif what == "twice":
            records.insert(at, [*records[at]])
        elif what == "drop":
            del records[at]
        elif what == "short":
            records[at] = records[at][: draw(st.integers(1, len(records[at])))]
        else:
            records[at] = [*records[at], draw(CELLS)]
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return attrs.evolve(text, records=tuple(map(tuple, records))), encoding, newline


@pytest.mark.parametrize("name", SHAPES)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_row_of_a_mutated_file_is_read_or_left_out_for_a_reason(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, Text], name: str, data: st.DataObject
) -> None:
    text, encoding, newline = data.draw(mutations(texts[name]))
    raw = text.written(newline).encode(encoding, errors="replace")
    folder = tmp_path_factory.mktemp("mutated")

    try:
        gathered = read(folder, mutated=raw)
    except NothingReadable:
        return  # said, with the reason

    for reading in gathered.readings:
        assert accounted(reading) == text.rows


@pytest.mark.parametrize("name", SHAPES)
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_quotation_mark_that_is_never_closed_loses_no_row(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, Text], name: str, data: st.DataObject
) -> None:
    text = texts[name]
    above = attrs.evolve(text, records=text.records[: text.first]).written().count("\n")
    lines = text.written().split("\n")
    plain = [at for at, line in enumerate(lines) if at >= above and line and '"' not in line]
    if not plain:
        pytest.skip("every row of this shape has quoted cells")
    at = data.draw(st.sampled_from(plain))
    cells = lines[at].split(text.delimiter)
    place = data.draw(st.integers(0, len(cells) - 1))
    cells[place] = f'"{cells[place]}'
    lines[at] = text.delimiter.join(cells)

    gathered = read(tmp_path_factory.mktemp("unclosed"), mutated="\n".join(lines).encode())

    for reading in gathered.readings:
        assert accounted(reading) == text.rows


# ── spellings ───────────────────────────────────────────────────────────────────────────────────
ADS = """Ad ID;Ad name;By Day;Cost;Impressions;Clicks (destination);Currency
1870000000000001;Große Mütze;01.11.2026;1.234,50;9000;130;EUR
1870000000000002;Café;30.11.2026;34,50;10000;150;EUR
"""
SPELLINGS: dict[str, bytes] = {
    "UTF-16": ADS.encode("utf-16"),
    "UTF-16 the other way round": b"\xfe\xff" + ADS.encode("utf-16-be"),
    "Windows-1252": ADS.encode("cp1252"),
    "CRLF": ADS.replace("\n", "\r\n").encode("utf-8-sig"),
    "CR": ADS.replace("\n", "\r").encode(),
    "TABs": ADS.replace(";", "\t").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_however_a_file_was_saved_it_says_the_same(tmp_path: Path, spelling: str) -> None:
    (reading,) = read(tmp_path, ads=SPELLINGS[spelling]).readings

    (table,) = reading.tables
    assert table.frame.select("name", "from", "spend", "clicks").rows() == [
        ("Große Mütze", date(2026, 11, 1), 1234.5, 130.0),
        ("Café", date(2026, 11, 30), 34.5, 150.0),
    ]


def test_two_files_put_together_lose_only_the_header_in_between(tmp_path: Path) -> None:
    first, second = ads_manager.daily_csv(AD_DAYS[:4]), ads_manager.daily_csv(AD_DAYS[4:])
    assert second.startswith(b"\xef\xbb\xbf")

    (reading,) = read(tmp_path, joined=first + second).readings

    assert reading.rows == len(AD_DAYS)
    assert reading.left_out == {"repeated header": 1, "totals row": 2}
    assert reading.tables[0].frame["spend"].sum() == sum(
        float(str(row["spend"])) for row in AD_DAYS
    )


def test_ids_that_a_spreadsheet_ruined_are_said_and_not_joined_on(tmp_path: Path) -> None:
    ruined = ADS.replace("1870000000000001", "1,87E+15").replace("1870000000000002", "1,87E+15")

    (reading,) = read(tmp_path, ads=ruined.encode()).readings

    assert reading.tables[0].frame["key"].to_list() == ["Große Mütze", "Café"]
    assert "ids-ruined" in [note.code for note in reading.notes]


def test_dates_in_two_orders_in_one_folder_are_each_read_in_their_own(tmp_path: Path) -> None:
    american = ADS.replace("01.11.2026", "11/01/2026").replace("30.11.2026", "11/30/2026")

    readings = read(tmp_path, european=ADS.encode(), american=american.encode()).readings

    assert [reading.tables[0].frame["from"].to_list() for reading in readings] == [
        [date(2026, 11, 1), date(2026, 11, 30)]
    ] * 2


def test_rows_given_twice_count_once_and_are_said(tmp_path: Path) -> None:
    head, first, second = ADS.splitlines(keepends=True)

    (reading,) = read(tmp_path, ads=(head + first + second + first).encode()).readings

    assert (reading.rows, reading.left_out) == (2, {"identical row": 1})


def test_of_two_files_that_contradict_each_other_the_newer_wins_and_both_are_named(
    tmp_path: Path,
) -> None:
    older = ads_manager.daily_csv(AD_DAYS[:3])
    restated = [{**row, "spend": 1.0, "clicks": 99} for row in AD_DAYS]

    gathered = read(tmp_path, older=older, newer=ads_manager.daily_csv(restated))
    counted = combine(gathered.readings, REGISTRY.vocabulary())

    (ads,) = (one for one in counted.of("ad") if one.rows is not None)
    assert ads.rows is not None
    assert ads.rows["spend"].unique().to_list() == [1.0]
    assert [(note.file, note.text) for note in counted.notes if "skipped" in note.text] == [
        ("older.csv", "3 rows skipped: newer.csv has the same days (ad)")
    ]


# ── large, on request: pytest -m slow ───────────────────────────────────────────────────────────
_MEASURE = """
import resource, sys
from datetime import date
from advisor.ingest.gathering import gather
from advisor.plugin.hookspecs import ReadContext
from advisor.plugin import load_plugins
context = ReadContext(date(2026, 11, 22))
reading, = gather([sys.argv[1]], load_plugins().providers(), context).readings
print(reading.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def measured(path: Path) -> tuple[int, int]:
    """Rows read, and the most memory that a process of its own took for it, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    rows, peak = done.stdout.split()
    return int(rows), int(peak)


@pytest.mark.slow
def test_a_csv_of_300_mb_takes_less_than_four_times_its_size(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    write_ads_manager_csv(path, rows=3_300_000, subjects=60_000)  # a row an ad and day

    rows, peak = measured(path)

    assert path.stat().st_size > 300e6
    assert rows == 3_300_000
    assert peak < 4 * path.stat().st_size


@pytest.mark.slow
def test_a_workbook_of_a_million_rows_takes_less_than_a_gigabyte_and_a_half(
    tmp_path: Path,
) -> None:
    number = pl.int_range(1_000_000, eager=True).alias("n")
    table = pl.DataFrame(number).select(
        (pl.lit(date(2026, 9, 1)) + pl.duration(days=pl.col("n") // 20_000))
        .dt.strftime("%Y-%m-%d")
        .alias("By Day"),
        pl.format("Launch {}", pl.col("n") % 600).alias("Campaign name"),
        (1_870_000_000_000_000 + pl.col("n") % 20_000).cast(pl.String).alias("Ad ID"),
        pl.format("Cut {}", pl.col("n") % 20_000).alias("Ad name"),
        (1 + pl.col("n") % 5_000 / 100).alias("Cost"),
        (1_000 + pl.col("n") % 3_000).alias("Impressions"),
        (10 + pl.col("n") % 50).alias("Clicks (destination)"),
        pl.lit("USD").alias("Currency"),
    )
    path = tmp_path / "ads.xlsx"
    write_workbook(path, table)

    rows, peak = measured(path)

    assert rows == 1_000_000
    assert peak < 1.5e9


@pytest.mark.slow
def test_a_folder_of_ten_thousand_files_is_read(tmp_path: Path) -> None:
    for number in range(10_000):
        folder = tmp_path / str(number % 100)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.csv").write_text(f"what,ever\n{number},1\n")
    (tmp_path / "ads.csv").write_text(ADS)

    gathered = read(tmp_path)

    assert (len(gathered.readings), len(gathered.unread)) == (1, 10_000)
