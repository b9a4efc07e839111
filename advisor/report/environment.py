"""The Jinja2 environment of the reports.

Everything that a template prints is escaped for the format, unless a macro, block or captured
`{% set %}` of a template made it. So a theme cannot forget to escape. Filters that would promise
otherwise (`safe`, `escape`, `urlize`, `tojson` …) do not exist here.

Texts of templates are marked for translation: `_("…")`, `ngettext("…", "…", count)` and
`{% trans %}` (jinja2.ext.i18n, new style). A message is text and no markup: it is escaped with the
values in it.

Folders are searched in order. A template that extends a template of its own name extends the next
one in that order: `plan.md.j2` with `{% extends "plan.md.j2" %}` replaces single blocks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from traceback import walk_tb
from types import TracebackType
from typing import Any

import jinja2
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from advisor.errors import AdvisorError, unknown
from advisor.model import ENGLISH, Language, read_text
from advisor.plugin import Templates
from advisor.report import escape, views
from advisor.report.compiled_templates import CompiledTemplates

Escape = Callable[[str], str]

ESCAPES: Mapping[str, Escape] = {"md": escape.markdown, "html": escape.html}
_CHANCE = ("random", "lipsum")  # the same document always gives the same report
_MISLEADING_FILTERS = ("safe", "e", "escape", "forceescape", "urlize", "tojson", "xmlattr")
_NEXT = "^"  # one for each folder with this template that is passed over
_SPACES_AT_LINE_END = re.compile(r"[ \t]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


class Written(str):
    """Text that a template made, with everything in it already escaped."""

    __slots__ = ()


class ThemeLoader(jinja2.BaseLoader):
    """Finds a template by its file name in the first folder that has it."""

    def __init__(self, themes: Sequence[Templates]) -> None:
        self.themes = tuple(themes)

    def get_source(
        self,
        environment: jinja2.Environment,  # noqa: ARG002
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        name = template.lstrip(_NEXT)
        passed = len(template) - len(name)
        pieces = split_template_path(name)
        found = [
            file
            for theme in self.themes
            if (file := theme.folder.joinpath(*pieces)) and file.is_file()
        ]
        if len(found) <= passed:
            raise jinja2.TemplateNotFound(name)
        file = found[passed]
        return read_text(file), str(file), lambda: True

    def list_templates(self) -> list[str]:
        names = {
            file.name
            for theme in self.themes
            for file in theme.folder.iterdir()
            if file.name.endswith(".j2")
        }
        return sorted(names)


class ReportEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox in which escaping is the default."""

    concat = staticmethod(lambda parts: Written("".join(parts)))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of the document, also where dictionaries have a method of that name."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def join_path(self, template: str, parent: str) -> str:
        """A template that names itself means the one it stands before."""
        own_name = parent.lstrip(_NEXT)
        return _NEXT + parent if template == own_name else template


def make_environment(
    themes: Sequence[Templates], suffix: str, language: Language = ENGLISH
) -> ReportEnvironment:
    """The environment for files that end in *suffix*: `md`, `html`, or anything else as plain
    lines. *themes* are folders of templates, the user's first; their texts are in *language*."""
    escape_text = ESCAPES.get(suffix, escape.clean)

    # With the context of its evaluation it is called when a report is made and not before, so that
    # compiled templates hold for all formats and languages.
    @jinja2.pass_eval_context
    def write(_context: object, value: object) -> str:
        if isinstance(value, jinja2.Undefined):
            str(value)  # StrictUndefined raises here
        if isinstance(value, Written):
            return value
        return Written(escape_text("" if value is None else str(value)))

    environment = ReportEnvironment(
        loader=ThemeLoader(themes),
        bytecode_cache=CompiledTemplates(themes),
        undefined=jinja2.StrictUndefined,
        finalize=write,
        autoescape=False,
        optimized=False,  # filters depend on the language: none is applied while compiling
        extensions=("jinja2.ext.i18n",),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= template_texts(language)
    for name in _MISLEADING_FILTERS:
        del environment.filters[name]
    for name in _CHANCE:
        environment.filters.pop(name, None)
        environment.globals.pop(name, None)
    environment.filters |= views.filters(language)
    for theme in themes:
        prefix = theme.name.replace("-", "_")
        named = {f"{prefix}.{name}": function for name, function in theme.filters.items()}
        environment.filters |= {n: f for n, f in named.items() if n not in environment.filters}
    return environment


def template_texts(language: Language) -> Mapping[str, Callable[..., str]]:
    """What jinja2.ext.i18n calls for a text of a template: it looks the text up and fills its
    placeholders, `%(name)s`; numbers in them are printed as the language has it."""

    def fill(text: str, values: Mapping[str, object]) -> str:
        return text % {name: _printed(value, language) for name, value in values.items()}

    def gettext(text: str, /, **values: object) -> str:
        return fill(language.gettext(text), values)

    def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
        return fill(language.plural(one, many, num), {"num": num, **values})

    def pgettext(context: str, text: str, /, **values: object) -> str:
        return fill(language.pgettext(context, text), values)

    def npgettext(context: str, one: str, many: str, num: int, /, **values: object) -> str:
        return fill(language.plural(one, many, num, context), {"num": num, **values})

    def report_language() -> str:
        """The language as HTML names it: `pt-BR`."""
        return language.code.replace("_", "-")

    named = (gettext, ngettext, pgettext, npgettext, report_language)
    return {function.__name__: function for function in named}


def _printed(value: object, language: Language) -> str:
    return str(value) if isinstance(value, jinja2.Undefined) else language.printed(value)


def render_template(
    environment: jinja2.Environment, name: str, context: Mapping[str, object]
) -> str:
    """The template *name* with *context*: no spaces at line ends, one newline at the end.

    Raises AdvisorError with file and line where the template is at fault.
    """
    try:
        text = environment.get_template(name).render(context)
    except jinja2.TemplateNotFound as error:
        known = environment.list_templates()
        raise AdvisorError(
            unknown("template", str(error.name or name), known), where=name
        ) from None
    except jinja2.TemplateSyntaxError as error:
        raise AdvisorError(
            error.message or "not a template", where=_place(error.filename or name, error.lineno)
        ) from None
    except Exception as error:
        where = _template_line(error.__traceback__)
        if where is None:
            raise
        raise AdvisorError(_problem(error), where=where) from error
    return tidy(text)


def tidy(text: str) -> str:
    """*text* without spaces at line ends, with single blank lines and one newline at the end."""
    text = _SPACES_AT_LINE_END.sub("", str(text))
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _problem(error: Exception) -> str:
    message = str(error) or type(error).__name__
    return (
        message if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {message}"
    )


def _place(file: str, line: int) -> str:
    return f"{file}, line {line}"


def _template_line(traceback: TracebackType | None) -> str | None:
    """Where in a template the error arose; None where it arose outside templates."""
    lines = [
        _place(frame.f_code.co_filename, line)
        for frame, line in walk_tb(traceback)
        if frame.f_code.co_filename.endswith(".j2")
    ]
    return lines[-1] if lines else None
