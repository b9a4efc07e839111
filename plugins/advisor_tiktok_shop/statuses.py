"""Statuses of orders and returns in the languages of the shops: which rows count, and why not."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import attrs
import polars as pl

from advisor import parse_toml, structure

_FILE = "statuses.toml"


@attrs.frozen
class _Statuses:
    orders: Mapping[str, tuple[str, ...]]
    returns: Mapping[str, tuple[str, ...]]


@cache
def _statuses() -> _Statuses:
    text = (files("advisor_tiktok_shop") / _FILE).read_text(encoding="utf-8")
    return structure(parse_toml(text, where=_FILE), _Statuses, where=_FILE)


def order_status(status: pl.Expr) -> pl.Expr:
    """`sale`, or why a row of an order is none; null where the status is not known."""
    return _meaning(status, _statuses().orders)


def return_status(status: pl.Expr) -> pl.Expr:
    """Why a row of a return is no loss; null where it is one."""
    return _meaning(status, _statuses().returns)


def _meaning(status: pl.Expr, words: Mapping[str, tuple[str, ...]]) -> pl.Expr:
    table = {word.lower(): meaning for meaning, told in words.items() for word in told}
    said = status.str.strip_chars().str.to_lowercase()
    return said.replace_strict(list(table), list(table.values()), default=None)
