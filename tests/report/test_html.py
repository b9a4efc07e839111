"""plan.html: the same plan on one page, inert."""

from collections.abc import Sequence
from html.parser import HTMLParser

import pytest

import advisor_report_plan
from advisor.document import Document
from advisor.plugin.hookspecs import Templates
from advisor.report.escape import clean
from advisor.report.formats import render
from tests.report import documents


class Page(HTMLParser):
    """The tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(document: Document, themes: Sequence[Templates]) -> Page:
    formats = advisor_report_plan.advisor_report_formats()
    return Page(str(render(document, ("html",), themes, formats)["plan.html"]))


def test_hostile_names_make_no_tags(bundled: Sequence[Templates]) -> None:
    hostile = page(documents.hostile(), bundled)
    harmless = page(documents.hostile(documents.HARMLESS_NAMES), bundled)

    assert hostile.tags == harmless.tags
    assert "script" not in {tag for tag, _ in hostile.tags}


def test_hostile_names_are_shown_as_they_are(bundled: Sequence[Templates]) -> None:
    shown = page(documents.hostile(), bundled).text

    assert all(clean(name) in shown for name in documents.HOSTILE_NAMES)


def test_the_page_loads_nothing(bundled: Sequence[Templates]) -> None:
    attributes = {name for _, names in page(documents.small(), bundled).tags for name in names}

    assert not attributes & {"src", "href", "srcset", "onload", "onclick", "action"}


@pytest.mark.parametrize("make", [documents.empty, documents.quiet, documents.small])
def test_every_document_makes_a_page(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)

    assert "Made by shop-advisor 0.1.0" in page(make(), bundled).text
