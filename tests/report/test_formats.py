"""Which files a format makes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import jinja2
import pytest

import advisor_report_plan
from advisor.errors import PluginError
from advisor.ingest.files import find_files
from advisor.plugin import FORMATS
from advisor.plugin.hookspecs import Templates
from advisor.report.formats import format_names, make_environment, render
from advisor.report.index import make_index, render_index, summarize
from tests.report import documents


@attrs.frozen
class Titles:
    """A third party's format."""

    name: str = "titles"
    suffix: str = "txt"

    def render(self, document: Mapping[str, object], environment: jinja2.Environment) -> str:
        return environment.from_string("{% for a in plan %}{{ a.do }};{% endfor %}").render(
            document
        )


@attrs.frozen
class Failing(Titles):
    def render(self, document: Mapping[str, object], environment: jinja2.Environment) -> str:
        raise KeyError("plan2")


@pytest.mark.parametrize(
    ("formats", "files"),
    [
        (("md",), ["plan.md", "appendix.md", "findings.csv"]),
        (("md", "json"), ["plan.md", "appendix.md", "plan.json", "findings.csv"]),
        (("json",), ["plan.json"]),
        (("csv",), ["findings.csv"]),
        (("html", "md", "md"), ["plan.html", "plan.md", "appendix.md", "findings.csv"]),
        ((), []),
    ],
)
def test_a_format_makes_its_file_and_where_it_is_cut_the_findings(
    formats: Sequence[str], files: Sequence[str], bundled: Sequence[Templates]
) -> None:
    offered = advisor_report_plan.advisor_report_formats()

    assert list(render(documents.small(), formats, bundled, offered)) == files


def test_a_foreign_format_gets_the_document_and_an_environment_that_escapes() -> None:
    files = render(documents.hostile(("a\x1b[1m\nb",)), ("titles",), (), (Titles(),))

    assert files["plan.txt"] == "a b;"


def test_a_foreign_format_that_fails_is_named() -> None:
    with pytest.raises(PluginError, match="titles: the report format failed: KeyError: 'plan2'"):
        render(documents.small(), ("titles",), (), (Failing(),))


def test_the_bundled_formats_come_first_and_are_named_once() -> None:
    assert format_names((Titles(), Titles())) == (*FORMATS, "titles")


def test_our_own_reports_are_never_read_as_exports(
    bundled: Sequence[Templates], tmp_path: Path
) -> None:
    formats = advisor_report_plan.advisor_report_formats()
    files = render(documents.small(), ("md", "json", "csv", "html"), bundled, formats)
    index = make_index((summarize(documents.small()),), version="0.1.0", today="2025-11-23")
    for name, text in {**files, **render_index(index, make_environment(bundled, "md"))}.items():
        (tmp_path / name).write_text(str(text), encoding="utf-8")
    (tmp_path / "orders.csv").write_text("Order ID,Amount\n1,2\n", encoding="utf-8")

    found, _ = find_files([tmp_path])
    assert [file.name for file in found] == ["orders.csv"]
