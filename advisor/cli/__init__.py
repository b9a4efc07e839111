"""The command line. Each command is a file, imported when it is called."""

import click

from advisor.cli.group import AdvisorGroup, LazyCommands

__all__ = ["main"]

_COMMANDS = {
    "diagnose": "From exports to a prioritized plan.",
    "demo": "Write an example shop and make its plan.",
    "serve": "Open a page on this computer: drop exports, get the plan.",
    "portfolio": "Many shops: results in columns, an index, and the plans you ask for.",
    "report": "The plan of one shop of a portfolio, without its exports.",
    "gather": "Read exports once and keep them in one file.",
    "init": "Write a shop's advisor.toml, or the CSV templates.",
    "inspect": "How a file was recognized.",
    "explain": "Show a rule, and why it fired or not.",
    "why-not": "Why a rule did not fire, and by how much.",
    "simulate": "What-if: the plan with changed numbers.",
    "experiment": "Plan an A/B test, and analyze its results.",
    "diff": "What changed between two runs.",
    "done": "Mark an action as done, and learn later whether it worked.",
    "playbook": "Which actions helped, and how often.",
    "mute": "Hide a finding, with a reason.",
    "history": "List, export or delete saved runs.",
    "rules": "List rules, and test their cases.",
    "metrics": "Metrics and how they are calculated.",
    "plugins": "Installed plugins and the exports they read.",
    "engine": "Install the rules engine, and show which one is used.",
    "languages": "Report languages and translation catalogs.",
    "config": "Which setting or target applies, and where it comes from.",
    "completion": "Turn on shell completion.",
}


@click.group(
    cls=AdvisorGroup,
    commands=LazyCommands("advisor.cli", _COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="shop-advisor", prog_name="advisor")
def main() -> None:
    """Reads the files a TikTok Shop seller already has and says, in order, what to do next, why,
    and what it is worth.

    \b
    Example:
      advisor diagnose exports/

    \b
    Exit codes:
      0  done; for diagnose: a plan was made
      1  diagnose --fail-on: a finding is that severe; rules test: a case fails; engine check:
         durable_rules is not used
      2  an error you can fix; the message says how
      3  nothing could be read
      4  done, but a plugin or the rules engine failed
    """
