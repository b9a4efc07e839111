"""Purchases come from one source: the columns of Ads Manager overlap."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.model.reading import Column, File, Grain, Reading, Table
from advisor_tiktok_ads.purchases import counts_after, one_source

Counts = Mapping[str, Sequence[float | None]]


def reading(counts: Counts) -> Reading:
    rows = len(next(iter(counts.values())))
    frame = pl.DataFrame(
        {"key": [f"ad {n}" for n in range(rows)], **counts},
        schema={"key": pl.String, **dict.fromkeys(counts, pl.Float64)},
    )
    return Reading(
        file=File(Path("report.csv"), "report.csv", 1, "0"),
        provider="tiktok-ads",
        kind="ads-manager-report",
        title="Ads Manager report",
        tables=(Table("ad", "tiktok-ads", Grain.PERIOD, frame),),
        rows=rows,
        columns=tuple(Column(name.title(), name) for name in counts),
    )


@attrs.frozen
class Case:
    counts: Counts
    purchases: float | None
    revenue: float | None
    says: str


CASES = {
    "purchases in the shop win over those of all channels": Case(
        {
            "purchases.shop": [1, 2],
            "ad_revenue.shop": [10, 20],
            "purchases.all": [5, 5],
            "ad_revenue.all": [50, 50],
        },
        3,
        30,
        "purchases and revenue are from TikTok Shop; those from all channels overlap with them "
        "and aren't added",
    ),
    "a shop without any purchase gives way to the website": Case(
        {
            "purchases.shop": [0, 0],
            "ad_revenue.shop": [0, 0],
            "purchases.website": [4, 0],
            "ad_revenue.website": [44, 0],
        },
        4,
        44,
        "purchases and revenue are from the website; the columns of TikTok Shop are all zero",
    ),
    "where nothing was bought, zero is the shop's number": Case(
        {"purchases.website": [0, 0], "purchases.shop": [0, 0], "ad_revenue.shop": [0, 0]},
        0,
        0,
        "the file has no purchases and no revenue",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_source_is_chosen_and_said(case: Case) -> None:
    after = one_source(reading(case.counts))
    frame = after.tables[0].frame
    assert frame["purchases"].sum() == case.purchases
    assert frame["ad_revenue"].sum() == case.revenue
    assert [note.text for note in after.notes] == [case.says]
    assert set(after.tables[0].counts) == {"purchases", "ad_revenue"}


def test_a_printed_roas_of_zero_alone_is_no_revenue_of_zero() -> None:
    after = one_source(reading({"spend": [5, 7], "ad_revenue.all": [0, 0]}))
    assert after.tables[0].counts == ("spend",)
    assert after.notes == ()


def test_missing_purchases_stay_missing() -> None:
    after = one_source(reading({"purchases.shop": [1, None], "ad_revenue.shop": [5, None]}))
    assert after.tables[0].frame["purchases"].to_list() == [1, None]
    assert after.tables[0].frame["ad_revenue"].to_list() == [5, None]


def test_columns_say_which_source_they_became() -> None:
    after = one_source(reading({"purchases.shop": [1], "purchases.website": [2]}))
    means = {column.header: column.means for column in after.columns}
    assert means == {"Purchases.Shop": "purchases", "Purchases.Website": "purchases.website"}


def test_counts_that_a_kind_can_give_are_named_without_their_source() -> None:
    counts = ("spend", "purchases.shop", "purchases.all", "ad_revenue.all", "clicks")
    assert counts_after(counts) == ("spend", "purchases", "ad_revenue", "clicks")
