"""Pages as text, in the language that a browser asks for."""

from collections.abc import Callable, Mapping
from importlib.resources import files as resources
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from advisor.model import ENGLISH, SOURCE, Language, frozen, mask_personal
from advisor.report import template_texts
from advisor.web.guard import Limits

HERE = resources("advisor.web")
LANGUAGE_COOKIE = "language"


@frozen
class Choices:
    """What the forms offer, by id: titles of *niches* and *goals*, names of *languages*, and the
    language of each (*speak*)."""

    niches: Mapping[str, str]
    goals: Mapping[str, str]
    languages: Mapping[str, str]
    speak: Callable[[str], Language] = lambda _code: ENGLISH


class Renderer:
    """Renders the templates of the pages."""

    def __init__(self, choices: Choices, limits: Limits) -> None:
        self.choices = choices
        self._limits = limits
        self._environments: dict[str, jinja2.Environment] = {}

    def language(self, request: Request) -> Language:
        """What was chosen on the page, else the first that the browser asks for and we have."""
        known = self.choices.languages
        code = request.cookies.get(LANGUAGE_COOKIE, "")
        if code not in known:
            code = _preferred(request.headers.get("accept-language", ""), known)
        return self.choices.speak(code)

    def page(
        self,
        language: Language,
        template: str,
        *,
        status: int = 200,
        back: str = "/",
        **context: Any,
    ) -> HTMLResponse:
        """A page in *language*; *back* is where a choice of another one returns to."""
        environment = self._environments.get(language.code)
        if environment is None:
            environment = self._environments[language.code] = _environment(language)
        text = environment.get_template(template).render(
            limits=self._limits,
            lang=language.code.replace("_", "-"),
            here_language=language.code,
            languages=self.choices.languages,
            back=back,
            **context,
        )
        return HTMLResponse(text, status)


def _environment(language: Language) -> jinja2.Environment:
    """The templates of the pages, with their texts in *language*."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(
            lambda name: HERE.joinpath("templates", name).read_text(encoding="utf-8")
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=("jinja2.ext.i18n",),
    )
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= template_texts(language)
    environment.filters |= {
        "masked": mask_personal,
        "path": as_path,
        "size": _size,
        "say": language.say,
        "day": language.full_day,
        "days": language.days,
    }
    return environment


def _preferred(header: str, known: Mapping[str, str]) -> str:
    """The first of the languages of an Accept-Language *header* that is *known*, else English."""
    wanted = [
        part.partition(";")[0].strip().replace("-", "_").casefold() for part in header.split(",")
    ]
    for one in wanted[:20]:
        short = one.partition("_")[0]
        for code in known:
            if code.casefold() == one or code.casefold().partition("_")[0] == short:
                return code
    return SOURCE


def as_path(text: str) -> str:
    """*text* as a part of an address."""
    return quote(text, safe="")


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 1024)):,} KB"
