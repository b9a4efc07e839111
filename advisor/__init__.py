"""shop-advisor: what a plugin author imports.

Names are loaded when they are first used: `advisor --help` needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.bands import BandFile, band_file
    from advisor.errors import AdvisorError, Mistakes
    from advisor.hookspecs import (
        PLUGIN_API,
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
    from advisor.reading import Column, File, Grain, Links, Note, Period, Reading, Table
    from advisor.rule import RulePack
    from advisor.source import Grid, Source
    from advisor.vocabulary import VocabularyFile, vocabulary_file

__all__ = [
    "PLUGIN_API",
    "AdvisorError",
    "BandFile",
    "Column",
    "Derived",
    "File",
    "Grain",
    "Grid",
    "KindInfo",
    "Links",
    "Match",
    "Mistakes",
    "Note",
    "Period",
    "Provider",
    "ReadContext",
    "Reading",
    "ReportFormat",
    "RulePack",
    "Source",
    "Table",
    "Templates",
    "Together",
    "VocabularyFile",
    "band_file",
    "hookimpl",
    "vocabulary_file",
]

_HOMES = {
    "bands": ("BandFile", "band_file"),
    "errors": ("AdvisorError", "Mistakes"),
    "hookspecs": (
        "PLUGIN_API",
        "Derived",
        "KindInfo",
        "Match",
        "Provider",
        "ReadContext",
        "ReportFormat",
        "Templates",
        "Together",
        "hookimpl",
    ),
    "reading": ("Column", "File", "Grain", "Links", "Note", "Period", "Reading", "Table"),
    "rule": ("RulePack",),
    "source": ("Grid", "Source"),
    "vocabulary": ("VocabularyFile", "vocabulary_file"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'advisor' has no attribute {name!r}")
    return getattr(import_module(f"advisor.{_HOME[name]}"), name)
