"""The plugins that a test runs with: those that are installed, and those it brings itself."""

from collections.abc import Sequence
from functools import cache

import attrs

from advisor.errors import PluginError
from advisor.judge import Engine, choose
from advisor.model import define
from advisor.plugin import Computed, Counts, Derived, MetricsContext, Registry, add, load_plugins


@cache
def registry_with(plugins: tuple[object, ...] = ()) -> Registry:
    """Every installed plugin and *plugins* (modules or objects with hooks), as in a run.

    Raises PluginError where one of *plugins* cannot be used, or its words clash with others.
    """
    registry = load_plugins()
    before = len(registry.problems)
    added: list[str] = []
    for place, plugin in enumerate(plugins, start=1):
        if not registry.manager.is_registered(plugin):  # else it is installed too
            added.append(str(getattr(plugin, "__name__", f"{type(plugin).__name__} {place}")))
            add(registry, plugin, added[-1])
    registry.vocabulary()
    heads = tuple(f"plugin {name}{end}" for name in added for end in (":", " "))
    problems = [note.text for note in registry.problems[before:] if note.text.startswith(heads)]
    if problems:
        raise PluginError("; ".join(problems))
    return registry


def with_given(registry: Registry, given: Sequence[Derived]) -> Registry:
    """*registry*, in which *given* stands before what its plugins compute."""
    if not given:
        return registry
    held = {str(field.alias): getattr(registry, field.name) for field in attrs.fields(Registry)}
    return _Given(**held, given=tuple(given))


@define(eq=False)
class _Given(Registry):
    given: tuple[Derived, ...] = attrs.field(default=(), kw_only=True)

    def derived(self, counts: Counts, context: MetricsContext) -> Computed:
        computed = super().derived(counts, context)
        return attrs.evolve(computed, derived=(*self.given, *computed.derived))


@cache
def engine() -> Engine:
    """The engine of all tests: starting one costs more than asking it."""
    return choose()
