"""Rows become counts of subjects, and every row is accounted for."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.model.reading import Grain, Period
from advisor.plugin.hookspecs import Match, ReadContext
from advisor.tabular.kind import Role
from advisor.tabular.reader import TabularProvider
from tests.tabular.making import TODAY, VIDEOS, codes, column, kind, opened, read
from tests.tabular.test_open import workbook

LINE = "[Date range]: 2026-05-01 ~ 2026-05-31"


def table(*rows: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def test_a_row_is_a_subject_with_its_key_name_parents_and_counts(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        table(
            [LINE],
            ["Views", "Video ID", "Title", "Creator", "GMV (MX$)", "Watch time"],
            ["1,174", "7646166143702453524", "Hola", "goyo", "3,121.71", "3h 12min"],
        ),
    )
    (made,) = reading.tables

    assert (made.subject, made.family, made.grain) == ("video", "shop-video", Grain.PERIOD)
    assert made.frame.row(0, named=True) == {
        "key": "7646166143702453524",
        "name": "Hola",
        "parent.creator": "goyo",
        "from": date(2026, 5, 1),
        "to": date(2026, 5, 31),
        "currency": "MXN",
        "views": 1174.0,
        "gmv": 3121.71,
        "watch_seconds": 11_520.0,
        "_row": 3,
    }
    assert reading.period == Period(date(2026, 5, 1), date(2026, 5, 31))
    assert (reading.rows, reading.left_out, reading.currency) == (1, {}, "MXN")


def test_with_a_column_of_days_every_row_is_a_day(tmp_path: Path) -> None:
    reading = read(tmp_path, "Date,Video ID,Views\n02/05/2026,1,5\n31/05/2026,1,6\n-,2,7\n")

    assert reading.tables[0].grain is Grain.DAY
    assert column(reading, "from") == column(reading, "to") == [date(2026, 5, 2), date(2026, 5, 31)]
    assert reading.left_out == {"without a date": 1}


def test_the_period_may_come_from_the_files_name_and_is_then_noted(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views\n1,5\n", "Ads_me_20230404-20240403.csv")

    assert reading.period == Period(date(2023, 4, 4), date(2024, 4, 3))
    assert codes(reading) == ["period-from-file-name"]


@pytest.mark.parametrize(
    ("header", "cell", "kind_line", "context", "currency"),
    [
        ("GMV (Rp)", "$1", "default-currency = 'THB'", "USD", "IDR"),
        ("GMV", "MX$1", "default-currency = 'THB'", "USD", "MXN"),
        ("GMV ($)", "$1", "default-currency = 'THB'", "USD", "THB"),
        ("GMV", "$1", "", "USD", "USD"),
        ("GMV", "$1", "", None, None),
    ],
)
def test_the_currency_comes_from_the_nearest_witness(
    tmp_path: Path,
    header: str,
    cell: str,
    kind_line: str,
    context: str | None,
    currency: str | None,
) -> None:
    toml = kind_line + "\n" + VIDEOS

    reading = read(
        tmp_path, table(["Video ID", "Views", header], [1, 2, cell]), toml=toml, currency=context
    )

    assert column(reading, "currency") == [currency]


def test_a_column_of_currencies_wins_over_the_header(tmp_path: Path) -> None:
    rows = table(["Video ID", "Views", "GMV (Rp)", "Currency"], [1, 2, 3, "mxn"], [2, 2, 3, "-"])

    reading = read(tmp_path, rows)

    assert column(reading, "currency") == ["MXN", "MXN"]


def test_rows_of_two_currencies_keep_their_own(tmp_path: Path) -> None:
    rows = table(["Video ID", "Views", "GMV", "Currency"], [1, 2, 3, "USD"], [2, 2, 3, "GBP"])

    reading = read(tmp_path, rows)

    assert column(reading, "currency") == ["USD", "GBP"]
    assert reading.currency is None


def test_a_printed_rate_times_its_base_is_a_count(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,Finish rate\n1,200,12.50%\n2,-,1%\n3,10,-\n")

    assert column(reading, "complete_plays") == [25.0, None, None]


def test_a_rate_whose_base_is_missing_is_said_and_not_used(tmp_path: Path) -> None:
    without = VIDEOS.replace('requires = ["video_id", "views"]', 'requires = ["video_id"]')
    reading = read(tmp_path, "Video ID,Clicks,Finish rate\n1,200,12.50%\n", toml=without)

    assert "complete_plays" not in reading.tables[0].frame.columns
    assert codes(reading) == ["rate-without-base"]


@pytest.mark.parametrize(
    ("percent", "cell", "container", "plays"),
    [
        ("fraction", "0.125", "csv", 25.0),
        ("number", "12.5", "csv", 25.0),
        ("number", "12.5%", "csv", 25.0),
        ("sign", "12.5%", "csv", 25.0),
        ("sign", "0.125", "csv", None),
        ('number"\npercent-xlsx = "fraction', 0.125, "xlsx", 25.0),
    ],
)
def test_the_source_says_what_a_bare_rate_means(
    tmp_path: Path, percent: str, cell: object, container: str, plays: float | None
) -> None:
    toml = VIDEOS.replace('percent = "sign"', f'percent = "{percent}"')
    rows: list[list[object]] = [["Video ID", "Views", "Finish rate"], ["1", 200, cell]]
    data = workbook(*rows) if container == "xlsx" else table(*rows).encode()

    reading = read(tmp_path, data, toml=toml)

    assert column(reading, "complete_plays") == [plays]
    assert ("rate-unit-unknown" in codes(reading)) is (plays is None)


def test_missing_is_null_and_zero_is_zero(tmp_path: Path) -> None:
    marks = ["-", "--", "N/A", "N/D", "", "null", "0"]
    rows = table(["Video ID", "Views", "Clicks"], *([n, mark, 1] for n, mark in enumerate(marks)))

    reading = read(tmp_path, rows)

    assert column(reading, "views") == [None] * 6 + [0.0]
    assert reading.notes == ()


def test_a_cell_that_cannot_be_read_is_null_counted_and_shown(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,GMV\n1,5,$1\n2,many,$2\n3,inf,$3\n4,7,?\n")

    assert column(reading, "views") == [5.0, None, None, 7.0]
    assert sorted(note.text.partition(";")[0] for note in reading.notes) == [
        "“GMV” has 1 cell that isn't an amount of money, in row 5: '?'",
        "“Views” has 2 cells that aren't a number, the first in row 3: 'many'",
    ]


def test_infinite_and_no_number_are_null_in_a_fast_column_too(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,Clicks\n" + "1,5,5\n" * 60 + "2,inf,NaN\n3,1,1\n")

    assert column(reading, "views")[-2:] == [None, 1.0]
    assert column(reading, "clicks")[-2:] == [None, 1.0]
    assert codes(reading) == ["unreadable-cell", "unreadable-cell"]


def test_only_money_and_changes_may_be_negative(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,New followers,GMV\n1,-5,-7,-$9\n")

    assert [column(reading, c) for c in ("views", "followers_change", "gmv")] == [
        [None],
        [-7],
        [-9],
    ]
    assert codes(reading) == ["negative-count"]


@pytest.mark.parametrize(
    ("signed", "values"), [("true", [[-5], [-9]]), ("false", [[None], [None]])]
)
def test_a_kind_says_what_may_be_negative(
    tmp_path: Path, signed: str, values: list[list[float | None]]
) -> None:
    toml = VIDEOS
    for count in ("views", "gmv"):
        toml = toml.replace(f'count = "{count}"', f'count = "{count}"\nsigned = {signed}')
    reading = read(tmp_path, "Video ID,Views,GMV\n1,-5,-$9\n", toml=toml)

    assert [column(reading, c) for c in ("views", "gmv")] == values


@pytest.mark.parametrize(
    "view", ["1730829974117385557", "1730829974117385557.0", "1730829974117385557\t"]
)
def test_an_id_keeps_its_digits_and_loses_its_tail(tmp_path: Path, view: str) -> None:
    assert column(read(tmp_path, f"Video ID,Views\n{view},5\n"), "key") == ["1730829974117385557"]


def test_ids_that_a_spreadsheet_ruined_give_way_to_names(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Title,Views\n1.73E+18,Hola,5\n1.73E+18,Adiós,6\n")

    assert column(reading, "key") == ["Hola", "Adiós"]
    assert codes(reading) == ["ids-ruined"]


def test_ids_ruined_and_no_names_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match=r"'Video ID'.*export it again with ids"):
        read(tmp_path, "Video ID,Views\n1.73E+18,5\n1.74E+18,6\n")


def test_a_row_without_its_id_goes_by_its_name_and_without_both_by_one_of_ours(
    tmp_path: Path,
) -> None:
    reading = read(tmp_path, "Video ID,Title,Views\n-,Hola,5\n-,-,6\n1,Uno,7\n-,-,0\n-,-,-\n")

    assert column(reading, "key") == ["Hola", "-", "1"]
    assert column(reading, "name") == ["Hola", "video without a name", "Uno"]
    assert reading.left_out == {"without a key": 2}  # they count nothing


def test_a_row_without_a_key_that_sums_up_the_others_is_a_total(tmp_path: Path) -> None:
    text = "Video ID,Title,Views,Clicks\n1,Uno,70,7\n2,Dos,30,5\n-,-,100,12\n"
    assert read(tmp_path, text).left_out == {"totals row": 1}
    assert read(tmp_path, text.replace("100,12", "90,12")).left_out == {}


def test_a_key_of_several_parts_is_joined_and_a_missing_part_shown(tmp_path: Path) -> None:
    toml = VIDEOS.replace('key = ["video_id"]', 'key = ["creator", "video_id"]')

    reading = read(tmp_path, "Creator,Video ID,Views\ngoyo,1,5\ngoyo,-,6\n,-,7\n", toml=toml)

    assert column(reading, "key") == ["goyo / 1", "goyo / -", "-"]
    assert reading.left_out == {}


def test_the_first_subject_whose_key_is_in_the_file_is_taken(tmp_path: Path) -> None:
    second = '[[subject]]\nkind = "creator"\nkey = ["creator"]\n'
    toml = VIDEOS.replace('requires = ["video_id", "views"]', 'requires = ["views"]').replace(
        "[columns.video_id]", second + "[columns.video_id]"
    )

    assert read(tmp_path, "Creator,Views\nx,5\n", toml=toml).tables[0].subject == "creator"
    assert read(tmp_path, "Video ID,Creator,Views\n1,x,5\n", toml=toml).tables[0].subject == "video"


def test_a_subject_may_take_only_some_rows_and_the_next_one_the_rest(tmp_path: Path) -> None:
    toml = VIDEOS.replace(
        'parents = { creator = ["creator"] }',
        'only = { title = ["Video"] }\n[[subject]]\nkind = "live"\nkey = ["video_id"]\n'
        'only = { title = ["Live"] }',
    )
    reading = read(tmp_path, "Video ID,Title,Views\n1,VIDEO,5\n2,Live,6\n3,Card,7\n", toml=toml)

    assert [(t.subject, t.frame["key"].to_list()) for t in reading.tables] == [
        ("video", ["1"]),
        ("live", ["2"]),
    ]
    assert (reading.rows, reading.left_out) == (2, {"about something else": 1})


@pytest.mark.parametrize("long", [10_000, 1])
def test_rows_that_are_not_data_are_left_out_by_reason(
    tmp_path: Path, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.tabular.rows._LONG", long)  # rows from which on cells repeat
    rows = table(
        ["Video ID", "Views", "Clicks"],
        ["Total of 2 results", "12", "-"],
        ["Growth", "166.54%", "3%"],
        ["1", "5", "1"],
        ["", "", ""],
        ["2", "7", "1"],
        ["9", "undefined", "undefined"],
    )
    reading = read(tmp_path, rows)

    assert column(reading, "key") == ["1", "2"]
    assert reading.left_out == {
        "totals row": 1,
        "growth": 1,
        "blank row": 1,
        "undefined row": 1,
    }
    assert reading.notes == ()


def test_only_rows_that_match_are_data_where_a_kind_says_so(tmp_path: Path) -> None:
    toml = 'data-rows = ["^keep"]\n' + VIDEOS

    reading = read(tmp_path, "x,Video ID,Views\nkeep 1,1,5\ndrop,2,6\n", toml=toml)

    assert column(reading, "key") == ["1"]
    assert reading.left_out == {"not a row of data": 1}


@pytest.mark.parametrize(
    ("second", "left_out"),
    [
        (["Platform unique ID.", "How often it was seen.", "Clicks on products"], 1),
        (["7", "5", "1"], 0),
        (["7", "-", "1"], 0),
    ],
)
def test_a_row_of_explanations_below_the_header_is_left_out(
    tmp_path: Path, second: list[str], left_out: int
) -> None:
    toml = "description-row = true\n" + VIDEOS

    reading = read(tmp_path, table(["Video ID", "Views", "Clicks"], second, [1, 5, 1]), toml=toml)

    assert reading.rows == 2 - left_out
    assert sum(reading.left_out.values()) == left_out
    assert column(reading, "_row")[-1] == 3


def test_of_two_tables_in_a_sheet_the_second_is_read_and_the_first_checks_it(
    tmp_path: Path,
) -> None:
    toml = "last-header = true\n" + VIDEOS
    rows = table(
        ["Video ID", "Views"], ["Total", "13"], ["Growth", "5%"], [], ["Daily"],
        ["Video ID", "Views"], ["1", "5"], ["2", "7"],
    )  # fmt: skip
    reading = read(tmp_path, rows, toml=toml)

    assert column(reading, "views") == [5.0, 7.0]
    assert reading.left_out == {
        "totals row": 1,
        "growth": 1,
        "blank row": 1,
        "above the header": 1,
        "repeated header": 1,
    }
    assert [note.text for note in reading.notes] == [
        "the rows of “Views” add up to 12, the file's total is 13"
    ]


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        (["Total", "12", "9", "$3.00", "1%"], []),
        (["Total", "12", "2", "$3.01", "1%"], []),
        (["Total", "-", "-", "-", "-"], []),
        (["Total", "24", "2", "$3.00", "1%"], ["totals-disagree"]),
        (["Total", "12", "2", "$3.30", "1%"], ["totals-disagree"]),
    ],
    ids=["people do not add up", "rounding", "missing", "doubled", "money"],
)
def test_a_totals_row_is_compared_with_the_sums_of_what_adds_up(
    tmp_path: Path, totals: list[str], said: list[str]
) -> None:
    rows = table(
        ["Video ID", "Views", "Viewers", "GMV", "CTR"],
        ["1", "5", "3", "$1.50", "0%"],
        ["2", "7", "4", "$1.50", "0%"],
        totals,
    )

    assert [c for c in codes(read(tmp_path, rows)) if c == "totals-disagree"] == said


@pytest.mark.parametrize(
    ("views", "said"), [("12", []), ("13", ["totals-disagree"])], ids=["its part", "no part"]
)
@pytest.mark.parametrize("totals_of", [0, 1], ids=["the first part", "the second part"])
def test_of_files_put_together_each_totals_row_is_held_to_its_own_part(
    tmp_path: Path, totals_of: int, views: str, said: list[str]
) -> None:
    header = ["Video ID", "Views"]
    summed = [header, ["1", "5"], ["2", "7"], ["Total", views]]
    other = [header, ["3", "8"], ["4", "9"]]
    parts = [summed, other] if totals_of == 0 else [other, summed]

    reading = read(tmp_path, table(*parts[0], *parts[1]))

    data = [row for row in (*parts[0], *parts[1]) if row[0].isdigit()]
    assert column(reading, "views") == [float(row[1]) for row in data]
    assert [c for c in codes(reading) if c == "totals-disagree"] == said


def test_a_printed_rate_is_recomputed_up_to_its_last_decimal(tmp_path: Path) -> None:
    rows = [[1, 1000, 15, "1.50%"], [2, 999, 15, "1.50%"], [3, 1000, 15, "2.00%"], [4, 0, 0, "0%"]]

    reading = read(tmp_path, table(["Video ID", "Views", "Clicks", "CTR"], *rows))

    (note,) = reading.notes
    assert note.text == (
        "“CTR” doesn't match its counts in 1 of 3 rows: row 4 says 0.02, calculated 0.015"
    )


def test_a_printed_rate_may_be_cut_off_where_the_kind_says_so(tmp_path: Path) -> None:
    rows = table(["Video ID", "Views", "Clicks", "CTR"], [1, 1000, 15, "1%"], [2, 100, 2, "2%"])
    cut = VIDEOS.replace('denominator = ["views"]', 'denominator = ["views"], truncated = true')

    assert codes(read(tmp_path, rows, toml=cut)) == []
    assert codes(read(tmp_path, rows.replace("15", "16"))) == ["identity-disagrees"]


def test_a_rate_that_cannot_be_recomputed_is_listed(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,CTR\n1,5,1%\n")

    assert codes(reading) == ["unchecked-rates"]


def test_only_rows_that_are_the_same_in_every_cell_of_the_file_are_dropped(tmp_path: Path) -> None:
    rows = [["7", "5", "young"], ["7", "5", "young"], ["7", "5", "old"], ["8", "5", "young"]]

    reading = read(tmp_path, table(["Video ID", "Views", "An unknown column"], *rows))

    assert column(reading, "_row") == [2, 4, 5]
    assert reading.left_out == {"identical row": 1}


def test_identical_rows_without_an_id_are_kept(tmp_path: Path) -> None:
    toml = VIDEOS.replace('key = ["video_id"]', 'key = ["title"]').replace(
        '["video_id", "views"]', '["title", "views"]'
    )

    assert read(tmp_path, "Title,Views\nx,5\nx,5\n", toml=toml).rows == 2


def test_entries_with_an_id_in_brackets_become_links(tmp_path: Path) -> None:
    cells = ["Kaos (M)(1730829974117385557), Topi（1735523101213165258）", "-", ""]
    rows = table(["Video ID", "Views", "Products"], *([n, 1, cell] for n, cell in enumerate(cells)))

    (links,) = read(tmp_path, rows).links

    assert links.relation == "video-products"
    assert links.frame.rows() == [("0", "1730829974117385557"), ("0", "1735523101213165258")]


def test_a_list_of_objects_in_json_becomes_links(tmp_path: Path) -> None:
    text = '[{"Video ID": 1, "Views": 5, "Products": [{"id": 17, "name": "a"}, {"id": 18}]}]'

    (links,) = read(tmp_path, text).links

    assert links.frame.rows() == [("1", "17"), ("1", "18")]


def test_a_personal_column_never_comes_into_a_frame(tmp_path: Path) -> None:
    reading = read(tmp_path, "Buyer,Video ID,Views\nJane,1,5\nJane,1,5\n")

    assert "Jane" not in str(reading.tables[0].frame.rows())
    assert [c.means for c in reading.columns] == [Role.PERSONAL.value, "text", "views"]
    assert reading.left_out == {"identical row": 1}


def test_a_header_without_rows_is_a_reading_without_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Views,Clicks,CTR,Date,GMV,Watch time,Products\n")

    assert reading.rows == 0
    assert codes(reading) == ["no-rows"]


def test_each_table_of_a_file_is_claimed_and_read_apart(tmp_path: Path) -> None:
    text = '{"a": [{"Video ID": 1, "Views": 5}], "b": [{"x": 1}], "c": [{"Video ID": 2, "VV": 7}]}'
    provider = TabularProvider("test", [kind()])
    source = opened(tmp_path, text)

    matches = provider.recognise(source)
    readings = [provider.read(source, match, ReadContext(TODAY)) for match in matches]

    assert [match.grid for match in matches] == ["a", "c"]
    assert [column(reading, "views") for reading in readings] == [[5.0], [7.0]]


def test_a_dot_before_three_digits_deep_in_a_rupiah_column_is_a_thousand(tmp_path: Path) -> None:
    rows = [[n, 1, 999] for n in range(60)] + [[99, 1, "1.500"]]

    reading = read(tmp_path, table(["Video ID", "Views", "GMV (Rp)"], *rows))

    assert column(reading, "gmv")[-1] == 1500.0


def test_a_dot_in_json_is_always_a_decimal_point(tmp_path: Path) -> None:
    text = '[{"Video ID": 1, "Views": 5, "GMV (Rp)": 1.234}]'

    assert column(read(tmp_path, text), "gmv") == [1.234]


def test_dates_that_can_be_read_two_ways_are_noted_once(tmp_path: Path) -> None:
    reading = read(tmp_path, "Video ID,Date,Views\n1,03/04/2026,5\n", region="US")

    assert column(reading, "from") == [date(2026, 3, 4)]
    assert [note.text for note in reading.notes] == [
        "the dates in “Date” can be read two ways; read as month before day"
    ]


def test_reading_a_file_that_is_not_of_the_kind_says_what_is_missing(tmp_path: Path) -> None:
    provider = TabularProvider("test", [kind()])

    with pytest.raises(AdvisorError, match=r"this is no Videos: 'Views' not found"):
        provider.read(opened(tmp_path, "Video ID,x\n1,2\n"), Match("videos", 1), ReadContext(TODAY))


def test_a_kind_tells_what_it_offers() -> None:
    info = TabularProvider("test", [kind()]).kinds["videos"]

    assert (info.title, info.where, info.subjects) == (
        "Videos",
        "Shop > Videos > Export",
        ("video",),
    )
    assert info.counts[:2] == ("views", "clicks")


HEADER = ["Video ID", "Title", "Views", "Clicks", "GMV", "CTR"]
CELLS = ["1", "7646166143702453524", "x", "-", "", "0", "$1.50", "1.47%", "Total of 2", "undefined",
         "Growth", "1.73E+18", "two\nlines", "N/A", "-5"]  # fmt: skip

# Each example writes its file anew, so that sharing a folder is harmless.
MANY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
FEW = settings(MANY, max_examples=30)

rows_of_anything = st.lists(
    st.lists(st.sampled_from(CELLS), min_size=6, max_size=6), min_size=0, max_size=25
)


@given(
    rows=rows_of_anything,
    order=st.permutations(range(6)),
    extra=st.integers(0, 2),
    above=st.integers(0, 4),
)
@MANY
def test_rows_read_and_rows_left_out_are_the_rows_of_the_file(
    tmp_path: Path, rows: list[list[str]], order: list[int], extra: int, above: int
) -> None:
    titled = [[*row[:1], row[1] or "x", *row[2:]] for row in rows]
    moved = [[row[at] for at in order] + ["z"] * extra for row in [HEADER, *titled]]
    text = table(*([[LINE]] * above), *moved)

    reading = read(tmp_path, text)

    assert reading.rows + sum(reading.left_out.values()) == len(rows)
    assert reading.rows == sum(made.frame.height for made in reading.tables)


@given(order=st.permutations(range(6)), extra=st.integers(0, 3), above=st.integers(0, 4))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
def test_moved_columns_and_lines_change_nothing_but_row_numbers(
    tmp_path: Path, order: list[int], extra: int, above: int
) -> None:
    rows = [HEADER, ["11", "a", "100", "2", "$1.50", "2.00%"], ["12", "b", "-", "3", "$2", "-"]]
    moved = [[f"x{n}" for n in range(extra)] + [row[at] for at in order] for row in rows]

    plain = read(tmp_path, table(*rows)).tables[0].frame.drop("_row")
    found = read(tmp_path, table(*([["a note"]] * above), *moved)).tables[0].frame.drop("_row")

    assert found.select(plain.columns).equals(plain)


@given(dropped=st.sets(st.sampled_from([1, 3, 4, 5])))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=16, deadline=None
)
def test_a_dropped_column_takes_only_its_own_counts_along(
    tmp_path: Path, dropped: set[int]
) -> None:
    rows = [HEADER, ["11", "a", "100", "2", "$1.50", "2.00%"]]
    kept = [[cell for at, cell in enumerate(row) if at not in dropped] for row in rows]

    frame = read(tmp_path, table(*kept)).tables[0].frame

    assert frame["views"].to_list() == [100.0]
    assert {"clicks", "gmv"} & set(frame.columns) == {
        name for name, at in (("clicks", 3), ("gmv", 4)) if at not in dropped
    }


def test_a_quote_that_is_never_closed_is_said_with_its_row(tmp_path: Path) -> None:
    rows = "".join(f"{n},Clip,{n}\n" for n in range(50))
    reading = read(tmp_path, 'Video ID,Title,Views\n1,"Hola,5\n' + rows)

    assert reading.rows == 51
    (note,) = reading.notes
    assert (note.code, note.file) == ("unclosed-quote", "export.csv")
    assert note.text.startswith("a quotation mark in row 2 is never closed")
