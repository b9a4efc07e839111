"""What is said to be healthy was seen to be."""

from pathlib import Path

import attrs
import numpy as np
import polars as pl
import pytest

from advisor.document.compose.coverage import healthy
from advisor.document.outcomes import OutcomeCount
from advisor.model import Conditions, Rule, Says, Severity
from advisor.model.condition import Test as Ask
from advisor.stats.intervals import UNSEEN_SPREAD, unseen_dispersion, wilson
from tests.document.compose.shops import ads, composed, written

LOW = Ask("ctr", ("low",))
RULE = Rule("test/r", "ad", Severity.LOW, Conditions(), Says("All is well", "Found", "Why"), ())


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    written(tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }')
    return tmp_path


def ended(
    *,
    fires: int = 0,
    seen: int = 0,
    clear: int = 0,
    unsure: int = 0,
    kind: str = "ad",
    error: int = 0,
) -> OutcomeCount:
    return OutcomeCount("test/r", "All is well", kind, fires, clear, unsure, 0, 0, error, seen)


@pytest.mark.parametrize(
    ("counts", "subjects"),
    [
        pytest.param([ended(seen=9, clear=9)], 9, id="all seen"),
        pytest.param([ended(seen=5, clear=5, unsure=5)], 5, id="half of them unsure"),
        pytest.param([ended(seen=6, clear=9)], 6, id="some without data"),
    ],
)
def test_what_was_mostly_seen_is_healthy(counts: list[OutcomeCount], subjects: int) -> None:
    (one,) = healthy(counts, ())

    assert (one.text, one.subjects) == ("All is well", subjects)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([ended(clear=9)], id="a condition is false and another has no data"),
        pytest.param([ended(seen=1, clear=1, unsure=8)], id="one of nine"),
        pytest.param([ended(seen=9, clear=9, fires=1)], id="it fires somewhere"),
        pytest.param([ended(seen=9, clear=9), ended(kind="campaign", error=1)], id="it failed"),
        pytest.param([ended(unsure=3)], id="nothing is known"),
    ],
)
def test_what_was_not_seen_is_not_said_to_be_healthy(counts: list[OutcomeCount]) -> None:
    assert healthy(counts, ()) == []


@pytest.mark.parametrize(
    ("share", "told"), [(0.1, ["test/r"]), (0.45, [])], ids=["little money is open", "much is"]
)
def test_where_much_money_is_open_a_rule_is_not_healthy(share: float, told: list[str]) -> None:
    counts = [ended(seen=7, clear=7, unsure=2)]

    found = healthy(counts, (), {("test/r", "ad"): share, ("test/r", "campaign"): 0.9})

    assert [line.rule for line in found] == told


@pytest.mark.parametrize(("ctr", "told"), [("low", []), ("high", ["test/r"])])
def test_a_rule_whose_symptom_another_rule_found_is_not_healthy(ctr: str, told: list[str]) -> None:
    """It leaves out, by its `unless`, what the other is about."""
    asked = Ask("ctr", (ctr,))
    one = attrs.evolve(RULE, id="test/r", when=Conditions((asked,)))
    other = attrs.evolve(RULE, id="test/o", when=Conditions((Ask("cpc", ("high",)), LOW)))
    counts = [ended(seen=5, clear=5), attrs.evolve(ended(fires=2), rule="test/o")]

    assert [line.rule for line in healthy(counts, (one, other))] == told
    assert [line.rule for line in healthy(counts[:1], (one, other))] == ["test/r"]


def test_the_kind_is_the_one_that_most_was_seen_of() -> None:
    (one,) = healthy([ended(seen=2, clear=2), ended(seen=5, clear=5, kind="campaign")], ())

    assert (one.kind, one.subjects) == ("campaign", 5)


def test_the_smallest_problem_that_would_have_been_found_is_found_in_eight_of_ten(
    pack: Path,
) -> None:
    (well,) = composed(pack, ads({"key": "a", "clicks": 400, "impressions": 20_000})).healthy

    assert well.times is not None
    rng = np.random.default_rng(1)
    days = rng.normal(0.0, UNSEEN_SPREAD / np.sqrt(28), size=4_000)  # what is assumed of a sum
    clicks = rng.binomial(20_000, 0.01 / well.times * np.exp(days)).astype(float)
    x, n = pl.col("x"), pl.lit(20_000.0)
    phi = unseen_dispersion(x, n, pl.lit(28.0), proportion=True)
    high = pl.DataFrame({"x": clicks}).select(wilson(x / phi, n / phi)[1]).to_series()
    assert (high < 0.01).mean() == pytest.approx(0.8, abs=0.06)
    assert well.smallest == f"found from: CTR at most {100 * 0.01 / well.times:.2f}%"


def test_what_few_data_could_not_have_shown_is_said(pack: Path) -> None:
    few = composed(pack, ads({"key": "a", "clicks": 40, "impressions": 800}))
    many = composed(pack, ads({"key": "a", "clicks": 4_000, "impressions": 200_000}))

    assert few.healthy
    assert few.too_small.startswith("With this little data, half of the checks would miss")
    assert many.too_small == ""
