"""What changed since an earlier run."""

from advisor.document.findings import SubjectInfo
from advisor.model import frozen


@frozen
class FindingChange:
    """What became of a finding (*id*). *change* is new, worse, better, unchanged, unsure (its rule
    can no longer tell), solved (its rule was checked and is clear) or not-seen (it could not be
    checked). *reason* is what may have made the change: the shop, or else rules, settings, version,
    or data (other files of the same period); "" where nothing changed. *since* is the first day of
    the runs in a row that had it; *text* says it."""

    id: str
    rule: str
    severity: str
    subject: SubjectInfo
    change: str
    reason: str
    since: str
    text: str


@frozen
class SinceInfo:
    """What changed since the run of *day*, which was of the days from *first* to *last*. *open*
    counts the findings that are still there as they were, or that cannot be told; *text* is all of
    it in a sentence or two."""

    day: str
    first: str | None
    last: str | None
    same_period: bool
    other: tuple[str, ...]  # rules, settings, version: what else changed
    new: int
    worse: int
    better: int
    open: int
    solved: int
    not_seen: int
    text: str
    findings: tuple[FindingChange, ...]


@frozen
class RunDiff:
    """What changed from one run of a *shop* to that of the *day*; the context of `diff.md.j2` and
    `diff.html.j2`."""

    shop: str
    day: str
    since: SinceInfo
