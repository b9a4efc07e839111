"""What is over gets no advice, and an explanation says why."""

from pathlib import Path

from advisor.explain import explain, explain_why_not, render_why_not
from advisor.judge import Outcome
from tests.end_to_end.runs import diagnosis

ADS = """Ad name,Ad ID,Campaign ID,Cost,Impressions,Clicks (destination),Currency,Primary status
Spring A,1800000000000101,1800000000000001,900,600000,12000,USD,Active
Old B,1800000000000102,1800000000000002,400,600000,2000,USD,Deleted
"""


def test_why_and_why_not_say_that_an_ad_is_over(tmp_path: Path) -> None:
    file = tmp_path / "20260501_20260530_ad_report.csv"
    file.write_text(ADS, encoding="utf-8")
    found = diagnosis(file)

    (told,) = explain(found, "guide/ad-call-to-action", "Old B")
    (why_not,) = explain_why_not(found, "guide/ad-call-to-action", "Old B")

    assert told.outcome is Outcome.NOT_APPLICABLE
    assert "no longer running (by status)" in told.remark
    assert told.remark in "\n".join(render_why_not(why_not))
