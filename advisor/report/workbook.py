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
from advisor.report.escape import clean_lines
from advisor.report.index import Index

Cell = str | float | date | None
Column = tuple[str, int, str]  # header, width in characters, and what it holds

_TEXT, _MONEY, _NUMBER, _SHARE, _DAY = "text", "money", "number", "share", "day"
ACTIONS: Sequence[Column] = (
    ("#", 5, _NUMBER),
    ("Action", 48, _TEXT),
    ("Why", 60, _TEXT),
    ("Steps", 70, _TEXT),
    ("Due", 12, _DAY),
    ("Owner", 12, _TEXT),
    ("Hours", 8, _NUMBER),
    ("Per month", 14, _MONEY),
    ("Low", 14, _MONEY),
    ("High", 14, _MONEY),
    ("Currency", 10, _TEXT),
    ("Of", 10, _TEXT),
    ("Chance of success", 12, _SHARE),
    ("Done when", 48, _TEXT),
    ("Stop if", 48, _TEXT),
    ("Severity", 10, _TEXT),
    ("Rule", 28, _TEXT),
    ("Id", 14, _TEXT),
)
FINDINGS: Sequence[Column] = (
    ("Action #", 9, _NUMBER),
    ("Severity", 10, _TEXT),
    ("Kind", 12, _TEXT),
    ("Name", 40, _TEXT),
    ("Finding", 60, _TEXT),
    ("Metric", 20, _TEXT),
    ("Value", 14, _NUMBER),
    ("Low", 14, _NUMBER),
    ("High", 14, _NUMBER),
    ("Target from", 14, _NUMBER),
    ("Target to", 14, _NUMBER),
    ("Sample size", 12, _NUMBER),
    ("At stake per month", 14, _MONEY),
    ("Currency", 10, _TEXT),
    ("File", 40, _TEXT),
    ("Rule", 28, _TEXT),
    ("Key", 24, _TEXT),
    ("Id", 14, _TEXT),
)
SHOPS: Sequence[Column] = (
    ("#", 5, _NUMBER),
    ("Id", 20, _TEXT),
    ("Shop", 24, _TEXT),
    ("Owner", 14, _TEXT),
    ("Tags", 20, _TEXT),
    ("Niche", 16, _TEXT),
    ("Size", 10, _TEXT),
    ("Region", 8, _TEXT),
    ("Critical", 8, _NUMBER),
    ("At stake per month", 14, _MONEY),
    ("Currency", 10, _TEXT),
    ("Findings", 9, _NUMBER),
    ("New", 7, _NUMBER),
    ("Worse", 7, _NUMBER),
    ("Actions", 8, _NUMBER),
    ("Do first", 48, _TEXT),
    ("Exports to add", 32, _TEXT),
    ("Plan", 24, _TEXT),
)
PATTERNS: Sequence[Column] = (
    ("Kind", 10, _TEXT),
    ("Check", 48, _TEXT),
    ("Rule", 28, _TEXT),
    ("Group", 20, _TEXT),
    ("Shops", 8, _NUMBER),
    ("Of", 8, _NUMBER),
    ("Elsewhere", 10, _NUMBER),
    ("Of", 8, _NUMBER),
    ("p", 10, _NUMBER),
)
LESSONS: Sequence[Column] = (
    ("Metric", 28, _TEXT),
    ("Niche, size, region", 32, _TEXT),
    ("Best", 8, _NUMBER),
    ("Of", 8, _NUMBER),
    ("Their median", 14, _TEXT),
    ("The others'", 14, _TEXT),
    ("p", 10, _NUMBER),
    ("Id", 20, _TEXT),
)
MONEY: Sequence[Column] = (
    ("Money", 14, _TEXT),
    ("Per month", 16, _MONEY),
    ("Currency", 10, _TEXT),
    ("Shops", 8, _NUMBER),
)
FAILED: Sequence[Column] = (("Shop", 24, _TEXT), ("Kind", 12, _TEXT), ("Problem", 80, _TEXT))
NUMBERS: Sequence[Column] = (
    ("Metric", 32, _TEXT),
    ("Now", 14, _NUMBER),
    ("Before", 14, _NUMBER),
    ("Low", 14, _NUMBER),
    ("High", 14, _NUMBER),
    ("Target", 24, _TEXT),
    ("Trend", 14, _TEXT),
    ("What it is", 70, _TEXT),
)
MARK = b"shop-advisor"
_MOST_TEXT = 32_000  # characters of a cell; Excel takes 32,767


def render_workbook(document: Document) -> bytes:
    """plan.xlsx of *document*; the same document gives the same bytes. Raises AdvisorError where
    XlsxWriter is not installed."""
    sheets = (
        ("Actions", ACTIONS, _actions(document)),
        ("Findings", FINDINGS, _findings(document)),
        ("Numbers", NUMBERS, _numbers(document)),
    )
    return _workbook("Action plan", document.period.today, sheets)


def render_index_workbook(index: Index) -> bytes:
    """index.xlsx of many shops. Raises AdvisorError where XlsxWriter is not installed."""
    sheets = (
        ("Shops", SHOPS, _shops(index)),
        ("Patterns", PATTERNS, _patterns(index)),
        ("Best shops", LESSONS, _lessons(index)),
        ("Money", MONEY, _money(index)),
        ("No plan", FAILED, [(one.id, one.kind, one.problem) for one in index.failed]),
    )
    return _workbook("Shops", index.today, sheets)


def _workbook(
    title: str, day: str, sheets: Iterable[tuple[str, Sequence[Column], Iterable[Sequence[Cell]]]]
) -> bytes:
    try:
        import xlsxwriter
    except ImportError:
        hint = "install it: pip install 'shop-advisor[office]'"
        raise AdvisorError("XlsxWriter is missing", where="--format xlsx", hint=hint) from None
    stream = io.BytesIO()
    made = datetime.fromisoformat(day)
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "created": made})
        formats = {
            _TEXT: workbook.add_format({"text_wrap": True, "valign": "top"}),
            _MONEY: workbook.add_format({"num_format": "#,##0.00", "valign": "top"}),
            _NUMBER: workbook.add_format({"valign": "top"}),
            _SHARE: workbook.add_format({"num_format": "0%", "valign": "top"}),
            _DAY: workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        }
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for name, columns, rows in sheets:
            _sheet(workbook.add_worksheet(name), columns, rows, formats, head)
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
            messages.get(action.findings[0], "") if action.findings else "",
            "\n".join(f"{number}. {step}" for number, step in enumerate(action.steps, start=1)),
            date.fromisoformat(action.due) if action.due else None,
            action.owner,
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
