"""What is personal in a file is nowhere in what is written, kept or said of it."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from click.testing import CliRunner

from advisor.cli import main
from advisor.model import PERHAPS, mask_personal, pattern_for
from tests.cli.exports import LAST, TODAY, shop_folder
from tests.shapes import Row, ads_manager

FORMATS = ("md", "html", "json", "csv", "xlsx", "ics", "sarif", "junit", "jsonl")


def person(number: int) -> tuple[str, ...]:
    """A mail address, three telephone numbers and a postal address, as nobody else has them."""
    return (
        f"buyer.{number}@mail{number}.example.com",
        f"+1 415 55{number % 10} {number:05}",
        f"(415) 555-{number % 10_000:04}",
        f"{number} Privet Lane, Springfield, IL 62704",
        f"WA 0812{number:08}",
    )


# Any of them, also as a page or a workbook would write it.
PERSON = re.compile(
    r"buyer\.\d+|mail\d+\.example|415 55\d|\(415\)|555-\d{4}|Privet Lane|0812\d{8}|Quillfeather"
)


def planted(folder: Path, rows: int) -> None:
    """A shop with people in names, in columns that nobody knows, in numbers, and in a file that
    has no header."""
    shop_folder(folder)
    days: list[Row] = []
    for number in range(rows):
        mail, phone, local, address, digits = person(number)
        days.append(
            {
                "date": LAST - timedelta(days=number % 28),
                "campaign_name": f"Ask {mail}",
                "campaign_id": str(number % 50),
                "ad_group_name": f"Call {phone} or {digits}",
                "ad_group_id": str(number % 70),
                "ad_name": f"{local} {number} at {address}",
                "ad_id": str(number),
                "spend": 100.0,
                "impressions": 10_000,
                "clicks": 30,
                "conversions": 20,
                "purchases": 20,
                "revenue": 400.0,
            }
        )
    text = ads_manager.daily_csv(days).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    table[0] += ["Seller note", "Seller"]
    people = [person(number) for number in range(rows)]
    for at, row in enumerate(table[1:]):
        row += [people[at % rows][0], f"Ann Quillfeather {at}"]
    table[2][table[0].index("Impressions")] = people[0][1]  # quoted, as it is no number
    table[3][table[0].index("By Day")] = people[0][2]
    mail, phone, *_ = people[0]
    _write(folder / f"people of {mail} {phone}.csv", table)
    _write(
        folder / "bare.csv",
        [[f"Ann Quillfeather {one[4][3:]}", one[4][3:], *one] for one in people],
    )


def _write(path: Path, table: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)


def said(*words: object) -> str:
    args = [*map(str, words), *(() if words[0] == "history" else ("--today", TODAY))]
    return CliRunner().invoke(main, args, catch_exceptions=False).output


def texts(path: Path) -> Iterator[str]:
    """All that is in a file, also in what is packed in it."""
    data = path.read_bytes()
    if data[:2] != b"PK":
        yield data.decode(errors="replace")
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".parquet"):
                frame = pl.read_parquet(io.BytesIO(content))
                yield "\n".join(
                    text
                    for column in frame.select(pl.col(pl.String))
                    for text in column.drop_nulls().unique()
                )
            else:
                yield content.decode(errors="replace")


@pytest.mark.parametrize("rows", [40, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nothing_personal_is_in_anything_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")
    shop, out = tmp_path / "shop", tmp_path / "out"
    planted(shop, rows)
    exports = {path for path in shop.iterdir() if path.suffix == ".csv"}
    few = rows < 100
    formats = [word for name in FORMATS[: 3 if few else None] for word in ("--format", name)]

    screens = [
        said("diagnose", shop, "-o", out, *formats),
        said("diagnose", shop / "bare.csv", "--no-history"),
        said("gather", shop, "-o", out / "shop.facts"),
        *(() if few else (said("inspect", shop), said("inspect", shop, "--json"))),
        said("inspect", *shop.glob("people*.csv"), "--map"),
        said("diagnose", *shop.glob("people*.csv"), "--no-history", "--trace-plugins"),
        said("inspect", shop / "bare.csv", "--map"),
        said("history", shop),
    ]

    assert "Traceback" not in "".join(screens)
    written = [path for path in (*out.iterdir(), *shop.iterdir()) if path not in exports]
    assert {path.name for path in written} >= {"plan.json", "shop.facts", "history.db"}
    everything = "\n".join([*screens, *(text for path in written for text in texts(path))])
    assert "[phone " in everything  # what was read with it is there
    assert not PERSON.findall(everything)


def test_names_of_broken_and_packed_files_and_sheets_are_masked(tmp_path: Path) -> None:
    mail, phone, *_ = person(5)
    shop_folder(tmp_path)
    with zipfile.ZipFile(tmp_path / f"of {mail}.zip", "w") as archive:
        archive.writestr(f"{mail}.csv", "Day,Cost\n2026-10-01,5\n2026-10-02,6\n")
        archive.writestr(f"{phone}.xlsx", b"PK\3\4")
    (tmp_path / f"{mail}.json").write_text('{"a": ')
    with xlsxwriter.Workbook(str(tmp_path / "days.xlsx")) as book:
        for name in (phone, "other"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate((("Day", "Clicks"), ("2026-10-01", 5), ("2026-10-02", 6))):
                sheet.write_row(row, 0, cells)

    screens = [said("inspect", tmp_path, *more) for more in ((), ("--json",), ("--map",))]

    assert not PERSON.findall("\n".join(screens))
    assert '"source": "of [e-mail ' in screens[1]
    assert 'sheet = "[phone ' in screens[2]
    assert "[e-mail " in said("inspect", tmp_path / f"{mail}.json", "--map")


def test_a_sheet_is_found_by_its_masked_name(tmp_path: Path) -> None:
    *_, digits = person(5)
    with xlsxwriter.Workbook(str(tmp_path / "own.xlsx")) as book:
        for name, header in (("first", "No"), (digits, "Shown")):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate((("Day", header), ("2026-10-01", 5), ("2026-10-02", 6))):
                sheet.write_row(row, 0, cells)
    (tmp_path / "advisor.toml").write_text(
        f'[[source]]\nfile = "own.xlsx"\nsheet = "{mask_personal(digits)}"\nday = "Day"\n'
        'grain = "day"\n[source.columns]\nShown = "impressions"\n'
    )

    assert "2 read" in said("inspect", tmp_path)


@pytest.mark.parametrize("text", person(77))
def test_two_people_stay_two(text: str) -> None:
    masked = mask_personal(f"Ask {text}!")
    assert text not in masked
    assert masked.startswith("Ask [")
    assert masked != mask_personal(f"Ask {text.replace('77', '78')}!")


@pytest.mark.parametrize(
    "text",
    [
        *("(11) 91234-5678", "55 1234 5678", "612 34 56 78", "06 12 34 56 78", "07700 900123"),
        *("0170/5550123", "212 555 0143", "0812-3456-7890", "+49 (0)170 5550123", "wa 62812345678"),
        *("ann\uff20mail.example.com", "ANN.B+C@MAIL.EXAMPLE.CO.UK"),
        *("742 Evergreen Terrace, Springfield, OR 97403", "10 Downing Street, London SW1A 2AA"),
        *("221B Baker Street, London NW1 6XE", "Rua das Flores, 123", "Av. de la Paz 12"),
        *("1 (212) 555-0143", "212/555-0143", "212\u2013555\u20130143", "07700-900123"),
        *("0171 23 45 678", "089 / 123 456 78", "06.12.34.56.78", "91 123 45 67", "347 1234567"),
        *("01 234 5678", "(664) 123 45 67", "55-1234-5678", "11 9 1234 5678", "(021) 1234567"),
        *("62 812 3456 7890", "03-1234 5678", "02-8123-4567", "HP 9123 4567", "0-2123-4567"),
        *(
            "0912 34 56 78",
            "\uff10\uff19\uff10\uff0d\uff11\uff12\uff13\uff14\uff0d\uff15\uff16\uff17\uff18",
        ),
        *(
            "o'neil@example.ie",
            "ann%40example.com",
            "ann [at] example [dot] com",
            "ann@[192.0.2.7]",
        ),
        *("ann\u200b@example.com", "m\u00fcller@ex\u00e4mple.de", '"ann b"@example.com'),
        *("123 Main St Apt 4B, Boston, MA 02110-1234", "PO Box 12, Salem, OR 97301"),
        *("Musterstra\u00dfe 12, 12345 Berlin", "Am Markt 3, 50667 K\u00f6ln"),
        *("12 rue de la Paix, 75002 Paris", "C/ Mayor 5, 28013 Madrid", "Via Roma 12, 00184 Roma"),
        *("4 Main Street, Cork, T12 X8YZ", "Blvd. Agua Caliente 4558, 22420 Tijuana"),
        *("R. Oscar Freire, 379", "jl. melati no 12", "No. 5, Jalan SS 2/24, 47300"),
        *("10 Anson Road, #10-06, Singapore 079903", "55 Sukhumvit Road, Bangkok 10110"),
        "\u6771\u4eac\u90fd\u6e2f\u533a\u829d\u516c\u57124-2-8",
        "Jl. Jenderal Sudirman No. 52",
    ],
)
def test_people_are_found_as_their_countries_write_them(text: str) -> None:
    assert re.fullmatch(r"Ask \[[a-z-]+ [0-9a-f]{4}\]!", mask_personal(f"Ask {text}!"))
    assert pl.Series([text]).str.contains(PERHAPS).all()
    assert pattern_for(f"to {text}.csv") == f"to {'?' * len(text)}.csv"


@pytest.mark.parametrize(
    "text",
    [
        *("1735210048812760001", "2026-10-01 ~ 2026-10-31", "@luna.beauty", "100.000.000"),
        *("5 Best Ways to Drive, 2026", "20:15-23:00", "Calle 13", "+5% off", "Hat “new”.mp4"),
        *("01.10.2026 123 units", "0.0039000000000000003", "8,000      1.5%   1.26", "v1.2.3.4"),
        *("Jalan Jalan Ke Bali 2026", "Case, Galaxy A5 2GB", "Sold via TikTok 12", "Ring 5, 10000"),
        *("First Place, 10000 sold", "Ad 0001-0002-0003", "612.345.678", "90-60-90", "R. Kelly 12"),
        *(
            "Call 2026-10-01",
            "Lipstick Red 12, 10000 Views",
            "(30) 01-10-2026",
            "12 m\u1eabu \u00e1o, H\u00e0 N\u1ed9i",
        ),
        *("Top 10 2025 2026", "Batch 06 12 2026", "sales 0901-20260930", "36 38 40 42 44"),
    ],
)
def test_ids_days_and_titles_are_nobodys(text: str) -> None:
    assert mask_personal(text) == text
