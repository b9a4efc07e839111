"""Whatever the rules and the shop: both engines, with the filter on or off, judge alike."""

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.judge import Judgement
from advisor.judge.engine.durable import DurableEngine, available
from advisor.judge.engine.reference import ReferenceEngine
from advisor.metrics.counted_rows import CountedRows
from advisor.model.condition import Conditions, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.reading import Grain
from advisor.model.rule import After, Rule
from tests.core import counted, judged, rule
from tests.examples_tried import tried

pytestmark = pytest.mark.skipif(available() is not None, reason="durable_rules is not installed")

Row = dict[str, object]
# Ways from one kind to another, as rules name them.
WAYS = {
    "ad": [("ad-products", "product"), ("parent", "campaign")],
    "campaign": [("children", "ad")],
    "product": [("~ad-products", "ad")],
}

# What comes first is drawn more often, and is true more often.
tests = st.sampled_from(
    [
        Ask("violations", at_least=1),
        Ask("stock", at_most=0),
        Ask("ctr", ("low",)),
        Ask("ctr", ("low", "good")),
        Ask("order_rate", ("high",)),
        Ask("ctr", ("low", "good"), days=2),
    ]
)


def some(least: int, most: int) -> st.SearchStrategy[tuple[Ask, ...]]:
    return st.lists(tests, min_size=least, max_size=most, unique=True).map(tuple)


@st.composite
def conditions(draw: st.DrawFn, kind: str) -> Conditions:
    """On the subject, on one of several alternatives, or on what it is linked to."""
    form = draw(st.sampled_from(["own", "own", "any", "linked"]))
    if form == "own":
        return Conditions(draw(some(1, 2)))
    if form == "any":
        return Conditions(draw(some(0, 1)), (draw(some(1, 2)), draw(some(1, 1))))
    relation, other = draw(st.sampled_from(WAYS[kind]))
    quantifier = draw(st.sampled_from(Quantifier))
    related = Related(relation, other, quantifier, draw(some(1, 1)))
    if quantifier is Quantifier.ANY and draw(st.booleans()):
        share, of = draw(st.sampled_from([(None, None), (0.5, None), (0.5, "impressions")]))
        related = attrs.evolve(related, at_least=draw(st.integers(1, 2)), share=share, of=of)
    return Conditions(draw(some(0, 1)), (), (related,))


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Rules that may come after and explain any of those before them."""
    found: list[Rule] = []
    for number in range(draw(st.integers(2, 5))):
        kind = draw(st.sampled_from(list(WAYS)))
        names = [one.id for one in found]
        after = None
        if draw(st.booleans()) and names:
            over = draw(st.sampled_from([None, *(way for way, _ in WAYS[kind])]))
            after = After((draw(st.sampled_from(names)),), over)
        when = draw(conditions(kind)) if after is None or draw(st.booleans()) else Conditions()
        unless = draw(st.just(Conditions()) | conditions(kind))
        causes: list[str] = []
        if names:
            several = st.lists(st.sampled_from(names), max_size=2, unique=True)
            causes = draw(several)
        made = rule(f"r{number}", subject=kind, when=when, unless=unless)
        found.append(attrs.evolve(made, after=after, explains=tuple(causes)))
    return found


@attrs.frozen(eq=False)
class Shop:
    """Counts of three kinds, those of ads perhaps day by day, and which ad sells which product."""

    rows: dict[str, list[Row]]
    pairs: list[tuple[str, str]]

    def sources(self) -> list[CountedRows]:
        return [
            counted(kind, rows, grain=Grain.DAY if "day" in rows[0] else Grain.PERIOD)
            for kind, rows in self.rows.items()
            if rows
        ]


counts = st.fixed_dictionaries(
    {
        "impressions": st.sampled_from([20_000, 1_000, 0, None]),
        "clicks": st.sampled_from([60, 8, 400, 0, None]),
        "orders": st.sampled_from([90, 8, 1, 0, None]),
        "stock": st.sampled_from([0, 0, 4, None]),
        "violations": st.sampled_from([2, 2, 0]),
    }
)


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    rows: dict[str, list[Row]] = {}
    by_day = draw(st.booleans())
    for kind, most in (("ad", 5), ("campaign", 2), ("product", 3)):
        parents = st.sampled_from([None, "0", "1"])
        rows[kind] = [
            {
                "key": str(n),
                **draw(counts),
                **({"parent.campaign": draw(parents)} if kind == "ad" else {}),
            }
            for n in range(most)
        ]
    if by_day:  # of a day without counts nobody knows
        rows["ad"] = [
            {**row, **counted_on, "day": day}
            for row in rows["ad"]
            for day, counted_on in ((27, {}), (28, draw(st.just({}) | counts)))
        ]
    ends = st.tuples(st.sampled_from("01234"), st.sampled_from("012"))
    return Shop(rows, draw(st.lists(ends, min_size=3, max_size=8, unique=True)))


def everything(judgement: Judgement) -> tuple[object, ...]:
    """All that a judgement says, ready to compare."""
    columns = ["shop", "key", "outcome", "truth", "blocked"]
    ended = sorted(
        (one.rule.id, one.kind, one.measured_as or "", *row)
        for one in judgement.evaluations
        for row in judgement.outcomes_of(one).select(columns).iter_rows()
    )
    fired = sorted(
        (m.rule.id, m.kind, m.key, m.row, m.p, m.unchecked, m.partners, m.explained_by)
        for m in judgement.matches
    )
    return ended, fired


DURABLE = None if available() is not None else DurableEngine()


def said(
    all_of: Sequence[Rule], shop: Shop, *, durable: bool, prefilter: bool
) -> tuple[object, ...]:
    return everything(
        judged(
            all_of,
            *shop.sources(),
            links={"ad-products": shop.pairs},
            engine=DURABLE if durable else ReferenceEngine(),
            screen=True,
            prefilter=prefilter,
        )
    )


@settings(
    max_examples=tried(25, 120),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rules(), shops())
def test_both_engines_judge_alike_with_the_filter_on_or_off(all_of: list[Rule], shop: Shop) -> None:
    expected = said(all_of, shop, durable=False, prefilter=True)

    assert said(all_of, shop, durable=True, prefilter=True) == expected
    assert said(all_of, shop, durable=False, prefilter=False) == expected
    assert said(all_of, shop, durable=True, prefilter=False) == expected


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules(), shops(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rules_nor_that_of_rows_matters(
    all_of: list[Rule], shop: Shop, chance: object
) -> None:
    shuffle = chance.shuffle  # type: ignore[attr-defined]
    mixed, rows, pairs = list(all_of), {k: list(v) for k, v in shop.rows.items()}, list(shop.pairs)
    for part in (mixed, pairs, *rows.values()):
        shuffle(part)

    other = said(mixed, Shop(rows, pairs), durable=False, prefilter=True)

    assert other == said(all_of, shop, durable=False, prefilter=True)
