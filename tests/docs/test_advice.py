"""The page on rules shows what no action may ask for as it is."""

import re

from advisor.knowledge.lint_advice import bundled, prohibited_in
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "write-a-rule.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_prohibited_thing_has_a_row() -> None:
    assert [what for what, _, _ in ROWS] == [item.id for item in bundled().prohibited]


def test_what_the_page_warns_of_is_found_and_what_it_recommends_passes() -> None:
    for what, bad, good in ROWS:
        assert [item.id for item, _ in prohibited_in(bad)] == [what]
        assert list(prohibited_in(good)) == []
