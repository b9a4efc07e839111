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
        *("Top 10 2025 2026", "Batch 06 12 2026", "sales 0901-20260930", "36 38 40 42 44"),
    ],
)
def test_ids_days_and_titles_are_nobodys(text: str) -> None:
    assert mask_personal(text) == text
