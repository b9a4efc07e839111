"""Files that people really exported: every number here was added up apart from the readers."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.model.reading import Grain, Period
from tests.plugins_ads.reads import read, sums

EXPORTS = Path(__file__).parents[3] / "shared" / "real-exports"

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")


@attrs.frozen
class Real:
    file: str
    kind: str
    subject: str
    grain: Grain
    rows: int
    left_out: int
    keys: int
    counts: Mapping[str, float]
    currency: str | None
    period: Period | None = None
    source: str = ""  # of the purchases


INVENTED = ("fivetran_tiktok_campaign_report_hourly_data.csv",)

CASES = (
    Real(
        file="ads_manager_ad_by_day_idr_a.csv",
        kind="ads-manager-report",
        subject="ad",
        grain=Grain.DAY,
        rows=5928,
        left_out=1,
        keys=342,
        counts={
            "spend": 598_143_548,
            "impressions": 54_234_342,
            "clicks": 248_038,
            "conversions": 8498,
        },
        currency="IDR",
        period=Period(date(2023, 6, 19), date(2024, 4, 3)),
    ),
    Real(
        file="ads_manager_ad_by_day_ko_krw_853col.csv",
        kind="ads-manager-report",
        subject="ad",
        grain=Grain.DAY,
        rows=285,
        left_out=1,
        keys=10,
        counts={
            "spend": 28_363_230,
            "impressions": 13_262_333,
            "clicks": 365_991,
            "conversions": 321,
            "purchases": 321,
            "ad_revenue": 910_630_953,
            "ad_checkouts": 1007,
            "ad_cart_adds": 353,
        },
        currency="KRW",
        period=Period(date(2026, 3, 19), date(2026, 4, 17)),
        source="the website",
    ),
    Real(
        file="ads_manager_ad_report_ko_krw.xlsx",
        kind="ads-manager-report",
        subject="ad",
        grain=Grain.PERIOD,
        rows=14,
        left_out=1,
        keys=14,
        counts={
            "spend": 71_202_057,
            "net_spend": 70_039_503,
            "impressions": 38_231_626,
            "clicks": 930_599,
            "conversions": 866,
            "purchases": 866,
            "ad_revenue": 1_037_255_214,
            "ad_checkouts": 2648,
        },
        currency="KRW",
        source="all channels",
    ),
    Real(
        file="ads_manager_campaign_report_ko_krw_37col.xlsx",
        kind="ads-manager-report",
        subject="campaign",
        grain=Grain.PERIOD,
        rows=6,
        left_out=1,
        keys=6,
        counts={
            "spend": 16_277_105,
            "net_spend": 16_148_559,
            "impressions": 7_763_802,
            "clicks": 242_884,
            "conversions": 184,
            "budget": 1_156_000,
        },
        currency="KRW",
    ),
    Real(
        file="id_gmvmax_creative_data_product_campaigns.tsv",
        kind="gmv-max-creatives",
        subject="creative",
        grain=Grain.PERIOD,
        rows=11,
        left_out=0,
        keys=11,
        counts={
            "gmv_max_cost": 337_969.0,
            "gmv_max_orders": 122,
            "gmv_max_revenue": 2_379_912.425,
            "gmv_max_impressions": 64_302,
            "gmv_max_clicks": 6099,
        },
        currency="IDR",
    ),
    Real(
        file="doc_example_gmv_max_report.json",
        kind="gmv-max-report-api",
        subject="creative",
        grain=Grain.PERIOD,
        rows=2,
        left_out=0,
        keys=1,
        counts={
            "gmv_max_cost": 0.01,
            "gmv_max_orders": 0,
            "gmv_max_revenue": 0,
            "gmv_max_impressions": 6,
            "gmv_max_clicks": 1,
        },
        currency="USD",
    ),
    Real(
        file="fivetran_tiktok_campaign_report_hourly_data.csv",
        kind="marketing-api-report",
        subject="campaign",
        grain=Grain.DAY,
        rows=4,
        left_out=0,
        keys=4,
        counts={
            "spend": 444.79,
            "impressions": 34_470,
            "clicks": 244,
            "plays_2s": 5549,
            "plays_6s": 2550,
        },
        currency=None,
        period=Period(date(2021, 9, 15), date(2021, 9, 15)),
    ),
    Real(
        file="fivetran_tiktok_campaign_history_data.csv",
        kind="fivetran-campaign-history",
        subject="campaign",
        grain=Grain.LIFETIME,
        rows=4,
        left_out=0,
        keys=4,
        counts={"budget": 1500},
        currency=None,
    ),
)


@pytest.mark.parametrize("real", CASES, ids=lambda real: real.file)
def test_a_real_file_is_read_whole_and_adds_up(real: Real) -> None:
    reading = read(EXPORTS / real.file)
    assert reading.kind == real.kind
    assert (reading.rows, sum(reading.left_out.values())) == (real.rows, real.left_out)
    (table,) = reading.tables
    assert (table.subject, table.grain) == (real.subject, real.grain)
    assert table.frame.height == real.rows
    assert table.frame["key"].n_unique() == real.keys
    found = sums(table)
    read_counts = {name: found.get(name) for name in real.counts}
    assert read_counts == pytest.approx(real.counts, abs=0.01)
    currencies = set(table.frame["currency"].drop_nulls()) | {reading.currency} - {None}
    assert currencies == ({real.currency} if real.currency else set())
    if real.period is not None:
        assert (table.frame["from"].min(), table.frame["to"].max()) == (
            real.period.first,
            real.period.last,
        )


@pytest.mark.parametrize("real", [c for c in CASES if c.source], ids=lambda real: real.file)
def test_a_note_says_whose_purchases_were_read(real: Real) -> None:
    (note,) = (n for n in read(EXPORTS / real.file).notes if n.code == "purchases-source")
    assert f"are from {real.source}" in note.text


@pytest.mark.parametrize(
    "real", [c for c in CASES if c.file not in INVENTED], ids=lambda real: real.file
)
def test_printed_ratios_and_totals_agree_with_the_counts(real: Real) -> None:
    codes = {note.code for note in read(EXPORTS / real.file).notes}
    assert not {"identity-disagrees", "totals-disagree", "unreadable-cell"} & codes


def test_invented_numbers_do_not_agree_with_each_other_and_it_is_said() -> None:
    """Fivetran's example has made-up ratios beside made-up counts."""
    (file,) = INVENTED
    disagree = [n.text for n in read(EXPORTS / file).notes if n.code == "identity-disagrees"]
    assert any(text.startswith("“CPC” doesn't match its counts") for text in disagree)


