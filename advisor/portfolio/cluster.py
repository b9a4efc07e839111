"""Blocks of shops on the workers of a dask.distributed cluster (extra `cluster`).

A request goes to a worker as JSON and is answered there by a child process, as on one machine: a
shop that crashes costs its block, not the worker. Results are files in the folder of the run, which
the workers see under the same path, or on a store; only small answers travel. dask gives a request
whose worker is lost to another worker.
"""

import contextlib
import json
import logging
import secrets
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.errors import AdvisorError
from advisor.model import cores, is_remote
from advisor.plugin import Cause, Child, ChildDied, Death, installed_versions
from advisor.portfolio.engines import Message, start_child

if TYPE_CHECKING:
    from distributed import Client

CONNECTING = 5.0  # seconds for the scheduler: an address that is wrong is told soon
WAIT = 30.0  # seconds for its first worker
_CLOSING = 2.0  # seconds for a good-bye
_PLACES = ("out", "facts_from", "facts_to")
_STARTED = "start `dask scheduler`, and `dask worker ADDRESS` on each machine"
_AGAIN = "finished blocks are kept: run the same command again to go on"
_LOST = (CancelledError, OSError, RuntimeError)  # what a client raises then
_SAME = "workers need the folders of the run under the same paths, or on a store"


class ClusterEngine:
    """The workers of the scheduler at *address*; each of their threads is a place."""

    spreads = True

    def __init__(self, address: str) -> None:
        """Connects. Raises AdvisorError where no scheduler or no worker is there."""
        self._address = address
        self._run = secrets.token_hex(8)
        self._client = _connect(address)
        self._marks: dict[Path, None] = {}
        self._guard = threading.Lock()
        try:
            self._client.wait_for_workers(1, timeout=WAIT)
        except OSError:
            self.stop()
            raise AdvisorError(
                "the scheduler has no workers", where=address, hint=_STARTED
            ) from None

    @property
    def places(self) -> int:
        """How many threads the workers have."""
        return max(1, sum(self._places_of_hosts().values()))

    def open(self) -> "ClusterEngine":
        """Gives itself: the scheduler chooses a worker for each request."""
        return self

    def ask(self, message: Message) -> Message:
        """The answer to *message*. Raises ChildDied where it ended whoever worked on it, and
        AdvisorError where the cluster is lost or a worker is not fit for it."""
        from distributed import KilledWorker

        absolute = _absolute(message)
        request = {
            "run": self._run,
            "versions": installed_versions(),
            "places": self._places_of_hosts(),
            "paths": [*self._marked(absolute), *_inputs(absolute)],
            "message": absolute,
        }
        try:
            told = json.loads(self._result(json.dumps(request)))
        except KilledWorker:
            death = Death(Cause.EXIT, "every worker that tried it was lost")
            raise ChildDied(death) from None
        except ImportError as error:
            raise AdvisorError(
                f"a worker cannot run it: {error}",
                where=self._address,
                hint="install the same shop-advisor on all workers",
            ) from None
        except _LOST:
            raise self._lost() from None
        if "died" in told:
            raise ChildDied(Death(Cause.EXIT, told["died"]))
        if "refused" in told:
            raise AdvisorError(told["refused"], where=self._address, hint=told["hint"])
        answered: Message = told["answer"]
        return answered

    def _places_of_hosts(self) -> Mapping[str, int]:
        """How many threads the workers of each machine have, which share its cores. Raises
        AdvisorError where the scheduler is lost."""
        try:
            threads_of = self._client.nthreads()
        except _LOST:
            raise self._lost() from None
        places: dict[str, int] = {}
        for worker, threads in threads_of.items():
            places[_host(worker)] = places.get(_host(worker), 0) + threads
        return places

    def _lost(self) -> AdvisorError:
        text = "the scheduler, or all of its workers, are lost"
        return AdvisorError(text, where=self._address, hint=_AGAIN)

    def _result(self, request: str) -> str:
        """The answer of a worker. Raises OSError where no worker, or no scheduler, is left."""
        if self._client.status != "running":
            raise OSError(self._client.status)
        future = self._client.submit(answer, request, pure=False)
        while True:
            try:
                result: str = future.result(timeout=WAIT)
            except TimeoutError:
                self._client.wait_for_workers(1, timeout=WAIT)
            else:
                return result

    def close(self) -> None:
        """Nothing is to be ended before the run is."""

    def stop(self) -> None:
        """Ends the children of this run on all workers, and leaves the cluster."""
        with contextlib.suppress(Exception):  # the cluster may be lost, and with it the children
            if self._client.status == "running":
                self._client.run(end_children, self._run)
            self._client.close(timeout=_CLOSING)
        for mark in self._marks:
            mark.unlink(missing_ok=True)

    def _marked(self, message: Message) -> Iterator[str]:
        """A file of this run in the folder that results go to: a worker that does not see it has
        another folder there."""
        place = message["facts_to"] or message["out"]
        if is_remote(place):
            return
        mark = Path(place, f".advisor-run-{self._run}")
        with self._guard:
            if mark not in self._marks:
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
                self._marks[mark] = None
        yield str(mark)


