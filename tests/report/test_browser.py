"""The page in a real browser: on a phone, in the dark, on paper, and for a screen reader."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt
from PIL import Image, ImageChops

from docs.generate import bundled
from docs.pages import example
from tests.report import documents, pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SCREENS = 8  # of a phone, before the appendix
SHEETS = 5  # of A4, without the appendix
NEAR = 24  # of 255: what antialiasing and another version of a font change
DIFFERENT = 0.02  # of all pixels
SERIOUS = ("serious", "critical")
BROKEN_WORDS = """() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const found of node.data.matchAll(/[\\p{L}\\p{N}_.,%]+/gu)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const tops = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)));
      if (tops.size > 1) broken.push(found[0]);
    }
  }
  return broken;
}"""
LONGEST = 30  # letters that fit a line of a phone; names of files are longer
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    if not pages.CHROMIUM.is_file():
        pytest.skip("Chromium is not installed")
    with pages.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def luna() -> str:
    return pages.plan_page(example.document(bundled()))


@pytest.fixture
def phone(browser: "Browser") -> Iterator["Tab"]:
    width, height = pages.PHONE
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def violations(tab: "Tab") -> list[str]:
    """What axe finds that keeps people out."""
    import axe_playwright_python

    tab.add_script_tag(path=Path(axe_playwright_python.__file__).parent / "axe.min.js")
    found: dict[str, Any] = tab.evaluate("() => axe.run()")
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def without_policy(page: str) -> str:
    """*page* as a browser lets axe into it: its own policy allows no script."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


@pytest.mark.parametrize("fold", ["as it opens", "all open"])
@pytest.mark.parametrize("name", ["luna", "index", "gallery"])
def test_a_phone_scrolls_down_alone_and_breaks_no_word(
    name: str, fold: str, phone: "Tab", luna: str
) -> None:
    shown = {"luna": luna, "index": pages.index_page(), "gallery": pages.plan_page(pages.gallery())}
    phone.set_content(shown[name])
    if fold == "all open":
        phone.evaluate(OPEN_ALL)

    assert phone.evaluate("document.documentElement.scrollWidth") == pages.PHONE[0]
    assert [one for one in phone.evaluate(BROKEN_WORDS) if len(one) <= LONGEST] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_name_is_wider_than_the_screen(width: int, browser: "Browser") -> None:
    long = ("W" * 500, "a_b-c.d" * 60, *documents.HOSTILE_NAMES)
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.set_content(pages.plan_page(documents.hostile(long)))
    tab.evaluate(OPEN_ALL)

    assert tab.evaluate("document.documentElement.scrollWidth") == width
    tab.close()


def test_the_first_screen_has_the_first_three_actions(phone: "Tab", luna: str) -> None:
    phone.set_content(luna)

    cards = phone.locator(".cards .card")
    assert cards.count() == 3
    last = cards.nth(2).bounding_box()
    assert last
    assert last["y"] + last["height"] <= pages.PHONE[1]


def test_the_plan_is_a_few_screens_of_a_phone(phone: "Tab", luna: str) -> None:
    phone.set_content(luna)

    top = phone.locator("#appendix").bounding_box()
    assert top
    assert top["y"] <= SCREENS * pages.PHONE[1]


def test_a_link_to_an_action_opens_it(phone: "Tab", luna: str, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text(luna, encoding="utf-8")
    phone.goto(f"file://{tmp_path}/plan.html")
    phone.click('.cards a[href="#action-3"]')

    assert phone.locator("#action-3").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["luna", "index", "hostile"])
def test_axe_finds_nothing_serious(name: str, scheme: str, browser: "Browser", luna: str) -> None:
    shown = {
        "luna": luna,
        "index": pages.index_page(),
        "hostile": pages.plan_page(documents.hostile()),
    }
    width, height = pages.PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    tab = context.new_page()
    tab.set_content(without_policy(shown[name]))
    tab.evaluate(OPEN_ALL)

    assert violations(tab) == []
    context.close()


def test_nothing_is_loaded_and_nothing_fails(phone: "Tab", luna: str) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("console", lambda said: asked.append(said.text))
    phone.set_content(luna)

    assert asked == []


def test_paper_takes_a_few_sheets_and_shows_every_step(browser: "Browser", luna: str) -> None:
    tab = browser.new_page()
    tab.set_content(luna)
    sheets = tab.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= SHEETS
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins
    steps = tab.locator(".action > .inside > ol > li")
    heights = [box["height"] for one in steps.all() if (box := one.bounding_box())]
    assert len(heights) == steps.count() > 10
    assert min(heights) > 5
    assert tab.evaluate("document.documentElement.scrollWidth") <= 690
    assert tab.locator(".appendix").is_hidden()
    tab.close()


def test_the_plan_in_markdown_takes_two_sheets(browser: "Browser") -> None:
    text = (Path(example.ROOT) / "examples" / "plan" / "plan.md").read_text(encoding="utf-8")
    shown = MarkdownIt("commonmark").enable("table").render(text)
    tab = browser.new_page()
    tab.set_content(f"<body style='font: 10pt/1.3 sans-serif'>{shown}")
    sheets = tab.pdf(format="A4", margin={"top": "12mm", "bottom": "12mm"})

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 2
    tab.close()


def test_the_page_looks_as_it_did(browser: "Browser") -> None:
    for name, shot in pages.screenshots(browser, pages.plan_page(pages.gallery())).items():
        now = Image.open(io.BytesIO(shot)).convert("L")
        then = Image.open(pages.GOLDEN / f"{name}.png").convert("RGB").convert("L")
        assert now.width == then.width
        assert abs(now.height - then.height) <= 0.02 * then.height, name
        size = (now.width, min(now.height, then.height))
        gaps = ImageChops.difference(now.crop((0, 0, *size)), then.crop((0, 0, *size)))
        counts = gaps.histogram()
        assert sum(counts[NEAR:]) <= DIFFERENT * sum(counts), f"{name}: see tests.report.pages"
