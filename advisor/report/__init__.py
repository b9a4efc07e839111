"""Prints the result document. Nothing here decides anything."""

from collections.abc import Mapping, Sequence

from advisor.document import Document, as_json
from advisor.errors import AdvisorError, Mistakes, PluginError, unknown
from advisor.hookspecs import ReportFormat, Templates
from advisor.report.environment import ReportEnvironment, make_environment, render_template
from advisor.report.findings_csv import render_csv
from advisor.report.index import FailedShop, Index, make_index, render_index
from advisor.report.json_ import render_json
from advisor.report.markdown import render_markdown
from advisor.report.terminal import print_terminal

__all__ = [
    "BUNDLED_FORMATS",
    "FailedShop",
    "Index",
    "ReportEnvironment",
    "format_names",
    "make_environment",
    "make_index",
    "print_terminal",
    "render",
    "render_csv",
    "render_index",
    "render_json",
    "render_markdown",
    "render_template",
]

BUNDLED_FORMATS = ("md", "json", "csv")
FINDINGS_FILE = "findings.csv"


def format_names(registry_formats: Sequence[ReportFormat] = ()) -> tuple[str, ...]:
    """What `--format` may be: the bundled formats, then the plugins' in their order."""
    own = dict.fromkeys(BUNDLED_FORMATS)
    return tuple(own | dict.fromkeys(plugin.name for plugin in registry_formats))


def render(
    document: Document,
    formats: Sequence[str],
    registry_templates: Sequence[Templates],
    registry_formats: Sequence[ReportFormat] = (),
) -> dict[str, str]:
    """The files of *formats*, by file name. A format for readers brings findings.csv with it: that
    is where its shortened lists send them.

    *registry_templates* are searched in order: the user's folder first, the bundled last.
    Raises Mistakes for formats that nobody offers, AdvisorError for a template that is at fault.
    """
    plugins = {plugin.name: plugin for plugin in registry_formats}
    known = format_names(registry_formats)
    wrong = [unknown("format", name, known) for name in formats if name not in known]
    if wrong:
        raise Mistakes(wrong, where="--format")
    files: dict[str, str] = {}
    for name in dict.fromkeys(formats):
        if name in BUNDLED_FORMATS:
            files |= _bundled(name, document, registry_templates)
        else:
            files |= _foreign(plugins[name], document, registry_templates)
    if set(formats) - {"json"} and document.findings and FINDINGS_FILE not in files:
        files[FINDINGS_FILE] = render_csv(document)
    return files


def _bundled(name: str, document: Document, themes: Sequence[Templates]) -> Mapping[str, str]:
    if name == "md":
        return {"plan.md": render_markdown(document, make_environment(themes, "md"))}
    if name == "json":
        return {"plan.json": render_json(document)}
    return {FINDINGS_FILE: render_csv(document)}


def _foreign(
    plugin: ReportFormat, document: Document, themes: Sequence[Templates]
) -> Mapping[str, str]:
    suffix = plugin.suffix.removeprefix(".")
    try:
        text = plugin.render(as_json(document), make_environment(themes, suffix))
    except AdvisorError:
        raise
    except Exception as error:  # a plugin may raise anything
        raise PluginError(
            f"the report format failed: {type(error).__name__}: {error}", where=plugin.name
        ) from error
    return {f"plan.{suffix}": text}
