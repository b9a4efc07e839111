"""`advisor engine`: which rules engine decides, and how to get the one that should."""

import click

from advisor.cli.group import NamesNear

NOT_DURABLE = 1


@click.group(cls=NamesNear, short_help="Install the rules engine, and say which one is used.")
def engine() -> None:
    """Installs the rules engine, and shows which one is used.

    durable_rules decides which rules fire. It is a C extension without wheels, so it is built
    here. Without it, the reference engine in Python gives the same results.

    \b
    Examples:
      advisor engine install
      advisor engine check
    """


@engine.command(short_help="Build durable_rules for this Python.")
def install() -> None:
    """Builds durable_rules for this Python, with the flags that it needs.

    It takes about 20 seconds and a C compiler. Where there is no compiler, or no pip (as in an
    environment of uv or pipx), one line says so, and which command to run. That is not an
    error: the reference engine gives the same results. If durable_rules already runs, nothing is
    done.

    \b
    Example:
      advisor engine install

    \b
    Exit codes:
      0  durable_rules runs, or one line says why it was not built
    """
    from advisor.cli.screen import say
    from advisor.judge import install_engine

    say(install_engine().text)


@engine.command(short_help="Say which engine is used, and why.")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Shows which rules engine is used, and why.

    \b
    Example:
      advisor engine check

    \b
    Exit codes:
      0  durable_rules is used
      1  the reference engine is used
    """
    from advisor.cli.screen import say
    from advisor.judge import engine_in_use

    found = engine_in_use()
    say(found.text)
    if not found.installed:
        ctx.exit(NOT_DURABLE)
