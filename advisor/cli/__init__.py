"""The command line. Each command is a file; what is slow to import is imported inside it."""

import click

from advisor.cli.completion import completion
from advisor.cli.config import config
from advisor.cli.diagnose import diagnose
from advisor.cli.experiment import experiment
from advisor.cli.explain import explain
from advisor.cli.gather import gather
from advisor.cli.group import AdvisorGroup
from advisor.cli.init import init
from advisor.cli.inspect import inspect
from advisor.cli.metrics import metrics
from advisor.cli.plugins import plugins
from advisor.cli.rules import rules
from advisor.cli.simulate import simulate
from advisor.cli.why_not import why_not

__all__ = ["main"]


@click.group(cls=AdvisorGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
      1  diagnose --fail-on: a finding is that severe; rules test: a case fails
      2  a mistake that you can mend; the message says how
      3  nothing could be read
      4  done, but without a plugin that failed
    """


for _command in (
    diagnose,
    gather,
    init,
    inspect,
    explain,
    why_not,
    simulate,
    experiment,
    rules,
    metrics,
    plugins,
    config,
    completion,
):
    main.add_command(_command)
