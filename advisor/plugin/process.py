"""The one runner of child processes: limits on time, memory and output, and how a child died.

A child gets its input and gives its output through pipes, as one piece (`run_process`) or as frames
of a conversation (`Child`); it never has a socket. A frame is its length in four bytes, then its
bytes. What the bytes mean is agreed by the two sides: JSON, or Arrow's own format for tables; never
pickle, which would let a child run code in its parent.

A child leads a process group of its own: when it ends, whatever it started ends with it, and the
user's Ctrl-C is for the parent alone. A child that works by `serve` also ends by itself where its
parent has gone, in the midst of an answer too: what it still wrote would come among the files of
the next run.
"""

import contextlib
import os
import select
import signal
import struct
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from advisor.errors import AdvisorError
from advisor.model import frozen

if TYPE_CHECKING:
    import subprocess  # slow to import: where a child is started

MIB = 2**20

_LENGTH = struct.Struct(">I")
_CHUNK = 64 * 1024
_ERRORS_KEPT = 16 * 1024  # bytes of standard error
_LINES_KEPT = 5
_LINE = 300  # characters of one of them
_GRACE = 2.0  # seconds for a child that said its last word to end by itself
# What an interpreter, Rust and C++ say when no memory is left.
_OUT_OF_MEMORY = (
    "MemoryError",
    "memory allocation of",
    "Cannot allocate memory",
    "bad_alloc",
    "out of memory",
)
# Signals by which the system ends what has used its time.
_ENDED_BY_TIME = {
    -getattr(signal, name) for name in ("SIGALRM", "SIGXCPU") if hasattr(signal, name)
}


class Cause(StrEnum):
    """What ended a child."""

    START = "start"  # it could not be started
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"  # it gave more than it may
    SIGNAL = "signal"
    EXIT = "exit"  # it ended by itself


@frozen
class Limits:
    """*seconds* for an answer (or for all that a one-shot child does), bytes of *memory* (address
    space; held on Linux, elsewhere without effect), bytes of *output* of one answer."""

    seconds: float = 60.0
    memory: int | None = None
    output: int = 256 * MIB


@frozen
class Death:
    """How a child ended. *exit_code* or *signal* where the system gave one; *last_lines* of its
    standard error."""

    cause: Cause
    text: str
    exit_code: int | None = None
    signal: int | None = None
    last_lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line: what happened, and the last thing that the child said."""
        return f"{self.text} ({self.last_lines[-1]})" if self.last_lines else self.text


class ChildDied(AdvisorError):
    """A child ended before it had answered, or was ended because it passed a limit."""

    def __init__(self, death: Death) -> None:
        self.death = death
        super().__init__(str(death))


class Child:
    """A child process to talk with, one frame there and one back.

    *limits* hold for each answer. After ChildDied the child has ended and every further call raises
    it again. Not to be used by two threads at once.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        limits: Limits | None = None,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Starts *command* without a shell. Raises ChildDied where that is not possible."""
        self.limits = limits or Limits()
        self.owner = os.getpid()
        self._death: Death | None = None
        self._expired = False
        self._process = _start(command, self.limits, env, cwd)
        self._errors = _Tail(self._process.stderr)
        self._end = weakref.finalize(self, _end, self._process, self._errors, self.owner)

    @property
    def pid(self) -> int:
        """The number that the system knows it by."""
        return self._process.pid

    @property
    def death(self) -> Death | None:
        """How it died; None as long as nothing is known of it."""
        return self._death

    @property
    def ended(self) -> bool:
        """Whether it has ended, as one may that nothing was asked of. It is not waited for, so that
        its group can still be ended by its number."""
        if not self._end.alive or not hasattr(os, "waitid"):
            return self._process.poll() is not None
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is not None

    def ask(self, message: bytes, seconds: float | None = None) -> bytes:
        """Sends *message* and waits for the answer, both together within *seconds*."""
        with self._within(seconds):
            self._write(message)
            return self._read()

    def send(self, message: bytes, seconds: float | None = None) -> None:
        """Sends *message*, which the child must have taken within *seconds*."""
        with self._within(seconds):
            self._write(message)

    def receive(self, seconds: float | None = None) -> bytes:
        """Waits for the next frame."""
        with self._within(seconds):
            return self._read()

    def close(self) -> None:
        """Ends the child and all that it started; it may be called again."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _within(self, seconds: float | None) -> Iterator[None]:
        if self._death is not None:
            raise ChildDied(self._death)
        if not self._end.alive:
            raise RuntimeError("the child was closed")
        seconds = self.limits.seconds if seconds is None else seconds
        with _alarm(seconds, self._expire):
            try:
                yield
            except (OSError, EOFError):
                died: Death | None = self._account(seconds)
            except _TooMuchError as error:
                died = Death(Cause.OUTPUT, str(error), last_lines=self._errors.lines())
            except BaseException:
                # Half a frame may be on its way: there is no talking with it any more.
                self.close()
                raise
            else:
                died = self._account(seconds) if self._expired else None
        if died is not None:
            self._death = died
            self.close()
            raise ChildDied(died)

    def _expire(self) -> None:
        self._expired = True
        _kill(self._process)

    def _account(self, seconds: float) -> Death:
        code = _exit_code(self._process)
        self._errors.join()
        return _account(code, seconds, self.limits, self._errors.lines(), expired=self._expired)

    def _write(self, message: bytes) -> None:
        stream = _there(self._process.stdin)
        stream.write(_LENGTH.pack(len(message)))
        stream.write(message)
        stream.flush()

    def _read(self) -> bytes:
        stream = _there(self._process.stdout)
        length = _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]
        if length > self.limits.output:
            raise _TooMuchError(_too_much(self.limits.output))
        return _exactly(stream, length)


