"""`advisor mute`: findings that the owner does not want to hear."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import PLACE, config_option, day, load_registry
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.model import Rule


@click.command(short_help="Hide a finding, with a reason.")
@click.argument("what", nargs=-1, required=True, metavar="ACTION|RULE…")
@click.option("--reason", metavar="TEXT", required=True, help="Why, for people who read it later.")
@click.option("--until", type=day, metavar="YYYY-MM-DD", help="The last day it applies.")
@click.option(
    "--subject", metavar="NAME", help="Only this one: its key or name; * and ? may stand in it."
)
@click.option("--force", is_flag=True, help="Mute critical findings too.")
@click.option(
    "--shop",
    type=PLACE,
    default=".",
    metavar="DIR",
    help="The shop's folder (default: the current folder).",
)
@config_option
def mute(
    *,
    what: tuple[str, ...],
    reason: str,
    until: date | None,
    subject: str | None,
    force: bool,
    shop: str,
    config: Path | None,
) -> None:
    """Writes a [[mute]] into the shop's advisor.toml, and keeps the comments in it. ACTION is the
    number of an action of the newest plan, RULE the ID of a rule. Muted findings are left out of
    the plan; plan.json still lists them, and they are counted. A shop of `advisor portfolio` whose
    advisor.toml is not here is muted in the results.

    \b
    Examples:
      advisor mute 3 --until 2026-12-31 --reason "New photos are being made"
      advisor mute low-roas --subject "Brand*" --reason "Awareness campaigns"
    """
    from advisor.cli.request import find_shop, portfolio_shop
    from advisor.cli.screen import say
    from advisor.ingest import write_outputs
    from advisor.model import Severity, read_text

    place = find_shop([shop], config).config
    of_results = portfolio_shop(shop) if place is None else None
    if place is None and of_results is None:
        raise AdvisorError("there is no advisor.toml", where=shop, hint="`advisor init` writes one")
    rules = _rules(what, shop, config)
    critical = [rule.id for rule in rules if rule.severity is Severity.CRITICAL]
    if critical and not force:
        raise AdvisorError(
            f"{critical[0]} is critical: it protects the account",
            where="advisor mute",
            hint="add --force if you mean it",
        )
    mutes = [
        {
            "rule": rule.id,
            **({} if subject is None else {"subject": subject}),
            "reason": reason,
            **({} if until is None else {"until": until}),
            **({"force": True} if rule.id in critical else {}),
        }
        for rule in rules
    ]
    if place is not None:
        write_outputs({place: with_mutes(read_text(place), mutes, place.name)})
    elif of_results is not None:
        of_results.mute(lambda text, where: with_mutes(text, mutes, where))
    for rule in rules:
        say(f"Muted: {rule.id}{f' on {subject}' if subject else ''}")
    if of_results is not None:
        say("Kept in the results, for their next run: the shop's advisor.toml is not here")


def with_mutes(text: str, mutes: Sequence[dict[str, object]], where: str) -> str:
    """The *text* of an advisor.toml with these further [[mute]]. Raises Mistakes where the result
    would be none."""
    import tomlkit
    from tomlkit.items import AoT

    from advisor.model import make_settings, parse_toml

    make_settings(parse_toml(text, where=where), where=where)
    document = tomlkit.parse(text)
    if not isinstance(document.get("mute"), AoT):
        if "mute" in document:
            raise AdvisorError("write each mute as [[mute]]", where=where)
        document.add(tomlkit.nl())
        document.append("mute", tomlkit.aot())
    for one in mutes:
        table = tomlkit.table()
        table.update(one)
        table.add(tomlkit.nl())
        document["mute"].append(table)
    written = tomlkit.dumps(document)
    make_settings(parse_toml(written, where=where), where=where)
    return written


def _rules(what: Sequence[str], shop: str, config: Path | None) -> list["Rule"]:
    """The rules of actions of the newest plan, and of ids."""
    from advisor.cli.history import numbered_action
    from advisor.cli.request import find_shop, with_shop
    from advisor.knowledge import Resolver, rule_called
    from advisor.model import Request

    registry = load_registry()
    paths = (shop,)
    request = with_shop(Request(paths, date.today()), find_shop(paths, config))
    known = Resolver(registry).resolve(request).rules
    rules = (*known.rules, *(rule for rule, _ in known.inactive))
    found: list[Rule] = []
    for word in what:
        name = numbered_action(shop, config, int(word)).rule if word.isdecimal() else word
        hint = "give the number of an action, or see `advisor rules list`"
        rule = rule_called(name, rules, where="ACTION|RULE", hint=hint)
        if rule not in found:
            found.append(rule)
    return found
