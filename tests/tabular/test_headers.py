"""A kind is found by the names of its columns, wherever and in whatever language they stand."""

from pathlib import Path

import attrs
import pytest

from advisor.plugin.hookspecs import Match
from advisor.tabular.header_text import header_text
from advisor.tabular.headers import Located, Recogniser
from advisor.tabular.kind import Kind
from advisor.tabular.reader import TabularProvider
from tests.tabular.making import VIDEOS, kind, opened, read

SIMPLE = """
id = "k"
title = "K"
where = "somewhere"
family = "f"
grain = "period"
requires = ["a", "b"]
[[subject]]
kind = "shop"
[columns.a]
count = "a"
headers = { en = ["Orders", "SKU orders"] }
[columns.b]
count = "b"
headers = { en = ["Clicks"], id = ["Klik"] }
"""

GROUPED = """
id = "products"
title = "Products"
where = "somewhere"
family = "f"
grain = "period"
requires = ["id", "gmv"]
[groups.all]
en = ["All"]
es = ["Todo"]
[groups.live]
en = ["LIVE"]
es = ["LIVE del vendedor"]
[[subject]]
kind = "product"
key = ["id"]
[columns.id]
type = "id"
role = "text"
headers = { en = ["ID"] }
[columns.gmv]
type = "money"
count = "gmv"
group = "all"
headers = { en = ["GMV"] }
[columns.live_gmv]
type = "money"
count = "live_gmv"
group = "live"
headers = { en = ["GMV"] }
"""


def locate(folder: Path, text: str, what: Kind) -> Located | None:
    return Recogniser(what).locate(opened(folder, text))


@pytest.mark.parametrize(
    ("cell", "key", "currency"),
    [
        ("Order/adjustment ID  ", "order/adjustment id", None),
        ("  Ad  Group\tName ", "ad group name", None),
        ("Website URL (Ad level）", "website url (ad level)", None),
        ("Clicks（destination）", "clicks (destination)", None),
        ("ad-group-name", "adgroupname", None),
        ("--", "--", None),
        ("GMV (MX$)", "gmv", "MXN"),
        ("GPM（Rp）", "gpm", "IDR"),
        ("GMV (฿)", "gmv", "THB"),
        ("GMV (₫)", "gmv", "VND"),
        ("GMV ($)", "gmv", None),
        ("GMV (cur)", "gmv", None),
        ("Perubahan (%)", "perubahan (%)", None),
        ("AOV (SKU orders)", "aov (sku orders)", None),
        ('"Cost"', "cost", None),
        ("Number of LIVE streams.", "number of live streams.", None),
        ("\ufeffDate", "date", None),
        ("x" * 500, "", None),
    ],
)
def test_a_header_is_compared_without_its_dress(cell: str, key: str, currency: str | None) -> None:
    found = header_text(cell)

    assert (found.key, found.currency) == (key, currency)


@pytest.mark.parametrize("above", [0, 1, 2, 5])
def test_the_header_is_found_below_any_lines(tmp_path: Path, above: int) -> None:
    located = locate(tmp_path, "note,\n" * above + "Orders,Clicks\n1,2\n", kind(SIMPLE))

    assert located is not None
    assert located.found.row == above
    assert located.found.columns == {"a": 0, "b": 1}


def test_columns_are_found_in_any_order_and_language(tmp_path: Path) -> None:
    located = locate(tmp_path, "x,Klik,y,SKU  ORDERS\n1,2,3,4\n", kind(SIMPLE))

    assert located is not None
    assert located.found.columns == {"a": 3, "b": 1}
    assert located.lacks == ()


def test_the_first_of_a_columns_names_is_preferred(tmp_path: Path) -> None:
    located = locate(tmp_path, "SKU orders,Orders,Clicks\n1,2,3\n", kind(SIMPLE))

    assert located is not None
    assert located.found.columns["a"] == 1


def test_a_near_miss_says_what_it_lacks_by_the_first_name(tmp_path: Path) -> None:
    provider = TabularProvider("test", [kind(SIMPLE)])

    (match,) = provider.recognise(opened(tmp_path, "Orders,x\n1,2\n"))

    assert match == Match("k", 1, ("Clicks",), grid="")


def test_a_file_of_something_else_is_not_claimed(tmp_path: Path) -> None:
    assert TabularProvider("test", [kind(SIMPLE)]).recognise(opened(tmp_path, "x,y\n1,2\n")) == []


def test_a_column_of_another_kind_forbids_the_match(tmp_path: Path) -> None:
    forbidding = SIMPLE.replace('requires = ["a", "b"]', 'requires = ["a"]\nforbids = ["b"]')

    assert locate(tmp_path, "Orders,Clicks\n1,2\n", kind(forbidding)) is None
    assert locate(tmp_path, "Orders,x\n1,2\n", kind(forbidding)) is not None


