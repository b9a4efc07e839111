"""A pack: its rule files, its limits, and every mistake in them at once."""

from collections.abc import Collection, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from advisor.errors import AdvisorError, Mistakes
from advisor.model import (
    Rule,
    RulePack,
    Vocabulary,
    compiled,
    digest_of,
    files_below,
    frozen,
    parse_toml,
    read_text,
    structure,
)

CASES = ".cases.toml"
GUIDE, QUESTIONS, LIMITS = "guide.toml", "questions.toml", "limits.toml"
# May lie at the top of a pack.
_NO_RULES = ("vocabulary.toml", "bands.toml", GUIDE, QUESTIONS, LIMITS)
MOST_RULES = 2_000  # in a pack: each takes some hundredths of a second in every run


def load_pack(pack: RulePack, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Every rule of *pack*, by file name; raises Mistakes with what is wrong in all its files."""
    texts: dict[str, str] = {}
    undecoded: dict[str, str] = {}
    limits = pack_limits(pack)
    found = list(rule_files(pack))
    if len(found) > MOST_RULES:
        many = f"{len(found):,} files of rules; at most {MOST_RULES:,} are read"
        raise Mistakes([f"{many}: make several packs of it"], where=f"rule pack {pack.id!r}")
    for where, file in found:
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
    from advisor.knowledge.rule_checks import wrong_limits

    limits = structure(parse_toml(text, where=where), LimitsFile, where=where).rules.limits
    wrong = [f"rules.limits.{line}" for line in wrong_limits(limits)]
    if wrong:
        raise Mistakes(wrong, where=where)
    return limits


def _rules_of(
    pack_id: str,
    texts: Mapping[str, str],
    undecoded: Collection[str],
    vocabulary: Vocabulary,
    limits: Mapping[str, float],
) -> tuple[Rule, ...]:
    """The rules of *texts* by path; that of an *undecoded* file says why it is none."""
    from advisor.knowledge.rule_file import load_rule  # rules that are kept compiled need it not

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


def folder_pack(folder: Path) -> RulePack:
    """The pack of a user's own *folder*, called by its name; raises AdvisorError where there is no
    such folder."""
    if not folder.is_dir():
        raise AdvisorError("no such folder of rules", where=str(folder))
    name = folder.resolve().name
    return RulePack(name, name, folder)
