"""What a stranger breaks costs its own rules; what nobody broke is a bug, with its traceback."""

from collections.abc import Mapping, Sequence
from itertools import product

import attrs
import pytest
from polars.exceptions import ColumnNotFoundError

from advisor.errors import AdvisorError
from advisor.judge import Judgement, judge_apart
from advisor.judge.engine.reference import ReferenceEngine
from advisor.metrics.measured import Measured
from advisor.model.condition import Conditions, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.rule import After, Rule
from tests.core import counted, grader, measured, outcomes, rule
from tests.judge.test_evaluate import CTR, LOW_CTR, NO_STOCK, STOCK

DRIVER = Ask("driver", ("ctr",))
WHY = "plugin agency failed: advisor_metrics failed: KeyError: 'x'"


def ads(*states: Mapping[str, object]) -> dict[str, Measured]:
    rows = [{"key": str(i), **state} for i, state in enumerate(states, 1)]
    return measured(counted("ad", rows), metrics=("ctr", "stock"))


def broken(frames: Mapping[str, Measured]) -> dict[str, Measured]:
    """*frames* without what a share is made of: where a rule on it fires, judging raises."""
    return {
        kind: attrs.evolve(one, frame=one.frame.drop("ctr.x", "ctr.d"))
        for kind, one in frames.items()
    }


def judged(
    rules: Sequence[Rule],
    frames: Mapping[str, Measured],
    *,
    strange: Sequence[str] = (),
    lost: Sequence[str] = (),
) -> Judgement:
    return judge_apart(
        rules,
        frames,
        {},
        grader(),
        ReferenceEngine(),
        strange=strange,
        lost=dict.fromkeys(lost, WHY),
    )


WEAK = rule("weak", LOW_CTR)
STOCKED = rule("stocked", NO_STOCK)
LATER = attrs.evolve(STOCKED, id="test/later", after=After((WEAK.id,)))
FRAMES = ads({**CTR["true"], **STOCK["true"]}, {**CTR["false"], **STOCK["false"]})


def test_a_strangers_rule_that_raises_costs_itself_alone() -> None:
    found = judged([WEAK, STOCKED], broken(FRAMES), strange=[WEAK.id, STOCKED.id])

    assert list(found.failed) == [WEAK.id]
    assert found.failed[WEAK.id].startswith("ColumnNotFoundError: ")
    sound = judged([STOCKED], FRAMES)
    assert outcomes(found, STOCKED.short_id) == outcomes(sound, STOCKED.short_id)


def test_what_raises_without_a_stranger_is_raised() -> None:
    for strange in ([], [STOCKED.id]):
        with pytest.raises(ColumnNotFoundError):
            judged([WEAK, STOCKED], broken(FRAMES), strange=strange)


def test_a_users_mistake_is_not_put_on_a_stranger() -> None:
    one = attrs.evolve(WEAK, after=After((LATER.id,)))

    with pytest.raises(AdvisorError):
        judged([one, LATER], FRAMES, strange=[one.id, LATER.id])


def test_what_waits_for_a_rule_that_raised_is_not_blamed_and_is_an_error() -> None:
    found = judged([LATER, WEAK], broken(FRAMES), strange=[LATER.id, WEAK.id])

    assert list(found.failed) == [WEAK.id]
    # The second ad has stock, so the rule is clear of it whatever its CTR.
    assert [*outcomes(found, LATER.short_id).values()] == ["error", "clear"]
    rules = {one.id: one for one in (LATER, WEAK)}
    assert found.why_failed(LATER, rules) == (f"it comes after {WEAK.id}: {found.failed[WEAK.id]}")
    assert found.why_failed(STOCKED, rules) == ""


STATES = [{**CTR[ctr], **STOCK[stock]} for ctr, stock in product(CTR, STOCK)]
ASKS = {
    "alone": rule("asks", NO_STOCK),
    "beside another": rule("asks", LOW_CTR, NO_STOCK),
    "as an alternative": attrs.evolve(
        WEAK, id="test/asks", when=Conditions(alternatives=((LOW_CTR,), (NO_STOCK,)))
    ),
    "of what would keep it from firing": attrs.evolve(
        WEAK, id="test/asks", unless=Conditions((NO_STOCK,))
    ),
}


@pytest.mark.parametrize("asks", ASKS.values(), ids=ASKS)
def test_of_what_a_plugin_failed_to_compute_missing_becomes_an_error_and_nothing_else_changes(
    asks: Rule,
) -> None:
    waits = attrs.evolve(WEAK, id="test/waits", after=After((asks.id,)))
    frames = ads(*STATES)

    before = judged([asks, waits], frames)
    after = judged([asks, waits], frames, lost=["stock"])

    for name in (asks.short_id, waits.short_id):
        was, now = outcomes(before, name), outcomes(after, name)
        assert {w for subject, w in was.items() if now[subject] == "error"} <= {"missing"}
        assert {s: w for s, w in now.items() if w != "error"} == {
            s: w for s, w in was.items() if now[s] != "error"
        }
    told = outcomes(before, asks.short_id)
    for (kind, key), ended in outcomes(after, asks.short_id).items():
        lacks = kind == "ad" and STATES[int(key) - 1]["stock"] is None
        waits_for_it = lacks and not asks.unless and told[kind, key] == "missing"
        assert (ended == "error") == waits_for_it


def test_a_symbol_that_a_plugin_failed_to_tell_is_an_error_without_any_column() -> None:
    asks = rule("asks", DRIVER)

    assert {*outcomes(judged([asks], FRAMES), asks.short_id).values()} == {"missing"}
    found = judged([asks], FRAMES, lost=["driver"])
    assert {*outcomes(found, asks.short_id).values()} == {"error"}
    assert found.why_failed(asks, {}) == WHY


@pytest.mark.parametrize("quantifier", list(Quantifier))
def test_what_failed_of_related_subjects_is_an_error_too(quantifier: Quantifier) -> None:
    related = Related("parent", "campaign", quantifier, (DRIVER,))
    asks = attrs.evolve(WEAK, id="test/asks", when=Conditions((LOW_CTR,), related=(related,)))
    rows = [{"key": k, "parent.campaign": "c", **CTR[k]} for k in ("true", "false")]
    campaigns = counted("campaign", [{"key": "c", "clicks": 1, "impressions": 10}])
    frames = measured(counted("ad", rows), campaigns, metrics=("ctr",))

    found = judged([asks], frames, lost=["driver"])

    assert [*outcomes(found, asks.short_id).values()] == ["clear", "error"]
    assert [*outcomes(judged([asks], frames), asks.short_id).values()] == ["clear", "missing"]
