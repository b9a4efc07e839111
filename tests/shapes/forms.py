"""Files of every kind in every language and era, as cells that a test can change and write again.

*generated* are made of the names that each kind has for its columns: two subjects on some days.
*written_forms* are those that the writers of this folder make, as TikTok's exports really look.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import attrs
import fastexcel

from advisor.model import Grain
from advisor.tabular import load_kinds, supported
from advisor.tabular.kind import CellType, ColumnSpec, Kind, Role
from docs.generate import bundled
from docs.pages.exports import LANGUAGES
from docs.pages.languages import spoken
from tests.plugins_shop.more_samples import MORE
from tests.plugins_shop.samples import SAMPLES, Records, as_csv, records
from tests.plugins_shop.test_orders import RETURNS, TWO_SKUS
from tests.shapes import Language, Row, ads_manager, gmv_max, orders, studio
from tests.shapes._xlsx import workbook

_SPOKEN = {kind.id: kind for kind in spoken(bundled())}
# Tables of loaders have the names of machines, which are of no language.
_LOADED = {
    kind.id: kind
    for kind in load_kinds("advisor_tiktok_ads", platform="tiktok")
    if kind.id not in _SPOKEN and not kind.template
}
KINDS = _SPOKEN | _LOADED
# Their rows are chosen by words in the first cell, or their columns by the group above them.
LAID_OUT = {
    "creator-products",
    "product-traffic-list",
    "service-daily",
    *(
        kind.id
        for kind in KINDS.values()
        if kind.data_rows or kind.groups or kind.last_header or kind.lines
    ),
}
# With one of these an Ads Manager report is another kind.
AUDIENCE = ("age", "gender", "country")
# Two days in one week, then days of other weeks, the last two in another month than the first.
DAYS = tuple(date(2026, 9, 14) + timedelta(days=n) for n in (0, 1, 7, 21, 29))


@attrs.frozen(eq=False)
class Form:
    """A file: *head* ends with the header, *rows* are all records after it. *explained* of them
    say what the columns are; the last one sums the others up where the form is *totalled*."""

    kind: str
    language: str
    era: str
    head: Records
    rows: Records
    xlsx: bool = False
    explained: int = 0
    totalled: bool = False

    def __str__(self) -> str:
        return f"{self.kind}-{self.language}-{self.era}"

    @property
    def spec(self) -> Kind:
        return KINDS[self.kind]

    @property
    def header(self) -> list[str]:
        return self.head[-1]

    @property
    def suffix(self) -> str:
        return ".xlsx" if self.xlsx else ".csv"

    def write(self, rows: Records | None = None) -> bytes:
        """The file, with other *rows* where they are given."""
        whole = [*self.head, *(self.rows if rows is None else rows)]
        return workbook([[_typed(c) for c in r] for r in whole]) if self.xlsx else as_csv(whole)

    @property
    def described(self) -> Records:
        return self.rows[: self.explained]

    @property
    def data(self) -> Records:
        return self.rows[self.explained :]


def _typed(cell: str) -> str | int | float:
    """A cell of a workbook: amounts are numbers in it, long ids are texts."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return cell if len(cell) > 12 else int(cell) if cell.isdigit() else value


def name_in(spec: ColumnSpec, language: str) -> str | None:
    """The name of a column in *language*, if it has one."""
    names = (*spec.headers.get(language, ()), *spec.guesses.get(language, ()))
    return next((name for name in names if name), None)


def named_columns(kind: Kind, language: str) -> Iterator[tuple[str, ColumnSpec]]:
    """Columns that have a name in *language* and in English, each name once."""
    seen: set[str] = set()
    for column, spec in kind.columns.items():
        here, english = name_in(spec, language), name_in(spec, "en")
        apart = AUDIENCE if kind.id == "ads-manager-report" else ()
        forbidden = column in (*kind.forbids, *apart) or spec.role is Role.PERSONAL
        forbidden = forbidden or spec.check is not None
        if here is None or english is None or forbidden or spec.occurrence > 1 or spec.of:
            continue
        if not {here.casefold(), english.casefold()} & seen:
            seen |= {here.casefold(), english.casefold()}
            yield column, spec


# Filled for orders that were never paid for, and for samples.
_EMPTY = {"cancelled", "cancelation", "cancelled_by", "cancel_reason", "sample"}


