"""`advisor why-not`: what keeps a rule from firing."""

from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.shop_options import of_current_folder, shop_command, whole_request

if TYPE_CHECKING:
    from advisor.model import Request


@click.command("why-not")
@click.argument("rule_id", metavar="RULE|ACTION", shell_complete=complete.rules)
@shop_command(required=False, language=True)
@click.option("--subject", metavar="KEY", help="The key or the name of a subject.")
def why_not(*, rule_id: str, subject: str | None, asked: "Request") -> None:
    """Shows the first condition that isn't met and by how much, or the missing data, for one
    subject or for all that the rule checked.

    Without PATH, the current folder is read. RULE can also be an action of the plan, by its number
    or its ID.

    \b
    Examples:
      advisor why-not weak-hook exports/
      advisor why-not 3 exports/
      advisor why-not weak-hook exports/ --subject "Spring haul"
    """
    from advisor.cli.explain import is_action
    from advisor.cli.rules import find_rule
    from advisor.cli.screen import Waiting, readers, say
    from advisor.document import compose_document
    from advisor.explain import explain_why_not, find_action, overview, render_why_not
    from advisor.explain import subjects as judged
    from advisor.pipeline import diagnose_shop
    from advisor.plugin import load_plugins

    registry = load_plugins()
    request = whole_request(of_current_folder(asked), registry)
    with Waiting() as waiting:
        diagnosis = diagnose_shop(request, registry, progress=waiting)
    if is_action(rule_id):
        rule_id = find_action(compose_document(diagnosis), rule_id).rule
    rule = find_rule(diagnosis.rules, rule_id)
    if subject is None or not judged(diagnosis, rule.id):
        told = list(overview(diagnosis, rule))
    else:
        found = explain_why_not(diagnosis, rule.id, subject)
        told = [line for one in found for line in render_why_not(one, diagnosis.language)]
    with readers():
        for line in told:
            say(line)
