"""An answer of an API that is an error, or one page of many, says so."""

import json
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.model import File
from advisor.tabular import open_source
from advisor.tabular.containers.documents import RecordGrid

ROW = {"dimensions": {"ad_id": "1840000000000001"}, "metrics": {"spend": "5"}}


def _grid(tmp_path: Path, document: object) -> RecordGrid:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    (grid,) = open_source(File(path, path.name, 1, "0" * 64)).grids
    assert isinstance(grid, RecordGrid)
    return grid


def test_half_a_letter_is_a_question_mark(tmp_path: Path) -> None:
    grid = _grid(tmp_path, {"data": {"list": [{"name": "a\ud800", "other": "\udc00 😀"}]}})
    assert grid.body(0, [0, 1]).rows() == [(2, "a?", "? 😀")]


@pytest.mark.parametrize("items", ["none", 5, True, {"id": "1"}, ["1"], []])
def test_what_stands_in_the_place_of_a_list_is_no_entry(tmp_path: Path, items: object) -> None:
    grid = _grid(tmp_path, {"data": {"list": [{"id": "1", "line_items": items}]}})
    assert grid.of_items("line_items", above=False).body(0, [0])["c0"].to_list() == ["1"]


EMPTY_PAGE = {"list": [], "page_info": {"page": 1, "total_number": 0, "total_page": 0}}


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": None}, {"data": EMPTY_PAGE}])
@pytest.mark.parametrize("name", ["message", "msg"])
def test_an_error_is_shown_as_the_error_it_is(tmp_path: Path, body: dict, name: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(AdvisorError, match="the API answered with error 36009: Too many requests"):
        _grid(tmp_path, {"code": 36009, name: "Too many requests", **body})


def test_the_name_of_an_error_is_shown_whole(tmp_path: Path) -> None:
    error = {"code": "scope_permission_missed", "message": "No scope", "log_id": "1"}
    with pytest.raises(AdvisorError, match="error scope_permission_missed: No scope"):
        _grid(tmp_path, {"data": {}, "error": error})


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ({"page_info": {"page": 2, "total_page": 7, "total_number": 65}}, "page 2 of 7"),
        ({"next_page_token": "abc"}, "has a next page"),
        ({"total_count": 9}, "1 of 9 rows"),
    ],
)
def test_one_page_of_many_is_told(tmp_path: Path, info: dict, text: str) -> None:  # type: ignore[type-arg]
    grid = _grid(tmp_path, {"code": 0, "message": "OK", "data": {**info, "list": [ROW]}})
    assert text in grid.remarks[0][1]


def test_a_whole_answer_needs_no_note(tmp_path: Path) -> None:
    info = {"page_info": {"page": 1, "total_page": 1, "total_number": 1}, "next_page_token": ""}
    grid = _grid(tmp_path, {"code": 0, "message": "OK", "data": {**info, "list": [ROW]}})
    assert not grid.remarks


ANSWER = {"code": 0, "message": "OK", "data": {"next_page_token": "", "list": [ROW]}}
FAILED = {"code": 36009, "message": "Too many requests", "request_id": "a", "data": None}


@pytest.mark.parametrize("separator", [",", "\n"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_error_among_answers_is_told_and_the_others_are_read(
    tmp_path: Path, place: int, separator: str
) -> None:
    answers = [ANSWER, ANSWER]
    answers.insert(place, FAILED)
    text = separator.join(map(json.dumps, answers))
    path = tmp_path / "a.json"
    path.write_text(f"[{text}]" if separator == "," else text, encoding="utf-8")
    (grid,) = open_source(File(path, path.name, 1, "0" * 64)).grids
    assert isinstance(grid, RecordGrid)
    assert grid.body(0, [0]).height == 2
    ((code, said),) = grid.remarks
    assert code == "error-among-answers"
    assert "1 of 3 API answers" in said
    assert "error 36009: Too many requests" in said


def test_nothing_but_errors_is_the_error_it_is(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="the API answered with error 36009: Too many requests"):
        _grid(tmp_path, [FAILED, FAILED])
