"""A stranger's text stays text."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from advisor.report import escape

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKUP = st.text(alphabet="\\`*_{}[]()#+-.!|<>&;:=~$\"'/@ \t\nab1w\u200d\u202e😀é", max_size=30)
ANY_TEXT = st.one_of(st.text(max_size=60), MARKUP)
PLACES = {
    "a paragraph": "{}",
    "a line after text": "text\n{}",
    "a heading": "## {}",
    "a numbered heading": "### 1. {}",
    "a bullet": "- {}",
    "a quotation": "> {}",
    "a table cell": "| a | b |\n| --- | --- |\n| x | {} |",
    "the first table cell": "| a | b |\n| --- | --- |\n| {} | x |",
}


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


@pytest.mark.parametrize("place", PLACES)
@settings(deadline=None)
@given(text=ANY_TEXT)
@example("\\|")
@example("a\\")
@example("a #")
@example("1.")
@example("- - -")
@example("===")
@example(":-")
@example("<b>&lt;</b>")
@example("https://a.b [x](javascript:1)")
@example("__a__ a_b *c*")
def test_markdown_shows_the_text_and_nothing_else(place: str, text: str) -> None:
    template = PLACES[place]
    shown = PARSER.parse(template.replace("{}", escape.markdown(text)))
    plain = PARSER.parse(template.replace("{}", "x9x"))

    kinds = {child.type for child in inline(shown)}
    said = "".join(child.content or "\n" for child in inline(shown))
    expected = "".join(child.content or "\n" for child in inline(plain))
    assert kinds <= {"text", "softbreak"}
    assert said.strip() == expected.replace("x9x", escape.clean(text)).strip()
    if escape.clean(text):
        assert [token.type for token in shown] == [token.type for token in plain]


@settings(deadline=None)
@given(ANY_TEXT)
def test_clean_text_is_one_line_without_hidden_characters(text: str) -> None:
    cleaned = escape.clean(text)

    assert len(cleaned.splitlines()) <= 1
    assert not set(cleaned) & set("\x00\x07\x1b\x7f\x9b\u061c\u200b\u200e\u200f\ufeff")
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in cleaned)
    assert escape.clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("two\r\nlines", "two lines"),
        ("a \t b", "a b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u200fשלום\u200f", "שלום"),
        ("ze\u200bro", "zero"),
        ("lone \ud800", "lone \ufffd"),
        ("👩‍🚀 and 🏳️‍🌈", "👩‍🚀 and 🏳️‍🌈"),
        ("a\u200db", "ab"),
    ],
)
def test_what_is_hidden_goes_and_emoji_stay(text: str, cleaned: str) -> None:
    assert escape.clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CTR 1.2 % of 1,000 (3–5 %)", "CTR 1.2 % of 1,000 (3–5 %)"),
        ("$120–$300 a month", "$120–$300 a month"),
        ("spring_sale_v2", "spring_sale_v2"),
        ("a|b", "a\\|b"),
        ("#fyp", "\\#fyp"),
        ("www.shop.example", "www\\.shop.example"),
        ("me@shop.example", "me\\@shop.example"),
        ("-5 %", "-5 %"),
    ],
)
def test_markdown_stays_readable(text: str, written: str) -> None:
    assert escape.markdown(text) == written


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\u200b="])
def test_a_spreadsheet_never_sees_a_formula(start: str) -> None:
    cell = escape.csv_cell(start + "cmd|' /C calc'!A0")

    assert cell.startswith("\"'")


def test_quotes_in_a_csv_cell_are_doubled() -> None:
    assert escape.csv_cell('6" pan') == '"6"" pan"'


def test_html_is_inert_in_text_and_attributes() -> None:
    assert escape.html('<b a="\'">') == "&lt;b a=&quot;&#x27;&quot;&gt;"


@pytest.mark.parametrize(
    ("text", "short"),
    [("abc", "abc"), ("abcdef", "abcd…"), ("abc  def", "abc…"), ("abcde\u0301f", "abcd…")],
)
def test_a_cut_is_shown(text: str, short: str) -> None:
    assert escape.shorten(text, 5) == short


@settings(deadline=None)
@given(ANY_TEXT)
def test_json_with_unseen_characters_written_out_means_the_same(text: str) -> None:
    written = escape.json_text(json.dumps(text, ensure_ascii=False))

    assert json.loads(written) == text
    written.encode()
