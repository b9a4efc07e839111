"""What is there is not overwritten unless the user says so."""

from collections.abc import Sequence
from pathlib import Path

import click

from advisor.errors import AdvisorError

_SHOWN = 4


def may_overwrite(paths: Sequence[Path], *, ask: bool, force: bool) -> None:
    """Returns where none of *paths* is there, or the user agrees (*force*, or asked where *ask*);
    else raises AdvisorError."""
    there = [str(path) for path in paths if path.exists()]
    if not there or force:
        return
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    named = ", ".join(there[:_SHOWN]) + more
    if not ask or not click.confirm(f"Overwrite {named}?"):
        raise AdvisorError("is there already", where=named, hint="add --force to overwrite")
