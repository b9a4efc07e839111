"""durable_rules behind the engine's contract: the only module that imports it.

The library ends the process, hangs, or loses findings without a word in a dozen known ways. Each
is kept out here or in `rulesets`, and has a test of its own.
"""

import math
import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version as installed
from typing import Any

from advisor.errors import EngineUnavailable
from advisor.judge.engine.program import Clause, Derivation, FindingFact, LinkFact, SubjectFact
from advisor.judge.engine.rulesets import BATCH, RuleSet, rulesets
from advisor.judge.engine.sessions import SESSION, Components, pack

Fact = dict[str, int | str]

# Sessions run one at a time, so one constant will do; live ones are told apart by a hash only.
SID = "s"
NAME = "advisor"
PROGRAMS_KEPT = 8
NOTHING: frozenset[str] = frozenset()


def available() -> str | None:
    """None where durable_rules can be used, else the reason why not."""
    try:
        # With the C part missing or built for another Python, only the import tells.
        import durable.engine  # noqa: F401
    except Exception as error:  # noqa: BLE001 (whatever stops it is the answer)
        return " ".join(f"{type(error).__name__}: {error}".split())
    return None


class DurableEngine:
    """Finds every derivation with durable_rules. One call at a time; others wait.

    *prefilter* leaves out facts that no clause can use, *alike* asserts one of several subjects
    that differ in nothing and are linked to nothing, and a session holds about *session* facts.
    All change the time and nothing else.
    Raises EngineUnavailable where durable_rules cannot be imported.
    """

    name = "durable_rules"

    def __init__(
        self, *, prefilter: bool = True, alike: bool = True, session: int = SESSION
    ) -> None:
        reason = available()
        if reason is not None:
            raise EngineUnavailable(f"durable_rules cannot be used: {reason}")
        self.version = installed("durable_rules")
        self._prefilter = prefilter
        self._alike = alike
        self._session = session
        self._programs: dict[frozenset[Clause], tuple[_Program, ...]] = {}
        self._lock = threading.Lock()

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        """See `Engine.derive`. Raises AdvisorError for a clause too large for the library."""
        facts = _Facts(subjects, links, findings)
        with self._lock, warnings.catch_warnings():
            # The library asks the time in a way that Python 3.12 deprecates.
            warnings.filterwarnings("ignore", module=r"durable\.engine")
            derived: set[Derivation] = set()
            try:
                for program in self._compiled(clauses):
                    components = facts.components(program.rules, prefilter=self._prefilter)
                    alike: Mapping[str, Sequence[str]] = {}
                    if self._alike:
                        components, alike = _distinct(components, facts.names)
                    for session in pack(components, self._session):
                        for one in program.run(session, facts.names):
                            derived.add(one)
                            for name in alike.get(one.subject, ()):
                                derived.add(Derivation(one.head, one.rule, name))
            except BaseException:
                # What a failure leaves behind in the library must never be used again.
                self._programs.clear()
                raise
            return frozenset(derived)

    def _compiled(self, clauses: Sequence[Clause]) -> tuple["_Program", ...]:
        key = frozenset(clauses)
        programs = self._programs.pop(key, None)
        if programs is None:
            programs = tuple(_Program(rules) for rules in rulesets(dict.fromkeys(clauses)))
        self._programs[key] = programs
        while len(self._programs) > PROGRAMS_KEPT:
            # The first is the one not used for longest.
            for old in self._programs.pop(next(iter(self._programs))):
                old.close()
        return programs


