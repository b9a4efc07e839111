"""Running a plugin's code: the host gets a value, or one line that says what failed.

Plugins are trusted as code. What the host protects is its own output: what a plugin prints goes to
standard error, since standard output may be a plan that a program reads.
"""

import contextlib
import decimal
import locale
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from advisor.errors import AdvisorError, PluginError, one_line
from advisor.model import frozen
from advisor.plugin.steps import Request, Steps

T = TypeVar("T")

_LONG = 300  # letters of an error message


def guarded(work: Callable[[], T], *, restored: bool = False) -> T:
    """Return what *work* returns; *restored* puts the state of the process back afterwards.

    Raises AdvisorError where *work* does, since that is how a plugin says that a file is broken,
    and PluginError for anything else, also SystemExit. An interrupt is the user's, and stays one.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            if not restored:
                return work()
            with _process_state():
                return work()
    except (AdvisorError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything
        raise PluginError(describe_error(error)) from None


def guarded_steps(steps: Steps[T]) -> Steps[T]:
    """Return what *steps* make, each part of them guarded."""
    answer: Any = None
    failed: BaseException | None = None
    while True:

        def resume(answer: Any = answer, failed: BaseException | None = failed) -> Request | Ended:
            try:
                return steps.send(answer) if failed is None else steps.throw(failed)
            except StopIteration as end:
                return Ended(end.value)

        asked = guarded(resume)
        if isinstance(asked, Ended):
            made: T = asked.made
            return made
        try:
            answer, failed = (yield asked), None
        except GeneratorExit:
            steps.close()
            raise
        except BaseException as error:  # noqa: BLE001  it is for the steps to see
            failed = error


@frozen(eq=False)
class Ended:
    """The end of some steps."""

    made: Any


def describe_error(error: BaseException) -> str:
    """Describe *error* in one short line, even where it cannot be printed."""
    if isinstance(error, AdvisorError):
        return _short(one_line(error))
    name = type(error).__name__
    try:
        text = str(error).strip().split("\n", 1)[0]
    except BaseException:  # noqa: BLE001
        return name
    return f"{name}: {_short(text)}" if text else name


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"


@contextlib.contextmanager
def _process_state() -> Iterator[None]:
    """Put back what a plugin may change for everything that runs after it: the working folder, the
    environment, the locale, the recursion limit and the decimal context."""
    folder, environment = _folder(), os.environ.copy()
    language, depth = locale.setlocale(locale.LC_ALL), sys.getrecursionlimit()
    context = decimal.getcontext().copy()
    try:
        yield
    finally:
        decimal.setcontext(context)
        sys.setrecursionlimit(depth)
        if locale.setlocale(locale.LC_ALL) != language:
            locale.setlocale(locale.LC_ALL, language)
        if os.environ.copy() != environment:
            os.environ.clear()
            os.environ.update(environment)
        if folder is not None and _folder() != folder:
            os.chdir(folder)


def _folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:  # it has been deleted
        return None
