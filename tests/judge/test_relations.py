"""Subjects of a run are told apart and found again, whatever their shops and keys are called."""

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.judge import Judgement, judge, split_subject_id, subject_id
from advisor.judge.engine.reference import ReferenceEngine
from advisor.judge.grade import Grader
from advisor.metrics.measured import measure
from advisor.metrics.required import RequiredMetrics
from advisor.model.bands import Band, BandFile, Bands
from advisor.model.condition import Conditions, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.rule import After
from advisor.model.shop import Business
from tests.core import TODAY, WINDOW, WORDS, counted, rule

HOSTILE = st.text("|%7C25<\\a\n", min_size=1, max_size=8)
NAMES = st.tuples(HOSTILE, HOSTILE)
SUBJECT = tuple[str, str, str]

LOW = Ask("ctr", ("low",))
STOPPED = Ask("violations", at_least=1)
LINKED = Related("ad-products", "product", Quantifier.ANY, (STOPPED,))
RULES = [
    rule("linked", when=Conditions((LOW,), related=(LINKED,)), explains=("test/dear",)),
    rule("dear", Ask("cpc", ("high",))),
    rule("stopped", STOPPED, subject="product", explains=("test/over",)),
    rule("over", LOW, after=After(("test/stopped",), "ad-products")),
]


@given(st.sampled_from(["ad", "ad<test/linked"]), NAMES, NAMES)
@example("ad", ("a|b", "c"), ("a", "b|c"))
@example("ad", ("a|b", "c"), ("a%7Cb", "c"))
def test_an_id_is_of_one_subject(kind: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = subject_id(kind, *one), subject_id(kind, *other)

    assert split_subject_id(first) == (kind, *one)
    assert (first == second) == (one == other)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(HOSTILE, min_size=2, max_size=2, unique=True),
    st.lists(HOSTILE, min_size=2, max_size=2, unique=True),
)
@example(["a|b", "a"], ["c", "b|c"])
def test_links_and_causes_hold_whatever_shops_and_keys_are_called(
    shops: list[str], keys: list[str]
) -> None:
    plain = ["one", "two"], ["x", "y"]

    assert said(judged(*plain), *plain) == said(judged(shops, keys), shops, keys)


def judged(shops: list[str], keys: list[str]) -> Judgement:
    """Weak ads of two shops, each linked to the product of its key; in each shop another product
    is stopped."""
    each = [(shop, key) for shop in shops for key in keys]
    ads = [
        {"shop": shop, "key": key, "clicks": 50, "impressions": 20_000, "spend": 900}
        for shop, key in each
    ]
    stopped = [1, 0, 0, 1]
    products = [
        {"shop": shop, "key": key, "violations": count}
        for (shop, key), count in zip(each, stopped, strict=True)
    ]
    wanted = {
        "ad": RequiredMetrics(frozenset(("ctr", "cpc"))),
        "product": RequiredMetrics(frozenset(("violations",))),
    }
    measured = measure([counted("ad", ads), counted("product", products)], wanted, WINDOW, WORDS)
    ends = [(shop, key, key) for shop, key in each]
    links = pl.DataFrame(ends, schema=["shop", "from", "to"], orient="row")
    of_shops = {shop: Business(id=shop, currency="USD", size="small") for shop in shops}
    bands = Bands((BandFile("test", "the test", (Band("ctr", 0.01), Band("cpc", 0.2, 1.0))),), {})
    grader = Grader(WORDS, bands, of_shops, TODAY)
    return judge(RULES, measured, {"ad-products": links}, grader, ReferenceEngine())


def said(judgement: Judgement, shops: list[str], keys: list[str]) -> list[object]:
    """What fired, with its causes and partners, and the links between; subjects by their place."""

    def place(subject: str) -> tuple[str, int, int]:
        kind, shop, key = split_subject_id(subject)
        return kind, shops.index(shop), keys.index(key)

    kinds = {subject_id(m.kind, m.shop, m.key): m.kind for m in judgement.matches}
    near = {
        (link.relation, place(link.source), place(link.target))
        for link in judgement.relations.near(kinds)
    }
    fired = [
        (
            m.rule.id,
            place(subject_id(m.kind, m.shop, m.key)),
            [place(partner) for partner in m.partners],
            m.explained_by,
        )
        for m in judgement.matches
    ]
    assert fired
    assert near
    return [sorted(fired), near]
