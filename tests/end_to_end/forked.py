"""Runs of the command that begin at once: forks of a process that has all modules loaded.

`python -P -m tests.end_to_end.forked WORDS…` runs the command once, to see what it loads. Then
each line of standard input, a list of words, starts a run as the leader of a group of its own; the
answer is its number. An empty line waits for it; the answer is how it ended. `serve` runs until it
is killed.

The workers of a portfolio run (`--jobs`) are forks too, made when the run begins: later it has
threads, which a fork would lose.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Self

import attrs

_LOADED = """\
import sys
import advisor.portfolio
from advisor.cli import main
from advisor.portfolio.worker import Worker
advisor.portfolio.ProcessEngine = lambda *_: advisor.portfolio.LocalEngine(Worker())
if {words!r}[0] == "serve":
    import python_multipart, tomlkit, uvicorn
    uvicorn.Server.run = lambda *_: uvicorn.Config(None).load()
main({words!r}, standalone_mode=False)
print(*sys.modules)
"""


class ForkedCommand:
    """A process that forks for each run."""

    def __init__(self, words: list[str], env: dict[str, str]) -> None:
        root = Path(__file__).parents[2]
        path = os.pathsep.join(filter(None, (str(root), env.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.end_to_end.forked", *words],
            env={**env, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said()

    def start(self, words: list[str], output: Path | None = None) -> int:
        """The number of a run that has begun; what it says goes to *output*."""
        self._say(json.dumps([words, str(output or "")]))
        return self._said()

    def wait(self) -> int:
        """How it ended: an exit code, or a signal below 0."""
        self._say("")
        return self._said()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def _said(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()


def load(words: list[str]) -> None:
    """Import what a run imports, and run nothing: the threads of Polars, which begin with its first
    query, would not be there in a fork."""
    program = _LOADED.format(words=words)
    said = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    ).stdout
    for name in said.split():
        if name != "__main__":
            try:
                importlib.import_module(name)
            except ImportError:  # a name that another module gave itself
                continue


def main() -> None:
    """Answer one line after another."""
    answers = os.fdopen(os.dup(1), "w")
    load(sys.argv[1:])
    gc.freeze()
    print(0, file=answers, flush=True)
    running = 0
    for line in sys.stdin:
        if not line.strip():
            status = os.waitpid(running, 0)[1]
            print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
            running = 0
            continue
        running = os.fork()
        if running == 0:
            os.setpgid(0, 0)
            run(*json.loads(line))
        print(running, file=answers, flush=True)
    if running:  # and nobody has waited for it: a test has failed
        with contextlib.suppress(OSError):
            os.killpg(running, signal.SIGKILL)


def run(words: list[str], output: str) -> None:
    """Be the command."""
    from advisor.cli import main as command

    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    if output:
        said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for place in (1, 2):
            os.dup2(said, place)
    if "--jobs" in words:
        fork_workers(int(words[words.index("--jobs") + 1]))
    try:
        command(words, prog_name="advisor")
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


@attrs.define
class ForkedWorker:
    """What the one runner of children needs of `subprocess.Popen`."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    returncode: int | None = None

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


def fork_workers(count: int) -> None:
    """Have the runner take so many forks where it would start workers of a portfolio."""
    from advisor.plugin import process

    waiting = [fork_worker() for _ in range(count)]
    start = process._start

    def taken(command: Any, *rest: Any) -> Any:
        if waiting and command[-1] == "advisor.portfolio.worker":
            return waiting.pop()
        return start(command, *rest)

    process._start = taken  # type: ignore[assignment]


def fork_worker() -> ForkedWorker:
    """A worker that waits for its first request."""
    from advisor.portfolio.worker import main as work

    (asked, ask), (answer, answered), (told, tells) = (os.pipe() for _ in range(3))
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        for place, end in enumerate((asked, answered, tells)):
            os.dup2(end, place)
        os.closerange(3, 256)  # the other ends, also of workers that were forked before
        try:
            work()
        finally:
            os._exit(1)
    for end in (asked, answered, tells):
        os.close(end)
    return ForkedWorker(pid, os.fdopen(ask, "wb"), os.fdopen(answer, "rb"), os.fdopen(told, "rb"))


if __name__ == "__main__":
    main()
