"""A page that runs, and requests to it as a browser or an attacker would send them."""

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import attrs

EXAMPLE = Path(__file__).parents[2] / "examples" / "luna-beauty"
TODAY = "2026-11-02"
_BOUNDARY = "a-line-that-no-file-has"


@attrs.define
class Answer:
    """What the page said."""

    status: int
    headers: Mapping[str, str]
    text: str


@attrs.define
class Page:
    """A running page; *cookie* once it was entered."""

    link: str
    workspace: Path
    pid: int
    cookie: str = ""

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.link)[1])  # type: ignore[index]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def enter(self) -> Self:
        answer = self.request("GET", self.link.removeprefix(f"http://{self.host}"))
        assert answer.status == 200
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        timeout: float = 60,
        **headers: str | None,
    ) -> Answer:
        """Sends one request. Headers are written with underscores; None leaves one out."""
        connection = self.connected(method, path, len(body), timeout=timeout, **headers)
        try:
            if body:
                connection.send(body)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, text)
        finally:
            connection.close()

    def connected(
        self,
        method: str,
        path: str,
        length: int = 0,
        *,
        timeout: float = 60,
        **headers: str | None,
    ) -> http.client.HTTPConnection:
        """A connection on which the head of a request was sent, whose body is to come."""
        sent: dict[str, str | None] = {
            "Host": self.host,
            "Cookie": self.cookie or None,
            "Content-Length": str(length) if length else None,
        }
        if method == "POST":
            sent["Origin"] = f"http://{self.host}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders()
        return connection

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.request("GET", path, b"", timeout=60, **headers)

    def post(self, path: str, *parts: tuple[str, str] | tuple[str, str, bytes]) -> Answer:
        """Sends a form; a part of three is a file."""
        body, kind = form(*parts)
        return self.request("POST", path, body, Content_Type=kind)


def form(*parts: Any) -> tuple[bytes, str]:
    """The bytes of a form and their content type."""
    lines: list[bytes] = []
    for part in parts:
        name, value, *content = part
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if content:
            head += f'; filename="{value}"\r\nContent-Type: application/octet-stream'
        lines += [head.encode(), b"", content[0] if content else value.encode()]
    lines.append(f"--{_BOUNDARY}--\r\n".encode())
    return b"\r\n".join(lines), f"multipart/form-data; boundary={_BOUNDARY}"


@contextmanager
def served(workspace: Path) -> Iterator[Page]:
    """The command, running until the block ends."""
    command = [sys.executable, "-P", "-m", "advisor.cli", "serve", str(workspace)]
    process = subprocess.Popen(
        [*command, "--no-browser", "--today", TODAY],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            link = re.search(r"http://\S+", line)
            if link:
                yield Page(link[0], workspace, process.pid)
                return
        raise AssertionError("the page did not start")
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
