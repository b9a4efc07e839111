"""How a kind of file looks: one TOML file says it all.

```toml
id      = "video-list"
title   = "Video Performance List"
where   = "Seller Center > Analytics > Video > Download"
family  = "shop-video"        # tables of one family speak of the same events
grain   = "period"            # day, period or lifetime
percent = "sign"              # what a bare number in a rate column is: sign (only "1.47%" is
                              # known), fraction (0.0147), number (1.47)
requires = ["video_id", "views"]
links    = { video-products = "products" }  # relation = column with `name(id)` entries

[[subject]]                   # the first whose key columns are all in the file
kind    = "video"
key     = ["video_id"]
name    = "video_info"
parents = { creator = ["creator_id"] }

[columns.views]
count   = "views"
headers = { en = ["VV"], es = ["VV"], th = ["VV"] }

[columns.finish_rate]         # rate x of = count, where a file prints a rate but not its count
type    = "rate"
count   = "complete_plays"
of      = "views"
headers = { en = ["Video Finish Rate"] }

[columns.ctr]                 # a printed rate that only checks the file against itself
type    = "rate"
check   = { numerator = ["product_clicks"], denominator = ["views"] }
headers = { en = ["Click-through rate (Video)", "CTR"] }
```
"""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from advisor.model import TRANSLATED, Grain, frozen


class CellType(StrEnum):
    """How the cells of a column are to be read."""

    NUMBER = "number"
    MONEY = "money"
    RATE = "rate"
    DURATION = "duration"  # to seconds
    DATE = "date"
    ID = "id"
    TEXT = "text"
    MONTH = "month"  # of our own templates: 2026-05, to its first day


class Percent(StrEnum):
    """What a bare number in a rate column means. A "%" sign always wins."""

    SIGN = "sign"
    FRACTION = "fraction"
    NUMBER = "number"


class Covers(StrEnum):
    """What a day begins that stands in a column of longer spans."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Role(StrEnum):
    """What a column is, where it is no count."""

    TEXT = "text"  # names, statuses: may serve as key, name or parent
    DAY = "day"
    FROM = "from"
    TO = "to"
    CURRENCY = "currency"
    ZONE = "zone"  # the time zone in which its days begin
    ACCOUNT = "account"  # of ads: a loader's table of accounts has its time zone and currency
    BREAKDOWN = "breakdown"  # becomes `by.<column>`
    CHECK = "check"
    PERSONAL = "personal"  # dropped before anything else sees it


@frozen
class Check:
    """printed = scale x sum(numerator) / sum(denominator), by counts of the same row."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    scale: float = 1.0
    truncated: bool = False  # printed without rounding (zero-decimal currencies)
    loose: float = 0.0  # relative tolerance beyond the printed precision


@frozen
class ColumnSpec:
    """A column: its names by language, and what becomes of it.

    *guesses* are names by language that nobody has seen in a real export: they are read, but never
    the only thing that recognizes a file.
    *occurrence* tells apart columns of one name (1 is the first); *group* the same name under
    different group headings. *of* multiplies a printed rate or mean back into its count. *percent*
    is said here where a column differs from the rest of its file. *signed*: whether it may be
    negative; unless said, money and changes may. A negative value where none may be is not known.
    """

    headers: Mapping[str, tuple[str, ...]]
    guesses: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    type: CellType = CellType.NUMBER
    count: str | None = None
    role: Role | None = None
    of: str | None = None
    check: Check | None = None
    occurrence: int = 1
    group: str | None = None
    percent: Percent | None = None
    signed: bool | None = None
    clock: str | None = None
    runs: str | None = (
        None  # the state that a status is read as: 1 while it runs, 0 when it is over
    )
    flags: str | None = None  # the state: 1 where a text has one of *flagged*, 0 where empty
    flagged: tuple[str, ...] = ()  # parts of words, in lower case
    covers: Covers | None = None  # what a date in a column of days begins
    cell: "CellRule | None" = None  # what its cells may hold, in our own templates


@frozen
class CellRule:
    """What a cell of a template may hold; a value that may not be there is a mistake of its row.

    *required*: it must be filled, except where another column has one of the values of *unless*.
    *allowed* words are compared without case. *above*, *below* name columns whose value it may
    equal but not pass.
    """

    required: bool = False
    unless: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    allowed: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    above: str | None = None
    below: str | None = None


@frozen
class SubjectSpec:
    """What a row is about. An empty *key* means the shop itself."""

    kind: str
    key: tuple[str, ...] = ()
    name: str | None = None
    parents: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    only: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)  # column = values of such rows


@frozen
class Kind:
    """A kind of file. *totals* are patterns (regular expressions on the first filled cell of a row,
    case-insensitive) of rows that sum up others; *not_data* of other rows to leave out, by reason;
    *data_rows*: where given, only rows whose first filled cell matches are data."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    where: str = attrs.field(metadata=TRANSLATED)
    family: str
    grain: Grain
    subject: tuple[SubjectSpec, ...]
    columns: Mapping[str, ColumnSpec]
    requires: tuple[str, ...]
    forbids: tuple[str, ...] = ()  # columns that a file of another kind has and this one has not
    platform: str = ""  # whose files these are; those of others are left out (platforms.toml)
    percent: Percent = Percent.SIGN
    percent_xlsx: Percent | None = None
    decimal: str | None = None  # "." where 271.000 is always 271; else the column decides
    totals: tuple[str, ...] = ()
    counted_total: bool = False  # the total states how many rows it sums up, in any language
    not_data: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    data_rows: tuple[str, ...] = ()
    description_row: bool = False  # a row of explanations may follow the header
    last_header: bool = False  # the header occurs twice; the second one has the rows
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = attrs.field(factory=dict)
    grid: str | None = None  # pattern of the grid's name (sheet or JSON path), where it decides
    items: str | None = None  # of JSON: the list in each record whose entries are the rows
    lines: bool = False  # the names stand below each other, and each further column is a row
    above: bool = False  # of JSON: what stands around the list is a column too
    containers: tuple[str, ...] = ()  # empty: any
    api: bool = False  # answers of an API or tables of a loader: nobody downloads them by hand
    day_first: bool | None = None  # only where the source is known; else the column decides
    end_exclusive: bool = False
    hours: bool = False  # its days may come as hours, by the clock of an account
    links: Mapping[str, str] = attrs.field(factory=dict)
    default_currency: str | None = None
    ignores: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)  # headers known, not used
    not_used: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """Patterns of headers that are known and not used, by the reason; `<name>` stands for the part
    of that name."""
    pattern_parts: Mapping[str, str] = attrs.field(factory=dict)
    template: bool = False  # one of our own CSV templates, written by `advisor init --templates`
    unique: tuple[str, ...] = ()  # columns of a template that no two rows share
    makes: tuple[str, ...] = ()  # counts that a template's rows make beside those of its columns
    documentation: str = ""
