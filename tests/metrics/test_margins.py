"""Where no margin is stated, the products' own margins tell it, as far as they cover the sales."""

import attrs
import pytest

from advisor.judge.grade import Grader
from advisor.metrics import OWN_LIST, SETTLEMENTS
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.margins import with_margins
from advisor.metrics.measured import measure
from advisor.metrics.required import RequiredMetrics
from advisor.model.bands import Band, BandFile, Bands, Where
from advisor.model.reading import Note
from advisor.model.shop import Business
from advisor.model.vocabulary import Count, CountUnit, MarginSource, Vocabulary
from tests.core import SHOP, TODAY, US, WINDOW, WORDS, counted

SHARE = Count("kept", "what is kept", CountUnit.STATE)
KEPT: Vocabulary = attrs.evolve(
    WORDS,
    counts={**WORDS.counts, "kept": SHARE},
    margins={"ads": MarginSource("ads", "ad", "kept", "gmv")},
)


def sold(*products: tuple[float, float | None]) -> list[CountedRows]:
    return [
        counted(
            "ad",
            [{"key": str(i), "gmv": gmv, "kept": kept} for i, (gmv, kept) in enumerate(products)],
        )
    ]


def told(business: Business, rows: list[CountedRows]) -> tuple[Business, Note | None]:
    """The shop with its margin, and what is said of it."""
    found, notes = with_margins({SHOP: business}, rows, WINDOW, KEPT)
    return found[SHOP], notes.get(SHOP)


def test_margins_are_weighed_by_sales() -> None:
    found, note = told(US, sold((300, 0.5), (100, 0.1)))

    assert note is not None
    assert found.margin == pytest.approx(0.4)
    assert found.margin_origin == OWN_LIST
    assert note.text == (
        "the shop margin, 40%, is calculated from the margins of 2 of your ads (100% of sales)"
    )


def test_what_the_shop_states_decides() -> None:
    stated = attrs.evolve(US, margin=0.2)

    assert told(stated, sold((300, 0.5))) == (stated, None)


@pytest.mark.parametrize(
    ("products", "says"),
    [
        (((100, 0.5), (900, None)), "(10% of sales): too few for a shop margin"),
        (((100, -0.5),), "is -50%: it can't be used as the shop margin"),
    ],
)
def test_too_few_sales_or_a_loss_make_no_margin(
    products: tuple[tuple[float, float | None], ...], says: str
) -> None:
    found, note = told(US, sold(*products))

    assert note is not None
    assert found == US
    assert says in note.text


SETTLED = attrs.evolve(WORDS, margins={"settled": MarginSource("settled", "ad", metric="ctr")})


@pytest.mark.parametrize(
    ("besides", "margin", "says"),
    [
        (0.3, 0.2, "are 30%; so the shop margin is 20%"),
        (None, None, None),
        (0.6, None, "are 60%: nothing is left as the shop margin"),
    ],
)
def test_settlements_less_the_cost_of_goods_make_the_margin(
    besides: float | None, margin: float | None, says: str | None
) -> None:
    rows = [counted("ad", [{"clicks": 50, "impressions": 100}])]
    shop = attrs.evolve(US, costs_besides=besides)
    found, notes = with_margins({SHOP: shop}, rows, WINDOW, SETTLED)

    assert found[SHOP].before_goods == pytest.approx(0.5)
    assert found[SHOP].margin == (None if margin is None else pytest.approx(margin))
    assert found[SHOP].margin_origin == (SETTLEMENTS if margin else "")
    assert [says in note.text for note in notes.values() if says] == ([True] if says else [])


def test_without_a_list_nothing_is_said() -> None:
    rows = [counted("ad", [{"gmv": 10}])]

    assert told(US, rows) == (US, None)


def test_a_cost_breaks_even_at_the_margin_of_another_metric_of_the_same_subject() -> None:
    band = Band("cpc", margin_of="aov", where=Where(margin=True))
    shop = attrs.evolve(US, margin=0.25)
    grader = Grader(WORDS, Bands((BandFile("t", "test", (band,)),)), {shop.id: shop}, TODAY)
    rows = counted(
        "ad",
        [
            {"key": "a", "spend": 10, "clicks": 5, "gmv": 80, "orders": 2},
            {"key": "b", "spend": 10, "clicks": 5, "gmv": 0, "orders": 0},
        ],
    )
    frame = measure([rows], {"ad": RequiredMetrics(frozenset(("cpc", "aov")))}, WINDOW, WORDS)[
        "ad"
    ].frame

    edges = grader.with_edges(frame, ["cpc"], "ad").collect()
    # Where the other metric has no value, no band holds: neither edge is one that is not there.
    assert edges["cpc.edge.low"].to_list() == pytest.approx([None, float("nan")], nan_ok=True)
    assert edges["cpc.edge.high"].to_list() == pytest.approx([10.0, float("nan")], nan_ok=True)
