"""`advisor plugins`: what is installed, and which exports it reads."""

import click

from advisor.cli.group import NamesNear
from advisor.cli.plugins_new import new


@click.group(cls=NamesNear, short_help="What is installed, and which exports it reads.")
def plugins() -> None:
    """Says which plugins are installed.

    \b
    Examples:
      advisor plugins list
      advisor plugins new advisor-acme --kind rules
    """


plugins.add_command(new)


@plugins.command("list", short_help="Every plugin, and the exports that can be read.")
def list_plugins() -> None:
    """Lists every plugin with its version and what it offers, then every export that can be read
    and where to get it.

    \b
    Example:
      advisor plugins list
    """
    from advisor.cli.screen import readers, say, table
    from advisor.registry import load

    registry = load()
    kinds = [info for provider in registry.providers() for info in provider.kinds.values()]
    with readers():
        rows = [
            (
                plugin.name,
                f"{plugin.distribution} {plugin.version}".strip(),
                plugin.problem or ", ".join(hook.removeprefix("advisor_") for hook in plugin.hooks),
            )
            for plugin in registry.plugins
        ]
        table(rows, ("Plugin", "From", "Offers"))
        for problem in registry.problems:
            say(f"Problem: {problem.text}")
        say()
        table([(info.title, info.where) for info in kinds], ("Export", "Where to get it"))
