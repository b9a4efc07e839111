"""The hooks that plugins fill, and calling them one by one."""

from advisor.plugin.blame import strange_rules, uncomputed, with_reasons
from advisor.plugin.calls import PluginInfo
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.guest import TIME_LIMIT, GuestFault, run, what
from advisor.plugin.guest_provider import GuestProvider
from advisor.plugin.hookspecs import (
    FORMATS,
    PLUGIN_API,
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
)
from advisor.plugin.lost_words import LostWords, because, listed
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
from advisor.plugin.registry import DISTRIBUTION, Registry, add, load_plugins, own_version
from advisor.plugin.traced_provider import bare
from advisor.plugin.tracing import Trace

__all__ = [
    "DISTRIBUTION",
    "FORMATS",
    "MIB",
    "PLUGIN_API",
    "PROJECT",
    "TIME_LIMIT",
    "Cause",
    "Child",
    "ChildDied",
    "Death",
    "Derived",
    "GuestFault",
    "GuestProvider",
    "KindInfo",
    "Limits",
    "LostWords",
    "Match",
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
    "add",
    "bare",
    "because",
    "contract_breaks",
    "hookimpl",
    "listed",
    "load_plugins",
    "override_rules",
    "own_version",
    "python_command",
    "run",
    "run_process",
    "serve",
    "strange_rules",
    "template_names",
    "uncomputed",
    "what",
    "with_reasons",
]
