"""What a plugin may replace: only what the user's advisor.toml allows it, by its name.

A plugin adds. Where it would stand before something that another one brought, it needs its name in

    [plugins]
    allow = ["agency"]

Without it the other one's stays in force, and one note says which line to add. Rules in the user's
own folders are the user's word and need no leave.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import attrs

from advisor.model import BandFile, Note, Rule, frozen, listed
from advisor.plugin.hookspecs import Templates

ADDED_LAYER, PACK_LAYER, ALLOWED_LAYER = -1, 0, 1
CODE = "override"
_SHOWN = 6


@frozen
class Override:
    """*rule* is out of force: *by* is judged instead. Both are full ids."""

    rule: str
    by: str


@frozen
class Overridden:
    """*rules* are those that stand; *inactive* the others, and why."""

    rules: tuple[Rule, ...]
    inactive: tuple[tuple[Rule, str], ...] = ()
    done: tuple[Override, ...] = ()
    notes: tuple[Note, ...] = ()


def override_rules(
    rules: Sequence[Rule],
    owners: Mapping[str, str],
    allow: Sequence[str],
    inactive_reason: Callable[[Rule], str],
) -> Overridden:
    """*rules* with those replaced that an allowed rule `overrides`.

    *owners* are the plugins of packs, by pack id; a pack without one is the user's own folder. A
    rule that has another *inactive_reason* replaces nothing. What replaces a rule answers to its
    names: it may be disabled by them, and `after` and `explains` of other rules then mean it.
    """
    by_name = {name: rule for rule in rules for name in (rule.id, *rule.aliases)}
    wishes: dict[str, list[Rule]] = {}
    refused: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.overrides is None or inactive_reason(rule):
            continue
        owner = owners.get(rule.pack)
        if owner is None or owner in allow:
            wishes.setdefault(by_name[rule.overrides].id, []).append(rule)
        else:
            refused.setdefault(owner, []).append(rule)

    def rank(rule: Rule) -> tuple[int, str]:
        owner = owners.get(rule.pack)
        return (-1 if owner is None else list(allow).index(owner), rule.id)

    inactive: dict[str, str] = {}
    winners: dict[str, Rule] = {}
    done: list[Override] = []
    notes: list[Note] = []
    for target, candidates in wishes.items():
        first, *others = sorted(candidates, key=rank)
        old = by_name[target]
        winners[first.id] = attrs.evolve(first, aliases=(*first.aliases, old.id, *old.aliases))
        inactive[old.id] = f"replaced by {first.id}"
        done.append(Override(old.id, first.id))
        notes.append(Note(CODE, f"rule {old.id} is replaced by {first.id}"))
        for other in others:
            inactive[other.id] = f"{old.id} is replaced by {first.id} already"
            notes.append(Note(CODE, f"rule {other.id} is disabled: {inactive[other.id]}"))
    for owner, theirs in refused.items():
        pairs = [f"{rule.id} for {rule.overrides}" for rule in theirs]
        notes.append(_refused(owner, "would replace rules", pairs, allow))
        for rule in theirs:
            inactive[rule.id] = (
                f"it would replace {rule.overrides}, which advisor.toml doesn't allow"
            )
    return Overridden(
        tuple(winners.get(rule.id, rule) for rule in rules if rule.id not in inactive),
        tuple((rule, inactive[rule.id]) for rule in rules if rule.id in inactive),
        tuple(done),
        tuple(notes),
    )


def order_bands(
    hosts: Iterable[BandFile],
    third_party: Iterable[tuple[str, BandFile]],
    niches: Mapping[str, Collection[str]],
    allow: Sequence[str],
) -> tuple[list[BandFile], list[Note]]:
    """Bands in the layers that their plugins have.

    *third_party* are those of plugins that did not come with the project. Where *allow* names the
    plugin, they are asked before the bundled ones; else only where no bundled band holds, or in a
    niche that the plugin itself brings (*niches*, by plugin).
    """
    files = list(hosts)
    known = {band.metric for file in files for band in file.band}
    notes: list[Note] = []
    for owner, file in third_party:
        common = sorted({band.metric for band in file.band} & known)
        if owner in allow:
            files.append(attrs.evolve(file, layer=ALLOWED_LAYER))
            if common:
                text = f"targets of {owner} come before the bundled ones: {listed(common, _SHOWN)}"
                notes.append(Note(CODE, text))
            continue
        own = tuple(band for band in file.band if band.where.niche in niches.get(owner, ()))
        rest = tuple(band for band in file.band if band not in own)
        files.append(attrs.evolve(file, band=rest, layer=ADDED_LAYER))
        if own:
            files.append(attrs.evolve(file, band=own, layer=PACK_LAYER, stands_for={}))
        hidden = sorted({band.metric for band in rest} & known)
        if hidden:
            what = "has targets that apply only where no bundled target does"
            notes.append(_refused(owner, what, hidden, allow))
    return files, notes


def order_templates(
    hosts: Sequence[Templates],
    third_party: Sequence[tuple[str, Templates]],
    allow: Sequence[str],
) -> tuple[list[Templates], list[Note]]:
    """Folders of templates in the order in which they are searched: of allowed plugins, bundled,
    of all others. What stands behind a folder can add templates, and replaces none of it."""
    allowed = [pair for name in allow for pair in third_party if pair[0] == name]
    others = [pair for pair in third_party if pair[0] not in allow]
    ordered = [*(templates for _, templates in allowed), *reversed(hosts)]
    notes: list[Note] = []
    seen = {name for templates in ordered for name in template_names(templates)}
    for owner, templates in others:
        names = template_names(templates)
        hidden = sorted(set(names) & seen)
        if hidden:
            notes.append(_refused(owner, "would replace templates", hidden, allow))
        seen |= set(names)
        ordered.append(templates)
    return ordered, notes


def template_names(templates: Templates) -> list[str]:
    """The names of its templates; none where there is no such folder."""
    try:
        return [file.name for file in templates.folder.iterdir() if file.name.endswith(".j2")]
    except OSError:
        return []


def _refused(owner: str, what: str, names: Sequence[str], allow: Sequence[str]) -> Note:
    line = ", ".join(f'"{name}"' for name in (*allow, owner))
    text = f"plugin {owner} {what}: {listed(names, _SHOWN)}"
    return Note(CODE, f"{text}; to allow it, add `allow = [{line}]` to [plugins] in advisor.toml")
