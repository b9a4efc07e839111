"""Silence for readers that are no Python: before a panic is raised, it prints lines of its own."""

import contextlib
import os
import threading
from collections.abc import Iterator

_guard = threading.Lock()
_inside = 0
_kept = -1


@contextlib.contextmanager
def native_output_hidden() -> Iterator[None]:
    """Within it nothing is printed to standard error: what is wrong with a file is raised."""
    _hide()
    try:
        yield
    finally:
        _show()


def _hide() -> None:
    global _inside, _kept  # noqa: PLW0603 (the process has one standard error)
    with _guard:
        _inside += 1
        if _inside > 1:
            return
        with contextlib.suppress(OSError):  # there is none
            _kept = os.dup(2)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 2)
            os.close(nothing)


def _show() -> None:
    global _inside, _kept  # noqa: PLW0603
    with _guard:
        _inside -= 1
        if _inside or _kept < 0:
            return
        os.dup2(_kept, 2)
        os.close(_kept)
        _kept = -1
