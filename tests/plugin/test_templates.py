"""Templates of strangers: they print the document, and reach nothing else."""

import json
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.plugin.hookspecs import Templates
from advisor.report.environment import make_environment, render_template
from tests.cli.exports import PROFILE, shop_folder
from tests.plugin.installed import Site

ESCAPES = (
    "{{ shop.__class__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__.__globals__.os.system('id') }}",
    "{{ namespace.__init__ }}",
    "{{ dict.__subclasses__() }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ '' | attr('__class__') }}",
    "{{ '{0.__class__}'.format(shop) }}",
    "{{ '{s.__class__}'.format_map({'s': shop}) }}",
    "{{ '%s'.__mod__ }}",
    "{{ plan.append(1) }}",
    "{{ shop.update({'name': 'mine'}) }}",
    "{% set shop.name = 'mine' %}",
    "{{ range(99999999) | list | length }}",
    "{{ shop.name | safe }}",
    "{{ [1, 2] | random }}",
    "{{ lipsum(n=1) }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
)


@pytest.mark.parametrize("template", ESCAPES)
def test_a_template_reaches_nothing_but_its_document(template: str, tmp_path: Path) -> None:
    (tmp_path / "plan.md.j2").write_text(f"one\n{template}")
    environment = make_environment([Templates("own", tmp_path)], "md")
    document = {"shop": {"name": "Corner"}, "plan": [1]}

    with pytest.raises(AdvisorError) as caught:
        render_template(environment, "plan.md.j2", document)

    assert document == {"shop": {"name": "Corner"}, "plan": [1]}
    assert caught.value.exit_code == 2


def test_what_cannot_be_reached_through_a_filter_is_undefined(tmp_path: Path) -> None:
    (tmp_path / "plan.md.j2").write_text("{{ [shop] | map(attribute='__class__') | first }}")
    environment = make_environment([Templates("own", tmp_path)], "md")

    with pytest.raises(AdvisorError):
        render_template(environment, "plan.md.j2", {"shop": {}})


THEME = """
from pathlib import Path
from advisor import Templates
from advisor import hookimpl

@hookimpl
def advisor_templates():
    return [Templates("agency", Path(__file__).parent)]
"""
FORMAT = """
from advisor import hookimpl

class Slides:
    name = "{name}"
    suffix = "{suffix}"
    def render(self, document, environment):
        {render}

@hookimpl
def advisor_report_formats():
    return [Slides()]
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def shop(tmp_path: Path, more: str = "") -> Path:
    return shop_folder(tmp_path / "corner", profile=f"{PROFILE}{more}")


def test_the_user_s_own_folder_of_templates_is_used_and_its_mistakes_are_the_user_s(
    site: Site, tmp_path: Path
) -> None:
    folder = shop(tmp_path, '[report]\ntemplates = "mine"\n')
    (folder / "mine").mkdir()
    template = folder / "mine" / "plan.md.j2"
    template.write_text("Mine: {{ shop.name }}")

    done = site.run("diagnose", folder, "--format", "md")
    template.write_text("\n\n{{ shop.nme }}")
    wrong = site.run("diagnose", folder, "--format", "md")

    assert (done.returncode, done.stdout) == (0, "Mine: Corner shop\n")
    assert wrong.returncode == 2
    assert f"{template}, line 3: " in wrong.stderr
    assert "has no attribute 'nme'" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.parametrize(
    ("allowed", "template", "code", "starts"),
    [
        (False, "Theirs", 0, "# "),
        (True, "Theirs", 0, "Theirs"),
        (False, "{{ nothing }}", 0, "# "),
        (True, "{{ nothing }}", 4, "# "),
    ],
    ids=["not allowed", "allowed", "not allowed and broken", "allowed and broken"],
)
def test_a_theme_replaces_the_plan_where_it_may_and_can(
    allowed: bool, template: str, code: int, starts: str, site: Site, tmp_path: Path
) -> None:
    module = site.install("agency", THEME)
    (site.folder / module / "plan.md.j2").write_text(template)
    folder = shop(tmp_path, '[plugins]\nallow = ["agency"]\n' if allowed else "")

    done = site.run("diagnose", folder)

    assert done.returncode == code, done.stderr
    assert (folder / "plan.md").read_text(encoding="utf-8").startswith(starts)
    notes = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["data_notes"]
    said = [note["text"] for note in notes if note["code"] == "override"]
    assert bool(said) is not allowed
    assert ("templates of plugins are done without: " in done.stderr) is (code == 4)


FORMATS = {
    "raises": ("txt", "return 1 / 0", "ZeroDivisionError: division by zero"),
    "ends the process": ("txt", "raise SystemExit(0)", "SystemExit: 0"),
    "gives no text": ("txt", "return {}", "gave dict where text is expected"),
    "writes elsewhere": ("../../x", "return ''", "cannot end the name of a file"),
    "writes over another": ("md", "return ''", "plan.md is made by another format"),
}


def test_formats_that_fail_cost_their_files_and_one_line_each(site: Site, tmp_path: Path) -> None:
    asked: list[str] = []
    for number, (suffix, render, _) in enumerate(FORMATS.values()):
        asked += ["--format", f"slides-{number}"]
        code = FORMAT.format(name=asked[-1], suffix=suffix, render=render)
        site.install(f"agency-{number}", code)
    out = tmp_path / "out"

    done = site.run("diagnose", shop(tmp_path), "--format", "md", *asked, "-o", out)

    assert done.returncode == 4, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("Failed: ")]
    assert len(lines) == len(FORMATS)
    for _, _, says in FORMATS.values():
        assert len([line for line in lines if says in line]) == 1, says
    assert (out / "plan.md").read_text(encoding="utf-8").startswith("# ")
    assert sorted(file.name for file in out.iterdir()) == [
        "appendix.md",
        "findings.csv",
        "plan.md",
    ]


def test_the_only_format_that_was_asked_for_is_an_error_where_it_fails(
    site: Site, tmp_path: Path
) -> None:
    site.install("agency", FORMAT.format(name="slides", suffix="txt", render="return 1 / 0"))

    done = site.run("diagnose", shop(tmp_path), "--format", "slides")

    assert (done.returncode, done.stdout) == (2, "")
    assert "slides: the report format failed: ZeroDivisionError: division by zero" in done.stderr


def test_a_format_of_another_s_name_costs_its_plugin_and_both_are_named(
    site: Site, tmp_path: Path
) -> None:
    owners = {"md": "shop-advisor", "html": "plan-report"}
    for name in owners:
        code = FORMAT.format(name=name, suffix="x", render="return 'theirs'")
        site.install(f"agency-{name}", code)
    folder = shop(tmp_path)

    told = site.run_each(*(("diagnose", folder, "--format", name) for name in owners))

    for done, (name, owner) in zip(told, owners.items(), strict=True):
        assert done.returncode == 4
        assert "theirs" not in done.stdout
        why = f"format '{name}' is brought by {owner} already"
        assert f"plugin agency-{name} is not used: {why}" in done.stderr
