"""plan.md: complete, readable, the same every time, and never a stranger's markup."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advisor.document import Document
from advisor.plugin.hookspecs import Templates
from advisor.report.escape import clean, shorten
from advisor.report.formats import make_environment, render, render_appendix, render_markdown
from tests.report import documents
from tests.report.regenerate import GOLDEN, golden_files

OURS = re.compile(r"appendix\.md(#[\w-]+)?|plan\.md|https://[a-z-]+\.tiktok\.com/")
EXAMPLE = Path(__file__).parents[2] / "examples" / "plan"
Write = Callable[[Document, Sequence[Templates]], str]
WORDS = 900  # of the example's plan, and two printed pages
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


def appendix(document: Document, themes: Sequence[Templates]) -> str:
    return render_appendix(document, make_environment(themes, "md"))


def both(document: Document, themes: Sequence[Templates]) -> str:
    return plan(document, themes) + appendix(document, themes)


def kinds(text: str) -> tuple[list[str], set[str]]:
    """The blocks of a Markdown text, and what its lines hold beside our own links and bold."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    ours = {"text", "softbreak", "strong_open", "strong_close", "link_close"}
    others = {
        child.type
        for child in inline
        if child.type not in ours
        and not (child.type == "link_open" and OURS.fullmatch(str(child.attrs["href"])))
    }
    return [token.type for token in tokens], others


def words(text: str) -> int:
    """What a reader reads: not the addresses of links, and no marks."""
    shown = re.sub(r"\]\([^)]*\)", "]", text)
    return sum(1 for word in shown.split() if re.search(r"\w", word))


@pytest.mark.parametrize(
    "name", ["plan.md", "appendix.md", "plan.json", "findings.csv", "index.md", "index.json"]
)
def test_the_golden_reports_are_what_is_made_today(name: str) -> None:
    assert golden_files()[name] == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "make", [documents.empty, documents.quiet, documents.small, documents.large]
)
def test_every_plan_is_tidy(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)
    for text in (plan(make(), bundled), appendix(make(), bundled)):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert not re.search(r"[ \t]\n|\n{3}", text)
        assert text.count("\n# ") + text.startswith("# ") == 1


@pytest.mark.parametrize("make", [documents.large, documents.hostile])
def test_the_same_document_gives_the_same_bytes(make: object, bundled: Sequence[Templates]) -> None:
    assert callable(make)
    formats = ("md", "json", "csv")

    assert render(make(), formats, bundled) == render(make(), formats, bundled)


def test_many_changes_of_one_sort_are_counted(bundled: Sequence[Templates]) -> None:
    document = documents.large()
    assert document.since is not None
    (new, *_) = [one for one in document.since.findings if one.change == "new"]
    since = attrs.evolve(document.since, findings=(new,) * 30)

    made = render(attrs.evolve(document, since=since), ("md",), bundled)

    assert re.search(r"and 2\d more", str(made["plan.md"]))


def test_the_plan_of_the_example_is_short() -> None:
    text = (EXAMPLE / "plan.md").read_text(encoding="utf-8")

    assert words(text) <= WORDS
    lines = [line for line in text.splitlines() if len(line) > 20]
    assert len(lines) == len(set(lines))


def test_the_plan_has_five_actions_in_full_and_the_next_in_a_line(
    bundled: Sequence[Templates],
) -> None:
    text = plan(documents.large(), bundled)

    assert len(re.findall(r"^### \d+\. ", text, re.MULTILINE)) == 5
    later = re.findall(r"^- (\d+)\. \[.+\]\(appendix\.md#(action-\d+)\)", text, re.MULTILINE)
    assert later == [(str(rank), f"action-{rank}") for rank in range(6, 21)]
    anchors = re.findall(r"^### (Action \d+)$", appendix(documents.large(), bundled), re.MULTILINE)
    assert {anchor.lower().replace(" ", "-") for anchor in anchors} >= {one for _, one in later}
    assert "5 more in the appendix" in text


