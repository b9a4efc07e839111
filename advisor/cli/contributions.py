"""What each plugin brought to a run, counted: for `advisor plugins list`."""

from collections import Counter
from collections.abc import Iterator

from advisor.knowledge import installed_rules
from advisor.model import VocabularyFile, frozen
from advisor.plugin import PluginInfo, Registry, template_names

_WORDS = ("subject", "relation", "count", "metric", "symbol", "lever", "goal", "niche")
_MANY = {"rule pack": "rule packs", "kind of file": "kinds of files"}


@frozen
class Contribution:
    """A plugin and what it *brings*, in words."""

    plugin: PluginInfo
    brings: tuple[str, ...]


def contributions(registry: Registry) -> list[Contribution]:
    """Every plugin with what it brings; every hook but advisor_metrics is asked for it, and every
    rule is read. What fails is then among the registry's failures."""
    counted: dict[str, Counter[str]] = {plugin.name: Counter() for plugin in registry.plugins}
    for owner, what, number in _counts(registry):
        counted[owner][what] += number
    return [
        Contribution(
            plugin,
            tuple(_worded(number, what) for what, number in counted[plugin.name].items() if number),
        )
        for plugin in registry.plugins
    ]


def _counts(registry: Registry) -> Iterator[tuple[str, str, int]]:
    owners = registry.pack_owners()
    for pack, rules in installed_rules(registry).items():
        yield owners[pack.id], "rule", len(rules)
    for owner, bands in registry.owned_bands():
        yield owner, "band", len(bands.band)
    words: list[tuple[str, VocabularyFile]] = registry.call_all("advisor_vocabulary")
    for word in _WORDS:
        for owner, file in words:
            yield owner, word, len(getattr(file, word))
    for owner, provider in registry.owned_providers():
        yield owner, "kind of file", len(provider.kinds)
    for owner, one in registry.owned_formats():
        yield owner, f"format {one.name}", 1
    for owner, templates in registry.owned_templates():
        yield owner, "template", len(template_names(templates))


def _worded(number: int, what: str) -> str:
    if what.startswith("format "):
        return what
    return f"{number} {what}" if number == 1 else f"{number} {_MANY.get(what, f'{what}s')}"
