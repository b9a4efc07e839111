"""`advisor explain`: a rule, and why it ended as it did."""

import re
from collections import Counter
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.shop_options import check_options, of_current_folder, shop_command, whole_request
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.diagnosis import Diagnosis
    from advisor.model import Request, Rule

_SHOWN = 20
_ACTION = re.compile(r"\d+|[0-9a-f]{12}")  # a place in the plan, or an id


@click.command()
@click.argument("rule_id", metavar="RULE|ACTION", shell_complete=complete.rules)
@shop_command(required=False, language=True)
@click.option("--subject", metavar="KEY", help="The key or the name of a subject.")
def explain(*, rule_id: str, subject: str | None, asked: "Request") -> None:
    """Shows a rule. With PATH, also its result for each subject; with --subject, the tree of its
    conditions with measured values and targets.

    With --subject and no PATH, the current folder is read. RULE can also be an action of the plan,
    by its number or its ID: this shows how its worth and priority are calculated.

    \b
    Examples:
      advisor explain weak-hook
      advisor explain weak-hook exports/
      advisor explain weak-hook exports/ --subject "Spring haul"
      advisor explain 2 exports/
    """
    from advisor.cli.rules import find_rule, load_all, page
    from advisor.cli.screen import Waiting, readers, say
    from advisor.pipeline import diagnose_shop
    from advisor.plugin import load_plugins

    registry = load_plugins()
    check_options(asked, registry)
    of_action = is_action(rule_id)
    if not asked.paths and subject is None and not of_action:
        rule = find_rule(load_all(registry, asked.config, asked.rules, asked.today), rule_id)
        with readers():
            for line in page(rule):
                say(line)
        return
    request = whole_request(of_current_folder(asked), registry)
    with Waiting() as waiting:
        diagnosis = diagnose_shop(request, registry, progress=waiting)
    if of_action:
        from advisor.document import compose_document
        from advisor.explain import arithmetic, find_action

        document = compose_document(diagnosis)
        action = find_action(document, rule_id)
        lines = list(arithmetic(document, action, diagnosis.language))
        with readers():
            for line in lines:
                say(line)
        return
    rule = find_rule(diagnosis.rules, rule_id)
    lines = _tree(diagnosis, rule, subject) if subject else _subjects(diagnosis, rule)
    with readers():
        for line in lines:
            say(line)


def is_action(word: str) -> bool:
    """Whether *word* names an action, by its place in the plan or its id."""
    return _ACTION.fullmatch(word) is not None


def _subjects(diagnosis: "Diagnosis", rule: "Rule") -> list[str]:
    from advisor.explain import OUTCOMES, subjects

    found, language = subjects(diagnosis, rule.id), diagnosis.language
    lines = [rule.id, f"  {rule.says.healthy}"]
    if not found:
        return [*lines, f"  {_not_judged(diagnosis, rule)}"]
    counts = Counter(subject.outcome for subject in found)
    told = ", ".join(
        f"{language.say(OUTCOMES[outcome])} {language.integer(count)}"
        for outcome, count in counts.items()
    )
    lines.append("  " + language.gettext("checked {n}: {outcomes}", n=len(found), outcomes=told))
    kinds = diagnosis.vocabulary.subjects
    lines += [
        f"  {language.say(OUTCOMES[s.outcome])}: {kinds[s.kind].title} {s.name} ({s.key})"
        for s in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        lines.append("  " + language.gettext("first {n} of {all}", n=_SHOWN, all=len(found)))
    return [
        *lines,
        "  " + language.gettext("add --subject KEY for the conditions and the measured values"),
    ]


def _tree(diagnosis: "Diagnosis", rule: "Rule", subject: str) -> list[str]:
    from advisor.explain import explain as why
    from advisor.explain import subjects, tree

    if not subjects(diagnosis, rule.id):
        raise AdvisorError(_not_judged(diagnosis, rule), where=rule.id)
    lines: list[str] = []
    for explanation in why(diagnosis, rule.id, subject):
        lines += tree(explanation, diagnosis.language)
    return lines


def _not_judged(diagnosis: "Diagnosis", rule: "Rule") -> str:
    language = diagnosis.language
    for disabled, reason in diagnosis.rules.inactive:
        if disabled.id == rule.id:
            return language.gettext("{rule} is inactive: {why}", rule=rule.id, why=reason)
    kind = diagnosis.vocabulary.subjects.get(rule.subject)
    return language.gettext(
        "{rule} could not be checked: no file has any {kinds}",
        rule=rule.id,
        kinds=kind.plural if kind else rule.subject,
    )
