"""JSON documents as grids: every list of objects is a table, every object in it a row."""

import functools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.model import HEAD_ROWS, Listed, define, lazy_ngettext
from advisor.tabular.cells import tidy
from advisor.tabular.containers.pages import ONE_PAGE, Page, page_of, pages_missing
from advisor.tabular.json_text import read_json

ERROR_AMONG = "error-among-answers"  # the code of a note
_SHOWN = 3  # errors that it names
_MESSAGE = 200  # letters of an error's message that are shown
_NO_ERROR = ("0", "200", "ok", "OK", "success", "Success")
_LONG = 40  # letters of a code that are shown
_PAGING = frozenset(
    [
        "page_info",
        "page",
        "page_size",
        "total_number",
        "total_page",
        "total_count",
        "total",
        "count",
        "next_page_token",
        "next_cursor",
        "cursor",
        "has_more",
    ]
)
_NOTHING: tuple[object, ...] = (None, "", [], "0", False)
DEEPEST = 64  # levels; the deepest real document has eight


@define(eq=False)
class RecordGrid:
    """A list of objects. Row 0 is the header: the dotted path of every value. *above* has the plain
    values of the objects around the list: what is true of all its rows, such as the currency."""

    name: str
    _records: Sequence[Mapping[str, str]]
    above: Mapping[str, str] = attrs.field(factory=dict)
    remarks: Sequence[tuple[str, str]] = ()  # code and text of notes
    pages: Sequence[Page] = ()  # what the answer says about further ones

    def of_items(self, items: str | None, *, above: bool) -> "RecordGrid":
        """The grid with a row for each entry of the list *items*, beside what its record says
        (`line_items.sku_id`); with *above*, also beside what stands around the list."""
        if not items and not above:
            return self
        made = self._made.get((items, above))
        if made is None:
            records = self._records
            if items:
                records = [one for record in records for one in _entries(record, items)]
            if above:
                records = [{**self.above, **record} for record in records]
            made = self._made[items, above] = RecordGrid(
                self.name, records, self.above, self.remarks, self.pages
            )
        return made

    @functools.cached_property
    def _made(self) -> dict[tuple[str | None, bool], "RecordGrid"]:
        return {}

    @functools.cached_property
    def _header(self) -> list[str]:
        return list(dict.fromkeys(key for record in self._records for key in record))

    @functools.cached_property
    def head(self) -> Sequence[Sequence[str]]:
        first = self._records[: HEAD_ROWS - 1]
        rows = [[record.get(key, "").strip() for key in self._header] for record in first]
        return [self._header, *rows]

    def body(
        self,
        after: int,
        columns: Sequence[int],
        numbers: Collection[int] = (),  # noqa: ARG002
    ) -> pl.DataFrame:
        records = self._records[after:]
        header = self._header
        data = {
            f"c{at}": [record.get(header[at]) for record in records]
            if at < len(header)
            else [None] * len(records)
            for at in columns
        }
        frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
        first = after + 2
        rows = pl.Series("_row", range(first, first + len(records)), pl.UInt32)
        return frame.select(rows, *(tidy(pl.col(name)).alias(name) for name in data))


def _entries(record: Mapping[str, str], items: str) -> Iterator[Mapping[str, str]]:
    """*record* once for each entry of its list; once without any where the list is empty, or what
    stands in its place is none."""
    rest = {key: value for key, value in record.items() if key != items}
    try:
        found = read_json(record.get(items) or "[]")
    except (json.JSONDecodeError, RecursionError):
        found = None
    entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    for entry in entries:
        yield {**rest, **{f"{items}.{key}": value for key, value in _flat(entry, items).items()}}
    if not entries:
        yield rest


def parse_document(text: str, where: str) -> Any:
    """JSON text as Python values (see read_json)."""
    try:
        return read_json(text)
    except json.JSONDecodeError as error:
        raise AdvisorError(
            f"not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}",
            where=where,
            hint="save the whole answer of the API again",
        ) from None
    except RecursionError:
        raise _too_deep(where) from None


def document_grids(document: Any, where: str) -> list[RecordGrid]:
    """Every list of objects in *document*, named by its path (`data.list`); at the top it is "".

    A list of whole answers of an API is one answer: the lists of its pages are joined, and those
    that say what went wrong are left out with a remark.
    """
    answers = document if is_pages(document) else [document]
    errors = [error for one in answers if (error := _error_of(one)) is not None]
    if errors and len(errors) == len(answers):
        raise AdvisorError(
            f"the API answered with {errors[0]}",
            where=where,
            hint="fix the request and save its response again",
        )
    pages = [one for one in answers if _error_of(one) is None]
    parts = tuple(page for one in pages if (page := page_of(one)) is not None)
    short = pages_missing(parts) if parts else ""
    remarks = [(ONE_PAGE, short)] if short else []
    if errors:
        remarks.append((ERROR_AMONG, _errors_among(errors, len(answers))))
    joined: dict[str, list[Mapping[str, str]]] = {}
    above: dict[str, dict[str, str]] = {}
    for page in pages:
        for name, records, around in _lists(page, "", where, 0, {}):
            joined.setdefault(name, []).extend(records)
            kept = above.setdefault(name, around)
            above[name] = {key: value for key, value in kept.items() if around.get(key) == value}
    if not joined:  # an answer about one thing has no list
        singles = [_flat(_data_of(page), where) for page in pages if isinstance(page, dict)]
        found = [single for single in singles if single]
        return [RecordGrid("data", found)] if found else []
    return [
        RecordGrid(name, records, above[name], remarks, parts) for name, records in joined.items()
    ]