@pytest.mark.parametrize(
    ("line", "found"), [('containers = ["json"]', False), ('grid = "^data"', False), ("", True)]
)
def test_container_and_grid_may_be_required(tmp_path: Path, line: str, found: bool) -> None:
    limited = kind(line + "\n" + SIMPLE)

    assert (locate(tmp_path, "Orders,Clicks\n1,2\n", limited) is not None) is found


def test_equal_names_are_told_apart_by_the_group_above_them(tmp_path: Path) -> None:
    located = locate(
        tmp_path,
        ",Todo,,LIVE del vendedor,\nID,GMV,x,x,GMV\n1,2,3,4,5\n",
        kind(GROUPED),
    )

    assert located is not None
    assert located.found.columns == {"id": 0, "gmv": 1, "live_gmv": 4}


def test_without_a_row_of_groups_the_first_group_is_meant(tmp_path: Path) -> None:
    located = locate(tmp_path, "ID,GMV\n1,2\n", kind(GROUPED))

    assert located is not None
    assert located.found.columns == {"id": 0, "gmv": 1}


def test_equal_names_are_told_apart_by_their_occurrence(tmp_path: Path) -> None:
    twice = SIMPLE.replace('en = ["Clicks"]', 'en = ["Orders"]').replace(
        '[columns.b]\ncount = "b"', '[columns.b]\ncount = "b"\noccurrence = 2'
    )
    located = locate(tmp_path, "Orders,x,Orders\n1,2,3\n", kind(twice))

    assert located is not None
    assert located.found.columns == {"a": 0, "b": 2}
    assert located.found.repeated == ()


def test_a_name_repeated_beyond_what_the_kind_knows_is_read_once_and_noted(
    tmp_path: Path,
) -> None:
    reading = read(tmp_path, "Video ID,Views,Views\n1,2,3\n")

    assert reading.tables[0].frame["views"].to_list() == [2.0]
    assert [note.text for note in reading.notes] == [
        "several columns are called “Views”; the first is read"
    ]


def test_an_empty_header_is_only_ever_the_first_column(tmp_path: Path) -> None:
    nameless = SIMPLE.replace('en = ["Orders", "SKU orders"]', 'en = [""]')

    located = locate(tmp_path, ",Clicks,\n1,2,3\n", kind(nameless))
    assert located is not None
    assert located.found.columns == {"a": 0, "b": 1}

    located = locate(tmp_path, "x,Clicks,\n1,2,3\n", kind(nameless))
    assert located is not None
    assert located.lacks == ("?",)


def test_an_unknown_header_is_explained_by_the_nearest_known_one(tmp_path: Path) -> None:
    provider = TabularProvider("test", [kind(VIDEOS)])
    reading = read(tmp_path, "Video ID,Views,Finish rates,zzz\n1,2,3%,4\n")

    assert [(c.header, c.means, c.nearest) for c in provider.explain(reading)] == [
        ("Video ID", "text", ""),
        ("Views", "views", ""),
        ("Finish rates", "", "finish rate"),
        ("zzz", "", ""),
    ]
    assert all(not c.nearest for c in reading.columns)


MACHINE = """
id = "m"
title = "M"
where = "somewhere"
family = "f"
grain = "period"
requires = ["day", "plays"]
subject = [{ kind = "shop" }]
[columns.day]
role = "text"
headers.flat = ["stat_time_day"]
[columns.plays]
count = "plays"
headers.flat = ["metrics.video_views_p25"]
"""


@pytest.mark.parametrize(
    "header",
    [
        "stat_time_day,metrics.video_views_p25",
        "STAT_TIME_DAY,METRICS.VIDEO_VIEWS_P_25",
        "statTimeDay,metrics.videoViewsP25",
        "stat-time-day,metrics.video-views-p25",
    ],
)
def test_names_of_machines_are_one_in_every_spelling(header: str, tmp_path: Path) -> None:
    located = locate(tmp_path, f"{header}\n2026-10-01,2\n", kind(MACHINE))

    assert located is not None
    assert located.found.columns == {"day": 0, "plays": 1}


def test_an_unconfirmed_name_is_read_beside_a_confirmed_one_and_never_alone(
    tmp_path: Path,
) -> None:
    column = '[columns.c]\ncount = "c"\nheaders.en = ["Other"]\nguesses.xx = ["Drugo"]\n'
    guessing = attrs.evolve(kind(f"{SIMPLE}{column}"), requires=("c",))
    alone = locate(tmp_path, "Drugo,x\n1,2\n", guessing)
    beside = locate(tmp_path, "Drugo,Clicks\n1,2\n", attrs.evolve(guessing, requires=("b", "c")))

    assert alone is not None
    assert alone.lacks == ("a column name that was seen in a real export",)
    assert beside is not None
    assert beside.lacks == ()
    assert beside.found.guessed == {"c"}
