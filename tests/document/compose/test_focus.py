"""A goal is proposed where its KPIs are surely weakest, and never by guessing."""

import attrs
import pytest

from advisor.document import ActionInfo, FocusInfo, Kpi
from advisor.document.compose.focus import focus
from advisor.model import ENGLISH
from advisor.model.condition import Conditions
from advisor.model.rule import Rule, Says, Severity
from advisor.model.vocabulary import Goal, Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from tests.report import documents

METRIC = """
[[metric]]
id = "{id}"
title = "{title}"
kind = "proportion"
unit = "share"
numerator = ["events"]
denominator = ["chances"]
better = "{better}"
definition = "For tests."
"""
BETTER = dict.fromkeys(("ctr", "roas", "gmv", "views", "likes"), "higher") | {
    "cpc": "lower",
    "share": "neither",
}
WORDS: Vocabulary = merge(
    [
        (
            "test",
            vocabulary_file(
                "".join(
                    f'[[count]]\nid = "{name}"\ntitle = "{name}"\n'
                    for name in ("events", "chances")
                )
                + "".join(
                    METRIC.format(id=name, title=name.upper(), better=better)
                    for name, better in BETTER.items()
                ),
                where="test",
            ),
        )
    ]
)
WORDS = attrs.evolve(
    WORDS,
    goals={
        "sales": Goal("sales", "drive more sales", ("gmv", "views")),
        "ads": Goal("ads", "improve ad efficiency", ("roas", "cpc", "ctr")),
        "reach": Goal("reach", "grow", ("likes", "share")),
    },
)


def kpi(metric: str, *levels: str, trend: str | None = None) -> Kpi:
    made = documents.kpi(metric, metric.upper(), "1%", None)
    return attrs.evolve(made, levels=levels, trend=trend)


def action(goal: str, money: float) -> tuple[Rule, ActionInfo]:
    rule = Rule(
        f"test/{goal}", "ad", Severity.LOW, Conditions(), Says("a", "b", "c"), (), goal=goal
    )
    made = documents.action((documents.finding("An ad"),))
    assert made.gain is not None
    return rule, attrs.evolve(made, rule=rule.id, gain=attrs.evolve(made.gain, mid=money))


def proposed(*kpis: Kpi, goal: str | None = None, money: dict[str, float] | None = None) -> object:
    actions = [action(name, amount) for name, amount in (money or {}).items()]
    rules, plan = [rule for rule, _ in actions], [info for _, info in actions]
    return focus(goal, kpis, plan, rules, WORDS, ENGLISH)


def test_the_goal_with_the_largest_share_of_weak_kpis_is_proposed() -> None:
    found = proposed(
        *(kpi("gmv", trend="falling"), kpi("views", trend="flat")),
        *(kpi("roas", "low"), kpi("cpc", "high", trend="rising"), kpi("ctr", "good")),
    )

    assert found == FocusInfo(
        goal="ads",
        title="improve ad efficiency",
        because="2 of 3 KPIs are weak (ROAS is low, CPC is high and rising)",
        kpis=("roas", "cpc"),
        line='focus = "ads"',
        text=(
            "You haven't set a goal. Suggested: “improve ad efficiency”, because 2 of 3 KPIs are "
            "weak (ROAS is low, CPC is high and rising). To plan for it, write "
            'focus = "ads" under [goal] in advisor.toml.'
        ),
    )


def test_of_goals_alike_the_one_with_more_money_at_stake_is_proposed() -> None:
    kpis = (
        *(kpi("gmv", "low"), kpi("views", trend="flat")),
        *(kpi("roas", "low"), kpi("cpc", "good")),
    )

    def goal(**money: float) -> str | None:
        found = proposed(*kpis, money=money)
        assert isinstance(found, FocusInfo)
        return found.goal

    assert goal(sales=10, ads=2_000) == "ads"
    assert goal(sales=2_000, ads=10) == "sales"


def test_a_shop_that_names_a_goal_is_proposed_none() -> None:
    assert proposed(kpi("roas", "low"), kpi("cpc", "high"), goal="sales") is None


@pytest.mark.parametrize(
    ("kpis", "because"),
    [
        ((), "not enough data to suggest a goal"),
        ((kpi("roas", "low"),), "not enough data to suggest a goal"),
        # What may be low or good is known to be neither.
        (
            (kpi("roas", "low", "good"), kpi("cpc", "good", "high", trend="flat")),
            "not enough data to suggest a goal",
        ),
        # A share that is neither better high nor low is never weak.
        ((kpi("likes", "low"), kpi("share", "low")), "not enough data to suggest a goal"),
        (
            (kpi("roas", "good", "high"), kpi("cpc", "low", trend="falling")),
            "none of your KPIs is clearly weak",
        ),
    ],
    ids=["nothing", "one KPI", "may be either", "no direction", "all well"],
)
def test_without_evidence_none_is_proposed_and_it_says_why(
    kpis: tuple[Kpi, ...], because: str
) -> None:
    found = proposed(*kpis)

    assert isinstance(found, FocusInfo)
    assert (found.goal, found.line, found.kpis) == (None, "", ())
    assert found.text == f"You haven't set a goal, and none is suggested: {because}."


def test_a_trend_alone_is_evidence_where_there_is_no_band() -> None:
    found = proposed(kpi("gmv", trend="falling"), kpi("views", trend="rising"))

    assert isinstance(found, FocusInfo)
    assert found.because == "1 of 2 KPIs is weak (GMV is falling)"
