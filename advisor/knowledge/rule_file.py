"""Rule files: TOML in, rules out, with every mistake of a file or pack at once."""

import copy
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import attrs

from advisor.errors import AdvisorError, Mistakes, nearest, unknown
from advisor.knowledge.condition_parser import ConditionReader, wrong_days
from advisor.knowledge.strata import stratify
from advisor.model import (
    LEVELS,
    Action,
    After,
    Against,
    CountUnit,
    MetricKind,
    Origin,
    Profile,
    Rule,
    RulePack,
    Says,
    Severity,
    Status,
    Story,
    Test,
    Vocabulary,
    compiled,
    digest_of,
    files_below,
    frozen,
    no_country,
    parse_toml,
    read_text,
    structure,
    texts_of,
)
from advisor.model import text as texts

MOST_EFFORT = 400  # hours; more is no single action
MOST_TRIES = 20
CASES = ".cases.toml"
GUIDE, QUESTIONS, LIMITS = "guide.toml", "questions.toml", "limits.toml"
# May lie at the top of a pack.
_NO_RULES = ("vocabulary.toml", "bands.toml", GUIDE, QUESTIONS, LIMITS)
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


_UNKNOWN_KEY = re.compile(r"unknown key '([^']*)'(?:; did you mean '([^']*)'\?)?")
_ROUNDS = 3  # a value that is stood in for may hide another one
_STAND_INS: Mapping[str | int, Any] = {
    "id": "rule",
    "subject": "shop",
    "severity": "low",
    "says": {"healthy": "-", "finding": "-", "why": "-"},
    "healthy": "-",
    "finding": "-",
    "why": "-",
    "lever": "-",
    "direction": "-",
    "do": "-",
    "steps": ["-"],
    "owner": "owner",
    "effort": 1,
    "stop": "-",
    "done": {},
}


@frozen
class AfterTable:
    """`[after]` as it is written."""

    finding: tuple[str, ...]
    over: str | None = None


@frozen
class RuleTable:
    """A rule file as it is written; conditions are read on their own."""

    toml_underscores: ClassVar[bool] = True

    id: str
    subject: str
    severity: Severity
    says: Says
    action: tuple[Action, ...] = ()
    goal: str | None = None
    guide: tuple[str, ...] = ()
    source: Origin | None = None
    status: Status = Status.STABLE
    after: AfterTable | None = None
    explains: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    profile: Profile = Profile.STANDARD
    check: bool = False
    whole: Action | None = None
    aliases: tuple[str, ...] = ()
    overrides: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    region: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: Mapping[str, float] = attrs.field(factory=dict)
    story: Story = attrs.field(factory=Story)


def load_rule(
    text: str,
    *,
    pack_id: str,
    where: str,
    vocabulary: Vocabulary,
    limits: Mapping[str, float] | None = None,
) -> Rule:
    """The rule that *text* (TOML) holds.

    *where* is the file's path, used in messages; its name is the rule's id. *limits* are those of
    its pack, which stand above its own. Raises Mistakes with everything that is wrong, each with
    its place in the file.
    """
    raw = parse_toml(text, where=where)
    subject, own = raw.get("subject"), raw.get("limits")
    above = limits or {}
    known = {**(own if isinstance(own, Mapping) else {}), **above}
    reader = ConditionReader(subject if isinstance(subject, str) else "", vocabulary, known)
    when = reader.when(raw.pop("when", None), raw.pop("with", None))
    unless = reader.unless(raw.pop("unless", None))
    file, wrong = _structured(_listed(raw), where)
    if file is None:
        raise Mistakes([*wrong, *_unknown_words(raw, vocabulary), *reader.wrong], where=where)
    told = {line.partition(":")[0] for line in wrong if not _UNKNOWN_KEY.search(line)}
    over = None
    if file.after is not None and file.after.over is not None:
        way = reader.relation(file.after.over, "after.over")
        over = way[0] if way else None
    asks = bool(when) or file.after is not None
    if not asks and not reader.wrong:
        wrong.append("when: is missing; write the symptom that the rule looks for")

    def full(short: str) -> str:
        return short if "/" in short else f"{pack_id}/{short}"

    rule = Rule(
        id=full(file.id),
        subject=file.subject,
        severity=file.severity,
        when=when,
        says=file.says,
        actions=file.action,
        goal=file.goal,
        guide=file.guide,
        origin=file.source,
        status=file.status,
        unless=unless,
        after=After(tuple(map(full, file.after.finding)), over) if file.after else None,
        explains=tuple(map(full, file.explains)),
        needs=file.needs,
        profile=file.profile,
        check=file.check,
        whole=file.whole,
        aliases=tuple(map(full, file.aliases)),
        overrides=file.overrides,
        effective_from=file.effective_from,
        effective_until=file.effective_until,
        region=file.region,
        tags=file.tags,
        limits={name: known[name] for name in sorted(reader.used)},
        story=file.story,
        file=where,
    )
    more = [
        *_wrong_names(file, vocabulary, where),
        *(f"limits.{name}: no condition names it" for name in file.limits.keys() - reader.used),
        *_wrong_override(rule),
        *reader.wrong,
        *_wrong_texts(rule, vocabulary, conditions_read=asks and not reader.wrong),
        *_wrong_actions(rule, vocabulary),
    ]
    wrong += [line for line in more if not _told(line.partition(":")[0], told)]
    if wrong:
        raise Mistakes(wrong, where=where)
    return rule


