"""One order: the account first, then what an hour of work brings; causes before what they cause."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.rule import Severity, Start
from advisor.model.vocabulary import Lever
from advisor.plan import Plan, PricedFinding, fingerprint, plan
from advisor.plan.money import MARGIN, SALES, SPEND, Gain, NoPrice, Reason
from tests.plan.making import LEVERS, WORDS_OF_LEVERS, found, numbered, price, ruled


def made(*findings: PricedFinding, goal: str | None = None) -> Plan:
    return plan(numbered(*findings), WORDS_OF_LEVERS, goal)


def order(*findings: PricedFinding, goal: str | None = None) -> list[str]:
    return [item.planned.rule.short_id for item in made(*findings, goal=goal).actions]


def test_what_endangers_the_account_comes_before_any_money() -> None:
    ban = found(ruled("ban", severity=Severity.CRITICAL))

    assert order(found("rich", price=price(1e6)), ban) == ["ban", "rich"]


def test_what_an_hour_brings_decides() -> None:
    assert order(
        found(ruled("large", effort=10), price=price(50)),
        found(ruled("quick", effort=1), price=price(10)),
        found(ruled("unlikely", effort=1), price=price(20), chance=0.1),
        found(ruled("unsure", effort=1), price=price(10), p=0.2),
    ) == ["quick", "unsure", "large", "unlikely"]


def test_priority_is_gain_times_chance_times_confidence_by_the_hour() -> None:
    priced = price(100, what=MARGIN)
    (item,) = made(found(ruled("r", effort=8), price=priced, chance=0.4, p=0.05)).actions

    assert item.priority.value == pytest.approx(100 * 0.4 * 0.95 / 8)


def test_sales_are_not_all_kept_where_saved_spend_is() -> None:
    assert order(
        found("sales", "a", price=price(100, what=SALES)),
        found("saved", "b", price=price(31, "cpc", what=SPEND)),
        found("fewer", "c", price=price(29, "cpc", what=SPEND)),
    ) == ["saved", "sales", "fewer"]


def test_what_serves_the_goal_comes_first_unless_another_is_worth_ten_times_as_much() -> None:
    own = found(ruled("own", goal="ads"), price=price(10))
    more, far_more = found("more", price=price(99)), found("far-more", price=price(101))

    assert order(more, far_more, own, goal="ads") == ["far-more", "own", "more"]
    assert order(more, own) == ["more", "own"]


@pytest.mark.parametrize(
    ("severity", "place"), [(Severity.HIGH, 1), (Severity.MEDIUM, 3), (Severity.LOW, 4)]
)
def test_what_has_no_price_stands_by_its_severity(severity: Severity, place: int) -> None:
    priced = [found(f"p{i}", price=price(100 - i)) for i in range(4)]

    assert order(*priced, found(ruled("none", severity=severity), p=0.01)).index("none") in (
        place,
        place + 1,
    )


def test_without_any_price_severity_decides_and_then_confidence() -> None:
    assert order(
        found(ruled("unsure", severity=Severity.HIGH), p=0.02),
        found(ruled("low", severity=Severity.LOW), p=0.001),
        found(ruled("high", severity=Severity.HIGH), p=0.001),
    ) == ["high", "unsure", "low"]


def test_a_lever_that_has_to_be_moved_first_comes_first_whatever_it_is_worth() -> None:
    more = ruled("more-budget", lever="budget", direction="raise")
    page = ruled("mend-page", lever="page")
    less = ruled("less-budget", lever="budget", direction="lower")

    assert order(found(more, "a", price=price(99)), found(page, "b", price=price(1))) == [
        "mend-page",
        "more-budget",
    ]
    assert order(found(less, "a", price=price(99)), found(page, "b", price=price(1))) == [
        "less-budget",
        "mend-page",
    ]


def test_what_endangers_the_account_waits_for_nothing_else() -> None:
    ban = ruled("ban", lever="budget", direction="raise", severity=Severity.CRITICAL)
    page = ruled("page", lever="page")
    first, second = made(found(ban), found(page, price=price(9))).actions

    assert (first.planned.rule, first.after) == (ban, ())
    assert (second.planned.rule, second.after) == (page, ())


def test_levers_that_wait_for_each_other_still_make_a_plan() -> None:
    # Of two packs that never met.
    levers = [Lever("one", "one", before=("other",)), Lever("other", "other", before=("one",))]
    words = attrs.evolve(WORDS_OF_LEVERS, levers={lever.id: lever for lever in levers})
    findings = [found(ruled(lever.id, lever=lever.id), price=price(9)) for lever in levers]
    first, second = plan(numbered(*findings), words).actions

    assert (first.after, second.after) == ((), (first.planned.id,))


def test_the_weight_of_the_goal_counts_once_for_what_has_no_price_too() -> None:
    own = found(ruled("own", goal="ads"), price=price(10))
    bare = found(ruled("bare", goal="ads", severity=Severity.HIGH))
    other = found(ruled("other", severity=Severity.HIGH), "2")

    assert order(bare, own, other, goal="ads") == ["own", "bare", "other"]


def test_money_of_two_kinds_is_no_sum() -> None:
    of = ruled("r")
    (item,) = made(
        found(of, "a", price=price(10)),
        found(of, "b", price=price(30, "cpc", what=SPEND)),
        found(of, "c", price=price(15)),
    ).actions

    assert isinstance(item.planned.gain, Gain)
    assert item.planned.gain.what == SPEND
    assert item.planned.gain.mid == pytest.approx(30)
    assert item.adds == item.planned.gain


def test_an_action_names_those_that_come_before_it() -> None:
    first, second = made(
        found(ruled("more", lever="budget", direction="raise"), "a", price=price(99)),
        found(ruled("page", lever="page"), "b"),
    ).actions

    assert (first.after, second.after) == ((), (first.planned.id,))


def test_findings_of_one_rule_are_one_action_worst_first() -> None:
    of = ruled("r")
    (item,) = made(
        found(of, "a", price=price(10), p=0.02),
        found(of, "b", price=price(30), p=0.01),
        found(of, "c", price=price(10), p=0.001),
    ).actions

    assert [f.subject[-1] for f in item.planned.findings] == ["b", "c", "a"]
    assert item.planned.mid == pytest.approx(50.0)
    assert item.planned.confidence == pytest.approx((30 * 0.99 + 10 * 0.999 + 10 * 0.98) / 50)


def test_what_another_finding_explains_is_listed_under_its_cause() -> None:
    (item,) = made(found("cause"), found("effect", by=("test/cause",))).actions

    assert (item.planned.rule.short_id, item.planned.also_explains) == ("cause", (1,))


def test_the_first_cause_of_a_chain_lists_all_of_it() -> None:
    (item,) = made(
        found("cause"), found("middle", by=("test/cause",)), found("end", by=("test/middle",))
    ).actions

    assert item.planned.also_explains == (1, 2)


def test_a_cause_lists_only_what_it_explains_on_its_own_subjects() -> None:
    effects = [found("effect", s, by=("test/cause",)) for s in ("a", "b")]

    (item,) = made(found("cause", "a"), *effects).actions

    assert item.planned.also_explains == (1,)


def test_the_money_of_one_gap_is_told_once_and_its_actions_stay_together() -> None:
    single = ruled("r")
    double = attrs.evolve(single, actions=single.actions * 2)

    first, second, third = made(
        found(double, price=price(10)), found("small", "2", price=price(1))
    ).actions

    assert isinstance(first.planned.gain, Gain)
    assert second.planned.gain == NoPrice(Reason.SHARED)
    assert (first.planned.rule, second.planned.rule) == (double, double)
    assert third.planned.rule.short_id == "small"
    assert first.planned.id != second.planned.id


def test_an_id_is_made_of_names_and_keeps_them_apart() -> None:
    assert fingerprint("a", "bc") == fingerprint("a", "bc")
    assert fingerprint("a", "bc") != fingerprint("ab", "c")


MOVES = [(lever.id, way) for lever in LEVERS.values() for way in lever.directions]
RULES = [
    ruled(f"r{i}", lever=lever, direction=way, effort=effort, severity=severity)
    for i, ((lever, way), effort, severity) in enumerate(
        (move, effort, severity)
        for move in MOVES
        for effort, severity in ((1.0, Severity.MEDIUM), (8.0, Severity.CRITICAL))
    )
]
SUBJECTS = [("ad", "a"), ("ad", "b"), ("campaign", "c"), ("shop", "s")]
INSIDE = {
    "ad": ("campaign|here|c", "shop|here|s"),
    "campaign": ("shop|here|s",),
    "shop": (),
}


@st.composite
def one_finding(draw: st.DrawFn) -> PricedFinding:
    kind, key = draw(st.sampled_from(SUBJECTS))
    mid = draw(st.sampled_from([None, 1.0, 5.0, 40.0]))
    metric = draw(st.sampled_from(["ctr", "order_rate", "aov", "roas", "cpc"]))
    return found(
        draw(st.sampled_from(RULES)),
        key,
        kind=kind,
        p=draw(st.sampled_from([0.0, 0.001, 0.02])),
        price=found("x").price if mid is None else price(mid, metric, sd=0.003),
        inside=INSIDE[kind],
        chance=draw(st.sampled_from([None, 0.2, 0.9])),
    )


SHOPS = st.lists(one_finding(), max_size=12, unique_by=lambda f: (f.rule.id, f.subject))


@settings(max_examples=150, deadline=None)
@given(SHOPS, st.randoms(), st.sampled_from([None, "ads"]))
def test_the_order_of_findings_does_not_change_the_plan(
    given_: list[PricedFinding], chance: object, goal: str | None
) -> None:
    mixed = list(given_)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    def shown(of: list[PricedFinding]) -> list[object]:
        plan_ = made(*of, goal=goal)
        return [
            (i.planned.id, i.planned.gain, i.priority, i.adds, i.after) for i in plan_.actions
        ] + [(a.action.id, a.kept, sorted(a.subjects)) for a in plan_.set_aside]

    assert shown(mixed) == shown(given_)


@settings(max_examples=150, deadline=None)
@given(SHOPS)
def test_no_plan_pulls_a_lever_both_ways_on_a_subject_or_what_holds_it(
    findings: list[PricedFinding],
) -> None:
    at: dict[tuple[str, str], set[str]] = {}
    around: dict[tuple[str, str], set[str]] = {}
    for item in made(*findings).actions:
        action = item.planned.action
        for finding in item.planned.findings:
            at.setdefault((action.lever, finding.subject), set()).add(action.direction)
            for place in finding.places:
                around.setdefault((action.lever, place), set()).add(action.direction)

    for (lever, subject), ways in at.items():
        everywhere = ways | around.get((lever, subject), set())
        assert not {"raise", "lower"} <= everywhere


@settings(max_examples=150, deadline=None)
@given(SHOPS)
def test_nothing_is_lost_between_the_plan_and_what_is_set_aside(
    findings: list[PricedFinding],
) -> None:
    plan_ = made(*findings)
    planned = {
        (f.rule.id, f.subject)
        for i in plan_.actions
        for f in (*i.planned.findings, *i.planned.explained)
    }
    aside = {(a.action.rule.id, subject) for a in plan_.set_aside for subject in a.subjects}

    assert planned | aside == {(f.rule.id, f.subject) for f in findings}
    assert not planned & aside


@settings(max_examples=150, deadline=None)
@given(SHOPS)
def test_whatever_an_action_waits_for_stands_above_it(findings: list[PricedFinding]) -> None:
    seen: set[str] = set()
    for item in made(*findings).actions:
        assert set(item.after) <= seen
        seen.add(item.planned.id)


@settings(max_examples=150, deadline=None)
@given(SHOPS)
def test_a_plan_is_worth_at_least_its_largest_action_and_at_most_all_of_them(
    findings: list[PricedFinding],
) -> None:
    plan_ = made(*findings)
    gains = [i.planned.mid for i in plan_.actions]
    total = sum(t.mid for t in plan_.total)

    assert total <= sum(gains) + 1e-6
    assert total >= max(gains, default=0.0) - 1e-6
    for item in plan_.actions:
        if item.adds is not None:
            assert 0 <= item.adds.low <= item.adds.mid <= item.adds.high
            assert item.adds.mid <= item.planned.mid + 1e-9


@pytest.mark.parametrize("severity", list(Severity))
def test_only_critical_endangers_the_account(severity: Severity) -> None:
    rich = found(ruled("rich", severity=Severity.LOW, effort=0.1), price=price(1e6))

    first = order(rich, found(ruled("other", severity=severity)))[0]

    assert (first == "other") == (severity is Severity.CRITICAL)


def test_when_to_begin_is_as_the_action_says_else_as_urgent_as_it_is() -> None:
    from advisor.plan.priority import start

    urgent = ruled("r", severity=Severity.CRITICAL)
    said = attrs.evolve(urgent, actions=(attrs.evolve(urgent.actions[0], start=Start.THIS_MONTH),))
    starts = [
        start(made(found(of)).actions[0].planned, rank)
        for of, rank in (
            (urgent, 9),
            (said, 1),
            (ruled("r", severity=Severity.HIGH), 9),
            (ruled("r"), 3),
            (ruled("r"), 4),
        )
    ]

    assert starts == [
        Start.NOW,
        Start.THIS_MONTH,
        Start.THIS_WEEK,
        Start.THIS_WEEK,
        Start.THIS_MONTH,
    ]


def test_without_a_price_what_is_most_at_stake_comes_first() -> None:
    of = ruled("r")
    small = attrs.evolve(found(of, "small", p=0.001), stake=3.0)
    large = attrs.evolve(found(of, "large", p=0.04), stake=900.0)

    (item,) = made(small, large).actions

    assert [f.subject for f in item.planned.findings] == ["ad|here|large", "ad|here|small"]
