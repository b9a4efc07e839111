"""Plugins: found one by one, asked one by one.

A broken plugin costs what it would have brought, and one line; the run goes on.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

import attrs
import pluggy

from advisor.bands import BandFile, check_bands
from advisor.errors import AdvisorError
from advisor.hookspecs import (
    PROJECT,
    Derived,
    Hooks,
    Provider,
    ReadContext,
    ReportFormat,
    Templates,
)
from advisor.reading import Note, Reading
from advisor.rule import RulePack
from advisor.vocabulary import Vocabulary, VocabularyFile, merge

T = TypeVar("T")

DISTRIBUTION = "shop-advisor"


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
class Registry:
    """All plugins of a run, behind one typed method for each hook."""

    manager: pluggy.PluginManager
    plugins: list[PluginInfo]
    problems: list[Note] = attrs.field(factory=list)
    _vocabulary: Vocabulary | None = None
    _providers: list[Provider] | None = None

    def vocabulary(self) -> Vocabulary:
        """The words of all plugins. Raises Mistakes where two of them clash."""
        if self._vocabulary is None:
            files = self._each("advisor_vocabulary", VocabularyFile)
            self._vocabulary = merge(files)
        return self._vocabulary

    def providers(self) -> list[Provider]:
        if self._providers is None:
            found = self._each("advisor_metric_providers", Provider)
            self._providers = [provider for _, provider in found]
        return self._providers

    def rule_packs(self) -> list[RulePack]:
        """Rule packs; two with one id are a clash that names both owners."""
        owners: dict[str, str] = {}
        packs: list[RulePack] = []
        for owner, pack in self._each("advisor_rule_packs", RulePack):
            if pack.id in owners:
                text = f"rule pack {pack.id!r} is brought by {owners[pack.id]} and by {owner}"
                self.problems.append(Note("plugin", f"{text}; the first is used"))
                continue
            owners[pack.id] = owner
            packs.append(pack)
        return packs

    def band_files(self) -> list[BandFile]:
        """Bands whose names the vocabulary knows; a file with mistakes is left out, and said."""
        files: list[BandFile] = []
        for owner, file in self._each("advisor_benchmarks", BandFile):
            try:
                check_bands(file, self.vocabulary())
            except AdvisorError as error:
                self._problem(owner, str(error))
                continue
            files.append(file)
        return files

    def derived(self, readings: Sequence[Reading], context: ReadContext) -> list[Derived]:
        found = self._each("advisor_metrics", Derived, readings=readings, context=context)
        return [derived for _, derived in found]

    def report_formats(self) -> list[ReportFormat]:
        return [fmt for _, fmt in self._each("advisor_report_formats", ReportFormat)]

    def templates(self) -> list[Templates]:
        """Folders of templates; what came last is searched first, so it can replace ours."""
        return [templates for _, templates in self._each("advisor_templates", Templates)][::-1]

    def _each(self, hook: str, kind: type[T] | type[Any], **kwargs: Any) -> list[tuple[str, Any]]:
        """What every plugin gives for *hook*, with its owner, in the order in which plugins were
        added; one that fails is left out."""
        found: list[tuple[str, Any]] = []
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        for implementation in implementations:
            owner = implementation.plugin_name
            try:
                given = implementation.function(
                    **{name: kwargs[name] for name in implementation.argnames}
                )
                items = list(given)
                # Even to be asked for its type, a stranger's object may run code.
                wrong = [item for item in items if not isinstance(item, kind)]
            except Exception as error:  # noqa: BLE001  a stranger's code may raise anything
                self._problem(owner, f"{hook} failed: {type(error).__name__}: {error}")
                continue
            if wrong:
                expected, got = kind.__name__, type(wrong[0]).__name__
                self._problem(owner, f"{hook} gave {got} where {expected} is expected")
                continue
            found += [(owner, item) for item in items]
        return found

    def _problem(self, owner: str, text: str) -> None:
        self.problems.append(Note("plugin", f"plugin {owner}: {text}"))


def empty() -> Registry:
    """A registry without plugins; `add` them."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return Registry(manager, [])


def add(registry: Registry, plugin: object, name: str, entry: EntryPoint | None = None) -> None:
    """Registers one plugin; a hook it implements wrongly is its problem, not the run's."""
    distribution = entry.dist if entry is not None else None
    info = PluginInfo(
        name=name,
        distribution=distribution.name if distribution else "",
        version=distribution.version if distribution else "",
        module=entry.value if entry else type(plugin).__name__,
    )
    try:
        registry.manager.register(plugin, name)
        _check(registry, plugin)
    except Exception as error:  # noqa: BLE001
        if registry.manager.get_plugin(name) is plugin:
            registry.manager.unregister(name=name)
        text = f"{type(error).__name__}: {error}"
        registry.problems.append(Note("plugin", f"plugin {name} cannot be used: {text}"))
        registry.plugins.append(attrs.evolve(info, problem=text))
        return
    callers = registry.manager.get_hookcallers(plugin) or []
    hooks = tuple(sorted(caller.name for caller in callers))
    registry.plugins.append(attrs.evolve(info, hooks=hooks))


def _check(registry: Registry, plugin: object) -> None:
    known = {name for name in dir(Hooks) if name.startswith("advisor_")}
    for caller in registry.manager.get_hookcallers(plugin) or []:
        if caller.name not in known:
            raise AdvisorError(
                f"{caller.name} is no hook", hint=f"hooks: {', '.join(sorted(known))}"
            )


def load(points: Iterable[EntryPoint] | None = None) -> Registry:
    """Every installed plugin; ours first, then by name. *points* replaces what is installed."""
    registry = empty()
    chosen = entry_points(group=PROJECT) if points is None else points
    for point in sorted(chosen, key=_ours_first):
        _load_one(registry, point.name, point, point.load)
    return registry


def _ours_first(point: EntryPoint) -> tuple[bool, str]:
    return (point.dist is None or point.dist.name != DISTRIBUTION, point.name)


def _load_one(
    registry: Registry, name: str, point: EntryPoint, load_it: Callable[[], object]
) -> None:
    try:
        plugin = load_it()
    except Exception as error:  # noqa: BLE001
        dist = point.dist
        text = f"{type(error).__name__}: {error}"
        registry.plugins.append(
            PluginInfo(
                name=name,
                distribution=dist.name if dist else "",
                version=dist.version if dist else "",
                module=point.value,
                problem=text,
            )
        )
        registry.problems.append(Note("plugin", f"plugin {name} cannot be imported: {text}"))
        return
    add(registry, plugin, name, point)