def _data_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, dict) else answer


def _error_of(document: Any) -> str | None:
    """What went wrong, where *document* is an answer of an API that says so."""
    if not isinstance(document, dict) or _has_content(document.get("data")):
        return None
    inner = document.get("error")
    said = {**document, **inner} if isinstance(inner, dict) else document
    code = said.get("code") or said.get("error_code") or said.get("error")
    message = said.get("message") or said.get("msg") or said.get("error_description")
    if isinstance(code, str) and isinstance(message, str) and code not in _NO_ERROR:
        return f"error {code[:_LONG]}: {message[:_MESSAGE]}"
    return None


def _errors_among(errors: Sequence[str], answers: int) -> str:
    return lazy_ngettext(
        "{n} of {all} API answers in this file is an error ({errors}): what it should have is "
        "missing; repeat the request",
        "{n} of {all} API answers in this file are errors ({errors}): what they should have is "
        "missing; repeat the requests",
        len(errors),
        all=answers,
        errors=Listed(tuple(dict.fromkeys(errors)), _SHOWN),
    )


def is_pages(document: Any) -> bool:
    """Whether *document* is a list of answers, each with its `code` and `data`, or an error."""
    return (
        isinstance(document, list)
        and bool(document)
        and all(
            isinstance(page, dict)
            and (("code" in page and isinstance(page.get("data"), dict)) or _error_of(page))
            for page in document
        )
    )


def _has_content(data: Any) -> bool:
    """Whether *data* has more than empty lists and counts of pages."""
    waiting, seen = [data], 0
    while waiting and seen < _MESSAGE:
        value, seen = waiting.pop(), seen + 1
        if isinstance(value, dict):
            waiting.extend(inner for key, inner in value.items() if key not in _PAGING)
        elif value not in _NOTHING:
            return True
    return bool(waiting)


def line_grids(lines: Sequence[Any], where: str) -> list[RecordGrid]:
    """JSON lines: one grid a stream (`stream:<name>`), or one grid "" of plain objects."""
    streams: dict[str, list[Mapping[str, str]]] = {}
    for line in lines:
        if not isinstance(line, dict):
            continue
        inner = line.get("record")
        record: Mapping[str, Any] = inner if isinstance(inner, dict) else line
        if isinstance(record.get("stream"), str) and isinstance(record.get("data"), dict):
            loaded = {"_airbyte_emitted_at": record["emitted_at"]} if "emitted_at" in record else {}
            data = {**record["data"], **loaded}
            streams.setdefault(f"stream:{record['stream']}", []).append(_flat(data, where))
        elif isinstance(line.get("stream"), str) and record is not line:
            # Singer names the stream beside the record.
            at = {"_sdc_extracted_at": line["time_extracted"]} if "time_extracted" in line else {}
            data = {**at, **record}
            streams.setdefault(f"stream:{line['stream']}", []).append(_flat(data, where))
        else:
            streams.setdefault("", []).append(_flat(line, where))
    return [RecordGrid(name, records) for name, records in streams.items()]


def _lists(
    value: Any, path: str, where: str, depth: int, above: Mapping[str, str]
) -> Iterator[tuple[str, list[Mapping[str, str]], dict[str, str]]]:
    if depth > DEEPEST:
        raise _too_deep(where)
    if isinstance(value, list):
        records = [item for item in value if isinstance(item, dict)]
        if records:
            yield path, [_flat(record, where) for record in records], dict(above)
    elif isinstance(value, dict):
        own = {key: inner for key, inner in value.items() if isinstance(inner, str)}
        around = {**above, **own}
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{key}" if path else key, where, depth + 1, around)


def _flat(record: Mapping[str, Any], where: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    waiting: list[tuple[str, Any, int]] = [("", record, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep(where)
        if isinstance(value, dict):
            inner = [(f"{path}.{k}" if path else k, v, depth + 1) for k, v in value.items()]
            waiting.extend(reversed(inner))
        elif isinstance(value, list):
            flat[path] = _text(value, where)
        elif value is not None:
            flat[path] = value if isinstance(value, str) else str(value).lower()
        else:
            flat.setdefault(path, "")
    return flat


def _text(value: list[Any], where: str) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise _too_deep(where) from None


def _too_deep(where: str) -> AdvisorError:
    return AdvisorError(
        "this JSON is nested too deeply to be an export",
        where=where,
        hint="give the answer of the API as it came",
    )
