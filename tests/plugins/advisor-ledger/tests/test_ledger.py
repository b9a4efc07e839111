"""The look keeps the promises of reports."""

import pytest
from advisor_ledger import advisor_report_formats, advisor_templates, dotted

from advisor.testing import ReportContract


class TestLedger(ReportContract):
    formats = advisor_report_formats()
    templates = advisor_templates()


@pytest.mark.parametrize(
    ("text", "line"),
    [("", " ..........."), ("Rent", "Rent ......."), ("A very long entry", "A very… ....")],
)
def test_a_line_is_as_wide_as_its_column(text: str, line: str) -> None:
    assert dotted(text, 12) == line
    assert len(line) == 12
