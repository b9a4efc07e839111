"""Answers of the Partner API as documents that a test can change and write again."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]
Files = Mapping[str, bytes]
AnswerChange = Callable[[Document], Files]


def _written(document: object, *, indent: int | None = None) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=indent).encode()


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """*value* with *change* made of every object and list in it, the innermost first."""
    if isinstance(value, dict):
        return change({key: _changed(inner, change) for key, inner in value.items()})
    if isinstance(value, list):
        return change([_changed(inner, change) for inner in value])
    return value


def fields_shuffled(document: Document) -> Files:
    """The fields of every object in another order."""

    def mixed(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        random.Random(7).shuffle(keys)
        return {key: value[key] for key in keys}

    return {"answer.json": _written(_changed(document, mixed))}


def records_turned(document: Document) -> Files:
    """The records of every list in the opposite order."""
    turned = _changed(document, lambda v: v[::-1] if isinstance(v, list) else v)
    return {"answer.json": _written(turned)}


def field_added(document: Document) -> Files:
    """A field more in every object, as new versions of an API have."""
    more = _changed(document, lambda v: {**v, "zzyzx": "1000"} if isinstance(v, dict) else v)
    return {"answer.json": _written(more)}


def indented(document: Document) -> Files:
    """As people save an answer to read it."""
    return {"answer.json": _written(document, indent=4)}


def with_a_mark(document: Document) -> Files:
    """With a byte order mark."""
    return {"answer.json": b"\xef\xbb\xbf" + _written(document)}


def saved_twice(document: Document) -> Files:
    """The same answer saved again with its fields in another order."""
    (again,) = fields_shuffled(document).values()
    return {"answer.json": _written(document), "answer (1).json": again}


def bare_data(document: Document) -> Files:
    """What stands in `data` alone, as most clients give it."""
    return {"answer.json": _written(document["data"])}


def list_of_one(document: Document) -> Files:
    """A list of answers, as scripts collect them."""
    return {"answer.json": _written([document])}


def numbers_as_numbers(document: Document) -> Files:
    """Amounts as numbers and not as texts."""

    def plain(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: _number(key, inner) for key, inner in value.items()}

    return {"answer.json": _written(_changed(document, plain))}


def _number(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key.endswith(("id", "time", "name", "currency")):
        return value
    try:
        return float(value)
    except ValueError:
        return value


CHANGES: tuple[AnswerChange, ...] = (
    fields_shuffled,
    records_turned,
    field_added,
    indented,
    with_a_mark,
    saved_twice,
    bare_data,
    list_of_one,
    numbers_as_numbers,
)


def usual(document: Document) -> Files:
    """The answer as it comes."""
    return {"answer.json": _written(document)}


def answers(models: Mapping[str, str]) -> Iterator[tuple[str, Document]]:
    """An answer of each of *models*, of something that counts."""
    from tests.plugins_shop.partner_api import answer

    for model in models:
        yield model, answer(model, **_SOLD if "Order" in model else {}, **_DONE.get(model, {}))


# The first of all statuses is no sale, and a time of cancelling that never came is 0.
_SOLD = {"status": "COMPLETED", "display_status": "COMPLETED", "cancel_time": 0}
_DONE: Mapping[str, Mapping[str, Any]] = {
    "SearchReturnsResponse": {"return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE"},
    "SearchCancellationsResponse": {"cancel_status": "CANCELLATION_REQUEST_COMPLETE"},
    "GetPaymentsResponse": {"status": "PAID"},
    "SearchSellerAffiliateOrdersResponse": {"returned_quantity": 0, "refunded_quantity": 0},
}