def _cell(column: str, spec: ColumnSpec, subject: int, day: date) -> str:
    if column in _EMPTY:
        return ""
    if column == "order_id":  # an order is of one day
        return f"5770000000000{DAYS.index(day):02}00{subject}"
    if column == "status" or spec.runs:
        return "Completed"
    if column == "currency":
        return "USD"
    if column == "link":
        return f"https://www.tiktok.com/@luna/video/764616614370245300{subject}"
    if spec.role in (Role.DAY, Role.FROM, Role.TO) or column == "paid":
        return day.isoformat()
    number = 10 * subject + DAYS.index(day)
    return {
        CellType.ID: f"17308299741173{len(column):02}00{subject}",
        CellType.DATE: f"2026-08-0{subject}",
        CellType.MONTH: "2026-08",
        CellType.RATE: f"{number}.00%",
        CellType.TEXT: f"{column} {subject}",
    }.get(spec.type, str(number))


def generated() -> Iterator[Form]:
    """One of every kind in every language in which its columns have names."""
    for kind in _SPOKEN.values():
        if kind.id in LAID_OUT:
            continue
        for language in supported(kind):
            if language in LANGUAGES:
                yield _generated(kind, language)
    for kind in _LOADED.values():
        if kind.id != "advertisers":  # which count nothing
            yield _of_a_loader(kind)


def _generated(kind: Kind, language: str) -> Form:
    chosen = list(named_columns(kind, language))
    # A distribution is no row of a calendar.
    told = (Role.DAY, Role.FROM, Role.TO) if kind.grain is Grain.DAY else (Role.DAY,)
    dated = any(spec.role in told for _, spec in chosen)
    rows = [
        [_cell(column, spec, subject, day) for column, spec in chosen]
        for subject in (1, 2)
        for day in (DAYS if dated else DAYS[:1])
    ]
    header = [name_in(spec, language) or "" for _, spec in chosen]
    return Form(kind.id, language, "generated", [header], rows)


# With one of these a report is another kind, or its rows are versions of others.
_APART = {"age", "gender", "country_code", "platform", "hour", "loaded_at", "time_zone", "room_id"}


def _of_a_loader(kind: Kind) -> Form:
    names = "flat" if any("flat" in spec.headers for spec in kind.columns.values()) else "en"
    chosen = [
        (column, spec)
        for column, spec in kind.columns.items()
        if names in spec.headers
        and column not in (*kind.forbids, *_APART)
        and spec.role not in (Role.PERSONAL, Role.CHECK)
        and not (spec.check or spec.of)
    ]
    dated = any(spec.role is Role.DAY for _, spec in chosen)
    rows = [
        [_cell(column, spec, subject, day) for column, spec in chosen]
        for subject in (1, 2)
        for day in (DAYS if dated else DAYS[:1])
    ]
    header = [spec.headers[names][0] for _, spec in chosen]
    return Form(kind.id, names, "generated", [header], rows)


_STUDIO: tuple[Row, ...] = tuple(
    {
        "date": datetime(2026, 10, 1) + timedelta(days=at),
        "views": 10 + at,
        "viewers": 9,
        "new_viewers": 4,
        "returning_viewers": 5,
        "followers": 100 + at,
        "profile_views": 3,
        "hour": 5,
        "active_followers": 7,
    }
    for at in range(6)
)
_ADS: tuple[Row, ...] = tuple(
    {
        "date": day,
        "campaign_name": "Spring | hats",
        "campaign_id": "1850000000000001",
        "ad_group_name": "18-34, ladies",
        "ad_group_id": "1860000000000001",
        "ad_name": f"Hat {ad}.mp4",
        "ad_id": f"187000000000000{ad}",
        "spend": 100.5 + 10 * ad + n,
        "impressions": 9000 + n,
        "clicks": 130 + ad,
        "reach": 7000,
        "conversions": 5,
        "purchases": 5,
        "revenue": 400.25,
    }
    for ad in (1, 2)
    for n, day in enumerate(DAYS)
)
_CREATIVES: tuple[Row, ...] = tuple(
    {
        "campaign_name": "teh",
        "campaign_id": "1865607983072722",
        "product_id": "1730829974117385557",
        **({"video_id": f"760341123934308277{n}"} if n else {}),
        "posted": datetime(2026, 2, 5, 22, 58),
        "spend": 161074 + n,
        "sku_orders": 51,
        "revenue": 929035.4,
        "product_impressions": 29803,
        "product_clicks": 2177,
    }
    for n in range(3)
)
_LIVES: tuple[Row, ...] = tuple(
    {
        "live_name": f"Friday {n}",
        "launched": datetime(2026, 10, 2 + n, 20, 15),
        "campaign_name": "LIVE",
        "campaign_id": "1865607983000009",
        "spend": 80.5 + n,
        "sku_orders": 9,
        "revenue": 400.0,
    }
    for n in range(2)
)


