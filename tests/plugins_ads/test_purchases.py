"""Purchases come from one source: the columns of Ads Manager overlap."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.model.reading import Column, File, Grain, Reading, Table
from advisor_tiktok_ads.purchases import counts_after, one_source
from tests.plugins_ads.reads import read

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


@pytest.mark.parametrize(
    ("columns", "cells", "revenue", "told"),
    [
        # 100 x 3.33 is all that is known: it may be up to half a hundredth of the spend off.
        (("ROAS (Shop)",), ("3.33",), 333.0, ["may be off by 0.5"]),
        (("Average order value (Shop)", "ROAS (Shop)"), ("166.7", "3.33"), 333.4, []),
        (("Gross revenue (Shop)", "ROAS (Shop)"), ("333.35", "3.33"), 333.35, []),
        (("ROAS (Shop)",), ("0.00",), 0.0, []),
    ],
)
def test_revenue_of_a_rounded_ratio_is_the_last_resort_and_told(
    columns: Sequence[str],
    cells: Sequence[str],
    revenue: float,
    told: Sequence[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "report.csv"
    names = "Campaign ID,By Day,Cost,Impressions,Clicks (destination),Purchases (Shop)"
    values = "1850000000000001,2026-10-01,100,1000,10,2"
    path.write_text(f"{names},{','.join(columns)}\n{values},{','.join(cells)}\n")
    found = read(path)
    (table,) = found.tables
    assert table.frame["ad_revenue"].to_list() == pytest.approx([revenue])
    notes = [note.text for note in found.notes if note.code == "rebuilt-from-ratio"]
    assert [any(text in note for note in notes) for text in told] == [True] * len(notes)
    assert len(notes) == len(told)
