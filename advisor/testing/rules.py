"""Which rule a test means: a path, TOML text, a pack's, or an installed one's id."""

import re
from collections.abc import Iterable
from functools import cache
from os import PathLike
from pathlib import Path

import attrs

from advisor.errors import AdvisorError
from advisor.knowledge import (
    RuleSet,
    folder_pack,
    installed_rules,
    load_pack,
    load_rule,
    resolve_aliases,
    rule_called,
    rule_files,
)
from advisor.model import Rule, RulePack, Vocabulary
from advisor.plugin import Registry

RuleLike = Rule | RulePack | str | PathLike[str]
PackLike = RulePack | str | PathLike[str]

_TEXT_PACK = "test"


def find_rule(rule: RuleLike, pack: PackLike | None, registry: Registry) -> tuple[Rule, RuleSet]:
    """The rule that *rule* means, and what has to be loaded to judge it: itself, and every rule
    whose finding it comes after.

    *rule* is a Rule, a path to its file, its TOML text, a pack (or its folder) of one rule, or an
    id: of a rule of *pack*, else of one that is installed. Raises AdvisorError where there is none.
    """
    own = None if pack is None else as_pack(pack)
    found, home = _rule_and_pack(rule, own, registry)
    everyone = [found]
    if found.after is not None or found.explains:
        beside = tolerant(home, registry.vocabulary()) if home is not None else ()
        known = {one.id: one for one in (*installed(registry), *beside, found)}
        everyone = list(resolve_aliases(known.values()))
        found = next(one for one in everyone if one.id == found.id)
    needed = (attrs.evolve(one, explains=()) for one in needed_rules(found, everyone))
    return found, RuleSet(tuple(needed), (), ())


def as_pack(pack: PackLike) -> RulePack:
    """*pack*, or the pack of a folder, called by the folder's name."""
    if isinstance(pack, RulePack):
        return pack
    return folder_pack(Path(pack))


def pack_of(path: Path, registry: Registry) -> RulePack | None:
    """The installed pack in whose folder *path* lies, the innermost where there are several."""
    inside = path.resolve().parents
    homes = {Path(str(pack.folder)).resolve(): pack for pack in registry.rule_packs()}
    return next((homes[folder] for folder in inside if folder in homes), None)


def tolerant(pack: RulePack, vocabulary: Vocabulary) -> list[Rule]:
    """The rules of *pack* that can be read; the others are their own tests' matter."""
    found: list[Rule] = []
    for where, file in rule_files(pack):
        try:
            text = file.read_text(encoding="utf-8")
            found.append(load_rule(text, pack_id=pack.id, where=where, vocabulary=vocabulary))
        except (AdvisorError, UnicodeDecodeError):
            continue
    return found


@cache
def installed(registry: Registry) -> tuple[Rule, ...]:
    """The rules of every pack of *registry*; one with mistakes is left out, as in a run."""
    return tuple(rule for rules in installed_rules(registry).values() for rule in rules)


def _rule_and_pack(
    rule: RuleLike, own: RulePack | None, registry: Registry
) -> tuple[Rule, RulePack | None]:
    """The rule, and the pack that it stands in, where that is not an installed one."""
    vocabulary = registry.vocabulary()
    if isinstance(rule, Rule):
        return rule, own
    if isinstance(rule, RulePack):
        return _only(rule, vocabulary), rule
    name = str(rule)
    if "\n" in name:
        pack_id = own.id if own is not None else _TEXT_PACK
        where = "the rule's text"
        return load_rule(name, pack_id=pack_id, where=where, vocabulary=vocabulary), own
    path = Path(rule)
    if path.suffix == ".toml":
        return _of_file(path, own, registry)
    if isinstance(rule, PathLike) or (path.is_dir() and own is None):
        pack = as_pack(path)
        return _only(pack, vocabulary), pack
    known: Iterable[Rule] = load_pack(own, vocabulary) if own is not None else installed(registry)
    is_id = re.fullmatch(r"[\w/-]+", name)
    hint = "" if is_id else "a path ends with .toml, a rule's text has lines"
    return rule_called(name, known, hint=hint), own


def _of_file(path: Path, own: RulePack | None, registry: Registry) -> tuple[Rule, RulePack]:
    if own is not None and not path.is_file():
        path = Path(str(own.folder)) / path
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AdvisorError((error.strerror or str(error)).lower(), where=str(path)) from None
    except UnicodeDecodeError as error:
        raise AdvisorError(f"not UTF-8 text: {error.reason}", where=str(path)) from None
    home = own or pack_of(path, registry) or as_pack(path.parent)
    rule = load_rule(text, pack_id=home.id, where=path.name, vocabulary=registry.vocabulary())
    return rule, home


def _only(pack: RulePack, vocabulary: Vocabulary) -> Rule:
    rules = load_pack(pack, vocabulary)
    if len(rules) == 1:
        return rules[0]
    names = ", ".join(rule.short_id for rule in rules[:12]) or "none"
    raise AdvisorError(
        f"{len(rules)} rules are in it: {names}",
        where=f"rule pack {pack.id!r}",
        hint="name the rule, and the pack as pack=...",
    )


def needed_rules(rule: Rule, everyone: Iterable[Rule]) -> list[Rule]:
    """*rule*, and every rule of *everyone* whose finding it comes after."""
    by_id = {one.id: one for one in everyone}
    needed = {rule.id: rule}
    waiting = list(rule.after.findings if rule.after else ())
    while waiting:
        other = by_id.get(waiting.pop())
        if other is not None and other.id not in needed:
            needed[other.id] = other
            waiting += other.after.findings if other.after else ()
    return list(needed.values())
