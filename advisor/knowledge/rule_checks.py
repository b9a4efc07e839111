"""What is wrong in a rule, each mistake with its place in the file."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from advisor.errors import nearest, unknown
from advisor.knowledge.condition_parser import wrong_days
from advisor.knowledge.rule_table import RuleTable
from advisor.model import LEVELS, Against, CountUnit, MetricKind, Rule, Test, Vocabulary, no_country
from advisor.model import text as texts

MOST_EFFORT = 400  # hours; more is no single action
MOST_TRIES = 20
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def allowed_placeholders(rule: Rule, vocabulary: Vocabulary) -> frozenset[str]:
    """The placeholders that *rule*'s texts may hold: names of its subject, its parents and those
    it is joined with, and what its own conditions and `needs` ask for."""
    related = (*rule.when.related, *rule.unless.related)
    kinds = {rule.subject, *vocabulary.ancestors(rule.subject), *(r.kind for r in related)}
    allowed = {f"{kind}.name" for kind in kinds} | set(rule.needs)
    for test in rule.own_tests():
        allowed.add(test.name)
        if test.name in vocabulary.metrics:
            allowed |= {f"{test.name}.{part}" for part in texts.PARTS if _says(part, test)}
    return frozenset(allowed)


def _says(part: str, test: Test) -> bool:
    """Only what is compared with a band has one."""
    return part not in ("band", "room") or (bool(test.is_) and test.against is Against.BAND)


def wrong_numbers(rule: Rule) -> Iterator[str]:
    """What the numbers of *rule*'s conditions cannot be, now that its limits are set."""
    for related in (*rule.when.related, *rule.unless.related):
        if related.at_least < 1 or related.at_least != int(related.at_least):
            yield f"{rule.id}: {related.at_least:g} is no number of subjects"
        if related.share is not None and not 0 < related.share <= 1:
            yield f"{rule.id}: {related.share:g} is no share; write half of them as 0.5"
    asked = (*rule.own_tests(), *(test for one in rule.when.related for test in one.tests))
    for test in asked:
        if test.days is not None and (why := wrong_days(test.days)):
            yield f"{rule.id}: {test.name}: {why}"
        if test.at_least is not None and test.at_most is not None and test.at_least > test.at_most:
            yield f"{rule.id}: {test.name}: {test.at_least:g} lies above {test.at_most:g}"


def wrong_limits(limits: Mapping[str, float]) -> Iterator[str]:
    """What is wrong with these *limits*, each by its name."""
    for name, value in limits.items():
        if not ID.fullmatch(name):
            yield f"{name}: is no name; write small letters, digits and hyphens"
        if not math.isfinite(value):
            yield f"{name}: {value} is no limit"


def wrong_names(file: RuleTable, vocabulary: Vocabulary, where: str) -> Iterator[str]:
    """Yields what is wrong in the names, places and days of a rule *file*."""
    name = PurePosixPath(where.replace("\\", "/")).name
    if not ID.fullmatch(file.id):
        yield f"id: {file.id!r} is no id; write small letters, digits and hyphens"
    elif name.endswith(".toml") and name != f"{file.id}.toml":
        yield f"id: {file.id!r} is not the name of the file; call the file {file.id}.toml"
    yield from unknown_words({"subject": file.subject, "goal": file.goal}, vocabulary)
    for i, need in enumerate(file.needs):
        if need not in vocabulary.counts:
            yield f"needs[{i}]: {unknown('count', need, vocabulary.counts)}"
    for i, region in enumerate(file.region):
        if why := no_country(region):
            yield f"region[{i}]: {why}"
    yield from (f"limits.{line}" for line in wrong_limits(file.limits))
    for i, tag in enumerate(file.tags):
        if not tag.removeprefix("!").strip():
            yield f"tags[{i}]: is empty"
    if file.after is not None and not file.after.finding:
        yield "after.finding: is empty"
    first, last = file.effective_from, file.effective_until
    if first is not None and last is not None and first > last:
        yield f"effective_until: {last} lies before effective_from {first}"


def wrong_override(rule: Rule) -> Iterator[str]:
    """Yields what is wrong in the rule that *rule* replaces."""
    if rule.overrides is None:
        return
    pack, _, short = rule.overrides.partition("/")
    if not pack or not ID.fullmatch(short):
        yield f"overrides: {rule.overrides!r} is no full id; write it as pack/rule"
    elif pack == rule.pack:
        yield f"overrides: {rule.overrides} is of this pack; change its file instead"


