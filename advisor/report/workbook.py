"""plan.xlsx and index.xlsx: tables with filters.

Text is written as text: what a name begins with never makes a formula or a link.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from advisor.document import Document
from advisor.errors import AdvisorError
from advisor.model import ENGLISH, Language, lazy_gettext
from advisor.report.escape import clean_lines
from advisor.report.index import Index

Cell = str | float | date | None
Column = tuple[str, int, str]  # header, width in characters, and what it holds

_TEXT, _MONEY, _NUMBER, _SHARE, _DAY = "text", "money", "number", "share", "day"
ACTIONS: Sequence[Column] = (
    ("#", 5, _NUMBER),
    (lazy_gettext("Action"), 48, _TEXT),
    (lazy_gettext("Why"), 60, _TEXT),
    (lazy_gettext("Steps"), 70, _TEXT),
    (lazy_gettext("Due"), 12, _DAY),
    (lazy_gettext("Owner"), 12, _TEXT),
    (lazy_gettext("Hours"), 8, _NUMBER),
    (lazy_gettext("Per month"), 14, _MONEY),
    (lazy_gettext("Low"), 14, _MONEY),
    (lazy_gettext("High"), 14, _MONEY),
    (lazy_gettext("Currency"), 10, _TEXT),
    (lazy_gettext("Money"), 10, _TEXT),
    (lazy_gettext("Chance of success"), 12, _SHARE),
    (lazy_gettext("Done when"), 48, _TEXT),
    (lazy_gettext("Stop if"), 48, _TEXT),
    (lazy_gettext("Severity"), 10, _TEXT),
    (lazy_gettext("Rule"), 28, _TEXT),
    ("Id", 14, _TEXT),
)
FINDINGS: Sequence[Column] = (
    (lazy_gettext("Action"), 9, _NUMBER),
    (lazy_gettext("Severity"), 10, _TEXT),
    (lazy_gettext("Kind"), 12, _TEXT),
    (lazy_gettext("Name"), 40, _TEXT),
    (lazy_gettext("Finding"), 60, _TEXT),
    (lazy_gettext("Metric"), 20, _TEXT),
    (lazy_gettext("Value"), 14, _NUMBER),
    (lazy_gettext("Low"), 14, _NUMBER),
    (lazy_gettext("High"), 14, _NUMBER),
    (lazy_gettext("Target from"), 14, _NUMBER),
    (lazy_gettext("Target to"), 14, _NUMBER),
    (lazy_gettext("Sample size"), 12, _NUMBER),
    (lazy_gettext("At stake a month"), 14, _MONEY),
    (lazy_gettext("Currency"), 10, _TEXT),
    (lazy_gettext("File"), 40, _TEXT),
    (lazy_gettext("Rule"), 28, _TEXT),
    (lazy_gettext("Key"), 24, _TEXT),
    ("Id", 14, _TEXT),
)
SHOPS: Sequence[Column] = (
    ("#", 5, _NUMBER),
    ("Id", 20, _TEXT),
    (lazy_gettext("Shop"), 24, _TEXT),
    (lazy_gettext("Owner"), 14, _TEXT),
    (lazy_gettext("Tags"), 20, _TEXT),
    (lazy_gettext("Niche"), 16, _TEXT),
    (lazy_gettext("Size"), 10, _TEXT),
    (lazy_gettext("Region"), 8, _TEXT),
    (lazy_gettext("Critical"), 8, _NUMBER),
    (lazy_gettext("At stake a month"), 14, _MONEY),
    (lazy_gettext("Currency"), 10, _TEXT),
    (lazy_gettext("Findings"), 9, _NUMBER),
    (lazy_gettext("New"), 7, _NUMBER),
    (lazy_gettext("Worse"), 7, _NUMBER),
    (lazy_gettext("Actions"), 8, _NUMBER),
    (lazy_gettext("Do first"), 48, _TEXT),
    (lazy_gettext("Exports to add"), 32, _TEXT),
    (lazy_gettext("Plan"), 24, _TEXT),
)
PATTERNS: Sequence[Column] = (
    (lazy_gettext("Kind"), 10, _TEXT),
    (lazy_gettext("Check"), 48, _TEXT),
    (lazy_gettext("Rule"), 28, _TEXT),
    (lazy_gettext("Group"), 20, _TEXT),
    (lazy_gettext("Shops"), 8, _NUMBER),
    (lazy_gettext("Of"), 8, _NUMBER),
    (lazy_gettext("Elsewhere"), 10, _NUMBER),
    (lazy_gettext("Of"), 8, _NUMBER),
    ("p", 10, _NUMBER),
)
LESSONS: Sequence[Column] = (
    (lazy_gettext("Metric"), 28, _TEXT),
    (lazy_gettext("Niche, size, region"), 32, _TEXT),
    (lazy_gettext("Best"), 8, _NUMBER),
    (lazy_gettext("Of"), 8, _NUMBER),
    (lazy_gettext("Their median"), 14, _TEXT),
    (lazy_gettext("The others'"), 14, _TEXT),
    ("p", 10, _NUMBER),
    ("Id", 20, _TEXT),
)
MONEY: Sequence[Column] = (
    (lazy_gettext("Money"), 14, _TEXT),
    (lazy_gettext("Per month"), 16, _MONEY),
    (lazy_gettext("Currency"), 10, _TEXT),
    (lazy_gettext("Shops"), 8, _NUMBER),
)
FAILED: Sequence[Column] = (
    (lazy_gettext("Shop"), 24, _TEXT),
    (lazy_gettext("Kind"), 12, _TEXT),
    (lazy_gettext("Problem"), 80, _TEXT),
)
NUMBERS: Sequence[Column] = (
    (lazy_gettext("Metric"), 32, _TEXT),
    (lazy_gettext("Now"), 14, _NUMBER),
    (lazy_gettext("Before"), 14, _NUMBER),
    (lazy_gettext("Low"), 14, _NUMBER),
    (lazy_gettext("High"), 14, _NUMBER),
    (lazy_gettext("Target"), 24, _TEXT),
    (lazy_gettext("Trend"), 14, _TEXT),
    (lazy_gettext("What it is"), 70, _TEXT),
)
MARK = b"shop-advisor"
_MOST_TEXT = 32_000  # characters of a cell; Excel takes 32,767
_MOST_NAME = 31  # characters of a sheet's name


def render_workbook(document: Document, language: Language = ENGLISH) -> bytes:
    """plan.xlsx of *document*, with headers in *language*; the same document gives the same bytes.
    Raises AdvisorError where XlsxWriter is not installed."""
    sheets = (
        (lazy_gettext("Actions"), ACTIONS, _actions(document)),
        (lazy_gettext("Findings"), FINDINGS, _findings(document)),
        (lazy_gettext("Numbers"), NUMBERS, _numbers(document)),
    )
    return _workbook(lazy_gettext("Action plan"), document.period.today, sheets, language)


def render_index_workbook(index: Index, language: Language = ENGLISH) -> bytes:
    """index.xlsx of many shops, with headers in *language*. Raises AdvisorError where XlsxWriter is
    not installed."""
    sheets = (
        (lazy_gettext("Shops"), SHOPS, _shops(index)),
        (lazy_gettext("Patterns across shops"), PATTERNS, _patterns(index)),
        (lazy_gettext("Best shops"), LESSONS, _lessons(index)),
        (lazy_gettext("Money"), MONEY, _money(index)),
        (
            lazy_gettext("Not diagnosed"),
            FAILED,
            [(one.id, one.kind, one.problem) for one in index.failed],
        ),
    )
    return _workbook(lazy_gettext("Shops"), index.today, sheets, language, large=True)


def _workbook(
    title: str,
    day: str,
    sheets: Iterable[tuple[str, Sequence[Column], Iterable[Sequence[Cell]]]],
    language: Language,
    *,
    large: bool = False,
) -> bytes:
    """The file; one that may be *large* is written row by row to the disk."""
    try:
        import xlsxwriter
    except ImportError:
        hint = "install it: pip install 'shop-advisor[office]'"
        raise AdvisorError("XlsxWriter is missing", where="--format xlsx", hint=hint) from None
    stream = io.BytesIO()
    made = datetime.fromisoformat(day)
    where = "constant_memory" if large else "in_memory"
    with xlsxwriter.Workbook(stream, {where: True}) as workbook:
        workbook.set_properties({"title": language.say(title), "created": made})
        formats = {
            _TEXT: workbook.add_format({"text_wrap": True, "valign": "top"}),
            _MONEY: workbook.add_format({"num_format": "#,##0.00", "valign": "top"}),
            _NUMBER: workbook.add_format({"valign": "top"}),
            _SHARE: workbook.add_format({"num_format": "0%", "valign": "top"}),
            _DAY: workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        }
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for name, columns, rows in sheets:
            named = [(language.say(header), width, kind) for header, width, kind in columns]
            sheet = workbook.add_worksheet(language.say(name)[:_MOST_NAME])
            _sheet(sheet, named, rows, formats, head)
    # By its comment `diagnose` knows the file as a plan, which is no export.
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = MARK
    return stream.getvalue()


def _sheet(
    sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], formats: Any, head: Any
) -> None:
    for at, (header, width, _) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, header, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        for at, (cell, (_, _, kind)) in enumerate(zip(row, columns, strict=True)):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(last, at, clean_lines(cell)[:_MOST_TEXT], formats[_TEXT])
            elif isinstance(cell, date):
                sheet.write_datetime(last, at, cell, formats[_DAY])
            else:
                sheet.write_number(last, at, cell, formats[kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _actions(document: Document) -> Iterable[Sequence[Cell]]:
    messages = {finding.id: finding.message.text for finding in document.findings}
    for action in document.plan:
        gain = action.gain
        yield (
            action.rank,
            action.do,
            ": ".join(
                filter(None, (action.scope, *(messages[id_] for id_ in action.findings[:1])))
            ),
            "\n".join(f"{number}. {step}" for number, step in enumerate(action.steps, start=1)),
            date.fromisoformat(action.due) if action.due else None,
            action.owner_title or action.owner,
            action.effort,
            gain.mid if gain else None,
            gain.low if gain else None,
            gain.high if gain else None,
            gain.currency if gain else None,
            gain.what if gain else None,
            action.chance,
            "\n".join(done.text for done in action.done),
            action.stop,
            action.severity,
            action.rule,
            action.id,
        )


def _findings(document: Document) -> Iterable[Sequence[Cell]]:
    ranks = {id_: action.rank for action in document.plan for id_ in action.findings}
    for finding in document.findings:
        subject = finding.subject
        for evidence in finding.evidence or (None,):
            band = evidence.band if evidence else None
            yield (
                ranks.get(finding.id),
                finding.severity,
                subject.kind,
                subject.name or subject.key,
                finding.message.text,
                evidence.title if evidence else None,
                evidence.value if evidence else None,
                evidence.low if evidence else None,
                evidence.high if evidence else None,
                band.low if band else None,
                band.high if band else None,
                evidence.n if evidence else None,
                finding.stake,
                document.shop.currency,
                evidence.file if evidence else None,
                finding.rule,
                subject.key,
                finding.id,
            )


def _numbers(document: Document) -> Iterable[Sequence[Cell]]:
    for kpi in document.kpis:
        yield (
            kpi.title,
            kpi.value,
            kpi.before,
            kpi.low,
            kpi.high,
            kpi.band_text,
            kpi.trend,
            kpi.definition,
        )


def _shops(index: Index) -> Iterable[Sequence[Cell]]:
    for one in index.shops:
        yield (
            one.rank,
            one.id,
            one.name,
            one.owner,
            ", ".join(one.tags),
            one.niche,
            one.size,
            one.region,
            one.critical,
            one.stake,
            one.currency,
            one.findings,
            one.new,
            one.worse,
            one.actions,
            one.first,
            "\n".join(one.lacks),
            one.folder,
        )


def _patterns(index: Index) -> Iterable[Sequence[Cell]]:
    for one in index.patterns:
        numbers = (one.shops, one.of, one.elsewhere, one.others, one.p)
        yield (one.kind, one.check, one.rule, one.group, *numbers)


def _lessons(index: Index) -> Iterable[Sequence[Cell]]:
    for one in index.lessons:
        yield (
            one.title,
            one.cell,
            one.best,
            one.shops,
            one.theirs_text,
            one.others_text,
            one.p,
            one.metric,
        )


def _money(index: Index) -> Iterable[Sequence[Cell]]:
    for one in index.money:
        yield (one.what, one.mid, one.currency, one.shops)
