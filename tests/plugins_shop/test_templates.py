"""Our own lists: each template is what its kind says, and its rows become counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.model.reading import Grain, Reading
from advisor.model.vocabulary_files import merge
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.hookspecs import Provider, ReadContext
from advisor.tabular.custom.template import TemplateProvider
from advisor_tiktok_ads import advisor_metric_providers as ads_providers
from advisor_tiktok_ads import advisor_vocabulary as ads_vocabulary
from advisor_tiktok_shop import advisor_metric_providers as shop_providers
from advisor_tiktok_shop import advisor_vocabulary as shop_vocabulary
from tests.plugins_shop.reads import source_of, written

PACKAGES: Mapping[str, Sequence[Provider]] = {
    "advisor_tiktok_shop": shop_providers(),
    "advisor_tiktok_ads": ads_providers(),
}
TEMPLATES = {
    name: (package, provider)
    for package, providers in PACKAGES.items()
    for provider in providers
    if isinstance(provider, TemplateProvider)
    for name in provider.kinds
}
EVERY = tuple(p for providers in PACKAGES.values() for p in providers)
CONTEXT = ReadContext(today=date(2026, 6, 30), currency="MXN")
PRODUCT, OTHER = "1729384756012345678", "1729384756012345679"


def _header(name: str) -> str:
    package, _ = TEMPLATES[name]
    return (files(package) / "templates" / f"{name}.csv").read_text(encoding="utf-8")


def _read(folder: Path, name: str, *lines: str) -> Reading:
    """Reads the template's file with *lines* under its header, the way the host does it."""
    path = written(
        folder, f"{name}.csv", (_header(name) + "".join(f"{x}\n" for x in lines)).encode()
    )
    source = source_of(path)
    claims = [(m, p) for p in EVERY for m in p.recognise(source) if not m.lacks]
    match, provider = max(claims, key=lambda claim: claim[0].strength)
    assert match.kind == name
    reading = provider.read(source, match, CONTEXT)
    assert contract_breaks(reading) == []
    assert reading.rows == len(lines)
    return reading


