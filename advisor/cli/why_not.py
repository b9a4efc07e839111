"""`advisor why-not`: what keeps a rule from firing."""

from datetime import date
from pathlib import Path

import click

from advisor.cli import complete
from advisor.cli.options import (
    check_shop_options,
    config_option,
    paths_argument,
    period_options,
    rules_option,
    shop_options,
    today_option,
)


@click.command("why-not", short_help="What keeps a rule from firing, and how far it is.")
@click.argument("rule_id", metavar="RULE", shell_complete=complete.rules)
@paths_argument(required=False)
@click.option("--subject", metavar="KEY", help="The key or the name of a subject.")
@shop_options
@period_options
@today_option
@config_option
@rules_option
def why_not(
    *,
    rule_id: str,
    paths: tuple[str, ...],
    subject: str | None,
    goal: str | None,
    size: str | None,
    niche: str | None,
    first: date | None,
    last: date | None,
    month: str | None,
    today: date,
    config: Path | None,
    rules: tuple[Path, ...],
) -> None:
    """Says which condition is the first that does not hold, how far it is from holding, or which
    data lack: of one subject, or of all that the rule was judged on.

    Without PATH the current folder is read.

    \b
    Examples:
      advisor why-not weak-hook exports/
      advisor why-not weak-hook exports/ --subject "Spring haul"
    """
    from advisor import why_not as reasons
    from advisor.cli.request import find_shop, make_request
    from advisor.cli.rules import find_rule
    from advisor.cli.screen import Waiting, readers, say
    from advisor.diagnosis import diagnose
    from advisor.registry import load
    from advisor.why import subjects as judged

    registry = load()
    check_shop_options(registry.vocabulary(), goal=goal, size=size, niche=niche)
    paths = paths or (".",)
    request = make_request(
        paths,
        find_shop(paths, config),
        today,
        goal=goal,
        size=size,
        niche=niche,
        first=first,
        last=last,
        month=month,
        rules=rules,
    )
    with Waiting() as waiting:
        diagnosis = diagnose(request, registry, progress=waiting)
    rule = find_rule(diagnosis.loaded, rule_id)
    if subject is None or not judged(diagnosis, rule.id):
        told = list(reasons.overview(diagnosis, rule))
    else:
        found = reasons.why_not(diagnosis, rule.id, subject)
        told = [line for one in found for line in reasons.lines(one)]
    with readers():
        for line in told:
            say(line)
