"""Hooks that give what no hook allows. Each `refused` is a line that a type checker must refuse."""

from collections.abc import Iterator, Sequence

from advisor import Counts, Derived, MetricsContext, RulePack, Templates, hookimpl


@hookimpl  # refused
def advisor_rule_packs() -> list[str]:
    return ["rules"]


@hookimpl  # refused
def advisor_benchmarks() -> None:
    return None


@hookimpl  # refused
def advisor_report_formats() -> RulePack:
    raise NotImplementedError


@hookimpl  # refused
def advisor_metrics(counts: Counts, context: MetricsContext) -> Iterator[Derived]:
    yield from ()


@hookimpl  # refused
def advisor_templates() -> Sequence[Templates] | None:
    return None