def run_process(
    command: Sequence[str | Path],
    data: bytes = b"",
    limits: Limits | None = None,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> bytes:
    """What *command* writes to standard output, given *data* on standard input.

    Raises ChildDied where it passes a limit, or ends with anything but exit code 0.
    """
    limits = limits or Limits()
    process = _start(command, limits, env, cwd)
    errors = _Tail(process.stderr)
    feeder = threading.Thread(target=_feed, args=(process, data), daemon=True)
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _kill(process)

    try:
        feeder.start()
        with _alarm(limits.seconds, expire):
            output = _there(process.stdout).read(limits.output + 1)
            if len(output) > limits.output:
                too_much = _too_much(limits.output)
                raise ChildDied(Death(Cause.OUTPUT, too_much, last_lines=errors.lines()))
            code = _exit_code(process, limits.seconds)
        if code != 0 or expired.is_set():
            errors.join()
            lines, late = errors.lines(), expired.is_set()
            raise ChildDied(_account(code, limits.seconds, limits, lines, expired=late))
        return output
    finally:
        _kill(process)  # before the feeder, which may be waiting for it
        feeder.join()
        _end(process, errors, os.getpid())


def python_command(*arguments: str | Path) -> list[str]:
    """A command that runs this interpreter; *arguments* are its own."""
    if not sys.executable:
        raise ChildDied(Death(Cause.START, "there is no Python interpreter to be started"))
    return [sys.executable, *map(str, arguments)]


class Connection:
    """The child's side of a conversation: frames on the pipes that it was started with.

    From here on nothing else can come between them: what the child prints goes to standard error,
    and what it reads from standard input is empty.
    """

    def __init__(self) -> None:
        self._incoming: IO[bytes] = os.fdopen(os.dup(0), "rb")
        self._outgoing: IO[bytes] = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def end_with_parent(self) -> None:
        """Has this process end at once where nobody holds the other end of its input any more."""
        if not hasattr(select, "poll"):  # Windows
            return
        closed = select.poll()
        closed.register(self._incoming, 0)  # told of its end alone

        def wait() -> None:
            closed.poll()
            os._exit(1)

        threading.Thread(target=wait, daemon=True).start()

    def receive(self) -> bytes:
        """The next frame. Raises EOFError where the parent has ended."""
        return _exactly(self._incoming, _LENGTH.unpack(_exactly(self._incoming, _LENGTH.size))[0])

    def send(self, message: bytes) -> None:
        """Sends one frame."""
        self._outgoing.write(_LENGTH.pack(len(message)) + message)
        self._outgoing.flush()


def serve(answer: Callable[[bytes], bytes], seconds: float, over: Connection | None = None) -> None:
    """Answers frame after frame, until the parent says no more.

    Where an answer takes much longer than *seconds*, nobody is there who would have ended the
    child: the system then does it.
    """
    connection = over or Connection()
    connection.end_with_parent()
    while True:
        try:
            message = connection.receive()
        except EOFError:
            return
        ends_by_itself(2 * seconds + 10)
        connection.send(answer(message))
        ends_by_itself(0)


def ends_by_itself(seconds: float) -> None:
    """Has the system end this process in *seconds*, whatever it is doing then; 0 calls it off."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


class _TooMuchError(Exception):
    """A frame is longer than it may be."""


class _Tail:
    """The end of what a stream says. It is read to its end, so that nobody waits in writing it."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._kept = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        stream = _there(self._stream)
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), _CHUNK):
                self._kept = (self._kept + chunk)[-_ERRORS_KEPT:]

    def join(self) -> None:
        """Waits until all is read; not long, as another process may hold the stream open."""
        self._reader.join(_GRACE)

    def lines(self) -> tuple[str, ...]:
        """The last lines that say something."""
        lines = self._kept.decode(errors="replace").splitlines()
        said = [line.strip()[:_LINE] for line in lines if line.strip()]
        return tuple(said[-_LINES_KEPT:])


