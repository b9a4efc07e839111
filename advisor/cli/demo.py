"""`advisor demo`: the example shop, and its plan."""

import shutil
from datetime import date
from pathlib import Path

import click

from advisor.cli.options import FOLDER
from advisor.errors import AdvisorError

NAME = "luna-beauty"
DAY = date(2026, 11, 2)  # the files of the example end two days before


@click.command()
@click.argument("folder", type=FOLDER, default=Path("shop-advisor-demo"), metavar="[FOLDER]")
@click.option("--page", is_flag=True, help="Open the page of `advisor serve` on it.")
@click.pass_context
def demo(ctx: click.Context, *, folder: Path, page: bool) -> None:
    """Writes the exports of an example shop into FOLDER (default: shop-advisor-demo) and makes
    its plan: one command to see what this program does.

    \b
    Examples:
      advisor demo
      advisor demo --page
    """
    from advisor.cli.diagnose import diagnose
    from advisor.cli.screen import say
    from advisor.cli.serve import serve

    shop = folder / NAME
    if shop.exists():
        hint = "choose another folder, or remove this one"
        raise AdvisorError("is there already", where=str(shop), hint=hint)
    try:
        shutil.copytree(_example(), shop)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "choose another folder"
        raise AdvisorError(f"cannot be written: {reason}", where=str(shop), hint=hint) from None
    say(f"Written: {shop}, the exports of an example shop")
    if page:
        ctx.invoke(serve, folder=folder, today=DAY)
        return
    formats = [word for name in ("html", "md", "json") for word in ("--format", name)]
    words = [str(shop), "--today", DAY.isoformat(), "-o", str(folder / "plan"), *formats]
    diagnose.main(words, prog_name="advisor diagnose", standalone_mode=False)
    say(f"Open {folder / 'plan' / 'plan.html'} in a browser to see the plan with its charts.")


def _example() -> Path:
    """The example's folder: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for place in (package / "example" / NAME, package.parent / "examples" / NAME):
        if place.is_dir():
            return place
    raise AdvisorError("the example is not part of this installation")
