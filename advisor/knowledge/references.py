"""Rules that name other rules, and finding a rule by its name."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

from advisor.errors import AdvisorError, Mistakes, unknown
from advisor.knowledge.strata import stratify
from advisor.model import Rule


def check_references(rules: Iterable[Rule]) -> None:
    """Raises Mistakes where a rule refers to a rule that is not there.

    *rules* are those of all packs; a former id (aliases) is as good as the present one.
    """
    rules = tuple(rules)
    wrong: list[str] = []
    by_id: dict[str, Rule] = {}
    for rule in rules:
        for name in (rule.id, *rule.aliases):
            other = by_id.setdefault(name, rule)
            if other is not rule:
                wrong.append(f"{rule.id}: the id {name!r} is also that of {other.id}")
    for rule in rules:
        wrong += unknown_references(rule, by_id)
        for place, name in _references(rule):
            found = by_id.get(name, rule)
            if place == "overrides" and found.overrides is not None and found is not rule:
                wrong.append(f"{rule.id}: {place}: {name} itself replaces {found.overrides}")
            elif found is rule and name in by_id:
                wrong.append(f"{rule.id}: {place}: a rule cannot refer to itself")
    if wrong:
        raise Mistakes(wrong, where="rules")


def unknown_references(rule: Rule, names: Collection[str]) -> list[str]:
    """List what *rule* refers to that is none of *names*."""
    return [
        f"{rule.id}: {place}: {unknown('rule', name, names)}"
        for place, name in _references(rule)
        if name not in names
    ]


def _references(rule: Rule) -> Iterator[tuple[str, str]]:
    for name in rule.after.findings if rule.after else ():
        yield "after", name
    for name in rule.explains:
        yield "explains", name
    if rule.overrides:
        yield "overrides", rule.overrides


def check_circles(rules: Iterable[Rule]) -> None:
    """Raises AdvisorError, with the path, where rules wait for each other or explain each other."""
    rules = tuple(rules)
    stratify({rule.id: frozenset(rule.after.findings if rule.after else ()) for rule in rules})
    stratify({rule.id: frozenset(rule.explains) for rule in rules})


def rule_called(name: str, rules: Iterable[Rule], *, where: str = "", hint: str = "") -> Rule:
    """The rule of *rules* with this full, short or former id, the first where several have it.

    Raises AdvisorError with the nearest name where there is none.
    """
    known = tuple(rules)
    for names in (
        {rule.id: rule for rule in known},
        {rule.short_id: rule for rule in reversed(known)},
        {name: rule for rule in reversed(known) for name in rule.names},
    ):
        if name in names:
            return names[name]
    offered = [one for rule in known for one in (rule.id, rule.short_id)]
    raise AdvisorError(unknown("rule", name, offered), where=where, hint=hint)


def resolve_aliases(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """*rules* with every former id in `after` and `explains` replaced by the present one."""
    rules = tuple(rules)
    present = {alias: rule.id for rule in rules for alias in rule.aliases}

    def now(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(present.get(name, name) for name in names))

    def referring(rule: Rule) -> Rule:
        after = rule.after and attrs.evolve(rule.after, findings=now(rule.after.findings))
        return attrs.evolve(rule, explains=now(rule.explains), after=after)

    return tuple(referring(rule) if rule.explains or rule.after else rule for rule in rules)
