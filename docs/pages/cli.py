"""docs/cli.md: every command with its arguments, options and examples."""

import inspect
from collections.abc import Iterator

import click

from advisor.cli import main
from docs.pages.markdown import page, table

_INTRO = """\
`advisor COMMAND --help` says the same. Exit codes are part of the interface:
"""
_ALSO = """\
Progress is shown on a terminal only. `NO_COLOR` is honoured. `-` reads standard input. `advisor
completion SHELL` prints the code that completes commands, options and ids.
"""


def render() -> str:
    """The page."""
    return page(
        "Command line",
        _INTRO,
        table(
            ("Code", "Means"),
            (
                ("0", "done; for `diagnose`: a plan was made"),
                (
                    "1",
                    "`diagnose --fail-on`: a finding is that severe; `rules test`: a case fails",
                ),
                ("2", "an error you can fix; the message says where and how"),
                ("3", "nothing could be read"),
                (
                    "4",
                    "done, but a plugin or the rules engine failed, and a line says how",
                ),
            ),
        ),
        _ALSO,
        _command(main, "advisor"),
    )


def _command(command: click.Command, name: str) -> Iterator[str]:
    if isinstance(command, click.Group) and name == "advisor":
        for child in sorted(command.commands):
            yield from _command(command.commands[child], f"{name} {child}")
        return
    yield from (f"## {name}", "")
    yield from _text(inspect.cleandoc(command.help or ""))
    shown = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if shown:
        yield from table(("Option", "Means"), ((_option(o), o.help or "") for o in shown))
    if isinstance(command, click.Group):
        for child in sorted(command.commands):
            yield from _command(command.commands[child], f"{name} {child}")


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return names if option.is_flag else f"{names} {option.metavar or option.type.name.upper()}"


def _text(help_text: str) -> Iterator[str]:
    """A help text: paragraphs that keep their lines become blocks of code."""
    for paragraph in help_text.split("\n\n"):
        if not paragraph.startswith("\b\n"):
            yield from (paragraph, "")
            continue
        first, *rest = paragraph.removeprefix("\b\n").split("\n")
        yield from (first, "", "```text")
        yield from (line.removeprefix("  ") for line in rest)
        yield from ("```", "")
