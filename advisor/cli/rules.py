"""`advisor rules`: which rules there are, what they ask, and whether their cases hold."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli import complete
from advisor.cli.group import NamesNear
from advisor.cli.options import (
    FOLDER,
    config_option,
    rules_option,
    tell_at_end,
    today_option,
)
from advisor.cli.rules_new import new
from advisor.errors import AdvisorError, Mistakes

if TYPE_CHECKING:
    from advisor.knowledge import Objection, RuleSet, Strain, Wording
    from advisor.model import BandFile, Rule, RulePack
    from advisor.plugin import Registry
    from advisor.testing.cases import CaseResult

CASE_FAILED = 1


@click.group(cls=NamesNear)
def rules() -> None:
    """Lists, shows, tests and creates rules.

    \b
    Examples:
      advisor rules list
      advisor rules show weak-hook
      advisor rules test my-rules/
      advisor rules new my-rules/
    """


rules.add_command(new)


@rules.command("list", short_help="Every rule.")
@config_option
@rules_option
@today_option
def list_rules(*, config: Path | None, rules: tuple[Path, ...], today: date) -> None:
    """Lists every rule with severity, subject, goal and its headline when all is well. Disabled
    rules show the reason.

    \b
    Example:
      advisor rules list --rules my-rules/
    """
    from advisor.cli.screen import readers, say, table
    from advisor.plugin import load_plugins

    registry = load_plugins()
    loaded = load_all(registry, config, rules, today)
    inactive = {rule.id: why for rule, why in loaded.inactive}
    known = sorted((*loaded.rules, *(r for r, _ in loaded.inactive)), key=lambda r: r.id)
    rows = [
        (
            rule.id,
            rule.severity.value,
            rule.subject,
            rule.goal or "",
            f"inactive: {inactive[rule.id]}" if rule.id in inactive else rule.says.healthy,
        )
        for rule in known
    ]
    with readers():
        table(rows, ("Rule", "Severity", "Subject", "Goal", "Where all is well"))
        for note in (*registry.problems, *loaded.notes):
            say(f"Note: {note.text}")


@rules.command(short_help="One rule: what it asks, says and advises.")
@click.argument("rule_id", metavar="RULE", shell_complete=complete.rules)
@config_option
@rules_option
@today_option
def show(*, rule_id: str, config: Path | None, rules: tuple[Path, ...], today: date) -> None:
    """Shows a rule: its conditions, its sentences, its actions and where it comes from.

    \b
    Example:
      advisor rules show weak-hook
    """
    from advisor.cli.screen import readers, say
    from advisor.plugin import load_plugins

    rule = find_rule(load_all(load_plugins(), config, rules, today), rule_id)
    with readers():
        for line in page(rule):
            say(line)


@rules.command(short_help="Run the cases of rules.")
@click.argument("folders", nargs=-1, type=FOLDER, metavar="[PATH]…")
@click.option(
    "--update",
    is_flag=True,
    help="Update the expected sentence of each case whose outcome is right; outcomes never change.",
)
@today_option
@click.pass_context
def test(ctx: click.Context, *, folders: tuple[Path, ...], update: bool, today: date) -> None:
    """Runs the cases that lie beside the rules: of every installed pack, or of the folders given.

    A case gives counts and the expected outcome; if the rule fires, also the whole sentence. Failed
    cases show the rule's conditions as a tree, and a table counts how often rules fired and should
    have fired. The exit code is 1 if a case fails or the given folders have no cases.

    It also flags advice that breaks platform policy (bought reviews, fake discounts, promised
    cures …) and rules that only ask for more spend, with what to write instead. The exit code is
    then 1, too.

    Warnings name hard words and long sentences with what to write instead, and targets in
    `bands.toml` that can't all be met at once.

    \b
    Examples:
      advisor rules test
      advisor rules test my-rules/
      advisor rules test my-rules/ --update
    """
    from advisor.cli.screen import readers, say
    from advisor.knowledge import Verdict
    from advisor.plugin import load_plugins
    from advisor.testing.cases import table

    if update and not folders:
        text = "name the folders whose case files it may rewrite"
        raise AdvisorError(text, where="--update")
    registry = load_plugins()
    tell_at_end(_engine_failures)
    results, without = run_packs(registry, folders)
    updated: list[str] = []
    if update and (updated := update_cases(registry, folders, results)):
        results, without = run_packs(registry, folders)
    strained = lint_bands(registry, folders, today)
    objected = lint_advice(registry, folders)
    worded = lint_wording(registry, folders)
    with readers():
        for objection in objected:
            say(f"advice: {objection}")
        for wording in worded:
            say(f"warning: wording: {wording}")
        for strain in strained:
            say(f"{'note' if strain.verdict is Verdict.NEEDS else 'warning'}: {strain}")
        say(table(results))
        for line in updated:
            say(line)
        for rule in without:
            say(f"no case: {rule.id}")
        if folders and not results:
            say("Nothing was tested: there is no case (weak-hook.cases.toml beside weak-hook.toml)")
    if objected or not all(result.passed for result in results) or (folders and not results):
        ctx.exit(CASE_FAILED)


@rules.command(short_help="What of its guide a pack encodes, and by what.")
@click.pass_context
def coverage(ctx: click.Context) -> None:
    """Lists every item of the guides that packs set out to encode (`guide.toml`), with the rules,
    bands, goals, niches, metrics and features that encode it, and what is not encoded yet.

    The exit code is 1 where an item has neither, or something names an item that is not there.

    \b
    Example:
      advisor rules coverage
    """
    from advisor.cli.screen import readers, say, table
    from advisor.knowledge import coverage as covered
    from advisor.plugin import load_plugins

    found = covered(load_plugins())
    rows = [
        (item.id, item.state, ", ".join(item.encoders), item.open and f"not yet: {item.open}")
        for item in found.items
    ]
    with readers():
        table(rows, ("Item", "State", "Encoded by", "Open"))
        for line in found.wrong:
            say(f"wrong: {line}")
    if not found.holds:
        ctx.exit(CASE_FAILED)


def _engine_failures() -> list[str]:
    """List how the rules engine failed on the cases, if it did."""
    from advisor.judge import choose, failure

    failed = failure(choose())
    return [] if failed is None else [failed]


def run_packs(
    registry: "Registry", folders: Sequence[Path]
) -> "tuple[list[CaseResult], list[Rule]]":
    """Run every case of the packs; returns what came of each, and the rules that have no case.

    Raises Mistakes with everything that is wrong in rule files of any pack, and for case files that
    cannot be read.
    """
    import attrs

    from advisor.knowledge import bands_of, check_references, installed_rules
    from advisor.model import Settings
    from advisor.testing.case_runner import CaseRunner
    from advisor.testing.cases import pack_cases, run_cases

    vocabulary = registry.vocabulary()
    tested = _read_packs(registry, _packs(registry, folders))
    # Folders may refer to rules that are installed.
    known = {**tested, **(installed_rules(registry) if folders else {})}
    rules = [rule for loaded in known.values() for rule in loaded]
    check_references(rules)
    runner = CaseRunner(vocabulary, bands_of(Settings(), registry, folders), rules)
    results: list[CaseResult] = []
    without: list[Rule] = []
    for pack, loaded in tested.items():
        cases = pack_cases(pack, vocabulary=vocabulary)
        for rule in loaded:
            own = cases.get(rule.id, ())
            if not own:
                without.append(rule)
            for done in run_cases(
                rule,
                own,
                lambda case, rule=rule: runner.judge(rule, case),  # type: ignore[misc]
            ):
                tree = () if done.passed else runner.tree(rule, done.case)
                results.append(attrs.evolve(done, tree=tree))
    return results, without


def update_cases(
    registry: "Registry", folders: Sequence[Path], results: "Sequence[CaseResult]"
) -> list[str]:
    """Rewrite the expected sentences of cases that end as expected; describes each file in a line,
    and each case that has to be changed by hand."""
    from advisor.ingest import write_outputs
    from advisor.testing.case_updates import changed_sentences, updated_files

    sentences = changed_sentences(results)
    files: dict[Path, str] = {}
    lines: list[str] = []
    for pack in _packs(registry, folders):
        changed, described = updated_files(pack, sentences)
        files |= changed
        lines += described
    write_outputs(files)
    return lines


def _read_packs(
    registry: "Registry", packs: "Sequence[RulePack]"
) -> "dict[RulePack, tuple[Rule, ...]]":
    """Load the rules of *packs*; raises Mistakes with everything that is wrong in any of them."""
    from advisor.knowledge import load_pack

    read: dict[RulePack, tuple[Rule, ...]] = {}
    wrong: dict[str, tuple[str, ...]] = {}
    for pack in packs:
        try:
            read[pack] = load_pack(pack, registry.vocabulary())
        except Mistakes as error:
            wrong[pack.id] = error.mistakes
    if wrong:
        several = len(packs) > 1
        lines = [f"{pack}/{line}" if several else line for pack in wrong for line in wrong[pack]]
        where = f"rule pack {', '.join(map(repr, wrong))}"
        raise registry.name_failed(Mistakes(lines, where=where))
    return read


def lint_bands(registry: "Registry", folders: Sequence[Path], today: date) -> "list[Strain]":
    """Find targets that cannot all be met, in every installed pack or in the folders given.

    Raises Mistakes for a bands.toml that cannot be read.
    """
    from advisor.knowledge import strains
    from advisor.model import check_bands

    vocabulary = registry.vocabulary()
    files = _band_files(registry, folders)
    for file in files if folders else ():
        check_bands(file, vocabulary)
    return [strain for file in files for strain in strains(file, vocabulary, today)]


def lint_wording(registry: "Registry", folders: Sequence[Path]) -> "list[Wording]":
    """Find hard words and long texts, in every installed pack or in the folders given.

    Raises Mistakes for files that cannot be read.
    """
    from advisor.knowledge import band_wording, rule_wording

    read = _read_packs(registry, _packs(registry, folders))
    found = [wording for rules in read.values() for wording in rule_wording(rules)]
    return found + band_wording(_band_files(registry, folders))


def _band_files(registry: "Registry", folders: Sequence[Path]) -> "list[BandFile]":
    from advisor.model import band_file, read_text

    if not folders:
        return registry.band_files()
    places = [folder / "bands.toml" for folder in folders if (folder / "bands.toml").is_file()]
    return [band_file(read_text(place), where=str(place)) for place in places]


def lint_advice(registry: "Registry", folders: Sequence[Path]) -> "list[Objection]":
    """What no action may say, in every installed pack or in the folders given.

    Raises Mistakes for rule files that cannot be read.
    """
    from advisor.knowledge import objections

    read = _read_packs(registry, _packs(registry, folders))
    levers = registry.vocabulary().levers
    return [objection for rules in read.values() for objection in objections(rules, levers)]


def _packs(registry: "Registry", folders: Sequence[Path]) -> "list[RulePack]":
    from advisor.knowledge import folder_pack

    return [folder_pack(folder) for folder in folders] if folders else registry.rule_packs()


def load_all(
    registry: "Registry", config: Path | None, folders: Sequence[Path], today: date
) -> "RuleSet":
    """Every rule, as it stands for the shop of *config*."""
    from advisor.cli.request import find_shop
    from advisor.knowledge import load_rules
    from advisor.model import business_of

    shop = find_shop(["."], config)
    business = business_of(shop.settings)
    return load_rules(registry, shop.settings, business, today, folders=folders, base=shop.base)


def find_rule(loaded: "RuleSet", name: str) -> "Rule":
    """The rule with this full, short or former id; raises AdvisorError with the nearest name."""
    from advisor.knowledge import rule_called

    known = (*loaded.rules, *(rule for rule, _ in loaded.inactive))
    return rule_called(name, known, where="RULE", hint="see `advisor rules list`")


def page(rule: "Rule") -> list[str]:
    """A rule as lines to read."""
    from advisor.explain import conditions
    from advisor.model import ENGLISH

    lines = [
        rule.id,
        f"  {rule.says.healthy}",
        f"  severity: {rule.severity}; subject: {rule.subject}; goal: {rule.goal or 'any'}",
        f"  status: {rule.status}; from the profile {rule.profile} on",
        "  finding:",
        f"    {rule.says.finding}",
        "  why:",
        f"    {rule.says.why}",
        "  when:",
        *(f"    {line}" for line in conditions(rule.when)),
    ]
    if rule.after:
        over = f" over {rule.after.over}" if rule.after.over else ""
        lines.append(f"  after: {', '.join(rule.after.findings)}{over}")
    if rule.unless:
        lines += ["  unless:", *(f"    {line}" for line in conditions(rule.unless))]
    if rule.says.misleading_when:
        lines.append(f"  when to ignore this: {rule.says.misleading_when}")
    for action in rule.every_action:
        lines.append(f"  do: {action.do} ({action.owner}, {ENGLISH.hours(action.effort)})")
        lines += [f"    - {step}" for step in action.steps]
        done = [f"{name} is {' or '.join(levels)}" for name, levels in action.done.items()]
        if done:
            lines.append(f"    done when: {', '.join(done)}")
        if action.waste:
            lines.append(f"    at stake: all of {action.waste}")
        if action.start:
            lines.append(f"    start: {action.start.value.replace('-', ' ')}")
        if action.stop:
            lines.append(f"    stop if: {action.stop}")
    if rule.explains:
        lines.append(f"  explains: {', '.join(rule.explains)}")
    if rule.needs:
        lines.append(f"  needs: {', '.join(rule.needs)}")
    sides = {"finding": rule.story.finding, "healthy": rule.story.healthy}
    parts = [f"{side} {part}" for side, part in sides.items() if part]
    if parts:
        lines.append(f"  story: {', '.join(parts)}")
    if rule.guide:
        lines.append(f"  guide: {', '.join(rule.guide)}")
    if rule.origin:
        told = (rule.origin.title, rule.origin.url, rule.origin.date, rule.origin.strength.value)
        lines.append(f"  source: {', '.join(filter(None, told))}")
    lines.append(f"  file: {rule.file}")
    return lines