def _structured(raw: dict[str, Any], where: str) -> tuple[RuleTable | None, list[str]]:
    """The file as a table, and what is wrong in it. A value that cannot be read is told once and
    then stood in for, so that what else is wrong is told in the same round; None where too much
    is."""
    wrong: list[str] = []
    raw = copy.deepcopy(raw)
    for _ in range(_ROUNDS):
        try:
            return structure(raw, RuleTable, where=where), wrong
        except Mistakes as error:
            named = {f"{place}: " for line in error.mistakes for place in _key_as_meant(raw, line)}
            lines = [line for line in error.mistakes if not line.startswith(tuple(named))]
            wrong += [line for line in lines if line not in wrong]
            for line in lines:
                if not _UNKNOWN_KEY.search(line):
                    _stand_in(raw, line.partition(":")[0])
    return None, wrong


def _told(place: str, told: Collection[str]) -> bool:
    """Whether *place*, or what holds it, was told already."""
    return any(place == one or place.startswith((f"{one}.", f"{one}[")) for one in told)


def _key_as_meant(raw: dict[str, Any], line: str) -> Iterator[str]:
    """Takes the unknown keys that *line* tells out of their table. A misspelled key is read as the
    one that was meant, where that is missing; the places of those."""
    found = _UNKNOWN_KEY.findall(line)
    place = "" if line.startswith("unknown key ") else line.partition(":")[0]
    inside: Any = raw
    try:
        for step in _steps(place) if found else ():
            inside = inside[step]
        for key, meant in found:
            value = inside.pop(key)
            if meant and meant not in inside:
                inside[meant] = value
                yield f"{place}.{meant}".lstrip(".")
    except (AttributeError, IndexError, KeyError, TypeError):
        return


