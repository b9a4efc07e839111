"""Hard words and long texts are named, and no text of ours has any."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import jinja2
import pytest

from advisor.cli import main
from advisor.errors import Mistakes
from advisor.knowledge import (
    Audience,
    Text,
    Wording,
    band_wording,
    check_wording,
    load_pack,
    rule_wording,
)
from advisor.knowledge.lint_wording import MOST_FINDING, MOST_TITLE, wording_file
from advisor.model import Action, Conditions, Rule, Says, Severity
from advisor.plugin import load_plugins
from advisor.testing.catalogues import package_texts

ROOT = Path(__file__).parents[2]
TITLES = ("title", "plural")
TEXTS = (
    *TITLES,
    "definition",
    "caveat",
    "takes",
    "because",
    "where",
    "documentation",
    "says",
    "asks",
    "note",
)

WORDS = {
    "Mend the listing": "fix",
    "Clicks are dear where few bid": "expensive",
    "Begin with the first": "start",
    "Film it anew": "again",
    "It is seldom shown": "rarely",
    "right 8 times out of 10": "likely range (80% confidence)",
    "the 95 % limits": "95% confidence interval",
    "1 to 2; limits of {sure}": "95% confidence interval",
    "The bands of those who click": "the metric",
    "Its colour and its behaviour": "American",
    "The order was cancelled": "American",
    "The fulfilment centre": "American",
}
SELLERS = {
    "Test three new openings": "hook",
    "Replace the first picture": "image",
    "The territory with most views": "country",
    "0.4 % where 1 % is usual": "target",
    "down from the window before": "previous period",
    "Judge the LIVE later": "review",
    "Compare it with the mean of the others": "average",
}
PLAIN = [
    "Test three new hooks for *Catálogo otoño*",
    "0.55% CTR (target 1–3%), so each click costs $2.10",
    "Fulfillment by TikTok, in Seller Center's catalog",
    "Recognized, canceled and optimized orders of the program",
    "Means of payment",
    "An endearing, openminded opening-hours sign with `mend` as code and {ad.opening} as a value",
    "Realistic organisms",
]


def told(text: str, audience: Audience, most: int | None = None) -> list[Wording]:
    return check_wording([Text("here", text, most)], audience)


@pytest.mark.parametrize(("text", "instead"), WORDS.items())
@pytest.mark.parametrize("audience", Audience)
def test_a_hard_word_is_named_with_a_plain_one(text: str, instead: str, audience: Audience) -> None:
    assert any(instead in found.instead for found in told(text, audience))
    assert {found.place for found in told(text, audience)} == {"here"}


@pytest.mark.parametrize(("text", "instead"), SELLERS.items())
def test_terms_of_the_program_are_no_words_for_sellers(text: str, instead: str) -> None:
    assert any(instead in found.instead for found in told(text, Audience.SELLER))
    assert told(text, Audience.ANYONE) == []


@pytest.mark.parametrize("text", PLAIN)
def test_plain_texts_pass(text: str) -> None:
    assert told(text, Audience.ANYONE) == []


def test_what_is_too_long_is_named_and_placeholders_do_not_count() -> None:
    fits = "{video.a-long-name-of-a-placeholder}" + "x" * 80
    assert told(fits, Audience.SELLER, most=80) == []
    (long,) = told(fits + "x", Audience.SELLER, most=80)
    assert long.instead.startswith("81 characters; at most 80")


def rule(**says: str) -> Rule:
    sentences = {"healthy": "CTR is on target", "finding": "Low CTR", "why": "It costs sales."}
    action = Action("page", "change", "Look", ("Look closely",), "ads", 1)
    return Rule(
        "own/low-ctr",
        "ad",
        Severity.LOW,
        Conditions(),
        Says(**sentences | says),
        (action,),
        file="low-ctr.toml",
    )


def test_every_sentence_of_a_rule_is_read() -> None:
    plain = rule()
    (action,) = plain.actions
    spoilt = {
        "says.healthy": rule(healthy="Dear"),
        "says.finding": rule(finding="Dear"),
        "says.why": rule(why="Dear"),
        "says.misleading_when": rule(misleading_when="Dear"),
        "action[0].do": attrs.evolve(plain, actions=(attrs.evolve(action, do="Mend"),)),
        "action[0].steps[1]": attrs.evolve(
            plain, actions=(attrs.evolve(action, steps=("Look", "Mend")),)
        ),
        "action[0].stop": attrs.evolve(plain, actions=(attrs.evolve(action, stop="Mend"),)),
    }
    assert rule_wording([plain]) == []
    for place, wrong in spoilt.items():
        assert [found.place for found in rule_wording([wrong])] == [
            f"own/low-ctr, low-ctr.toml, {place}"
        ]


def test_titles_and_findings_of_rules_have_a_length() -> None:
    long = [rule(healthy="x" * (MOST_TITLE + 1)), rule(finding="x" * (MOST_FINDING + 1))]
    assert len(rule_wording(long)) == 2


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(Mistakes, match=r"avoid\[0\].words\[0\]"):
        wording_file('[[avoid]]\nwords = ["("]\ninstead = "x"', where="wording.toml")


# ── our own texts ───────────────────────────────────────────────────────────────────────────────


def listed(found: list[Wording]) -> str:
    return "\n".join(map(str, found))


def test_our_rules_and_targets_are_in_plain_words() -> None:
    registry = load_plugins()
    vocabulary = registry.vocabulary()
    rules = [one for pack in registry.rule_packs() for one in load_pack(pack, vocabulary)]
    found = rule_wording(rules) + band_wording(registry.band_files())
    assert len(rules) > 100
    assert not found, listed(found)


def data_texts(value: object, place: str) -> Iterator[Text]:
    """The texts of a TOML file that a reader meets, by their keys."""
    if isinstance(value, dict):
        for key, below in value.items():
            if isinstance(below, str) and key in TEXTS:
                yield Text(f"{place}.{key}", below, MOST_TITLE if key in TITLES else None)
            else:
                yield from data_texts(below, f"{place}.{key}")
    elif isinstance(value, list):
        for i, below in enumerate(value):
            yield from data_texts(below, f"{place}[{i}]")


@pytest.mark.parametrize(
    "pattern", ["rules/*/*.toml", "plugins/*/*.toml", "plugins/*/kinds/*.toml"]
)
def test_our_vocabularies_and_kinds_of_files_are_in_plain_words(pattern: str) -> None:
    files = sorted(ROOT.glob(pattern))
    texts = [
        text
        for file in files
        for text in data_texts(tomllib.loads(file.read_text(encoding="utf-8")), file.name)
    ]
    found = check_wording(texts, Audience.SELLER)
    assert len(texts) > 5
    assert not found, listed(found)


def help_texts(command: click.Command, path: str) -> Iterator[Text]:
    yield Text(path, f"{command.help or ''} {command.short_help or ''}")
    for option in command.params:
        yield Text(f"{path} {option.name}", getattr(option, "help", None) or "")
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from help_texts(below, f"{path} {name}")


def test_the_help_of_commands_is_in_plain_words() -> None:
    texts = list(help_texts(main, "advisor"))
    found = check_wording(texts, Audience.ANYONE)
    assert len(texts) > 50
    assert not found, listed(found)


def test_our_templates_are_in_plain_words() -> None:
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    texts = []
    for file in sorted((ROOT / "report_templates").rglob("*.j2")):
        source = file.read_text(encoding="utf-8")
        parts = [
            value.strip("\"'") if kind == "string" else re.sub(r"<[^>]*>", " ", value)
            for _, kind, value in environment.lex(source)
            if kind in {"data", "string"}
        ]
        texts.append(Text(file.name, " ".join(parts)))
    found = check_wording(texts, Audience.ANYONE)
    assert texts
    assert not found, listed(found)


PLUGINS = sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("plugins/*/__init__.py"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def test_our_docs_are_in_plain_words() -> None:
    texts = [
        Text(str(page.relative_to(ROOT)), FENCED.sub(" ", page.read_text(encoding="utf-8")))
        for page in PAGES
    ]
    found = check_wording(texts, Audience.ANYONE)
    assert len(texts) > 100
    assert not found, listed(found)


@pytest.mark.parametrize(
    "package",
    [
        "advisor",
        *sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("plugins/*/__init__.py")),
    ],
)
def test_notes_explanations_and_the_page_are_in_plain_words(package: str) -> None:
    texts = [Text(t.where, f"{t.text} {t.plural}") for t in package_texts(ROOT / package)]
    found = check_wording(texts, Audience.ANYONE)
    assert texts
    assert not found, listed(found)


def told_texts(tree: ast.AST, place: str) -> Iterator[Text]:
    """The literal texts of what is raised, said, yielded, put together of values, and told at the
    end of a command."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
            whole = "".join(map(str, parts))
            if " " in whole:  # else the name of a column, not prose
                yield Text(f"{place}:{node.lineno}", whole)
        told = isinstance(node, ast.Raise | ast.Yield) or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name | ast.Attribute)
            and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
            in {"say", "echo", "AdvisorError", "Note"}
        )
        for inner in ast.walk(node) if told else ():
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield Text(f"{place}:{inner.lineno}", inner.value)


def test_errors_and_what_commands_say_are_in_plain_words() -> None:
    texts = [
        text
        for top in ("advisor", "plugins", "report_templates")
        for file in sorted((ROOT / top).rglob("*.py"))
        for text in told_texts(ast.parse(file.read_text(encoding="utf-8")), file.name)
    ]
    found = check_wording(texts, Audience.ANYONE)
    assert len(texts) > 500
    assert not found, listed(found)
