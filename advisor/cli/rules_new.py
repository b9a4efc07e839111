"""`advisor rules new`: a rule and its cases, asked or given."""

from collections.abc import Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.options import FOLDER
from advisor.cli.overwrite import may_overwrite
from advisor.errors import AdvisorError, Mistakes, unknown

if TYPE_CHECKING:
    from advisor.cli.scaffold.wish import Wish
    from advisor.model import Bands, Rule, Vocabulary
    from advisor.plugin import Registry


@click.command("new", short_help="Write a rule and cases that hold.")
@click.argument("folder", type=FOLDER, default=Path("my-rules"), metavar="[FOLDER]")
@click.option("--id", "id_", metavar="ID", help="What the rule is called: weak-hook.")
@click.option("--subject", metavar="KIND", shell_complete=complete.subjects, help="What it judges.")
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
    "--goal", metavar="NAME", shell_complete=complete.goals, help="The goal that it serves."
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

    The cases are computed from the bands in force, and were run before they are written: a subject
    on which the rule fires, one on the other side of each condition, one with too few data, and one
    that lacks a column.

    \b
    Examples:
      advisor rules new
      advisor rules new my-rules/ --subject ad --when ctr=low --when cpc=high --no-input
      advisor rules new --subject product --when ctor=low --when "product_clicks>=500" --no-input
    """
    from advisor.cli.scaffold.rule import new_rule
    from advisor.cli.screen import say
    from advisor.ingest import write_outputs
    from advisor.knowledge import bands_of
    from advisor.model import Settings
    from advisor.plugin import load_plugins

    registry = load_plugins()
    vocabulary = registry.vocabulary()
    bands = bands_of(Settings(), registry)
    known = _rules(registry)
    taken = {rule.short_id: rule.id for rule in reversed(known)}
    given = Answers(subject, list(asks), id_, severity, goal, taken)
    try:
        if not no_input:
            given.ask(vocabulary, bands, exported(registry))
        wish = given.wish(vocabulary)
        pack = folder.resolve().name
        made = new_rule(wish, pack, vocabulary, bands, known)
        files = {
            folder / f"{wish.id}.toml": made.text,
            folder / f"{wish.id}.cases.toml": made.cases,
        }
        may_overwrite(list(files), ask=not no_input, force=force)
    except click.Abort:
        hint = "give the answers as options, with --no-input; nothing was written"
        raise AdvisorError("the questions were not answered", hint=hint) from None
    write_outputs(files)
    for path in files:
        say(f"Written: {path}")
    if wish.id in taken:
        say(f"Note: {taken[wish.id]} is called so too; say {made.rule.id} where this one is meant")
    for line in not_exported(made.rule, registry):
        say(f"Note: {line}")
    say(f"Its {made.count} cases hold: advisor rules test {folder}")
    say(f"Next: write in its sentences what you know; advisor diagnose exports/ --rules {folder}")


class Answers:
    """What is known of the new rule so far. *taken* are ids that other rules are called by."""

    def __init__(
        self,
        subject: str | None,
        asks: list[str],
        id_: str | None,
        severity: str | None,
        goal: str | None,
        taken: Container[str],
    ) -> None:
        self.subject = subject
        self.asks = asks
        self.id = id_
        self.severity = severity
        self.goal = goal
        self.taken = taken

    def ask(
        self, vocabulary: "Vocabulary", bands: "Bands", given: Mapping[str, AbstractSet[str]]
    ) -> None:
        """Asks for what is not given; an answer that cannot be is told and asked again."""
        from advisor.model import Severity

        if self.subject is None:
            kinds = vocabulary.subjects
            click.echo(f"What it may judge: {', '.join(kinds)}")
            self.subject = _choice("Subject", "subject", list(kinds))
        if not self.asks and self.subject in vocabulary.subjects:
            names = metrics_of(self.subject, vocabulary, given.get(self.subject, set()))
            click.echo(f"Metrics of one {self.subject}: {', '.join(names)}")
            click.echo("Counts have limits: product_clicks>=500. An empty answer ends the list.")
            while answer := self._condition(vocabulary, bands):
                self.asks.append(answer)
        if self.id is None and (suggested := self._suggested(vocabulary)):
            self.id = click.prompt("Id", default=suggested)
        if self.severity is None:
            levels = [one.value for one in Severity]
            asked = f"Severity ({', '.join(levels)})"
            self.severity = _choice(asked, "severity", levels, Severity.MEDIUM.value)

    def wish(self, vocabulary: "Vocabulary") -> "Wish":
        """The answers; raises Mistakes with everything that is missing or cannot be."""
        from advisor.cli.scaffold.wish import Wish
        from advisor.model import Severity

        known = [one.value for one in Severity]
        severity = self.severity or Severity.MEDIUM.value
        wrong = []
        if self.subject is None:
            kinds = ", ".join(vocabulary.subjects)
            wrong.append(f"--subject: is missing; one of {kinds}")
        if not self.asks:
            wrong.append("--when: is missing; write it like --when ctr=low")
        if severity not in known:
            wrong.append(f"--severity: {unknown('severity', severity, known)}")
        if wrong:
            raise Mistakes(wrong, where="the new rule")
        return Wish(
            id=self.id or self._suggested(vocabulary) or "mine",
            subject=self.subject or "",
            severity=Severity(severity),
            asks=tuple(self.asks),
            goal=self.goal,
        )

    def _condition(self, vocabulary: "Vocabulary", bands: "Bands") -> str:
        from advisor.cli.scaffold.wish import business, read

        def checked(answer: str) -> str:
            if answer.strip():
                try:
                    found = read([*self.asks, answer], self.subject or "", vocabulary)
                    business(found.tests, self.subject or "", bands, vocabulary)
                except Mistakes as error:
                    raise click.UsageError("; ".join(error.mistakes)) from None
            elif not self.asks:
                raise click.UsageError("a rule asks at least one thing, like ctr=low")
            return answer.strip()

        found: str = click.prompt(
            "Condition", default="", show_default=False, value_proc=checked, prompt_suffix=": "
        )
        return found

    def _suggested(self, vocabulary: "Vocabulary") -> str:
        from advisor.cli.scaffold.wish import read, short_id

        try:
            found = short_id(read(self.asks, self.subject or "", vocabulary))
        except Mistakes:
            return ""
        return f"our-{found}" if found in self.taken else found


def exported(registry: "Registry") -> dict[str, set[str]]:
    """The counts that known exports have, by kind of subject."""
    found: dict[str, set[str]] = {}
    for provider in registry.providers():
        for info in provider.kinds.values():
            for subject in info.subjects:
                found.setdefault(subject, set()).update(info.counts)
    return found


def metrics_of(kind: str, vocabulary: "Vocabulary", given: AbstractSet[str]) -> list[str]:
    """The metrics that a rule on subjects of *kind* may ask for and that can be measured by the
    counts *given* of them."""
    from advisor.cli.scaffold.proof import counts_not_given

    return sorted(
        metric.id
        for metric in vocabulary.metrics.values()
        if (not metric.subjects or kind in metric.subjects)
        and (not counts_not_given([metric], given) or (metric.derived and kind in metric.subjects))
    )


def not_exported(rule: "Rule", registry: "Registry") -> list[str]:
    """The counts of *rule* that no known export has for its kind of subject: it would always end
    as missing."""
    from advisor.cli.scaffold.proof import counts_not_given
    from advisor.metrics import metric_of

    vocabulary = registry.vocabulary()
    given = exported(registry).get(rule.subject, set())
    names = dict.fromkeys(t.name for t in rule.when.own() if t.name not in vocabulary.symbols)
    metrics = [m for m in (metric_of(name, vocabulary) for name in names) if not m.derived]
    return [
        f"no known export says {count} of one {rule.subject}: without it the rule ends as missing"
        for count in counts_not_given(metrics, given)
    ]


def _choice(text: str, what: str, names: Sequence[str], default: str | None = None) -> str:
    def checked(answer: str) -> str:
        if answer.strip() not in names:
            raise click.UsageError(unknown(what, answer.strip(), names))
        return answer.strip()

    found: str = click.prompt(text, default=default, value_proc=checked)
    return found


def _rules(registry: "Registry") -> "list[Rule]":
    """The rules that can be read; who diagnoses is told of the others."""
    from advisor.knowledge import installed_rules

    return [rule for rules in installed_rules(registry).values() for rule in rules]
