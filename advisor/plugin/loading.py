"""Plugins, found and imported one by one."""

import inspect
from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

import attrs
import pluggy

from advisor.errors import AdvisorError, PluginError, unknown
from advisor.model import Note
from advisor.plugin.calls import DISTRIBUTION, PluginInfo
from advisor.plugin.distributions import Described, describe, meets
from advisor.plugin.guard import describe_error, guarded
from advisor.plugin.hookspecs import PROJECT, Hooks
from advisor.plugin.installed import Point, installed_distribution, installed_points
from advisor.plugin.registry import Registry
from advisor.plugin.tracing import Trace

if TYPE_CHECKING:
    from advisor.plugin.isolation import Conversation


def empty() -> Registry:
    """Make a registry without plugins; `add` them."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return Registry(manager, [])


def add(registry: Registry, plugin: object, name: str, entry: Point | None = None) -> None:
    """Register one plugin; a hook that it implements wrongly is its problem, not the run's."""
    described = describe(entry.dist if entry is not None else None, DISTRIBUTION)
    module = entry.value if entry else type(plugin).__name__
    info = PluginInfo(name, described.name, described.version, module)
    for other in registry.plugins:
        if other.name == name:
            first, second = (one.distribution or one.module for one in (other, info))
            why = f"{first} and {second} both bring a plugin of this name; the first is used"
            registry.refuse(info, why)
            return
    try:
        wrong = "; ".join(guarded(lambda: list(_wrong_hooks(plugin))))
        if not wrong:
            guarded(lambda: registry.manager.register(plugin, name))
    except AdvisorError as error:
        wrong = describe_error(error)
    if wrong:
        registry.refuse(info, wrong)
        return
    callers = registry.manager.get_hookcallers(plugin) or []
    hooks = tuple(sorted(caller.name for caller in callers))
    registry.plugins.append(attrs.evolve(info, hooks=hooks))


def _wrong_hooks(plugin: object) -> Iterator[str]:
    """Describe hooks of *plugin* that would never be called, or not with what they ask for."""
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)
        function = getattr(static, "__func__", static)
        if not callable(function):
            continue
        marked = getattr(function, f"{PROJECT}_impl", None)
        if not isinstance(marked, dict):
            if hasattr(Hooks, name) and name.startswith(f"{PROJECT}_"):
                yield f"{name} is not marked; write @hookimpl above it"
            continue
        hook = marked.get("specname") or name
        spec = getattr(Hooks, hook, None)
        if spec is None:
            hooks = [one for one in vars(Hooks) if one.startswith(f"{PROJECT}_")]
            yield unknown("hook", hook, hooks)
            continue
        offered = [one for one in inspect.signature(spec).parameters if one != "self"]
        allowed = {*offered, "self", "cls"}
        wrong = [one for one in inspect.signature(function).parameters if one not in allowed]
        if wrong:
            given = ", ".join(offered) or "nothing"
            yield f"{name} asks for {', '.join(wrong)}; it is given {given}"


@cache
def own_version() -> str:
    """The version of the installed distribution; "0" where it is not installed."""
    return describe(installed_distribution(DISTRIBUTION), DISTRIBUTION).version or "0"


@cache
def installed_versions() -> str:
    """The versions of this program and of each distribution with a plugin: what others of them made
    is made again."""
    found = (describe(point.dist, DISTRIBUTION) for point in installed_points(PROJECT))
    return ", ".join(sorted({f"{one.name} {one.version}" for one in found}))


@cache
def documentation_url() -> str:
    """The address of the documentation that the installed distribution names; "" without one."""
    return describe(installed_distribution(DISTRIBUTION), DISTRIBUTION).documentation


def load_plugins(
    points: Iterable[Point] | None = None,
    *,
    trace: Trace | None = None,
    isolate: bool = False,
) -> Registry:
    """Load every installed plugin; ours first, then by name. *points* replaces what is installed;
    with *trace* importing them and each of their calls is told; with *isolate* each third-party
    plugin runs in a child process (see advisor.plugin.isolation)."""
    registry = empty()
    registry.trace = trace
    chosen = installed_points(PROJECT) if points is None else points
    described = [(describe(point.dist, DISTRIBUTION), point) for point in chosen]
    ordered = sorted(described, key=lambda one: (one[0].name != DISTRIBUTION, one[1].name))
    # All are started before the first is waited for.
    children = [_start(of, isolate=isolate) for of, _ in ordered]
    for (of, point), child in zip(ordered, children, strict=True):
        _load_one(registry, point, of, child)
    return registry


def _start(described: Described, *, isolate: bool) -> "Conversation | PluginError | None":
    """The child of a plugin that runs in one, or why it could not be started."""
    if not isolate or described.name == DISTRIBUTION:
        return None
    from advisor.plugin.isolation import Conversation

    try:
        return Conversation()
    except PluginError as error:
        return error


def _load_one(
    registry: Registry,
    point: Point,
    described: Described,
    child: "Conversation | PluginError | None" = None,
) -> None:
    info = PluginInfo(point.name, described.name, described.version, point.value)
    if described.name != DISTRIBUTION and not meets(own_version(), described.needs):
        why = f"it requires {DISTRIBUTION} {described.needs}, and this is {own_version()}"
        registry.refuse(info, why)
        return
    try:
        trace = registry.trace
        load = point.load if child is None else partial(_load_isolated, registry, point, child)
        load_it = trace.timed(point.name, "import", load) if trace else load
        plugin = guarded(load_it, restored=described.name != DISTRIBUTION)
    except AdvisorError as error:
        registry.refuse(info, f"import failed: {describe_error(error)}")
        return
    add(registry, plugin, point.name, point)


def _load_isolated(registry: Registry, point: Point, child: "Conversation | PluginError") -> object:
    from advisor.plugin.isolation import load_isolated

    if isinstance(child, PluginError):
        raise child
    plugin = load_isolated(child, point.name, point.value)
    if plugin.templates:
        text = f"plugin {point.name}: its templates are not used, because it runs isolated"
        registry.isolated.append(Note("plugin", text))
    return plugin
