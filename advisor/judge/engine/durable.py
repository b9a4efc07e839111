"""durable_rules behind the engine's contract.

It runs in a process of its own (`durable_child`), which is all that imports it: where the library
ends its process or hangs, the run goes on. What is known to break it is kept out here and in
`rulesets`.
"""

import json
import math
import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from advisor.errors import EngineFailed, EngineUnavailable
from advisor.judge.engine.durable_child import SID
from advisor.judge.engine.program import Clause, Derivation, FindingFact, LinkFact, SubjectFact
from advisor.judge.engine.rulesets import RuleSet, rulesets
from advisor.judge.engine.sessions import SESSION, Components, pack
from advisor.model import frozen
from advisor.plugin import MIB, Child, ChildDied, Limits, python_command

Fact = dict[str, int | str]
Matches = list[tuple[int, list[list[int]]]]

CHILD = Path(__file__).with_name("durable_child.py")
PROGRAMS_KEPT = 8
MEMORY = 2048 * MIB
# A session is slow at 500 facts a second; whatever takes longer hangs.
SECONDS = 20.0
SECONDS_A_FACT = 0.002
NOTHING: frozenset[str] = frozenset()


def available() -> str | None:
    """None where durable_rules can be used, else the reason why not."""
    try:
        library().ready()
    except (EngineUnavailable, EngineFailed) as error:
        return str(error)
    return None


def library() -> "Library":
    """The library of this process: all engines share one child."""
    return _library(os.getpid())


@cache
def _library(_: int) -> "Library":
    # By the number of the process, as a fork must not talk with the child of the other.
    return Library()


class Library:
    """A child process in which durable_rules runs, started at once; it is there by the time that it
    is needed. After a failure the next use starts another one.

    Raises EngineUnavailable where durable_rules is not installed.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.lock = threading.RLock()
        self._seconds = seconds
        self._numbers = 0
        self._kept: dict[frozenset[Clause], tuple[_Program, ...]] = {}
        self._command = python_command("-I", "-S", CHILD, *_places())
        self._child: Child | None = None
        self._answers = False
        self.version = installed("durable_rules")
        self.start()

    def start(self) -> None:
        """Starts the child where there is none; it is not waited for."""
        if self._child is None:
            try:
                self._child = Child(self._command, Limits(self._seconds, MEMORY))
            except ChildDied as died:
                raise EngineUnavailable(str(died)) from None
            self._answers = False

    def ready(self) -> None:
        """Waits until the child has imported durable_rules.

        Raises EngineUnavailable where it cannot, EngineFailed where it ended in trying.
        """
        with self.lock:
            self._started()

    @property
    def pid(self) -> int | None:
        """The child's process."""
        return self._child.pid if self._child else None

    def programs(self, clauses: Sequence[Clause]) -> "tuple[_Program, ...]":
        """Rule sets for *clauses*, built once. Raises AdvisorError for a clause that is too large
        for the library, EngineFailed where it cannot build them."""
        key = frozenset(clauses)
        programs = self._kept.pop(key, None)
        if programs is None:
            programs = self._build(rulesets(dict.fromkeys(clauses)))
        self._kept[key] = programs
        while len(self._kept) > PROGRAMS_KEPT:
            # The first is the one not used for longest.
            for old in self._kept.pop(next(iter(self._kept))):
                self._ask("D", old.number, "")
        return programs

    def run(self, program: "_Program", session: Sequence[Fact]) -> Matches:
        """What matches in *session*: keys of the subject and its partners, by rule."""
        facts: list[Fact] = [{"id": identity(n), "sid": SID, **f} for n, f in enumerate(session)]
        facts.append({"id": "end", "sid": SID, "end": 1})
        matches: Matches = self._ask("S", program.number, _json(facts), len(facts))["matches"]
        return matches

    def close(self) -> None:
        """Ends the child. What a failure leaves behind in the library is never used again."""
        if self._child is not None:
            self._child.close()
        self._child = None
        self._kept.clear()

    def _build(self, sets: Sequence[RuleSet]) -> "tuple[_Program, ...]":
        programs = []
        for rules in sets:
            self._numbers += 1
            definition = [
                (rules.definition(index), len(body.joins))
                for index, (body, _) in enumerate(rules.bodies)
            ]
            self._ask("P", self._numbers, _json(definition), len(definition))
            programs.append(_Program(self._numbers, rules))
        return tuple(programs)

    def _started(self) -> Child:
        self.start()
        child = self._child
        if child is None:  # never: it was started
            raise EngineUnavailable("it could not be started")
        if not self._answers:
            said = self._answer(child.receive)
            if "error" in said:
                self.close()
                raise EngineUnavailable(str(said["error"]))
            self._answers = True
        return child

    def _ask(self, letter: str, number: int, content: str, facts: int = 0) -> dict[str, Any]:
        child = self._started()
        seconds = self._seconds + facts * SECONDS_A_FACT
        message = f"{math.ceil(seconds):08d}{letter}{number:08d}{content}".encode()
        said = self._answer(lambda: child.ask(message, seconds))
        if "error" in said:
            self.close()
            raise EngineFailed(str(said["error"]))
        return said

    def _answer(self, ask: Callable[[], bytes]) -> dict[str, Any]:
        try:
            said = json.loads(ask())
        except ChildDied as died:
            self.close()
            raise EngineFailed(str(died)) from None
        except ValueError:
            self.close()
            raise EngineFailed("it answered with what is no JSON") from None
        except BaseException:
            self.close()
            raise
        return said if isinstance(said, dict) else {"error": "it answered with no object"}


