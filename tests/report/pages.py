"""Pages in a browser: `python -m tests.report.pages` takes the golden screenshots anew."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from PIL import Image

import advisor_report_plan
from advisor.document import Document
from advisor.report.formats import make_environment, render
from advisor.report.index import make_index, render_index, summarize
from tests.report import documents

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
GOLDEN = Path(__file__).parent / "golden" / "pages"
PHONE, DESKTOP = (390, 844), (1280, 900)
SHOTS = {
    "phone": (PHONE, "light"),
    "desktop": (DESKTOP, "light"),
    "dark": (PHONE, "dark"),
}
_COLORS = 64


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Debian's browser, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
        )
        yield started
        started.close()


@cache
def gallery() -> Document:
    """A document with every picture, whose words no rule changes."""
    base = documents.small()
    first, second = base.plan
    third = attrs.evolve(second, rank=3, id="a00003", gain=documents.money(90.0), after=())
    settled = attrs.evolve(
        documents.settlement(),
        id="gmv-to-settlement",
        total=attrs.evolve(documents.settlement().total, title="GMV", value=1500.0, text="$1,500"),
    )
    return attrs.evolve(
        base,
        plan=(first, second, third),
        funnels=(documents.funnel(), documents.funnel("Ads: impressions to purchases")),
        reconciliation=(*base.reconciliation, settled),
    )


def plan_page(document: Document) -> str:
    formats = advisor_report_plan.advisor_report_formats()
    themes = advisor_report_plan.advisor_templates()
    return str(render(document, ("html",), themes, formats)["plan.html"])


def index_page() -> str:
    """Two shops, one of them with something critical."""
    themes = advisor_report_plan.advisor_templates()
    index = make_index(
        [summarize(one) for one in (documents.quiet(), documents.small())],
        version="0.1.0",
        today="2025-11-23",
    )
    environments = (make_environment(themes, suffix) for suffix in ("md", "html"))
    return render_index(index, *environments)["index.html"]


def screenshots(browser: "Browser", page: str) -> Mapping[str, bytes]:
    """*page* as it looks at each width and in the dark."""
    shots: dict[str, bytes] = {}
    for name, ((width, height), scheme) in SHOTS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        tab = context.new_page()
        tab.set_content(page)
        shots[name] = tab.screenshot(full_page=True)
        context.close()
    return shots


def main() -> None:
    """Write the golden screenshots."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, shot in screenshots(browser, plan_page(gallery())).items():
            image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(_COLORS)
            image.save(GOLDEN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
