"""`advisor playbook`: what helped how often."""

from pathlib import Path

import click

from advisor.cli.options import config_option, load_registry


@click.command(short_help="What helped how often.")
@click.argument("path", type=click.Path(), default=".", metavar="[PATH]")
@config_option
def playbook(path: str, config: Path | None) -> None:
    """Counts the results of the actions you marked as done, by lever, niche and size of the shop.
    Shops that share a database share their playbook. Later plans of similar shops use these
    success rates.

    \b
    Example:
      advisor playbook exports/
    """
    from advisor.cli.history import store_at
    from advisor.cli.screen import readers, say, table
    from advisor.document import tries_of
    from advisor.model import Business

    store, _ = store_at(path, config)
    levers = load_registry().vocabulary().levers
    found = store.levers()
    rows = [
        (
            levers[row.lever].title if row.lever in levers else row.lever,
            row.niche,
            row.size,
            str(row.called),
            str(row.helped),
            str(row.no_difference),
            str(row.hurt),
            f"{tries_of(found, Business(niche=row.niche, size=row.size))[row.lever].chance:.0%}",
        )
        for row in found
    ]
    with readers():
        if not rows:
            say("No results yet: mark what you do with `advisor done`.")
            return
        table(
            rows, ("Lever", "Niche", "Size", "Results", "Helped", "No difference", "Hurt", "Chance")
        )
