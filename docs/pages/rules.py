"""docs/rules.md: every rule of the bundled packs by group; docs/rules/: a page for each."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from advisor.explain import conditions
from advisor.knowledge import load_pack
from advisor.model import ENGLISH, Action, Rule, RulePack
from advisor.plugin import Registry
from advisor.testing.cases import pack_cases
from docs.pages.markdown import code, page, table
from docs.pages.metrics import links
from docs.pages.rule_facts import facts

_INTRO = """\
A rule is one file: the symptom that it looks for, what it says and what to do. Texts in braces
are filled with the subject's own numbers. `advisor explain RULE` shows how a rule ended on each
of your subjects; [write a rule](write-a-rule.md) says how to add yours.
"""


_GROUPS = {"gmv-max": "GMV Max", "live": "LIVE"}  # names of folders that are names
_LINK = re.compile(r"\]\((?=[a-z/-]+\.md)")  # to another page of the docs


def render(registry: Registry) -> Mapping[str, str]:
    """The pages, by their paths in docs/."""
    vocabulary = registry.vocabulary()
    packs = [(pack, load_pack(pack, vocabulary)) for pack in registry.rule_packs()]
    index = page("Rules", _INTRO, *(_pack(pack, rules) for pack, rules in packs))
    pages = (_pages(pack, rules, registry) for pack, rules in packs)
    return {"rules.md": index} | {name: text for each in pages for name, text in each}


def _pack(pack: RulePack, rules: tuple[Rule, ...]) -> Iterator[str]:
    yield from (f"## {pack.id}: {pack.title}", "")
    for group, members in groupby(sorted(rules, key=_group), key=_group):
        yield from (f"### {_GROUPS.get(group, group.capitalize())} ({pack.id})", "")
        yield from table(
            ("Rule", "Severity", "On", "When all is well"),
            (
                (f"[`{r.id}`](rules/{r.id}.md)", r.severity.value, r.subject, r.says.healthy)
                for r in members
            ),
        )


def _group(rule: Rule) -> str:
    return str(rule.file).partition("/")[0]


def _pages(
    pack: RulePack, rules: tuple[Rule, ...], registry: Registry
) -> Iterator[tuple[str, str]]:
    vocabulary, files, link = registry.vocabulary(), registry.band_files(), links(registry)
    cases = pack_cases(pack, vocabulary=vocabulary)
    for rule in rules:
        beside = facts(rule, cases.get(rule.id, ()), files, vocabulary, link)
        text = page(rule.id, _rule(rule, beside))
        yield f"rules/{rule.id}.md", _LINK.sub("](../../", text)


def _rule(rule: Rule, beside: Iterator[str]) -> Iterator[str]:
    yield from (f"> {rule.says.finding}", "")
    yield from (rule.says.why, "")
    goal = f", goal `{rule.goal}`" if rule.goal else ""
    line = f"- severity {rule.severity.value}, on `{rule.subject}`{goal}, {rule.status.value}, "
    line += f"from the profile {rule.profile.value} on"
    yield line
    yield from (f"- when: {line}" for line in conditions(rule.when))
    if rule.after:
        over = f" over `{rule.after.over}`" if rule.after.over else ""
        yield f"- after: {code(rule.after.findings)}{over}"
    yield from (f"- unless: {line}" for line in conditions(rule.unless))
    yield from beside
    if rule.needs:
        yield f"- needs: {code(rule.needs)}"
    if rule.explains:
        yield f"- explains: {code(rule.explains)}"
    if rule.says.misleading_when:
        yield f"- when to ignore this: {rule.says.misleading_when}"
    told = {"its finding": rule.story.finding, "its healthy outcome": rule.story.healthy}
    sides = [f"{side} *{part}*" for side, part in told.items() if part]
    if sides:
        yield f"- in the story: {', '.join(sides)}"
    if rule.guide:
        yield f"- guide: {code(rule.guide)}"
    if rule.origin:
        parts = (rule.origin.title, rule.origin.url, rule.origin.date, rule.origin.strength.value)
        yield f"- source: {', '.join(part for part in parts if part)}"
    yield f"- file: `{rule.file}`"
    yield ""
    for action in rule.actions:
        yield from _action(action)
    if rule.whole is not None:
        yield from ("Where nearly all subjects have it:", "")
        yield from _action(rule.whole)


def _action(action: Action) -> Iterator[str]:
    yield from (f"**{action.do}** ({action.owner}, {ENGLISH.hours(action.effort)})", "")
    yield from (f"{n}. {step}" for n, step in enumerate(action.steps, start=1))
    yield ""
    done = [f"`{name}` is {' or '.join(levels)}" for name, levels in action.done.items()]
    if done:
        yield from (f"Done when {', '.join(done)}.", "")
    if action.waste:
        yield from (f"Worth all of `{action.waste}`, while nothing is done.", "")
    if action.start:
        yield from (f"Start: {action.start.value.replace('-', ' ')}.", "")
    if action.stop:
        yield from (f"Stop if: {action.stop}", "")
