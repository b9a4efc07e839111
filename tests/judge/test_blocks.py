"""A block of shops is graded and judged as each of them is alone."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from advisor.judge.grade import Grader, truth_column
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import Wanted
from advisor.model.bands import Band, BandFile, Bands, OfSubject, Where
from advisor.model.condition import Against
from advisor.model.condition import Test as Ask
from advisor.model.shop import Business
from tests.core import TODAY, WINDOW, WORDS, counted

Row = dict[str, object]

BANDS = (
    Band("ctr", 0.01, 0.03),
    Band("ctr", 0.02, 0.04, where=Where(size="mid")),
    Band("ctr", 0.005, None, where=Where(niche="beauty")),
    Band("ctr", 0.015, 0.02, where=Where(region="MX")),
    Band("cpc", 0.2, 1.0, usd=True),
    Band("cpc", margin_of="aov", where=Where(margin=True)),
    Band("roas", 2.0, 4.0),
    Band("roas", over_margin=1.0, where=Where(margin=True)),
    Band("order_rate", 0.02, 0.05),
    Band("order_rate", 0.03, None, where=Where(of=OfSubject("aov", below=25))),
    Band("order_rate", None, 0.2, where=Where(of=OfSubject("aov", at_least=25, below=80))),
    Band("order_rate", 0.01, where=Where(size="small", of=OfSubject("cpc", below=0.5))),
    Band("aov", 20.0, 100.0, usd=True, where=Where(size="small")),
    Band("aov", 30.0, None, usd=True, where=Where(size="enterprise")),
    Band("sales", low=500.0),
)
LEVELS = [("low",), ("good",), ("high",), ("low", "good")]
METRICS = ("ctr", "cpc", "roas", "order_rate", "aov", "sales")
TESTS = [Ask(metric, levels) for metric in METRICS for levels in LEVELS]
TESTS += [
    Ask("spend", at_least=50),
    Ask("ctr", ("low",), against=Against.SIBLINGS),
    Ask("roas", ("low",), against=Against.PARENT),
    Ask("ctr", ("low",), against=Against.PAST),
    Ask("order_rate", trend="falling"),
]


@st.composite
def businesses(draw: st.DrawFn) -> tuple[Business, tuple[BandFile, ...]]:
    """A shop, and the bands of its own."""
    currency, rate = draw(st.sampled_from([("USD", None), ("MXN", 0.05), ("MYR", None)]))
    business = Business(
        currency=currency,
        usd_rate=rate,
        size=draw(st.sampled_from([None, "small", "mid", "enterprise"])),
        niche=draw(st.sampled_from([None, "beauty", "tech"])),
        region=draw(st.sampled_from([None, "MX"])),
        margin=draw(st.sampled_from([None, 0.2, 0.5])),
    )
    metric = draw(st.sampled_from(["ctr", "roas", "aov"]))
    own = BandFile("own", "own", (Band(metric, draw(st.sampled_from([0.02, 1.0, 30.0]))),), layer=2)
    return business, (own,) if draw(st.booleans()) else ()


counts = st.fixed_dictionaries(
    {
        "impressions": st.sampled_from([20_000, 1_000, 0, None]),
        "clicks": st.sampled_from([60, 8, 400, 0, None]),
        "orders": st.sampled_from([90, 8, 1, 0, None]),
        "spend": st.sampled_from([10, 900, 55, None]),
        "gmv": st.sampled_from([30, 4_000, 0, None]),
        "violations": st.sampled_from([2, 0]),
    }
)


@attrs.frozen(eq=False)
class Block:
    """Shops with their counts of ads."""

    bands: Bands
    shops: Mapping[str, Business]
    rows: Sequence[Row]

    def grader(self, *shops: str) -> Grader:
        chosen = {shop: self.shops[shop] for shop in shops or self.shops}
        return Grader(WORDS, self.bands, chosen, TODAY)

    def measured(self, *shops: str) -> dict[str, Measured]:
        rows = [row for row in self.rows if not shops or row["shop"] in shops]
        wanted = Wanted(frozenset((*METRICS, "spend")), frozenset(("ctr", "order_rate")))
        return measure([counted("ad", rows)], {"ad": wanted}, WINDOW, WORDS)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    shops: dict[str, Business] = {}
    own: dict[str, tuple[BandFile, ...]] = {}
    rows: list[Row] = []
    for number in range(draw(st.integers(2, 4))):
        shop = f"shop {number}"
        business, own[shop] = draw(businesses())
        shops[shop] = attrs.evolve(business, id=shop)
        for key in range(draw(st.integers(1, 4))):
            parents: Row = {"parent.ad-group": draw(st.sampled_from(["g", "h"]))}
            base: Row = {"shop": shop, "key": str(key), **parents, "parent.campaign": "c"}
            rows.append(base | draw(counts))
            if draw(st.booleans()):
                rows.append(base | draw(counts) | {"day": -3})
    return Block(Bands((BandFile("test", "the test", BANDS),), own), shops, rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks())
def test_a_block_is_graded_as_each_shop_is_alone(block: Block) -> None:
    def graded(*shops: str) -> pl.DataFrame:
        grader, frame = block.grader(*shops), block.measured(*shops)["ad"]
        found = grader.grade(frame, TESTS).frame
        found = grader.with_edges(grader.with_p(found, TESTS, "ad"), METRICS, "ad")
        edges = [f"{name}.edge.{side}" for name in METRICS for side in ("low", "high")]
        truths = [truth_column(test) for test in TESTS]
        ps = [pl.col(f"{truth}.p").fill_null(0.0) for truth in truths]
        return found.select("shop", "key", *truths, *ps, *edges)

    together = graded()

    for shop in block.shops:
        alone = graded(shop)
        part = together.filter(pl.col("shop") == shop)
        assert_frame_equal(part, alone, rel_tol=1e-9)
