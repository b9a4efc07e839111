"""Asking plugins one by one: each answer is checked, and a failure is one line."""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import attrs
import pluggy

from advisor.errors import AdvisorError
from advisor.model import Note
from advisor.plugin.guest import TIME_LIMIT, GuestFault, directly, run, what
from advisor.plugin.hookspecs import FORMATS
from advisor.plugin.tracing import Trace
from advisor.plugin.typecheck import wrong_field

T = TypeVar("T")
Owned = list[tuple[str, Any]]

DISTRIBUTION = "shop-advisor"
_MOST = 10_000  # things that one hook may give: a generator may have no end


@attrs.frozen
class PluginInfo:
    """A plugin as it was found; *problem* says why it is not in use."""

    name: str
    distribution: str
    version: str
    module: str
    hooks: tuple[str, ...] = ()
    problem: str | None = None


@attrs.define(eq=False)
class Asking:
    """What was found, and how it is asked.

    *problems* has a line for each plugin that failed; *faults* are lines on failures that
    stand in the plan elsewhere. *time_limit* is what a guest has for one hook or file, in seconds.
    *answers* is what was answered already; those that are *out* are not asked again. *broken* says
    by hook and plugin how it failed.
    """

    manager: pluggy.PluginManager
    plugins: list[PluginInfo]
    problems: list[Note] = attrs.field(factory=list)
    faults: list[str] = attrs.field(factory=list)
    time_limit: float = TIME_LIMIT
    trace: Trace | None = None
    answers: dict[str, Owned] = attrs.field(factory=dict)
    out: set[str] = attrs.field(factory=set)
    broken: dict[str, dict[str, str]] = attrs.field(factory=dict)

    @property
    def failed(self) -> bool:
        """Whether some plugin did not bring what it should have."""
        return bool(self.failures())

    def failures(self) -> list[str]:
        """What failed, each in one line."""
        return list(dict.fromkeys([*(problem.text for problem in self.problems), *self.faults]))

    def is_guest(self, plugin: str) -> bool:
        """Whether *plugin* came from another distribution than the project's own."""
        return all(one.distribution != DISTRIBUTION for one in self.plugins if one.name == plugin)

    def before(self, hook: str) -> None:
        """Is called before *hook* is asked for the first time."""

    def unique(
        self, hook: str, kind: type[Any], title: str, name_of: Callable[[Any], str]
    ) -> Owned:
        """What plugins give for *hook*; of two with one name the first is used."""
        if title in self.answers:
            return self.answers[title]
        owners = dict.fromkeys(FORMATS, DISTRIBUTION) if title == "format" else {}
        kept: Owned = []
        for owner, one in self.once(hook, kind):
            try:
                name = self.call(owner, partial(name_of, one))
            except (GuestFault, AdvisorError) as error:
                self.problem(owner, f"a {title} cannot be asked for its name: {error}")
                continue
            if name in owners:
                text = f"{title} {name!r} is brought by {owners[name]} and by {owner}"
                self.problems.append(Note("plugin", f"{text}; the first is used"))
                continue
            owners[name] = owner
            kept.append((owner, one))
        self.answers[title] = kept
        return kept

    def once(self, hook: str, kind: type[Any]) -> Owned:
        """What every plugin gives for *hook*, with its owner, in the order in which plugins were
        added; one that fails is left out. Asked once."""
        if hook not in self.answers:
            self.before(hook)
            found: Owned = []
            for implementation in self.implementations(hook):
                given = self.ask_one(hook, implementation, kind, {})
                found += [(implementation.plugin_name, item) for item in given]
            self.answers[hook] = found
        return self.answers[hook]

    def implementations(self, hook: str) -> list[pluggy.HookImpl]:
        found = getattr(self.manager.hook, hook).get_hookimpls()
        return [one for one in found if one.plugin_name not in self.out]

    def ask_one(
        self, hook: str, implementation: pluggy.HookImpl, kind: type[Any], values: dict[str, Any]
    ) -> list[Any]:
        """What one plugin gives for *hook*; nothing, and a problem, where it fails."""
        owner = implementation.plugin_name

        function: Callable[..., Any] = implementation.function

        ours = attrs.has(kind) and self.is_guest(owner)

        def ask() -> tuple[list[Any], list[Any], str]:
            wanted = (*implementation.argnames, *implementation.kwargnames)
            asked = {name: values[name] for name in wanted}
            items = list(islice(iter(function(**asked)), _MOST + 1))
            # Even to be asked for its type, a stranger's object may run code.
            wrong = [item for item in items if not isinstance(item, kind)]
            fields = map(wrong_field, items) if ours and not wrong and len(items) <= _MOST else ()
            return items, wrong, next(filter(None, fields), "")

        try:
            items, wrong, field = self.call(owner, ask, hook)
        except (GuestFault, AdvisorError) as error:
            text = error.text if isinstance(error, GuestFault) else what(error)
            return self.fail(hook, owner, f"failed: {text}")
        if wrong:
            got = type(wrong[0]).__name__
            return self.fail(hook, owner, f"gave {got} where {kind.__name__} is expected")
        if field:
            return self.fail(hook, owner, f"gave a {kind.__name__} that is none: {field}")
        if len(items) > _MOST:
            return self.fail(hook, owner, f"gave more than {_MOST:,} things")
        return items

    def fail(self, hook: str, owner: str, how: str) -> list[Any]:
        """Notes *how* a plugin failed in *hook*; nothing came of it."""
        self.broken.setdefault(hook, {})[owner] = f"{hook} {how}"
        self.problem(owner, f"{hook} {how}")
        return []

    def call(self, owner: str, work: Callable[[], T], name: str = "") -> T:
        if self.trace is not None and name:
            work = self.trace.timed(owner, name, work)
        return run(work, self.time_limit) if self.is_guest(owner) else directly(work)

    def lacks(self, hook: str) -> dict[str, str]:
        """The plugins from which *hook* brought nothing because they failed, each with how."""
        unused = {one.name: one.problem for one in self.plugins if one.problem is not None}
        return unused | dict.fromkeys(self.out, "is left out") | self.broken.get(hook, {})

    def problem(self, owner: str, text: str) -> None:
        self.problems.append(Note("plugin", f"plugin {owner}: {text}"))
