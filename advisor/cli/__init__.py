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
    "inspect": "What a file was understood as.",
    "explain": "A rule, and why it ended as it did.",
    "why-not": "What keeps a rule from firing, and how far it is.",
    "simulate": "The plan and the money as they would be.",
    "experiment": "Plan a test of versions, and read it.",
    "diff": "What changed between two runs.",
    "done": "Mark an action as done, and learn later whether it worked.",
    "playbook": "What helped how often.",
    "mute": "Stop hearing of a finding, for a reason.",
    "history": "The runs that are kept.",
    "rules": "Which rules there are, and whether their cases hold.",
    "metrics": "What is measured, and how.",
    "plugins": "What is installed, and which exports it reads.",
    "engine": "Install the rules engine, and say which one is used.",
    "languages": "Languages of reports, and catalogues of translations.",
    "config": "Which setting or band holds, and why.",
    "completion": "Make the shell complete names.",
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