class _Facts:
    """The facts of one call, with their subjects numbered."""

    def __init__(
        self,
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact],
        findings: Iterable[FindingFact],
    ) -> None:
        keys: dict[str, int] = {}

        def key(subject: str) -> int:
            return keys.setdefault(subject, len(keys))

        self._subjects = [(key(fact.subject), fact) for fact in dict.fromkeys(subjects)]
        self._links = [
            (key(link.source), key(link.target), link.relation) for link in dict.fromkeys(links)
        ]
        self._findings = [
            (key(finding.subject), finding.rule) for finding in dict.fromkeys(findings)
        ]
        self.names = tuple(keys)

    def components(self, rules: RuleSet, *, prefilter: bool) -> Iterator[list[Fact]]:
        """What *rules* can use, a list for all that is linked; without *prefilter* everything."""
        owned: list[tuple[int, Fact]] = []
        of_subjects = set()
        properties = _Properties(rules, prefilter=prefilter)
        for key, fact in self._subjects:
            common = properties.of(fact)
            if common is not None:
                of_subjects.add(key)
                owned.append((key, {"key": key, **common}))
        for key, rule in self._findings:
            number = rules.rules.get(rule, 0)
            if number or not prefilter:
                owned.append((key, {"on": key, "f": number}))
        components = Components(len(self.names))
        for source, target, relation in self._links:
            number = rules.relations.get(relation, 0)
            if not prefilter or (number and source in of_subjects):
                components.link(source, target)
                owned.append((source, {"from": source, "to": target, "r": number}))
        groups: dict[int, list[Fact]] = defaultdict(list)
        for key, asserted in owned:
            groups[components.root(key)].append(asserted)
        yield from groups.values()


def _distinct(
    components: Iterable[list[Fact]], names: Sequence[str]
) -> tuple[Iterator[list[Fact]], dict[str, list[str]]]:
    """The components, of those that differ in nothing but their subject only the first; and by the
    name of that subject the names of the others. What is linked is never like another."""
    different: list[list[Fact]] = []
    first: dict[frozenset[tuple[tuple[str, int | str], ...]], str] = {}
    alike: dict[str, list[str]] = {}
    for component in components:
        if any("from" in fact for fact in component):
            different.append(component)
            continue
        name = names[int(component[0]["key" if "key" in component[0] else "on"])]
        content = frozenset(
            tuple(sorted((part, 0 if part in ("key", "on") else fact[part]) for part in fact))
            for fact in component
        )
        if first.setdefault(content, name) == name:
            different.append(component)
        else:
            alike.setdefault(first[content], []).append(name)
    return iter(different), alike


class _Properties:
    """Kind and conditions as properties, made once for all subjects that are alike."""

    def __init__(self, rules: RuleSet, *, prefilter: bool) -> None:
        self._rules = rules
        self._wanted = {kind: frozenset(names) for kind, names in rules.conditions.items()}
        self._known: dict[tuple[str, frozenset[str]], Fact | None] = {}
        self._filters = (
            {kind: _Filter(patterns) for kind, patterns in rules.patterns.items()}
            if prefilter
            else None
        )

    def of(self, fact: SubjectFact) -> Fact | None:
        """The properties of *fact* that a clause asks for; None where it need not be asserted."""
        kind = fact.kind
        alike = kind, fact.true & self._wanted.get(kind, NOTHING)
        if alike not in self._known:
            self._known[alike] = self._make(*alike)
        return self._known[alike]

    def _make(self, kind: str, true: frozenset[str]) -> Fact | None:
        if self._filters is not None and (
            kind not in self._filters or not self._filters[kind].passes(true)
        ):
            return None
        names = self._rules.conditions.get(kind, {})
        return {"k": self._rules.kinds.get(kind, 0), **{names[one]: 1 for one in true}}


class _Filter:
    """Whether any of some patterns describes a subject, asked without trying each of them."""

    def __init__(self, patterns: Iterable[frozenset[str]]) -> None:
        wanted = list(patterns)
        uses = Counter(condition for pattern in wanted for condition in pattern)
        self._all = NOTHING in wanted
        self._by_rarest: dict[str, list[frozenset[str]]] = defaultdict(list)
        for pattern in wanted:
            if pattern:
                self._by_rarest[min(pattern, key=uses.__getitem__)].append(pattern)

    def passes(self, true: frozenset[str]) -> bool:
        """Whether one of the patterns asks for nothing that is not in *true*."""
        return self._all or any(
            pattern <= true for one in true for pattern in self._by_rarest.get(one, ())
        )


