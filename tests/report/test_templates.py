"""Templates: what they may use, whose counts, and whose mistake it was."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import jinja2
import pytest
from jinja2 import meta, nodes

from advisor.document import Document, RunDiff
from advisor.errors import AdvisorError
from advisor.plugin.hookspecs import Templates
from advisor.report.formats import make_environment, render, render_markdown
from advisor.report.index import Index
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


def fields(cls: type) -> set[str]:
    return {field.name for field in attrs.fields(cls)}


def write(theme: Templates, text: str, name: str = "plan.md.j2") -> None:
    assert isinstance(theme.folder, Path)
    (theme.folder / name).write_text(text, encoding="utf-8")


def plan(*themes: Templates) -> str:
    return render_markdown(documents.small(), make_environment(themes, "md"))


def fault(*themes: Templates) -> str:
    with pytest.raises(AdvisorError) as caught:
        plan(*themes)
    return str(caught.value)


@pytest.mark.parametrize("name", CONTEXTS)
def test_templates_use_only_the_fields_of_their_document(
    name: str, bundled: Sequence[Templates]
) -> None:
    environment = make_environment(bundled, name.split(".")[1])
    assert environment.loader
    source, _, _ = environment.loader.get_source(environment, name)

    tree = environment.parse(source)
    made = {str(name) for node in tree.find_all(nodes.FromImport) for name in node.names}
    made |= {node.name for node in tree.find_all(nodes.Macro)}
    made |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    used = meta.find_undeclared_variables(tree) - made
    assert used
    assert used <= fields(CONTEXTS[name])


def test_every_bundled_template_has_a_documented_context(bundled: Sequence[Templates]) -> None:
    names = make_environment(bundled, "md").list_templates()

    assert {name for name in names if not name.startswith("_")} == set(CONTEXTS)


def test_a_field_that_is_named_like_a_method_of_dictionaries_is_the_field(own: Templates) -> None:
    write(own, "{{ outcomes[0].clear }}")

    assert plan(own) == "9\n"


def test_a_theme_replaces_one_block_and_keeps_the_rest(
    own: Templates, bundled: Sequence[Templates]
) -> None:
    write(own, '{% extends "plan.md.j2" %}{% block footer %}\n---\n\nOurs.\n{% endblock %}')

    ours, theirs = plan(own, *bundled), plan(*bundled)
    assert ours.endswith("\n---\n\nOurs.\n")
    assert ours.rpartition("\n---\n")[0] == theirs.rpartition("\n---\n")[0]


def test_themes_extend_each_other_in_order(
    own: Templates, bundled: Sequence[Templates], tmp_path: Path
) -> None:
    second = Templates("second", tmp_path / "second")
    (tmp_path / "second").mkdir()
    title = '{%% extends "plan.md.j2" %%}{%% block title %%}%s {{ super() }}{%% endblock %%}'
    write(own, title % "first")
    write(second, title % "second")

    assert plan(own, second, *bundled).startswith("first second # Action plan: Glow Lab")


def test_a_theme_may_replace_the_plan_altogether(
    own: Templates, bundled: Sequence[Templates]
) -> None:
    write(own, "{{ shop.name }}: {{ plan | length }}")

    assert plan(own, *bundled) == "Glow Lab: 2\n"


@pytest.mark.parametrize(
    "template",
    [
        "{{ '<b>' }}",
        "{{ '<' ~ 'b>' }}",
        "{% macro m() %}{{ '<b>' }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ '<' }}{% endmacro %}{{ m() + 'b>' }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ '<b>' }}{% endcall %}",
        "{% set x %}{{ '<b>' }}{% endset %}{{ x }}",
        "{% block b %}{{ '<b>' }}{% endblock %}",
        "{% autoescape true %}{{ '<b>' }}{% endautoescape %}",
        "{% autoescape false %}{{ '<b>' }}{% endautoescape %}",
        "{{ ['<b>', '<i>'] | join }}",
        "{{ ['<b>'] }}",
        "{{ '%s' | format('<b>') }}",
    ],
)
def test_a_theme_cannot_forget_to_escape(template: str, own: Templates) -> None:
    write(own, template)

    assert "<" not in plan(own).replace("\\<", "").replace("&lt;", "")


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ _('Half of 10% of %(name)s', name='a*b') }}", "Half of 10% of a\\*b"),
        ("{{ ngettext('%(num)s <b>', '%(num)s <i>', 2) }}", "2 \\<i>"),
        ("{% trans n=2 %}{{ n }} ad{% pluralize %}{{ n }}\n  ads{% endtrans %}", "2 ads"),
        ("{% trans name='*' %}of {{ name }}{% endtrans %}", "of \\*"),
    ],
)
def test_a_text_for_translation_is_escaped_with_its_values(
    template: str, printed: str, own: Templates
) -> None:
    write(own, template.replace("10%", "10%%"))

    assert plan(own) == printed + "\n"


def test_a_filter_of_a_theme_is_called_by_its_folder_and_escaped(
    own: Templates, bundled: Sequence[Templates]
) -> None:
    theme = attrs.evolve(own, name="glow-lab", filters={"twice": lambda text: f"<{text}> " * 2})
    write(theme, "{{ shop.name | glow_lab.twice }}")

    assert plan(theme, *bundled) == "\\<Glow Lab> \\<Glow Lab>\n"


def test_a_filter_of_a_theme_hides_none_that_is_there(own: Templates) -> None:
    first = attrs.evolve(own, name="a", filters={"f": lambda _: "first"})
    second = attrs.evolve(own, name="a", filters={"f": lambda _: "second", "upper": lambda _: "no"})
    write(own, "{{ 'b' | upper }} {{ 'b' | a.f }}")

    assert plan(first, second) == "B first\n"


def test_a_mistake_in_a_filter_names_file_and_line(own: Templates) -> None:
    theme = attrs.evolve(own, name="a", filters={"f": lambda number: 1 / number})
    write(theme, "\n{{ 0 | a.f }}")

    assert "plan.md.j2, line 2: ZeroDivisionError: division by zero" in fault(theme)


@pytest.mark.parametrize("filters", [{"f": 1}, {1: len}, None, [len]])
def test_filters_are_functions_with_names(filters: object, own: Templates) -> None:
    with pytest.raises(TypeError):
        attrs.evolve(own, filters=filters)  # type: ignore[arg-type]


def test_what_a_macro_made_is_escaped_once(own: Templates) -> None:
    write(
        own, "{% macro m(x) %}*{{ x }}*{% endmacro %}{% set y %}{{ m('a*b') }}{% endset %}{{ y }}"
    )

    assert plan(own) == "*a\\*b*\n"


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("one\n{% if %}", 2, "Expected an expression"),
        ("one\n\n{{ shop.nme }}", 3, "has no attribute 'nme'"),
        ("{{ shp.name }}", 1, "'shp' is undefined"),
        ("\n{{ shop.__class__.__mro__ }}", 2, "unsafe"),
        ("{{ ''.__class__ }}", 1, "unsafe"),
        ("{{ shop.update({}) }}", 1, "unsafe"),
        ("\n\n{{ 1 / 0 }}", 3, "division by zero"),
        ("{{ shop.name | safe }}", 1, "No filter named 'safe'"),
        ("{{ range(99999999) | list }}", 1, "Range too big"),
    ],
)
def test_a_mistake_in_a_template_names_file_and_line(
    template: str, line: int, message: str, own: Templates
) -> None:
    write(own, template)

    said = fault(own)
    assert f"plan.md.j2, line {line}: " in said
    assert message in said
    assert "\n" not in said


def test_a_template_that_is_not_there_is_named_with_its_nearest(
    own: Templates, bundled: Sequence[Templates]
) -> None:
    write(own, '{% extends "pln.md.j2" %}')

    assert "unknown template 'pln.md.j2'; did you mean 'plan.md.j2'?" in fault(own, *bundled)


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "a/../../secret.txt"])
def test_a_template_cannot_read_outside_its_folders(
    name: str, own: Templates, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    write(own, f'{{% include "{name}" %}}')

    assert "secret.txt" in fault(own) or "passwd" in fault(own)


def test_a_template_that_is_not_text_is_a_mistake_of_the_user(own: Templates) -> None:
    assert isinstance(own.folder, Path)
    (own.folder / "plan.md.j2").write_bytes(b"\xff\xfe\x00")

    assert "not UTF-8 text" in fault(own)


def test_an_error_outside_the_templates_keeps_its_traceback(bundled: Sequence[Templates]) -> None:
    class Broken(jinja2.BaseLoader):
        def get_source(self, environment: jinja2.Environment, template: str) -> object:  # type: ignore[override]
            raise OSError("disk")

    environment = make_environment(bundled, "md")
    environment.loader = Broken()

    with pytest.raises(OSError, match="disk"):
        render_markdown(documents.small(), environment)


def test_an_unknown_format_is_named_with_those_there_are(bundled: Sequence[Templates]) -> None:
    with pytest.raises(AdvisorError, match="unknown format 'mdd'; did you mean 'md'"):
        render(documents.small(), ("mdd",), bundled)
