"""Bands against the identities of their metrics, on a trade where each number is easy to follow."""

from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import Mistakes
from advisor.knowledge.lint_bands import Strain, Verdict, strains
from advisor.model.bands import Band, BandFile, OfSubject, Where, check_bands
from advisor.model.vocabulary import Identity
from tests.core import TODAY, WORDS

ROAS = Identity("roas", "roas", ("order_rate", "aov"), ("cpc",), definition="ROAS = orders.")
WITH = attrs.evolve(WORDS, identities={"roas": ROAS})
MONEY = {"cpc", "aov"}


def held(**edges: Any) -> tuple[Strain, ...]:
    """What is said of bands, each given as (low, high)."""
    bands = tuple(
        Band(metric, low=low, high=high, usd=metric in MONEY)
        for metric, (low, high) in edges.items()
    )
    return strains(BandFile("mine", "mine", bands), WITH, TODAY)


def test_bands_that_meet_nowhere_are_told_with_the_numbers() -> None:
    (told,) = held(order_rate=(0.02, 0.04), aov=(10, 20), cpc=(1, 2), roas=(3, 5))

    assert told.verdict is Verdict.CANNOT
    assert str(told) == (
        "bands of mine, every size: ROAS = orders. Order rate 2–4% and AOV $10–20 and CPC $1–2 "
        "make ROAS 0.1–0.8; good is 3–5: they cannot hold together"
    )


def test_bands_that_meet_in_a_corner_are_told_with_what_is_left() -> None:
    (told,) = held(order_rate=(0.02, 0.04), aov=(10, 100), cpc=(1, 2), roas=(3, 5))

    assert told.verdict is Verdict.CORNER
    assert told.text.endswith("make ROAS 0.1–4; good is 3–5: together they leave 3–4")


def test_bands_that_hold_together_are_not_spoken_of() -> None:
    assert held(order_rate=(0.02, 0.04), aov=(100, 150), cpc=(1, 2), roas=(1, 6)) == ()


def test_a_metric_without_a_band_is_told_what_it_has_to_be() -> None:
    (told,) = held(order_rate=(0.02, 0.04), cpc=(0.5, 1.5), roas=(2, None))

    assert told.verdict is Verdict.NEEDS
    assert told.text.endswith("hold together only where AOV is at least $25")


def test_with_two_metrics_unknown_nothing_can_be_said() -> None:
    assert held(cpc=(0.5, 1.5), roas=(2, None)) == ()


def test_a_limit_pays_only_from_a_margin_on_where_break_even_is_known_too() -> None:
    file = BandFile(
        "mine",
        "mine",
        (Band("roas", low=2.5), Band("roas", over_margin=1.0, where=Where(margin=True))),
    )
    (told,) = strains(file, WITH, TODAY)

    assert told.text == "ROAS at least 2.5 breaks even only from a margin of 40% on"


def test_what_holds_for_some_sizes_niches_and_subjects_says_so() -> None:
    cheap = Where(of=OfSubject("aov", below=25))
    file = BandFile(
        "mine",
        "mine",
        (
            Band("order_rate", low=0.02, high=0.04, where=Where(size="small")),
            Band("order_rate", low=0.2, high=0.4, where=Where(size="mid")),
            Band("order_rate", low=0.2, high=0.4, where=Where(size="enterprise")),
            Band("order_rate", low=0.03, high=0.04, where=Where(niche="tech")),
            Band("aov", low=10, high=20, usd=True),
            Band("cpc", low=1, high=2, usd=True),
            Band("roas", low=1, high=3, where=cheap),
        ),
    )
    told = strains(file, WITH, TODAY)

    assert [one.where for one in told] == ["small", "tech (every size)"]
    assert all("good is 1–3 (where AOV is below $25)" in one.text for one in told)


def test_one_metric_may_stand_for_another() -> None:
    bands = tuple(
        Band(metric, low=low, high=high, usd=metric in MONEY)
        for metric, low, high in (("ctr", 0.02, 0.04), ("aov", 1, 2), ("cpc", 1, 2), ("roas", 1, 2))
    )
    alone = BandFile("mine", "mine", bands)
    read = attrs.evolve(alone, stands_for={"order_rate": "ctr"})

    assert [one.verdict for one in strains(alone, WITH, TODAY)] == [Verdict.NEEDS]
    assert [one.verdict for one in strains(read, WITH, TODAY)] == [Verdict.CANNOT]


def test_what_stands_for_another_must_be_a_metric() -> None:
    file = BandFile("mine", "mine", (), stands_for={"order_rate": "ctrr"})

    with pytest.raises(Mistakes, match="stands-for: unknown metric 'ctrr'; did you mean 'ctr'"):
        check_bands(file, WORDS)


EDGE = st.floats(0.01, 100)


@given(
    st.fixed_dictionaries(
        {name: st.tuples(EDGE, EDGE).map(sorted) for name in ("order_rate", "aov", "cpc")}
    ),
    st.floats(1.01, 100),
    st.booleans(),
)
def test_a_band_beyond_all_that_the_others_allow_cannot_hold(
    edges: Mapping[str, list[float]], times: float, above: bool
) -> None:
    (rate, aov, cpc) = (edges[name] for name in ("order_rate", "aov", "cpc"))
    least, most = rate[0] * aov[0] / cpc[1], rate[1] * aov[1] / cpc[0]
    beyond = (most * times, None) if above else (None, least / times)
    (told,) = held(**edges, roas=beyond)

    assert told.verdict is Verdict.CANNOT


@given(
    st.fixed_dictionaries(dict.fromkeys(("order_rate", "aov", "cpc"), EDGE)),
    st.lists(st.floats(1, 10), min_size=8, max_size=8),
)
def test_bands_around_the_numbers_of_a_shop_can_hold_together(
    shop: Mapping[str, float], room: list[float]
) -> None:
    whole = {**shop, "roas": shop["order_rate"] * shop["aov"] / shop["cpc"]}
    edges = {
        name: (value / below * 0.999, value * above * 1.001)
        for (name, value), below, above in zip(whole.items(), room[::2], room[1::2], strict=True)
    }

    assert all(told.verdict is not Verdict.CANNOT for told in held(**edges))
