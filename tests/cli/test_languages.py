"""`advisor languages`, and `--language` of diagnose."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

EXAMPLE = "examples/luna-beauty"


def test_a_report_is_in_the_language_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    for name in ("es", "pt-br"):
        done = run(
            *("diagnose", EXAMPLE, "--today", "2026-11-02", "--language", name),
            *("--no-history", "--format", "json", "--format", "md", "-o", tmp_path / name),
        )
        assert done.exit_code == 0, done.output
    said = {
        name: json.loads((tmp_path / name / "plan.json").read_text()) for name in ("es", "pt-br")
    }

    assert [made["language"] for made in said.values()] == ["es", "pt_BR"]
    assert "de oct de 2026" in (tmp_path / "es" / "plan.md").read_text()  # as in Mexico
    assert "0,55%" in (tmp_path / "pt-br" / "plan.md").read_text()


def test_a_language_that_nobody_knows_is_refused(run: Run) -> None:
    done = run("diagnose", EXAMPLE, "--language", "ess")

    assert done.exit_code == 2
    assert "--language: unknown language 'ess'; did you mean 'es'?" in done.stderr
    assert "en, es, id, pt_BR" in done.stderr


def test_languages_are_listed_with_how_much_is_translated(run: Run) -> None:
    done = run("languages", "list")

    assert done.exit_code == 0
    for name in ("en", "es", "id", "pt_BR"):
        assert f"\n{name} " in done.stdout
    assert "not yet reviewed by native speakers" in done.stdout


def test_a_package_gets_a_catalog_that_is_checked(run: Run, tmp_path: Path) -> None:
    package = tmp_path / "mine"
    package.mkdir()
    (package / "page.j2").write_text('{{ _("Hello") }}')

    assert run("languages", "update", package, "--add", "de").exit_code == 0
    catalog = package / "locale" / "de" / "LC_MESSAGES" / "mine.po"
    assert 'msgid "Hello"' in catalog.read_text()
    assert "mine de: 0 of 1 texts translated" in run("languages", "check", package).stdout
    catalog.write_text(
        catalog.read_text().replace('msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Hallo."')
    )
    wrong = run("languages", "check", package)
    assert wrong.exit_code == 2
    assert "it should not end with a mark" in wrong.stderr


@pytest.mark.parametrize("name", ["en", "xx_YY"])
def test_a_catalog_of_no_language_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    assert run("languages", "update", tmp_path, "--add", name).exit_code == 2
