"""Findings that the owner muted in advisor.toml, as the document has them."""

from collections.abc import Iterable

from advisor.document.findings import FindingInfo, SuppressedInfo
from advisor.plan import Muted


def suppressed(findings: Iterable[FindingInfo], muted: Muted) -> tuple[SuppressedInfo, ...]:
    """The findings that are muted, as the document has them."""
    found = (
        (finding, one)
        for finding in findings
        if (one := muted.by_finding.get(finding.id)) is not None
    )
    return tuple(
        SuppressedInfo(finding, one.reason, None if one.until is None else one.until.isoformat())
        for finding, one in sorted(found, key=lambda pair: pair[0].id)
    )
