"""The contract of reports and themes: each promise can be broken."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import jinja2
import pytest

from advisor import ReportFormat, Templates
from advisor.testing import (
    ReportContract,
)
from tests.testing.broken import broken_promises


@attrs.frozen
class Format:
    """A format that prints by hand what *write* makes of the document."""

    suffix: str
    write: Callable[[Mapping[str, Any]], str]
    name: str = "ours"

    def render(self, document: Mapping[str, object], environment: jinja2.Environment) -> str:
        return self.write(document)


def listed(begin: str, end: str) -> Callable[[Mapping[str, Any]], str]:
    """Every subject's name on a line of its own, as it is."""

    def write(document: Mapping[str, Any]) -> str:
        names = [finding["subject"]["name"] for finding in document["findings"]]
        return begin + "\n".join(f"{name}{end}" for name in (*names, document["shop"]["name"]))

    return write


def cells(document: Mapping[str, Any]) -> str:
    names = [finding["subject"]["name"].replace("\n", " ") for finding in document["findings"]]
    return "name,n\n" + "".join('"' + n.replace('"', '""') + '",1\n' for n in names)


@pytest.mark.parametrize(
    ("suffix", "write", "messages"),
    [
        ("html", listed("<p>", "<br>"), ["a name makes other tags", "steers or hides"]),
        ("md", listed("# Plan\n", "  "), ["a name makes an HTML tag", "a name makes a link"]),
        ("csv", cells, ["for a formula"]),
        ("tsv", listed("name\tn\n", "\t1"), ["a name makes other rows or cells"]),
        ("txt", listed("Plan\n", ""), ["a name goes on in a new line", "steers or hides"]),
        ("json", listed("{", ""), ["is no JSON"]),
    ],
)
def test_a_report_that_prints_names_as_they_are_breaks_its_promise(
    suffix: str, write: Callable[[Mapping[str, Any]], str], messages: Sequence[str]
) -> None:
    said = broken_promises(ReportContract, {"formats": [Format(suffix, write)]})

    assert [text for text in messages if text not in said["takes_names_for_text"]] == []


def test_a_report_that_leaves_names_out_or_changes_breaks_its_promises() -> None:
    times: list[int] = []

    def write(document: Mapping[str, Any]) -> str:
        times.append(1)
        return "" if not document["findings"] else f"the {len(times)}. time"

    said = broken_promises(ReportContract, {"formats": [Format("txt", write)]})
    assert "the plan of no file: plan.txt is empty" in said["prints_every_plan"]
    assert said["prints_the_same_again"] == "prints something else the second time"
    assert "holds neither the shop's name" in said["shows_the_names"]


def theme(folder: Path, text: str) -> Templates:
    (folder / "plan.md.j2").write_text(text, encoding="utf-8")
    return Templates("mine", folder)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ shp.name }}", "line 1: unknown name 'shp'; did you mean 'shop'?"),
        ("\n{{ shop.nme }}", "line 2: unknown field of ShopInfo 'nme'; did you mean 'name'?"),
        ("{% if false %}{{ shop.nme }}{% endif %}", "unknown field of ShopInfo 'nme'"),
        ("{% for f in findings %}{{ f.subject.nam }}{% endfor %}", "SubjectInfo 'nam'"),
        ("{% set f = findings | first %}{{ f.wy }}", "unknown field of FindingInfo 'wy'"),
        ("{{ (findings | of(plan[0].findings) | first).wy }}", "field of FindingInfo 'wy'"),
        ("{{ plan[0]['don'] }}", "unknown field of ActionInfo 'don'"),
        ("{% for e in findings[0].evidence[:2] %}{{ e.band.lw }}{% endfor %}", "BandInfo 'lw'"),
        ("{{ kpis | sort(attribute='titl') }}", "unknown field of Kpi 'titl'"),
        ("{% with s = shop %}{{ s.nme }}{% endwith %}", "unknown field of ShopInfo 'nme'"),
    ],
)
def test_a_name_that_is_not_documented_breaks_a_promise(
    template: str, message: str, tmp_path: Path
) -> None:
    given = {"templates": [theme(tmp_path, template)]}

    assert message in broken_promises(ReportContract, given)["uses_documented_names"]


def test_a_sound_theme_keeps_its_promises(tmp_path: Path) -> None:
    text = (
        '{% extends "plan.md.j2" %}{% macro m(x) %}{{ x.anything }}{% endmacro %}'
        "{% block footer %}{{ shop.name }}{% for f in findings[:2] %}{{ loop.index }}"
        "{{ f.subject.name }}{% endfor %}{% set n = plan | length %}{{ n }}{% endblock %}"
    )

    ReportContract.holds(templates=[theme(tmp_path, text)])


def test_names_of_a_format_s_own_are_documented_by_its_author(tmp_path: Path) -> None:
    given = {"templates": [theme(tmp_path, "{{ shop.name }}{% if false %}{{ logo }}{% endif %}")]}

    assert "unknown name 'logo'" in broken_promises(ReportContract, given)["uses_documented_names"]
    ReportContract.holds(**given, context={"logo": "the address of a picture"})


def test_a_report_without_anything_is_said() -> None:
    said = broken_promises(ReportContract, {})["prints_every_plan"]

    assert said == "it has neither formats nor a template of a report"


def test_a_format_is_a_report_format() -> None:
    assert isinstance(Format("txt", cells), ReportFormat)
