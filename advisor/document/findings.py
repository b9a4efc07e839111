"""What was found: a rule that fired on a subject, with its evidence and its price."""

from collections.abc import Mapping

from advisor.model import frozen


@frozen
class BandInfo:
    """The band that a value was held against, in words too."""

    low: float | None
    high: float | None
    text: str
    origin: str


@frozen
class Evidence:
    """One measured value behind a finding. *n* is how many events it rests on; *rows* are rows of
    *file*, as ranges; *sure* says in words how sure it is."""

    metric: str
    title: str
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    levels: tuple[str, ...]
    band: BandInfo | None
    text: str
    sure: str
    test: str
    file: str
    rows: tuple[tuple[int, int], ...]
    definition: str = ""


@frozen
class SubjectInfo:
    """A subject by kind, key and name."""

    kind: str
    key: str
    name: str


@frozen
class Message:
    """*text* with the values in it; *template* and *parameters* are what it was made of."""

    text: str
    template: str
    parameters: Mapping[str, str]


@frozen
class PriceInfo:
    """How the worth of a finding was worked out: (*target* - *value*) x *volume* (a month's units
    of the denominator) x *worth* (what one more unit of the numerator brings) x *kept* (the part
    that stays with the shop) / *scale*. *value* is as far from that of its siblings as its own data
    carry it. *text* is the sum in words."""

    metric: str
    value: float
    target: float
    target_origin: str
    volume: float
    worth: float
    kept: float
    scale: float
    text: str


@frozen
class WindowInfo:
    """The days that the rates of a finding are of, and why: after a *change* to its subject, or
    more days where data are too few (*few-data*)."""

    first: str
    last: str
    because: str
    text: str


@frozen
class FindingInfo:
    """A rule that fired on a subject. *status* is how far the rule is tried: stable, or
    experimental. *pooled* counts the subjects it was pooled from; *stake* is
    money a month in the shop's currency, and *price* how it was worked out. *window* are the days
    that its rates are of, where these are others than the plan's."""

    id: str
    rule: str
    guide: tuple[str, ...]
    severity: str
    status: str
    subject: SubjectInfo
    evidence: tuple[Evidence, ...]
    unchecked: tuple[str, ...]
    explained_by: tuple[str, ...]
    message: Message
    why: str
    misleading_when: str
    confidence: float
    stake: float | None
    pooled: int = 0
    price: PriceInfo | None = None
    window: WindowInfo | None = None


@frozen
class SuppressedInfo:
    """A *finding* that the owner muted, why, and until which day (None: without an end). The plan
    has no action for it; the counts of outcomes have it."""

    finding: FindingInfo
    reason: str
    until: str | None
