"""Statuses of what is advertised or sold: whether it runs, from codes and words in any language.

The words are in `states.toml`, so that another language is data.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import polars as pl

from advisor.model import frozen, parse_toml, structure
from advisor.tabular import cells

_FILE = "states.toml"
_BETWEEN = "; "
_MOST_WORDS = 4
_TOLD = {"text": pl.String, "running": pl.Float64}
_FEW = 16  # statuses of one file that are remembered together


@frozen
class _Words:
    over: tuple[str, ...]
    waiting: tuple[str, ...]
    idle: tuple[str, ...]
    running: tuple[str, ...]
    aside: tuple[str, ...]


@frozen(eq=False)
class States:
    """*running* has 1, 0 or null for each row; *unknown* rows have a status that is not known,
    *words* are the first of them."""

    running: pl.Series
    unknown: int
    words: tuple[str, ...]


@cache
def _words() -> _Words:
    text = (files("advisor.tabular") / _FILE).read_text(encoding="utf-8")
    return structure(parse_toml(text, where=_FILE), _Words, where=_FILE)


def states(columns: Iterable[pl.Series]) -> States:
    """What several columns of statuses say together; one that says that it is over decides."""
    parts = {str(at): column for at, column in enumerate(columns)}
    known = cells.known(pl.all())
    text = pl.concat_str(known, separator=_BETWEEN, ignore_nulls=True).alias("text")
    told = pl.LazyFrame(parts).select(text).collect(engine="in-memory").to_series()
    # Few statuses are on many rows, and of many files: each is looked at once.
    each = tuple(told.unique(maintain_order=True))
    running = _known(each) if len(each) <= _FEW else _told(each)
    strange = [one for one, runs in zip(each, running, strict=True) if one and runs is None]
    unknown = int(told.is_in(strange).sum()) if strange else 0
    ends = pl.DataFrame({"text": each, "running": running}, schema=_TOLD)
    # Of no text at all it would be one of texts.
    found = told.replace_strict(ends["text"], ends["running"]).cast(pl.Float64)
    return States(found.alias("running"), unknown, tuple(strange[:_MOST_WORDS]))


def _told(texts: Sequence[str]) -> tuple[float | None, ...]:
    """Whether what has a status runs, for each of *texts*."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return tuple(frame.select(_running()).to_series())


_known = lru_cache(maxsize=1 << 8)(_told)


@cache
def _running() -> pl.Expr:
    words, text = _words(), pl.col("text")
    # Codes of an API stand in words too: AD_STATUS_CAMPAIGN_DISABLE.
    said = text.str.to_lowercase().str.replace_all("_", " ", literal=True).str.strip_chars()
    own = said.str.replace_all(f"{_any(words.aside)}[^;,|/]*", " ")
    return (
        pl.when(own.str.contains(_any(words.over)))
        .then(0.0)
        .when(said.str.contains(_any(words.waiting)))
        .then(1.0)
        .when(own.str.contains(_any(words.idle)))
        .then(0.0)
        .when(own.str.contains(_any(words.running)))
        .then(1.0)
    )


def _any(stems: Iterable[str]) -> str:
    """A pattern for any of *stems*, at the beginning of a word where the script has words, and to
    its end where a stem ends in a dot."""
    return "(?:" + "|".join(_pattern(stem.lower()) for stem in stems) + ")"


def _pattern(stem: str) -> str:
    whole = stem.endswith(".")
    begins = r"\b" if _has_words(stem) else ""
    return f"{begins}{re.escape(stem.removesuffix('.'))}" + (r"\b" if whole else "")


def _has_words(stem: str) -> bool:
    """Whether words of the script are written apart: of Latin and Cyrillic letters."""
    return stem[0] < "\u0600"
