"""Many shops: the worst one first, and none forgotten."""

import json
import re
from collections.abc import Sequence

import attrs
import pytest

from advisor.document import Document, FindingInfo
from advisor.plugin.hookspecs import Templates
from advisor.report.formats import make_environment
from advisor.report.index import FailedShop, make_index, render_index, summarize
from tests.report import documents


def shop(
    id_: str,
    *findings: FindingInfo,
    total: Sequence[float] = (),
    currency: str = "USD",
    rate: float | None = None,
) -> Document:
    base = documents.quiet()
    about = attrs.evolve(base.shop, id=id_, name=id_, currency=currency, usd_rate=rate)
    money = tuple(documents.money(mid) for mid in total)
    return attrs.evolve(base, shop=about, findings=findings, total=money)


def worth(stake: float | None, **changes: object) -> FindingInfo:
    return attrs.evolve(documents.finding("ad"), stake=stake, **changes)  # type: ignore[arg-type]


CRITICAL = documents.violations()
ORDERS = {
    "one critical finding outweighs any money": (shop("a", CRITICAL), shop("b", total=[1e6])),
    "more money comes first, of all kinds": (shop("b", total=[12, 8]), shop("a", total=[15])),
    "money counts in dollars where the rate is known": (
        shop("b", total=[10]),
        shop("a", total=[1000], currency="IDR", rate=0.0001),
    ),
    "money that findings share counts once, as in the plan": (
        shop("b", worth(10.0), total=[10]),
        shop("a", worth(9.0), worth(9.0), total=[9]),
    ),
    "without money the number of findings decides": (
        shop("b", worth(None), worth(None)),
        shop("a", worth(None)),
    ),
    "at the same badness the id decides": (shop("a"), shop("b")),
}


@pytest.mark.parametrize("why", ORDERS)
def test_the_worst_shop_comes_first(why: str) -> None:
    worst, other = ORDERS[why]
    expected = [worst.shop.id, other.shop.id]

    for given in ((worst, other), (other, worst)):
        index = make_index([summarize(one) for one in given], version="0.1.0", today="2025-11-23")
        assert [line.id for line in index.shops] == expected
        assert [line.rank for line in index.shops] == [1, 2]


def files(
    bundled: Sequence[Templates], *shops: Document, failed: Sequence[FailedShop] = ()
) -> tuple[str, str]:
    index = make_index(
        [summarize(one) for one in shops], version="0.1.0", today="2025-11-23", failed=failed
    )
    made = render_index(index, make_environment(bundled, "md"))
    return made["index.md"], made["index.json"]


def test_the_index_prints_its_formula_in_both_files(bundled: Sequence[Templates]) -> None:
    markdown, written = files(bundled, shop("a"))

    assert "Order of the shops: critical findings, then money at stake" in markdown
    assert json.loads(written)["order"].startswith("critical findings, then money at stake")


def test_a_shop_that_failed_is_in_the_index(bundled: Sequence[Templates]) -> None:
    failed = (FailedShop("c", "no file could be read", "unreadable"),)
    markdown, written = files(bundled, shop("a"), failed=failed)

    assert "## Not diagnosed\n\n- c: no file could be read\n" in markdown
    (line,) = json.loads(written)["failed"]
    assert line == {"id": "c", "problem": "no file could be read", "kind": "unreadable"}


def test_unknown_money_is_not_zero(bundled: Sequence[Templates]) -> None:
    markdown, written = files(bundled, shop("a", worth(None)))

    assert "| 1 | [a](a/) | 0 | – | 1 | – | 0 | nothing | – |" in markdown
    assert json.loads(written)["shops"][0]["stake"] is None


def test_the_page_leads_to_each_shops_page(bundled: Sequence[Templates]) -> None:
    index = make_index(
        [summarize(shop("a", CRITICAL), "shop a&b"), summarize(shop("<b>", total=[9]))],
        version="0.1.0",
        today="2025-11-23",
        failed=(FailedShop("c", "no file <could> be read"),),
    )
    environments = (make_environment(bundled, suffix) for suffix in ("md", "html"))
    page = render_index(index, *environments)["index.html"]

    assert re.findall(r'href="([^"]+)"', page) == ["shop%20a%26b/plan.html", "%3Cb%3E/plan.html"]
    assert "&lt;b&gt;" in page
    assert "no file &lt;could&gt; be read" in page
    assert "<script" not in page


def test_no_shops_at_all_are_said(bundled: Sequence[Templates]) -> None:
    assert "No shop could be diagnosed." in files(bundled)[0]


def test_a_long_index_is_cut_and_says_so(bundled: Sequence[Templates]) -> None:
    shops = [shop(f"shop-{number:03d}") for number in range(501)]

    assert "First 500 of 501; the rest is in index.json." in files(bundled, *shops)[0]


def test_kinds_of_money_stay_apart(bundled: Sequence[Templates]) -> None:
    made = shop("a", total=[40, 20])
    sales, spend = made.total
    spend = attrs.evolve(spend, what="ad spend", text="about $20 in ad spend a month")
    markdown, written = files(bundled, attrs.evolve(made, total=(sales, spend)))

    assert "| $40 + $20 |" in markdown
    assert json.loads(written)["shops"][0]["stake"] == 60.0
