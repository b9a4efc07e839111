"""`advisor plugins`: what is installed, and which exports it reads."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from advisor.cli.group import NamesNear
from advisor.cli.options import load_registry, tell_at_end, trace_option
from advisor.cli.plugins_new import new

if TYPE_CHECKING:
    from advisor.cli.contributions import Contribution


@click.group(cls=NamesNear)
def plugins() -> None:
    """Lists the installed plugins.

    \b
    Examples:
      advisor plugins list
      advisor plugins new advisor-acme --kind rules
    """


plugins.add_command(new)


@plugins.command("list", short_help="Every plugin, and the exports that can be read.")
@click.option("--json", "as_json", is_flag=True, help="Print the plugins as JSON, for programs.")
@trace_option
def list_plugins(*, as_json: bool, trace_plugins: bool) -> None:
    """Lists every plugin with its version, where it came from and what it brings, and what failed;
    then every export that can be read and where to get it.

    Ends with exit code 4 where a plugin failed.

    \b
    Example:
      advisor plugins list
    """
    from advisor.cli.contributions import contributions
    from advisor.cli.screen import readers, say, table

    registry = load_registry(trace=trace_plugins)
    tell_at_end(registry.failures)
    found = contributions(registry)
    with readers():
        if as_json:
            click.echo(_json(found, registry.failures()))
        else:
            for one in found:
                for line in _lines(one):
                    say(line)
            say()
            kinds = [info for provider in registry.providers() for info in provider.kinds.values()]
            table([(info.title, info.where) for info in kinds], ("Export", "Where to get it"))


def _lines(one: "Contribution") -> "Iterator[str]":
    plugin = one.plugin
    source = f"{plugin.distribution} {plugin.version}".strip()
    yield f"{plugin.name} ({', '.join(filter(None, (source, f'module {plugin.module}')))})"
    if plugin.problem:
        yield f"  not in use: {plugin.problem}"
        return
    hooks = ", ".join(hook.removeprefix("advisor_") for hook in plugin.hooks)
    yield f"  hooks:  {hooks or 'none'}"
    yield f"  brings: {', '.join(one.brings) or 'nothing'}"


def _json(found: "Sequence[Contribution]", failures: "Sequence[str]") -> str:
    import json

    import attrs

    listed = [{**attrs.asdict(one.plugin), "brings": one.brings} for one in found]
    return json.dumps({"plugins": listed, "failures": failures}, indent=2)