@pytest.mark.parametrize("make", [documents.small, documents.large, documents.hostile])
def test_every_target_has_its_source_in_a_footnote(
    make: object, bundled: Sequence[Templates]
) -> None:
    assert callable(make)
    text = plan(make(), bundled)

    assert text.count("3–5 % ¹") > 0
    assert "\nTargets: ¹ the guide.\n" in text


def test_what_to_watch_is_what_will_be_known_soonest(bundled: Sequence[Templates]) -> None:
    base = documents.small()
    (one,) = base.watch
    days = (9, None, 2, 5, 1, 7, 3)
    watch = tuple(
        attrs.evolve(
            one,
            rule=f"guide/{number}",
            subject=attrs.evolve(one.subject, name=f"Cream {number}"),
            text=f"in {day} days",
            days=day,
        )
        for number, day in enumerate(days)
    )
    text = plan(attrs.evolve(base, watch=(*watch, attrs.evolve(watch[2], days=4))), bundled)

    found = re.findall(r"in (\w+) days$", text, re.MULTILINE)
    assert found == ["1", "2", "3", "5", "7"]


def test_what_to_add_is_an_export_with_its_place_and_no_list_of_ones_own(
    bundled: Sequence[Templates],
) -> None:
    base = documents.small()
    own = attrs.evolve(documents.export("My stock"), own=True)
    text = plan(attrs.evolve(base, exports=(own, *base.exports * 3)), bundled)

    assert "My stock" not in text
    link = "[LIVE analysis](https://seller-us.tiktok.com/): Seller Center › LIVE › Export"
    assert text.count(link) == 2
    assert text.count("- Studio overview: The account's own page") == 1


def test_the_address_of_seller_center_follows_the_region(bundled: Sequence[Templates]) -> None:
    base = documents.small()

    def linked(region: str | None) -> list[str]:
        shop = attrs.evolve(base.shop, region=region)
        return re.findall(r"\(https://([^)]*)\)", plan(attrs.evolve(base, shop=shop), bundled))

    assert linked("MX") == ["seller-mx.tiktok.com/"]
    assert linked("GB") == ["seller-uk.tiktok.com/"]
    assert linked(None) == linked("AQ") == []


@pytest.mark.parametrize("section", ["Do these first", "What is healthy", "Not checked"])
def test_an_empty_document_has_no_empty_sections(
    section: str, bundled: Sequence[Templates]
) -> None:
    text = both(documents.empty(), bundled)

    assert section not in text
    assert "## Files read\n\nNone.\n" in text


def test_without_findings_the_plan_says_so_and_what_was_looked_at(
    bundled: Sequence[Templates],
) -> None:
    text = plan(documents.quiet(), bundled)

    few, more = "1 check with not enough data yet", "1 check that needs more exports"
    assert f"Nothing to do: no rule found a problem. 1 check on target, {few}, {more}.\n" in text


def test_without_anything_judged_the_plan_does_not_call_the_shop_healthy(
    bundled: Sequence[Templates],
) -> None:
    text = plan(documents.empty(), bundled)

    assert "There is not enough data to check anything yet." in text
    assert "no rule found a problem" not in text


def test_numbers_without_any_check_are_not_called_too_little_data(
    bundled: Sequence[Templates],
) -> None:
    document = attrs.evolve(documents.empty(), kpis=documents.small().kpis)

    text = plan(document, bundled)

    assert "no check can be made from them alone" in text
    assert "not enough data to check" not in text


@pytest.mark.parametrize(
    "said",
    [
        "First 5 of 20; the rest is in findings.csv.",
        "- Also explains: first 3 of 9; the rest is in findings.csv",
        "First 20 of 25; the rest is in plan.json",
        "First 30 of 40; the rest is in plan.json",
        "First 60 of 120; the rest is in plan.json",
        "First 50 of 60; the rest is in plan.json",
    ],
)
def test_shortened_lists_say_how_long_they_are(said: str, bundled: Sequence[Templates]) -> None:
    assert said in appendix(documents.large(), bundled)


