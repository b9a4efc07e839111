"""The top of the command line: what becomes of a mistake, and of a reader who has gone."""

import contextlib
import gc
import os
import sys
from typing import Any

import click

from advisor.errors import AdvisorError, unknown

_SELDOM = 500_000  # objects; the run of a small shop makes fewer


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

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # What a run loads lives to its end: looking for garbage in it again and again is in vain.
        gc.set_threshold(_SELDOM)
        try:
            return super().main(*args, **kwargs)
        except SystemExit as ended:
            _leave_guests(ended.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except AdvisorError as error:
            from advisor.cli.screen import say

            say(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # Whoever read the output has seen enough; what was asked for is done.
            hush()
            return None


def _leave_guests(code: object) -> None:
    """Ends the process at once where a plugin that was given up still runs: taking the interpreter
    apart beneath it might end in a crash, whose exit code would be another."""
    guest = sys.modules.get("advisor.plugin.guest")
    if guest is None or sys.stdout is not sys.__stdout__ or not guest.left_behind():
        return
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def hush() -> None:
    """Sends standard output nowhere, so that nothing complains when the process ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
