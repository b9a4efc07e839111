"""Answers of the Partner API, made from the models of the public client `tiktok-shop-api`."""

import importlib
import types
import typing
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import attrs
from tiktok_shop_api.generated.types import Unset  # type: ignore[import-untyped, unused-ignore]

DAY = date(2026, 10, 13)
_MODELS = "tiktok_shop_api.generated.models"
_SECONDS = int(datetime(DAY.year, DAY.month, DAY.day, 20, tzinfo=UTC).timestamp())
_MOMENTS = ("_time", "time", "_at")
_IDS = ("id", "_id")
_RATES = ("ctr", "_rate", "ctor", "_percentage", "ctor_sku_order", "_percentile")


def answer(model: str, **changes: Any) -> dict[str, Any]:
    """What the endpoint answers whose response is *model*, every field filled; each of *changes*
    stands in for the value of that field wherever it is."""
    module = importlib.import_module(_MODELS)
    made = _object(getattr(module, model), "", changes)
    made |= {"code": 0, "message": "Success"}
    again = getattr(module, model).from_dict(made).to_dict()
    assert again == made, f"{model} does not know its own answer"
    return made


def _object(cls: type, path: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    models, own = importlib.import_module(_MODELS), importlib.import_module(cls.__module__)
    hints = typing.get_type_hints(cls, {**vars(models), **vars(own)})
    found: dict[str, Any] = {}
    for field in attrs.fields(cls):
        if field.name == "additional_properties":
            continue
        name = field.name.rstrip("_")
        inner = f"{path}.{name}"
        value = changes[name] if name in changes else _value(hints[field.name], inner, changes)
        found[name] = value
    return found


def _value(hint: Any, path: str, changes: Mapping[str, Any]) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(h for h in typing.get_args(hint) if h not in (Unset, type(None)))
    if typing.get_origin(hint) is list:
        (item,) = typing.get_args(hint)
        return [_value(item, path, changes)]
    if isinstance(hint, type) and attrs.has(hint):
        return _object(hint, path, changes)
    return _plain(hint, path)


def _plain(hint: Any, path: str) -> Any:
    name = path.rpartition(".")[2]
    number = 10 + zlib.crc32(path.encode()) % 90  # the same field has the same value
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint)).value
    if hint is bool:
        return False
    if name.endswith(_IDS):
        return _typed(hint, str(1_700_000_000_000_000_000 + number))
    if name in ("start_date", "end_date", "latest_available_date"):
        return DAY.isoformat() if name != "end_date" else date(2026, 10, 14).isoformat()
    if hint is date:
        return DAY.isoformat()
    if hint is datetime:
        return f"{DAY}T20:00:00+00:00"
    if name.endswith(_MOMENTS):
        return _typed(hint, str(_SECONDS))
    if name == "currency":
        return "USD"
    if name.endswith(_RATES):
        return _typed(hint, f"0.{number}")
    return _typed(hint, str(number))


def _typed(hint: Any, text: str) -> Any:
    return hint(text) if hint in (int, float) and "." not in text else text
