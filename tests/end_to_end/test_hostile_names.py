"""Names, captions and file names come from anybody; in every report they are only text."""

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from advisor.document import Document, as_json
from advisor.knowledge.load import own_version
from advisor.report.formats import make_environment
from advisor.report.index import make_index, render_index, summarize
from tests.cli.exports import PROFILE, ad_days
from tests.end_to_end.runs import TODAY, document, registry, reports, screen
from tests.shapes import ads_manager

NAMES = {
    "new lines": "first\nsecond\r\nthird",
    "a heading on a new line": "calm\n\n# Everything is fine",
    "table cells": "a | b | c",
    "a script": "<script>alert(1)</script>",
    "an image": "<img src=x onerror=alert(1)>",
    "a formula": "=cmd|' /C calc'!A0",
    "a formula with a sign": "+1+cmd()",
    "a formula with an at sign": "@SUM(1)",
    "a terminal escape": "red\x1b[31m alert\x1b]0;title\x07 end",
    "a terminal link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "right to left": "fdp.\u202egpj.exe\u202c",
    "zero width": "in\u200bvisi\u2060ble",
    "emoji": "👩\u200d🔬 labial 💄 🏳️\u200d🌈",
    "jinja": "{{7*7}}{% raw %}{# no #}",
    "placeholders": "{ctr} {cpc.band} {0}",
    "rich markup": "[red]loud[/red] [link=http://evil.example]x[/link]",
    "a link": "[click](http://evil.example)",
    "a bare link": "see http://evil.example and www.evil.example",
    "a reference": "[click][1]\n\n[1]: http://evil.example",
    "quotes": '"\'`\\"}],',
    "code": "`rm -rf` ```x```",
    "emphasis": "**loud** __loud__ ~~gone~~",
    "a list": "- one\n- two",
    "an entity": "&lt;b&gt; &amp; &#x1F600;",
    "very long": "long " * 500,
    "only spaces around": "   spaced   ",
    "percent": "%s %(name)s %%",
}


@cache
def made(name: str) -> Document:
    """The plan of a shop in which everything that has a name has this one."""
    rows = [
        {**row, "ad_name": name, "ad_group_name": name, "campaign_name": name}
        for row in ad_days(weak=True)
        if row["ad_id"] == "31"
    ]
    file = name.replace("/", "-")[:80].strip(" .") or "ads"
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{file}.csv").write_bytes(ads_manager.daily_csv(rows))
        (Path(folder) / "advisor.toml").write_text(
            PROFILE.replace('name = "Corner shop"\n', f"name = {toml_text(name)}\n"),
            encoding="utf-8",
        )
        return document(folder)


def toml_text(text: str) -> str:
    """*text* as a TOML string."""
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x20 or c in '"\\\x7f' else c for c in text)
    return f'"{escaped}"'


def tokens(text: str) -> Iterator[Token]:
    """Every token of a Markdown text, inline ones too."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("strikethrough")
    for token in parser.parse(text):
        yield token
        yield from token.children or ()


def shape(text: str) -> list[str]:
    """What a Markdown text is made of, without its words."""
    return [token.type for token in tokens(text) if token.type not in ("text", "text_special")]


PLAIN = "Logo first"
all_names = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())


@all_names
def test_the_finding_is_there(name: str) -> None:
    assert [action.rule for action in made(name).plan] == ["guide/weak-hook"]


@pytest.mark.parametrize("file", ["plan.md", "appendix.md"])
@all_names
def test_markdown_has_the_shape_that_it_has_with_a_plain_name(name: str, file: str) -> None:
    text, plain = reports(made(name))[file], reports(made(PLAIN))[file]

    assert shape(text) == shape(plain)


@pytest.mark.parametrize("file", ["plan.md", "appendix.md"])
@all_names
def test_markdown_holds_no_html_or_pictures_and_no_link_of_a_name(name: str, file: str) -> None:
    found, plain = (list(tokens(reports(made(one))[file])) for one in (name, PLAIN))

    assert not {one.type for one in found} & {"html_inline", "html_block", "image", "s_open"}
    assert [one.attrs for one in found if one.type == "link_open"] == [
        one.attrs for one in plain if one.type == "link_open"
    ]


@all_names
def test_markdown_has_no_character_that_hides_or_turns_text(name: str) -> None:
    text = reports(made(name))["plan.md"]

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069]", text)


@all_names
def test_json_is_valid_and_holds_the_document(name: str) -> None:
    text = reports(made(name))["plan.json"]

    assert json.loads(text) == as_json(made(name))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@all_names
def test_findings_are_cells_that_no_spreadsheet_runs(name: str) -> None:
    text = reports(made(name))["findings.csv"]

    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    plain = list(csv.reader(io.StringIO(reports(made(PLAIN))["findings.csv"].lstrip("\ufeff"))))
    assert [len(row) for row in rows] == [len(row) for row in plain]
    for row in rows[1:]:
        for cell, header in zip(row, rows[0], strict=True):
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), header
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", cell), header


@all_names
def test_a_terminal_obeys_nothing_in_a_name(name: str) -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", screen(made(name)))

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_markup_of_the_terminals_library_is_shown_as_it_is() -> None:
    assert "[red]loud[/red]" in screen(made(NAMES["rich markup"]))


def test_templates_and_placeholders_in_names_are_not_filled_in() -> None:
    shown = reports(made(NAMES["jinja"]))["plan.md"]
    assert "{{7\\*7}}" in shown
    assert "49" not in made(NAMES["jinja"]).findings[0].subject.name
    finding = made(NAMES["placeholders"]).findings[0]
    assert finding.message.text.startswith("{ctr} {cpc.band} {0}: 0.3% CTR")


def test_emoji_stay_whole() -> None:
    assert "👩\u200d🔬 labial 💄 🏳️\u200d🌈" in reports(made(NAMES["emoji"]))["plan.md"]


@all_names
def test_the_index_of_many_shops_keeps_its_shape(name: str) -> None:
    def index(document: Document) -> str:
        made_index = make_index(
            [summarize(document)], version=own_version(), today=TODAY.isoformat()
        )
        environment = make_environment(registry().templates(), "md")
        return render_index(made_index, environment)["index.md"]

    assert shape(index(made(name))) == shape(index(made(PLAIN)))
