"""The rules of every installed pack. A pack with a mistake in it is out, whole, with one line."""

from weakref import WeakKeyDictionary

from advisor.errors import AdvisorError, Mistakes, names_unknown_word, one_line
from advisor.knowledge.pack import load_pack
from advisor.model import Note, Rule, RulePack, listed
from advisor.plugin import Registry

_READ: WeakKeyDictionary[Registry, tuple[dict[RulePack, tuple[Rule, ...]], list[Note]]] = (
    WeakKeyDictionary()
)
_SHOWN = 3  # mistakes of a pack in one line


def installed_rules(registry: Registry) -> dict[RulePack, tuple[Rule, ...]]:
    """Load every pack that plugins brought, in their order; what is left out is among the faults of
    *registry*."""
    return read_installed(registry)[0]


def read_installed(
    registry: Registry,
) -> tuple[dict[RulePack, tuple[Rule, ...]], list[Note]]:
    """Load every pack that plugins brought, in their order, and note what is left out: once for a
    *registry*."""
    if registry not in _READ:
        _READ[registry] = _read(registry)
    packs, notes = _READ[registry]
    return {**packs}, [*notes]


def _read(registry: Registry) -> tuple[dict[RulePack, tuple[Rule, ...]], list[Note]]:
    packs: dict[RulePack, tuple[Rule, ...]] = {}
    notes: list[Note] = []
    for pack in registry.rule_packs():
        try:
            packs[pack] = load_pack(pack, registry.vocabulary())
        except (AdvisorError, OSError) as error:
            notes.append(left_out(registry, pack, error))
    return packs, notes


def left_out(registry: Registry, pack: RulePack, error: Exception) -> Note:
    """Note among the faults of *registry* that *pack* is not used; returns the plan's note."""
    text = f"rule pack {pack.id} is not used: {_reason(error)}"
    failed = registry.failed_plugins() if names_unknown_word(str(error)) else ""
    return registry.fault("; ".join(filter(None, (text, failed))), "rules")


def _reason(error: Exception) -> str:
    if not isinstance(error, Mistakes):
        return one_line(error)
    shown = listed(error.mistakes, _SHOWN, "; ")
    return shown if len(error.mistakes) <= _SHOWN else f"{shown}, see `advisor rules test`"
