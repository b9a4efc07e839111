"""A block of shops is graded and judged as each of them is alone."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from advisor.judge import Judgement, judge
from advisor.judge.engine.reference import ReferenceEngine
from advisor.judge.grade import Grader
from advisor.judge.question import truth_column
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import RequiredMetrics
from advisor.model.bands import Band, BandFile, Bands, OfSubject, Where
from advisor.model.condition import Against, Conditions, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.rule import After, Rule
from advisor.model.shop import Business
from tests.core import TODAY, WINDOW, WORDS, counted, rule
from tests.examples_tried import tried

Row = dict[str, object]
ENDS = ("shop", "from", "to")

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
    metric, low = draw(st.sampled_from([("ctr", 0.02), ("roas", 1.0), ("aov", 30.0)]))
    own = BandFile("own", "own", (Band(metric, low),), layer=2)
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

    def measured(self, *shops: str, more: Sequence[str] = ()) -> dict[str, Measured]:
        rows = [row for row in self.rows if not shops or row["shop"] in shops]
        wanted = RequiredMetrics(
            frozenset((*METRICS, "spend", *more)), frozenset(("ctr", "order_rate"))
        )
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


@settings(max_examples=tried(20, 120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks())
def test_a_block_is_graded_as_each_shop_is_alone(block: Block) -> None:
    def graded(*shops: str) -> pl.DataFrame:
        grader, frame = block.grader(*shops), block.measured(*shops)["ad"]
        with_p = grader.with_p(grader.grade(frame, TESTS).frame, TESTS, "ad")
        found = grader.with_edges(with_p, METRICS, "ad")
        edges = [f"{name}.edge.{side}" for name in METRICS for side in ("low", "high")]
        truths = [truth_column(test) for test in TESTS]
        ps = [pl.col(f"{truth}.p").fill_null(0.0) for truth in truths]
        return found.select("shop", "key", *truths, *ps, *edges).collect()

    together = graded()

    for shop in block.shops:
        alone = graded(shop)
        part = together.filter(pl.col("shop") == shop)
        assert_frame_equal(part, alone, rel_tol=1e-9)


STOPPED = Ask("violations", at_least=1)
RULES: list[Rule] = [
    rule("dear", Ask("cpc", ("high",)), explains=("test/weak",)),
    rule("weak", Ask("ctr", ("low",)), unless=Conditions((Ask("spend", at_most=20),))),
    rule("few", Ask("order_rate", ("low",)), Ask("aov", ("good", "high"))),
    rule("either", when=Conditions((), ((Ask("roas", ("low",)),), (Ask("ctr", ("high",)),)))),
    rule("other", Ask("ctr", ("low",), against=Against.SIBLINGS)),
    rule(
        "linked",
        Ask("roas", ("low", "good")),
        unless=Conditions(related=(Related("ad-products", "product", Quantifier.ANY, (STOPPED,)),)),
    ),
    rule(
        "stopped",
        subject="product",
        when=Conditions(
            (STOPPED,), (), (Related("~ad-products", "ad", Quantifier.ALL, (STOPPED,)),)
        ),
    ),
    rule("later", Ask("clicks", at_least=9), after=After(("test/weak",))),
    rule("over", Ask("clicks", at_least=9), after=After(("test/stopped",), "ad-products")),
]


def said(judgement: Judgement) -> tuple[object, ...]:
    """All that a judgement says, ready to compare."""
    columns = ["shop", "key", "truth", "blocked", "failed", "outcome", "row"]
    ended = [
        (one.rule.id, one.kind, one.measured_as, one.graded.frame["key"].to_list(), row)
        for one in judgement.evaluations
        for row in judgement.outcomes_of(one)[columns].iter_rows()
    ]
    fired = [
        (m.rule.id, m.kind, m.shop, m.key, m.row, round(m.p, 9), *more)
        for m in judgement.matches
        for more in [(m.unchecked, m.partners, m.explained_by)]
    ]
    return ended, fired


@settings(max_examples=tried(20, 120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks(), st.data())
def test_a_block_is_judged_as_each_shop_is_alone(block: Block, data: st.DataObject) -> None:
    products: list[Row] = [
        {"shop": shop, "key": key, **data.draw(counts)} for shop in block.shops for key in "ab"
    ]
    ends = st.lists(st.tuples(st.sampled_from("0123"), st.sampled_from("ab")), unique=True)
    pairs = [(shop, *pair) for shop in block.shops for pair in data.draw(ends)]

    def measured(*shops: str) -> dict[str, Measured]:
        rows = [row for row in products if not shops or row["shop"] in shops]
        wanted = {"product": RequiredMetrics(frozenset(("violations",)))}
        ads = block.measured(*shops, more=("clicks", "violations"))
        return ads | measure([counted("product", rows)], wanted, WINDOW, WORDS)

    def judged(*shops: str) -> Judgement:
        own = [pair for pair in pairs if not shops or pair[0] in shops]
        links = pl.DataFrame(own, schema=dict.fromkeys(ENDS, pl.String), orient="row")
        engine = ReferenceEngine()
        found = measured(*shops)
        return judge(RULES, found, {"ad-products": links}, block.grader(*shops), engine)

    alone = {shop: said(judged(shop)) for shop in block.shops}
    whole = judged()
    parts = {shop: whole.of_shop(shop, measured(shop)) for shop in block.shops}

    for shop, part in parts.items():
        assert said(part) == alone[shop]
