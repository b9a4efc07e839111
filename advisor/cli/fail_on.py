"""What `--fail-on` may ask for."""

from typing import TYPE_CHECKING

from advisor.errors import AdvisorError, unknown
from advisor.model import Severity, frozen

if TYPE_CHECKING:
    from advisor.document import Document
    from advisor.portfolio import Dataset

CHANGES = ("new", "worse")
GAIN = "gain"


@frozen
class FailOn:
    """One condition: a *severity* that a finding reaches, a *change* since the run before, or a
    *gain* that an action reaches."""

    severity: Severity | None = None
    change: str | None = None
    gain: float | None = None

    def holds(self, document: "Document") -> bool:
        """Whether it is met by *document*. Changes that other rules, settings, versions or other
        data for the same period may have made are none of the shop's."""
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
        known = [*severities, *CHANGES, f"{GAIN}=5000"]
        raise AdvisorError(unknown("value", word, known), where="--fail-on")
    return FailOn(severity=Severity(word))
