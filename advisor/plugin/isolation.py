"""Plugins of others, each in a child process that can be killed.

A plugin that hangs, ends its process, crashes or takes all memory costs what it would have brought
and one line, at whatever point of the run; the run itself never imports it. Seen from the registry
an isolated plugin is a plugin like any other, whose hooks pass each call on (see `messages`).
`advisor.cli.isolated` is the other side.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any

from advisor.errors import AdvisorError, PluginError
from advisor.model import Reading, Source, frozen
from advisor.plugin.counts import Counts, MetricsContext
from advisor.plugin.guard import describe_error
from advisor.plugin.hookspecs import KindInfo, Match, ReadContext, hookimpl
from advisor.plugin.messages import Writer, read_message
from advisor.plugin.process import MIB, Child, ChildDied, Limits, python_command

if TYPE_CHECKING:
    import jinja2

LIMITS = Limits(seconds=60.0, memory=4096 * MIB, output=512 * MIB)
SECONDS_A_MIB = 1.0  # more for each MiB of a file that is read
CHILD = "advisor.cli.isolated"
_METRICS = "advisor_metrics"


@frozen
class PluginHooks:
    """What a child says of its plugin: its hooks, which of them take many shops at once, and if
    it brings templates."""

    hooks: Sequence[str]
    blocks: Sequence[str] = ()
    templates: bool = False


class Conversation:
    """A child with one plugin. Every method raises PluginError where it ended, hung or failed."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Starts the child; it is not waited for."""
        self._limits = limits or LIMITS
        self._lock = RLock()
        path = os.pathsep.join(place for place in sys.path if place)
        command = python_command("-P", "-m", CHILD, str(self._limits.seconds))
        try:
            self._child = Child(command, self._limits, env={**os.environ, "PYTHONPATH": path})
        except ChildDied as died:
            raise PluginError(str(died)) from None

    @property
    def ended(self) -> bool:
        """Whether the child is known to have ended."""
        return self._child.death is not None

    @property
    def pid(self) -> int:
        """The child's process."""
        return self._child.pid

    def ask(self, what: str, *arguments: object, more_seconds: float = 0.0) -> Any:
        """What the child answers; functions among *arguments* it may call while it works."""
        writer = Writer()
        message = writer.message((what, *arguments))
        seconds = self._limits.seconds + more_seconds
        until = time.monotonic() + seconds
        with self._lock:
            try:
                answer = self._child.ask(message, seconds)
                while True:
                    kind, value = read_message(answer)
                    if kind != "call":
                        break
                    reply = writer.message(_called(writer, *value))
                    answer = self._child.ask(reply, max(until - time.monotonic(), 0.001))
            except ChildDied as died:
                raise PluginError(f"its process was ended: {died}") from None
            except (TypeError, ValueError) as error:
                raise PluginError(f"it gave what is no answer: {error}") from None
        if kind == "refused":
            message_text, where, hint = (str(part) for part in value)
            raise AdvisorError(message_text, where=where, hint=hint)
        if kind != "value":
            raise PluginError(str(value))
        return value

    def close(self) -> None:
        """Ends the child."""
        self._child.close()


class IsolatedPlugin:
    """A plugin whose hooks run in a child. *templates* says whether it would bring some: they are
    done without, as templates run inside of the report."""

    def __init__(self, conversation: Conversation, said: PluginHooks) -> None:
        self.templates = said.templates
        self.conversation = conversation
        for hook in said.hooks:
            function = _hook(conversation, hook)
            setattr(self, hook, hookimpl(blocks=hook in said.blocks)(function))


def load_isolated(conversation: Conversation, name: str, value: str) -> IsolatedPlugin:
    """The plugin that the entry point *name* names with *value*. Raises PluginError where it cannot
    be used."""
    said = conversation.ask("load", name, value)
    if not isinstance(said, Mapping):
        raise PluginError("it gave what is no answer")
    return IsolatedPlugin(conversation, PluginHooks(**said))


def _hook(conversation: Conversation, hook: str) -> Callable[..., list[Any]]:
    def ask(**values: object) -> list[Any]:
        return [_made(conversation, one) for one in conversation.ask("hook", hook, values)]

    def without_arguments() -> list[Any]:
        return ask()

    # By the names of its arguments the registry knows what a hook asks for.
    def of_counts(counts: Counts, context: MetricsContext) -> list[Any]:
        return ask(counts=counts, context=context)

    return of_counts if hook == _METRICS else without_arguments


def _made(conversation: Conversation, item: Any) -> Any:
    match item:
        case ("provider", int(number), str(name), dict(kinds), together):
            made = _TogetherProvider if together else _Provider
            return made(conversation, number, name, kinds)
        case ("format", int(number), str(name), str(suffix)):
            return _Format(conversation, number, name, suffix)
    return item


@frozen(eq=False)
class _Provider:
    conversation: Conversation
    number: int
    name: str
    kinds: Mapping[str, KindInfo]

    def recognise(self, source: Source) -> Sequence[Match]:
        """Claims on *source*; none any more where its process has ended, which was said then."""
        if self.conversation.ended:
            return []
        found: Sequence[Match] = self._ask("recognise", source, _plain(source))
        return found

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """The counts of *source*, read by the child."""
        found: Reading = self._ask("read", source, _plain(source), match, context)
        return found

    def _ask(self, method: str, source: Source, *arguments: object) -> Any:
        more = source.file.size / MIB * SECONDS_A_MIB
        ask = self.conversation.ask
        return ask("method", self.number, method, arguments, more_seconds=more)


class _TogetherProvider(_Provider):
    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """*readings* as the child sees them together."""
        if self.conversation.ended:
            return readings
        given = (tuple(readings),)
        found: Sequence[Reading] = self.conversation.ask("method", self.number, "together", given)
        return found


@frozen(eq=False)
class _Format:
    conversation: Conversation
    number: int
    name: str
    suffix: str

    def render(self, document: Mapping[str, object], environment: "jinja2.Environment") -> str:
        """The text that the child makes, with the templates of *environment* and its own."""
        themes = getattr(environment.loader, "themes", ())
        arguments = (document, tuple(themes), self.suffix)
        text: str = self.conversation.ask("method", self.number, "render", arguments)
        return text


def _plain(source: Source) -> tuple[object, ...]:
    grids = tuple((g.name, [[*row] for row in g.head], g.body) for g in source.grids)
    return source.file, source.container, grids


def _called(writer: Writer, number: int, arguments: Sequence[Any]) -> tuple[str, object]:
    """What becomes of a function that the child asked for."""
    try:
        return "value", writer.functions[number](*arguments)
    except AdvisorError as error:
        return "refused", (error.message, error.where, error.hint)
    except Exception as error:  # noqa: BLE001 (its arguments are the plugin's)
        return "failed", describe_error(error)
