"""`advisor completion`: what makes the shell complete names."""

import click

from advisor.errors import AdvisorError, unknown

_ACTIVATE = {
    "bash": "advisor completion bash > ~/.advisor-complete.bash, and in ~/.bashrc: "
    ". ~/.advisor-complete.bash",
    "zsh": "advisor completion zsh > ~/.advisor-complete.zsh, and in ~/.zshrc: "
    ". ~/.advisor-complete.zsh",
    "fish": "advisor completion fish > ~/.config/fish/completions/advisor.fish",
}


@click.command()
@click.argument("shell", metavar="SHELL")
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Prints the script with which SHELL (bash, zsh or fish) completes commands, options, rules,
    metrics, goals, niches and sizes. Its first line says where to put it.

    \b
    Example:
      advisor completion zsh > ~/.advisor-complete.zsh
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None or shell not in _ACTIVATE:
        raise AdvisorError(unknown("shell", shell, _ACTIVATE), where="SHELL")
    root = ctx.find_root()
    script = found(root.command, {}, "advisor", "_ADVISOR_COMPLETE").source()
    click.echo(f"# {_ACTIVATE[shell]}\n{script}")
