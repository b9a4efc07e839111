"""Clauses as durable_rules' rule sets, inside the limits at which that library breaks.

Its names are compared by a 32-bit hash, `id`, `sid` and `$` mean something to it, and strings
cost more than numbers: so kinds, relations, conditions, rules and subjects all become small
numbers here, and no name of a plugin's ever reaches the library.

A fact is a JSON object with one of these sets of properties:

    key, k, c0, c1 …    a subject, its kind, and a 1 for each condition that is true
    from, to, r         a link and its relation
    on, f               a finding on a subject, and its rule
    end                 the last fact of a session
"""

from collections.abc import Iterable, Sequence

from advisor.errors import AdvisorError
from advisor.judge.engine.program import After, Clause, Join, Pattern
from advisor.model import frozen

# A fact that passes 65 tests side by side is error 303; one with 250 properties ends the process;
# more than 256 rules on one condition are error 108, and 17 joined facts error 304.
MAX_TESTS = 48
MAX_CONDITIONS_OF_KIND = 180
MAX_USES = 200
MAX_JOINED = 15


@frozen
class Body:
    """What a clause asks, without what it derives."""

    subject: Pattern
    joins: tuple[Join, ...]
    after: tuple[After, ...]

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Its subject's pattern, then its partners'."""
        return (self.subject, *(join.pattern for join in self.joins))

    @property
    def relations(self) -> tuple[str, ...]:
        """Every relation it follows."""
        joined = (join.relation for join in self.joins)
        return (*joined, *(after.relation for after in self.after if after.relation is not None))

    @property
    def facts(self) -> int:
        """How many facts meet in one match."""
        return 1 + len(self.joins) + len(self.after) + len(self.relations)


@frozen
class RuleSet:
    """Bodies that fit into one rule set, each with the heads (head, rule) that it derives."""

    bodies: tuple[tuple[Body, tuple[tuple[str, str], ...]], ...]
    conditions: dict[str, dict[str, str]]
    patterns: dict[str, tuple[frozenset[str], ...]]
    kinds: dict[str, int]
    relations: dict[str, int]
    rules: dict[str, int]

    def definition(self, index: int) -> list[dict[str, object]]:
        """The facts that one body joins, in durable_rules' own JSON."""
        body = self.bodies[index][0]
        facts: list[dict[str, object]] = [self._fact("x", body.subject)]
        for number, join in enumerate(body.joins):
            facts.append(self._link(f"l{number}", join.relation))
            facts.append(self._fact(f"p{number}", join.pattern, joined={f"l{number}": "to"}))
        for number, after in enumerate(body.after):
            on = {"x": "key"}
            if after.relation is not None:
                facts.append(self._link(f"a{number}", after.relation))
                on = {f"a{number}": "to"}
            facts.append({f"f{number}": {"$and": [{"f": self.rules[after.rule]}, {"on": on}]}})
        return facts

    def _fact(
        self, alias: str, pattern: Pattern, joined: dict[str, str] | None = None
    ) -> dict[str, object]:
        names = self.conditions[pattern.kind]
        tests: list[dict[str, object]] = [{"k": self.kinds[pattern.kind]}]
        tests += [{names[condition]: 1} for condition in sorted(pattern.true)]
        if joined:
            # The library shares equal tests between rules, but never a join: so that goes last,
            # where only facts that are meant come by. (First is safer only next to an `$or`.)
            tests.append({"key": joined})
        return {alias: {"$and": tests}}

    def _link(self, alias: str, relation: str) -> dict[str, object]:
        return {alias: {"$and": [{"r": self.relations[relation]}, {"from": {"x": "key"}}]}}


def rulesets(clauses: Iterable[Clause]) -> tuple[RuleSet, ...]:
    """*clauses* merged by body and split into as few rule sets as the limits allow.

    Raises AdvisorError for a clause that is too large for any rule set.
    """
    heads: dict[Body, dict[tuple[str, str], None]] = {}
    for clause in clauses:
        body = Body(clause.subject, clause.joins, clause.after)
        _refuse_too_large(clause, body)
        heads.setdefault(body, {})[clause.head, clause.rule] = None
    return tuple(
        _ruleset([(body, tuple(heads[body])) for body in bodies]) for bodies in _split(heads)
    )


