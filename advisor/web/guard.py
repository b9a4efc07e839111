"""Who may use the page, and how much they may send.

The page answers on the loopback address alone, but every site that the user visits can make the
user's browser send requests there. So: the Host must be ours (no DNS rebinding), whatever changes
something must come from our own pages (Origin, no CSRF), and only a browser that opened the link
printed on the terminal has the cookie. The link works once.
"""

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from advisor.model import frozen

TOKEN = "token"  # noqa: S105 (its name, not one)
_READING = ("GET", "HEAD")
_TOKEN_BYTES = 32
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Other sites get no referrer; with no-referrer our own forms would have no Origin.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
# The cookie is SameSite=Strict: a redirect after a link from elsewhere would come without it, a
# page of our own that goes on does not.
_ENTERED = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="refresh" content="0;url=/"><title>shop-advisor</title>'
    '<link rel="icon" href="data:,"></head>'
    '<body><p><a href="/">Open your shops</a></p></body></html>'
)
_LOCKED = (
    "This page needs the link that `advisor serve` printed, and each link works once.\n"
    "Stop the command (Ctrl-C) and run it again to get a new link.\n"
)


@frozen
class Limits:
    """What one request may send: bytes of *body*, *files*, *fields* of a form, bytes of a *field*,
    and *seconds* to send them in."""

    body: int = 1024 * 2**20
    files: int = 2000
    fields: int = 200
    field: int = 64 * 1024
    seconds: float = 600.0


class Session:
    """The link of one server and the cookie that it is exchanged for."""

    def __init__(self) -> None:
        self.token: str | None = secrets.token_urlsafe(_TOKEN_BYTES)
        self._secret = secrets.token_urlsafe(_TOKEN_BYTES)

    def enter(self, token: str) -> str | None:
        """The value of the cookie for the right *token*, the first time."""
        if self.token is None or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self.token = None
        return self._secret

    def knows(self, value: str | None) -> bool:
        """Whether a cookie's value is the one that was given."""
        return value is not None and hmac.compare_digest(value.encode(), self._secret.encode())


class Guard:
    """Lets through what may be, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, session: Session, port: int, limits: Limits) -> None:
        self._app = app
        self._session = session
        self._hosts = {f"{host}:{port}" for host in ("127.0.0.1", "localhost")}
        self._cookie = f"advisor_{port}"
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the start and the end of the server; there are no sockets
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is not None:
            await refused(scope, receive, with_headers)
            return
        await self._app(scope, self._counted(receive), with_headers)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if host not in self._hosts:
            return PlainTextResponse("Unknown host.\n", 421)
        if scope["method"] not in _READING and headers.get("origin") != f"http://{host}":
            return PlainTextResponse("Only this page's own forms may change something.\n", 403)
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and (
            headers.get("sec-fetch-mode") != "navigate" or scope["method"] not in _READING
        ):
            return PlainTextResponse("Only this page's own forms may change something.\n", 403)
        if self._session.knows(_cookie(headers, self._cookie)):
            length = headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > self._limits.body:
                return PlainTextResponse(f"{_too_much(self._limits)}\n", 413)
            return None
        if scope["method"] == "GET" and scope["path"] == "/":
            given = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [""])[0]
            value = self._session.enter(given)
            if value is not None:
                answer = HTMLResponse(_ENTERED)
                answer.set_cookie(self._cookie, value, httponly=True, samesite="strict", path="/")
                return answer
        return PlainTextResponse(_LOCKED, 403)

    def _counted(self, receive: Receive) -> Receive:
        """Ends a request that sends more than it said it would, or than it may."""
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._limits.body:
                raise HTTPException(413, _too_much(self._limits))
            return message

        return counted


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _too_much(limits: Limits) -> str:
    return f"One upload may have at most {limits.body // 2**20} MiB. Send fewer files at once."
