"""What somebody wants a new rule to look for: `ctr=low`, `product_clicks>=500`, `cpc=rising`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import attrs

from advisor.errors import Mistakes, unknown
from advisor.knowledge import ID, ConditionReader
from advisor.metrics import metric_of
from advisor.model import (
    LEVELS,
    TRENDS,
    Against,
    Bands,
    Business,
    Conditions,
    Severity,
    Test,
    Unit,
    Vocabulary,
    frozen,
)
from advisor.testing.case_runner import LAST_DAY

# Whose bands the cases are held against; a margin only where a band asks for one.
SHOP = Business(size="small", currency="USD")
SHOP_WITH_MARGIN = attrs.evolve(SHOP, margin=0.4)
HOW = "write it like ctr=low, ctr=low,good, roas<=1.5, product_clicks>=500 or ctr=falling"

_ASK = re.compile(r"([^<>=\s]+)\s*(<=|>=|=)\s*(.+)")
_LIMITS = {">=": "at-least", "<=": "at-most"}

Table = dict[str, Any]


@frozen
class Wish:
    """A rule that is to be written. *asks* are its conditions as they were given."""

    id: str
    subject: str
    severity: Severity
    asks: tuple[str, ...]
    goal: str | None = None


def tables(asks: Iterable[str]) -> tuple[dict[str, Table], dict[str, str]]:
    """`[when]` and `[when.trend]` of *asks*: what is asked of each name, and its trend.

    Raises Mistakes with everything that cannot be read.
    """
    when: dict[str, Table] = {}
    trends: dict[str, str] = {}
    wrong: list[str] = []
    for ask in asks:
        found = _ASK.fullmatch(ask.strip())
        if found is None:
            wrong.append(f"{ask!r}: is no condition; {HOW}")
            continue
        name, sign, text = found.groups()
        words = [word.strip() for word in text.split(",")]
        if sign in _LIMITS:
            limit = _number(text)
            if limit is None:
                wrong.append(f"{ask!r}: {text!r} is no number; {HOW}")
            elif _LIMITS[sign] in when.get(name, {}):
                wrong.append(f"{ask!r}: {name} has such a limit already")
            else:
                when.setdefault(name, {})[_LIMITS[sign]] = limit
        elif len(words) == 1 and words[0] in TRENDS:
            trends[name] = words[0]
        elif "is" in when.get(name, {}):
            wrong.append(
                f"{ask!r}: {name} has levels already; write them in one, as in ctr=low,good"
            )
        else:
            when.setdefault(name, {})["is"] = words
    if wrong:
        raise Mistakes(wrong, where="conditions")
    return when, trends


def conditions(wish: Wish, vocabulary: Vocabulary) -> Conditions:
    """What *wish* asks, checked as in a rule file.

    Raises Mistakes with every name that nobody knows, each with the nearest one.
    """
    wrong: list[str] = []
    if not ID.fullmatch(wish.id):
        wrong.append(f"id: {wish.id!r}; small letters, digits and hyphens, like weak-hook")
    if wish.subject not in vocabulary.subjects:
        wrong.append(f"subject: {unknown('subject', wish.subject, vocabulary.subjects)}")
    if wish.goal is not None and wish.goal not in vocabulary.goals:
        wrong.append(f"goal: {unknown('goal', wish.goal, vocabulary.goals)}")
    found = Conditions()
    try:
        found = read(wish.asks, wish.subject, vocabulary)
    except Mistakes as error:
        wrong += error.mistakes
    if not wish.asks:
        wrong.append(f"conditions: there is none; {HOW}")
    if wrong:
        raise Mistakes(wrong, where="the new rule")
    return found


def read(asks: Sequence[str], subject: str, vocabulary: Vocabulary) -> Conditions:
    """*asks* of a kind of *subject*; raises Mistakes with all that is wrong in them."""
    when, trends = tables(asks)
    reader = ConditionReader(subject, vocabulary)
    raw: Table = {**when, "trend": trends} if trends else dict(when)
    found = reader.when(raw, None)
    if reader.wrong:
        raise Mistakes([line.removeprefix("when.") for line in reader.wrong], where="conditions")
    return found


def business(tests: Iterable[Test], kind: str, bands: Bands, vocabulary: Vocabulary) -> Business:
    """The shop of the cases: one in whose bands every level that *tests* ask for can be.

    Raises Mistakes where a metric has no such band.
    """
    shops = (SHOP, SHOP_WITH_MARGIN)
    found = {shop: _without_band(tests, kind, bands, vocabulary, shop) for shop in shops}
    for shop, wrong in found.items():
        if not wrong:
            return shop
    raise Mistakes(found[SHOP_WITH_MARGIN], where="conditions")


def edges(
    name: str, kind: str, bands: Bands, shop: Business, day: date
) -> tuple[float | None, float | None] | None:
    """The band of *name* for a subject like any other; None where there is none."""
    for one in bands.resolve(name, kind, shop, day).edges:
        if one.of is None:
            return one.low, one.high
    return None


def short_id(conditions_: Conditions) -> str:
    """An id that says what is seen: `low-ctr`, `high-cpc-falling-ctr`."""
    words = []
    for test in conditions_.tests:
        how = test.trend or "-or-".join(test.is_)
        limit = "few" if test.at_most is not None else "many"
        words.append(f"{how or limit}-{test.name}")
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words[:2]).lower()).strip("-")


def _without_band(
    tests: Iterable[Test], kind: str, bands: Bands, vocabulary: Vocabulary, shop: Business
) -> list[str]:
    wrong: list[str] = []
    for test in tests:
        levels = test.is_ if test.against is Against.BAND else ()
        if not levels or test.name in vocabulary.symbols:
            continue
        share = metric_of(test.name, vocabulary).unit is Unit.SHARE
        limit = f"give a limit instead, like {test.name}<={'0.05 (5 %)' if share else '10'}"
        band = edges(test.name, kind, bands, shop, LAST_DAY)
        if band is None:
            wrong.append(f"{test.name}: no band is known for it on a {kind}; {limit}")
            continue
        ends = dict(zip((LEVELS[0], LEVELS[2]), band, strict=True))
        never = [level for level, edge in ends.items() if edge is None]
        wrong += [
            f"{test.name}: its band has no {level} end, so it is never {level}; {limit}"
            for level in levels
            if level in never
        ]
        if {*levels, *never} == set(LEVELS) and not set(levels) & set(never):
            never_so = " and never ".join(never)
            wrong.append(f"{test.name}: by its band it is never {never_so}, so this asks nothing")
    return wrong


def _number(text: str) -> float | None:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return None
