"""`advisor simulate`: the plan as it would be if a metric were another number."""

from datetime import date
from pathlib import Path

import click

from advisor.cli.options import (
    check_shop_options,
    config_option,
    paths_argument,
    period_options,
    rules_option,
    shop_options,
    today_option,
)


@click.command(short_help="The plan and the money as they would be.")
@paths_argument()
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="KIND.METRIC=VALUE",
    help="A metric of all subjects of a kind, or of one: video[KEY].ctr=1.8%; may be given several "
    "times.",
)
@click.option("--json", "as_json", is_flag=True, help="Both result documents, as JSON.")
@shop_options
@period_options
@today_option
@config_option
@rules_option
def simulate(
    *,
    paths: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
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
    """Shows which numbers, which actions and how much money would change if a metric were another
    number.

    What follows in the funnel grows with it, each step at its present rate: more clicks bring more
    orders and sales. A cost changes what the same money buys. Nothing is written.

    \b
    Examples:
      advisor simulate exports/ --set product.ctor=3%
      advisor simulate exports/ --set "ad[1847712004410013].ctr=1.8%" --set ad.cpc=0.9
    """
    from advisor.cli.request import find_shop, make_request
    from advisor.cli.screen import Waiting, readers, say
    from advisor.compose import compose
    from advisor.diagnosis import diagnose_gathered, gather_shop
    from advisor.registry import load
    from advisor.supposing import as_if, supposing
    from advisor.whatif import compare, lines

    registry = load()
    vocabulary = registry.vocabulary()
    check_shop_options(vocabulary, goal=goal, size=size, niche=niche)
    supposed = supposing(settings, vocabulary)
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
        gathered = gather_shop(request, registry, progress=waiting)
    before = compose(diagnose_gathered(gathered, request, registry))
    other = as_if(supposed, vocabulary)
    after = compose(diagnose_gathered(gathered, request, registry, as_if=other))
    if as_json:
        import json

        from advisor.document import as_json as plain

        with readers():
            both = {"before": plain(before), "after": plain(after)}
            click.echo(json.dumps(both, ensure_ascii=False))
        return
    with readers():
        for line in lines(compare(before, after)):
            say(line)
