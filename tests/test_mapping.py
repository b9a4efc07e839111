"""Files of the shop's own: mapped in advisor.toml, and mappings proposed from what is in them."""

from datetime import date
from pathlib import Path

import pytest

from advisor.business import read_settings
from advisor.diagnosis import Request, gather_shop
from advisor.errors import Mistakes, NothingReadable
from advisor.gathered import Gathered
from advisor.reading import Grain
from advisor.registry import load

TODAY = date(2026, 11, 22)
REPORT = """Agenturbericht November
Kampagne;Tag;Kosten;Einblendungen;Klicks;Klickrate;Umsatz
Herbst;01.11.2026;1.234,50;100.000;1.500;1,5;4.000,00
Herbst;02.11.2026;234,50;10.000;150;1,5;400,00
Winter;02.11.2026;34,50;1.000;20;2;0,00
Summe;;1.503,50;111.000;1.670;1,5;4.400,00
"""
MAPPED = """
[shop]
currency = "EUR"  # theirs

[[source]]
file    = "agentur*.csv"
subject = "campaign"
key     = "Kampagne"
day     = "Tag"
percent = "number"
day_order = "day-first"
[source.columns]
"Kosten"        = "spend"
"Einblendungen" = "impressions"
"Klicks"        = "clicks"
"Umsatz"        = "ad_revenue"
"Klickrate"     = "clicks / impressions"
"""


def gathered(folder: Path, toml: str, files: dict[str, str]) -> Gathered:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    config = folder / "advisor.toml"
    config.write_text(toml, encoding="utf-8")
    request = Request((str(folder),), TODAY, read_settings(config), config)
    return gather_shop(request, load())


def test_a_mapped_file_is_read_as_it_is_mapped(tmp_path: Path) -> None:
    (reading,) = gathered(tmp_path, MAPPED, {"agentur-11.csv": REPORT}).readings

    (table,) = reading.tables
    assert (table.subject, table.family, table.grain) == ("campaign", "own", Grain.DAY)
    assert table.frame.select("key", "from", "spend", "clicks", "ad_revenue").rows() == [
        ("Herbst", date(2026, 11, 1), 1234.5, 1500.0, 4000.0),
        ("Herbst", date(2026, 11, 2), 234.5, 150.0, 400.0),
        ("Winter", date(2026, 11, 2), 34.5, 20.0, 0.0),
    ]
    assert reading.currency == "EUR"
    assert reading.left_out == {"totals row": 1}
    assert reading.notes == ()


def test_a_ratio_that_is_not_what_its_counts_make_is_said(tmp_path: Path) -> None:
    wrong = REPORT.replace("1.500;1,5", "1.500;2,5")

    (reading,) = gathered(tmp_path, MAPPED, {"agentur-11.csv": wrong}).readings

    assert [note.code for note in reading.notes] == ["identity-disagrees"]


def test_a_mapped_file_is_not_what_somebody_else_takes_it_for(tmp_path: Path) -> None:
    ads = "Campaign ID,By Day,Cost,Impressions,Clicks (destination)\n1,2026-11-01,2,3,1\n"
    toml = """
[[source]]
file = "*.csv"
columns = { "Cost" = "spend" }
day = "By Day"
"""

    (reading,) = gathered(tmp_path, toml, {"ads.csv": ads}).readings

    assert reading.kind == "own-1"
    assert reading.tables[0].subject == "shop"


def test_the_sheet_that_is_named_is_the_one_that_is_read(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "own.xlsx") as book:
        for name, number in (("Cover", 1), ("Daily", 5)):
            book.add_worksheet(name).write_row(0, 0, ["Orders"])
            book.get_worksheet_by_name(name).write_row(1, 0, [number])
    toml = '[[source]]\nfile = "own.xlsx"\nsheet = "daily"\ncolumns = { "Orders" = "orders" }\n'

    (reading,) = gathered(tmp_path, toml, {}).readings

    assert reading.tables[0].frame["orders"].to_list() == [5.0]


def test_every_column_that_a_mapped_file_lacks_is_named_at_once(tmp_path: Path) -> None:
    short = "Kampagne;Tag;Koste;Klicks\nA;1.1.2026;2;3\n"

    with pytest.raises(NothingReadable) as caught:
        gathered(tmp_path, MAPPED, {"agentur-11.csv": short})

    said = str(caught.value)
    assert "no column 'Kosten'; did you mean 'Koste'?" in said
    assert "no column 'Einblendungen'" in said
    assert "no column 'Umsatz'" in said


def test_all_mistakes_of_a_mapping_come_at_once(tmp_path: Path) -> None:
    toml = """
[[source]]
file = ""
subject = "campain"
percent = "percent"
grain = "day"
day_order = "first"
columns = { "A" = "click", "B" = "clicks / impression", "C" = "spend", "D" = "spend" }
"""
    with pytest.raises(Mistakes) as caught:
        gathered(tmp_path, toml, {})

    at = "source 1 (no file)"
    assert sorted(line.split(";")[0] for line in caught.value.mistakes) == sorted(
        [
            f"{at}.file: give the name of the file",
            f"{at}.subject: unknown subject 'campain'",
            f"{at}.percent: unknown value 'percent'",
            f"{at}.day_order: unknown value 'first'",
            f"{at}.day: rows of days need the column of the day",
            f"{at}.columns.'A': unknown count 'click'",
            f"{at}.columns.'B': no column is mapped to 'clicks'",
            f"{at}.columns.'B': unknown count 'impression'",
            f"{at}.columns.'D': 'C' is 'spend' already",
        ]
    )


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('currency = "euro"', "source 1 (x.csv).currency: 'euro' is no currency code"),
        ('keys = "A"', "source[0]: unknown key 'keys'; did you mean 'key'?"),
        ('columns = ["A"]', "source[0].columns:"),
        ('subject = "ad"', "source 1 (x.csv).key: say which column tells one ad from another"),
        ('name = "A"', "source 1 (x.csv).columns.'A': this column is the key, name or day"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, line: str, mistake: str) -> None:
    columns = "" if line.startswith("columns") else 'columns = { "A" = "clicks" }'
    toml = f'[[source]]\nfile = "x.csv"\n{columns}\n{line}\n'

    with pytest.raises(Mistakes) as caught:
        gathered(tmp_path, toml, {})

    assert any(one.startswith(mistake) for one in caught.value.mistakes), caught.value.mistakes
