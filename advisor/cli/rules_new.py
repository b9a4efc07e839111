"""`advisor rules new`: a rule and a skeleton of its cases, asked or given."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.options import FOLDER
from advisor.cli.overwrite import answering, may_overwrite, write_first
from advisor.errors import Mistakes

if TYPE_CHECKING:
    from advisor.cli.scaffold.rule import Asked
    from advisor.model import Vocabulary


@click.command("new", short_help="Write a rule and a skeleton of its cases.")
@click.argument("folder", type=FOLDER, default=Path("my-rules"), metavar="[FOLDER]")
@click.option("--id", "id_", metavar="ID", help="The rule's ID, like weak-hook.")
@click.option(
    "--subject",
    metavar="KIND",
    shell_complete=complete.subjects,
    help="The kind of subject it checks.",
)
@click.option(
    "--when",
    "asks",
    multiple=True,
    metavar="CONDITION",
    help="ctr=low, ctr=low,good, ctr=falling, roas<=1.5 …; may be given several times.",
)
@click.option(
    "--severity",
    metavar="NAME",
    shell_complete=complete.severities,
    help="critical, high, medium or low.",
)
@click.option(
    "--goal", metavar="NAME", shell_complete=complete.goals, help="The goal it belongs to."
)
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def new(
    *,
    folder: Path,
    id_: str | None,
    subject: str | None,
    asks: tuple[str, ...],
    severity: str | None,
    goal: str | None,
    no_input: bool,
    force: bool,
) -> None:
    """Writes a rule and its cases into FOLDER (else my-rules). What is not given is asked: the kind
    of subject, the metrics with their levels or limits, an id and how severe it is.

    There are two cases, one on which the rule fires and one on which it is clear. They fail until
    you give them counts; then `advisor rules test FOLDER --update` writes their sentences.

    \b
    Examples:
      advisor rules new
      advisor rules new my-rules/ --subject ad --when ctr=low --when cpc=high --no-input
      advisor rules new --subject product --when ctor=low --when "product_clicks>=500" --no-input
    """
    from advisor.cli.scaffold.rule import new_rule, read_conditions, suggested_id
    from advisor.cli.screen import say
    from advisor.knowledge import installed_rules
    from advisor.model import Severity
    from advisor.plugin import load_plugins

    registry = load_plugins()
    vocabulary = registry.vocabulary()
    known = [rule for rules in installed_rules(registry).values() for rule in rules]
    taken = {rule.short_id: rule.id for rule in reversed(known)}
    default = Severity.MEDIUM.value
    with answering():
        if subject is None and not no_input:
            subject = click.prompt("Subject", type=click.Choice(list(vocabulary.subjects)))
        given = asks or no_input
        asked = read_conditions(asks) if given else _ask(subject or "", vocabulary)
        needed = {"--subject": subject, "--when": asked.names}
        if wrong := [f"{option}: is missing" for option, value in needed.items() if not value]:
            raise Mistakes(wrong, where="the new rule")
        proposed = suggested_id(asked, taken)
        if not no_input:
            id_ = id_ or click.prompt("Id", default=proposed)
            levels = click.Choice([one.value for one in Severity])
            severity = severity or click.prompt("Severity", type=levels, default=default)
        head = {
            "id": id_ or proposed,
            "subject": subject,
            "severity": severity or default,
            "goal": goal,
        }
        made = new_rule(head, asked, folder.resolve().name, vocabulary, known)
        files = {
            folder / f"{made.rule.short_id}.toml": made.text,
            folder / f"{made.rule.short_id}.cases.toml": made.cases,
        }
        may_overwrite(files, ask=not no_input, force=force)
    write_first(files)
    if other := taken.get(made.rule.short_id):
        say(f"Note: {other} is called so too; say {made.rule.id} where this one is meant")
    say(f"Next: give its cases counts, then: advisor rules test {folder} --update")


def _ask(subject: str, vocabulary: "Vocabulary") -> "Asked":
    """Asks for conditions until an answer is empty; one that cannot be is told and asked again."""
    from advisor.cli.scaffold.rule import read_conditions
    from advisor.knowledge import ConditionReader

    texts: list[str] = []

    def checked(answer: str) -> str:
        if answer.strip() or not texts:
            reader = ConditionReader(subject, vocabulary)
            try:
                asked = read_conditions([*texts, answer])
            except Mistakes as error:
                raise click.UsageError("; ".join(error.mistakes)) from None
            reader.when({**asked.when, "trend": asked.trends}, None)
            if reader.wrong:
                raise click.UsageError("; ".join(reader.wrong))
        return answer.strip()

    click.echo("Conditions, like ctr=low or product_clicks>=500; an empty answer ends the list.")
    while answer := click.prompt("Condition", "", show_default=False, value_proc=checked):
        texts.append(answer)
    return read_conditions(texts)
