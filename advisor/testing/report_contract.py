"""What every report format and every theme promises: see ReportContract."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.document import Document, RunDiff
from advisor.errors import AdvisorError
from advisor.knowledge import own_version
from advisor.plugin import ReportFormat, Templates
from advisor.report import (
    INDEX_TEMPLATE,
    PLAN_TEMPLATE,
    Index,
    make_environment,
    make_index,
    render,
    render_index,
    summarize,
)
from advisor.testing.contract import Contract, fail_with
from advisor.testing.documents import HOSTILE_NAMES, PLAIN_NAMES, documents, named
from advisor.testing.escaped import unescaped
from advisor.testing.installed import registry_with
from advisor.testing.template_names import undocumented

_TEMPLATE = ".j2"
_CONTEXTS: Mapping[str, type] = {"index": Index, "diff": RunDiff}


class ReportContract(Contract):
    """A format prints every plan, by documented names, and takes names for nothing but text.

    *formats* are report formats, *templates* folders of templates; a theme has the second alone.
    *context* documents names that a format gives its templates beside those of the result document:
    the name, and what it is. *plugins* are modules with hooks that are not installed.
    """

    formats: Sequence[ReportFormat] = ()
    templates: Sequence[Templates] = ()
    context: Mapping[str, str] = {}
    plugins: Sequence[object] = ()

    def test_prints_every_plan(self) -> None:
        """Of no file, without findings, of a small shop and of hundreds of findings."""
        wrong: list[str] = []
        for about, document in documents().items():
            try:
                files = dict(self._rendered(document))
            except AdvisorError as error:
                wrong.append(f"the plan {about}: {error}")
                continue
            empty = [name for name, text in files.items() if not text.strip()]
            wrong += [f"the plan {about}: {name} is empty" for name in empty]
        fail_with(wrong)

    def test_prints_the_same_again(self) -> None:
        """The same document makes the same bytes."""
        document = documents()["of a small shop"]
        if dict(self._rendered(document)) != dict(self._rendered(document)):
            raise AssertionError("prints something else the second time")

    def test_uses_documented_names(self) -> None:
        """Every name in a template, in whatever branch, is a field of `advisor.document.Document`
        (of `advisor.report.Index` in `index.md.j2`, of `RunDiff` in `diff.md.j2`), or in
        *context*."""
        environment = make_environment(self._themes(), "md")
        wrong: list[str] = []
        for theme in self.templates:
            for file in sorted(theme.folder.iterdir(), key=lambda one: one.name):
                if file.name.endswith(_TEMPLATE):
                    about = _CONTEXTS.get(file.name.partition(".")[0], Document)
                    source = file.read_text(encoding="utf-8-sig")
                    found = undocumented(environment, source, about, self.context)
                    wrong += [f"{theme.name}/{file.name}, {text}" for text in found]
        fail_with(wrong)

    def test_takes_names_for_text(self) -> None:
        """Names, captions and file names are data: no markup, no formula, no control character of
        theirs has an effect, in HTML, Markdown, CSV or plain lines."""
        hostile = dict(self._rendered(named(HOSTILE_NAMES)))
        plain = dict(self._rendered(named(PLAIN_NAMES)))
        fail_with(
            f"{name}: {text}"
            for name, made in hostile.items()
            for text in unescaped(name.rpartition(".")[2], made, plain.get(name, ""))
        )

    def test_shows_the_names(self) -> None:
        """What is made harmless is still there to read."""
        document = named(PLAIN_NAMES)
        wrong = [
            f"{name}: holds neither the shop's name nor that of any subject"
            for name, text in self._rendered(document)
            if not any(one in text for one in (document.shop.name, *PLAIN_NAMES))
        ]
        fail_with(wrong)

    def _rendered(self, document: Document) -> Iterator[tuple[str, str]]:
        """The files that the formats and templates make of *document*, by name."""
        themes = self._themes()
        own = {file.name for theme in self.templates for file in theme.folder.iterdir()}
        names = [one.name for one in self.formats]
        if PLAN_TEMPLATE in own:
            names.append("md")
        if not names and INDEX_TEMPLATE not in own:
            raise AssertionError("it has neither formats nor a template of a report")
        for name in names:
            # findings.csv comes along with any format, and is not theirs.
            files = render(document, (name,), themes, self.formats)
            made = ((file, text) for file, text in files.items() if file != "findings.csv")
            yield from ((file, text) for file, text in made if isinstance(text, str))
        if INDEX_TEMPLATE in own:
            index = make_index(
                [summarize(document)], version=own_version(), today=document.period.today
            )
            yield "index.md", render_index(index, make_environment(themes, "md"))["index.md"]

    def _themes(self) -> list[Templates]:
        """The templates under test before those that are installed."""
        return [*self.templates, *registry_with(tuple(self.plugins)).templates()]
