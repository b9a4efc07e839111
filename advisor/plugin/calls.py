"""Calling plugins one by one: each answer is checked, and a failure is one line."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, TypeVar

import attrs
import pluggy

from advisor.errors import AdvisorError, PluginError
from advisor.model import BandFile, Note, RulePack, VocabularyFile, define, frozen
from advisor.plugin.guard import describe_error, guarded
from advisor.plugin.hookspecs import KindInfo, Provider, ReportFormat, Templates
from advisor.plugin.tracing import Trace
from advisor.plugin.typecheck import wrong_field

T = TypeVar("T")
Owned = list[tuple[str, Any]]

DISTRIBUTION = "shop-advisor"
ANSWERS: Mapping[str, type[Any]] = {
    "advisor_vocabulary": VocabularyFile,
    "advisor_metric_providers": Provider,
    "advisor_rule_packs": RulePack,
    "advisor_benchmarks": BandFile,
    "advisor_report_formats": ReportFormat,
    "advisor_templates": Templates,
}
"""The type of what each hook without arguments gives."""
_MOST = 10_000  # things that one hook may give: a generator may have no end


@frozen
class PluginInfo:
    """A plugin as it was found; *problem* says why it is not used."""

    name: str
    distribution: str
    version: str
    module: str
    hooks: tuple[str, ...] = ()
    problem: str | None = None


@define(eq=False)
class HookCaller:
    """The plugins that were found, and how their hooks are called.

    *problems* has a line for each plugin that is not used; *faults* are lines on failures that the
    plan tells elsewhere. *answers* are those of hooks without arguments, by hook and plugin.
    """

    manager: pluggy.PluginManager
    plugins: list[PluginInfo]
    problems: list[Note] = attrs.field(factory=list)
    faults: list[str] = attrs.field(factory=list)
    trace: Trace | None = None
    answers: dict[str, dict[str, list[Any]]] = attrs.field(factory=dict)

    @property
    def failed(self) -> bool:
        """Whether some plugin did not bring what it should have."""
        return bool(self.failures())

    def failures(self) -> list[str]:
        """List what failed, each in one line."""
        return list(dict.fromkeys([*(problem.text for problem in self.problems), *self.faults]))

    def failed_plugins(self) -> str:
        """Name the plugins that are not used: `these plugins failed: acme, till`; else ""."""
        names = sorted({plugin.name for plugin in self.plugins if plugin.problem is not None})
        return f"these plugins failed: {', '.join(names)}" if names else ""

    def is_third_party(self, plugin: str) -> bool:
        """Whether *plugin* came from another distribution than the project's own."""
        origins = {one.distribution for one in self.plugins if one.name == plugin}
        return bool(origins) and DISTRIBUTION not in origins

    def call_all(self, hook: str) -> Owned:
        """Call *hook* of every plugin, once: what each gives, with its plugin, in the order in
        which plugins were added. A plugin that fails is out."""
        for implementation in list(self.implementations(hook)):
            self._answer(hook, implementation)
        answers = self.answers.get(hook, {})
        owners = [implementation.plugin_name for implementation in self.implementations(hook)]
        return [(owner, item) for owner in owners for item in answers[owner]]

    def implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """List the implementations of *hook* by plugins that are in use."""
        found: list[pluggy.HookImpl] = getattr(self.manager.hook, hook).get_hookimpls()
        return found

    def call_one(
        self,
        hook: str,
        implementation: pluggy.HookImpl,
        kind: type[Any],
        values: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """Call *hook* of one plugin with *values*. Raises PluginError where it fails, or gives
        anything else than things of *kind*."""
        owner = implementation.plugin_name
        third_party = self.is_third_party(owner)

        def call() -> tuple[list[Any], str]:
            names = (*implementation.argnames, *implementation.kwargnames)
            given: Any = implementation.function(**{name: (values or {})[name] for name in names})
            items = list(islice(iter(given), _MOST + 1))
            return items, next(
                filter(None, (_wrong(item, kind, third_party) for item in items)), ""
            )

        try:
            items, wrong = self.call(owner, call, hook)
        except AdvisorError as error:
            text = error.message if isinstance(error, PluginError) else describe_error(error)
            raise PluginError(f"{hook} failed: {text}") from None
        if wrong:
            raise PluginError(f"{hook} {wrong}")
        if len(items) > _MOST:
            raise PluginError(f"{hook} gave more than {_MOST:,} things")
        return items

    def call(self, owner: str, work: Callable[[], T], name: str = "") -> T:
        """Run *work*, which is code of the plugin *owner*. Raises AdvisorError (see `guarded`)."""
        if self.trace is not None and name:
            work = self.trace.timed(owner, name, work)
        return guarded(work, restored=self.is_third_party(owner))

    def fail(self, owner: str, why: str) -> None:
        """Take the plugin *owner* out, whole: it is not called again, and nothing that it brought
        is given any more."""
        self.manager.unregister(name=owner)
        for answers in self.answers.values():
            answers.pop(owner, None)
        self.plugins[:] = [
            attrs.evolve(plugin, problem=why)
            if plugin.name == owner and plugin.problem is None
            else plugin
            for plugin in self.plugins
        ]
        self._tell(owner, why)

    def refuse(self, plugin: PluginInfo, why: str) -> None:
        """Note that *plugin*, which was found just now, cannot be used."""
        self.plugins.append(attrs.evolve(plugin, problem=why))
        self._tell(plugin.name, why)

    def fault(self, line: str, code: str = "plugin") -> Note:
        """Note a failure that costs less than a plugin; returns the note for the plan."""
        if line not in self.faults:
            self.faults.append(line)
        return Note(code, line)

    def _answer(self, hook: str, implementation: pluggy.HookImpl) -> None:
        owner = implementation.plugin_name
        if owner in self.answers.setdefault(hook, {}):
            return
        try:
            self.answers[hook][owner] = self.call_one(hook, implementation, ANSWERS[hook])
        except PluginError as error:
            self.fail(owner, error.message)

    def _tell(self, owner: str, why: str) -> None:
        self.problems.append(Note("plugin", f"plugin {owner} is not used: {why}"))


def _wrong(item: Any, kind: type[Any], third_party: bool) -> str:  # noqa: FBT001
    """Describe what is wrong with an *item* that a hook gave; "" where it is of *kind*."""
    if not isinstance(item, kind):
        return f"gave {type(item).__name__} where {kind.__name__} is expected"
    if kind is Provider:
        return _wrong_provider(item)
    if kind is ReportFormat:
        return "" if isinstance(item.name, str) else "gave a format whose name is no text"
    field = wrong_field(item) if third_party else ""
    return f"gave a {kind.__name__} that is none: {field}" if field else ""


def _wrong_provider(provider: Provider) -> str:
    """Describe what makes *provider* unfit to be asked about files; "" where it is fit."""
    name: object = provider.name
    kinds: object = provider.kinds
    if not isinstance(name, str):
        return f"gave a provider whose name is {type(name).__name__}, expected str"
    if not isinstance(kinds, Mapping):
        return f"gave a provider whose kinds are {type(kinds).__name__}, expected Mapping"
    for kind, info in kinds.items():
        if not isinstance(kind, str) or not isinstance(info, KindInfo):
            got = f"{type(kind).__name__}: {type(info).__name__}"
            return f"gave a provider with a kind that is {got}, expected str: KindInfo"
    return ""
