"""Which files a format makes."""

from collections.abc import Mapping, Sequence

import attrs
import jinja2
import pytest

import advisor_report_plan
from advisor.errors import PluginError
from advisor.hookspecs import Templates
from advisor.report import format_names, render
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
        (("md",), ["plan.md", "findings.csv"]),
        (("md", "json"), ["plan.md", "plan.json", "findings.csv"]),
        (("json",), ["plan.json"]),
        (("csv",), ["findings.csv"]),
        (("html", "md", "md"), ["plan.html", "plan.md", "findings.csv"]),
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
    assert format_names((Titles(), Titles())) == ("md", "json", "csv", "titles")
