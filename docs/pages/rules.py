"""docs/rules.md: every rule of the bundled packs."""

from collections.abc import Iterator

from advisor.explain import conditions
from advisor.knowledge import load_pack
from advisor.model import ENGLISH, Action, Rule, RulePack
from advisor.plugin import Registry
from advisor.testing.cases import pack_cases
from docs.pages.markdown import code, page, table
from docs.pages.rule_facts import facts

_INTRO = """\
A rule is one file: the symptom that it looks for, what it says and what to do. Texts in braces
are filled with the subject's own numbers. `advisor explain RULE` shows how a rule ended on each
of your subjects; [write a rule](write-a-rule.md) says how to add yours.
"""


def render(registry: Registry) -> str:
    """The page."""
    vocabulary = registry.vocabulary()
    packs = [(pack, load_pack(pack, vocabulary)) for pack in registry.rule_packs()]
    return page(
        "Rules",
        _INTRO,
        *(_pack(pack, rules, registry) for pack, rules in packs),
    )


def _pack(pack: RulePack, rules: tuple[Rule, ...], registry: Registry) -> Iterator[str]:
    vocabulary, files = registry.vocabulary(), registry.band_files()
    cases = pack_cases(pack, vocabulary=vocabulary)
    yield from (f"## {pack.id}: {pack.title}", "")
    yield from table(
        ("Rule", "Severity", "On", "Where all is well"),
        (
            (f"[`{r.id}`](#{r.id.replace('/', '')})", r.severity.value, r.subject, r.says.healthy)
            for r in rules
        ),
    )
    for rule in rules:
        yield from _rule(rule, facts(rule, cases.get(rule.id, ()), files, vocabulary))


def _rule(rule: Rule, beside: Iterator[str]) -> Iterator[str]:
    yield from (f"### {rule.id}", "")
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
        yield from (f"Begin {action.start.value.replace('-', ' ')}.", "")
    if action.stop:
        yield from (f"Stop if: {action.stop}", "")
