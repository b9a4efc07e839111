"""`advisor plugins new`: names that cannot be are told, nothing is overwritten unasked."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("advisor-acme", "rule", "--kind: unknown kind 'rule'; did you mean 'rules'?"),
        ("Acme Rules", "rules", "NAME: 'Acme Rules'; small letters, digits and hyphens"),
        ("advisor-", "rules", "NAME: 'advisor-'; small letters, digits and hyphens"),
        ("json", "rules", "NAME: 'json' is a module of Python or of shop-advisor"),
        ("advisor", "rules", "NAME: 'advisor' is a module of Python or of shop-advisor"),
        ("click", "rules", "NAME: a package 'click' is installed already"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    name: str, kind: str, message: str, run: Run, tmp_path: Path
) -> None:
    done = run("plugins", "new", name, "--kind", kind, "--into", tmp_path, "--no-input")

    assert done.exit_code == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_kind_is_asked_where_it_is_not_given(run: Run, tmp_path: Path) -> None:
    done = run("plugins", "new", "advisor-acme", "--into", tmp_path, stdin="rule\nrules\n")

    assert done.exit_code == 0, done.output
    assert (tmp_path / "advisor-acme" / "src" / "advisor_acme" / "rules" / "bands.toml").is_file()


def test_what_is_there_is_not_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    words = ("plugins", "new", "advisor-acme", "--kind", "report", "--into", tmp_path)
    assert run(*words).exit_code == 0
    page = tmp_path / "advisor-acme" / "README.md"
    page.write_text("mine", encoding="utf-8")

    refused = run(*words, "--no-input")
    assert refused.exit_code == 2
    assert "is there already; add --force to overwrite" in refused.stderr
    assert run(*words, stdin="n\n").exit_code == 2
    assert page.read_text(encoding="utf-8") == "mine"
    assert run(*words, stdin="y\n").exit_code == 0
    assert page.read_text(encoding="utf-8") != "mine"


def test_the_same_name_gives_the_same_files(run: Run, tmp_path: Path) -> None:
    trees = []
    for part in ("one", "two"):
        into = tmp_path / part
        run("plugins", "new", "advisor-acme", "--kind", "provider", "--into", into, "--no-input")
        files = sorted(path for path in into.rglob("*") if path.is_file())
        trees.append({str(path.relative_to(into)): path.read_bytes() for path in files})

    assert trees[0] == trees[1]
    assert len(trees[0]) == 8
