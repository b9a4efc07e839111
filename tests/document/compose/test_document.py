"""The document says what was found, what is well, what is nearly known and what is not."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import pytest

from advisor.document import Document, as_json
from advisor.judge.engine import Clause, Derivation, FindingFact, LinkFact, SubjectFact
from advisor.model.bands import Band
from advisor.model.reading import Reading
from tests.document.compose.shops import SETTINGS, Row, ads, composed, written

LOW: Row = {"clicks": 50, "impressions": 10_000}
GOOD: Row = {"clicks": 200, "impressions": 10_000}
UNSURE: Row = {"clicks": 9, "impressions": 1_500}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    written(tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }')
    return tmp_path


def test_a_finding_carries_its_evidence(pack: Path) -> None:
    (finding,) = composed(pack, ads({"key": "a", **LOW}, {"key": "b", **GOOD})).findings

    (evidence,) = finding.evidence
    assert finding.message.text == "a: weak"
    assert (evidence.metric, evidence.value, evidence.levels) == ("ctr", 0.005, ("low",))
    assert (evidence.file, evidence.rows) == ("ads.csv", ((2, 2),))
    assert evidence.band is not None
    assert (evidence.band.low, evidence.band.high) == (0.01, 0.03)
    assert evidence.band.origin == "the test (all shops)"
    assert evidence.low is not None
    assert evidence.high is not None
    assert evidence.low < 0.005 < evidence.high < 0.01
    assert (evidence.n, evidence.sure.split(":")[0]) == (10_000, "very sure")


def test_an_alternative_that_does_not_hold_is_no_evidence(pack: Path) -> None:
    written(
        pack,
        "either",
        '[[when.any]]\nctr = "low"\n[[when.any]]\nclicks = { at-least = 1000 }',
    )

    found = {f.rule: f for f in composed(pack, ads(LOW)).findings}

    assert [e.metric for e in found["test/either"].evidence] == ["ctr"]


def test_ids_survive_other_values_and_differ_between_subjects(pack: Path) -> None:
    def ids(clicks: int) -> list[str]:
        made = composed(pack, ads(*({"key": k, **LOW, "clicks": clicks} for k in "ab")))
        return [*(f.id for f in made.findings), *(a.id for a in made.plan)]

    assert ids(50) == ids(40)
    assert len(set(ids(50))) == 3


def test_money_at_stake_is_the_gap_times_what_a_click_brings(pack: Path) -> None:
    (action,) = composed(pack, ads({**LOW, "gmv": 1_000})).plan

    assert action.gain is not None
    # 50 clicks more in 28 days, each worth 20, for 30 days.
    assert action.gain.mid == pytest.approx(50 * 20 * 30 / 28)
    assert action.done[0].text == (
        "CTR is at least 1% (check after about 4,700 impressions, 14 days)"
    )


def test_what_is_clear_everywhere_is_healthy(pack: Path) -> None:
    made = composed(pack, ads({"key": "a", **GOOD}, {"key": "b", **UNSURE}))

    assert [(h.rule, h.subjects) for h in made.healthy] == [("test/weak", 1)]
    assert made.plan == ()


def watched(pack: Path, *rows: Row, band: Band | None = None, by_day: bool = False) -> list[str]:
    made = composed(pack, ads(*rows, by_day=by_day), bands=None if band is None else [band])
    return [w.text for w in made.watch]


def test_what_is_nearly_known_says_how_much_would_tell(pack: Path) -> None:
    (text,) = watched(pack, UNSURE)

    start, _, end = text.partition("): ")
    assert start.startswith("CTR 0.6% (")
    assert start.endswith("target 1–3%")
    assert end == "about 930 more needed (impressions, 18 days)"


def test_what_cannot_fire_is_not_watched(tmp_path: Path) -> None:
    written(tmp_path, "weak", 'ctr = "low"\n[unless]\nstock = { at-most = 0 }')

    assert watched(tmp_path, {**UNSURE, "stock": 0}) == []
    assert len(watched(tmp_path, {**UNSURE, "stock": 5})) == 1


def test_as_many_more_do_tell(pack: Path) -> None:
    more = 1_500 + 880

    made = composed(pack, ads({"clicks": round(0.006 * more), "impressions": more}))

    assert [f.rule for f in made.findings] == ["test/weak"]


@pytest.mark.parametrize("clicks", [20, 19, 21])
def test_what_lies_on_the_edge_is_too_close_to_call(pack: Path, clicks: int) -> None:
    (text,) = watched(pack, {"clicks": clicks, "impressions": 2_000})

    assert text.endswith("target 1–3%): too close to call")


def test_only_the_edge_that_decides_is_spoken_of(pack: Path) -> None:
    # 2.5 % is nearest to the high edge, which `low` does not ask about.
    (text,) = watched(pack, {"clicks": 2, "impressions": 80})

    assert "more needed (impressions" in text


def test_a_comparison_with_the_past_promises_no_number(pack: Path) -> None:
    written(pack, "fallen", 'ctr = { is = "low", against = "past" }')
    rows: list[Row] = [{"day": d, "clicks": 2, "impressions": 500} for d in range(-20, 32)]

    texts = watched(pack, *rows, by_day=True)

    assert any(text.endswith("too early to tell if it changed") for text in texts)


def test_a_total_compared_with_the_past_is_no_crash(pack: Path) -> None:
    written(pack, "fallen", 'sales = { is = "low", against = "past" }')
    rows: list[Row] = [{"day": d, "gmv": 20, "orders": 1} for d in range(-20, 32)]

    texts = watched(pack, *rows, by_day=True, band=Band("sales", low=1.0))

    assert any("too early to tell" in text for text in texts)


def unjudged(made: Document) -> dict[str, tuple[str, str]]:
    return {u.rule: (u.because, u.remedy) for u in made.coverage}


def test_what_could_not_be_judged_names_the_export_that_has_it(pack: Path) -> None:
    written(pack, "empty", "stock = { at-most = 0 }")

    found = unjudged(composed(pack, ads(LOW)))

    assert found == {
        "test/empty": ("no file has stock of ads", "Add Stock list (Products > Export)")
    }


def test_a_kind_that_no_file_lists_is_named(pack: Path) -> None:
    written(pack, "empty", "stock = { at-most = 0 }", subject="product")

    found = unjudged(composed(pack, ads(LOW)))

    assert found["test/empty"] == (
        "no export with products found",
        "Add Stock list (Products > Export)",
    )


def test_money_whose_orders_no_file_has_is_named(pack: Path) -> None:
    written(pack, "poor", 'roas = "low"')

    found = unjudged(composed(pack, ads({**LOW, "gmv": 100, "spend": 200})))

    assert found["test/poor"][0] == "no file has orders of ads"


def test_a_band_in_dollars_without_a_rate_names_the_line_to_add(pack: Path) -> None:
    shop = attrs.evolve(SETTINGS.shop, currency="MYR")
    written(pack, "dear", 'cpc = "high"')

    made = composed(
        pack,
        ads({**GOOD, "spend": 900}),
        bands=[Band("cpc", high=1.0, usd=True)],
        settings=attrs.evolve(SETTINGS, shop=shop),
    )

    assert unjudged(made)["test/dear"][1] == "Add currency and usd_rate to [shop] in advisor.toml"


def test_outcomes_are_counted_for_every_rule(pack: Path) -> None:
    written(pack, "empty", "stock = { at-most = 0 }", subject="product")
    rows = [{"key": "a", **LOW}, {"key": "b", **GOOD}, {"key": "c", **UNSURE}]

    made = composed(pack, ads(*rows, {"key": "d", "clicks": 4}))

    counted = {c.rule: (c.kind, c.fires, c.clear, c.unsure, c.missing) for c in made.outcomes}
    assert counted == {
        "test/weak": ("ad", 1, 1, 1, 1),
        "test/empty": ("product", 0, 0, 0, 1),
    }


class Silent:
    """An engine that derives nothing."""

    name = "silent"
    version = "0"

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        return frozenset()


def test_with_an_engine_that_derives_nothing_the_plan_is_empty(pack: Path) -> None:
    assert composed(pack, ads(LOW)).plan != ()

    made = composed(pack, ads(LOW), engine=Silent())

    assert (made.plan, made.findings) == ((), ())
    assert made.advisor.engine.name == "silent"


def test_the_same_files_in_any_order_give_the_same_document(pack: Path) -> None:
    written(pack, "poor", 'roas = "low"', done='done = { roas = "good" }')
    chance = random.Random(3)
    files = [
        ads(
            *(
                {
                    "day": day,
                    "key": str(key),
                    "parent.campaign": str(key % 2),
                    "clicks": chance.randint(1, 9),
                    "impressions": 1_000,
                    "gmv": chance.random() * 9,
                    "spend": chance.random() * 9,
                    "orders": chance.randint(0, 2),
                }
                for day in range(first, first + 14)
                for key in range(6)
            ),
            name=f"{first}.csv",
            by_day=True,
        )
        for first in (-10, 4, 11, 18)
    ]
    expected = as_json(composed(pack, *files))
    assert expected == as_json(composed(pack, *files))

    for _ in range(3):
        chance.shuffle(files)
        assert as_json(composed(pack, *files)) == expected


def test_the_goals_of_the_month_are_half_of_the_way_for_the_first_three(tmp_path: Path) -> None:
    written(tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }')
    made = composed(tmp_path, ads({"key": "a", **LOW}, {"key": "b", **LOW, "clicks": 40}))

    (goal,) = made.goals
    assert (goal.metric, goal.subject, goal.action) == ("ctr", "b", made.plan[0].id)
    assert goal.target == pytest.approx(0.007)
    assert goal.by == "2026-07-01"
    assert goal.text == "b: CTR from 0.4% to at least 0.7%, halfway to 1% (action #1)"


def test_an_action_without_a_number_to_reach_sets_no_goal(tmp_path: Path) -> None:
    written(tmp_path, "weak", 'ctr = "low"')
    made = composed(tmp_path, ads(LOW))

    assert len(made.plan) == 1
    assert made.goals == ()


def test_a_test_of_versions_says_how_many_events_decide(tmp_path: Path) -> None:
    written(
        tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }\ntrial = "ctr"'
    )
    (action,) = composed(tmp_path, ads({"clicks": 110, "impressions": 20_000})).plan

    assert action.trial is not None
    assert (action.trial.metric, action.trial.design) == ("ctr", "split")
    assert (action.trial.each, action.trial.days) == (6_000, 17)
    assert action.trial.text == (
        "Each version needs about 6,000 impressions to tell CTR of 0.55% from 1%: about 17 days "
        "at your current pace."
    )


def test_a_test_that_takes_too_long_is_planned_otherwise(tmp_path: Path) -> None:
    written(
        tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }\ntrial = "ctr"'
    )
    (action,) = composed(tmp_path, ads({"clicks": 55, "impressions": 10_000})).plan

    assert action.trial is not None
    assert (action.trial.design, action.trial.days) == ("bolder", 30)
    assert "test a bolder change" in action.trial.text


def test_a_kpi_of_other_days_than_the_plan_says_them(pack: Path) -> None:
    days = ads(*({"day": d, **GOOD} for d in range(1, 32)), by_day=True, subject="campaign")
    longer = ads({"from": -60, "to": 31, **LOW})
    same = ads({"from": 1, "to": 31, **LOW})

    texts = [composed(pack, *given).kpis[0].text for given in ((days,), (same,), (same, longer))]
    (other,) = composed(pack, longer, _shop_days()).kpis

    assert not any("2026" in text for text in texts)
    assert other.text.endswith("May 31, 2026)")


def test_a_kpi_of_one_part_of_the_shop_is_titled_so(pack: Path) -> None:
    (one,) = composed(pack, ads({"key": "a", "from": 1, **LOW})).kpis
    (many,) = composed(pack, ads({"key": "a", **LOW}, {"key": "b", **GOOD})).kpis
    (shop,) = composed(pack, ads(LOW, subject="shop")).kpis

    assert [kpi.title for kpi in (one, many, shop)] == ["CTR of one Ad", "CTR of ads", "CTR"]
    assert one.text.endswith("(a)")


def _shop_days() -> Reading:
    """Days of another kind, which make the window, and have nothing of the KPI."""
    rows: list[Row] = [{"day": d, "visitors": 9} for d in range(4, 32)]
    return ads(*rows, name="visits.csv", subject="shop", by_day=True)
