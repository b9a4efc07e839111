"""Rule files: TOML in, rules out, with every mistake of a file at once."""

import copy
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from advisor.errors import Mistakes
from advisor.knowledge.condition_parser import ConditionReader
from advisor.knowledge.rule_checks import (
    unknown_words,
    wrong_actions,
    wrong_names,
    wrong_override,
    wrong_texts,
)
from advisor.knowledge.rule_table import RuleTable
from advisor.model import After, Rule, Vocabulary, parse_toml, structure, texts_of

_UNKNOWN_KEY = re.compile(r"unknown key '([^']*)'(?:; did you mean '([^']*)'\?)?")
_ROUNDS = 3  # a value that is stood in for may hide another one
_STAND_INS: Mapping[str | int, Any] = {
    "id": "rule",
    "subject": "shop",
    "severity": "low",
    "says": {"healthy": "-", "finding": "-", "why": "-"},
    "healthy": "-",
    "finding": "-",
    "why": "-",
    "lever": "-",
    "direction": "-",
    "do": "-",
    "steps": ["-"],
    "owner": "owner",
    "effort": 1,
    "stop": "-",
    "done": {},
}


def load_rule(
    text: str,
    *,
    pack_id: str,
    where: str,
    vocabulary: Vocabulary,
    limits: Mapping[str, float] | None = None,
) -> Rule:
    """The rule that *text* (TOML) holds.

    *where* is the file's path, used in messages; its name is the rule's id. *limits* are those of
    its pack, which stand above its own. Raises Mistakes with everything that is wrong, each with
    its place in the file.
    """
    raw = parse_toml(text, where=where)
    subject, own = raw.get("subject"), raw.get("limits")
    above = limits or {}
    known = {**(own if isinstance(own, Mapping) else {}), **above}
    reader = ConditionReader(subject if isinstance(subject, str) else "", vocabulary, known)
    when = reader.when(raw.pop("when", None), raw.pop("with", None))
    unless = reader.unless(raw.pop("unless", None))
    file, wrong = _structured(_listed(raw), where)
    if file is None:
        raise Mistakes([*wrong, *unknown_words(raw, vocabulary), *reader.wrong], where=where)
    told = {line.partition(":")[0] for line in wrong if not _UNKNOWN_KEY.search(line)}
    over = None
    if file.after is not None and file.after.over is not None:
        way = reader.relation(file.after.over, "after.over")
        over = way[0] if way else None
    asks = bool(when) or file.after is not None
    if not asks and not reader.wrong:
        wrong.append("when: is missing; write the symptom that the rule looks for")

    def full(short: str) -> str:
        return short if "/" in short else f"{pack_id}/{short}"

    rule = Rule(
        id=full(file.id),
        subject=file.subject,
        severity=file.severity,
        when=when,
        says=file.says,
        actions=file.action,
        goal=file.goal,
        guide=file.guide,
        origin=file.source,
        status=file.status,
        unless=unless,
        after=After(tuple(map(full, file.after.finding)), over) if file.after else None,
        explains=tuple(map(full, file.explains)),
        needs=file.needs,
        profile=file.profile,
        check=file.check,
        whole=file.whole,
        aliases=tuple(map(full, file.aliases)),
        overrides=file.overrides,
        effective_from=file.effective_from,
        effective_until=file.effective_until,
        region=file.region,
        tags=file.tags,
        limits={name: known[name] for name in sorted(reader.used)},
        story=file.story,
        file=where,
    )
    more = [
        *wrong_names(file, vocabulary, where),
        *(f"limits.{name}: no condition names it" for name in file.limits.keys() - reader.used),
        *wrong_override(rule),
        *reader.wrong,
        *wrong_texts(rule, vocabulary, conditions_read=asks and not reader.wrong),
        *wrong_actions(rule, vocabulary),
    ]
    wrong += [line for line in more if not _already_reported(line.partition(":")[0], told)]
    if wrong:
        raise Mistakes(wrong, where=where)
    return rule


def _structured(raw: dict[str, Any], where: str) -> tuple[RuleTable | None, list[str]]:
    """The file as a table, and what is wrong in it. A value that cannot be read is told once and
    then stood in for, so that what else is wrong is told in the same round; None where too much
    is."""
    wrong: list[str] = []
    raw = copy.deepcopy(raw)
    for _ in range(_ROUNDS):
        try:
            return structure(raw, RuleTable, where=where), wrong
        except Mistakes as error:
            named = {f"{place}: " for line in error.mistakes for place in _key_as_meant(raw, line)}
            lines = [line for line in error.mistakes if not line.startswith(tuple(named))]
            wrong += [line for line in lines if line not in wrong]
            for line in lines:
                if not _UNKNOWN_KEY.search(line):
                    _stand_in(raw, line.partition(":")[0])
    return None, wrong


def _already_reported(place: str, told: Collection[str]) -> bool:
    """Whether *place*, or what holds it, was told already."""
    return any(place == one or place.startswith((f"{one}.", f"{one}[")) for one in told)


def _key_as_meant(raw: dict[str, Any], line: str) -> Iterator[str]:
    """Takes the unknown keys that *line* tells out of their table. A misspelled key is read as the
    one that was meant, where that is missing; the places of those."""
    found = _UNKNOWN_KEY.findall(line)
    place = "" if line.startswith("unknown key ") else line.partition(":")[0]
    inside: Any = raw
    try:
        for step in _steps(place) if found else ():
            inside = inside[step]
        for key, meant in found:
            value = inside.pop(key)
            if meant and meant not in inside:
                inside[meant] = value
                yield f"{place}.{meant}".lstrip(".")
    except (AttributeError, IndexError, KeyError, TypeError):
        return


def _steps(place: str) -> list[str | int]:
    return [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", place)]


def _stand_in(raw: dict[str, Any], place: str) -> None:
    """Puts something readable where *place* (`action[0].effort`) points, or takes it out."""
    steps = _steps(place)
    inside: Any = raw
    try:
        for step in steps[:-1]:
            inside = inside[step]
        last = steps[-1]
        if last in _STAND_INS and steps[0] != "story":
            inside[last] = copy.deepcopy(_STAND_INS[last])
        else:
            del inside[last]
    except (IndexError, KeyError, TypeError):
        return


def rule_texts(text: str, *, where: str) -> list[str]:
    """The texts of a rule file that reports print; none where *text* (TOML) holds no rule."""
    raw = parse_toml(text, where=where)
    if "says" not in raw:
        return []
    for conditions in ("when", "with", "unless"):
        raw.pop(conditions, None)
    return texts_of(structure(_listed(raw), RuleTable, where=where))


def _listed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """*raw* with lists where one word may be written for a list of one."""
    listed = dict(raw)
    for key in ("explains", "region", "tags", "needs", "aliases", "guide"):
        if key in listed:
            listed[key] = _list(listed[key])
    after = listed.get("after")
    if isinstance(after, Mapping) and "finding" in after:
        listed["after"] = {**after, "finding": _list(after["finding"])}
    source = listed.get("source")
    if isinstance(source, Mapping) and isinstance(source.get("date"), date):
        listed["source"] = {**source, "date": source["date"].isoformat()}
    actions = listed.get("action")
    if isinstance(actions, list):
        listed["action"] = [_action(action) for action in actions]
    return listed


def _action(action: Any) -> Any:
    if isinstance(action, Mapping) and isinstance(action.get("done"), Mapping):
        return {**action, "done": {key: _list(value) for key, value in action["done"].items()}}
    return action


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value