def identity(number: int) -> str:
    """A fact's id. Ids are compared by a hash; numbers of six digits never share one."""
    return f"{number:06d}"


class _Program:
    """One rule set, built once, run session after session."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._host: Any = _host()
        self._names: Sequence[str] = ()
        self._derived: set[Derivation] = set()
        self._errors: list[BaseException] = []
        self._ended = False
        # The library eats the dictionary that it is given.
        self._host.set_rulesets({NAME: self._definition()})

    def close(self) -> None:
        """Give the library's memory back; the program cannot be run again."""
        import durable_rules_engine  # type: ignore[import-not-found]

        handle = self._host.get_ruleset(NAME)._handle  # noqa: SLF001 (nothing public frees it)
        durable_rules_engine.delete_ruleset(handle)

    def run(self, session: Sequence[Fact], names: Sequence[str]) -> set[Derivation]:
        """What follows from the facts of *session*, whose keys are places in *names*."""
        self._names, self._derived, self._errors, self._ended = names, set(), [], False
        facts = [{"id": identity(n), "sid": SID, **fact} for n, fact in enumerate(session)]
        facts.append({"id": "end", "sid": SID, "end": 1})
        self._host.assert_facts(NAME, facts)
        if self._ended:
            # Facts that stay behind would join those of the next session. Before an action has
            # run, in a session that failed, the library would free memory that it never had.
            self._host.delete_state(NAME, SID)
        if self._errors:
            raise self._errors[0]
        if not self._ended:
            raise RuntimeError("durable_rules returned before every rule had run")
        return self._derived

    def _definition(self) -> dict[str, dict[str, object]]:
        rules: dict[str, dict[str, object]] = {
            f"r{index}": {
                "all": self.rules.definition(index),
                "run": self._guarded(self._action(index)),
                "cap": BATCH,
                # One fact may stand in two places of a rule, such as one link for two joins.
                "dist": 0,
            }
            for index in range(len(self.rules.bodies))
        }
        for known_by in ("key", "from", "on"):
            # A fact that meets no rule is an exception. These meet every one, and never fire.
            rules[f"any-{known_by}"] = {
                "all": [{"x": {"$ex": {known_by: 1}}}, {"y": {"never": 1}}],
                "run": self._guarded(self._never),
            }
        rules["end"] = {
            "all": [{"x": {"end": 1}}],
            "run": self._guarded(self._end),
            "cap": 1,
            "pri": 1,
        }
        return rules

    def _guarded(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(closure: Any) -> None:
            try:
                # The library measures ten seconds by the wall clock, then drops all that is left.
                closure._start_time = math.inf  # noqa: SLF001
                for match in closure.m:
                    act(match)
            except BaseException as error:  # noqa: BLE001
                # It would be swallowed, an interrupt too.
                self._errors.append(error)

        return run

    def _end(self, _: Any) -> None:
        self._ended = True

    def _never(self, _: Any) -> None:
        raise RuntimeError("durable_rules fired a rule whose fact does not exist")

    def _action(self, index: int) -> Callable[[Any], None]:
        body, heads = self.rules.bodies[index]
        aliases = [f"p{number}" for number in range(len(body.joins))]

        def derive(match: Any) -> None:
            names = self._names
            subject = names[match["x"]["key"]]
            partners = tuple([names[match[alias]["key"]] for alias in aliases])
            for head, rule in heads:
                self._derived.add(Derivation(head, rule, subject, partners))

        return derive


def _host() -> Any:
    from durable.engine import Host

    # A host's own threads take batches away from the call that made them.
    return type("QuietHost", (Host,), {"_run": lambda _: None})()
