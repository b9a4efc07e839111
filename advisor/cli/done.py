"""`advisor done`: actions that were taken, so that later plans can say whether they worked."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import PLACE, config_option, day, load_registry
from advisor.errors import AdvisorError, unknown

if TYPE_CHECKING:
    from advisor.history import ActionRow, FindingRow, Run


@click.command(short_help="Mark an action as done, and learn later whether it worked.")
@click.argument("action", type=int, required=False, metavar="ACTION")
@click.option("--on", type=day, metavar="YYYY-MM-DD", help="The day it was done (default: today).")
@click.option("--note", default="", metavar="TEXT", help="What exactly was done.")
@click.option(
    "--subject",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only for this one, by key or name; may be given several times; else for all that the "
    "action is about.",
)
@click.option("--list", "lists", is_flag=True, help="Show what is marked.")
@click.option("--undo", type=int, metavar="N", help="Remove the mark with this number.")
@click.option(
    "--shop",
    type=PLACE,
    default=".",
    metavar="DIR",
    help="The shop's folder (default: the current folder).",
)
@config_option
def done(
    *,
    action: int | None,
    on: date | None,
    note: str,
    names: tuple[str, ...],
    lists: bool,
    undo: int | None,
    shop: str,
    config: Path | None,
) -> None:
    """Marks action number ACTION of the newest plan as done. Until its result is due, the plan
    shows it as in progress and doesn't ask for it again. Then the plan says whether it helped,
    compared with what you left untouched.

    Keep old exports in the folder: the result takes daily numbers from 28 days before to 28 days
    after.

    \b
    Examples:
      advisor done 3 --on 2026-11-04
      advisor done 3 --subject "Summer haul" --note "Hook now shows the result first"
      advisor done --list
    """
    from advisor.cli.history import newest_run, numbered_action, store_at
    from advisor.cli.request import find_shop
    from advisor.cli.screen import readers, say, table
    from advisor.experiment import mark_of
    from advisor.model import business_of

    if lists or undo is not None:
        store, id_ = store_at(shop, config)
        if undo is not None:
            if not store.unmark(id_, undo):
                raise AdvisorError(f"there is no mark {undo}", where="--undo", hint="see --list")
            say(f"Forgotten: {undo}")
            return
        rows = [
            (
                str(mark.number),
                str(mark.done.day),
                str(mark.done.due),
                "" if mark.verdict is None else mark.verdict.verdict.value,
                f"{mark.done.what} (noticed)" if mark.done.noticed else mark.done.what,
            )
            for mark in store.marks(id_)
        ]
        with readers():
            if not rows:
                say("Nothing is marked as done yet.")
                return
            table(rows, ("Mark", "Done", "Result due", "Result", "Action"))
        return
    if action is None:
        raise AdvisorError("say which action", where="ACTION", hint="its number in the newest plan")
    store, line, run = newest_run(shop, config)
    chosen = numbered_action(shop, config, action)
    when = on or date.today()
    if when > date.today():
        raise AdvisorError(
            f"{when} is in the future", where="--on", hint="give the day it was done"
        )
    business = business_of(find_shop([shop], config).settings)
    findings = [row for row in run.findings if row.id in chosen.findings]
    marked = mark_of(
        chosen,
        findings,
        _chosen(chosen, run, names),
        business,
        load_registry().vocabulary(),
        day=when,
        planned=run.info.day,
        note=note,
    )
    if not store.mark(line.info.shop, marked):
        raise AdvisorError(
            f"action {action} is already marked for {when}", where="ACTION", hint="see --list"
        )
    say(f"Done on {when}: {chosen.what}")
    say(f"Result due by {marked.due}")


def _chosen(action: "ActionRow", run: "Run", names: Sequence[str]) -> tuple["FindingRow", ...]:
    """The findings of *action* on the subjects that are named; all without names."""
    found = [row for row in run.findings if row.id in action.findings]
    if not names:
        return tuple(found)
    chosen = []
    for name in names:
        met = [row for row in found if name in (row.key, row.name)]
        if not met:
            known = [row.name for row in found]
            raise AdvisorError(unknown("subject", name, known), where="--subject")
        chosen += met
    return tuple(chosen)
