"""The rules of every installed pack; a pack with mistakes costs itself, and one line."""

from advisor.errors import AdvisorError, one_line
from advisor.reading import Note
from advisor.registry import Registry
from advisor.rule import Rule, RulePack
from advisor.rule_file import load_pack


def installed_rules(registry: Registry) -> dict[RulePack, tuple[Rule, ...]]:
    """Every pack that plugins brought with its rules, in their order. What is left out is among the
    faults of *registry*."""
    vocabulary = registry.vocabulary()
    found: dict[RulePack, tuple[Rule, ...]] = {}
    for pack in registry.rule_packs():
        try:
            found[pack] = load_pack(pack, vocabulary)
        except (AdvisorError, OSError) as error:
            left_out(registry, pack, one_line(error))
    return found


def left_out(registry: Registry, pack: RulePack, why: str) -> Note:
    """Notes among the faults of *registry* that *pack* is not used; gives the note for the plan."""
    note = Note("rules", f"rule pack {pack.id} is left out: {why}")
    if note.text not in registry.faults:
        registry.faults.append(note.text)
    return note
