"""Every finding with every measured value behind it, for a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from advisor.document import Document, Evidence, FindingInfo, significant
from advisor.report.escape import csv_cell

HEADER = (
    "finding_id,rule,severity,action_rank,kind,key,subject,metric,value,low,high,n,levels,"
    "band_low,band_high,band,band_origin,sure,file,rows,message,confidence,stake,currency,"
    "pooled,unchecked,explained_by,explained_under,target,target_origin,price"
)
"""The first line: by it the file is known as ours."""

Cell = str | int | float | None


def render_csv(document: Document) -> str:
    """findings.csv: one line for each measured value of a finding, in the document's order.

    Text is quoted and harmless in a spreadsheet; numbers are plain; what is not known is empty.
    """
    ranks = {id_: action.rank for action in document.plan for id_ in action.findings}
    causes = {i: a.rank for a in reversed(document.plan) for i in a.also_explains}
    lines = [HEADER]
    for finding in document.findings:
        lines += _lines(finding, ranks, causes, document.shop.currency)
    return "\n".join(lines) + "\n"


def _lines(
    finding: FindingInfo,
    ranks: Mapping[str, int],
    causes: Mapping[str, int],
    currency: str | None,
) -> Iterator[str]:
    subject, price = finding.subject, finding.price
    head: list[Cell] = [finding.id, finding.rule, finding.severity, ranks.get(finding.id)]
    head += [subject.kind, subject.key, subject.name]
    tail: list[Cell] = [finding.message.text, finding.confidence, finding.stake, currency]
    tail += [finding.pooled, "; ".join(finding.unchecked), "; ".join(finding.explained_by)]
    tail.append(causes.get(finding.id))
    tail += [price.target, price.target_origin, price.text] if price else [None] * 3
    before, after = _write(head), _write(tail)  # the same for every value of the finding
    for measured in map(_measured, finding.evidence) if finding.evidence else ([None] * 13,):
        yield f"{before},{_write(measured)},{after}"


def _measured(evidence: Evidence) -> list[Cell]:
    band = evidence.band
    edges: list[Cell] = [band.low, band.high, band.text, band.origin] if band else [None] * 4
    values: list[Cell] = [evidence.metric, evidence.value, evidence.low, evidence.high, evidence.n]
    return [
        *values,
        "; ".join(evidence.levels),
        *edges,
        evidence.sure,
        evidence.file,
        _ranges(evidence.rows),
    ]


@lru_cache(maxsize=1 << 7)  # what is found on one subject rests on the same rows
def _ranges(rows: tuple[tuple[int, int], ...]) -> str:
    return "; ".join(f"{first}-{last}" if first != last else str(first) for first, last in rows)


def _write(cells: Iterable[Cell]) -> str:
    return ",".join(map(_cell, cells))


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return _text(cell)
    return repr(significant(cell) if isinstance(cell, float) else cell)


_text = lru_cache(maxsize=1 << 10)(csv_cell)  # most texts are those of the rule
