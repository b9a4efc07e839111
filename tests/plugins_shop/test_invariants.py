"""No row is lost in silence, whatever happened to the file; no shape is taken for another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.plugins_shop.more_samples import MORE
from tests.plugins_shop.reads import claims, read, written
from tests.plugins_shop.samples import SAMPLES, Records, as_csv, records
from tests.plugins_shop.test_orders import RETURNS, TWO_SKUS
from tests.shapes import Row, ads_manager, gmv_max, orders, studio

_NOISE = (
    "",
    "-",
    "N/A",
    "many",
    "1,5",
    "-7",
    "1.73E+18",
    '"',
    "ñ é 漢",
    "31/02/2026",
    "0",
    "٣",
    " ",
)


@attrs.frozen
class Table:
    """A file with enough rows to hurt; *header* is the record with the columns."""

    kind: str
    rows: Records
    header: int

    def __str__(self) -> str:
        return self.kind


def _days(count: int) -> list[Row]:
    first = datetime(2026, 10, 1)
    return [
        {
            "date": first + timedelta(days=at),
            "views": 10 + at,
            "viewers": 9,
            "new_viewers": 4,
            "returning_viewers": 5,
            "followers": 100 + at,
            "profile_views": 3,
            "hour": 5,
            "active_followers": 7,
        }
        for at in range(count)
    ]


TABLES = (
    *(Table(s.kind, records(s.write(s.languages[0], "csv")), s.header) for s in (*SAMPLES, *MORE)),
    Table("orders", records(orders.orders(TWO_SKUS, region="ID")), 0),
    Table("returns", records(orders.returns(RETURNS)), 0),
    Table("studio-overview", records(studio.overview(_days(6))), 0),
    Table("studio-viewers", records(studio.viewers(_days(6))), 0),
    Table("studio-follower-history", records(studio.follower_history(_days(6))), 0),
    Table("studio-follower-activity", records(studio.follower_activity(_days(6))), 0),
)
every_table = pytest.mark.parametrize("table", TABLES, ids=str)


def first_header(rows: Records, header: int) -> int:
    """Where the header of *rows* stands first, in a file that has a summary with the same one."""
    return next(at for at, row in enumerate(rows) if row[1:] == rows[header][1:])


Mutation = Callable[[Records, int, int], None]


def _blank_cell(body: Records, row: int, column: int) -> None:
    body[row][column % len(body[row])] = ""


def _drop_cell(body: Records, row: int, column: int) -> None:
    del body[row][column % len(body[row])]
    body[row] = body[row] or [""]


def _add_cell(body: Records, row: int, column: int) -> None:
    body[row].insert(column % (len(body[row]) + 1), "x")


def _garble_cell(body: Records, row: int, column: int) -> None:
    body[row][column % len(body[row])] = _NOISE[column % len(_NOISE)]


def _blank_row(body: Records, row: int, _column: int) -> None:
    body[row] = [""] * len(body[row])


def _double_row(body: Records, row: int, _column: int) -> None:
    body.insert(row, [*body[row]])


def _drop_row(body: Records, row: int, _column: int) -> None:
    if len(body) > 1:
        del body[row]


MUTATIONS: tuple[Mutation, ...] = (
    _blank_cell,
    _drop_cell,
    _add_cell,
    _garble_cell,
    _garble_cell,
    _blank_row,
    _double_row,
    _drop_row,
)
_step = st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 99), st.integers(0, 199))


@every_table
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(steps=st.lists(_step, max_size=8))
def test_rows_read_and_rows_left_out_are_the_rows_of_the_file(
    table: Table, steps: list[tuple[Mutation, int, int]], tmp_path: Path
) -> None:
    body = [[*row] for row in table.rows[table.header + 1 :]]
    for mutate, row, column in steps:
        mutate(body, row % len(body), column)
    path = written(tmp_path, "file.csv", as_csv([*table.rows[: table.header + 1], *body]))
    whole = [match.kind for match, _ in claims(path) if not match.lacks]
    assume(whole == [table.kind])
    reading = read(path)
    above = table.header - first_header(table.rows, table.header)
    assert reading.rows + sum(reading.left_out.values()) == above + len(body)
    assert all(count > 0 for count in reading.left_out.values())


def test_ids_ruined_in_a_row_without_a_day_alone_leave_the_other_rows_by_name(
    tmp_path: Path,
) -> None:
    header = [
        *("Date", "Campaign ID", "Campaign name", "GMV", "Orders"),
        "Estimated affiliate partner commission",
    ]
    rows = [
        ["", "1.86561E+15", "Spring", "$20.00", "1", "$2.00"],
        ["2026-10-12", "", "Spring", "$30.00", "2", "$3.00"],
    ]

    reading = read(written(tmp_path, "file.csv", as_csv([header, *rows])))

    assert [reading.rows, reading.left_out] == [1, {"without a date": 1}]
    assert [table.frame["key"].to_list() for table in reading.tables] == [["Spring"]]


_AD: Row = {
    "date": datetime(2026, 10, 13),
    "campaign_name": "Autumn",
    "campaign_id": "1850000000000001",
    "ad_group_name": "All",
    "ad_group_id": "1860000000000001",
    "ad_name": "Hat.mp4",
    "ad_id": "1870000000000001",
    "product_id": "1730829974117385001",
    "video_id": "7646166143702453001",
    "spend": 10,
    "impressions": 900,
    "clicks": 13,
    "sku_orders": 2,
    "revenue": 40,
    "live_name": "Evening",
    "started": datetime(2026, 10, 13, 15),
}
ADS = {
    "ads by day": lambda: ads_manager.daily_csv([_AD]),
    "ads by day of 2024": lambda: ads_manager.daily_csv([_AD], era="2024"),
    "ads in Korean": lambda: ads_manager.daily_csv([_AD], language="ko", currency="KRW"),
    "ads without days": lambda: ads_manager.table_xlsx([_AD]),
    "creatives": lambda: gmv_max.creatives_xlsx([_AD]),
    "pasted creatives": lambda: gmv_max.creatives_tsv([_AD]),
    "LIVE campaigns": lambda: gmv_max.lives_xlsx([_AD]),
    "overview of GMV Max": lambda: gmv_max.overview_xlsx([_AD]),
    "Studio's overview": lambda: studio.overview(_days(2)),
    "Studio's viewers": lambda: studio.viewers(_days(2)),
    "Studio's followers": lambda: studio.follower_history(_days(2)),
    "Studio's active followers": lambda: studio.follower_activity(_days(2)),
    "Studio's genders": lambda: studio.follower_gender({"Female": 0.6, "Male": 0.4}),
    "Studio's territories": lambda: studio.follower_territories({"US": 0.6, "MX": 0.4}),
}


@pytest.mark.parametrize("write", ADS.values(), ids=ADS.keys())
def test_a_file_of_another_provider_is_claimed_by_one_kind(
    write: Callable[[], bytes], tmp_path: Path
) -> None:
    path = written(tmp_path, "file", write())
    whole = [match.kind for match, _ in claims(path) if not match.lacks]
    assert len(whole) == 1
