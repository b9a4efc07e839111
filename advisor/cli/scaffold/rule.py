"""A new rule and its cases, as text; the cases were tried before anybody sees them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from advisor.cli.scaffold.proof import Prover
from advisor.cli.scaffold.wish import Wish, business, conditions, tables
from advisor.cli.scaffold.write import render
from advisor.knowledge import load_rule
from advisor.metrics import metric_of
from advisor.model import LEVELS, Action, Bands, Conditions, Rule, Says, Test, Vocabulary, frozen
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, load_cases, run_cases

STEPS = (
    "Look at {%s.name} beside those that do well",
    "Change one thing, and measure again after two weeks",
)
STOP = "It was changed twice and nothing moved: then it is something else."
WHY = "Write here what it costs the shop, and what is behind it."


@frozen
class NewRule:
    """The two files of a rule, and the rule as it is read from them."""

    rule: Rule
    text: str
    cases: str
    count: int


def new_rule(
    wish: Wish, folder: str, vocabulary: Vocabulary, bands: Bands, known: Sequence[Rule]
) -> NewRule:
    """The rule of *wish* for the pack *folder*, and cases that hold: computed, then read back and
    run. *known* are rules that there are: the nearest of them lends its lever.

    Raises Mistakes for names that nobody knows and levels that cannot be, AdvisorError where no
    numbers make the rule fire.
    """
    found = conditions(wish, vocabulary)
    shop = business(found.tests, wish.subject, bands, vocabulary)
    when, trends = tables(wish.asks)
    text = render(
        "rule/rule.toml.j2",
        {
            "folder": folder,
            "rule": wish,
            "when": {name: _short(asked) for name, asked in when.items()},
            "trends": trends,
            "says": _says(wish, found, vocabulary),
            "action": _action(wish, found, vocabulary, known),
        },
    )
    where = f"{wish.id}.toml"
    rule = load_rule(text, pack_id=folder, where=where, vocabulary=vocabulary)
    runner = CaseRunner(vocabulary, bands, [rule])
    made = Prover(rule, shop, bands, vocabulary, runner).cases()
    cases = render("rule/cases.toml.j2", {"cases": [_plain(case) for case in made]})
    read = load_cases(cases, f"{wish.id}.cases.toml", vocabulary=vocabulary)
    for result in run_cases(rule, read, lambda case: runner.judge(rule, case)):
        if not result.passed:  # what was written is not what was tried: ours to mend
            raise RuntimeError(f"{result.case.name}: {result.difference}")
    return NewRule(rule, text, cases, len(read))


def nearest_action(
    tests: Iterable[Test], subject: str, known: Iterable[Rule], vocabulary: Vocabulary
) -> Action | None:
    """The first action of the rule that asks most alike, where one asks anything alike."""
    asked = {(test.name, level) for test in tests for level in (*test.is_, "")}

    def alike(rule: Rule) -> tuple[int, bool]:
        theirs = {(t.name, level) for t in rule.when.own() for level in (*t.is_, "")}
        return len(asked & theirs), rule.subject == subject

    sound = (rule for rule in known if rule.actions and rule.actions[0].lever in vocabulary.levers)
    best = max(sorted(sound, key=lambda rule: rule.id), key=alike, default=None)
    return best.actions[0] if best is not None and alike(best)[0] else None


def _short(asked: Mapping[str, Any]) -> object:
    """`"low"` where nothing else is asked than a level."""
    return asked["is"] if set(asked) == {"is"} else asked


def _title(test: Test, vocabulary: Vocabulary) -> str:
    symbol = vocabulary.symbols.get(test.name)
    return symbol.title if symbol else metric_of(test.name, vocabulary).title


def _says(wish: Wish, found: Conditions, vocabulary: Vocabulary) -> Says:
    kind = vocabulary.subjects[wish.subject]
    seen = _listed([_seen(test, vocabulary) for test in found.tests])
    asked = _listed(
        [
            f"{_title(test, vocabulary)}{str(test).removeprefix(test.name).replace(' is ', ' ')}"
            for test in found.tests
        ]
    )
    return Says(
        healthy=f"No {kind.title} with {asked}",
        finding=f"{{{kind.id}.name}}: {seen}",
        why=WHY,
    )


def _listed(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _seen(test: Test, vocabulary: Vocabulary) -> str:
    title, name = _title(test, vocabulary), test.name
    if test.name in vocabulary.symbols:
        return f"{title}: {{{name}}}"
    if test.trend is not None:
        return f"{title} {{{name}}} after {{{name}.before}}"
    usual = f" where {{{name}.band}} is usual" if test.is_ else ""
    return f"{title} {{{name}}}{usual}"


def _action(wish: Wish, found: Conditions, vocabulary: Vocabulary, known: Sequence[Rule]) -> Action:
    like = nearest_action(found.tests, wish.subject, known, vocabulary)
    lever, direction = (like.lever, like.direction) if like else _any_lever(vocabulary)
    metrics = [t for t in found.tests if t.is_ and t.name in vocabulary.metrics]
    done = {test.name: tuple(v for v in LEVELS if v not in test.is_) for test in metrics}
    what = " and ".join(_title(test, vocabulary) for test in metrics)
    return Action(
        lever=lever,
        direction=direction,
        do=f"Bring {what} back to what is usual" if what else "Find out why, and put it right",
        steps=(STEPS[0] % wish.subject, STEPS[1]),
        owner=like.owner if like else next(iter(vocabulary.roles), "owner"),
        effort=2,
        stop=STOP,
        done=done,
    )


def _any_lever(vocabulary: Vocabulary) -> tuple[str, str]:
    """The first lever and direction that ask for no more money: that is no rule's only advice."""
    ways = ((lever, d) for lever in vocabulary.levers.values() for d in lever.directions)
    return next((lever.id, d) for lever, d in ways if d not in lever.spends)


def _plain(case: Case) -> dict[str, Any]:
    """A case as it is written."""
    shop = {"size": case.business.size, "currency": case.business.currency}
    if case.business.margin is not None:
        shop["margin"] = case.business.margin  # type: ignore[assignment]
    return {
        "name": case.name,
        "business": shop,
        "subject": {"name": case.subject.name, **case.subject.counts},
        "before": dict(case.before.counts) if case.before else None,
        "symbols": dict(case.symbols),
        "metrics": {
            name: values[0] if len(set(values)) == 1 else values
            for name, values in case.metrics.items()
        },
        "outcome": case.outcome.value,
        "finding": case.finding,
    }
