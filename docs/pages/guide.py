"""docs/guide-coverage.md: every item of the guide, with what encodes it."""

from advisor.knowledge import coverage
from advisor.plugin import Registry
from docs.pages.markdown import page, table

_INTRO = """\
The guide is a public article on the metrics that matter to shops on TikTok. Each of its items has
an id in `rules/advisor_rules_guide/guide.toml`; what encodes an item names that id, and a test
fails for an item that nothing encodes and nobody lists as open, and for an id that is not there.
`advisor rules coverage` prints the same.
"""


def render(registry: Registry) -> str:
    """The page."""
    found = coverage(registry)
    encoded = sum(item.state == "encoded" for item in found.items)
    return page(
        "What of the guide is encoded",
        _INTRO,
        f"Of {len(found.items)} items {encoded} are encoded; the others say what is open.\n",
        table(
            ("Item", "In our words", "State", "Encoded by", "Not yet"),
            (
                (f"`{i.id}`", i.about, i.state, "; ".join(i.encoders), i.open or "–")
                for i in found.items
            ),
        ),
    )
