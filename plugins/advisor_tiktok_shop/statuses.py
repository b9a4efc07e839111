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
    affiliate: Mapping[str, tuple[str, ...]]


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


def is_settling(status: pl.Expr) -> pl.Expr:
    """Whether the status of an affiliate order is one of an order that counts."""
    return _is_one_of(status, _statuses().affiliate["counts"])


def is_ineligible(status: pl.Expr) -> pl.Expr:
    """Whether an affiliate order brings no commission: it was cancelled or returned."""
    return _is_one_of(status, _statuses().affiliate["ineligible"])


def says_yes(answer: pl.Expr) -> pl.Expr:
    """Whether a cell answers a question with yes."""
    return _is_one_of(answer, _statuses().affiliate["yes"])


def _is_one_of(text: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    told = text.str.strip_chars().str.to_lowercase()
    return told.is_in([word.lower() for word in words]).fill_null(value=False)


def _meaning(status: pl.Expr, words: Mapping[str, tuple[str, ...]]) -> pl.Expr:
    table = {word.lower(): meaning for meaning, told in words.items() for word in told}
    said = status.str.strip_chars().str.to_lowercase()
    return said.replace_strict(list(table), list(table.values()), default=None)
