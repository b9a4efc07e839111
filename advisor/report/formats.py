"""Prints the result document. Nothing here decides anything."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from advisor.document import Document, as_json
from advisor.errors import AdvisorError, Mistakes, PluginError, unknown
from advisor.model import ENGLISH, Language
from advisor.plugin import FORMATS, ReportFormat, Templates, guarded
from advisor.report.environment import ReportEnvironment, make_environment, render_template
from advisor.report.findings_csv import render_csv
from advisor.report.json_ import render_json
from advisor.report.markdown import render_appendix, render_markdown, render_pages

__all__ = [
    "BUNDLED_FORMATS",
    "ReportEnvironment",
    "format_names",
    "make_environment",
    "render",
    "render_appendix",
    "render_csv",
    "render_json",
    "render_markdown",
    "render_template",
]

BUNDLED_FORMATS = FORMATS
FINDINGS_FILE = "findings.csv"
_SUFFIX = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def format_names(registry_formats: Sequence[ReportFormat] = ()) -> tuple[str, ...]:
    """What `--format` may be: the bundled formats, then the plugins' in their order."""
    own = dict.fromkeys(BUNDLED_FORMATS)
    return tuple(own | dict.fromkeys(plugin.name for plugin in registry_formats))


def render(
    document: Document,
    formats: Sequence[str],
    registry_templates: Sequence[Templates],
    registry_formats: Sequence[ReportFormat] = (),
    *,
    third_party: Collection[Templates] = (),
    failed: list[str] | None = None,
    language: Language = ENGLISH,
) -> dict[str, str | bytes]:
    """The files of *formats*, by file name; *language* is that of the document. A format for
    readers brings findings.csv with it: that is where its shortened lists send them.

    *registry_templates* are searched in order: the user's folder first, then what plugins were
    allowed, then the bundled ones. Those of *third_party* that are at fault are done without. A
    format that fails is done without where another one was made. *failed* gets a line for each;
    without it, the first one is raised.

    Raises Mistakes for formats that nobody offers, AdvisorError for a template that is at fault,
    PluginError where the only format failed.
    """
    plugins = {plugin.name: plugin for plugin in reversed(registry_formats)}
    known = format_names(registry_formats)
    wrong = [unknown("format", name, known) for name in formats if name not in known]
    if wrong:
        raise Mistakes(wrong, where="--format")
    files: dict[str, str | bytes] = {}
    broken: list[PluginError] = []
    lines: list[str] = []
    for name in dict.fromkeys(formats):

        def make(themes: Sequence[Templates], name: str = name) -> Mapping[str, str | bytes]:
            if name in BUNDLED_FORMATS:
                return _bundled(name, document, themes, language)
            return _foreign(plugins[name], document, themes, language)

        try:
            made = _without_faulty(make, registry_templates, third_party, lines)
        except PluginError as error:
            broken.append(error)
            continue
        taken = sorted(files.keys() & made.keys())
        if taken:
            broken.append(PluginError(f"{taken[0]} is made by another format", where=name))
        files |= {file: text for file, text in made.items() if file not in taken}
    if broken and (failed is None or not files):
        raise broken[0]
    if failed is not None:
        failed += [*lines, *map(str, broken)]
    # Without a finding too: the list of an earlier run is not to stay beside this plan.
    if set(formats) - {"json"} and FINDINGS_FILE not in files:
        files[FINDINGS_FILE] = render_csv(document)
    return files


def _without_faulty(
    make: Callable[[Sequence[Templates]], Mapping[str, str | bytes]],
    themes: Sequence[Templates],
    third_party: Collection[Templates],
    lines: list[str],
) -> Mapping[str, str | bytes]:
    """What *make* makes of *themes*; where their templates are at fault, of the others, if that
    helps."""
    try:
        return make(themes)
    except AdvisorError as error:
        ours = [theme for theme in themes if theme not in third_party]
        if len(ours) == len(themes):
            raise
        try:
            made = make(ours)
        except AdvisorError:
            raise error from None
        lines.append(f"templates of plugins are done without: {error}")
        return made


def _bundled(
    name: str, document: Document, themes: Sequence[Templates], language: Language
) -> Mapping[str, str | bytes]:
    if name == "md":
        environment = _markdown(_Themes(themes), language)
        plan, appendix = render_pages(document, environment)
        return {"plan.md": plan, "appendix.md": appendix}
    if name == "json":
        return {"plan.json": render_json(document)}
    if name == "csv":
        return {FINDINGS_FILE: render_csv(document)}
    # Formats that few ask for are imported for these.
    if name == "xlsx":
        from advisor.report.workbook import render_workbook

        return {"plan.xlsx": render_workbook(document, language)}
    if name == "ics":
        from advisor.report.due_dates import render_calendar

        return {"plan.ics": render_calendar(document)}
    from advisor.report import checks

    if name == "sarif":
        return {"plan.sarif": checks.render_sarif(document)}
    if name == "junit":
        return {"plan.junit.xml": checks.render_junit(document)}
    return {"plan.jsonl": checks.render_json_lines(document)}


class _Themes(tuple[Templates, ...]):
    """Folders of templates that are the same where they are the same objects."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Themes) and tuple(map(id, self)) == tuple(map(id, other))

    def __ne__(self, other: object) -> bool:
        return not self == other


@lru_cache(maxsize=64)
def _markdown(themes: _Themes, language: Language) -> ReportEnvironment:
    """The environment of plan.md, whose templates are compiled once for many shops."""
    return make_environment(themes, "md", language)


def _foreign(
    plugin: ReportFormat, document: Document, themes: Sequence[Templates], language: Language
) -> Mapping[str, str | bytes]:
    def ask() -> tuple[object, object]:
        suffix = str(plugin.suffix).removeprefix(".")
        return suffix, plugin.render(as_json(document), make_environment(themes, suffix, language))

    try:
        suffix, text = guarded(ask, restored=True)
    except PluginError as error:
        text = f"the report format failed: {error.message}"
        raise PluginError(text, where=plugin.name) from None
    if not isinstance(text, str):
        got = type(text).__name__
        raise PluginError(f"the report format gave {got} where text is expected", where=plugin.name)
    if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix):
        raise PluginError(f"{suffix!r} cannot end the name of a file", where=plugin.name)
    return {f"plan.{suffix}": text}
