"""Each rule ends in one outcome for each subject, and the engine alone decides what fires."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import attrs
import pytest

from advisor.errors import AdvisorError
from advisor.judge import engine as engines
from advisor.judge.engine import Clause, Derivation, Engine, FindingFact, LinkFact, SubjectFact
from advisor.judge.engine.durable import available
from advisor.judge.engine.reference import ReferenceEngine
from advisor.metrics.counted_rows import CountedRows
from advisor.model.condition import Against, Conditions, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.reading import Grain
from advisor.model.rule import After, Rule
from tests.core import (
    US,
    bands,
    counted,
    grader,
    judged,
    outcome,
    outcomes,
    rule,
)

Row = dict[str, object]
LOW_CTR = Ask("ctr", ("low",))
LOW_ORDERS = Ask("order_rate", ("low",))
NO_STOCK = Ask("stock", at_most=0)

# Counts that make CTR low, fine, unsure and missing.
CTR: dict[str, Row] = {
    "true": {"clicks": 50, "impressions": 10_000},
    "false": {"clicks": 200, "impressions": 10_000},
    "unsure": {"clicks": 9, "impressions": 1_000},
    "missing": {"clicks": None, "impressions": None},
}
STOCK: dict[str, Row] = {
    "true": {"stock": 0},
    "false": {"stock": 5},
    "missing": {"stock": None},
}


def ad(*states: Row, **more: object) -> CountedRows:
    merged: Row = {}
    for state in states:
        merged |= state
    return counted("ad", [merged | more])


@pytest.mark.parametrize(
    ("ctr", "stock", "expected"),
    [
        ("true", "true", "fires"),
        ("true", "false", "clear"),
        ("true", "missing", "missing"),
        ("false", "missing", "clear"),
        ("unsure", "true", "unsure"),
        ("unsure", "false", "clear"),
        ("unsure", "missing", "missing"),
        ("missing", "false", "clear"),
    ],
)
def test_false_clears_before_missing_is_missing_before_unsure_is_unsure(
    ctr: str, stock: str, expected: str
) -> None:
    found = judged([rule("r", LOW_CTR, NO_STOCK)], ad(CTR[ctr], STOCK[stock]))

    assert outcome(found, "r") == expected


@pytest.mark.parametrize(
    ("ctr", "stock", "expected"),
    [
        ("true", "true", "fires"),
        ("true", "false", "fires"),
        ("false", "true", "fires"),
        ("false", "false", "clear"),
        ("unsure", "false", "unsure"),
        ("missing", "false", "missing"),
        ("true", "missing", "fires"),
    ],
)
def test_one_alternative_is_enough(ctr: str, stock: str, expected: str) -> None:
    either = Conditions(alternatives=((LOW_CTR,), (NO_STOCK,)))

    found = judged([rule("r", when=either)], ad(CTR[ctr], STOCK[stock]))

    assert outcome(found, "r") == expected
    assert len(found.matches) == (expected == "fires")


@pytest.mark.parametrize(
    ("unless", "expected", "unchecked"),
    [
        ("true", "clear", None),
        ("false", "fires", ()),
        ("unsure", "fires", ("ctr is low",)),
        ("missing", "fires", ("ctr is low",)),
    ],
)
def test_unless_blocks_only_where_it_is_true_and_what_is_not_known_is_listed(
    unless: str, expected: str, unchecked: tuple[str, ...] | None
) -> None:
    blocked = rule("r", NO_STOCK, unless=Conditions((LOW_CTR,)))

    found = judged([blocked], ad(CTR[unless], STOCK["true"]))

    assert outcome(found, "r") == expected
    assert [f.unchecked for f in found.matches] == ([] if unchecked is None else [unchecked])


PRODUCTS: dict[str, str] = {"p-out": "true", "p-in": "false", "p-unknown": "missing"}


def with_products(*keys: str) -> tuple[list[CountedRows], dict[str, Sequence[tuple[str, str]]]]:
    rows: list[Row] = [{"key": key, **STOCK[state]} for key, state in PRODUCTS.items()]
    sources = [ad(CTR["true"]), counted("product", rows)]
    return sources, {"ad-products": [("1", key) for key in keys]}


@pytest.mark.parametrize(
    ("quantifier", "products", "expected"),
    [
        (Quantifier.ANY, ["p-out", "p-in"], "fires"),
        (Quantifier.ANY, ["p-in"], "clear"),
        (Quantifier.ANY, ["p-in", "p-unknown"], "missing"),
        (Quantifier.ANY, ["p-out", "p-unknown"], "fires"),
        (Quantifier.ANY, ["p-nowhere"], "missing"),
        (Quantifier.ANY, [], "missing"),
        (Quantifier.ALL, ["p-out"], "fires"),
        (Quantifier.ALL, ["p-out", "p-in"], "clear"),
        (Quantifier.ALL, ["p-out", "p-unknown"], "missing"),
        (Quantifier.NONE, ["p-in"], "fires"),
        (Quantifier.NONE, ["p-in", "p-out"], "clear"),
        (Quantifier.NONE, ["p-in", "p-unknown"], "missing"),
    ],
)
def test_a_rule_may_ask_what_it_is_linked_to(
    quantifier: Quantifier, products: Sequence[str], expected: str
) -> None:
    related = Related("ad-products", "product", quantifier, (NO_STOCK,))
    sources, links = with_products(*products)

    found = judged([rule("r", when=Conditions((LOW_CTR,), (), (related,)))], *sources, links=links)

    assert outcome(found, "r") == expected
    partners = ("product|here|p-out",) if quantifier is Quantifier.ANY else ()
    assert [f.partners for f in found.matches] == ([partners] if expected == "fires" else [])


@pytest.mark.parametrize(
    ("asked", "products", "expected"),
    [
        ({"at_least": 2}, ["out", "out", "in"], "fires"),
        ({"at_least": 2}, ["out", "in"], "clear"),
        ({"at_least": 2}, ["out", "unknown", "in"], "missing"),
        ({"at_least": 2}, ["out"], "clear"),  # there is one, and no second that may be out
        ({"at_least": 2}, [], "missing"),
        ({"share": 0.5}, ["out", "in"], "fires"),
        ({"share": 0.5}, ["out", "in", "in"], "clear"),
        ({"share": 0.5}, ["out", "unknown", "in"], "missing"),
        ({"share": 0.5, "of": "clicks"}, ["out: 60", "in: 30", "in: 30"], "fires"),
        ({"share": 0.5, "of": "clicks"}, ["out: 60", "in: 70", "out: 1"], "clear"),
        ({"share": 0.5, "of": "clicks"}, ["out: 60", "unknown: 30", "in: 60"], "missing"),
        ({"share": 0.5, "of": "clicks"}, ["out: 60", "in"], "missing"),  # of how many clicks?
        ({"share": 0.5, "of": "clicks"}, ["out: 0", "in: 0"], "missing"),  # no share of nothing
        ({"share": 0.5, "of": "clicks", "at_least": 2}, ["out: 60", "in: 30"], "clear"),
        ({"share": 0.5, "of": "clicks", "at_least": 2}, ["out: 60", "out: 1", "in: 9"], "fires"),
    ],
)
def test_a_rule_may_ask_how_many_of_its_links(
    asked: dict[str, Any], products: Sequence[str], expected: str
) -> None:
    states = {"out": "true", "in": "false", "unknown": "missing"}
    rows: list[Row] = []
    for number, product in enumerate(products):
        state, _, clicks = product.partition(": ")
        clicked = float(clicks) if clicks else None
        rows.append({"key": f"p{number}", **STOCK[states[state]], "clicks": clicked})
    links = {"ad-products": [("1", str(row["key"])) for row in rows]}
    related = Related("ad-products", "product", Quantifier.ANY, (NO_STOCK,), **asked)
    sources = [ad(CTR["true"]), *([counted("product", rows)] if rows else [])]

    found = judged([rule("r", when=Conditions((LOW_CTR,), (), (related,)))], *sources, links=links)

    assert outcome(found, "r") == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["true", "true", "true"], "fires"),
        (["false", "true", "true"], "clear"),
        (["true", "false", "true"], "clear"),
        (["true", "unsure", "true"], "unsure"),
        (["true", "missing", "true"], "missing"),
        (["false", "missing", "true"], "clear"),  # one good day is enough to know
        (["none", "true", "true"], "missing"),
        (["true", "true", "true", "false"], "clear"),  # the newest day counts as well
        (["false", "true", "true", "true"], "fires"),  # and older ones do not
    ],
)
def test_a_condition_may_have_to_last(days: Sequence[str], expected: str) -> None:
    first = 28 - len(days) + 1
    rows: list[Row] = [
        {"day": first + number, **CTR[day]} for number, day in enumerate(days) if day != "none"
    ]
    lasting = attrs.evolve(LOW_CTR, days=3.0)

    found = judged([rule("r", lasting)], counted("ad", rows, grain=Grain.DAY))

    assert outcome(found, "r") == expected
    assert all(0 < match.p < 0.05 for match in found.matches)


def test_a_link_may_block_as_well() -> None:
    related = Related("ad-products", "product", Quantifier.ANY, (NO_STOCK,))
    blocked = rule("r", LOW_CTR, unless=Conditions(related=(related,)))

    def end(*products: str) -> tuple[str, list[tuple[str, ...]]]:
        sources, links = with_products(*products)
        found = judged([blocked], *sources, links=links)
        return outcome(found, "r"), [f.unchecked for f in found.matches]

    assert end("p-in", "p-out") == ("clear", [])
    assert end("p-in") == ("fires", [()])
    assert end("p-unknown") == ("fires", [("product: stock is at most 0",)])


def test_a_relation_may_be_followed_backwards() -> None:
    related = Related("~ad-products", "ad", Quantifier.ANY, (LOW_CTR,))
    sources, links = with_products("p-out")

    found = judged(
        [rule("r", NO_STOCK, subject="product", when=Conditions((NO_STOCK,), (), (related,)))],
        *sources,
        links=links,
    )

    assert outcomes(found, "r") == {
        ("product", "p-in"): "clear",
        ("product", "p-out"): "fires",
        ("product", "p-unknown"): "missing",
    }


@pytest.mark.parametrize(
    ("subject", "relation", "other"), [("ad", "parent", "campaign"), ("campaign", "children", "ad")]
)
def test_parents_and_children_are_relations(subject: str, relation: str, other: str) -> None:
    related = Related(relation, other, Quantifier.ANY, (NO_STOCK,))
    rows = {
        "ad": counted("ad", [{"key": "1", "parent.campaign": "c", **CTR["true"], "stock": 0}]),
        "campaign": counted("campaign", [{"key": "c", **CTR["true"], "stock": 0}]),
    }

    found = judged(
        [rule("r", subject=subject, when=Conditions((LOW_CTR,), (), (related,)))], *rows.values()
    )

    assert [f.kind for f in found.matches] == [subject]


def test_every_subject_belongs_to_the_shop() -> None:
    related = Related("parent", "shop", Quantifier.ANY, (Ask("violations", at_least=1),))
    shop = counted("shop", [{"key": "here", "violations": 2}])

    found = judged([rule("r", when=Conditions((LOW_CTR,), (), (related,)))], ad(CTR["true"]), shop)

    assert outcome(found, "r") == "fires"


@pytest.mark.parametrize("state", list(CTR))
def test_a_rule_comes_after_the_finding_of_another(state: str) -> None:
    first, second = rule("first", LOW_CTR), rule("second", after=After(("test/first",)))

    found = judged([second, first], ad(CTR[state]))

    assert outcome(found, "second") == outcome(found, "first")
    assert [f.rule.short_id for f in found.matches] == (
        ["first", "second"] if state == "true" else []
    )


def test_rules_chain_as_far_as_they_like() -> None:
    names = "abcde"
    chain = [rule("a", LOW_CTR)]
    chain += [rule(name, after=After((f"test/{before}",))) for before, name in pairwise(names)]

    found = judged(list(reversed(chain)), ad(CTR["true"]))

    assert [f.rule.short_id for f in found.matches] == list(names)


def test_after_is_about_subjects_of_the_same_kind() -> None:
    first = rule("first", LOW_CTR)
    second = rule("second", subject="campaign", after=After(("test/first",)))

    found = judged(
        [first, second], ad(CTR["unsure"]), counted("campaign", [{"key": "1", "stock": 1}])
    )

    assert outcome(found, "second", kind="campaign") != "unsure"


@pytest.mark.parametrize(("over", "fires"), [("ad-products", True), (None, False)])
def test_a_rule_may_come_after_a_finding_over_a_relation(over: str | None, fires: bool) -> None:
    first = rule("first", NO_STOCK, subject="product")
    second = rule("second", LOW_CTR, after=After(("test/first",), over))
    sources, links = with_products("p-out", "p-in")

    found = judged([first, second], *sources, links=links)

    assert ("test/second" in {f.rule.id for f in found.matches}) == fires


def test_a_rule_may_come_after_a_finding_on_its_parent() -> None:
    first = rule("first", Ask("violations", at_least=1), subject="shop")
    second = rule("second", LOW_CTR, after=After(("test/first",), "parent"))
    shop = counted("shop", [{"key": "here", "violations": 2}])

    found = judged([first, second], ad(CTR["true"]), shop)

    assert outcome(found, "second") == "fires"


def test_a_rule_may_come_after_a_finding_that_several_subjects_gave_together() -> None:
    first = rule("first", LOW_CTR)
    second = rule("second", Ask("violations", at_least=1), after=After(("test/first",), "parent"))
    rows: list[Row] = [
        {
            "key": str(n),
            "parent.ad-group": "g",
            "violations": 3,
            "clicks": 9,
            "impressions": 1_200,
        }
        for n in range(8)
    ]

    sources = [counted("ad", rows)]
    found = [judged([first, second], *sources, prefilter=p) for p in (True, False)]

    for each in found:
        assert outcome(each, "first", "g", "ad-group") == "fires"
        assert outcome(each, "second", "3") == "fires"


def test_a_circle_of_rules_is_an_error_that_names_its_path() -> None:
    one = rule("one", LOW_CTR, after=After(("test/two",)))
    two = rule("two", LOW_CTR, after=After(("test/one",)))

    with pytest.raises(AdvisorError, match="test/one → test/two → test/one"):
        judged([one, two], ad(CTR["true"]))


def explained(
    *rules: Rule, sources: Iterable[CountedRows], **links: Sequence[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    found = judged(rules, *sources, links=links)
    return {f.rule.short_id: f.explained_by for f in found.matches}


def test_a_finding_explains_another_on_the_same_subject() -> None:
    cause = rule("cause", LOW_CTR, explains=("test/effect",))
    effect = rule("effect", Ask("clicks", at_most=1_000))

    found = explained(cause, effect, sources=[ad(CTR["true"])])

    assert found == {"cause": (), "effect": ("test/cause",)}


def test_a_finding_that_is_not_there_explains_nothing() -> None:
    cause = rule("cause", LOW_CTR, explains=("test/effect",))
    effect = rule("effect", Ask("clicks", at_most=1_000))

    assert explained(cause, effect, sources=[ad(CTR["false"])]) == {"effect": ()}


@pytest.mark.parametrize("above", ["ad-group", "campaign", "shop"])
def test_a_finding_explains_what_lies_below_it(above: str) -> None:
    cause = rule("cause", LOW_CTR, subject=above, explains=("test/effect",))
    effect = rule("effect", Ask("clicks", at_most=1_000))
    parents: Row = {"parent.ad-group": "g", "parent.campaign": "c"}
    key = {"ad-group": "g", "campaign": "c", "shop": "here"}[above]
    sources = [ad(CTR["true"], parents), counted(above, [{"key": key, **CTR["true"]}])]

    assert explained(cause, effect, sources=sources)["effect"] == ("test/cause",)


def test_a_finding_elsewhere_explains_nothing() -> None:
    cause = rule("cause", LOW_CTR, subject="campaign", explains=("test/effect",))
    effect = rule("effect", Ask("clicks", at_most=1_000))
    sources = [
        ad(CTR["true"], {"parent.campaign": "c"}),
        counted("campaign", [{"key": "other", **CTR["true"]}]),
    ]

    assert explained(cause, effect, sources=sources)["effect"] == ()


@pytest.mark.parametrize("from_product", [True, False])
def test_a_finding_explains_over_a_relation_in_both_directions(from_product: bool) -> None:
    product = rule("product", NO_STOCK, subject="product")
    ads = rule("ad", LOW_CTR)
    cause, effect = (product, ads) if from_product else (ads, product)
    cause = attrs.evolve(cause, explains=(effect.id,))
    sources, links = with_products("p-out")

    found = explained(cause, effect, sources=sources, **links)

    assert found[effect.short_id] == (cause.id,)


def group(count: int, clicks: int, impressions: int, **more: object) -> CountedRows:
    rows: list[Row] = [
        {
            "key": str(n),
            "parent.ad-group": "g",
            "parent.campaign": "c",
            "clicks": clicks,
            "impressions": impressions,
            **more,
        }
        for n in range(count)
    ]
    return counted("ad", rows)


def test_what_no_ad_can_tell_alone_they_tell_together() -> None:
    found = judged([rule("r", LOW_CTR)], group(8, 9, 1_200))

    assert outcomes(found, "r") == {
        **{("ad", str(n)): "unsure" for n in range(8)},
        ("ad-group", "g"): "fires",
    }
    (firing,) = found.matches
    row = firing.evaluation.graded.frame.row(firing.row, named=True)
    assert (firing.evaluation.measured_as, row["pooled"]) == ("ad", 8)
    assert (row["ctr.x"], row["ctr.d"]) == (72, 9_600)


def test_exact_counts_are_pooled_beside_what_is_unsure() -> None:
    asked = rule("r", LOW_CTR, Ask("violations", at_least=10))

    found = judged([asked], group(8, 9, 1_200, violations=12))

    assert outcome(found, "r", "g", "ad-group") == "fires"
    assert found.matches[0].evaluation.graded.frame["violations"].to_list() == [96]


def test_only_those_that_cannot_tell_are_pooled() -> None:
    unsure = group(8, 9, 1_200).frame
    clear = counted(
        "ad", [{"key": "clear", "parent.ad-group": "g", "parent.campaign": "c", **CTR["false"]}]
    )
    source = attrs.evolve(clear, frame=unsure.vstack(clear.frame.select(unsure.columns)))

    found = judged([rule("r", LOW_CTR)], source)

    assert outcome(found, "r", "clear") == "clear"
    assert outcome(found, "r", "g", "ad-group") == "fires"
    assert found.matches[0].evaluation.graded.frame["ctr.d"].to_list() == [9_600]


def test_a_pool_is_compared_with_the_window_before_by_those_that_were_in_both() -> None:
    """A new ad of a lower CTR makes that of no other ad fall."""
    ran: dict[str, tuple[int, int]] = {"a": (30, 30), "b": (30, 30), "new": (0, 3_000)}
    rows = [
        {
            "key": key,
            "parent.ad-group": "g",
            "day": at,
            "clicks": shown // (150 if key == "new" else 30),
            "impressions": shown,
        }
        for key, (then, now) in ran.items()
        for at in range(-27, 29)
        for shown in (now if at > 0 else then,)
    ]

    found = judged([rule("r", Ask("ctr", trend="falling"))], counted("ad", rows, grain=Grain.DAY))

    assert outcomes(found, "r") == {
        **{("ad", key): "unsure" for key in ran},
        ("ad-group", "g"): "unsure",
    }


def test_those_that_another_rule_says_to_leave_alone_are_not_pooled() -> None:
    blocked = rule("r", LOW_CTR, unless=Conditions((NO_STOCK,)))

    found = judged([blocked], group(8, 9, 1_200, stock=0))

    assert {kind for kind, _ in outcomes(found, "r")} == {"ad"}


def test_what_a_group_cannot_tell_its_campaign_may() -> None:
    frames = [
        counted(
            "ad",
            [
                {
                    "key": f"{g}-{n}",
                    "parent.ad-group": f"g{g}",
                    "parent.campaign": "c",
                    "clicks": 8,
                    "impressions": 1_000,
                }
                for n in range(2)
            ],
        )
        for g in range(5)
    ]
    source = attrs.evolve(frames[0], frame=frames[0].frame.vstack(frames[1].frame))
    for other in frames[2:]:
        source = attrs.evolve(source, frame=source.frame.vstack(other.frame))

    found = judged([rule("r", LOW_CTR)], source)

    assert outcome(found, "r", "g0", "ad-group") == "unsure"
    assert outcome(found, "r", "c", "campaign") == "fires"
    row = found.matches[0].evaluation.graded.frame.row(0, named=True)
    assert row["pooled"] == 10
    assert row["name"].startswith("10 ads")


def test_ads_that_are_alone_in_their_groups_tell_in_their_campaign() -> None:
    rows: list[Row] = [
        {
            "key": str(n),
            "parent.ad-group": f"g{n}",
            "parent.campaign": "c",
            "clicks": 8,
            "impressions": 1_000,
        }
        for n in range(10)
    ]

    found = judged([rule("r", LOW_CTR)], counted("ad", rows))

    assert outcome(found, "r", "c", "campaign") == "fires"


def test_a_rule_is_judged_on_the_finest_kind_that_has_its_metrics() -> None:
    one = rule("one", LOW_CTR)
    two = rule("two", LOW_CTR, LOW_ORDERS)
    rows: Row = {"key": "c", "clicks": 50, "impressions": 10_000, "orders": 0}
    sources = [
        ad(CTR["true"], {"parent.campaign": "c"}),
        counted("campaign", [rows]),
    ]

    found = judged([one, two], *sources)

    assert {kind for kind, _ in outcomes(found, "one")} == {"ad"}
    assert {kind for kind, _ in outcomes(found, "two")} == {"campaign"}


def test_a_rule_about_something_that_no_file_lists_is_not_judged_on_its_parent_by_links() -> None:
    related = Related("ad-products", "product", Quantifier.ANY, (NO_STOCK,))
    products = counted("product", [{"key": "p", "stock": 0}])
    campaign = counted("campaign", [{"key": "1", **CTR["true"]}])

    found = judged(
        [rule("r", when=Conditions(related=(related,)))],
        products,
        campaign,
        links={"ad-products": [("1", "p")]},
    )

    assert found.matches == ()


@pytest.mark.parametrize(("shares", "expected"), [(5, "fires"), (None, "missing")])
def test_a_rule_is_missing_where_a_count_it_needs_is(shares: int | None, expected: str) -> None:
    rows: list[Row] = [
        {"key": "1", **CTR["true"], "shares": shares},
        {"key": "2", **CTR["true"], "shares": 7},
    ]

    found = judged([rule("r", LOW_CTR, needs=("shares",))], counted("ad", rows))

    assert outcome(found, "r") == expected


def screened(weak: int, healthy: int, *, strong: int = 0, screen: bool = True) -> list[str]:
    rows: list[Row] = [{"key": f"w{n}", "clicks": 78, "impressions": 10_000} for n in range(weak)]
    rows += [{"key": f"s{n}", "clicks": 20, "impressions": 10_000} for n in range(strong)]
    rows += [{"key": f"h{n}", "clicks": 200, "impressions": 10_000} for n in range(healthy)]
    found = judged([rule("r", LOW_CTR)], counted("ad", rows), screen=screen)
    return [outcome(found, "r", f"w{n}") for n in range(weak)]


def test_a_weak_finding_alone_among_many_is_taken_for_chance() -> None:
    assert screened(1, 0) == ["fires"]
    assert screened(1, 100, screen=False) == ["fires"]
    assert screened(1, 100) == ["unsure"]


def test_weak_findings_stand_where_they_are_many() -> None:
    assert set(screened(40, 60)) == {"fires"}
    assert set(screened(2, 100, strong=60)) == {"fires"}


@pytest.mark.parametrize(
    ("other", "row", "expected"),
    [
        (LOW_CTR, {"clicks": 200, "impressions": 10_000}, "unsure"),
        (NO_STOCK, {"stock": 4}, "fires"),  # a fact is no chance, so it is not counted
        (NO_STOCK, {"stock": 0}, "fires"),
        (LOW_CTR, {"clicks": 20, "impressions": 10_000}, "fires"),  # many that surely stand
    ],
)
def test_a_finding_stands_among_what_all_rules_asked_of_the_shop(
    other: Ask, row: Row, expected: str
) -> None:
    weak = counted("ad", [{"key": "w", "clicks": 78, "impressions": 10_000}])
    products = counted("product", [{"key": f"p{n}", **row} for n in range(100)])
    rules = [rule("r", LOW_CTR), rule("other", other, subject="product")]

    found = judged(rules, weak, products, screen=True)

    assert outcome(found, "r", "w") == expected
    said = {where: how for where, how in outcomes(found, "other").items() if where[0] == "product"}
    ill = row.get("stock") == 0 or row.get("clicks") == 20
    assert set(said.values()) == {"fires" if ill else "clear"}


def test_subjects_without_data_are_not_counted_among_the_many() -> None:
    rows: list[Row] = [{"key": "w", "clicks": 78, "impressions": 10_000}]
    rows += [{"key": f"m{n}", "clicks": None, "impressions": None} for n in range(200)]

    found = judged([rule("r", LOW_CTR)], counted("ad", rows), screen=True)

    assert outcome(found, "r", "w") == "fires"


def test_a_weak_finding_that_needs_one_of_several_alternatives_is_screened_as_well() -> None:
    either = Conditions(alternatives=((LOW_CTR,), (NO_STOCK,)))
    rows: list[Row] = [{"key": "w", "clicks": 78, "impressions": 10_000, "stock": 1}]
    rows += [{"key": f"h{n}", "clicks": 200, "impressions": 10_000, "stock": 1} for n in range(100)]

    found = judged([rule("r", when=either)], counted("ad", rows), screen=True)

    assert outcome(found, "r", "w") == "unsure"


@attrs.define
class Silent:
    """An engine that derives nothing and counts how often it is asked."""

    name: str = "silent"
    version: str = "0"
    asked: int = 0

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        self.asked += 1
        return frozenset()


def test_what_the_engine_does_not_derive_does_not_fire() -> None:
    silent = Silent()

    found = judged([rule("r", LOW_CTR)], ad(CTR["true"]), engine=silent)

    assert silent.asked > 0
    assert found.matches == ()


@pytest.mark.skipif(available() is not None, reason="durable_rules is not installed")
def test_where_durable_rules_is_in_use_the_reference_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> frozenset[Derivation]:
        raise AssertionError("the reference engine was asked")

    monkeypatch.setattr(ReferenceEngine, "derive", never)
    acting: Engine = engines.choose()

    found = judged([rule("r", LOW_CTR)], ad(CTR["true"]), engine=acting)

    assert acting.name == "durable_rules"
    assert [m.rule.short_id for m in found.matches] == ["r"]


def test_a_band_that_another_metric_chooses_is_there_for_pooled_subjects_too() -> None:
    from advisor.model.bands import Band, OfSubject, Where

    tiers = bands(
        Band("order_rate", low=0.05, where=Where(of=OfSubject("aov", below=100))),
    )
    rows: list[Row] = [
        {"key": str(n), "parent.ad-group": "g", "clicks": 100, "orders": 2, "gmv": 60}
        for n in range(10)
    ]

    found = judged([rule("r", LOW_ORDERS)], counted("ad", rows), with_grader=grader(tiers, US))

    assert outcome(found, "r", "g", "ad-group") == "fires"


def test_a_rule_against_siblings_names_those_that_stand_out() -> None:
    ask = Ask("ctr", ("low",), against=Against.SIBLINGS)
    rows: list[Row] = [
        {"key": str(n), "parent.ad-group": "g", "clicks": c, "impressions": 100_000}
        for n, c in enumerate((2_000, 2_100, 900))
    ]

    found = judged([rule("r", ask)], counted("ad", rows))

    assert [f.key for f in found.matches] == ["2"]
