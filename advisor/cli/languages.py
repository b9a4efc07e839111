"""`advisor languages`: in which languages reports can be printed, and the catalogs of a pack."""

from pathlib import Path

import click

from advisor.cli.group import NamesNear

PACKAGES = click.argument(
    "packages",
    nargs=-1,
    metavar="[PACKAGE]…",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)


@click.group(cls=NamesNear)
def languages() -> None:
    """Lists the languages of reports, and keeps the catalogs of a package.

    \b
    Examples:
      advisor languages list
      advisor languages update my_rules --add de
      advisor languages check my_rules
    """


@languages.command("list", short_help="Every language, and how much of it is translated.")
@PACKAGES
def list_languages(packages: tuple[Path, ...]) -> None:
    """Lists each language of reports with how many texts are translated: of everything installed,
    or of each PACKAGE. What is not translated is printed in English.

    \b
    Example:
      advisor languages list
    """
    from advisor.cli.screen import readers, table
    from advisor.model import ENGLISH, Unit
    from advisor.testing.catalogues import UNREVIEWED, sum_up

    rows = [("en", "100%", "the language texts are written in")]
    for one in sum_up([place.resolve() for place in packages] or _installed()):
        share = ENGLISH.number(int(1000 * one.share) / 1000, Unit.SHARE)
        label = "" if one.reviewed else UNREVIEWED
        rows.append((one.language, f"{share} ({one.done:,} of {one.all:,} texts)", label))
    with readers():
        table(rows, ("Language", "Translated", ""))


@languages.command("update", short_help="Bring catalogs up to date with the texts.")
@PACKAGES
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="LANGUAGE",
    help="Start a catalog of this language, like es or pt_BR; may be given several times.",
)
def update(packages: tuple[Path, ...], added: tuple[str, ...]) -> None:
    """Extracts the texts of each PACKAGE (a folder with rules, vocabulary, templates or code) into
    its catalogs, locale/LANGUAGE/LC_MESSAGES/PACKAGE.po. Translations stay where the English text
    is the same; others are kept as obsolete.

    \b
    Example:
      advisor languages update my_rules --add de
    """
    from advisor.cli.screen import readers, say
    from advisor.testing.catalogues import update as update_catalogues

    with readers():
        for package in packages:
            for path in update_catalogues(package.resolve(), added):
                say(f"Written: {path}")


@languages.command("check", short_help="Check catalogs against the texts.")
@PACKAGES
def check(packages: tuple[Path, ...]) -> None:
    """Checks the catalogs of each PACKAGE: placeholders, markup and length against the English
    text, plural forms, and whether they are up to date. Missing translations are not errors.

    \b
    Example:
      advisor languages check my_rules
    """
    from advisor.cli.screen import readers, say
    from advisor.testing.catalogues import check as check_catalogues
    from advisor.testing.catalogues import completeness

    with readers():
        for package in packages:
            check_catalogues(package.resolve())
            for one in completeness(package.resolve()):
                say(f"{package.name} {one.language}: {one.done:,} of {one.all:,} texts translated")


def _installed() -> list[Path]:
    """The folders of everything installed that has catalogs."""
    from advisor.cli.options import load_registry

    found = load_registry(trace=False).text_folders()
    return [place for place in found if isinstance(place, Path)]
