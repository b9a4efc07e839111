"""`advisor serve`: the page on this machine."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import click

from advisor.cli.options import FOLDER, today_option
from advisor.errors import AdvisorError

_FORMATS = ("html", "md", "json", "csv", "xlsx", "ics")


@click.command()
@click.argument("folder", type=FOLDER, required=False, metavar="[FOLDER]")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 takes a free one."
)
@click.option("--no-browser", is_flag=True, help="Print the link, but do not open it.")
@click.option(
    "--shortcut", "as_shortcut", is_flag=True, help="Write a file to double-click instead."
)
@today_option
def serve(
    *, folder: Path | None, port: int, no_browser: bool, as_shortcut: bool, today: date
) -> None:
    """Opens a page on this computer: drop your exports, get the plan.

    FOLDER is where shops are kept, a subfolder each (else shop-advisor in your home folder);
    `advisor diagnose FOLDER` reads the same shops. Nothing leaves this computer: the page answers
    on 127.0.0.1 alone, to the browser that opened the link. Stop it with Ctrl-C.

    With --shortcut a file is written into the current folder that opens the page when you
    double-click it.

    \b
    Examples:
      advisor serve
      advisor serve shops/ --port 8000
      advisor serve --shortcut
    """
    place = folder or Path.home() / "shop-advisor"
    if as_shortcut:
        _write_shortcut(place)
        return
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        hint = "install them: pip install 'shop-advisor[web]'"
        raise AdvisorError(
            f"the libraries of the page are missing ({error.name})", hint=hint
        ) from None
    from advisor.cli.screen import say
    from advisor.plugin import load_plugins
    from advisor.report import format_names
    from advisor.web import Choices, Runs, Workspace, serve_page

    registry = load_plugins(isolate=True)
    vocabulary = registry.vocabulary()
    choices = Choices(
        niches={id_: one.title for id_, one in vocabulary.niches.items()},
        goals={id_: one.title for id_, one in vocabulary.goals.items()},
        languages=_languages(registry.languages()),
        speak=cache(lambda code: registry.language(code, None)),
    )
    there = format_names(registry.report_formats())
    formats = tuple(name for name in _FORMATS if name in there)
    workspace = Workspace(place)
    day = "" if today == date.today() else today.isoformat()
    say(f"Shops are kept in {place}. Stop with Ctrl-C.")
    try:
        serve_page(
            Runs(workspace, formats, day),
            choices,
            port=port,
            browser=not no_browser,
            tell=lambda link: say(f"Open {link}"),
        )
    finally:
        workspace.close()


def _languages(codes: Sequence[str]) -> Mapping[str, str]:
    """The languages of reports, each by its own name."""
    from babel import Locale

    names = {code: str(Locale.parse(code).get_display_name(code)) for code in codes}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()}


def _write_shortcut(workspace: Path) -> None:
    from advisor.cli.overwrite import write_first
    from advisor.web.shortcut import shortcut

    name, text = shortcut(workspace)
    place = Path(name)
    write_first({place: text})
    place.chmod(0o755)
