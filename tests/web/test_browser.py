"""The page in a real browser, at a phone's width."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.served import EXAMPLE, Page, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ViewportSize
    from playwright.sync_api import Page as Tab

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.slow, pytest.mark.browser]

CHROMIUM = Path("/usr/bin/chromium")
PHONE: "ViewportSize" = {"width": 390, "height": 844}
SLOW = 180_000  # milliseconds for a plan on a busy machine


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    if not CHROMIUM.is_file():
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    opened = browser.new_context(viewport=PHONE, accept_downloads=True)
    yield opened
    opened.close()


@pytest.fixture
def running(workspace: Path) -> Iterator[Page]:
    with served(workspace) as page:
        yield page


def opened(context: "BrowserContext", running: Page) -> "Tab":
    """A tab that came by the link, as the command opens it."""
    tab = context.new_page()
    tab.goto(running.link)
    tab.wait_for_selector("h1:has-text('Your shops')")
    return tab


def test_a_seller_goes_the_whole_way_on_a_phone(context: "BrowserContext", running: Page) -> None:
    tab = opened(context, running)
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    tab.fill("input[name=name]", "Luna Beauty")
    tab.locator("input[name=files]").first.set_input_files(sorted(EXAMPLE.iterdir()))
    tab.click("button:has-text('Add shop')")
    tab.wait_for_selector("summary:has-text('all recognized')", timeout=SLOW)
    tab.click("button:has-text('Make my plan')")
    tab.wait_for_selector("a:has-text('Open the plan')", timeout=SLOW)
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    tab.click("summary:has-text('Download')")
    with tab.expect_download() as download:
        tab.click("a:has-text('plan.md')")
    assert download.value.suggested_filename.endswith("plan.md")

    tab.locator("a:has-text('How it is calculated')").nth(1).click()
    assert "priority" in tab.inner_text("pre")
    tab.go_back()
    tab.click("a:has-text('Open the plan')")
    assert "Luna Beauty" in tab.inner_text("h1")
    assert problems == []


def test_it_works_without_javascript(browser: "Browser", running: Page) -> None:
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as plain:
        tab = opened(plain, running)
        tab.fill("input[name=name]", "Plain")
        tab.locator("input[name=files]").first.set_input_files([EXAMPLE / "violations.csv"])
        tab.click("button:has-text('Add shop')")
        tab.wait_for_selector("summary:has-text('all recognized')", timeout=SLOW)
        tab.click("button:has-text('Make my plan')")
        tab.wait_for_selector("a:has-text('Open the plan')", timeout=SLOW)


def test_a_hostile_file_ends_its_own_run_alone(
    context: "BrowserContext", running: Page, tmp_path: Path
) -> None:
    hostile = tmp_path / "orders <img src=x onerror=document.title='in'>.xlsx"
    hostile.write_bytes(b"PK\x03\x04" + b"\xff" * 5000)
    tab = opened(context, running)
    tab.fill("input[name=name]", "Hostile")
    tab.locator("input[name=files]").first.set_input_files([hostile])
    tab.click("button:has-text('Add shop')")
    tab.wait_for_selector("summary:has-text('none could be read')", timeout=SLOW)
    assert tab.title() == "Hostile"
    tab.goto(f"http://{running.host}/")
    assert "Hostile" in tab.inner_text("main")


def test_two_tabs_make_one_plan(context: "BrowserContext", running: Page) -> None:
    first = opened(context, running)
    first.fill("input[name=name]", "Twice")
    first.locator("input[name=files]").first.set_input_files([EXAMPLE / "violations.csv"])
    first.click("button:has-text('Add shop')")
    first.wait_for_selector("button:has-text('Make my plan'):enabled")
    second = context.new_page()
    second.goto(first.url)
    for tab in (first, second):
        tab.click("button:has-text('Make my plan')", no_wait_after=True)
    for tab in (first, second):
        tab.wait_for_selector("a:has-text('Open the plan')", timeout=SLOW)
    assert [one.name for one in (running.workspace / ".plans").iterdir()] == ["twice"]


def test_a_server_that_is_killed_half_way_leaves_the_workspace_whole(
    context: "BrowserContext", running: Page
) -> None:
    tab = opened(context, running)
    tab.fill("input[name=name]", "Killed")
    tab.locator("input[name=files]").first.set_input_files(sorted(EXAMPLE.iterdir()))
    tab.click("button:has-text('Add shop')")
    tab.click("button:has-text('Make my plan')")
    os.kill(running.pid, signal.SIGKILL)
    os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
    with served(running.workspace) as again:
        shop = again.enter().get("/shops/killed")
        assert shop.status == 200
        assert "Open the plan" not in shop.text
        left = {one.name for one in running.workspace.iterdir()}
        assert left == {"killed", ".plans", ".incoming", ".serving"}
        # A run that was under way ends with its page; what it left is hidden till it is cleared.
        plans = (running.workspace / ".plans").iterdir()
        assert [one.name for one in plans if not one.name.startswith(".")] == []
