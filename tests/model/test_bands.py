"""Which band holds: the shop's own, then niche before size before general."""

from datetime import date

import attrs
import pytest

from advisor.errors import Mistakes
from advisor.model.bands import (
    Band,
    BandFile,
    Bands,
    OfSubject,
    Rates,
    Resolved,
    Where,
    band_file,
    check_bands,
)
from advisor.model.rule import Origin
from advisor.model.shop import RATE_WITHIN, Business
from tests.core import TODAY, US, WORDS


def resolved(
    *of: Band, business: Business = US, kind: str = "ad", day: date = TODAY, own: Band | None = None
) -> Resolved:
    files = [BandFile("pack", "the pack", of)]
    if own is not None:
        files.insert(0, BandFile("own", "your advisor.toml", (own,), layer=2))
    return Bands(tuple(files)).resolve("ctr", kind, business, day)


def limits(found: Resolved) -> list[tuple[float | None, float | None]]:
    return [(edges.low, edges.high) for edges in found.edges]


GENERAL = Band("ctr", low=0.01, high=0.03)
SMALL = Band("ctr", low=0.02, high=0.04, where=Where(size="small"))
MID = Band("ctr", low=0.03, high=0.05, where=Where(size="mid"))
LARGE = Band("ctr", low=0.04, high=None, where=Where(size="enterprise"))
BEAUTY = Band("ctr", low=0.05, high=0.06, where=Where(niche="beauty"))
BEAUTY_SMALL = Band("ctr", low=0.06, high=0.07, where=Where(niche="beauty", size="small"))
HOME = Band("ctr", low=0.07, high=0.08, where=Where(region="US"))
ALL = (GENERAL, SMALL, MID, LARGE, BEAUTY, BEAUTY_SMALL)


@pytest.mark.parametrize(
    ("size", "niche", "low"),
    [
        ("small", None, 0.02),
        ("mid", None, 0.03),
        ("small", "beauty", 0.06),
        ("mid", "beauty", 0.05),
        ("small", "tech", 0.02),
    ],
)
def test_niche_comes_before_size_and_size_before_general(
    size: str, niche: str | None, low: float
) -> None:
    found = resolved(*ALL, business=attrs.evolve(US, size=size, niche=niche))

    assert [edges.low for edges in found.edges] == [low]
    assert "union" not in found.edges[0].origin


def test_a_region_sharpens_a_band() -> None:
    assert limits(resolved(GENERAL, HOME, business=attrs.evolve(US, region="US"))) == [(0.07, 0.08)]
    assert limits(resolved(GENERAL, HOME, business=attrs.evolve(US, region="GB"))) == [(0.01, 0.03)]


@pytest.mark.parametrize(
    "where",
    [Where(subject=("ad",)), Where(from_=date(2026, 5, 1), until=date(2026, 7, 1))],
    ids=["kind", "season"],
)
def test_a_band_of_one_kind_or_season_comes_before_the_one_of_all(where: Where) -> None:
    special = Band("ctr", low=0.05, high=0.06, where=where)

    found = resolved(GENERAL, special)

    assert limits(found) == [(0.05, 0.06)]
    assert limits(resolved(GENERAL, special, kind="product", day=date(2026, 8, 1))) == [
        (0.01, 0.03)
    ]


def test_the_shops_own_band_comes_before_all() -> None:
    found = resolved(*ALL, own=Band("ctr", low=0.5), business=attrs.evolve(US, niche="beauty"))

    assert limits(found) == [(0.5, None)]
    assert found.edges[0].origin == "your advisor.toml (general)"


def test_an_unknown_size_takes_the_union_and_says_so() -> None:
    found = resolved(*ALL, business=attrs.evolve(US, size=None))

    assert limits(found) == [(0.02, None)]
    assert found.edges[0].origin == ("the pack (size not known: union of small, mid, enterprise)")


def test_an_unknown_size_takes_the_general_band_for_the_sizes_that_have_none() -> None:
    found = resolved(GENERAL, MID, business=attrs.evolve(US, size=None))

    assert limits(found) == [(0.01, 0.05)]


def test_a_size_that_makes_no_difference_is_not_spoken_of() -> None:
    found = resolved(GENERAL, business=attrs.evolve(US, size=None))

    assert found.edges[0].origin == "the pack (general)"


def test_bands_of_a_part_of_the_subjects_are_looked_at_first() -> None:
    dear = Band("ctr", low=0.002, where=Where(of=OfSubject("aov", at_least=100)))

    found = resolved(GENERAL, dear)

    assert [edges.of is not None for edges in found.edges] == [True, False]
    assert limits(found) == [(0.002, None), (0.01, 0.03)]


