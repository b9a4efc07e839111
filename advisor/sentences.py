"""What the placeholders of a rule's texts stand for, on one subject."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from advisor import text as texts
from advisor.grade import Graded, Grader
from advisor.measure import metric_of
from advisor.rule import Rule
from advisor.vocabulary import Unit


def all_texts(rule: Rule) -> tuple[str, ...]:
    """Every text of *rule* that may hold placeholders."""
    actions = (sentence for action in rule.actions for sentence in (action.do, *action.steps))
    return (rule.says.finding, rule.says.why, *actions)


def parameters(
    rule: Rule,
    graded: Graded,
    row: int,
    grader: Grader,
    names: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """A value for each placeholder in *rule*'s texts, ready to print.

    *row* is the subject's row in *graded*; *names* holds names of other subjects by kind: parents
    and those the subject is joined with.
    """
    wanted = dict.fromkeys(p for sentence in all_texts(rule) for p in texts.placeholders(sentence))
    frame = graded.frame[row : row + 1]
    values = frame.row(0, named=True)
    known = {**(names or {}), rule.subject: str(values["name"])}
    return {name: _text(name, frame, values, graded, grader, known) for name in wanted}


def _text(
    placeholder: str,
    frame: pl.DataFrame,
    values: Mapping[str, Any],
    graded: Graded,
    grader: Grader,
    names: Mapping[str, str],
) -> str:
    vocabulary = grader.vocabulary
    if placeholder in vocabulary.symbols:
        return str(values.get(placeholder) or texts.NOT_KNOWN)
    stem, _, part = placeholder.rpartition(".")
    if part == "name":
        return names.get(stem, texts.NOT_KNOWN)
    if part not in texts.PARTS:
        stem, part = placeholder, ""
    unit = metric_of(stem, vocabulary).unit
    currency = grader.business.currency
    if part == "band":
        band = graded.bands.get(stem)
        if band is None:
            return texts.NOT_KNOWN
        low, high = grader.edges(band, frame)
        edges = frame.select(low.alias("low"), high.alias("high")).row(0)
        return texts.band(_known(edges[0]), _known(edges[1]), unit, currency)
    column = {"low": ".lo", "high": ".hi", "n": ".n", "before": ".before", "": ""}[part]
    value = _known(values.get(f"{stem}{column}"))
    if value is None:
        return texts.NOT_KNOWN
    return texts.number(value, Unit.NUMBER if part == "n" else unit, currency)


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
