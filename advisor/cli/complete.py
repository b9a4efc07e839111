"""What the shell offers for names. Plugins are loaded when a name is completed, not before."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from advisor.plugin import Registry

Callback = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _offer(names: "Callable[[Registry], Iterable[tuple[str, str]]]") -> Callback:
    def callback(
        ctx: click.Context,  # noqa: ARG001 (click's signature)
        param: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        from advisor.plugin import load_plugins

        try:
            found = list(names(load_plugins()))
        except Exception:  # noqa: BLE001  a traceback would land in the line being typed
            return []
        return [
            CompletionItem(name, help=text) for name, text in found if name.startswith(incomplete)
        ]

    return callback


def _sizes(_: "Registry") -> Iterable[tuple[str, str]]:
    from advisor.model import Size

    return [(size.value, "") for size in Size]


def _rules(registry: "Registry") -> Iterable[tuple[str, str]]:
    from advisor.knowledge import installed_rules

    for rules in installed_rules(registry).values():
        for rule in rules:
            yield rule.short_id, rule.says.healthy
            yield rule.id, rule.says.healthy


def _keys(registry: "Registry") -> Iterable[tuple[str, str]]:
    from advisor.cli.settings_keys import setting_keys

    yield from ((key, "") for key in setting_keys())
    yield from ((metric.id, metric.title) for metric in registry.vocabulary().metrics.values())


def _formats(registry: "Registry") -> Iterable[tuple[str, str]]:
    from advisor.report import format_names

    return [(name, "") for name in format_names(registry.report_formats())]


rules = _offer(_rules)
metrics = _offer(lambda registry: ((m.id, m.title) for m in registry.vocabulary().metrics.values()))
goals = _offer(lambda registry: ((g.id, g.title) for g in registry.vocabulary().goals.values()))
niches = _offer(lambda registry: ((n.id, n.title) for n in registry.vocabulary().niches.values()))
subjects = _offer(
    lambda registry: ((s.id, s.title) for s in registry.vocabulary().subjects.values())
)
sizes = _offer(_sizes)
keys = _offer(_keys)
formats = _offer(_formats)
languages = _offer(lambda registry: ((code, "") for code in registry.languages()))


def severities(
    ctx: click.Context,  # noqa: ARG001 (click's signature)
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Every severity, worst first."""
    from advisor.model import Severity

    return [CompletionItem(s.value) for s in Severity if s.value.startswith(incomplete)]
