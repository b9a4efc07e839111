"""What people write, and what they are told where it is not meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.experiment import counts
from advisor.experiment.arms import Arm
from advisor.model.vocabulary import Metric
from tests.core import WORDS
from tests.experiment.words import AOV, CPC, CTR, RATE, ROAS


@pytest.mark.parametrize(
    ("text", "metric", "value"),
    [
        ("1.5%", CTR, 0.015),
        ("1.5 %", CTR, 0.015),
        ("0.015", CTR, 0.015),
        (".015", CTR, 0.015),
        ("100%", CTR, 1.0),
        ("150%", RATE, 1.5),
        ("1.5", RATE, 1.5),
        ("1,250.50", AOV, 1_250.5),
        ("2.4", ROAS, 2.4),
    ],
)
def test_a_value_is_read_as_people_write_it(text: str, metric: Metric, value: float) -> None:
    assert counts.value(text, metric, where="--now") == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "metric", "said"),
    [
        ("abc", CTR, "--now: 'abc' is no number; write it like 1.5%"),
        ("1,5", AOV, "--now: '1,5' is no number; write it like 12.50"),
        ("-3", CPC, "--now: '-3' is no number; write it like 12.50"),
        ("nan", CTR, "--now: 'nan' is no number; write it like 1.5%"),
        (
            "1.5",
            CTR,
            "--now: CTR is at most 100 %, not 1.5; write 1.5%, or a share between 0 and 1",
        ),
        ("150%", CTR, "--now: CTR is at most 100 %, not 150%"),
        ("3%", ROAS, "--now: ROAS is no share, so '3%' is no value of it; write it like 2.4"),
    ],
)
def test_what_is_no_value_says_how_to_write_one(text: str, metric: Metric, said: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        counts.value(text, metric, where="--now")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "metric", "hoped"),
    [
        ("+20%", CTR, 0.018),
        ("2%", CTR, 0.02),
        ("0.02", CTR, 0.02),
        ("-20 %", CPC, 0.012),
        ("0.01", CPC, 0.01),
    ],
)
def test_a_hope_is_a_value_or_a_change(text: str, metric: Metric, hoped: float) -> None:
    assert counts.hoped(text, 0.015, metric, where="--hoped") == pytest.approx(hoped)


@pytest.mark.parametrize(
    ("text", "metric", "said"),
    [
        ("-20%", CTR, "--hoped: CTR is better higher, and -20% is worse than now"),
        ("+20%", CPC, "--hoped: CPC is better lower, and +20% is worse than now"),
    ],
)
def test_nobody_hopes_for_worse(text: str, metric: Metric, said: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        counts.hoped(text, 0.015, metric, where="--hoped")
    assert str(caught.value) == f"{said}; hope for what is better"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+20", "--hoped: '+20' is no change; write it like +20%"),
        ("+x%", "--hoped: '+x%' is no change; write it like +20%"),
        ("-120%", "--hoped: CTR cannot change by -120% from 0.5; write the hoped value itself"),
        ("+101%", "--hoped: CTR cannot change by +101% from 0.5; write the hoped value itself"),
    ],
)
def test_a_change_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        counts.hoped(text, 0.5, CTR, where="--hoped")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "metric", "arm"),
    [
        ("120/8000", CTR, Arm("A", 120, 8_000)),
        ("120 / 8,000", CTR, Arm("A", 120, 8_000)),
        ("300/100", RATE, Arm("A", 300, 100)),
        ("9,300.50/310", AOV, Arm("A", 9_300.5, 310, 310)),
        ("500/200", CPC, Arm("A", 500, 200, 200)),
        ("1200/310/45", ROAS, Arm("A", 1_200, 310, 45)),
    ],
)
def test_counts_are_those_of_the_metric(text: str, metric: Metric, arm: Arm) -> None:
    assert counts.arm(text, metric, WORDS, "A", where="--a") == arm


@pytest.mark.parametrize(
    ("text", "metric", "said"),
    [
        ("120", CTR, "--a: '120' are no counts of CTR; write clicks/impressions"),
        ("120/x", CTR, "--a: '120/x' are no counts of CTR; write clicks/impressions"),
        (
            "160/80",
            CTR,
            "--a: 160/80: of 80 impressions there cannot be 160 clicks; write clicks/impressions",
        ),
        ("1200/310", ROAS, "--a: '1200/310' are no counts of ROAS; write sales/ad spend/orders"),
        (
            "1.5/310",
            CTR,
            "--a: 1.5/310: clicks are whole numbers, not 1.5; write clicks/impressions",
        ),
        ("1200/310/0", ROAS, "--a: 1200/310/0: money without any event it came from"),
    ],
)
def test_what_cannot_be_counts_says_what_is_meant(text: str, metric: Metric, said: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        counts.arm(text, metric, WORDS, "A", where="--a")
    assert str(caught.value) == said


@pytest.mark.parametrize("text", ["0", "1", "100%", "x", "-5%", ""])
def test_a_part_lies_between_0_and_1(text: str) -> None:
    with pytest.raises(AdvisorError, match="is no part between 0 and 1; write it like 80%"):
        counts.share(text, where="--power")


@pytest.mark.parametrize("text", ["50", "50/50/50", "50/0", "a/b"])
def test_a_split_has_a_part_for_each_version(text: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        counts.parts(text, 2, where="--split")
    said = f"{text!r} is no split among 2 versions; write a part for each, like 1/1"
    assert str(caught.value) == f"--split: {said}"


def test_a_split_is_read_in_its_order() -> None:
    assert counts.parts("80/20", 2, where="--split") == (80, 20)


@given(st.text(max_size=20))
def test_any_text_is_counts_or_a_mistake(text: str) -> None:
    for metric in (CTR, ROAS):
        try:
            found = counts.arm(text, metric, WORDS, "A", where="--a")
        except AdvisorError:
            continue
        assert found.top >= 0
        assert found.bottom >= 0