def _connect(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'shop-advisor[cluster]'"
        raise AdvisorError("--cluster needs dask.distributed", hint=hint) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we say what is lost
    try:
        return Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError):
        raise AdvisorError("no scheduler answers", where=address, hint=_STARTED) from None


def _host(address: str) -> str:
    return address.rpartition(":")[0]


def _absolute(message: Message) -> Message:
    """*message* with paths that mean the same on each machine."""

    def absolute(place: str | None) -> str | None:
        return place if place is None or is_remote(place) else str(Path(place).absolute())

    shops = [{**one, "folder": absolute(one["folder"])} for one in message["shops"]]
    plans = {name: absolute(place) for name, place in message.get("plans", {}).items()}
    places = {name: absolute(message[name]) for name in _PLACES}
    return {**message, **places, "plans": plans, "shops": shops}


def _inputs(message: Message) -> Iterator[str]:
    """What a worker must see to read the shops of *message*."""
    shops = message["shops"]
    if any(one["block"] is not None for one in shops) and not is_remote(message["facts_from"]):
        yield message["facts_from"]
    yield from (one["folder"] for one in shops if one["block"] is None and one["problem"] is None)
    yield from message["rules"]


# ── on a worker ──────────────────────────────────────────────────────────────────────────────────

_children: dict[int, tuple[str, Child]] = {}  # by thread, with the run that it works for
_children_guard = threading.Lock()


def answer(request: str) -> str:
    """The answer to a request of ClusterEngine, by the child of this thread of a worker."""
    asked = json.loads(request)
    refused = _refusal(asked)
    if refused:
        return json.dumps(refused)
    try:
        told = _child(asked["run"], asked["places"]).ask(json.dumps(asked["message"]).encode())
    except ChildDied as died:
        _end(threading.get_ident())
        return json.dumps({"died": str(died)})
    return json.dumps({"answer": json.loads(told)})


def end_children(run: str) -> None:
    """Ends the children of a run in this process."""
    with _children_guard:
        threads = [thread for thread, (of, _) in _children.items() if of == run]
    for thread in threads:
        _end(thread)


def _refusal(asked: Mapping[str, Any]) -> Mapping[str, str] | None:
    if asked["versions"] != installed_versions():
        hint = "install the same shop-advisor and plugins on all machines"
        return {"refused": f"a worker has other versions: {installed_versions()}", "hint": hint}
    for path in asked["paths"]:
        if not Path(path).exists():
            return {"refused": f"a worker does not see {path}", "hint": _SAME}
    return None


def _child(run: str, places: Mapping[str, int]) -> Child:
    """The child of this thread, started when it is needed, for each run anew; the *places* of a
    machine share its cores."""
    from distributed import get_worker

    thread = threading.get_ident()
    with _children_guard:
        of, child = _children.get(thread, (None, None))
    if child is None or of != run:
        _end(thread)
        here = places.get(_host(get_worker().address), 1)
        child = start_child(max(1, cores() // here))
        with _children_guard:
            _children[thread] = (run, child)
    return child


def _end(thread: int) -> None:
    with _children_guard:
        _, child = _children.pop(thread, (None, None))
    if child is not None:
        child.close()
