"""Many shops on one page, worst first."""

import math
from collections.abc import Sequence

import attrs
import jinja2

from advisor.document import SCHEMA_VERSION, Document
from advisor.model import frozen
from advisor.report.environment import render_template
from advisor.report.json_ import write_json

INDEX_TEMPLATE, PAGE_TEMPLATE = "index.md.j2", "index.html.j2"
ORDER = (
    "critical findings, then money at stake (what the whole plan can reach in a month, shared money"
    " once; in US dollars where the shop's rate is known, else as it is), then the number of"
    " findings, then the shop's id"
)

UNREADABLE, SETTINGS, PROGRAM, PROCESS = "unreadable", "settings", "program", "process"


@frozen
class ShopLine:
    """A shop in the index. *stake* is what its whole plan can reach in a month, in *currency*: all
    kinds of money added, which *stake_text* tells apart. *first* is the first thing to do, *folder*
    where its plan lies; "" where none was written. *new* and *worse* count findings since the run
    before, where there was one; *lacks* names exports that most other shops give; *page* is its
    plan as HTML, "" where there is none."""

    rank: int
    id: str
    name: str
    critical: int
    stake: float | None
    currency: str | None
    stake_text: str | None
    findings: int
    actions: int
    first: str | None
    folder: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    niche: str | None = None
    size: str | None = None
    region: str | None = None
    new: int | None = None
    worse: int | None = None
    lacks: tuple[str, ...] = ()
    page: str = ""


@frozen
class RolledUp:
    """What the plans of *shops* together can reach in a month: money of the kind *what*."""

    currency: str | None
    what: str
    shops: int
    mid: float
    text: str


@frozen
class Pattern:
    """A rule that *shops* of *of* shops in a *group* have. *kind*: `new` (since their run before,
    more at once than chance explains) or `common` (more than in the other shops, of which
    *elsewhere* of *others* have it). *p* is the chance of as many or more. *check* is what the rule
    says where all is well, "" where it is not known."""

    kind: str
    rule: str
    group: str
    shops: int
    of: int
    p: float
    elsewhere: int = 0
    others: int = 0
    check: str = ""


@frozen
class Lesson:
    """In what the *best* of *shops* in a *cell* (niche, size, region) differ from the others: the
    medians of a metric, and the chance *p* of such a difference where there is none."""

    metric: str
    title: str
    cell: str
    best: int
    shops: int
    theirs: float
    others: float
    theirs_text: str
    others_text: str
    p: float


@frozen
class FailedShop:
    """A shop that could not be diagnosed, and why: a *problem* with what it gave (its files are
    unreadable, its settings wrong) or with us (program, process)."""

    id: str
    problem: str
    kind: str = ""


@frozen
class Maker:
    """What made the index. *engine* has each rules engine that decided, with its version."""

    version: str
    engine: tuple[str, ...]


@frozen
class Index:
    """The shops of one run; the context of `index.md.j2`. *shops* may make their lines when they
    are asked for. *notes* are about several of them, *money* is what all plans can reach,
    *patterns* and *lessons* what several have in common."""

    schema_version: int
    advisor: Maker
    today: str
    order: str
    shops: Sequence[ShopLine]
    failed: tuple[FailedShop, ...]
    notes: tuple[str, ...] = ()
    money: tuple[RolledUp, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    lessons: tuple[Lesson, ...] = ()


@frozen
class ShopSummary:
    """What the index needs of a document. *badness* orders it."""

    line: ShopLine
    badness: tuple[int, float, int, str]
    engine: str


def summarize(document: Document, folder: str = "") -> ShopSummary:
    """What is kept of *document* once its files are written, to *folder*."""
    engine = document.advisor.engine
    return ShopSummary(
        line=_line(document, folder),
        badness=_badness(document),
        engine=f"{engine.name} {engine.version}",
    )


def make_index(
    summaries: Sequence[ShopSummary],
    *,
    version: str,
    today: str,
    failed: Sequence[FailedShop] = (),
    notes: Sequence[str] = (),
    money: Sequence[RolledUp] = (),
    patterns: Sequence[Pattern] = (),
    lessons: Sequence[Lesson] = (),
) -> Index:
    """The index of documents in the order that ORDER says."""
    ordered = sorted(summaries, key=lambda one: one.badness)
    engines = {one.engine for one in summaries}
    return Index(
        schema_version=SCHEMA_VERSION,
        advisor=Maker(version, tuple(sorted(engines))),
        today=today,
        order=ORDER,
        shops=tuple(attrs.evolve(one.line, rank=rank) for rank, one in enumerate(ordered, start=1)),
        failed=tuple(sorted(failed, key=lambda shop: shop.id)),
        notes=tuple(notes),
        money=tuple(money),
        patterns=tuple(patterns),
        lessons=tuple(lessons),
    )


def render_index(
    index: Index, environment: jinja2.Environment, page: jinja2.Environment | None = None
) -> dict[str, str]:
    """index.md and index.json, by file name; with *page*, the environment of HTML, index.html,
    which links to each shop's plan.html where it has a folder."""
    # Lines are made one at a time, as a portfolio may have a million shops.
    context = {**attrs.asdict(attrs.evolve(index, shops=())), "shops": index.shops}
    files = {
        "index.md": render_template(environment, INDEX_TEMPLATE, context),
        "index.json": write_json({**context, "shops": map(attrs.asdict, index.shops)}),
    }
    if page is not None:
        files["index.html"] = render_template(page, PAGE_TEMPLATE, context)
    return files


def _line(document: Document, folder: str) -> ShopLine:
    shop, stake = document.shop, _stake(document)
    return ShopLine(
        rank=0,
        id=shop.id,
        name=shop.name,
        critical=_critical(document),
        stake=stake,
        currency=shop.currency,
        stake_text=None if stake is None else " + ".join(money.amount for money in document.total),
        findings=len(document.findings),
        actions=len(document.plan),
        first=document.plan[0].do if document.plan else None,
        folder=folder or shop.id,
        page=f"{folder or shop.id}/plan.html",
    )


def _badness(document: Document) -> tuple[int, float, int, str]:
    stake = (_stake(document) or 0.0) * (document.shop.usd_rate or 1.0)
    return -_critical(document), -stake, -len(document.findings), document.shop.id


def _critical(document: Document) -> int:
    return sum(finding.severity == "critical" for finding in document.findings)


def _stake(document: Document) -> float | None:
    return math.fsum(money.mid for money in document.total) if document.total else None