def _rows(reading: Reading, subject: str, *columns: str) -> list[tuple[object, ...]]:
    (table,) = (t for t in reading.tables if t.subject == subject)
    return table.frame.select(columns).rows()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_the_header_that_its_reader_knows(name: str) -> None:
    _, provider = TEMPLATES[name]
    assert _header(name) == ",".join(provider.kinds[name].template) + "\n"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_column_of_a_template_is_explained(name: str) -> None:
    _, provider = TEMPLATES[name]
    info = provider.kinds[name]
    rows = [line for line in info.documentation.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(info.template)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_count_of_a_template_is_in_the_vocabulary(name: str) -> None:
    _, provider = TEMPLATES[name]
    words = merge(
        [*(("shop", f) for f in shop_vocabulary()), *(("ads", f) for f in ads_vocabulary())]
    )
    info = provider.kinds[name]
    assert info.counts
    assert set(info.counts) <= words.counts.keys()
    assert set(info.subjects) <= words.subjects.keys()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_without_rows_is_read(tmp_path: Path, name: str) -> None:
    reading = _read(tmp_path, name)
    expected = 1 if name == "violations" else 0  # an empty list of violations says there are none
    assert sum(table.frame.height for table in reading.tables) == expected


@pytest.mark.parametrize(("name", "line"), [
    ("account-health", "2026-05-31,account-health-rating,180,1000,US,"),
    ("product-margins", f"{PRODUCT},,Serum,MXN,100,30,0.08,15%,10,0.05,"),
    ("stock", f"{PRODUCT},Serum,2026-05-31,5,100,14,"),
    ("targets", "2026-05,gmv,100000,MXN,"),
    ("promotions", f"2026-05-01,2026-05-03,{PRODUCT},Serum,5.5,20%,"),
    ("commission-rates", f"2026-05-01,{PRODUCT},Serum,,15%,"),
    ("samples", f"2026-05-01,2026-05-04,@ana,{PRODUCT},Serum,,,"),
    ("campaign-budgets", "1730829974117385557,May,2026-05-01,2026-05-03,500,2.5,"),
    ("campaign-changes", "2026-05-01,1730829974117385557,May,budget,400,500,"),
])  # fmt: skip
def test_the_counts_that_a_template_promises_are_made(tmp_path: Path, name: str, line: str) -> None:
    reading = _read(tmp_path, name, line)
    _, provider = TEMPLATES[name]
    made = {count for table in reading.tables for count in table.counts}
    assert made == set(provider.kinds[name].counts)
    assert {t.subject for t in reading.tables} <= set(provider.kinds[name].subjects)


def test_each_score_stands_beside_its_scale(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "account-health",
        "2026-05-31,account-health-rating,180,1000,US,",
        "2026-05-31,shop-performance-score,4.1,5,US,",
        "2026-06-30,shop-performance-score,3.9,5,US,",
    )
    columns = ("from", "account_health_rating", "account_health_rating_scale")
    assert _rows(reading, "shop", *columns, "shop_performance_score") == [
        (date(2026, 5, 31), 180.0, 1000.0, 4.1),
        (date(2026, 6, 30), None, None, 3.9),
    ]


def test_a_score_cannot_pass_its_scale(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="row 2, score: '41' is after or more than scale"):
        _read(tmp_path, "account-health", "2026-05-31,shop-performance-score,41,5,US,")


def test_what_is_left_of_the_price_is_the_margin(tmp_path: Path) -> None:
    line = f"{PRODUCT},,Serum,mxn,100,30,0.08,0.12,10,0.05,"
    # 100 less 5 % returns are 95; less 20 % fees 76; less cost and shipping 36
    columns = ("key", "currency", "unit_price", "unit_margin", "margin_share")
    (row,) = _rows(_read(tmp_path, "product-margins", line), "product", *columns)
    assert row == (PRODUCT, "MXN", 100.0, pytest.approx(36.0), pytest.approx(0.36))


def test_a_product_has_its_own_row_else_the_mean_of_its_skus(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "product-margins",
        f"{PRODUCT},11,Serum,,100,30,0,0,0,0,",
        f"{PRODUCT},12,Serum,,200,30,0,0,0,0,",
        f"{OTHER},13,Cream,,100,30,0,0,0,0,",
        f"{OTHER},,Cream,,500,30,0,0,0,0,",
    )
    assert _rows(reading, "product", "key", "unit_price") == [(PRODUCT, 150.0), (OTHER, 500.0)]
    assert _rows(reading, "sku", "key") == [("11",), ("12",), ("13",)]


def test_an_unknown_cost_is_a_mistake_and_not_zero(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match=r"row 2, commission: is empty; write it as 0\.06 or 6%"):
        _read(tmp_path, "product-margins", f"{PRODUCT},,Serum,,100,30,0.08,,10,0.05,")


def test_what_was_not_counted_of_the_stock_is_missing(tmp_path: Path) -> None:
    reading = _read(tmp_path, "stock", f"{PRODUCT},Serum,2026-05-31,0,,,")
    columns = ("key", "name", "stock", "incoming_stock", "lead_days")
    assert _rows(reading, "product", *columns) == [(PRODUCT, "Serum", 0.0, None, None)]


def test_targets_are_of_whole_months(tmp_path: Path) -> None:
    reading = _read(tmp_path, "targets", "2026-02,gmv,100000,,", "2026-02,roas,3,,")
    columns = ("from", "to", "target_gmv", "target_roas", "target_orders")
    assert _rows(reading, "shop", *columns) == [
        (date(2026, 2, 1), date(2026, 2, 28), 100_000.0, 3.0, None)
    ]


def test_of_two_promotions_on_a_day_the_deeper_counts(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "promotions",
        f"2026-05-01,2026-05-02,{PRODUCT},Serum,A,10%,",
        f"2026-05-02,2026-05-03,{PRODUCT},Serum,B,30%,",
        "2026-05-09,2026-05-09,,,C,5%,",
    )
    assert _rows(reading, "product", "from", "promotions", "discount") == [
        (date(2026, 5, 1), 1.0, 0.1),
        (date(2026, 5, 2), 2.0, 0.3),
        (date(2026, 5, 3), 1.0, 0.3),
    ]
    assert _rows(reading, "shop", "from", "discount") == [(date(2026, 5, 9), 0.05)]


def test_a_promotion_cannot_end_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="row 2, to: '2026-04-30' is before or less than from"):
        _read(tmp_path, "promotions", f"2026-05-01,2026-04-30,{PRODUCT},,,10%,")


