"""The process that tries mutants: it has the libraries loaded, and forks for each.

A line of standard input names the tests; a line of standard output says how they ended: the exit
code of pytest, or a signal below 0.
"""

import json
import os
import resource
import signal
import sys
from typing import Any

import hypothesis
import jinja2
import polars as pl
import pytest
import scipy.stats

LOADED = (hypothesis, jinja2, pl, pytest, scipy.stats)


def run(tests: list[str]) -> int:
    """Run *tests* in this process, which has not loaded the project yet."""
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
    return int(pytest.main([*options, *tests]))


def forked(tests: list[str], seconds: int) -> int:
    """Run *tests* in a fork, which has so many *seconds* of processor time."""
    pid = os.fork()
    if pid == 0:
        signal.setitimer(signal.ITIMER_REAL, 20 * seconds)  # it may wait for what never comes
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        code = 1
        try:
            code = run(tests)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Answer one line after another."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        print(forked(asked["tests"], asked["seconds"]), file=answers, flush=True)


if __name__ == "__main__":
    main()
