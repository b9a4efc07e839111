"""The pages. Each works without JavaScript: forms, links, and a page that loads itself again."""

import errno
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from advisor.errors import AdvisorError, Mistakes
from advisor.model import Language
from advisor.web.forms import Form, settings_in, text_of
from advisor.web.guard import Guard, Limits, Session
from advisor.web.rendering import HERE, LANGUAGE_COOKIE, Choices, Renderer, as_path
from advisor.web.runs import ASKED, Options, Runs
from advisor.web.shop_views import METRIC, ShopViews
from advisor.web.workspace import NotThere, chosen_days

__all__ = ["Choices", "Limits", "make_app"]

PLAN_PAGES = (".html",)
# A plan is a page of its own with its style inside; it sends nothing anywhere.
_PLAN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_RULE = re.compile(r"[a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*")
# What a plan without documentation says instead of a link; only our template writes it.
_RULE_MARK = re.compile(rb'<span class="rule">([a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*)</span>')
_BACK = re.compile(r"/(?:shops/[^/?#]+)?")  # where a choice of language returns to
_VALUE = re.compile(r"[0-9][0-9.,]{0,20}\s?%?")
_REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(
    runs: Runs, session: Session, port: int, choices: Choices, limits: Limits | None = None
) -> Starlette:
    """The page on *port*, for the browser that has entered by the link of *session*."""
    limits = limits or Limits()
    pages = _Pages(runs, choices, limits)
    routes = [
        Route("/", pages.home),
        Route("/style.css", partial(_static, "style.css", "text/css")),
        Route("/app.js", partial(_static, "app.js", "text/javascript")),
        Route("/language", pages.choose_language, methods=["POST"]),
        Route("/rules/{pack}/{rule}", pages.rule),
        Route("/shops", pages.create, methods=["POST"]),
        Route("/shops/{shop}", pages.shop),
        Route("/shops/{shop}/files", pages.add, methods=["POST"]),
        Route("/shops/{shop}/files/remove", pages.remove, methods=["POST"]),
        Route("/shops/{shop}/settings", pages.save, methods=["POST"]),
        Route("/shops/{shop}/plan", pages.diagnose, methods=["POST"]),
        Route("/shops/{shop}/plan/{name}", pages.plan),
        Route("/shops/{shop}/download/{name}", pages.download),
        Route("/shops/{shop}/explain", pages.explain),
        Route("/shops/{shop}/why-not", pages.why_not),
        Route("/shops/{shop}/what-if", pages.what_if),
        Route("/shops/{shop}/delete", pages.delete, methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, session=session, port=port, limits=limits)],
        exception_handlers={
            HTTPException: pages.refused,
            AdvisorError: pages.failed,
            OSError: pages.not_stored,
            Exception: pages.broken,
        },
    )


def _static(name: str, media_type: str, _request: Request) -> Response:
    return Response(HERE.joinpath("static", name).read_bytes(), media_type=media_type)


