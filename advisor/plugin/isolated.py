"""The child in which one plugin of others runs: the other side of `advisor.plugin.isolation`."""

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from advisor.errors import AdvisorError, PluginError
from advisor.model import frozen
from advisor.plugin.guard import describe_error, guarded
from advisor.plugin.hookspecs import (
    PROJECT,
    Provider,
    ReportFormat,
    Templates,
    Together,
    takes_blocks,
)
from advisor.plugin.loading import add, empty
from advisor.plugin.messages import Writer, read_message
from advisor.plugin.process import Connection, serve
from advisor.plugin.registry import Registry

if TYPE_CHECKING:
    import polars as pl

    from advisor.model import Container, File, OneGrid

Environment = Callable[[Sequence[Templates], str], Any]
_TEMPLATES = "advisor_templates"
_MOST_SECONDS = 20  # times the limit of one answer: a file that is large is given more


@frozen(eq=False)
class _Grid:
    """A grid that the run has opened."""

    name: str
    head: Sequence[Sequence[str]]
    _body: Callable[..., "pl.DataFrame"]

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> "pl.DataFrame":
        return self._body(after, [*columns], [*numbers])


class _Side:
    """One plugin, and the objects that it has given so far."""

    def __init__(self, connection: Connection, environment: Environment) -> None:
        self._connection = connection
        self._make_environment = environment
        self._registry: Registry = empty()
        self._objects: list[Any] = []

    def answer(self, message: bytes) -> bytes:
        """What the plugin makes of one message."""
        try:
            what, *arguments = read_message(message, self._function)
            doing: Mapping[str, Callable[..., object]] = {
                "load": self._load,
                "hook": self._hook,
                "method": self._method,
            }
            made = Writer().message(("value", doing[what](*arguments)))
        except PluginError as error:
            return Writer().message(("failed", error.message))
        except AdvisorError as error:
            return Writer().message(("refused", (error.message, error.where, error.hint)))
        except Exception as error:  # noqa: BLE001 (it is the plugin's)
            return Writer().message(("failed", describe_error(error)))
        return made

    def _load(self, name: str, value: str) -> Mapping[str, object]:
        from importlib.metadata import EntryPoint  # slow to import

        entry = EntryPoint(name, value, PROJECT)
        try:
            plugin = guarded(entry.load)
        except AdvisorError as error:
            raise PluginError(f"import failed: {describe_error(error)}") from None
        add(self._registry, plugin, name)
        (info,) = self._registry.plugins
        if info.problem is not None:
            raise PluginError(info.problem)
        found = {hook: self._registry.implementations(hook) for hook in info.hooks}
        return {
            "hooks": [hook for hook in found if hook != _TEMPLATES],
            "blocks": [hook for hook, (one,) in found.items() if takes_blocks(one.function)],
            "templates": _TEMPLATES in found,
        }

    def _hook(self, hook: str, values: Mapping[str, object]) -> list[object]:
        (implementation,) = self._registry.implementations(hook)
        function: Callable[..., Any] = implementation.function
        wanted = (*implementation.argnames, *implementation.kwargnames)
        given = guarded(lambda: list(function(**{name: values[name] for name in wanted})))
        return [self._handed(item) for item in given]

    def _handed(self, item: object) -> object:
        """An object as its number, with what the run wants to know of it; else the value."""
        if isinstance(item, Provider):
            self._objects.append(item)
            together = isinstance(item, Together)
            return "provider", len(self._objects) - 1, item.name, dict(item.kinds), together
        if isinstance(item, ReportFormat):
            self._objects.append(item)
            return "format", len(self._objects) - 1, item.name, str(item.suffix)
        return item

    def _method(self, number: int, method: str, arguments: Sequence[Any]) -> object:
        own = self._objects[number]
        first, *others = arguments
        if method == "render":
            return guarded(lambda: own.render(first, self._environment(*others)))
        if method == "together":
            return guarded(lambda: tuple(own.together(first)))
        source = _source(*first)
        if method == "recognise":
            return guarded(lambda: tuple(own.recognise(source)))
        return guarded(lambda: own.read(source, *others))

    def _environment(self, themes: Sequence[Templates], suffix: str) -> Any:
        own: list[Templates] = []
        for implementation in self._registry.implementations(_TEMPLATES):
            function: Callable[..., Any] = implementation.function
            own += function()
        return self._make_environment([*own, *themes], suffix)

    def _function(self, number: int) -> Callable[..., Any]:
        def call(*arguments: object) -> Any:
            self._connection.send(Writer().message(("call", (number, arguments))))
            kind, value = read_message(self._connection.receive(), self._function)
            if kind == "refused":
                message, where, hint = value
                raise AdvisorError(message, where=where, hint=hint)
            if kind != "value":
                raise PluginError(str(value))
            return value

        return call


def _source(
    file: "File", container: "Container", grids: Sequence[tuple[str, Any, Any]]
) -> "OneGrid":
    from advisor.model import OneGrid

    return OneGrid(file, container, tuple(_Grid(*grid) for grid in grids))


def run_isolated(environment: Environment) -> None:
    """Loads one plugin and answers for it, until the run says no more. *environment* makes that of
    reports, of folders of templates and the suffix of a file."""
    connection = Connection()
    side = _Side(connection, environment)
    serve(side.answer, _MOST_SECONDS * float(sys.argv[1]), connection)