def test_a_band_outside_its_dates_does_not_hold() -> None:
    autumn = Band("ctr", low=0.5, where=Where(from_=date(2026, 9, 1)))

    found = resolved(autumn)

    assert (found.edges, found.reason) == ((), "no target is known for ctr")
    assert [why for _, why in found.tried] == ["does not hold here (from 2026-09-01)"]


def test_dollars_become_the_currency_of_the_shop() -> None:
    dollars = Band("ctr", low=1.0, high=4.0, usd=True)
    ringgit = attrs.evolve(US, currency="MYR", usd_rate=0.25)

    assert limits(resolved(dollars)) == [(1.0, 4.0)]
    assert limits(resolved(dollars, business=ringgit)) == [(4.0, 16.0)]


def test_without_a_rate_dollars_are_no_band_and_the_line_to_add_is_named() -> None:
    found = resolved(Band("ctr", low=1.0, usd=True), business=attrs.evolve(US, currency="MYR"))

    assert found.edges == ()
    assert found.reason.endswith("add currency and usd_rate to [shop] in advisor.toml")


def test_every_band_that_was_looked_at_says_what_became_of_it() -> None:
    found = resolved(*ALL)

    assert {band.low: why for band, why in found.tried} == {
        0.02: "used",
        0.01: "a more specific band holds",
        0.03: "does not hold here (size mid)",
        0.04: "does not hold here (size enterprise)",
        0.05: "does not hold here (niche beauty)",
        0.06: "does not hold here (size small, niche beauty)",
    }


def test_all_mistakes_of_a_band_file_are_named_at_once() -> None:
    text = """
id = "x"
title = "X"
band = [
  { metric = "ctrr", low = 1 },
  { metric = "ctr" },
  { metric = "ctr", low = 3 },
  { metric = "ctr", low = 0.3, high = 0.2 },
  { metric = "ctr", low = 0.3, usd = true },
  { metric = "ctr", low = nan },
  { metric = "roas", high = inf },
  { metric = "ctr", low = 0.3, where = { niche = "beuty", subject = ["add"] } },
  { metric = "ctr", low = 0.3, where = { of = { metric = "aovv" } } },
  { metric = "ctr", low = 0.3, where = { size = "smal" } },
]
"""
    with pytest.raises(Mistakes) as caught:
        check_bands(band_file(text, where="x"), WORDS)

    assert list(caught.value.mistakes) == [
        "band 1 (ctrr): unknown metric 'ctrr'; did you mean 'ctr'?",
        "band 2 (ctr): neither low nor high is given",
        "band 3 (ctr): 3 is no share; write 2 % as 0.02",
        "band 4 (ctr): low 0.3 lies above high 0.2",
        "band 5 (ctr): usd = true, but ctr is no money",
        "band 6 (ctr): nan is no number to compare with",
        "band 7 (roas): inf is no number to compare with",
        "band 8 (ctr): unknown niche 'beuty'; did you mean 'beauty'?",
        "band 8 (ctr): unknown subject 'add'; did you mean 'ad'?",
        "band 9 (ctr): unknown metric 'aovv'; did you mean 'aov'?",
        "band 10 (ctr): unknown size 'smal'; did you mean 'small'?",
    ]


YEARS = (
    Rates(2025, {"MYR": 4.0}),
    Rates(2026, {"MYR": 5.0, "VND": 26_000.0}, date(2026, 10, 30), Origin(title="A bank")),
)


def test_a_shop_without_a_rate_takes_the_average_of_the_year() -> None:
    bands = Bands((BandFile("test", "Test", (), rates=YEARS),))
    ringgit = attrs.evolve(US, currency="MYR")

    rated = bands.with_rate(ringgit, date(2026, 7, 1))

    assert (rated.usd_rate, rated.rate_within) == (0.2, RATE_WITHIN)
    assert rated.rate_origin == "average of 2026 to 2026-10-30, A bank"
    assert bands.with_rate(ringgit, date(2025, 7, 1)).usd_rate == 0.25
    assert bands.with_rate(ringgit, date(2020, 7, 1)).usd_rate == 0.25
    assert bands.with_rate(ringgit, date(2030, 7, 1)).usd_rate == 0.2


def test_a_rate_that_the_shop_states_or_nobody_knows_is_left_alone() -> None:
    bands = Bands((BandFile("test", "Test", (), rates=YEARS),))
    for business in (
        US,
        attrs.evolve(US, currency=None),
        attrs.evolve(US, currency="CHF"),
        attrs.evolve(US, currency="MYR", usd_rate=0.3),
    ):
        assert bands.with_rate(business, TODAY) == business
        assert business.rate_within == 0.0


def test_rates_that_cannot_be_are_refused() -> None:
    file = BandFile("test", "Test", (), rates=(Rates(2026, {"MYR": 0.0, "ringgit": 4.0}),))

    with pytest.raises(Mistakes) as caught:
        check_bands(file, WORDS)

    assert len(caught.value.mistakes) == 2