def _steps(place: str) -> list[str | int]:
    return [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", place)]


def _stand_in(raw: dict[str, Any], place: str) -> None:
    """Puts something readable where *place* (`action[0].effort`) points, or takes it out."""
    steps = _steps(place)
    inside: Any = raw
    try:
        for step in steps[:-1]:
            inside = inside[step]
        last = steps[-1]
        if last in _STAND_INS and steps[0] != "story":
            inside[last] = copy.deepcopy(_STAND_INS[last])
        else:
            del inside[last]
    except (IndexError, KeyError, TypeError):
        return


def rule_texts(text: str, *, where: str) -> list[str]:
    """The texts of a rule file that reports print; none where *text* (TOML) holds no rule."""
    raw = parse_toml(text, where=where)
    if "says" not in raw:
        return []
    for conditions in ("when", "with", "unless"):
        raw.pop(conditions, None)
    return texts_of(structure(_listed(raw), RuleTable, where=where))


def load_pack(pack: RulePack, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Every rule of *pack*, by file name; raises Mistakes with what is wrong in all its files."""
    texts: dict[str, str] = {}
    undecoded: dict[str, str] = {}
    limits = pack_limits(pack)
    for where, file in rule_files(pack):
        try:
            texts[where] = read_text(file, where=where)
        except Mistakes as error:
            undecoded[where] = f"{where}: {error.mistakes[0]}"
        except AdvisorError as error:
            undecoded[where] = str(error)
    words = digest_of(vocabulary)
    if words is None or undecoded:
        return _rules_of(pack.id, {**texts, **undecoded}, undecoded, vocabulary, limits)
    numbers = (f"{name} = {value!r}" for name, value in sorted(limits.items()))
    sources = (pack.id, words, *numbers, *(part for pair in texts.items() for part in pair))
    return compiled("rules", sources, lambda: _rules_of(pack.id, texts, (), vocabulary, limits))


@frozen
class LimitsSection:
    """`[rules]` of a pack's limits.toml: the *limits* that its rules name."""

    limits: Mapping[str, float]


@frozen
class LimitsFile:
    """A pack's limits.toml."""

    rules: LimitsSection


def pack_limits(pack: RulePack) -> Mapping[str, float]:
    """The limits that *pack* has for its rules; none where it has no limits.toml."""
    found = pack.folder / LIMITS
    if not found.is_file():
        return {}
    where = f"{pack.id}/{LIMITS}"
    text = read_text(found, where=where)
    return compiled("limits", (text,), lambda: _limits_of(text, where))


def _limits_of(text: str, where: str) -> Mapping[str, float]:
    limits = structure(parse_toml(text, where=where), LimitsFile, where=where).rules.limits
    wrong = [f"rules.limits.{line}" for line in wrong_limits(limits)]
    if wrong:
        raise Mistakes(wrong, where=where)
    return limits


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


def _rules_of(
    pack_id: str,
    texts: Mapping[str, str],
    undecoded: Collection[str],
    vocabulary: Vocabulary,
    limits: Mapping[str, float],
) -> tuple[Rule, ...]:
    """The rules of *texts* by path; that of an *undecoded* file says why it is none."""
    rules: dict[str, Rule] = {}
    wrong: list[str] = []
    twice: list[str] = []
    for where, text in sorted(texts.items(), key=lambda pair: pair[0].split("/")):
        if where in undecoded:
            wrong.append(text)
            continue
        try:
            rule = load_rule(
                text, pack_id=pack_id, where=where, vocabulary=vocabulary, limits=limits
            )
        except Mistakes as error:
            wrong += [f"{where}: {line}" for line in error.mistakes]
        else:
            first = rules.setdefault(rule.id, rule)
            if first is not rule:
                both = f"{first.file} and {rule.file}"
                twice.append(f"the id {rule.short_id!r} is in two files: {both}")
    if wrong or twice:
        raise Mistakes([*wrong, *twice], where=f"rule pack {pack_id!r}")
    return tuple(rules.values())


def rule_files(pack: RulePack) -> Iterator[tuple[str, Traversable]]:
    """The rule files of *pack* with their paths in it, in the order of the paths."""
    for path, file in files_below(pack.folder, ".toml"):
        if path not in _NO_RULES and not path.endswith(CASES):
            yield path, file


def case_files(pack: RulePack) -> Iterator[tuple[str, Traversable]]:
    """The case files of *pack* with their paths in it."""
    for path, file in files_below(pack.folder, ".toml"):
        if path.endswith(CASES):
            yield path, file


def check_references(rules: Iterable[Rule]) -> None:
    """Raises Mistakes where a rule refers to a rule that is not there.

    *rules* are those of all packs; a former id (aliases) is as good as the present one.
    """
    rules = tuple(rules)
    wrong: list[str] = []
    by_id: dict[str, Rule] = {}
    for rule in rules:
        for name in (rule.id, *rule.aliases):
            other = by_id.setdefault(name, rule)
            if other is not rule:
                wrong.append(f"{rule.id}: the id {name!r} is also that of {other.id}")
    for rule in rules:
        wrong += unknown_references(rule, by_id)
        for place, name in _references(rule):
            found = by_id.get(name, rule)
            if place == "overrides" and found.overrides is not None and found is not rule:
                wrong.append(f"{rule.id}: {place}: {name} itself replaces {found.overrides}")
            elif found is rule and name in by_id:
                wrong.append(f"{rule.id}: {place}: a rule cannot refer to itself")
    if wrong:
        raise Mistakes(wrong, where="rules")


def unknown_references(rule: Rule, names: Collection[str]) -> list[str]:
    """List what *rule* refers to that is none of *names*."""
    return [
        f"{rule.id}: {place}: {unknown('rule', name, names)}"
        for place, name in _references(rule)
        if name not in names
    ]


def _references(rule: Rule) -> Iterator[tuple[str, str]]:
    for name in rule.after.findings if rule.after else ():
        yield "after", name
    for name in rule.explains:
        yield "explains", name
    if rule.overrides:
        yield "overrides", rule.overrides


def check_circles(rules: Iterable[Rule]) -> None:
    """Raises AdvisorError, with the path, where rules wait for each other or explain each other."""
    rules = tuple(rules)
    stratify({rule.id: frozenset(rule.after.findings if rule.after else ()) for rule in rules})
    stratify({rule.id: frozenset(rule.explains) for rule in rules})


def folder_pack(folder: Path) -> RulePack:
    """The pack of a user's own *folder*, called by its name; raises AdvisorError where there is no
    such folder."""
    if not folder.is_dir():
        raise AdvisorError("no such folder of rules", where=str(folder))
    name = folder.resolve().name
    return RulePack(name, name, folder)


def rule_called(name: str, rules: Iterable[Rule], *, where: str = "", hint: str = "") -> Rule:
    """The rule of *rules* with this full, short or former id, the first where several have it.

    Raises AdvisorError with the nearest name where there is none.
    """
    known = tuple(rules)
    for names in (
        {rule.id: rule for rule in known},
        {rule.short_id: rule for rule in reversed(known)},
        {name: rule for rule in reversed(known) for name in rule.names},
    ):
        if name in names:
            return names[name]
    offered = [one for rule in known for one in (rule.id, rule.short_id)]
    raise AdvisorError(unknown("rule", name, offered), where=where, hint=hint)


def resolve_aliases(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """*rules* with every former id in `after` and `explains` replaced by the present one."""
    rules = tuple(rules)
    present = {alias: rule.id for rule in rules for alias in rule.aliases}

    def now(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(present.get(name, name) for name in names))

    def referring(rule: Rule) -> Rule:
        after = rule.after and attrs.evolve(rule.after, findings=now(rule.after.findings))
        return attrs.evolve(rule, explains=now(rule.explains), after=after)

    return tuple(referring(rule) if rule.explains or rule.after else rule for rule in rules)


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


def _listed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """*raw* with lists where one word may be written for a list of one."""
    listed = dict(raw)
    for key in ("explains", "region", "tags", "needs", "aliases", "guide"):
        if key in listed:
            listed[key] = _list(listed[key])
    after = listed.get("after")
    if isinstance(after, Mapping) and "finding" in after:
        listed["after"] = {**after, "finding": _list(after["finding"])}
    source = listed.get("source")
    if isinstance(source, Mapping) and isinstance(source.get("date"), date):
        listed["source"] = {**source, "date": source["date"].isoformat()}
    actions = listed.get("action")
    if isinstance(actions, list):
        listed["action"] = [_action(action) for action in actions]
    return listed


def _action(action: Any) -> Any:
    if isinstance(action, Mapping) and isinstance(action.get("done"), Mapping):
        return {**action, "done": {key: _list(value) for key, value in action["done"].items()}}
    return action


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _wrong_names(file: RuleTable, vocabulary: Vocabulary, where: str) -> Iterator[str]:
    name = PurePosixPath(where.replace("\\", "/")).name
    if not ID.fullmatch(file.id):
        yield f"id: {file.id!r} is no id; write small letters, digits and hyphens"
    elif name.endswith(".toml") and name != f"{file.id}.toml":
        yield f"id: {file.id!r} is not the name of the file; call the file {file.id}.toml"
    yield from _unknown_words({"subject": file.subject, "goal": file.goal}, vocabulary)
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


def _wrong_override(rule: Rule) -> Iterator[str]:
    if rule.overrides is None:
        return
    pack, _, short = rule.overrides.partition("/")
    if not pack or not ID.fullmatch(short):
        yield f"overrides: {rule.overrides!r} is no full id; write it as pack/rule"
    elif pack == rule.pack:
        yield f"overrides: {rule.overrides} is of this pack; change its file instead"


def _unknown_words(raw: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[str]:
    """Words of the vocabulary that are not there, also in a file with other mistakes."""
    for key, known in (("subject", vocabulary.subjects), ("goal", vocabulary.goals)):
        word = raw.get(key)
        if isinstance(word, str) and word not in known:
            yield f"{key}: {unknown(key, word, known)}"


def _wrong_texts(rule: Rule, vocabulary: Vocabulary, *, conditions_read: bool) -> Iterator[str]:
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


def _wrong_actions(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
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