@frozen(eq=False)
class _Program:
    """One rule set that the child has built."""

    number: int
    rules: RuleSet

    def derivations(self, matches: Matches, names: Sequence[str]) -> Iterator[Derivation]:
        """What follows from *matches*, whose keys are places in *names*."""
        for index, found in matches:
            heads = self.rules.bodies[index][1]
            for subject, *partners in found:
                others = tuple([names[partner] for partner in partners])
                for head, rule in heads:
                    yield Derivation(head, rule, names[subject], others)


class DurableEngine:
    """Finds every derivation with durable_rules. One call at a time; others wait.

    *prefilter* leaves out facts that no clause can use, *alike* asserts one of several subjects
    that differ in nothing and are linked to nothing, and a session holds about *session* facts.
    All change the time and nothing else. *own* is a library of its own.
    Raises EngineUnavailable where durable_rules is not installed.
    """

    name = "durable_rules"

    def __init__(
        self,
        *,
        prefilter: bool = True,
        alike: bool = True,
        session: int = SESSION,
        own: Library | None = None,
    ) -> None:
        self._own = own
        self.version = self._library().version
        self._prefilter = prefilter
        self._alike = alike
        self._session = session

    def ready(self) -> None:
        """See `Library.ready`."""
        self._library().ready()

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        """See `Engine.derive`. Raises AdvisorError for a clause too large for the library,
        EngineUnavailable where it cannot be imported, EngineFailed where it ended or hung."""
        facts = _Facts(subjects, links, findings)
        library = self._library()
        derived: set[Derivation] = set()
        with library.lock:
            for program in library.programs(clauses):
                components = facts.components(program.rules, prefilter=self._prefilter)
                alike: Mapping[str, Sequence[str]] = {}
                if self._alike:
                    components, alike = _distinct(components, facts.names)
                for session in pack(components, self._session):
                    matches = library.run(program, session)
                    for one in program.derivations(matches, facts.names):
                        derived.add(one)
                        for name in alike.get(one.subject, ()):
                            derived.add(Derivation(one.head, one.rule, name))
        return frozenset(derived)

    def _library(self) -> Library:
        return self._own or library()


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


def _json(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))


def _places() -> list[str]:
    """The folders in which durable_rules lies; it is not imported here."""
    places: dict[str, None] = {}
    for name in ("durable", "durable_rules_engine"):
        spec = find_spec(name)
        if spec is None or not spec.origin:
            raise EngineUnavailable(f"ModuleNotFoundError: No module named {name!r}")
        place = Path(spec.origin).parent
        places[str(place.parent if spec.submodule_search_locations else place)] = None
    if not CHILD.is_file():
        raise EngineUnavailable(f"there is no file {CHILD}")
    return list(places)
