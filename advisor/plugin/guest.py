"""Running a stranger's code: whatever it does, the host gets a value or one line.

A guest runs in a thread of its own, and the host waits for it as long as the user allows. A thread
rather than a process: what is handed over needs no copying and what comes back no parsing, it works
alike on every system and for plugins that are no files, and it costs a tenth of a millisecond a
call. What comes with the project runs directly and pays nothing.

A thread that is late is told to stop, which ends Python code, and left behind as a daemon, which
serves for code that waits or computes without the interpreter's lock. Code that keeps that lock (a
regular expression that backtracks for ever) stops every thread of the process: a watchdog outside
Python then prints where it stands and ends the run, rather than let it hang.

What a guest prints goes to standard error: standard output may be a plan that a program reads.
"""

import contextlib
import faulthandler
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from typing import TypeVar

from advisor.errors import AdvisorError

T = TypeVar("T")

TIME_LIMIT = 60.0  # seconds; [plugins] time_limit of advisor.toml
_HOPELESS = 60.0  # seconds beyond the limit: who runs no Python by then never will
_LONG = 300  # letters of a stranger's message
_left_behind: list[Thread] = []


class GuestFault(Exception):
    """What a plugin did, in one line. *hung*: it did not come back in time."""

    def __init__(self, text: str, *, hung: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.hung = hung


class _Stop(BaseException):
    """Raised inside a thread that is late."""


def run(work: Callable[[], T], limit: float) -> T:
    """What *work* returns within *limit* seconds.

    Raises AdvisorError where *work* does, for that is how a plugin says that a file is broken, and
    GuestFault for anything else: an exception of any kind (also SystemExit), or no answer in time.
    """
    given: list[T] = []
    raised: list[BaseException] = []

    def body() -> None:
        try:
            given.append(work())
        except BaseException as error:  # noqa: BLE001  a stranger's code may raise anything
            raised.append(error)

    thread = Thread(target=body, daemon=True, name="a plugin")
    with _watchdog(limit + _HOPELESS), contextlib.redirect_stdout(sys.stderr):
        thread.start()
        thread.join(limit)
    if given:
        return given[0]
    if raised:
        raise _told(raised[0])
    _left_behind.append(thread)
    _stop(thread)
    raise GuestFault(f"did not come back within {limit:g} seconds", hung=True)


def directly(work: Callable[[], T]) -> T:
    """What *work* returns, in this thread and without a limit; raises like `run`.

    An interrupt here is the user's own, and stays one.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        raise _told(error) from None


def left_behind() -> bool:
    """Whether a guest that was given up still runs."""
    return any(thread.is_alive() for thread in _left_behind)


def what(error: BaseException) -> str:
    """*error* as one short line, also where it cannot say itself what it is."""
    if isinstance(error, GuestFault):
        return error.text
    name = type(error).__name__
    try:
        text = str(error).strip().split("\n", 1)[0]
    except BaseException:  # noqa: BLE001
        return name
    short = text if len(text) <= _LONG else f"{text[:_LONG]} …"
    return f"{name}: {short}" if short else name


def _told(error: BaseException) -> Exception:
    return error if isinstance(error, AdvisorError | GuestFault) else GuestFault(what(error))


def _stop(thread: Thread) -> None:
    """Raises _Stop in *thread*, as soon as it runs Python code."""
    import ctypes

    if thread.ident is not None:
        ident = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_Stop))


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    if sys.__stderr__ is None:  # a process without a terminal has nowhere to tell it
        yield
        return
    try:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)
    except (OSError, ValueError):  # its standard error is closed
        yield
        return
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