def _sheet(content: bytes) -> Records:
    table = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string")
    return [list(row) for row in table.to_polars().fill_null("").rows()]


def _pasted(content: bytes) -> Records:
    return list(csv.reader(io.StringIO(content.decode()), delimiter="\t", quoting=csv.QUOTE_NONE))


def _of(kind: str, language: str, era: str, cells: Records, header: int = 0) -> Form:
    explained = int((header == 0 and era == "described") or _explains(cells[header + 1]))
    return Form(kind, language, era, cells[: header + 1], cells[header + 1 :], explained=explained)


def _explains(row: list[str]) -> bool:
    return not any(letter.isdigit() for cell in row for letter in cell)


_REPORT, _MAX = "ads-manager-report", "gmv-max"


def written_forms() -> Iterator[Form]:
    """Those of the writers, in every language and era that they know."""
    for sample in (*SAMPLES, *MORE):
        for language in sample.languages:
            cells = records(sample.write(language, "csv"))
            yield _of(sample.kind, language, "csv", cells, sample.header)
    for region in ("US", "ID", "TH", "MX"):
        for described in (True, False):
            cells = records(orders.orders(TWO_SKUS, region=region, description_row=described))
            yield _of("orders", region, "described" if described else "bare", cells)
    yield _of("returns", "en", "csv", records(orders.returns(RETURNS)))
    for kind, write in _STUDIO_FILES.items():
        yield _of(kind, "en", "csv", records(write(_STUDIO)))
    yield from _ads_forms()


def _ads_forms() -> Iterator[Form]:
    reports: tuple[tuple[ads_manager.Era, Language], ...]
    reports = (("2024", "en"), ("2026", "en"), ("2026", "ko"))
    for era, language in reports:
        for total in (True, False):
            data = ads_manager.daily_csv(_ADS, era=era, language=language, totals_row=total)
            form = _of(_REPORT, language, f"{era}-{'total' if total else 'bare'}", records(data))
            yield attrs.evolve(form, totalled=total)
    levels: tuple[ads_manager.Level, ...] = ("ad", "campaign")
    for level in levels:
        for spoken_in in _EN_KO:
            one = _ADS[:: len(DAYS)] if level == "ad" else _ADS[:1]
            cells = _sheet(ads_manager.table_xlsx(one, level=level, language=spoken_in))
            form = _of(_REPORT, spoken_in, f"{level}-table", cells)
            yield attrs.evolve(form, xlsx=True, totalled=True)
    for spoken_in in _CREATIVES_IN:
        cells = _sheet(gmv_max.creatives_xlsx(_CREATIVES, language=spoken_in))
        yield _of(f"{_MAX}-creatives", spoken_in, "xlsx", cells)
        pasted = _pasted(gmv_max.creatives_tsv(_CREATIVES, language=spoken_in))
        yield _of(f"{_MAX}-creatives", spoken_in, "pasted", pasted)
    for spoken_in in _LIVES_IN:
        cells = _sheet(gmv_max.lives_xlsx(_LIVES, language=spoken_in))
        yield _of(f"{_MAX}-lives", spoken_in, "xlsx", cells)
    cells = _sheet(gmv_max.overview_xlsx(_ADS[: len(DAYS)]))
    yield attrs.evolve(_of(f"{_MAX}-overview", "en", "xlsx", cells), totalled=True)


_EN_KO: tuple[Language, ...] = ("en", "ko")
_CREATIVES_IN: tuple[Language, ...] = ("en", "id", "zh")
_LIVES_IN: tuple[Language, ...] = ("en", "id")
_STUDIO_FILES: dict[str, Callable[..., bytes]] = {
    "studio-overview": studio.overview,
    "studio-viewers": studio.viewers,
    "studio-follower-history": studio.follower_history,
    "studio-follower-activity": studio.follower_activity,
}
FORMS = (*written_forms(), *generated())
