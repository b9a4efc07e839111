"""Every kind of file in every language, and what people and new versions do to files."""

from pathlib import Path

import pytest

from advisor.model.reading import Grain
from tests.plugins_shop.more_samples import MORE
from tests.plugins_shop.reads import claims, counts_of, read, sums, table_of, written
from tests.plugins_shop.samples import (
    SAMPLES,
    Sample,
    as_csv,
    column_added,
    column_dropped,
    columns_moved,
    preamble_grown,
    records,
)
from tests.shapes import Language

ALL = (*SAMPLES, *MORE)
every_kind = pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.kind)
in_every_language = pytest.mark.parametrize(
    ("sample", "language"),
    [(sample, language) for sample in ALL for language in sample.languages],
    ids=lambda part: part.kind if isinstance(part, Sample) else part,
)


@in_every_language
def test_a_kind_gives_the_same_counts_in_every_language(
    sample: Sample, language: Language, tmp_path: Path
) -> None:
    reading = read(written(tmp_path, "file.csv", sample.write(language, "csv")))
    assert reading.kind == sample.kind
    assert counts_of(reading, sample.subject) == sample.counts
    assert [note for note in reading.notes if "disagree" in note.code] == []


@in_every_language
def test_a_workbook_gives_what_its_csv_gives(
    sample: Sample, language: Language, tmp_path: Path
) -> None:
    reading = read(written(tmp_path, "file.xlsx", sample.write(language, "xlsx")))
    assert reading.kind == sample.kind
    assert counts_of(reading, sample.subject) == sample.counts


@every_kind
def test_exactly_one_kind_claims_a_file_whole(sample: Sample, tmp_path: Path) -> None:
    path = written(tmp_path, "file.csv", sample.write(sample.languages[0], "csv"))
    whole = [match.kind for match, _ in claims(path) if not match.lacks]
    assert whole == [sample.kind]


@every_kind
def test_the_order_of_columns_does_not_matter(sample: Sample, tmp_path: Path) -> None:
    rows = records(sample.write(sample.languages[0], "csv"))
    moved = columns_moved(rows, sample.header)
    assert moved[sample.header] != rows[sample.header]
    reading = read(written(tmp_path, "file.csv", as_csv(moved)))
    assert reading.kind == sample.kind
    assert counts_of(reading, sample.subject) == sample.counts


@every_kind
def test_an_unknown_column_is_named_and_changes_nothing(sample: Sample, tmp_path: Path) -> None:
    rows = records(sample.write(sample.languages[0], "csv"))
    reading = read(written(tmp_path, "file.csv", as_csv(column_added(rows, sample.header))))
    assert counts_of(reading, sample.subject) == sample.counts
    assert "Moon phase" in [column.header for column in reading.columns if not column.means]


@every_kind
def test_a_dropped_column_costs_its_count_and_no_other(sample: Sample, tmp_path: Path) -> None:
    rows = records(sample.write("en", "csv"))
    short = column_dropped(rows, sample.header, sample.optional)
    reading = read(written(tmp_path, "file.csv", as_csv(short)))
    rest = {k: v for k, v in sample.counts.items() if k != sample.optional_count}
    assert counts_of(reading, sample.subject) == rest


@every_kind
def test_lines_above_the_header_do_not_matter(sample: Sample, tmp_path: Path) -> None:
    rows = records(sample.write(sample.languages[0], "csv"))
    reading = read(written(tmp_path, "file.csv", as_csv(preamble_grown(rows))))
    assert reading.kind == sample.kind
    assert counts_of(reading, sample.subject) == sample.counts
    assert (reading.period is not None) == sample.dated


def _counts(kind: str, tmp_path: Path) -> set[str]:
    (sample,) = (sample for sample in SAMPLES if sample.kind == kind)
    reading = read(written(tmp_path, f"{kind}.csv", sample.write("en", "csv")))
    return set(table_of(reading, sample.subject).counts)


