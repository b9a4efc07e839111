"""What templates are given is what is documented, and what is documented is printed somewhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import pytest
from jinja2 import meta

from advisor.document import Document, RunDiff, as_json
from advisor.plugin.hookspecs import Templates
from advisor.report.formats import make_environment
from advisor.report.index import Index, make_index, summarize
from advisor.report.parts import for_templates
from advisor.testing.template_names import undocumented
from docs.pages import document as page
from tests.report import documents

CONTEXTS: Mapping[str, type] = {
    "plan.md.j2": Document,
    "appendix.md.j2": Document,
    "plan.html.j2": Document,
    "index.md.j2": Index,
    "index.html.j2": Index,
    "diff.md.j2": RunDiff,
    "diff.html.j2": RunDiff,
}
# For programs that read plan.json.
FOR_PROGRAMS = {"schema_version"}


def names(cls: type) -> set[str]:
    return {field.name for field in attrs.fields(cls)}


def sources(themes: Sequence[Templates], *suffixes: str) -> Iterator[str]:
    for theme in themes:
        for file in theme.folder.iterdir():
            if file.name.endswith(suffixes):
                yield file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_name_in_every_branch_is_documented(name: str, bundled: Sequence[Templates]) -> None:
    environment = make_environment(bundled, name.split(".")[1])
    for theme in bundled:
        source = theme.folder.joinpath(name).read_text(encoding="utf-8")
        assert list(undocumented(environment, source, CONTEXTS[name], {})) == []


def test_what_is_given_is_what_is_documented() -> None:
    document = documents.small()
    index = make_index([summarize(document)], version="1", today="2026-01-29")

    assert set(for_templates(document)) == names(Document)
    assert set(as_json(document)) == names(Document)
    assert set(attrs.asdict(index)) == names(Index)


def test_what_is_documented_is_printed_by_some_template(bundled: Sequence[Templates]) -> None:
    environment = make_environment(bundled, "md")
    used: set[str] = set()
    for source in sources(bundled, ".md.j2", ".html.j2"):
        used |= meta.find_undeclared_variables(environment.parse(source))

    assert names(Document) - used == FOR_PROGRAMS


def test_the_page_has_every_class_and_every_field() -> None:
    text = page.render()
    waiting: list[Any] = [Document, RunDiff, Index]
    seen: set[type] = set()
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen.add(cls)
        section = text.partition(f"### {cls.__name__}\n")[2].partition("\n### ")[0]
        assert [f.name for f in attrs.fields(cls) if f"- `{f.name}: " not in section] == []
        waiting += [found for f in attrs.fields(attrs.resolve_types(cls)) for found in of(f.type)]

    assert len(seen) > 20


def of(kind: Any) -> Iterator[type]:
    """The classes of the document in a type."""
    if attrs.has(kind):
        yield kind
    for inner in getattr(kind, "__args__", ()):
        yield from of(inner)
