"""plan.html: the same plan on one page, inert."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import attrs
import pytest

import advisor_report_plan
from advisor.document import Amount, Document, as_json
from advisor.plugin.hookspecs import Templates
from advisor.report.escape import clean
from advisor.report.formats import render
from advisor_report_plan import charts
from tests.report import documents


class Page(HTMLParser):
    """The tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]

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
    made = page(documents.small(), bundled)
    attributes = {name for _, names in made.tags for name in names}

    assert not attributes & {"src", "srcset", "onload", "onclick", "action"}
    assert {tag for tag, names in made.tags if "href" in names} == {"a"}


@pytest.mark.parametrize("make", [documents.small, documents.large, documents.hostile])
def test_links_lead_into_the_page_or_to_places_that_we_know(
    make: object, bundled: Sequence[Templates]
) -> None:
    assert callable(make)
    made = page(make(), bundled)

    assert len(made.ids) == len(set(made.ids))
    inside = {link.removeprefix("#") for link in made.links if link.startswith("#")}
    assert inside
    assert inside <= set(made.ids)
    outside = {link for link in made.links if not link.startswith("#")}
    assert all(re.fullmatch(r"https://[a-z-]+\.tiktok\.com/", link) for link in outside)


def test_rules_lead_to_the_documentation_where_there_is_one(bundled: Sequence[Templates]) -> None:
    base = documents.small()
    told = attrs.evolve(base.advisor, documentation="https://docs.example")

    links = page(attrs.evolve(base, advisor=told), bundled).links
    assert "https://docs.example/rules/guide/weak-hook.html" in links
    assert not any("guideweak" in link for link in page(base, bundled).links)


def test_every_picture_has_a_name(bundled: Sequence[Templates]) -> None:
    pictures = [names for tag, names in page(documents.small(), bundled).tags if tag == "svg"]

    assert len(pictures) > 10
    named = {"aria-label", "aria-labelledby", "aria-hidden"}
    assert all(named & set(names) for names in pictures)


def test_the_first_screen_has_the_total_and_the_first_three_actions(
    bundled: Sequence[Templates],
) -> None:
    document = documents.large()
    first, _, _ = page(document, bundled).text.partition("What to do")

    assert document.total[0].text.capitalize() in first
    assert document.total[0].range in first
    assert first.count(document.plan[0].do) == 3


def test_money_flows_from_gmv_to_the_payout(bundled: Sequence[Templates]) -> None:
    base = documents.small()
    both = attrs.evolve(
        documents.settlement(),
        id="gmv-to-settlement",
        total=Amount("GMV", 1500.0, "$1500", "", ("a.csv",)),
    )

    def titles(document: Document) -> list[str]:
        bars = charts.payout(as_json(document)["reconciliation"])
        return [f"{bar['title']}: {bar['text']}" for bar in bars]

    own = ["platform fees: $-60", "ads: $-140", "None: -$10", "settlement (paid out): $790"]
    assert titles(base) == ["settled revenue: $1000", *own]
    shown = attrs.evolve(base, reconciliation=(*base.reconciliation, both))
    assert titles(shown) == ["GMV: $1500", "settled revenue: $1000", *own]
    assert "From GMV to payout" in page(shown, bundled).text
    assert charts.payout(as_json(documents.quiet())["reconciliation"][:1]) == []


@pytest.mark.parametrize("make", [documents.empty, documents.quiet, documents.small])
def test_every_document_makes_a_page(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)

    assert "Made by shop-advisor 0.1.0" in page(make(), bundled).text