def test_a_list_that_fits_is_not_called_shortened(bundled: Sequence[Templates]) -> None:
    assert not re.search(r"[Ff]irst \d+ of", both(documents.small(), bundled))


def test_the_size_of_the_plan_does_not_follow_the_findings(bundled: Sequence[Templates]) -> None:
    few, many = (both(documents.large(count), bundled) for count in (500, 5000))

    assert len(many) < 1.1 * len(few)


@pytest.mark.parametrize("write", [plan, appendix])
def test_hostile_names_make_no_markup(write: Write, bundled: Sequence[Templates]) -> None:
    text = write(documents.hostile(), bundled)
    harmless = write(documents.hostile(documents.HARMLESS_NAMES), bundled)

    blocks, inline = kinds(text)
    assert set(blocks) <= BLOCKS_ALLOWED
    assert inline == set()
    assert blocks == kinds(harmless)[0]
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )


def test_templates_in_names_are_not_run(bundled: Sequence[Templates]) -> None:
    assert "49" not in both(documents.hostile(("{{ 7*7 }}",)), bundled)


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=200))
def test_any_name_leaves_the_shape_of_the_plan_alone(name: str) -> None:
    import advisor_report_plan

    themes = advisor_report_plan.advisor_templates()
    if not clean(name):
        return
    for write in (plan, appendix):
        blocks, inline = kinds(write(documents.hostile((name,)), themes))
        assert blocks == kinds(write(documents.hostile(("name",)), themes))[0]
        assert inline == set()


def test_long_names_are_shortened(bundled: Sequence[Templates]) -> None:
    long = "a" * 500
    document = attrs.evolve(documents.small(), inputs=(documents.input_file(long),))

    text = appendix(document, bundled)
    assert shorten(long) in text
    assert "a" * 80 not in text


def test_the_numbers_of_the_goal_come_first(bundled: Sequence[Templates]) -> None:
    text = plan(documents.small(), bundled)

    assert text.index("| CTR | 0.8 %") < text.index("| CTOR | 2.9 %")
    assert "| Views |" not in text
    assert "| Views |" in appendix(documents.small(), bundled)


def test_a_file_that_could_not_be_read_says_why(bundled: Sequence[Templates]) -> None:
    assert "- Not read: photo.csv: not a table" in plan(documents.small(), bundled)
    said = "| photo.csv | not read: not a table: it holds an image |"
    assert said in appendix(documents.small(), bundled)


def test_the_footers_name_versions_packs_engine_and_order(bundled: Sequence[Templates]) -> None:
    first, footer = (
        write(documents.small(), bundled).rpartition("\n---\n")[2] for write in (plan, appendix)
    )

    made = "Made by shop-advisor 0.1.0 on 2025-11-23, rules engine reference 0.1.0.\n"
    assert "Made by shop-advisor 0.1.0 on 2025-11-23.\n" in first
    assert first.endswith("\ndurable_rules cannot be imported here.\n")
    assert footer == (
        f"\n{made}"
        "Rules: guide 1.0.0 (21), operator 1.0.0 (1).\n"
        f"\nOrder of the plan: {documents.ORDER}.\n"
    )


def test_what_an_experimental_rule_says_is_marked(bundled: Sequence[Templates]) -> None:
    tried = documents.small()
    fresh = attrs.evolve(
        tried, findings=tuple(attrs.evolve(f, status="experimental") for f in tried.findings)
    )

    assert "experimental" not in both(tried, bundled)
    assert plan(fresh, bundled).count("This rule is experimental") == len(fresh.plan)
    assert appendix(fresh, bundled).count("; experimental: tried on few") == len(fresh.plan)


@pytest.mark.parametrize(
    ("adds", "said"),
    [
        (0.0, "\n- All of that money is counted in actions above\n"),
        (60.0, "\n- Not counted in actions above: about $60/month in sales\n"),
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
    shown = appendix(attrs.evolve(made, plan=actions), bundled)

    assert ("counted in actions above" in shown) == bool(said)
    assert said is None or said in shown
