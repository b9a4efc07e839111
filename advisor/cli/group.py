"""The top of the command line: what becomes of a mistake, and of a reader who has gone."""

import atexit
import codecs
import contextlib
import errno
import gc
import io
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import click

from advisor.cli.screen import hush, say
from advisor.errors import AdvisorError, unknown

_SELDOM = 500_000  # objects; the run of a small shop makes fewer
_CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}


class LazyCommands(MutableMapping[str, click.Command]):
    """The commands of a group by name, each imported from a module of *package* when it is asked
    for; *summaries* are their lines in the group's help."""

    def __init__(self, package: str, summaries: Mapping[str, str]) -> None:
        self.summaries = dict(summaries)
        self._package = package
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._imported:
            word = {name: name.replace("-", "_") for name in self.summaries}[name]
            command: click.Command = getattr(import_module(f"{self._package}.{word}"), word)
            self._imported[name] = command
        return self._imported[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._imported[name] = command
        self.summaries[name] = command.get_short_help_str()

    def __delitem__(self, name: str) -> None:
        del self.summaries[name]
        self._imported.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)


class NamesNear(click.Group):
    """A group that says which command was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        missing = self.get_command(ctx, name) is None and not name.startswith("-")
        if missing and not ctx.resilient_parsing:
            ctx.fail(unknown("command", name, self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


class AdvisorGroup(NamesNear):
    """The root: turns the user's mistakes into messages; anything else keeps its traceback."""

    group_class = NamesNear

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        if not isinstance(self.commands, LazyCommands):
            super().format_commands(ctx, formatter)
            return
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.commands.summaries.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # What a run loads lives to its end: looking for garbage in it again and again is in vain.
        gc.set_threshold(_SELDOM)
        _open_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A locale may have no ≥ and no é; click writes UTF-8 where it says ASCII.
                is_ascii = codecs.lookup(stream.encoding).name == "ascii"
                stream.reconfigure(encoding="utf-8" if is_ascii else None, errors="replace")
        try:
            try:
                return super().main(*args, **kwargs)
            except OSError as error:  # of --help and --version
                _say_cannot_write(error)
                sys.exit(AdvisorError.exit_code)
        except SystemExit as ended:
            if not args and not kwargs.keys() - {"prog_name"}:  # words of the command line
                _end_process(ended.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        from advisor.cli.options import PLUGIN_FAILED, tell_failures

        try:
            try:
                result = super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except click.exceptions.Exit:
            tell_failures(ctx)
            raise
        except AdvisorError as error:
            say(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # Whoever read the output has seen enough; what was asked for is done.
            hush()
            result = None
        except OSError as error:
            _say_cannot_write(error)
            ctx.exit(AdvisorError.exit_code)
        if tell_failures(ctx):
            ctx.exit(PLUGIN_FAILED)
        return result


def _say_cannot_write(error: OSError) -> None:
    """Says that the disk that is written to, perhaps behind `>`, is full or gone; raises *error*
    where it is something else."""
    if error.errno not in _CANNOT_WRITE:
        raise error
    hush()  # what is still to be printed would fail again
    place = f"{error.filename}: " if error.filename else ""
    with contextlib.suppress(OSError):
        say(f"Error: {place}cannot be written: {error.strerror}", err=True)


def _open_closed_streams() -> None:
    """Opens nothing in the place of each standard stream that was closed: the next file that is
    opened, an output or the history, would get its number, and what is printed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            stream = open(nothing, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 (stays)
            setattr(sys, name, stream)


def _end_process(code: object) -> None:
    """Ends the process without taking the interpreter apart, which costs a small shop a twentieth
    of its time; whoever traces or profiles the run needs the whole end."""
    if sys.gettrace() or sys.getprofile() or sys.stdout is not sys.__stdout__:
        return
    atexit._run_exitfuncs()  # noqa: SLF001 (what it would do itself; temporary files go here)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