class _Pages:
    """The endpoints."""

    def __init__(self, runs: Runs, choices: Choices, limits: Limits) -> None:
        self.runs = runs
        self.workspace = runs.workspace
        self.limits = limits
        self._views = ShopViews(runs, choices)
        self._renderer = Renderer(choices, limits)
        self._page = self._renderer.page
        self._language = self._renderer.language

    # ── pages ──────────────────────────────────────────────────────────────────────────────────

    async def home(self, request: Request) -> Response:
        """All shops."""
        shops = await run_in_threadpool(
            lambda: [self._views.line(id_) for id_ in self.workspace.shops()]
        )
        folder = str(self.workspace.root)
        return self._page(self._language(request), "home.html.j2", shops=shops, folder=folder)

    async def choose_language(self, request: Request) -> Response:
        """Keeps the language of the page in a cookie."""
        async with Form(request, self.limits) as form:
            code, back = text_of(form, "language"), text_of(form, "back")
        response = _see(back if _BACK.fullmatch(back) else "/")
        if code in self._renderer.choices.languages:
            response.set_cookie(
                LANGUAGE_COOKIE, code, max_age=31_536_000, httponly=True, samesite="strict"
            )
        return response

    async def shop(self, request: Request) -> Response:
        """One shop: its files, its settings, its plan."""
        done = request.query_params.get("done")
        return await run_in_threadpool(
            partial(self._shop, self._language(request), _shop(request), done)
        )

    def _shop(
        self,
        language: Language,
        shop: str,
        done: str | None = None,
        *,
        wrong: Sequence[str] = (),
        answers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return self._page(
            language,
            "shop.html.j2",
            status=status,
            back=f"/shops/{as_path(shop)}",
            wrong=wrong,
            answers=answers,
            done=_done(done),
            **self._views.whole(language, shop),
        )

    # ── forms ──────────────────────────────────────────────────────────────────────────────────

    async def create(self, request: Request) -> Response:
        """A new shop, with or without files."""
        async with Form(request, self.limits) as form:
            language = self._language(request)
            name = text_of(form, "name")
            create = self.workspace.create
            shop = await run_in_threadpool(create, name or language.gettext("My shop"))
            return await self._added(language, shop, form, rename=not name)

    async def add(self, request: Request) -> Response:
        """More files."""
        async with Form(request, self.limits) as form:
            return await self._added(self._language(request), _shop(request), form)

    async def _added(
        self, language: Language, shop: str, form: FormData, *, rename: bool = False
    ) -> Response:
        uploads = [
            (file.filename, file.file)
            for file in form.getlist("files")
            if isinstance(file, UploadFile) and file.filename
        ]
        try:
            add = partial(self.workspace.add, rename=rename)
            added = await run_in_threadpool(add, shop, uploads)
        except Mistakes as error:
            return await run_in_threadpool(
                partial(self._shop, language, shop, wrong=[str(error)], status=422)
            )
        told = f"{len(added.names)}-{len(added.repeated)}-{int(added.settings)}"
        return _see(f"/shops/{as_path(shop)}?done={told}")

    async def remove(self, request: Request) -> Response:
        """Takes one file out."""
        async with Form(request, self.limits) as form:
            shop = _shop(request)
            await run_in_threadpool(self.workspace.remove_file, shop, text_of(form, "file"))
            return _see(f"/shops/{as_path(shop)}")

    async def save(self, request: Request) -> Response:
        """Saves what was said of the shop."""
        return await self._saved(request)

    async def diagnose(self, request: Request) -> Response:
        """Saves what was said of the shop, and has the plan made."""
        return await self._saved(request, then=self.runs.start)

    async def _saved(
        self, request: Request, then: Callable[[str, Options], object] | None = None
    ) -> Response:
        async with Form(request, self.limits) as form:
            shop = _shop(request)
            given = {key: text_of(form, key) for key in form}
        try:
            await run_in_threadpool(self.workspace.change_settings, shop, settings_in(given))
            first, last = given.get("first", ""), given.get("last", "")
            chosen_days(first, last)
        except Mistakes as error:
            page = partial(
                self._shop,
                self._language(request),
                shop,
                wrong=error.mistakes,
                answers=given,
                status=422,
            )
            return await run_in_threadpool(page)
        if then is not None:
            language = given.get("language", "")
            language = language if language in self._renderer.choices.languages else ""
            await run_in_threadpool(then, shop, Options(first, last, language))
        return _see(f"/shops/{as_path(shop)}")

    async def delete(self, request: Request) -> Response:
        """Removes a shop with everything of it."""
        async with Form(request, self.limits) as form:
            shop = _shop(request)
            if text_of(form, "sure") != "yes":
                language = self._language(request)
                wrong = [language.gettext("Check the box to delete this shop.")]
                page = partial(self._shop, language, shop, wrong=wrong, status=422)
                return await run_in_threadpool(page)
            await run_in_threadpool(self.workspace.delete, shop)
            self.runs.forget(shop)
            return _see("/")

    # ── the plan ───────────────────────────────────────────────────────────────────────────────

    async def plan(self, request: Request) -> Response:
        """A page of the plan, as it was written."""
        place = await run_in_threadpool(self._made, request)
        if place.suffix not in PLAN_PAGES:
            return await self.download(request)
        text = await run_in_threadpool(place.read_bytes)
        return Response(
            _RULE_MARK.sub(rb'<a class="rule" href="/rules/\1">\1</a>', text),
            media_type="text/html",
            headers={"content-security-policy": _PLAN_POLICY},
        )

    async def download(self, request: Request) -> Response:
        """A file of the plan, to be kept."""
        place = await run_in_threadpool(self._made, request)
        name = f"{_shop(request)} {place.name}"
        return FileResponse(place, media_type="application/octet-stream", filename=name)

    def _made(self, request: Request) -> Path:
        name = request.path_params["name"]
        place = self.workspace.plan_files(_shop(request)).get(name)
        if place is None or name == ASKED:
            raise NotThere("no such file; make the plan first", where=name)
        return place

    async def explain(self, request: Request) -> Response:
        """The arithmetic of one action."""
        action = request.query_params.get("action", "")
        if not (action.isascii() and action.isdecimal()):
            raise NotThere("no such action", where=action[:20])
        title = self._language(request).gettext("How action {n} is calculated", n=action)
        return await self._answer(request, title, "explain", action)

    async def why_not(self, request: Request) -> Response:
        """What keeps a rule from firing."""
        rule = request.query_params.get("rule", "")
        plan = await run_in_threadpool(self._views.plan, _shop(request))
        if plan is None or rule not in plan["rules"]:
            raise NotThere("no such rule", where=rule[:80])
        title = self._language(request).gettext("Why not: {rule}", rule=plan["rules"][rule])
        return await self._answer(request, title, "why-not", rule)

    async def rule(self, request: Request) -> Response:
        """What a rule looks for, says and asks to do: the page of the docs on it."""
        name = f"{request.path_params['pack']}/{request.path_params['rule']}"
        if not _RULE.fullmatch(name):
            raise NotThere("no such rule", where=name[:80])
        text = await run_in_threadpool(self.runs.rule, name)
        return self._page(self._language(request), "answer.html.j2", up="/", title=name, text=text)

    async def what_if(self, request: Request) -> Response:
        """The plan as it would be with another number."""
        metric = request.query_params.get("metric", "")
        value = request.query_params.get("value", "").strip()
        if not METRIC.fullmatch(metric) or not _VALUE.fullmatch(value):
            raise AdvisorError("give a number, like 3% or 0.5", where=value[:40] or "what-if")
        language = self._language(request)
        plan = await run_in_threadpool(self._views.plan, _shop(request))
        named = plan["metrics"].get(metric, metric) if plan else metric
        title = language.gettext("What if {metric} were {value}?", metric=named, value=value)
        return await self._answer(request, title, "simulate", f"--set={metric}={value}")

    async def _answer(self, request: Request, title: str, *words: str) -> Response:
        shop = _shop(request)
        options = await run_in_threadpool(self._views.options, shop)
        language = self._language(request)
        options = attrs.evolve(options, language=language.code)
        ask = partial(self.runs.ask, shop, *words, options=options)
        text = await run_in_threadpool(ask)
        up = f"/shops/{as_path(shop)}"
        return self._page(language, "answer.html.j2", up=up, title=title, text=text)

    # ── what goes wrong ────────────────────────────────────────────────────────────────────────

    async def refused(self, request: Request, error: Exception) -> Response:
        """An HTTP error, as a page."""
        if not isinstance(error, HTTPException):
            raise error
        language = self._language(request)
        missing = error.status_code == 404
        title = language.gettext("There is no such page.") if missing else error.detail
        page = partial(self._page, language, "problem.html.j2", status=error.status_code)
        return page(title=title, text="")

    async def failed(self, request: Request, error: Exception) -> Response:
        """What the user can fix, as a page."""
        status = 404 if isinstance(error, NotThere) else 422
        language = self._language(request)
        title = (
            language.gettext("Not found")
            if status == 404
            else language.gettext("Something went wrong")
        )
        return self._page(language, "problem.html.j2", status=status, title=title, text=str(error))

    async def not_stored(self, request: Request, error: Exception) -> Response:
        """What the disk refuses, and what another window of the browser deleted meanwhile."""
        if not isinstance(error, OSError):
            raise error
        own = str(self.workspace.root)
        if isinstance(error, FileNotFoundError) and str(error.filename).startswith(own):
            gone = NotThere("is not there any more", where=request.path_params.get("shop", ""))
            return await self.failed(request, gone)
        if error.errno in _REFUSED:
            refused = AdvisorError(
                f"cannot be stored: {os.strerror(error.errno).lower()}", where=own
            )
            return await self.failed(request, refused)
        raise error

    async def broken(self, request: Request, _error: Exception) -> Response:
        """A bug: the page says so, the terminal has the traceback."""
        language = self._language(request)
        title = language.gettext(
            "This page failed. The terminal shows the details; your files are safe."
        )
        return self._page(language, "problem.html.j2", status=500, title=title, text="")


def _shop(request: Request) -> str:
    shop: str = request.path_params["shop"]
    return shop


def _done(told: str | None) -> tuple[int, int, int] | None:
    """How many files were added and skipped, and whether settings came with them."""
    parts = (told or "").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    added, skipped, settings = (int(part[:6]) for part in parts)
    return added, skipped, settings


def _see(place: str) -> Response:
    return RedirectResponse(place, 303)
