"""What a terminal is shown: clean lines, aligned columns, progress and timings."""

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_GAPS = re.compile(r"(^ +| {2,})")
PATIENCE = 1.0  # seconds of work before a bar appears


def plain(text: str) -> str:
    """*text* without anything that a terminal obeys; its lines and their alignment stay."""
    from advisor.report import clean

    def line(one: str) -> str:
        return "".join(part if part.isspace() else clean(part) for part in _GAPS.split(one))

    return "\n".join(line(one) for one in text.split("\n"))


def say(text: str = "", *, err: bool = False) -> None:
    """Prints *text*, made harmless, as lines."""
    click.echo(plain(text), err=err)


def columns(rows: Sequence[Sequence[str]], header: Sequence[str]) -> list[str]:
    """*rows* under *header* in columns of equal width; the last one is as long as it likes."""
    from rich.cells import cell_len

    cells = [[plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(header))]
    lines = []
    for row in cells:
        padded = [
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Prints *rows* in columns."""
    for line in columns(rows, header):
        click.echo(line)


@contextmanager
def readers() -> Iterator[None]:
    """Output that may lose its reader (`| head`) without ending the run."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        hush()


def hush() -> None:
    """Sends standard output nowhere, so that nothing complains when the process ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console() -> "Console":
    """A rich console on standard output. It honours NO_COLOR."""
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Quiet(file=sys.stdout)


class Clock:
    """How long each stage took, for --verbose."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, float]] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages.append((name, time.perf_counter() - start))

    def tell(self) -> None:
        """Prints the stages to standard error."""
        for name, seconds in self.stages:
            say(f"{name}: {seconds:.2f} s", err=True)


class Waiting:
    """A bar on standard error: only on a terminal, and only where work takes over a second.

    It is called before each piece of work with the piece's index, how many there are, and its
    name.
    """

    def __init__(self, *, shown: bool = True) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._state: tuple[int, int | None, str] = (0, None, "Starting")
        self._bar: tuple[Progress, TaskID] | None = None
        self._timer: Timer | None = None

    def __enter__(self) -> Self:
        if self._shown:
            self._timer = Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._bar is not None:
            self._bar[0].stop()

    def __call__(self, index: int, total: int, name: str) -> None:
        self._update(index, total, f"Reading {name}")

    def counting(self, index: int, total: int, text: str) -> None:
        """Work of which *index* pieces of *total* are done."""
        self._update(index, total, text)

    def doing(self, what: str) -> None:
        """Work whose length is not known."""
        self._update(0, None, what)

    def _update(self, index: int, total: int | None, text: str) -> None:
        self._state = (index, total, text)
        if self._bar is not None:
            progress, task = self._bar
            progress.update(task, completed=index, total=total, description=self._label(text))

    def _label(self, text: str) -> str:
        from rich.markup import escape

        from advisor.report import shorten

        return escape(shorten(text, 50))

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        progress = Progress(console=Console(stderr=True), transient=True)
        index, total, text = self._state
        task = progress.add_task(self._label(text), completed=index, total=total)
        progress.start()
        self._bar = progress, task
