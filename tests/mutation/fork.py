"""The processes that try mutants: each has much loaded already, and forks for each mutant.

A line of standard input asks, a line of standard output says how the tests ended: the exit code of
pytest, a signal below 0, or that the change cannot be made in what is loaded.

`collected TESTS…` has the project and all tests loaded: a fork exchanges the code of the functions
that the mutant changed, and runs. `libraries` has only libraries loaded: a fork loads the project,
also what a module does as it is loaded.
"""

import gc
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TextIO

import jinja2
import polars as pl
import pytest
import scipy.stats

LIBRARIES = (jinja2, pl, scipy.stats)
OTHERWISE = 99  # what the mutant changes is not in a function
OPTIONS = (
    *("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=no"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # libraries, which assert nothing
)
_FUNCTION = 1  # CO_OPTIMIZED, which bodies of modules and classes are not


def forked(run: Callable[[], int], seconds: int) -> int:
    """What *run* returns in a fork, which has so many *seconds* of processor time."""
    pid = os.fork()
    if pid == 0:
        signal.setitimer(signal.ITIMER_REAL, 20 * seconds)  # it may wait for what never comes
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        code = 1
        try:
            code = run()
        except BaseException:  # noqa: BLE001 (whatever it is, a test fails with it)
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def serve(questions: TextIO, answers: TextIO, run: Callable[[dict[str, Any]], int]) -> None:
    """Answer one line after another; first whether forks can run: a thread of Polars, which begins
    with the first query, would be missing in them."""
    threads = {path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")}
    print(int("polars-0" in threads), file=answers, flush=True)
    for line in questions:
        asked: dict[str, Any] = json.loads(line)
        print(forked(lambda: run(asked), asked["seconds"]), file=answers, flush=True)  # noqa: B023


class Collected:
    """A plugin of pytest that runs no test but in forks, and those that are asked for."""

    def __init__(self, questions: TextIO, answers: TextIO) -> None:
        self._questions = questions
        self._answers = answers
        self._functions: dict[str, list[FunctionType]] = {}
        self._sources: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve, where pytest would begin to run."""
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions.setdefault(one.__code__.co_filename, []).append(one)
        for name in self._functions:
            if name.endswith(".py") and Path(name).is_file():
                self._sources[name] = Path(name).read_text(encoding="utf-8")
        items = {item.nodeid: item for item in session.items}

        def run(asked: dict[str, Any]) -> int:
            if not self._change(asked["file"]):
                return OTHERWISE
            session.items = [items[test] for test in asked["tests"]]
            for at, item in enumerate(session.items):
                following = session.items[at + 1] if at + 1 < len(session.items) else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
            return 0

        gc.freeze()
        serve(self._questions, self._answers, run)
        return True

    def _change(self, name: str) -> bool:
        """Exchange the code of the functions that differ from what is on the disk; False where
        something else differs."""
        new = compile(Path(name).read_text(encoding="utf-8"), name, "exec", dont_inherit=True)
        old = compile(self._sources[name], name, "exec", dont_inherit=True)
        changed = list(differing(old, new))
        if not all(changed):
            return False
        wanted = {_key(pair[0]): pair[1] for pair in changed if pair}
        found = set()
        for function in self._functions[name]:
            key = _key(function.__code__)
            if key in wanted:
                function.__code__ = wanted[key]
                found.add(key)
        return found == set(wanted)


def _key(code: CodeType) -> tuple[object, ...]:
    return code.co_qualname, code.co_firstlineno


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType] | None]:
    """Yield the functions that differ; None for anything else that does."""
    if old.co_flags & _FUNCTION:
        if old != new:
            yield old, new
        return
    nested, others = zip(*map(_apart, (old, new)), strict=True)
    if old.co_code != new.co_code or others[0] != others[1] or len(nested[0]) != len(nested[1]):
        yield None
        return
    for one, other in zip(*nested, strict=True):
        yield from differing(one, other)


def _apart(code: CodeType) -> tuple[list[CodeType], list[object]]:
    nested = [one for one in code.co_consts if isinstance(one, CodeType)]
    others = [(type(one), one) for one in code.co_consts if not isinstance(one, CodeType)]
    return nested, [*others, code.co_names]


def main() -> None:
    """Be one of the two."""
    questions, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what pytest says
    match sys.argv[1:]:
        case ["collected", *tests]:
            pytest.main([*OPTIONS, *tests], plugins=[Collected(questions, answers)])
        case _:
            serve(questions, answers, lambda asked: pytest.main([*OPTIONS, *asked["tests"]]))


if __name__ == "__main__":
    main()