def _start(
    command: Sequence[str | Path],
    limits: Limits,
    env: Mapping[str, str] | None,
    cwd: Path | None,
) -> "subprocess.Popen[bytes]":
    import subprocess

    own_group: dict[str, Any] = (
        {"process_group": 0}
        if os.name == "posix"
        else {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    )
    try:
        process = subprocess.Popen(  # noqa: S603 (no shell; the command is ours)
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=None if env is None else dict(env),
            cwd=cwd,
            **own_group,
        )
    except (OSError, ValueError) as error:
        raise ChildDied(Death(Cause.START, f"it could not be started: {error}")) from None
    _limit(process.pid, limits.memory)
    return process


def _limit(pid: int, memory: int | None) -> None:
    """Holds a child to its *memory*, from outside: code between fork and exec is unsafe where there
    are threads. A crash leaves no core file."""
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError):  # it has ended already
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if memory is not None:
            resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))


def _feed(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError), _there(process.stdin) as stream:
        stream.write(data)


@contextmanager
def _alarm(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Calls *act* in *seconds*, unless the block has ended by then."""
    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Ends a child that nobody has waited for yet, and its group."""
    if process.returncode is not None:
        return  # its number may be another one's
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _exit_code(process: "subprocess.Popen[bytes]", seconds: float = _GRACE) -> int | None:
    """How a child ended that is about to; None where it had to be ended. It is not waited for, so
    that its group can still be ended by its number."""
    if not hasattr(os, "waitid"):
        import subprocess

        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(process)

    with _alarm(seconds, end):
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if ended is None or late.is_set():
        return None
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def _end(process: "subprocess.Popen[bytes]", errors: _Tail, owner: int) -> None:
    """Ends a child and all that it started, and gives back what it took; a copy of its parent that
    a fork made leaves it alone."""
    if os.getpid() != owner:
        return
    _kill(process)
    process.wait()
    errors.join()
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            _there(stream).close()


def _account(
    code: int | None,
    seconds: float,
    limits: Limits,
    lines: tuple[str, ...],
    *,
    expired: bool,
) -> Death:
    if expired or code in _ENDED_BY_TIME:
        return Death(
            Cause.TIMEOUT, f"it took longer than {round(seconds, 1):g} s", None, None, lines
        )
    if code is None:
        return Death(Cause.EXIT, "it stopped answering", None, None, lines)
    killed = -code if code < 0 else None
    ended = code if code >= 0 else None
    if code != 0 and any(word in line for line in lines for word in _OUT_OF_MEMORY):
        limit = f" of {limits.memory // MIB} MiB" if limits.memory else ""
        return Death(Cause.MEMORY, f"it ran out of its memory{limit}", ended, killed, lines)
    if killed is not None:
        return Death(Cause.SIGNAL, f"it was killed by {_signal(killed)}", None, killed, lines)
    return Death(Cause.EXIT, f"it ended with exit code {ended}", ended, None, lines)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _too_much(limit: int) -> str:
    return (
        f"it gave more than {limit // MIB} MiB" if limit >= MIB else f"it gave more than {limit} B"
    )


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("the pipe is missing")
    return stream
