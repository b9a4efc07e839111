"""Requests that a seller's browser never sends."""

from pathlib import Path

import pytest

from tests.web.served import Page, form, served

CHANGES = ["/shops", "/shops/corner/files", "/shops/corner/plan", "/shops/corner/delete"]


def test_a_request_without_the_cookie_sees_nothing(page: Page) -> None:
    assert page.get("/", Cookie=None).status == 403


def test_a_wrong_cookie_sees_nothing(page: Page) -> None:
    name = page.cookie.partition("=")[0]
    assert page.get("/", Cookie=f"{name}=guessed").status == 403


@pytest.mark.parametrize("cookie", ["=", "a=\x7f", '"', "advisor_1=1; " * 50])
def test_a_broken_cookie_sees_nothing(page: Page, cookie: str) -> None:
    assert page.get("/", Cookie=cookie).status in {400, 403}


def test_the_link_works_once(page: Page) -> None:
    path = page.link.removeprefix(f"http://{page.host}")
    assert page.get(path, Cookie=None).status == 403


def test_a_wrong_token_does_not_spend_the_link(workspace: Path) -> None:
    with served(workspace) as other:
        assert other.get("/?token=wrong").status == 403
        assert other.enter().get("/").status == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(workspace: Path) -> None:
    with served(workspace) as other:
        answer = other.get(other.link.removeprefix(f"http://{other.host}"))
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "host", ["shop.example", "shop.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]:80", ""]
)
def test_another_host_is_refused(page: Page, host: str) -> None:
    assert page.get("/", Host=host).status in {400, 421}


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("origin", [None, "null", "http://shop.example", "https://127.0.0.1"])
def test_a_form_of_another_site_changes_nothing(page: Page, path: str, origin: str | None) -> None:
    body, kind = form(("name", "Planted"))
    answer = page.request("POST", path, body, Content_Type=kind, Origin=origin)
    assert answer.status == 403
    assert not list(page.workspace.glob("planted*"))


def test_another_site_cannot_load_a_part_of_the_page(page: Page) -> None:
    headers = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert page.get("/app.js", **headers).status == 403


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_changes_by_following_a_link(page: Page, path: str) -> None:
    assert page.get(path).status in {404, 405}


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(page: Page) -> None:
    answer = page.request("POST", "/shops", Content_Length=str(2 * 2**30))
    assert answer.status == 413


@pytest.mark.parametrize("length", ["-1", "many"])
def test_a_length_that_is_none_is_refused(page: Page, length: str) -> None:
    assert page.request("POST", "/shops", Content_Length=length).status in {400, 413}


@pytest.mark.parametrize(
    "path",
    [
        "/shops/..",
        "/shops/%2e%2e",
        "/shops/%2e%2e%2fetc",
        "/shops/..%5c..",
        "/shops/.plans",
        "/shops/.incoming",
        "/shops/corner%00",
        "/shops/nobody/plan/plan.html",
        "/style.css/../../app.py",
    ],
)
def test_a_path_outside_the_shops_is_not_found(page: Page, path: str) -> None:
    assert page.get(path).status == 404


@pytest.mark.parametrize(
    "name", ["..%2fadvisor.toml", "%2fetc%2fpasswd", "request.json", "plan.json%00", "."]
)
def test_only_files_of_the_plan_are_downloads(page: Page, name: str) -> None:
    page.post("/shops", ("name", "Corner"))
    assert page.get(f"/shops/corner/download/{name}").status == 404


def test_every_answer_has_the_headers_that_keep_it_here(page: Page) -> None:
    for answer in (page.get("/"), page.get("/", Cookie=None), page.get("/nowhere")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_listens_on_this_computer_alone(page: Page) -> None:
    import socket

    own = socket.gethostbyname(socket.gethostname())
    if own.startswith("127."):
        pytest.skip("this computer has no other address")
    with pytest.raises(OSError, match=""), socket.create_connection((own, page.port), timeout=2):
        pass


def test_a_second_page_in_the_same_folder_is_refused(page: Page) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-P", "-m", "advisor.cli", "serve", str(page.workspace)]
    second = subprocess.run(
        [*command, "--no-browser"], capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    assert "another page works in this folder" in second.stderr
