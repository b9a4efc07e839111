"""`advisor init`: a shop's profile, asked or given; and our CSV templates."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli import complete
from advisor.cli.options import FOLDER
from advisor.cli.overwrite import answering, may_overwrite, write_first

if TYPE_CHECKING:
    from advisor.model import Vocabulary
    from advisor.plugin import KindInfo, Registry

_COMMENTS = {
    "usd_rate": "one {currency} in US dollars",
    "margin": "profit margin before ads, as a share of revenue",
}
_ABOUT_TEMPLATES = """\
No export has what these files are for. Write rows under the header in any spreadsheet and save them
as CSV; leave empty what is not known, and remove the files that you do not need. A file with a
mistake is not read: `advisor diagnose` names every mistake with its row."""


@click.command()
@click.argument("folder", type=FOLDER, default=Path(), metavar="[FOLDER]")
@click.option("--name", help="The name of the shop.")
@click.option("--size", shell_complete=complete.sizes, help="small, mid or enterprise.")
@click.option("--niche", shell_complete=complete.niches, help="What it sells.")
@click.option("--region", help="Its country, as two capital letters.")
@click.option("--currency", help="Its currency, as three capital letters.")
@click.option("--usd-rate", type=float, help="What one unit of the currency is in US dollars.")
@click.option(
    "--margin", type=float, help="Profit margin before ads, as a share of revenue: 0.45 is 45%."
)
@click.option("--goal", shell_complete=complete.goals, help="The shop's main goal.")
@click.option("--no-input", is_flag=True, help="Ask nothing; leave out what is not given.")
@click.option("--templates", is_flag=True, help="Write the CSV templates, and nothing else.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def init(*, folder: Path, no_input: bool, templates: bool, force: bool, **given: Any) -> None:
    """Asks about your shop and writes advisor.toml into FOLDER (default: the current folder).
    Exports in FOLDER are read first, and the currency, country and name found in them are
    suggested. Every answer can be given as an option; it is not asked then.

    The period of the exports is shown but not written, so that later plans use newer exports. To
    choose one for a single plan, use --from and --to of `advisor diagnose`.

    With --templates, writes CSV files to fill in yourself, for data that no export has, and
    templates.md, which explains them.

    \b
    Examples:
      advisor init exports/
      advisor init --name "Luna Beauty" --size small --currency MXN --usd-rate 0.055 --no-input
      advisor init exports/ --templates
    """
    from advisor.cli.screen import say
    from advisor.model import CONFIG_NAME
    from advisor.plugin import load_plugins

    registry = load_plugins()
    if templates:
        kinds = [
            (name, info)
            for provider in registry.providers()
            for name, info in provider.kinds.items()
            if info.template
        ]
        files = {folder / f"{name}.csv": ",".join(info.template) + "\n" for name, info in kinds}
        files[folder / "templates.md"] = explanation(kinds)
        may_overwrite(files, force=force)
        write_first(files)
        say("Fill in what you have and remove the rest; templates.md says what each column means.")
        return
    path = folder / CONFIG_NAME
    may_overwrite([path], force=force)
    vocabulary = registry.vocabulary()
    proposed = _proposed(folder, registry)
    with answering():
        answers = _answers(given, vocabulary, proposed, ask=not no_input)
    text = profile(answers)
    _check(answers, vocabulary)
    write_first({path: text})


def explanation(kinds: "Sequence[tuple[str, KindInfo]]") -> str:
    """What the templates are for and what goes into their columns, as Markdown."""
    parts = [
        "# Your own lists",
        _ABOUT_TEMPLATES,
        *(f"## {name}.csv\n\n{info.title}\n\n{info.documentation.strip()}" for name, info in kinds),
        "---\n\nMade by shop-advisor: `advisor init --templates`.",
    ]
    return "\n\n".join(parts) + "\n"


def _proposed(folder: Path, registry: "Registry") -> Mapping[str, str]:
    """What the exports in *folder* say of the shop, which is said; nothing where there are none."""
    import attrs

    from advisor.cli.screen import Waiting, say
    from advisor.diagnosis import gather_shop
    from advisor.errors import NothingReadable
    from advisor.ingest import propose
    from advisor.model import Request

    if not folder.is_dir():
        return {}
    try:
        with Waiting() as waiting:
            request = Request((str(folder),), date.today())
            gathered = gather_shop(request, registry, progress=waiting)
    except NothingReadable:
        return {}
    days = [reading.period for reading in gathered.readings if reading.period]
    if days:
        first, last = min(one.first for one in days), max(one.last for one in days)
        say(
            f"Your files have data from {first.isoformat()} to {last.isoformat()}. To plan for "
            "other days, use --from and --to of advisor diagnose."
        )
    found = attrs.asdict(propose(gathered.readings))
    return {key: value for key, value in found.items() if value}


def _answers(
    given: Mapping[str, Any],
    vocabulary: "Vocabulary",
    proposed: Mapping[str, str],
    *,
    ask: bool,
) -> dict[str, Any]:
    """Every answer, in the order of the file; None where there is none. What is *proposed* is an
    answer unless the user gives another."""
    from advisor.model import Size

    answers = dict(given)
    if not ask:
        return {key: proposed.get(key) if one is None else one for key, one in answers.items()}

    def question(key: str, text: str, cast: Callable[[str], Any] = str) -> None:
        if answers[key] is None:
            answers[key] = click.prompt(
                text,
                default=proposed.get(key, ""),
                show_default=key in proposed,
                value_proc=_maybe(cast),
            )

    click.echo("Press Enter to accept what is in brackets, or to leave a line out.")
    question("name", "Name of the shop")
    question("size", f"Size ({_list(size.value for size in Size)})")
    question("niche", f"Niche ({_list(vocabulary.niches)})")
    question("region", "Region, as two letters (US, MX, ID …)", str.upper)
    question("currency", "Currency, as three letters (USD, MXN, IDR …)", str.upper)
    if answers["currency"] not in (None, "USD"):
        question("usd_rate", f"One {answers['currency']} in US dollars", _number)
    question("margin", "Margin before ads, as a share of revenue (0.45)", _number)
    question("goal", f"Goal ({_list(vocabulary.goals)})")
    return answers


def _maybe(cast: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda answer: cast(answer.strip()) if answer.strip() else None


def _number(answer: str) -> float:
    try:
        return float(answer)
    except ValueError:
        raise click.UsageError(f"{answer!r} is no number; write it like 0.45") from None


def _list(names: Any) -> str:
    return ", ".join(names)


def profile(answers: Mapping[str, Any]) -> str:
    """The text of an advisor.toml."""
    from advisor.model import identifier
    from advisor.report import clean

    def line(key: str, value: Any) -> str:
        written = (
            json.dumps(clean(value), ensure_ascii=False) if isinstance(value, str) else repr(value)
        )
        comment = _COMMENTS.get(key, "").format(currency=answers.get("currency") or "unit")
        return f"{key} = {written}" + (f"  # {comment}" if comment else "")

    lines = ["[shop]"]
    if answers.get("name"):
        lines.append(line("id", identifier(answers["name"])))
    shop = ("name", "size", "niche", "region", "currency", "usd_rate", "margin")
    lines += [line(key, answers[key]) for key in shop if answers.get(key) is not None]
    if answers.get("goal"):
        lines += ["", "[goal]", line("focus", answers["goal"])]
    return "\n".join(lines) + "\n"


def _check(answers: Mapping[str, Any], vocabulary: "Vocabulary") -> None:
    """Raises Mistakes with every answer that cannot be."""
    from advisor.errors import Mistakes
    from advisor.knowledge import check_names
    from advisor.model import GoalSection, Settings, ShopSection, impossible

    shop = ShopSection(**{k: v for k, v in answers.items() if k != "goal" and v is not None})
    settings = Settings(shop=shop, goal=GoalSection(answers.get("goal")))
    wrong = impossible(shop)
    try:
        check_names(settings, vocabulary, where="answers")
    except Mistakes as error:
        wrong += error.mistakes
    if wrong:
        raise Mistakes(wrong, where="answers")
