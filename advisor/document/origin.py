"""Who was asked about, by whom, and from which files."""

from collections.abc import Mapping

from advisor.model import frozen


@frozen
class EngineInfo:
    """Which rules engine decided; *notice* is a line for the reader, where there is one."""

    name: str
    version: str
    notice: str | None = None


@frozen
class OverrideInfo:
    """A rule of another pack that is not judged: *by* stands in its place. Full ids."""

    rule: str
    by: str


@frozen
class PackInfo:
    """A rule pack that took part; *overrides* are rules of other packs that its own replace."""

    id: str
    version: str
    rules: int
    overrides: tuple[OverrideInfo, ...] = ()


@frozen
class AdvisorInfo:
    """Who wrote the document. *documentation* is the address of its documentation, "" where it has
    none."""

    version: str
    engine: EngineInfo
    packs: tuple[PackInfo, ...]
    documentation: str = ""


@frozen
class ShopInfo:
    """The shop as its advisor.toml and the command line describe it."""

    id: str
    name: str
    size: str | None
    niche: str | None
    region: str | None
    currency: str | None
    usd_rate: float | None
    margin: float | None
    goal: str | None


@frozen
class MarginInfo:
    """What the shop keeps of its sales before ads, *origin* in words, and what that makes of the
    limits of ads (*limits*, sentences); without a margin what one would change."""

    share: float | None
    origin: str
    text: str
    limits: tuple[str, ...]


@frozen
class PeriodInfo:
    """The window that is judged and the one before it (ISO days); None where no file has dates.

    *age* is how many days before the run the data end, None where a period was asked for; *stale*
    says so where they are old, else "".
    """

    first: str | None
    last: str | None
    before_first: str | None
    before_last: str | None
    today: str
    age: int | None = None
    stale: str = ""


@frozen
class InputInfo:
    """One file. *rows* were read, *left_out* says how many were not, by reason. A file that could
    not be read has *problem*."""

    file: str
    kind: str | None
    title: str | None
    rows: int
    left_out: Mapping[str, int]
    sha256: str
    first: str | None = None
    last: str | None = None
    currency: str | None = None
    problem: str | None = None


@frozen
class NoteInfo:
    """Something about the data that a reader must know."""

    code: str
    text: str
    file: str
