"""plan.md: complete, readable, the same every time, and never a stranger's markup."""

import re
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advisor.document import Document
from advisor.plugin.hookspecs import Templates
from advisor.report.escape import clean, shorten
from advisor.report.formats import make_environment, render, render_markdown
from tests.report import documents
from tests.report.regenerate import GOLDEN, golden_files

BLOCKS_ALLOWED = {"inline", "hr"} | {
    f"{kind}_{end}"
    for kind in (
        *("heading", "paragraph", "bullet_list", "ordered_list", "list_item"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    )
    for end in ("open", "close")
}


def plan(document: Document, themes: Sequence[Templates]) -> str:
    return render_markdown(document, make_environment(themes, "md"))


def kinds(text: str) -> tuple[list[str], set[str]]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = {child.type for token in tokens for child in token.children or []}
    return [token.type for token in tokens], inline


@pytest.mark.parametrize("name", ["plan.md", "plan.json", "findings.csv", "index.md", "index.json"])
def test_the_golden_reports_are_what_is_made_today(name: str) -> None:
    assert golden_files()[name] == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "make", [documents.empty, documents.quiet, documents.small, documents.large]
)
def test_every_plan_is_tidy(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)
    text = plan(make(), bundled)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]\n|\n{3}", text)
    assert text.count("\n# ") + text.startswith("# ") == 1


@pytest.mark.parametrize("make", [documents.large, documents.hostile])
def test_the_same_document_gives_the_same_bytes(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)
    formats = ("md", "json", "csv")

    assert render(make(), formats, bundled) == render(make(), formats, bundled)


@pytest.mark.parametrize("section", ["Do first", "What is healthy", "Could not be judged"])
def test_an_empty_document_has_no_empty_sections(
    section: str, bundled: Sequence[Templates]
) -> None:
    text = plan(documents.empty(), bundled)

    assert section not in text
    assert "## Files read\n\nNone.\n" in text


def test_without_findings_the_plan_says_so_and_what_was_looked_at(
    bundled: Sequence[Templates],
) -> None:
    text = plan(documents.quiet(), bundled)

    assert (
        "There is nothing to do: no rule found a problem.\n"
        "What was looked at: 2 files, 1 rule; 1 rule clear on everything it could judge,"
        " 1 check with too few data, 1 thing could not be judged.\n"
    ) in text


def test_without_anything_judged_the_plan_does_not_call_the_shop_healthy(
    bundled: Sequence[Templates],
) -> None:
    text = plan(documents.empty(), bundled)

    assert "Nothing could be judged, so nothing is known to be well or ill." in text
    assert "no rule found a problem" not in text


@pytest.mark.parametrize(
    "said",
    [
        "There are 25 things to do.",
        "First 5 of 20; the rest is in findings.csv.",
        "- Also explains: first 3 of 9; the rest is in findings.csv",
        "First 20 of 25; the rest is in plan.json",
        "First 10 of 40; the rest is in plan.json",
        "First 30 of 40; the rest is in plan.json",
        "First 30 of 80; the rest is in plan.json",
        "First 15 of 40; the rest is in plan.json",
        "First 50 of 60; the rest is in plan.json",
    ],
)
def test_shortened_lists_say_how_long_they_are(said: str, bundled: Sequence[Templates]) -> None:
    assert said in plan(documents.large(), bundled)


def test_a_list_that_fits_is_not_called_shortened(bundled: Sequence[Templates]) -> None:
    assert not re.search(r"[Ff]irst \d+ of", plan(documents.small(), bundled))


def test_the_size_of_the_plan_does_not_follow_the_findings(bundled: Sequence[Templates]) -> None:
    few, many = (plan(documents.large(count), bundled) for count in (500, 5000))

    assert len(many) < 1.1 * len(few)


def test_hostile_names_make_no_markup(bundled: Sequence[Templates]) -> None:
    text = plan(documents.hostile(), bundled)
    harmless = plan(documents.hostile(documents.HARMLESS_NAMES), bundled)

    blocks, inline = kinds(text)
    assert set(blocks) <= BLOCKS_ALLOWED
    assert inline <= {"text", "softbreak"}
    assert blocks == kinds(harmless)[0]
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )


def test_templates_in_names_are_not_run(bundled: Sequence[Templates]) -> None:
    assert "49" not in plan(documents.hostile(("{{ 7*7 }}",)), bundled)


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=200))
def test_any_name_leaves_the_shape_of_the_plan_alone(name: str) -> None:
    import advisor_report_plan

    themes = advisor_report_plan.advisor_templates()
    if not clean(name):
        return
    blocks, inline = kinds(plan(documents.hostile((name,)), themes))

    assert blocks == kinds(plan(documents.hostile(("name",)), themes))[0]
    assert inline <= {"text", "softbreak"}


def test_long_names_are_shortened(bundled: Sequence[Templates]) -> None:
    long = "a" * 500
    document = attrs.evolve(documents.small(), inputs=(documents.input_file(long),))

    text = plan(document, bundled)
    assert shorten(long) in text
    assert "a" * 80 not in text


def test_the_numbers_of_the_goal_come_first(bundled: Sequence[Templates]) -> None:
    text = plan(documents.small(), bundled)

    assert text.index("| CTR | 0.8 %") < text.index("| CTOR | 2.9 %") < text.index("| Views |")


def test_a_file_that_could_not_be_read_says_why(bundled: Sequence[Templates]) -> None:
    text = plan(documents.small(), bundled)

    assert "| photo.csv | not read: not a table: it holds an image |" in text


def test_the_footer_names_versions_packs_engine_and_order(bundled: Sequence[Templates]) -> None:
    footer = plan(documents.small(), bundled).rpartition("\n---\n")[2]

    assert footer == (
        "\nMade by shop-advisor 0.1.0 on 2025-11-23, rules engine reference 0.1.0.\n"
        "Rules: guide 1.0.0 (21 rules), operator 1.0.0 (1 rule).\n"
        "\nNotice: durable_rules cannot be imported here.\n"
        f"\nOrder of the plan: {documents.ORDER}.\n"
    )


def test_what_an_experimental_rule_says_is_marked(bundled: Sequence[Templates]) -> None:
    tried = documents.small()
    fresh = attrs.evolve(
        tried, findings=tuple(attrs.evolve(f, status="experimental") for f in tried.findings)
    )

    assert "experimental" not in plan(tried, bundled)
    assert plan(fresh, bundled).count("; experimental: tried on few shops") == len(fresh.plan)


@pytest.mark.parametrize(
    ("adds", "said"),
    [
        (0.0, "\n- All of that money is counted in actions above\n"),
        (60.0, "\n- Of that not counted above: about $60 in sales a month\n"),
        (149.99, None),
    ],
)
def test_an_action_says_what_of_its_money_others_claim(
    adds: float, said: str | None, bundled: Sequence[Templates]
) -> None:
    made = documents.small()
    actions = tuple(
        attrs.evolve(one, gain=documents.money(150.0), adds=documents.money(adds))
        for one in made.plan
    )
    shown = plan(attrs.evolve(made, plan=actions), bundled)

    assert ("counted in actions above" in shown or "not counted above" in shown) == bool(said)
    assert said is None or said in shown
