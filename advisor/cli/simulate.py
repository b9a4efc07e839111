"""`advisor simulate`: the plan as it would be if a metric were another number."""

from typing import TYPE_CHECKING

import click

from advisor.cli.shop_options import shop_command, whole_request

if TYPE_CHECKING:
    from advisor.model import Request


@click.command()
@shop_command(language=True)
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
def simulate(*, settings: tuple[str, ...], as_json: bool, asked: "Request") -> None:
    """Shows the plan with changed numbers: which metrics, actions and money would change.

    Later funnel steps grow at their current rates: more clicks bring more orders and sales. A cost
    changes what the same spend buys. Without a key, only worse subjects get the value; exactly:
    gives it to all of them. No files are written.

    \b
    Examples:
      advisor simulate exports/ --set product.ctor=3%
      advisor simulate exports/ --set product.ctor=exactly:3%
      advisor simulate exports/ --set "ad[1847712004410013].ctr=1.8%" --set ad.cpc=0.9
    """
    from advisor.cli.screen import Waiting, readers, say
    from advisor.diagnosis import diagnose_gathered, gather_shop
    from advisor.document import compose_document
    from advisor.explain import as_if, compare, lines, supposing
    from advisor.plugin import load_plugins

    registry = load_plugins()
    vocabulary = registry.vocabulary()
    supposed = supposing(settings, vocabulary)
    request = whole_request(asked, registry)
    with Waiting() as waiting:
        gathered = gather_shop(request, registry, progress=waiting)
    diagnosis = diagnose_gathered(gathered, request, registry)
    before = compose_document(diagnosis)
    other = as_if(supposed, vocabulary)
    after = compose_document(diagnose_gathered(gathered, request, registry, as_if=other))
    if as_json:
        import json

        from advisor.document import as_json as plain

        with readers():
            both = {"before": plain(before), "after": plain(after)}
            click.echo(json.dumps(both, ensure_ascii=False))
        return
    with readers():
        for line in lines(compare(before, after), diagnosis.language):
            say(line)
