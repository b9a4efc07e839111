"""A new rule and a skeleton of its cases, as text, from conditions like `ctr=low`."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from advisor.cli.scaffold.write import render, toml
from advisor.errors import Mistakes
from advisor.knowledge import load_rule
from advisor.metrics import metric_of
from advisor.model import LEVELS, TRENDS, Action, Rule, Vocabulary, frozen

HOW = "write it like ctr=low, ctr=low,good, roas<=1.5, product_clicks>=500 or ctr=falling"

_ASK = re.compile(r"([^<>=\s]+)\s*(<=|>=|=)\s*(.+)")
_LIMITS = {">=": "at-least", "<=": "at-most"}


@frozen
class Asked:
    """The conditions of a rule that is to be written: `[when]`, and its trends."""

    when: Mapping[str, Mapping[str, Any]]
    trends: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.when, *self.trends]))


@frozen
class NewRule:
    """The two files of a rule, and the rule as it is read from them."""

    rule: Rule
    text: str
    cases: str


def read_conditions(texts: Iterable[str]) -> Asked:
    """Read conditions as they are given on the command line; raises Mistakes with all that is
    wrong in them. Names are checked when the rule is read."""
    when: dict[str, dict[str, Any]] = {}
    trends: dict[str, str] = {}
    wrong: list[str] = []
    for text in texts:
        found = _ASK.fullmatch(text.strip())
        if found is None:
            wrong.append(f"{text!r}: is no condition; {HOW}")
            continue
        name, sign, value = found.groups()
        words = [word.strip() for word in value.split(",")]
        if len(words) == 1 and words[0] in TRENDS and sign == "=":
            trends[name] = words[0]
            continue
        key = _LIMITS.get(sign, "is")
        limit = _number(value)
        if key in when.get(name, {}):
            wrong.append(f"{text!r}: {name} has this already; several levels are ctr=low,good")
        elif sign in _LIMITS and limit is None:
            wrong.append(f"{text!r}: {value!r} is no number; {HOW}")
        else:
            when.setdefault(name, {})[key] = limit if sign in _LIMITS else words
    if wrong:
        raise Mistakes(wrong, where="conditions")
    return Asked(when, trends)


def suggested_id(asked: Asked, taken: Container[str]) -> str:
    """An id that says what is seen: `low-ctr`; `our-low-ctr` where that is *taken*."""
    seen = [f"{_how(asked, name)}-{name}" for name in asked.names[:2]]
    found = re.sub(r"[^a-z0-9]+", "-", "-".join(seen).lower()).strip("-")
    return f"our-{found}" if found in taken else found


def new_rule(
    head: Mapping[str, str | None],
    asked: Asked,
    folder: str,
    vocabulary: Vocabulary,
    known: Sequence[Rule],
) -> NewRule:
    """The rule with the keys of *head* (id, subject, severity, goal) that asks what is *asked*, for
    the pack *folder*. The nearest of the rules that are *known* lends its lever.

    Raises Mistakes with everything that no rule file may say.
    """
    subject = head["subject"] or ""
    symbols = [name for name in asked.names if name in vocabulary.symbols]
    like = nearest_action(asked, subject, known, vocabulary)
    context = {
        "folder": folder,
        "rule": head,
        "kind": vocabulary.subjects[subject].title if subject in vocabulary.subjects else subject,
        "asked": asked,
        "symbols": symbols,
        "conditions": [_condition(asked, name, vocabulary) for name in asked.names],
        "seen": [_seen(asked, name, vocabulary) for name in asked.names],
        "action": like or _any_lever(vocabulary),
        "owner": like.owner if like else next(iter(vocabulary.roles), "owner"),
        "done": {
            name: [level for level in LEVELS if level not in _levels(asked, name)]
            for name in asked.names
            if 0 < len(_levels(asked, name)) < len(LEVELS) and name not in symbols
        },
    }
    text = render("rule/rule.toml.j2", context)
    rule = load_rule(text, pack_id=folder, where=f"{head['id']}.toml", vocabulary=vocabulary)
    metrics = [metric_of(n, vocabulary) for n in asked.names if n not in symbols]
    context |= {
        "counts": dict.fromkeys(c for m in metrics if not m.derived for c in m.counts()),
        "derived": [metric.id for metric in metrics if metric.derived],
    }
    return NewRule(rule, text, render("rule/cases.toml.j2", context))


def nearest_action(
    asked: Asked, subject: str, known: Iterable[Rule], vocabulary: Vocabulary
) -> Action | None:
    """The first action of the rule that asks most alike, where one asks anything alike."""
    wanted = {(name, level) for name in asked.names for level in ("", *_levels(asked, name))}

    def alike(rule: Rule) -> tuple[int, bool]:
        theirs = {(t.name, level) for t in rule.when.own() for level in ("", *t.is_)}
        return len(wanted & theirs), rule.subject == subject

    sound = (rule for rule in known if rule.actions and rule.actions[0].lever in vocabulary.levers)
    best = max(sorted(sound, key=lambda rule: rule.id), key=alike, default=None)
    return best.actions[0] if best is not None and alike(best)[0] else None


def _levels(asked: Asked, name: str) -> Sequence[str]:
    levels: Sequence[str] = asked.when.get(name, {}).get("is", ())
    return levels


def _how(asked: Asked, name: str) -> str:
    limit = "few" if "at-most" in asked.when.get(name, {}) else "many"
    return asked.trends.get(name) or "-or-".join(_levels(asked, name)) or limit


def _condition(asked: Asked, name: str, vocabulary: Vocabulary) -> str:
    limits = {key: v for key, v in asked.when.get(name, {}).items() if key != "is"}
    how = [
        asked.trends.get(name, ""),
        " or ".join(_levels(asked, name)),
        *(f"{key.replace('-', ' ')} {toml(limit)}" for key, limit in limits.items()),
    ]
    return " ".join([_title(name, vocabulary), *filter(None, how)])


def _seen(asked: Asked, name: str, vocabulary: Vocabulary) -> str:
    usual = f" where {{{name}.band}} is usual"
    is_metric = name not in vocabulary.symbols
    after = f" after {{{name}.before}}" if name in asked.trends else ""
    band = usual if is_metric and not after and _levels(asked, name) else ""
    return f"{_title(name, vocabulary)} {{{name}}}{after}{band}"


def _title(name: str, vocabulary: Vocabulary) -> str:
    """How *name* is called in sentences; unknown names are told when the rule is read."""
    symbol = vocabulary.symbols.get(name)
    if symbol is not None:
        return symbol.title
    known = name in vocabulary.metrics or name in vocabulary.counts
    return metric_of(name, vocabulary).title if known else name


def _any_lever(vocabulary: Vocabulary) -> Mapping[str, str]:
    """The first lever and direction that ask for no more money: that is no rule's only advice."""
    ways = ((lever, d) for lever in vocabulary.levers.values() for d in lever.directions)
    return next({"lever": v.id, "direction": d} for v, d in ways if d not in v.spends)


def _number(text: str) -> float | None:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return None
