"""Any cut of the shops into blocks, and any order of rows, gives the same documents."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import attrs
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.diagnosis import Shop, diagnose_block
from advisor.document.compose import compose_document
from advisor.ingest import Gathered
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge import Resolver
from advisor.model import File, Grain, Period, Reading, Request, Table, make_settings
from advisor.report import write_json
from tests.end_to_end.runs import registry

TODAY = date(2026, 11, 2)
CURRENCIES = ("USD", "MXN", None)
BANDS: tuple[dict[str, dict[str, float]], ...] = (
    {},
    {"ctr": {"low": 0.02, "high": 0.05}},
    {"cpc": {"high": 0.4}},
)
SLOW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def ads(number: int) -> Reading:
    """Daily counts of some ads: more of them, other days and other columns in each shop."""
    last = date(2026, 11, 1) - timedelta(days=number % 4)
    rows = [
        {
            "key": str(ad),
            "name": f"Ad {ad}",
            "from": last - timedelta(days=back),
            "to": last - timedelta(days=back),
            "parent.campaign": f"campaign {ad % 2}",
            "currency": CURRENCIES[number % 3],
            "impressions": 1000.0 + 37 * ad + 11 * back + number,
            "clicks": 10.0 + (ad * back + number) % 17,
            "spend": round(10.1 + (7 * ad + 3 * back + number) % 13 / 7, 2),
            "purchases": float((ad + back) % 5 == 0),
            "ad_revenue": 40.0 + ad if (ad + back) % 5 == 0 else 0.0,
            "_row": place,
        }
        for place, (ad, back) in enumerate(
            ((a, b) for a in range(3 + number % 4) for b in range(40)), start=2
        )
    ]
    frame = pl.DataFrame(rows).with_columns(pl.col("_row").cast(pl.UInt32))
    if number % 5 == 4:
        frame = frame.drop("spend")
    table = Table("ad", "ads", Grain.DAY, frame.with_columns(pl.col("currency").cast(pl.String)))
    file = File(Path(f"ads-{number}.csv"), f"ads-{number}.csv", 1, f"{number:064}")
    period = Period(last - timedelta(days=39), last)
    return Reading(file, "test", "test", "Ads", (table,), frame.height, period=period)


@cache
def shop(number: int) -> tuple[Request, Gathered]:
    """A shop that differs from the others in size, niche, currency, margin, bands and files."""
    own = {
        "id": f"shop-{number}",
        "size": ("small", "mid", "enterprise")[number % 3],
        "currency": CURRENCIES[number % 3] or "EUR",
        "usd_rate": 1.0 if number % 3 == 0 else 0.5,
    }
    if number % 3 != 1:  # what an order may cost is a part of its value; without a margin it is not
        own["margin"] = 0.3 + number / 100
    raw = {"shop": own, "bands": BANDS[number % 3]}
    if number % 2:
        own["niche"] = "fashion-beauty"
    return Request((), TODAY, make_settings(raw)), Gathered((ads(number),))


def documents(shops: Sequence[tuple[Request, Gathered]], cuts: Sequence[int]) -> Mapping[str, str]:
    """The document of each of *shops*, cut into blocks at *cuts*."""
    resolver = Resolver(registry())
    opened = [Shop(resolver.resolve(request), gathered) for request, gathered in shops]
    ends = [0, *sorted(cuts), len(opened)]
    made = {}
    for first, last in pairwise(ends):
        diagnosed = diagnose_block(opened[first:last], resolver, engine=ReferenceEngine())
        for diagnosis in diagnosed.shops:
            made[diagnosis.business.id] = write_json(attrs.asdict(compose_document(diagnosis)))
    return made


@cache
def alone() -> Mapping[str, str]:
    shops = [shop(number) for number in range(8)]
    return documents(shops, range(1, len(shops)))


@SLOW
@given(st.permutations(range(8)), st.sets(st.integers(1, 7)))
def test_any_cut_gives_the_same_documents(order: list[int], cuts: set[int]) -> None:
    assert documents([shop(number) for number in order], sorted(cuts)) == alone()


@SLOW
@given(st.integers(0, 7), st.integers(0, 10_000))
def test_any_order_of_rows_gives_the_same_document(number: int, seed: int) -> None:
    request, gathered = shop(number)
    (reading,) = gathered.readings
    (table,) = reading.tables
    frame = table.frame.sample(fraction=1.0, shuffle=True, seed=seed)
    shuffled = attrs.evolve(reading, tables=(attrs.evolve(table, frame=frame),))

    assert (
        documents([(request, Gathered((shuffled,)))], ())[f"shop-{number}"]
        == (alone()[f"shop-{number}"])
    )


FRAMES = ("findings", "actions", "kpis", "outcomes")


@cache
def frames_alone() -> Mapping[str, pl.DataFrame]:
    """The frames of a run of each shop alone, one below the other."""
    resolver = Resolver(registry())
    each = [
        diagnose_block(
            [Shop(resolver.resolve(request), gathered)], resolver, engine=ReferenceEngine()
        )
        for request, gathered in map(shop, range(8))
    ]
    return {name: pl.concat([getattr(one, name) for one in each]) for name in FRAMES}


@SLOW
@given(st.permutations(range(8)))
def test_the_frames_of_a_block_are_those_of_its_shops_alone(order: list[int]) -> None:
    resolver = Resolver(registry())
    opened = [Shop(resolver.resolve(request), gathered) for request, gathered in map(shop, order)]

    found = diagnose_block(opened, resolver, engine=ReferenceEngine())

    for name in FRAMES:
        frame = getattr(found, name)
        assert frame["shop"].unique(maintain_order=True).to_list() == [
            f"shop-{number}" for number in order if f"shop-{number}" in frame["shop"]
        ]
        assert frame.height
        assert frame.sort("shop", maintain_order=True).equals(
            frames_alone()[name].sort("shop", maintain_order=True)
        )


def test_the_frames_of_a_block_say_what_the_documents_say() -> None:
    resolver = Resolver(registry())
    opened = [Shop(resolver.resolve(request), gathered) for request, gathered in map(shop, (0, 5))]

    found = diagnose_block(opened, resolver, engine=ReferenceEngine())

    for diagnosis in found.shops:
        made = compose_document(diagnosis)
        own = {name: getattr(found, name).filter(shop=diagnosis.id) for name in FRAMES}
        assert own["findings"]["id"].to_list() == [one.id for one in made.findings]
        assert own["findings"]["stake"].to_list() == [one.stake for one in made.findings]
        assert own["actions"]["id"].to_list() == [one.id for one in made.plan]
        assert own["actions"]["gain"].to_list() == [
            one.gain.mid if one.gain else None for one in made.plan
        ]
        assert own["kpis"].select("metric", "value", "trend").rows() == [
            (one.metric, one.value, one.trend) for one in made.kpis
        ]
        assert own["outcomes"].select("rule", "kind", "fires", "clear").rows() == [
            (one.rule, one.kind, one.fires, one.clear) for one in made.outcomes
        ]
