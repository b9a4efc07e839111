"""The hooks that plugins fill, and calling them one by one."""

from advisor.plugin.calls import DISTRIBUTION, PluginInfo
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.counts import Counts, CountTable, Coverage, MetricsContext, Within
from advisor.plugin.guard import describe_error, guarded
from advisor.plugin.hookspecs import (
    FORMATS,
    PROJECT,
    Derived,
    KindInfo,
    Match,
    Provider,
    ReadContext,
    ReportFormat,
    Templates,
    Together,
    hookimpl,
    takes_blocks,
)
from advisor.plugin.isolated import run_isolated
from advisor.plugin.overrides import Overridden, Override, override_rules, template_names
from advisor.plugin.process import (
    MIB,
    Cause,
    Child,
    ChildDied,
    Death,
    Limits,
    python_command,
    run_process,
    serve,
)
from advisor.plugin.registry import Computed, Registry, add, load_plugins, own_version
from advisor.plugin.tracing import Trace

__all__ = [
    "DISTRIBUTION",
    "FORMATS",
    "MIB",
    "PROJECT",
    "Cause",
    "Child",
    "ChildDied",
    "Computed",
    "CountTable",
    "Counts",
    "Coverage",
    "Death",
    "Derived",
    "KindInfo",
    "Limits",
    "Match",
    "MetricsContext",
    "Overridden",
    "Override",
    "PluginInfo",
    "Provider",
    "ReadContext",
    "Registry",
    "ReportFormat",
    "Templates",
    "Together",
    "Trace",
    "Within",
    "add",
    "contract_breaks",
    "describe_error",
    "guarded",
    "hookimpl",
    "load_plugins",
    "override_rules",
    "own_version",
    "python_command",
    "run_isolated",
    "run_process",
    "serve",
    "takes_blocks",
    "template_names",
]
