"""The rules of every installed pack. What cannot be read costs itself, and one line."""

import attrs

from advisor.errors import AdvisorError, one_line
from advisor.knowledge.packs import read_pack
from advisor.model import Note, Rule, RulePack
from advisor.plugin import Registry


@attrs.frozen
class Installed:
    """The packs that plugins brought, with the rules that can be read. *notes* say what is left
    out, *gone* are the ids of such rules, and *failed* of packs that cannot be read at all."""

    packs: dict[RulePack, tuple[Rule, ...]]
    notes: tuple[Note, ...] = ()
    gone: frozenset[str] = frozenset()
    failed: tuple[str, ...] = ()


def installed_rules(registry: Registry) -> dict[RulePack, tuple[Rule, ...]]:
    """Every pack that plugins brought with its rules, in their order. What is left out is among the
    faults of *registry*."""
    return read_installed(registry).packs


def read_installed(registry: Registry) -> Installed:
    """Every pack that plugins brought, in their order, and what is left out; that is also among the
    faults of *registry*."""
    vocabulary, lost = registry.vocabulary(), registry.lost_words()
    packs: dict[RulePack, tuple[Rule, ...]] = {}
    notes: list[Note] = []
    gone: set[str] = set()
    failed: list[str] = []
    for pack in registry.rule_packs():
        try:
            read = read_pack(pack, vocabulary, lost)
        except (AdvisorError, OSError) as error:
            notes.append(left_out(registry, pack, one_line(error)))
            failed.append(pack.id)
            continue
        packs[pack] = read.rules
        gone |= read.gone
        notes += [fault(registry, line) for line in read.lines(pack)]
    return Installed(packs, tuple(notes), frozenset(gone), tuple(failed))


def left_out(registry: Registry, pack: RulePack, why: str) -> Note:
    """Notes among the faults of *registry* that *pack* is not used; gives the note for the plan."""
    return fault(registry, f"rule pack {pack.id} is left out: {why}")


def fault(registry: Registry, line: str) -> Note:
    """Notes *line* among the faults of *registry*, once; gives the note for the plan."""
    if line not in registry.faults:
        registry.faults.append(line)
    return Note("rules", line)
