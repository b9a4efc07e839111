"""First files: questions that may be left, and nothing overwritten unless the user says so."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from advisor.errors import AdvisorError

_SHOWN = 4


@contextmanager
def answering() -> Iterator[None]:
    """Tells with an AdvisorError of questions that the user leaves unanswered."""
    try:
        yield
    except click.Abort:
        hint = "give the answers as options, with --no-input; nothing was written"
        raise AdvisorError("the questions were not answered", hint=hint) from None


def write_first(files: Mapping[Path, str]) -> None:
    """Writes *files*, and says so."""
    from advisor.cli.screen import say
    from advisor.ingest import write_outputs

    write_outputs(files)
    for path in files:
        say(f"Written: {path}")


def may_overwrite(paths: Iterable[Path], *, force: bool, ask: bool = False) -> None:
    """Returns where none of *paths* is there, or the user agrees (*force*, or asked where *ask*);
    else raises AdvisorError."""
    there = [str(path) for path in paths if path.exists()]
    if not there or force:
        return
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    named = ", ".join(there[:_SHOWN]) + more
    if not ask or not click.confirm(f"Overwrite {named}?"):
        raise AdvisorError("is there already", where=named, hint="add --force to overwrite")
