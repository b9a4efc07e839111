"""Why totals changed, in words."""

import math

from advisor.diagnosis import Diagnosis
from advisor.document.numbers import ChangeInfo, ChangeRow
from advisor.metrics import Explained, Row, metric_of, split_changes
from advisor.model import Unit
from advisor.stats import rounded

CENT = 0.01


def explained(diagnosis: Diagnosis) -> tuple[ChangeInfo, ...]:
    """Every change that the files explain, in the order in which they are declared."""
    found = split_changes(diagnosis.rows, diagnosis.window, diagnosis.vocabulary)
    return tuple(_change_info(one, diagnosis) for one in found)


def _change_info(one: Explained, diagnosis: Diagnosis) -> ChangeInfo:
    stages = one.what.stages or one.what.part[0].stages
    count = one.what.total.count if one.what.total is not None else stages[-1]
    unit = metric_of(count, diagnosis.vocabulary).unit
    currency, language = diagnosis.business.currency, diagnosis.language
    rows = [_row(row, row.name, unit, diagnosis) for row in one.rows]
    if one.rest is not None:
        rows.append(_row(one.rest, language.gettext("not in these"), unit, diagnosis))
    total = one.total
    return ChangeInfo(
        id=one.what.id,
        title=one.what.title,
        first=one.now.first.isoformat(),
        last=one.now.last.isoformat(),
        before_first=one.then.first.isoformat(),
        before_last=one.then.last.isoformat(),
        now=round(total.now, 2),  # the order in which days are added up shows far behind the cents
        then=round(total.then, 2),
        now_text=language.number(total.now, unit, currency),
        then_text=language.number(total.then, unit, currency),
        steps=one.what.steps,
        rows=tuple(rows),
        total=_row(total, language.gettext("total"), unit, diagnosis),
        because=one.what.because,
    )


def _row(row: Row, title: str, unit: Unit, diagnosis: Diagnosis) -> ChangeRow:
    """The row in cents that add up to its change, and in words that add up as they are printed."""
    currency, language = diagnosis.business.currency, diagnosis.language
    exact = (*row.steps, row.other)
    shown = rounded(exact, 1.0 if abs(row.now) >= 1000 or abs(row.then) >= 1000 else CENT)
    cents = rounded(exact, CENT)

    def words(amount: float) -> str:
        sign = "+" if amount > 0 else ""
        return f"{sign}{language.number(amount, unit, currency)}"

    return ChangeRow(
        key=row.key,
        title=title,
        change=round(math.fsum(cents), 2),
        change_text=words(round(math.fsum(shown), 2)),
        steps=cents[:-1],
        step_texts=tuple(words(amount) for amount in shown[:-1]),
        other=cents[-1],
        other_text=words(shown[-1]),
    )
