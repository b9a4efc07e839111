"""How rules ended, and the story that they tell."""

from advisor.document.findings import SubjectInfo
from advisor.model import frozen


@frozen
class OutcomeCount:
    """How often a rule ended how, over the subjects that it applies to. *seen* of those that are
    *clear* were seen to be: every condition had data."""

    rule: str
    title: str
    kind: str
    fires: int
    clear: int
    unsure: int
    missing: int
    not_applicable: int
    error: int
    seen: int = 0


@frozen
class StoryLine:
    """A sentence of the story. *part* is what it tells: what excites or frustrates the audience,
    what works or holds the shop back. It is a finding (*finding* is its id) or, with None, the
    healthy sentence of a rule; *subjects* counts those it holds for,
    *kinds* is what they are called."""

    part: str
    text: str
    rule: str
    finding: str | None
    kind: str
    subjects: int
    kinds: str = ""


@frozen
class Healthy:
    """A rule that is clear on every subject it could judge. *subjects* counts them, *kinds* is
    what they are called; *text* is the rule's healthy sentence. *smallest* says from where on a
    problem would have been found in eight of ten cases, *times* how far that is beyond its edge;
    both of the median subject, where chance has a part in it."""

    rule: str
    text: str
    kind: str
    subjects: int
    kinds: str = ""
    smallest: str = ""
    times: float | None = None


@frozen
class Watch:
    """A rule that could not tell for lack of data, on one subject; *text* says how much more,
    and *days* in how many days that is there at the present pace, where it is known."""

    rule: str
    subject: SubjectInfo
    text: str
    days: int | None = None


@frozen
class Unjudged:
    """What could not be checked at all: *text* is the rule's healthy sentence. Why, and which
    export or line would make it possible (*remedy* may be empty). Each of *exports*, kinds of
    files, is enough for it. *setting*: the data are there, and this key of [shop] decides."""

    rule: str
    text: str
    because: str
    remedy: str
    exports: tuple[str, ...] = ()
    setting: str = ""


@frozen
class ExportInfo:
    """A kind of file (*kind*) that would let *rules* be checked which cannot be now; those of
    exports before it in the list are not counted again. *where* is its place in a menu; *api* says
    that it comes from a program, *own* that the seller fills it in."""

    kind: str
    title: str
    where: str
    api: bool
    own: bool
    rules: tuple[str, ...]