def test_a_rate_holds_until_the_next_one_and_the_last_until_today(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "commission-rates",
        f"2026-06-01,{PRODUCT},Serum,,10%,",
        f"2026-06-28,{PRODUCT},Serum,,20%,",
        "2026-06-30,,,@ana,25%,",
        f"2026-06-30,{PRODUCT},,@ana,30%,",
    )
    rates = {row[0]: row[1] for row in _rows(reading, "product", "from", "commission_rate")}
    assert (len(rates), rates[date(2026, 6, 27)], rates[date(2026, 6, 30)]) == (30, 0.1, 0.2)
    assert _rows(reading, "creator", "key", "commission_rate") == [("ana", 0.3)]


def test_content_is_late_when_its_day_is_over(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "samples",
        "2026-06-01,2026-06-05,ana,,,,2026-06-10,",  # posted
        "2026-06-01,2026-06-05,ana,,,,,",  # due on the 19th
        "2026-06-01,2026-06-05,ana,,,2026-07-05,,",  # a later day was agreed
        "2026-06-01,,ana,,,,,",  # not there yet
        "2026-06-02,2026-06-16,@bo,,,,,",  # due today
    )
    counts = ("samples_sent", "samples_delivered", "samples_due", "samples_posted")
    (creators,) = (table.frame for table in reading.tables if table.subject == "creator")
    sums = creators.group_by("key").agg(pl.col(*counts, "samples_overdue").sum()).sort("key")
    assert sums.rows() == [("ana", 4.0, 3.0, 2.0, 1.0, 1.0), ("bo", 1.0, 1.0, 0.0, 0.0, 0.0)]


def test_a_sample_counts_on_the_day_its_content_was_due_whenever_it_was_sent(
    tmp_path: Path,
) -> None:
    reading = _read(
        tmp_path,
        "samples",
        "2026-03-01,2026-03-05,ana,,,2026-06-12,,",  # agreed long after it arrived
        "2026-05-01,2026-05-30,bo,,,,,",  # due 14 days after it arrived
        "2026-05-01,2026-05-30,bo,,,,2026-06-03,",  # posted in time, due all the same
        "2026-05-01,2026-06-25,cleo,,,,2026-06-28,",  # posted before it is due
    )
    found = _rows(reading, "shop", "from", "samples_due", "samples_posted", "samples_overdue")
    assert sorted(row for row in found if row[1]) == [
        (date(2026, 6, 12), 1.0, 0.0, 1.0),
        (date(2026, 6, 13), 2.0, 1.0, 1.0),
        (date(2026, 6, 28), 1.0, 1.0, 0.0),
    ]
    sent = _rows(reading, "shop", "from", "samples_sent")
    assert sorted(row for row in sent if row[1]) == [
        (date(2026, 3, 1), 1.0),
        (date(2026, 5, 1), 3.0),
    ]


def test_a_budget_holds_on_each_of_its_days_and_the_later_row_wins(tmp_path: Path) -> None:
    campaign = "1730829974117385557"
    reading = _read(
        tmp_path,
        "campaign-budgets",
        f"{campaign},May,2026-06-01,,400,2,",
        f"{campaign},May,2026-06-29,2026-06-29,900,,",
    )
    days = {
        day: rest for day, *rest in _rows(reading, "campaign", "from", "daily_budget", "target_roi")
    }
    assert len(days) == 30
    assert days[date(2026, 6, 28)] == [400.0, 2.0]
    assert days[date(2026, 6, 29)] == [900.0, None]


def test_changes_are_counted_by_campaign_and_day(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "campaign-changes",
        "2026-06-01,77,May,budget,400,500,",
        "2026-06-01,77,May,BID,1,2,",
        "2026-06-02,78,,creative,,,",
    )
    columns = ("key", "from", "changes", "budget_changes", "target_changes")
    assert _rows(reading, "campaign", *columns) == [
        ("77", date(2026, 6, 1), 2.0, 1.0, 1.0),
        ("78", date(2026, 6, 2), 1.0, 0.0, 0.0),
    ]


def test_states_are_days_and_targets_are_periods(tmp_path: Path) -> None:
    stock = _read(tmp_path, "stock", f"{PRODUCT},Serum,2026-05-31,5,,,")
    assert [t.grain for t in stock.tables] == [Grain.DAY]
    margins = _read(tmp_path, "product-margins", f"{PRODUCT},,,,100,30,0,0,0,0,")
    assert {t.grain for t in margins.tables} == {Grain.LIFETIME}
    assert pl.concat([t.frame["from"] for t in margins.tables]).null_count() == 1
