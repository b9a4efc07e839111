"""The rules of installed packs, as far as they can be read: a broken file costs its own rule.

Of what is left out a line says why. A rule that uses words of a plugin that failed rests for that
reason, and what cannot do without a rule that is left out rests with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

import attrs

from advisor.errors import unknown, unknown_word
from advisor.knowledge.rule_file import read_rules, second_of
from advisor.model import Rule, RulePack, Vocabulary
from advisor.plugin import LostWords, because, listed

_WORDS = frozenset(
    (
        "subject",
        "metric",
        "count",
        "symbol",
        "goal",
        "lever",
        "metric, count or symbol",
        "count of money",
        "kind or relation",
    )
)
Packs = Mapping[RulePack, tuple[Rule, ...]]


@attrs.frozen
class PackRules:
    """What could be read of a pack.

    *wrong* are broken rule files with their mistakes; *resting* says in a line how many rules use
    words of failed plugins. *gone* are the ids of rules that are left out.
    """

    rules: tuple[Rule, ...] = ()
    wrong: tuple[tuple[str, tuple[str, ...]], ...] = ()
    resting: str = ""
    gone: frozenset[str] = frozenset()

    def lines(self, pack: RulePack) -> Iterator[str]:
        """What is left out, a line for each rule that is broken, and one for those that rest."""
        for file, mistakes in self.wrong:
            name = f"{pack.id}/{_stem(file)}"
            yield f"rule {name} is left out: {pack.id}/{file}: {'; '.join(mistakes)}"
        if self.resting:
            yield self.resting

    def mistakes(self) -> list[str]:
        """Every mistake with its file in front."""
        return [f"{file}: {line}" for file, mistakes in self.wrong for line in mistakes]


def read_pack(pack: RulePack, vocabulary: Vocabulary, lost: LostWords) -> PackRules:
    """The rules of *pack* that can be read, by file name. Raises OSError where its folder cannot
    be."""
    rules: list[Rule] = []
    wrong: list[tuple[str, tuple[str, ...]]] = []
    gone: set[str] = set()
    words: dict[str, tuple[str, ...]] = {}
    rest = 0
    for where, rule in read_rules(pack, vocabulary):
        if isinstance(rule, Rule):
            twice = second_of(rule, rules)
            if twice:
                wrong.append((where, (twice,)))
            else:
                rules.append(rule)
            continue
        gone.add(f"{pack.id}/{_stem(where)}")
        missed = _lost(rule, lost)
        rest += bool(missed)
        words |= missed
        if not missed:
            wrong.append((where, rule))
    told = f"1 rule of pack {pack.id}" if rest == 1 else f"{rest} rules of pack {pack.id}"
    owners = [owner for named in words.values() for owner in named]
    resting = f"{told} {because(words, owners, one=rest == 1)}" if rest else ""
    return PackRules(tuple(rules), tuple(wrong), resting, frozenset(gone))


def without_dangling(
    packs: Packs, gone: AbstractSet[str], own: Collection[RulePack], *, packs_failed: bool = False
) -> tuple[dict[RulePack, tuple[Rule, ...]], list[str], frozenset[str]]:
    """*packs* without the rules that speak of rules that are not there, why, and all that is
    *gone* then; where *packs_failed*, the rules of packs that nobody brings are. A rule of the
    user's *own* that is mistaken stays, to be told as an error."""
    missing = set(gone)
    if packs_failed:
        there = {pack.id for pack in packs}
        named = {name for rules in packs.values() for rule in rules for _, name in _refers(rule)}
        missing |= {name for name in named if name.partition("/")[0] not in there}
    kept = {pack: tuple(_forgets(rule, missing) for rule in rules) for pack, rules in packs.items()}
    lines: list[str] = []
    leaning: dict[RulePack, dict[str, list[str]]] = {}
    while True:
        everyone = [rule for rules in kept.values() for rule in rules]
        names = {name for rule in everyone for name in (rule.id, *rule.aliases)}
        now: set[str] = set()
        for pack, rules in kept.items():
            for rule in rules:
                needs = [name for _, name in _refers(rule) if name in missing and name not in names]
                wrong = [] if pack in own else _mistaken(rule, names)
                if needs:
                    leaning.setdefault(pack, {})[rule.id] = needs
                elif wrong:
                    where = f"{pack.id}/{rule.file}"
                    lines.append(f"rule {rule.id} is left out: {where}: {'; '.join(wrong)}")
                if needs or wrong:
                    now |= {rule.id, *rule.aliases}
        if not now:
            break
        missing |= now
        kept = {
            pack: tuple(_forgets(rule, now) for rule in rules if rule.id not in now)
            for pack, rules in kept.items()
        }
    for pack, found in leaning.items():
        of = listed(name for needs in found.values() for name in needs)
        one = len(found) == 1
        who = (
            f"1 rule of pack {pack.id} rests"
            if one
            else f"{len(found)} rules of pack {pack.id} rest"
        )
        needs_them = "it needs" if one else "they need"
        lines.append(f"{who} because {needs_them} rules that are left out ({of})")
    return kept, lines, frozenset(missing)


def _lost(mistakes: Sequence[str], lost: LostWords) -> dict[str, tuple[str, ...]]:
    """The words among *mistakes* that failed plugins would have brought, with the plugins."""
    found = {}
    for what, word in filter(None, map(unknown_word, mistakes)):
        owners = lost.whose(word) if what in _WORDS else ()
        if owners:
            found[word] = owners
    return found


def _forgets(rule: Rule, gone: AbstractSet[str]) -> Rule:
    """*rule* without what it would explain and is not there: it can fire all the same."""
    explains = tuple(name for name in rule.explains if name not in gone)
    return rule if explains == rule.explains else attrs.evolve(rule, explains=explains)


def _refers(rule: Rule) -> Iterator[tuple[str, str]]:
    for name in rule.after.findings if rule.after else ():
        yield "after", name
    for name in rule.explains:
        yield "explains", name
    if rule.overrides is not None:
        yield "overrides", rule.overrides


def _mistaken(rule: Rule, names: AbstractSet[str]) -> list[str]:
    return [
        f"{place}: {unknown('rule', name, names)}"
        for place, name in _refers(rule)
        if name not in names
    ]


def _stem(where: str) -> str:
    return PurePosixPath(where).stem