@pytest.mark.parametrize("file", [case.file for case in CASES if case.kind.startswith("gmv-max")])
def test_no_gmv_max_file_has_counts_of_classic_ads(file: str) -> None:
    for table in read(EXPORTS / file).tables:
        assert table.family == "gmv-max"
        assert all(name.startswith("gmv_max_") for name in table.counts)


def test_reach_is_read_but_its_total_is_no_sum() -> None:
    table = read(EXPORTS / "ads_manager_ad_by_day_ko_krw_853col.csv").tables[0]
    assert table.frame["reach"].sum() == 7_403_507


def test_a_report_without_purchases_has_no_purchases_rather_than_none() -> None:
    for file in (
        "ads_manager_ad_by_day_idr_a.csv",
        "ads_manager_campaign_report_ko_krw_37col.xlsx",
    ):
        assert not {"purchases", "ad_revenue"} & set(read(EXPORTS / file).tables[0].counts)


def test_product_cards_of_gmv_max_are_kept_without_video_counts() -> None:
    frame = read(EXPORTS / "id_gmvmax_creative_data_product_campaigns.tsv").tables[0].frame
    cards = frame.filter(pl.col("key").str.contains("N/A"))
    assert cards["gmv_max_orders"].to_list() == [7, 2]
    assert cards["gmv_max_plays_2s"].null_count() == 2


def test_airbyte_streams_become_tables_of_their_own_grain() -> None:
    reading = read(EXPORTS / "airbyte_source_tiktok_marketing_records.jsonl")
    assert reading.rows == 5
    found = {(t.subject, t.grain): sums(t) for t in reading.tables}
    assert set(found) == {("ad", Grain.LIFETIME), ("ad-group", Grain.DAY)}
    ads, groups = found["ad", Grain.LIFETIME], found["ad-group", Grain.DAY]
    assert (ads["spend"], ads["impressions"], ads["clicks"]) == (260, 61_805, 685)
    assert (groups["spend"], groups["impressions"], groups["clicks"]) == (40, 9595, 122)