def _refuse_too_large(clause: Clause, body: Body) -> None:
    problems = []
    if body.facts > MAX_JOINED:
        problems.append(f"joins {body.facts} facts, at most {MAX_JOINED} can be joined")
    wanted: dict[str, set[str]] = {}
    for pattern in body.patterns:
        wanted.setdefault(pattern.kind, set()).update(pattern.true)
    problems += [
        f"asks {len(conditions)} conditions of {kind}, at most {MAX_CONDITIONS_OF_KIND} can be"
        for kind, conditions in wanted.items()
        if len(conditions) > MAX_CONDITIONS_OF_KIND
    ]
    if problems:
        raise AdvisorError(
            " and ".join(problems),
            where=f"rule {clause.rule}",
            hint="split it in two rules, one after the other",
        )


def _split(bodies: Iterable[Body]) -> list[list[Body]]:
    parts: list[list[Body]] = []
    room = _Room()
    for body in bodies:
        if not parts or not room.take(body):
            room = _Room()
            room.take(body)
            parts.append([])
        parts[-1].append(body)
    return parts


class _Room:
    """What one rule set still has room for."""

    def __init__(self) -> None:
        self._uses = 0
        self._tests: dict[str, set[object]] = {}
        self._conditions: dict[str, set[object]] = {}

    def take(self, body: Body) -> bool:
        """Make room for *body*; False, and nothing changed, where there is not enough."""
        tests: dict[str, set[object]] = {f"kind {body.subject.kind}": {body.subject.true}}
        conditions: dict[str, set[object]] = {}
        for pattern in body.patterns:
            conditions.setdefault(pattern.kind, set()).update(pattern.true)
        joined = [f"kind {join.pattern.kind}" for join in body.joins]
        joined += [f"relation {relation}" for relation in body.relations]
        joined += [f"finding {after.rule}" for after in body.after]
        for number, what in enumerate(joined, start=self._uses):
            # A join is a test of its own, even where another rule has the same.
            tests.setdefault(what, set()).add(number)
        if (
            self._uses + body.facts > MAX_USES
            or not _fits(self._tests, tests, MAX_TESTS)
            or not _fits(self._conditions, conditions, MAX_CONDITIONS_OF_KIND)
        ):
            return False
        self._uses += body.facts
        _add(self._tests, tests)
        _add(self._conditions, conditions)
        return True


def _fits(known: dict[str, set[object]], more: dict[str, set[object]], limit: int) -> bool:
    return all(len(known.get(what, set()) | items) <= limit for what, items in more.items())


def _add(known: dict[str, set[object]], more: dict[str, set[object]]) -> None:
    for what, items in more.items():
        known.setdefault(what, set()).update(items)


def _ruleset(bodies: Sequence[tuple[Body, tuple[tuple[str, str], ...]]]) -> RuleSet:
    patterns: dict[str, dict[frozenset[str], None]] = {}
    for body, _ in bodies:
        for pattern in body.patterns:
            patterns.setdefault(pattern.kind, {})[pattern.true] = None
    return RuleSet(
        bodies=tuple(bodies),
        conditions={
            kind: {
                condition: f"c{number}"
                for number, condition in enumerate(sorted(frozenset().union(*wanted)))
            }
            for kind, wanted in patterns.items()
        },
        patterns={kind: tuple(wanted) for kind, wanted in patterns.items()},
        kinds=_numbered(patterns),
        relations=_numbered(relation for body, _ in bodies for relation in body.relations),
        rules=_numbered(after.rule for body, _ in bodies for after in body.after),
    )


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Numbers from 1; 0 is left for a name that no clause speaks of."""
    return {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
