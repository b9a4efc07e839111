"""The plugins that a test runs with: those that are installed, and those it brings itself."""

from collections.abc import Sequence
from functools import cache

import attrs

from advisor.engine import Engine, choose
from advisor.errors import PluginError
from advisor.hookspecs import Derived, ReadContext
from advisor.reading import Reading
from advisor.registry import Registry, add, load


@cache
def registry_with(plugins: tuple[object, ...] = ()) -> Registry:
    """Every installed plugin and *plugins* (modules or objects with hooks), as in a run.

    Raises PluginError where one of *plugins* cannot be used.
    """
    registry = load()
    for place, plugin in enumerate(plugins, start=1):
        if registry.manager.is_registered(plugin):
            continue  # it is installed too
        name = str(getattr(plugin, "__name__", f"{type(plugin).__name__} {place}"))
        before = len(registry.problems)
        add(registry, plugin, name)
        if len(registry.problems) > before:
            raise PluginError(registry.problems[before].text)
    return registry


def with_given(registry: Registry, given: Sequence[Derived]) -> Registry:
    """*registry*, in which *given* stands before what its plugins compute."""
    if not given:
        return registry
    held = {str(field.alias): getattr(registry, field.name) for field in attrs.fields(Registry)}
    return _Given(**held, given=tuple(given))


@attrs.define(eq=False)
class _Given(Registry):
    given: tuple[Derived, ...] = attrs.field(default=(), kw_only=True)

    def derived(self, readings: Sequence[Reading], context: ReadContext) -> list[Derived]:
        return [*self.given, *super().derived(readings, context)]


@cache
def engine() -> Engine:
    """The engine of all tests: starting one costs more than asking it."""
    return choose()
