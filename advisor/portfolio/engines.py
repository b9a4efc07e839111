"""Where blocks of shops are worked on: in this process, in child processes, or on a cluster.

An engine works on as many blocks at once as it has places. Each place takes one request after
another and gives its answer; results go to files, and only small answers travel. What ends a place
raises ChildDied there, and the place goes on with a new worker.
"""

import json
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from advisor.model import cores, define
from advisor.plugin import MIB, Child, ChildDied, Limits, python_command

if TYPE_CHECKING:
    from advisor.portfolio.worker import Worker

LIMITS = Limits(seconds=900.0, memory=16 * 1024 * MIB, output=16 * MIB)
THREADS = "POLARS_MAX_THREADS"
Message = Mapping[str, Any]


class Place(Protocol):
    """Works on one request at a time."""

    def ask(self, message: Message) -> Message:
        """The answer to *message*. Raises ChildDied where the worker ended before it."""

    def close(self) -> None:
        """Ends the worker."""


class Engine(Protocol):
    """Has work done in *places* at once."""

    @property
    def places(self) -> int:
        """How many requests are worked on at once."""

    @property
    def spreads(self) -> bool:
        """Whether even few shops are cut into several blocks."""

    def open(self) -> Place:
        """A further place; the worker starts when it is first asked."""

    def stop(self) -> None:
        """Ends all workers, whatever they are doing."""


class LocalEngine:
    """Works in this process: for few shops, where starting another one would take longer."""

    places = 1
    spreads = False

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker

    def open(self) -> Place:
        """Gives itself."""
        return self

    def ask(self, message: Message) -> Message:
        """The answer to *message*."""
        return self._worker.work(message)

    def close(self) -> None:
        """Nothing is to be ended."""

    def stop(self) -> None:
        """Nothing is to be ended."""


@define(eq=False)
class ProcessEngine:
    """Child processes of this machine, through the project's one runner."""

    places: int = attrs.field(factory=cores)
    spreads: bool = attrs.field(default=True, init=False)
    _guard: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _children: list[Child] = attrs.field(factory=list, init=False)

    def open(self) -> Place:
        """A place for a child."""
        return _ChildPlace(self)

    def stop(self) -> None:
        """Ends all children; what they were at is not done."""
        with self._guard:
            for child in self._children:
                child.close()

    def start(self) -> Child:
        """A new child with its share of the machine's threads."""
        child = start_child(max(1, cores() // self.places))
        with self._guard:
            self._children.append(child)
        return child

    def ended(self, child: Child) -> None:
        """Forgets a child."""
        child.close()
        with self._guard:
            self._children.remove(child)


def start_child(threads: int) -> Child:
    """A new worker process with so many threads."""
    env = {**os.environ, THREADS: str(threads)}
    return Child(python_command("-P", "-m", "advisor.portfolio.worker"), LIMITS, env=env)


class _ChildPlace:
    """A child, started when it is needed and again after it died."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._engine = engine
        self._child: Child | None = None

    def ask(self, message: Message) -> Message:
        if self._child is None:
            self._child = self._engine.start()
        try:
            answer: Message = json.loads(self._child.ask(json.dumps(message).encode()))
        except ChildDied:
            self.close()
            raise
        return answer

    def close(self) -> None:
        if self._child is not None:
            self._engine.ended(self._child)
            self._child = None
