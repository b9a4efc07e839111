"""`advisor playbook`: what helped how often."""

from pathlib import Path

import click

from advisor.cli.options import config_option, load_registry


@click.command(short_help="What helped how often.")
@click.argument("path", type=click.Path(path_type=Path), default=".", metavar="[PATH]")
@config_option
def playbook(path: Path, config: Path | None) -> None:
    """Counts how the actions ended that you marked as done, by lever. Shops that share a database
    share their playbook. The chance of an action of that kind is what the next plan starts from.

    \b
    Example:
      advisor playbook exports/
    """
    from advisor.cli.history import store_at
    from advisor.cli.screen import readers, say, table
    from advisor.plan import Tries

    store, _ = store_at(path, config)
    levers = load_registry().vocabulary().levers
    rows = [
        (
            levers[row.lever].title if row.lever in levers else row.lever,
            str(row.called),
            str(row.helped),
            str(row.no_difference),
            str(row.hurt),
            f"{Tries(row.helped, row.called).chance:.0%}",
        )
        for row in store.levers()
    ]
    with readers():
        if not rows:
            say("No results yet: mark what you do with `advisor done`.")
            return
        table(rows, ("Lever", "Results", "Helped", "No difference", "Hurt", "Chance"))
