"""Writes docs/plan.png, the first screens of the example's page: `python -m docs.picture`.

It takes Debian's Chromium and Playwright, so it is no part of `docs.generate`.
"""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from advisor.report import render
from docs.generate import bundled
from docs.pages import example

CHROMIUM = "/usr/bin/chromium"
PICTURE = Path(__file__).parent / "plan.png"
WIDTH, HEIGHT = 1040, 1180
COLORS = 96


def page() -> str:
    """The page of the example's plan."""
    registry = bundled()
    made = example.document(registry)
    files = render(made, ("html",), registry.templates(), registry.report_formats())
    return str(files["plan.html"])


def main() -> None:
    """Write the picture."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tab.set_content(page())
        shot = tab.screenshot()
        browser.close()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLORS).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
