"""Files of the shop's own: mapped in advisor.toml, and mappings proposed from what is in them."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from advisor.diagnosis import gather_shop
from advisor.errors import AdvisorError, Mistakes, NothingReadable
from advisor.ingest.result import Gathered
from advisor.model.reading import File, Grain
from advisor.model.request import Request
from advisor.model.settings import read_settings
from advisor.plugin.loading import load_plugins
from advisor.tabular.containers.open import open_source
from advisor.tabular.custom.guess import Proposal, propose
from advisor.tabular.reader import TabularProvider

REGISTRY = load_plugins()
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
    return gather_shop(request, REGISTRY)


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


# ── proposals ───────────────────────────────────────────────────────────────────────────────────
UNKNOWN = """Agenturbericht November
Aktion;Tag;Kosten;Einblendungen;Klicks;Klickrate;CPC;TKP;Umsatz;ROAS;Notiz
Herbst;01.11.2026;1234,50;100000;1500;1,5;0,82;12,35;4000,00;3,24;a
Herbst;02.11.2026;234,50;10000;150;1,5;1,56;23,45;400,00;1,71;b
Winter;02.11.2026;34,50;1000;20;2;1,73;34,50;0,00;0;c
Winter;03.11.2026;44,50;1300;21;1,62;2,12;34,23;130,00;2,92;d
Winter;04.11.2026;64,50;2300;31;1,35;2,08;28,04;230,00;3,57;e
"""
PROVEN = {
    "Kosten": "spend",
    "Einblendungen": "impressions",
    "Klicks": "clicks",
    "Klickrate": "clicks / impressions",
    "CPC": "spend / clicks",
    "TKP": "1000 * spend / impressions",
    "Umsatz": "ad_revenue",
    "ROAS": "ad_revenue / spend",
}


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["inspect", *words, "--today", "2026-11-22"])
    assert done.exit_code == 0, done.output
    return done.output


def proposed(folder: Path, text: str, name: str = "agentur.csv") -> Proposal:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    source = open_source(File(path, name, 0, ""))
    kinds = [
        kind
        for provider in REGISTRY.providers()
        if isinstance(provider, TabularProvider)
        for kind in provider.described
    ]
    return propose(name, source.grids[0], kinds, REGISTRY.vocabulary(), TODAY)


def test_columns_are_known_by_the_identities_that_hold_over_the_rows(tmp_path: Path) -> None:
    found = proposed(tmp_path, UNKNOWN)

    assert dict(found.section.columns) == PROVEN
    assert (found.section.day, found.section.percent, found.row) == ("Tag", "number", 2)
    assert found.unknown == ("Aktion", "Notiz")
    because = {guess.header: guess.why for guess in found.guesses}
    assert "'TKP' = 1000 x 'Kosten' / 'Einblendungen' in 5 rows" in because["Einblendungen"]


def test_numbers_without_an_identity_prove_nothing(tmp_path: Path) -> None:
    broken = UNKNOWN.replace("0,82", "0,52").replace("1,56", "1,16").replace("1,73", "3,73")

    found = proposed(tmp_path, broken.replace("12,35", "99,9").replace("23,45", "7,1"))

    assert "Kosten" not in {
        guess.header for guess in found.guesses if "'CPC' =" in guess.why or "'TKP' =" in guess.why
    }


@pytest.mark.parametrize(
    ("header", "subject", "columns"),
    [
        ("Campaign ID,Campaign name,Cost,Impressions", "campaign", ("spend", "impressions")),
        ("Ad ID,Campaign name,Cost,Impression", "ad", ("spend", "impressions")),
        ("광고 ID,캠페인 이름,비용,노출수", "ad", ("spend", "impressions")),
    ],
)
def test_headers_of_every_language_are_compared(
    tmp_path: Path, header: str, subject: str, columns: tuple[str, ...]
) -> None:
    rows = "".join(f"170000000000000{n},Spring,{n}.5,{n}00\n" for n in range(1, 6))

    found = proposed(tmp_path, f"{header}\n{rows}")

    assert found.section.subject == subject
    assert found.section.key == header.partition(",")[0]
    assert tuple(found.section.columns.values()) == columns


def test_what_is_proposed_reads_the_file(tmp_path: Path) -> None:
    toml = proposed(tmp_path, UNKNOWN).toml()

    (reading,) = gathered(tmp_path, toml, {"agentur.csv": UNKNOWN}).readings

    assert reading.tables[0].frame["spend"].sum() == 1612.5
    assert "identity-disagrees" not in [note.code for note in reading.notes]


BEFORE = '# ours\n[shop]  # "quoted"\nid = "x"\n\n\n# the end'


@pytest.mark.parametrize("before", [BEFORE, None])
def test_a_proposal_is_added_and_the_rest_of_the_profile_stays(
    tmp_path: Path, before: str | None
) -> None:
    config = tmp_path / "advisor.toml"
    if before is not None:
        config.write_text(before)
    (tmp_path / "agentur.csv").write_text(UNKNOWN)

    said = run(str(tmp_path), "--map", "--write")

    assert config.read_text().startswith(before or "[[source]]")
    assert dict(read_settings(config).source[0].columns) == PROVEN
    assert f"Written: {config}" in said
    assert [entry.name for entry in sorted(tmp_path.iterdir())] == ["advisor.toml", "agentur.csv"]


def test_a_proposal_is_not_written_unasked_or_twice(tmp_path: Path) -> None:
    path = tmp_path / "agentur.csv"
    path.write_text(UNKNOWN)

    assert '"Kosten" = "spend"' in run(str(path), "--map")
    assert not (tmp_path / "advisor.toml").exists()
    run(str(path), "--map", "--write")
    before = (tmp_path / "advisor.toml").read_text()
    again = CliRunner().invoke(main, ["inspect", str(path), "--map", "--write"])

    assert isinstance(again.exception, SystemExit | AdvisorError)
    assert (tmp_path / "advisor.toml").read_text() == before


def test_a_table_without_counts_has_nothing_to_map(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("Name,Town\nA,B\nC,D\n")

    assert "nothing to map" in run(str(tmp_path), "--map")


@pytest.mark.parametrize(
    "text", ["a\n", "a,b\n1,2\n", "1,2\n3,4\n", "x,y\n,\n", "日期,花费\n-,-\n"]
)
def test_a_small_or_odd_table_is_no_trouble(tmp_path: Path, text: str) -> None:
    proposed(tmp_path, text)
