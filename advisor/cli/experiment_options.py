"""Options that both commands of `advisor experiment` share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from advisor.cli import complete

F = TypeVar("F", bound=Callable[..., Any])


def metric_option(command: F) -> F:
    """--metric."""
    return click.option(
        "--metric",
        "metric_id",
        metavar="METRIC",
        required=True,
        shell_complete=complete.metrics,
        help="What decides: ctr, ctor, roas …",
    )(command)


def alpha_option(command: F) -> F:
    """--alpha."""
    return click.option(
        "--alpha",
        metavar="PART",
        default="5%",
        show_default=True,
        help="False-positive rate (significance level).",
    )(command)


def cv_option(command: F) -> F:
    """--cv."""
    return click.option(
        "--cv",
        metavar="N",
        type=click.FloatRange(0, min_open=True),
        help="How much the values of orders vary: their standard deviation by their mean. It is 1 "
        "where neither this nor PATH says.",
    )(command)


def json_option(command: F) -> F:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")(
        command
    )