@pytest.mark.parametrize(
    ("kind", "feeds", "not_feeds"),
    [
        ("video-list", {"product_clicks", "views"}, set()),
        ("live-sessions", {"product_clicks", "views"}, set()),
        ("product-list", {"product_clicks", "product_impressions"}, {"views"}),
        ("product-traffic-total", {"product_clicks", "product_impressions"}, {"views"}),
        ("shop-tab-daily", {"product_clickers", "product_viewers"}, {"product_clicks", "views"}),
        (
            "product-card-list",
            {"card_clickers", "card_viewers"},
            {"product_clicks", "views", "gmv"},
        ),
        ("live-daily", {"views"}, {"product_clicks", "product_impressions"}),
    ],
)
def test_three_ctrs_rest_on_different_counts(
    kind: str, feeds: set[str], not_feeds: set[str], tmp_path: Path
) -> None:
    counts = _counts(kind, tmp_path)
    assert feeds <= counts
    assert not counts & not_feeds


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("video-daily", "video", "Videos"),
        ("live-daily", "live", "LIVEs"),
        ("shop-tab-daily", "shop-tab", "Shop Tab"),
    ],
)
def test_daily_core_stats_are_about_a_channel_and_never_about_the_shop(
    kind: str, key: str, name: str, tmp_path: Path
) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.kind == kind)
    reading = read(written(tmp_path, "core.csv", sample.write("en", "csv")))
    (table,) = reading.tables
    assert (table.subject, table.grain) == ("channel", Grain.DAY)
    assert set(table.frame.select("key", "name").iter_rows()) == {(key, name)}


def test_search_looks_like_the_shop_tab_and_is_told_by_the_name_of_its_file(tmp_path: Path) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.kind == "shop-tab-daily")
    reading = read(
        written(tmp_path, "Channel Stats - Search_20261101.csv", sample.write("en", "csv"))
    )
    assert reading.tables[0].frame["key"].unique().to_list() == ["search"]


def test_a_nickname_gets_no_further_than_the_file(tmp_path: Path) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.kind == "live-sessions")
    data = sample.write("en", "csv")
    assert b"Luna of the shop" in data
    reading = read(written(tmp_path, "lives.csv", data))
    assert all("Luna of the shop" not in str(table.frame.to_dicts()) for table in reading.tables)


def test_two_lives_of_one_title_are_two_and_one_title_tells_them_to_people(tmp_path: Path) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.kind == "creator-live")
    rows = records(sample.write("en", "csv"))
    again = [*rows[-1]]
    again[1] = "2026-10-14 09:30"
    reading = read(written(tmp_path, "lives.csv", as_csv([*rows, again])))
    frame = table_of(reading, "live").frame
    assert frame["key"].to_list() == [
        "2026-10-13 15:00 / New clothes",
        "2026-10-14 09:30 / New clothes",
    ]
    assert frame["name"].unique().to_list() == ["New clothes"]


def test_the_product_card_by_day_is_its_list_with_days_for_products(tmp_path: Path) -> None:
    (sample,) = (sample for sample in SAMPLES if sample.kind == "product-card-list")
    rows = records(sample.write("es", "csv"))
    daily = [row[:1] + row[2:] for row in rows]
    daily[sample.header][0] = "Hora"
    daily[-1][0] = "2026-10-13"
    reading = read(written(tmp_path, "card.csv", as_csv(daily)))
    (table,) = reading.tables
    assert (reading.kind, table.subject) == ("product-card-daily", "channel")
    assert table.frame.select("key", "name").rows() == [("product-card", "Product card")]
    assert sums(table)["card_viewers"] == sample.counts["card_viewers"]
    assert sums(table)["gmv"] == sample.counts["card_gmv"]


def test_sales_of_the_product_card_are_read_under_their_longer_names(tmp_path: Path) -> None:
    text = (
        "[Rango de fechas]: 2026-10-01 ~ 2026-10-02\n\n"
        "Hora,Vistas,Espectadores,Clics únicos,Clics,Clientes,Pedidos con SKU atribuidos,"
        "GMV atribuido a tarjetas de productos (MX$)\n"
        "2026-10-01,70,50,20,25,2,3,410\n2026-10-02,90,60,30,35,4,5,730\n"
    )
    (table,) = read(written(tmp_path, "card.csv", text.encode())).tables
    counted = sums(table)
    assert (counted["gmv"], counted["sku_orders"]) == (1140, 8)


NOT_OURS = {
    "settlements": "Order/adjustment ID  ,Type ,Order created time(UTC),Order settled time(UTC),"
    "Currency,Total settlement amount,Subtotal before discounts,Seller discounts",
    "orders of another shop": "Order ID,Order Status,Product Name,Buyer Username,Recipient,Phone #",
    "returns without their refund": "Return Order ID,Order ID,Order Amount,Return Reason",
    "products without their views": "Product ID,Product Name,Price,Stock,Seller SKU",
}


@pytest.mark.parametrize("header", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_a_file_that_looks_like_one_of_ours_is_not_taken_for_it(
    header: str, tmp_path: Path
) -> None:
    columns = header.count(",") + 1
    data = f"{header}\n{','.join(['1'] * columns)}\n".encode()
    whole = [m.kind for m, _ in claims(written(tmp_path, "other.csv", data)) if not m.lacks]
    assert whole == []
