"""Who is behind what a rule asks for: so that what fails is put on whom it came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from advisor.errors import AdvisorError, unknown_word
from advisor.model import Rule, VocabularyFile
from advisor.plugin.hookspecs import Derived
from advisor.plugin.registry import Registry

_HOOK = "advisor_metrics"


@contextmanager
def with_reasons(registry: Registry) -> Iterator[None]:
    """What is raised inside for an unknown word says which plugins failed: it may be theirs."""
    try:
        yield
    except AdvisorError as error:
        if unknown_word(str(error)) is None or not registry.lost_words().by:
            raise
        reasons = "".join(f"\n  {note.text}" for note in registry.problems)
        text = f"{error.message}\nit may be a word of a plugin that failed:{reasons}"
        raise AdvisorError(text, where=error.where, hint=error.hint) from None


def uncomputed(registry: Registry, derived: Iterable[Derived]) -> dict[str, str]:
    """The derived metrics and symbols that nobody computed because a plugin failed, with its name
    and how: those that it declares, and those of its own distribution that are declared by a
    plugin that computes nothing or that came with it. *derived* is what there is."""
    failed = {
        owner: f"plugin {owner} failed: {how}" for owner, how in registry.lacks(_HOOK).items()
    }
    if not failed:
        return {}
    there = {column for one in derived for column in one.frame.columns}
    computing = {one.plugin_name for one in registry.implementations(_HOOK)}
    declares: dict[str, str] = {}
    for owner, file in registry.once("advisor_vocabulary", VocabularyFile):
        words = (*(m.id for m in file.metric if m.derived), *(s.id for s in file.symbol))
        declares |= dict.fromkeys(words, owner)
    speak = {*declares.values(), *registry.lost_words().by}
    silent = [owner for owner in failed if owner not in speak]
    distribution = {one.name: one.distribution for one in registry.plugins}
    found: dict[str, str] = {}
    for word, owner in declares.items():
        # A plugin without words of its own computes those of others.
        mates = [one for one in silent if distribution[one] == distribution[owner]]
        others = [] if owner in computing else silent
        behind = [owner] if owner in failed else mates or others
        if behind and word not in there:
            found[word] = "; ".join(failed[one] for one in behind)
    return found


def strange_rules(rules: Sequence[Rule], registry: Registry) -> dict[str, str]:
    """The rules that did not come with the project, and those that ask for what a guest declares,
    computes or sets bands for: their ids, each with whose it is."""
    words = _strange_words(registry)
    found: dict[str, str] = {}
    for rule in rules:
        owner = registry.pack_owners.get(rule.pack)
        related = (*rule.when.related, *rule.unless.related)
        tests = (*rule.own_tests(), *(test for one in related for test in one.tests))
        guests = [words[test.name] for test in tests if test.name in words]
        if owner is None:
            found[rule.id] = "your own rules"
        elif registry.is_guest(owner):
            found[rule.id] = f"plugin {owner}"
        elif guests:
            found[rule.id] = f"plugin {guests[0]}"
    return found


def _strange_words(registry: Registry) -> Mapping[str, str]:
    """What a guest declares, computes or sets bands for, with its name."""
    words = dict(registry.computed_by)
    for owner, bands in registry.owned_bands():
        words |= {band.metric: owner for band in bands.band} if registry.is_guest(owner) else {}
    for owner, file in registry.once("advisor_vocabulary", VocabularyFile):
        if registry.is_guest(owner):
            words |= {item.id: owner for item in (*file.metric, *file.count, *file.symbol)}
    return {word: owner for word, owner in words.items() if registry.is_guest(owner)}
