"""What `--fail-on` may ask for."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from advisor.cli import complete
from advisor.errors import AdvisorError, unknown
from advisor.model import Severity, frozen

if TYPE_CHECKING:
    from advisor.document import Document
    from advisor.portfolio import Dataset, Expectation

F = TypeVar("F", bound=Callable[..., Any])
FAIL_ON_REACHED = 1
CHANGES = ("new", "worse")
GAIN = "gain"


@frozen
class FailOn:
    """One condition: a *severity* that a finding reaches, a *change* since the run before, a *gain*
    that an action reaches, or a shop that is not as it is *expected* to be."""

    severity: Severity | None = None
    change: str | None = None
    gain: float | None = None
    expected: "Expectation | None" = None

    def holds(self, document: "Document", tags: Collection[str] = ()) -> bool:
        """Whether it is met by *document*. Changes that other rules, settings, versions or other
        data for the same period may have made are none of the shop's."""
        if self.expected is not None:
            values = {kpi.metric: kpi.value for kpi in document.kpis}
            value = values.get(self.expected.metric)
            if value is None or not self.expected.is_of(tags) or not self.expected.broken(value):
                return False
            _tell_broken(self.expected, document.shop.id, value)
            return True
        if self.severity is not None:
            rank = self.severity.rank
            return any(Severity(one.severity).rank <= rank for one in document.findings)
        if self.gain is not None:
            gains = (one.gain.mid for one in document.plan if one.gain is not None)
            return any(gain >= self.gain for gain in gains)
        changes = document.since.findings if document.since is not None else ()
        return any(one.change == self.change and one.reason == "shop" for one in changes)

    def holds_in(self, dataset: "Dataset") -> bool:
        """Whether it is met by any shop of a portfolio run."""
        import polars as pl

        from advisor.cli.screen import say

        if self.expected is not None:
            kpis, shops = dataset.table("kpis"), dataset.table("shops")
            for line in self.expected.vain_in(kpis, shops):
                say(f"Note: expected {self.expected}: {line}", err=True)
            broken = self.expected.broken_in(kpis, shops)
            for shop, value in broken.iter_rows():
                _tell_broken(self.expected, shop, value)
            return broken.height > 0
        if self.severity is not None:
            bad = [one.value for one in Severity if one.rank <= self.severity.rank]
            rows = dataset.table("findings").filter(pl.col("severity").is_in(bad))
        elif self.gain is not None:
            rows = dataset.table("actions").filter(pl.col("gain") >= self.gain)
        else:
            rows = dataset.table("changes").filter(
                (pl.col("change") == self.change) & (pl.col("reason") == "shop")
            )
        return bool(rows.select(pl.len() > 0).collect(engine="in-memory").item())


def _tell_broken(expected: "Expectation", shop: str, value: float) -> None:
    from advisor.cli.screen import say

    say(f"Expected: {expected}; {shop} has {value:.3g}", err=True)


def holds_in_any(conditions: "Sequence[FailOn]", dataset: "Dataset") -> bool:
    """Whether one of *conditions* is met."""
    held = [condition.holds_in(dataset) for condition in conditions]  # all is said
    return any(held)


def _conditions(
    _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]
) -> tuple[FailOn, ...]:
    words = [word for one in given for word in one.split(",")]
    return tuple(condition for word in words for condition in _named(word))


def _named(word: str) -> Sequence[FailOn]:
    if not word.endswith(".toml"):
        return [fail_on(word)]
    from advisor.plugin import load_plugins
    from advisor.portfolio import read_expectations

    metrics = load_plugins().vocabulary().metrics
    return [FailOn(expected=one) for one in read_expectations(Path(word), metrics)]


def fail_on_option(command: F) -> F:
    """--fail-on."""
    return click.option(
        "--fail-on",
        metavar="WHAT",
        multiple=True,
        callback=_conditions,
        shell_complete=complete.severities,
        help="End with exit code 1 where a finding is at least this severe (critical, high, medium "
        "or low), is new or got worse since the run before (new, worse), an action is worth at "
        "least this much a month (gain=5000), or a shop is not what [[expect]] tables say "
        "(expect.toml); may be given several times.",
    )(command)


def fail_on(word: str) -> FailOn:
    """The condition that *word* names. Raises AdvisorError for one that is none."""
    name, equals, amount = word.strip().partition("=")
    if name == GAIN and equals:
        try:
            gain = float(amount)
        except ValueError:
            gain = -1.0
        if not 0 <= gain < float("inf"):
            raise AdvisorError(
                f"{amount!r} is no amount of money", where="--fail-on", hint="write gain=5000"
            )
        return FailOn(gain=gain)
    if word in CHANGES:
        return FailOn(change=word)
    severities = [severity.value for severity in Severity]
    if word not in severities:
        known = [*severities, *CHANGES, f"{GAIN}=5000", "expect.toml"]
        raise AdvisorError(unknown("value", word, known), where="--fail-on")
    return FailOn(severity=Severity(word))
