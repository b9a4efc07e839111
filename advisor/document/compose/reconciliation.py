"""Totals of several sources side by side, in words."""

from advisor.diagnosis import Diagnosis
from advisor.document.numbers import Amount, Reconciliation
from advisor.metrics import Compared, Sum, metric_of
from advisor.model import Side, Unit


def reconciliations(diagnosis: Diagnosis) -> tuple[Reconciliation, ...]:
    """Every comparison that the files allow, in the order in which they are declared."""
    return tuple(
        _reconciliation(one, diagnosis) for one in diagnosis.block.compared.get(diagnosis.id, ())
    )


def _reconciliation(one: Compared, diagnosis: Diagnosis) -> Reconciliation:
    left = round(one.rest, 6) or 0.0  # what adding up leaves behind is no rest
    rest = _words(left, one.total.side, diagnosis)
    if one.total.value:
        rest += f" ({diagnosis.language.number(left / one.total.value, Unit.SHARE)})"
    return Reconciliation(
        id=one.what.id,
        title=one.what.title,
        first=one.period.first.isoformat(),
        last=one.period.last.isoformat(),
        total=_amount(one.total, diagnosis),
        parts=tuple(_amount(part, diagnosis) for part in one.parts),
        missing=tuple(_title(side, diagnosis) for side in one.missing),
        rest=left,
        rest_text=rest,
        because=one.what.because,
    )


def _amount(found: Sum, diagnosis: Diagnosis) -> Amount:
    return Amount(
        title=_title_of(found, diagnosis),
        value=found.value,
        text=_words(found.value, found.side, diagnosis),
        definition=diagnosis.vocabulary.counts[found.side.count].definition,
        files=tuple(sorted({diagnosis.block.counted.files[at].name for at in found.files})),
    )


def _title_of(found: Sum, diagnosis: Diagnosis) -> str:
    """Names what the amount is of, where that is not what the side is first of."""
    title = _title(found.side, diagnosis)
    if found.of:
        return diagnosis.language.gettext("{title} of {subject}", title=title, subject=found.of)
    if found.side.title or found.kind == found.side.subject[0]:
        return title
    plural = diagnosis.vocabulary.subjects[found.kind].plural
    return diagnosis.language.gettext("{title} of {subject}", title=title, subject=plural)


def _title(side: Side, diagnosis: Diagnosis) -> str:
    return side.title or diagnosis.vocabulary.counts[side.count].title


def _words(value: float, side: Side, diagnosis: Diagnosis) -> str:
    unit = metric_of(side.count, diagnosis.vocabulary).unit
    return diagnosis.language.number(value, unit, diagnosis.business.currency)
