"""The template for violations, and the share of content that was flagged."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.model.reading import Grain, Period, Reading
from advisor_tiktok_shop import advisor_metrics
from tests.blocks import block
from tests.plugins_shop.reads import claims, read, table_of, written
from tests.shapes import Row, seller_center, violations

VIDEO = "7646166143702453001"
HEADER = "date,violation_id,type,subject_kind,subject_id,subject_name,status,points,deadline,note"


def _row(day: int, number: int, status: str = "open", **more: str | int | None) -> Row:
    row: Row = {
        "date": date(2026, 10, day),
        "violation_id": f"V{number}",
        "type": "Exaggerated claims",
        "subject_kind": "video",
        "subject_id": VIDEO,
        "subject_name": "One",
        "status": status,
        "points": 2,
        "deadline": None,
    }
    return {**row, **more}


def _read(tmp_path: Path, rows: Sequence[Row]) -> Reading:
    return read(written(tmp_path, violations.FILE_NAME, violations.violations(rows)))


def _text(tmp_path: Path, *lines: str) -> Reading:
    text = "\n".join((HEADER, *lines)) + "\n"
    return read(written(tmp_path, "violations.csv", text.encode()))


def _table(reading: Reading, subject: str, grain: Grain) -> pl.DataFrame:
    (table,) = (t for t in reading.tables if (t.subject, t.grain) == (subject, grain))
    return table.frame


def test_a_header_alone_says_that_there_are_none(tmp_path: Path) -> None:
    reading = _read(tmp_path, ())
    (table,) = reading.tables
    row = table.frame.select("violations", "open_violations", "violation_points").row(0)
    assert (table.subject, table.frame.height, row) == ("shop", 1, (0.0, 0.0, 0.0))
    assert reading.rows == 0
    assert reading.period is None


def test_violations_are_counted_by_subject_and_day_and_for_the_shop(tmp_path: Path) -> None:
    rows = (
        _row(3, 1),
        _row(3, 2, "resolved", points=None),
        _row(9, 3, "appealed", subject_kind="product", subject_id="17", points=4),
        _row(9, 4, "resolved", subject_kind="shop", subject_id="", subject_name=""),
    )
    reading = _read(tmp_path, rows)
    assert reading.rows == 4
    assert reading.period == Period(date(2026, 10, 3), date(2026, 10, 9))
    columns = ("key", "from", "violations", "violation_points")
    assert _table(reading, "video", Grain.DAY).select(columns).rows() == [
        (VIDEO, date(2026, 10, 3), 2.0, 2.0)
    ]
    assert _table(reading, "shop", Grain.DAY).select(columns).rows() == [
        ("", date(2026, 10, 3), 2.0, 2.0),
        ("", date(2026, 10, 9), 2.0, 6.0),
    ]


def test_what_is_open_counts_whenever_it_happened(tmp_path: Path) -> None:
    reading = _read(tmp_path, (_row(3, 1), _row(4, 2, "appealed"), _row(5, 3, "resolved")))
    columns = ("key", "from", "violations", "open_violations")
    assert _table(reading, "shop", Grain.PERIOD).select(columns).rows() == [("", None, 2.0, 2.0)]
    assert _table(reading, "video", Grain.PERIOD).select(columns).rows() == [
        (VIDEO, None, 2.0, 2.0)
    ]


def test_when_all_is_resolved_none_is_open_which_is_known(tmp_path: Path) -> None:
    reading = _read(tmp_path, (_row(3, 1, "resolved"),))
    assert _table(reading, "shop", Grain.PERIOD)["open_violations"].to_list() == [0.0]


def test_points_that_nobody_wrote_are_missing_and_not_zero(tmp_path: Path) -> None:
    reading = _read(tmp_path, (_row(3, 1, points=None),))
    assert _table(reading, "video", Grain.DAY)["violation_points"].to_list() == [None]


def test_a_status_may_be_written_in_capitals(tmp_path: Path) -> None:
    reading = _text(tmp_path, "2026-10-03,V1,Type,Video,71,,OPEN,,,")
    assert _table(reading, "shop", Grain.PERIOD)["open_violations"].to_list() == [1.0]


def test_every_mistake_is_named_at_once_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError) as error:
        _text(
            tmp_path,
            "03/10/2026,V1,Type,video,71,,open,,,",
            "2026-10-04,V2,Type,vidoe,72,,opne,many,soon,",
            "2026-10-05,V2,Type,live,,,done,,,",
            ",V4,Type,shop,,,resolved,,,",
            "2026-10-06,V5,Type,shop,,,resolved,1,2026-10-20,fine",
        )
    assert str(error.value).splitlines() == [
        "violations.csv: 10 mistakes",
        "  row 2, date: '03/10/2026' is no day; write it as 2026-05-31",
        "  row 3, deadline: 'soon' is no day; write it as 2026-05-31",
        "  row 3, points: 'many' is no number; write it as 12 or 12.5",
        "  row 3, status: 'opne' is unknown; did you mean 'open'?",
        "  row 3, subject_kind: 'vidoe' is unknown; did you mean 'video'?",
        "  row 3, violation_id: 'V2' stands in more than one row",
        "  row 4, status: 'done' is unknown; write open, appealed or resolved",
        "  row 4, subject_id: is empty, which it may be only where subject_kind is shop",
        "  row 4, violation_id: 'V2' stands in more than one row",
        "  row 5, date: is empty; write it as 2026-05-31",
        "Fix these rows and run it again",
    ]


def test_a_list_without_a_needed_column_is_no_list_of_violations(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.csv", b"date,violation_id,type\n2026-10-03,V1,Type\n")
    lacks = [match.lacks for match, _ in claims(path) if match.kind == "violations"]
    assert lacks == [("subject_kind", "subject_id", "status")]


def test_semicolons_of_a_spreadsheet_do_not_matter(tmp_path: Path) -> None:
    text = f"{HEADER}\n2026-10-03,V1,Type,video,71,,open,2,,\n".replace(",", ";")
    reading = read(written(tmp_path, "violations.csv", text.encode()))
    assert _table(reading, "video", Grain.DAY)["key"].to_list() == ["71"]


def _videos(tmp_path: Path, ids: Sequence[str]) -> Reading:
    rows: list[Row] = [
        {"video_id": video, "posted": datetime(2026, 10, 2), "views": 10} for video in ids
    ]
    data = seller_center.video_list(rows, date(2026, 10, 1), date(2026, 10, 31), form="csv")
    return read(written(tmp_path, "videos.csv", data))


def _flagged(readings: Sequence[Reading], window: Period | None = None) -> dict[str, float]:
    given = block(*readings, today=date(2026, 11, 2), window=window)
    computed = advisor_metrics(given.counts, given.context)
    told = [one for one in computed if "flagged_content" in one.frame.columns]
    if not told:
        return {}
    (derived,) = told
    assert derived.subject == "shop"
    (row,) = derived.frame.to_dicts()
    return row


def test_flagged_content_counts_contents_and_not_violations(tmp_path: Path) -> None:
    videos = _videos(tmp_path, [VIDEO, "7646166143702453002", "7646166143702453003", "4"])
    found = _flagged([videos, _read(tmp_path, (_row(3, 1), _row(4, 2)))])
    assert found["flagged_content"] == 0.25
    # Wilson's limits of 1 of 4, by hand.
    assert found["flagged_content.lo"] == pytest.approx(0.04559, abs=1e-4)
    assert found["flagged_content.hi"] == pytest.approx(0.69936, abs=1e-4)


def test_without_violations_nothing_is_flagged_and_with_no_list_it_is_not_known(
    tmp_path: Path,
) -> None:
    videos = _videos(tmp_path, [VIDEO, "4"])
    assert _flagged([videos, _read(tmp_path, ())])["flagged_content"] == 0.0
    assert _flagged([videos]) == {}
    assert _flagged([_read(tmp_path, (_row(3, 1),))]) == {}


def test_content_flagged_before_the_window_is_not_counted(tmp_path: Path) -> None:
    readings = [_videos(tmp_path, [VIDEO, "4"]), _read(tmp_path, (_row(3, 1),))]
    later = Period(date(2026, 10, 5), date(2026, 10, 31))
    assert _flagged(readings, later)["flagged_content"] == 0.0


def test_a_flagged_video_that_no_list_names_is_content_all_the_same(tmp_path: Path) -> None:
    found = _flagged(
        [_videos(tmp_path, ["4"]), _read(tmp_path, (_row(3, 1), _row(3, 2, subject_id="9")))]
    )
    assert found["flagged_content"] == 1.0


def test_a_list_of_violations_gives_the_shop_and_what_was_flagged(tmp_path: Path) -> None:
    reading = _read(tmp_path, (_row(3, 1),))
    assert {table.subject for table in reading.tables} == {"shop", "video"}
    assert table_of(_read(tmp_path, ()), "shop").family == "violations-open"
