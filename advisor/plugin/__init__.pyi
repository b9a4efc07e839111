from .calls import DISTRIBUTION, PluginInfo
from .catalogues import catalogue_files, find_language, host_folder, make_language
from .contracts import contract_breaks
from .counts import Counts, CountTable, Coverage, MetricsContext, Within
from .derive import derive
from .guard import describe_error, guarded
from .hookspecs import (
    FORMATS,
    PROJECT,
    Derived,
    KindInfo,
    Match,
    Provider,
    ReadContext,
    ReportFormat,
    Resembling,
    Stepwise,
    Templates,
    Together,
    hookimpl,
    takes_blocks,
)
from .isolated import run_isolated
from .loading import add, documentation_url, installed_versions, load_plugins, own_version
from .overrides import Overridden, Override, override_rules, template_names
from .process import MIB, Cause, Child, ChildDied, Death, Limits, python_command, run_process, serve
from .registry import Computed, Registry
from .steps import Failure, Step, Steps, alone, side_by_side, step
from .text_folder import TextFolder
from .tracing import Trace

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
    "Failure",
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
    "Resembling",
    "Step",
    "Steps",
    "Stepwise",
    "Templates",
    "TextFolder",
    "Together",
    "Trace",
    "Within",
    "add",
    "alone",
    "catalogue_files",
    "contract_breaks",
    "derive",
    "describe_error",
    "documentation_url",
    "find_language",
    "guarded",
    "hookimpl",
    "host_folder",
    "installed_versions",
    "load_plugins",
    "make_language",
    "override_rules",
    "own_version",
    "python_command",
    "run_isolated",
    "run_process",
    "serve",
    "side_by_side",
    "step",
    "takes_blocks",
    "template_names",
]
