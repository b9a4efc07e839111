"""Runs of the command that begin at once: forks of a process that has all modules loaded.

`python -P -m tests.end_to_end.forked WORDS…` runs the command once, to see what it loads. Then
each line of standard input, a list of words, starts a run as the leader of a group of its own; the
answer is its number. An empty line waits for it; the answer is how it ended.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Self

_LOADED = """\
import sys
from advisor.cli import main
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

    def start(self, words: list[str]) -> int:
        """The number of a run that has begun."""
        self._say(json.dumps(words))
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
    print(0, file=answers, flush=True)
    running = 0
    for line in sys.stdin:
        if not line.strip():
            status = os.waitpid(running, 0)[1]
            print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
            continue
        running = os.fork()
        if running == 0:
            os.setpgid(0, 0)
            run(json.loads(line))
        print(running, file=answers, flush=True)


def run(words: list[str]) -> None:
    """Be the command."""
    from advisor.cli import main as command

    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    try:
        command(words, prog_name="advisor")
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


if __name__ == "__main__":
    main()