def unknown_words(raw: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[str]:
    """Words of the vocabulary that are not there, also in a file with other mistakes."""
    for key, known in (("subject", vocabulary.subjects), ("goal", vocabulary.goals)):
        word = raw.get(key)
        if isinstance(word, str) and word not in known:
            yield f"{key}: {unknown(key, word, known)}"


def wrong_texts(rule: Rule, vocabulary: Vocabulary, *, conditions_read: bool) -> Iterator[str]:
    """Yields what is wrong in the texts of *rule*."""
    plain = {"says.healthy": rule.says.healthy, "says.misleading_when": rule.says.misleading_when}
    filled = {"says.finding": rule.says.finding, "says.why": rule.says.why}
    for i, action in enumerate(rule.every_action):
        plain[f"action[{i}].stop"] = action.stop
        filled[f"action[{i}].do"] = action.do
        for j, step in enumerate(action.steps):
            filled[f"action[{i}].steps[{j}]"] = step
    for key, sentence in plain.items():
        if key == "says.healthy" and not sentence.strip():
            yield "says.healthy: is empty"
        if texts.check(sentence, ()):
            yield f"{key}: stands without numbers; placeholders belong in finding and why"
    allowed = allowed_placeholders(rule, vocabulary)
    if not conditions_read:  # what they ask for is not known: any metric may be written
        names = {*vocabulary.metrics, *vocabulary.counts}
        allowed |= names | {f"{name}.{part}" for name in names for part in texts.PARTS}
    for at, sentence in filled.items():
        if not sentence.strip():
            yield f"{at}: is empty"
        yield from (f"{at}: {mistake}" for mistake in texts.check(sentence, allowed))


def wrong_actions(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    """Yields what is wrong in what *rule* asks to do."""
    if not rule.actions:
        yield "action: is missing; a rule says what to do, in [[action]]"
    for i, action in enumerate(rule.every_action):
        at = "whole" if action is rule.whole else f"action[{i}]"
        lever = vocabulary.levers.get(action.lever)
        if lever is None:
            yield f"{at}.lever: {unknown('lever', action.lever, vocabulary.levers)}"
        elif action.direction not in lever.directions:
            mistake = unknown("direction", action.direction, lever.directions)
            yield f"{at}.direction: {mistake}"
        if not action.steps:
            yield f"{at}.steps: is empty; write what to do first"
        if not action.owner.strip():
            yield f"{at}.owner: is empty"
        elif action.owner not in vocabulary.roles and nearest(action.owner, vocabulary.roles):
            # Any other word is taken for a name; this one is a role that was mistyped.
            yield f"{at}.owner: {unknown('role', action.owner, vocabulary.roles)}"
        if not 0 < action.effort <= MOST_EFFORT:
            hours = f"{action.effort:g} cannot be; write the hours of work, like 4 or 0.5"
            yield f"{at}.effort: {hours}"
        if action.stop_after is not None and not 1 <= action.stop_after.tries <= MOST_TRIES:
            yield f"{at}.stop_after: tries are from 1 to {MOST_TRIES}"
        if action.waste is not None and not _is_money(action.waste, vocabulary):
            money = [c.id for c in vocabulary.counts.values() if c.unit is CountUnit.MONEY]
            yield f"{at}.waste: {unknown('count of money', action.waste, money)}"
        if action.trial is not None and action.trial not in action.done:
            yield f"{at}.trial: {unknown('metric of done', action.trial, action.done)}"
        elif action.trial is not None and not _tells_apart(action.trial, vocabulary):
            yield f"{at}.trial: {action.trial} is no share of events that versions can be told by"
        for metric, levels in action.done.items():
            here = f"{at}.done.{metric}"
            if metric not in vocabulary.metrics:
                yield f"{here}: {unknown('metric', metric, vocabulary.metrics)}"
            if not levels:
                yield f"{here}: is empty"
            yield from (
                f"{here}: {unknown('level', level, LEVELS)}"
                for level in levels
                if level not in LEVELS
            )


def _is_money(name: str, vocabulary: Vocabulary) -> bool:
    count = vocabulary.counts.get(name)
    return count is not None and count.unit is CountUnit.MONEY


def _tells_apart(name: str, vocabulary: Vocabulary) -> bool:
    """Whether versions can be told by this metric; one that is not known is told elsewhere."""
    metric = vocabulary.metrics.get(name)
    return metric is None or metric.kind in (MetricKind.PROPORTION, MetricKind.RATE)
