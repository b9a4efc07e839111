"""`advisor plugins new`: a distribution to begin a plugin with."""

from pathlib import Path

import click

from advisor.cli.options import FOLDER
from advisor.cli.overwrite import answering, may_overwrite, write_first

KINDS = ("rules", "provider", "report")


@click.command("new", short_help="Write a distribution that installs and passes its tests.")
@click.argument("name", metavar="NAME")
@click.option("--kind", metavar="KIND", help="rules, provider or report; asked where not given.")
@click.option("--into", type=FOLDER, default=Path(), metavar="DIR", help="Where its folder goes.")
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def new(*, name: str, kind: str | None, into: Path, no_input: bool, force: bool) -> None:
    """Writes a distribution called NAME into a folder of that name: its settings, a package with
    one working example, tests of it and a page on what is where. It installs as it is and passes
    its tests; then `advisor plugins list` shows it.

    \b
    rules     a pack of rules with their cases, and bands
    provider  a source: a kind of table, described in a file
    report    a format, a filter, and blocks of the plan in other words

    \b
    Examples:
      advisor plugins new advisor-acme --kind rules
      advisor plugins new advisor-till --kind provider --into src/
    """
    from advisor.cli.scaffold.plugin import new_plugin, tree
    from advisor.cli.screen import say

    with answering():
        if kind is None and not no_input:
            kind = click.prompt("Kind", type=click.Choice(KINDS))
        made = new_plugin(name, kind or "")
        root = into / made.name
        files = {root / path: text for path, text in tree(made).items()}
        may_overwrite(files, ask=not no_input, force=force)
    write_first(files)
    say(f"Next: cd {root} && pip install -e '.[test]' && pytest && advisor plugins list")
