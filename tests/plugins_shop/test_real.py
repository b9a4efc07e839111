"""Files that people really exported, against sums that the csv module makes of them."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from advisor.model.reading import Grain, Period
from tests.plugins_shop.reads import EXPORTS, Cells, number, read, sums, table_of

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


@attrs.frozen
class Real:
    """*header* is the record that names the columns (0-based); *counts* maps a count to its column,
    and *known* some sums that were once worked out by hand."""

    file: str
    kind: str
    subject: str
    family: str
    grain: Grain
    header: int
    period: Period | None
    currency: str | None
    counts: Mapping[str, str]
    known: Mapping[str, float]
    left_out: int = 0
    above: int = 0  # rows between two headers: a summary, and the second header


CASES = (
    Real(
        file="es_mx_shop_analytics_key_metrics.csv",
        kind="shop-analytics-daily",
        subject="shop",
        family="shop",
        grain=Grain.DAY,
        header=8,
        left_out=6,
        above=6,
        period=MAY,
        currency=None,
        counts={
            "gmv": "GMV",
            "orders": "Pedidos",
            "customers": "Clientes",
            "items_sold": "Artículos vendidos",
            "sku_orders": "Pedidos con SKU",
            "page_views": "Vistas de página",
            "visitors": "Visitantes",
            "product_impressions": "Impresiones del producto",
            "product_viewers": "Impresiones únicas de productos",
            "product_clicks": "Clics en el producto",
            "product_clickers": "Clics únicos",
        },
        known={"page_views": 1378, "visitors": 944, "product_clicks": 1434},
    ),
    Real(
        file="es_mx_product_list_176col.csv",
        kind="product-list",
        subject="product",
        family="shop-product",
        grain=Grain.PERIOD,
        header=3,
        period=Period(date(2026, 5, 29), date(2026, 6, 4)),
        currency="MXN",
        counts={
            "gmv": "GMV",
            "orders": "Pedidos",
            "sku_orders": "Pedidos con SKU",
            "items_sold": "Artículos vendidos",
            "customers": "Clientes estimados",
            "product_impressions": "Impresiones del producto",
            "product_clicks": "Clics en el producto",
            "cart_adds": "Cantidad de adiciones al carrito",
            "product_viewers": "Impresiones únicas de productos",
            "product_clickers": "Clics únicos",
            "cart_users": "Usuarios de Agregar al carrito",
            "refunds": "Reembolsos",
            "items_refunded": "Artículos reembolsados",
        },
        known={"product_impressions": 2807, "product_clicks": 35, "product_clickers": 30},
    ),
    Real(
        file="es_mx_product_traffic_total_key_metrics.csv",
        kind="product-traffic-total",
        subject="shop",
        family="shop-traffic",
        grain=Grain.PERIOD,
        header=5,
        period=MAY,
        currency="MXN",
        counts={},
        known={
            "product_impressions": 71_885,
            "product_clicks": 1434,
            "cart_adds": 15,
            "product_viewers": 60_670,
            "product_clickers": 1192,
            "gmv": 0,
        },
        left_out=1,
    ),
    Real(
        file="es_mx_products_card_list.csv",
        kind="product-card-list",
        subject="product",
        family="shop-product-card",
        grain=Grain.PERIOD,
        header=2,
        period=MAY,
        currency="MXN",
        counts={
            "card_viewers": "Espectadores",
            "card_views": "Vistas",
            "card_clickers": "Clics únicos",
            "card_clicks": "Clics",
            "card_sku_orders": "Pedidos con SKU",
            "customers": "Clientes",
            "cart_users": "Usuario que agregó al carrito",
            "card_gmv": "GMV (MX$)",
        },
        known={"card_viewers": 7489, "card_clickers": 242, "card_clicks": 328},
    ),
    Real(
        file="es_mx_core_stats_shop_tab.csv",
        kind="shop-tab-daily",
        subject="channel",
        family="channel-shop-tab",
        grain=Grain.DAY,
        header=2,
        period=Period(date(2026, 5, 1), date(2026, 5, 29)),
        currency="MXN",
        counts={
            "gmv": "GMV de la pestaña Tienda (MX$)",
            "refunds": "Importe reembolsado (MX$)",
            "product_viewers": "Espectadores de productos",
            "product_clickers": "Clics de los usuarios en productos",
            "cart_users": "Visitante que agregó al carrito",
            "sku_orders": "Pedidos",
            "customers": "Compradores",
            "refunded_orders": "Pedidos reembolsados",
        },
        known={"product_viewers": 3323, "product_clickers": 114, "cart_users": 4},
    ),
    Real(
        file="es_mx_video_performance_list.csv",
        kind="video-list",
        subject="video",
        family="shop-video",
        grain=Grain.PERIOD,
        header=2,
        period=MAY,
        currency="MXN",
        counts={
            "views": "VV",
            "likes": "Me gusta",
            "comments": "Comentarios",
            "shares": "Compartidos",
            "new_followers": "Seguidores nuevos",
            "live_clicks": "Clics de video a transmisión en vivo",
            "product_impressions": "Impresiones de productos",
            "product_clicks": "Clics de productos",
            "sku_orders": "Pedidos con SKU atribuidos",
            "items_sold": "Ventas de artículos atribuidas a videos",
            "gmv": "GMV atribuido al video (MX$)",
            "direct_gmv": "GMV de videos (MX$)",
        },
        known={"views": 26_183, "likes": 666, "product_clicks": 477},
    ),
    Real(
        file="es_mx_video_performance_core_stats.csv",
        kind="video-daily",
        subject="channel",
        family="channel-video",
        grain=Grain.DAY,
        header=2,
        period=MAY,
        currency="MXN",
        counts={
            "gmv": "GMV atribuido al video (MX$)",
            "direct_gmv": "GMV de videos (MX$)",
            "views": "VV",
            "sku_orders": "Pedidos con SKU atribuidos",
            "customers": "Clientes diarios prom.",
            "product_viewers": "Espectadores de productos de videos",
            "product_impressions": "Impresiones de productos",
            "product_clicks": "Clics de productos",
        },
        known={"views": 57_095, "product_impressions": 55_839, "product_clicks": 887},
    ),
    Real(
        file="es_mx_live_performance_core_stats.csv",
        kind="live-daily",
        subject="channel",
        family="channel-live",
        grain=Grain.DAY,
        header=2,
        period=MAY,
        currency="MXN",
        counts={
            "gmv": "GMV atribuido a LIVE (MX$)",
            "direct_gmv": "GMV de LIVE (MX$)",
            "streams": "Transmisiones LIVE",
            "selling_streams": "Número de transmisiones LIVE que generaron GMV.",
            "items_sold": "Ventas de artículos atribuidas a LIVE",
            "sku_orders": "Pedidos con SKU atribuidos",
            "customers": "Clientes (búsqueda)",
            "views": "Vistas de LIVE",
        },
        known={"streams": 4, "views": 1329},
    ),
    Real(
        file="es_mx_creator_live_performance.csv",
        kind="creator-live",
        subject="live",
        family="shop-live",
        grain=Grain.DAY,
        header=2,
        period=Period(date(2026, 5, 7), date(2026, 6, 3)),
        currency=None,
        counts={
            "live_seconds": "Duration",
            "gmv": "Attributed GMV",
            "items_sold": "Attributed items sold",
            "orders": "Attributed orders",
            "sku_orders": "Attributed SKU orders",
            "views": "Views",
            "live_impressions": "LIVE impressions",
            "product_clicks": "Product clicks",
            "product_impressions": "Product impressions",
            "new_followers": "New followers",
            "likes": "Likes",
            "comments": "Comments",
            "shares": "Shares",
        },
        known={"live_seconds": 8096, "views": 898, "product_clicks": 32},
    ),
    Real(
        file="us_affiliate_creator_list_cleaned.csv",
        kind="affiliate-creators",
        subject="creator",
        family="affiliate",
        grain=Grain.PERIOD,
        header=0,
        period=None,
        currency=None,
        counts={
            "gmv": "Creator-attributed GMV",
            "refunds": "Refunds",
            "orders": "Attributed orders",
            "items_sold": "Creator-attributed items sold",
            "streams": "LIVE streams",
            "videos": "Videos",
            "samples_shipped": "Samples shipped",
            "product_impressions": "Product impressions",
            "video_views": "Video views",
            "commission": "Est. commission",
        },
        known={"gmv": 375, "orders": 10, "video_views": 18_602},
    ),
)
every_file = pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)


@every_file
def test_a_file_is_understood_by_the_right_kind(case: Real) -> None:
    reading = read(EXPORTS / case.file)
    table = table_of(reading, case.subject)
    assert (reading.kind, table.family, table.grain) == (case.kind, case.family, case.grain)
    assert (reading.period, reading.currency) == (case.period, case.currency)


@every_file
def test_the_sums_are_those_of_the_csv_module(case: Real) -> None:
    cells = Cells(EXPORTS / case.file, case.header)
    got = sums(table_of(read(EXPORTS / case.file), case.subject))
    expected = {count: cells.total(header) for count, header in case.counts.items()}
    assert {count: got[count] for count in expected} == pytest.approx(expected)
    assert {count: got[count] for count in case.known} == pytest.approx(dict(case.known))


@every_file
def test_every_row_under_the_header_is_read_or_left_out_with_a_reason(case: Real) -> None:
    reading = read(EXPORTS / case.file)
    left_out = sum(reading.left_out.values())
    assert left_out == case.left_out
    body = Cells(EXPORTS / case.file, case.header).body
    assert reading.rows + left_out == case.above + len(body)


@every_file
def test_a_file_agrees_with_itself(case: Real) -> None:
    notes = [note for note in read(EXPORTS / case.file).notes if "disagree" in note.code]
    assert notes == []


@every_file
def test_no_column_is_unknown_outside_the_groups_of_channels(case: Real) -> None:
    reading = read(EXPORTS / case.file)
    unknown = [column.header for column in reading.columns if not column.means]
    channels = {
        "es_mx_product_list_176col.csv": 125,
        "es_mx_product_traffic_total_key_metrics.csv": 120,
    }
    assert len(unknown) == channels.get(case.file, 0)


def test_the_days_of_shop_analytics_add_up_to_the_total_that_the_file_prints() -> None:
    path = EXPORTS / "es_mx_shop_analytics_key_metrics.csv"
    summary = Cells(path, 2)
    (printed,) = (record for record in summary.body if record[0] == "Valor total")
    got = sums(table_of(read(path), "shop"))
    case = CASES[0]
    totals = {count: number(printed[summary.header.index(h)]) for count, h in case.counts.items()}
    assert {count: got[count] for count in totals} == totals


def test_the_traffic_of_the_period_is_that_of_the_days_but_for_people() -> None:
    days = sums(table_of(read(EXPORTS / "es_mx_shop_analytics_key_metrics.csv"), "shop"))
    period = sums(table_of(read(EXPORTS / "es_mx_product_traffic_total_key_metrics.csv"), "shop"))
    assert period["product_impressions"] == days["product_impressions"]
    assert period["product_clicks"] == days["product_clicks"]
    assert period["product_viewers"] != days["product_viewers"]


def test_the_product_is_the_group_of_all_not_one_channel() -> None:
    path = EXPORTS / "es_mx_product_list_176col.csv"
    cells = Cells(path, 3)
    everywhere = [at for at, name in enumerate(cells.header) if name == "Impresiones del producto"]
    by_group = [sum(number(record[at]) or 0 for record in cells.body) for at in everywhere]
    assert (
        sums(table_of(read(path), "product"))["product_impressions"] == by_group[0] == max(by_group)
    )


def test_a_day_without_a_live_is_missing_and_one_with_zeros_is_zero() -> None:
    frame = table_of(read(EXPORTS / "es_mx_live_performance_core_stats.csv"), "channel").frame
    days = {day.day: views for day, views in frame.select("from", "views").iter_rows()}
    assert days[3] is None
    assert days[2] == 0
    assert frame["views"].null_count() == 20


def test_ids_keep_every_digit() -> None:
    path = EXPORTS / "es_mx_video_performance_list.csv"
    cells = Cells(path, 2)
    ids = [record[cells.header.index("ID del video")] for record in cells.body]
    assert table_of(read(path), "video").frame["key"].to_list() == ids
    assert all(len(video) == 19 for video in ids)


def test_a_video_is_linked_to_the_products_it_names() -> None:
    path = EXPORTS / "es_mx_video_performance_list.csv"
    cells = Cells(path, 2)
    named = {
        (record[cells.header.index("ID del video")], cell[cell.rindex("(") + 1 : -1])
        for record in cells.body
        if (cell := record[cells.header.index("Productos")])
    }
    (links,) = read(path).links
    assert links.relation == "video-products"
    assert set(links.frame.iter_rows()) == named


@pytest.mark.parametrize(
    ("file", "header", "printed", "over"),
    [
        ("es_mx_video_performance_list.csv", 2, "Tasa de clics (video)", "VV"),
        (
            "es_mx_video_performance_core_stats.csv",
            2,
            "Tasa de clics (video)",
            "Impresiones de productos",
        ),
    ],
)
def test_one_name_of_ctr_means_two_ratios(file: str, header: int, printed: str, over: str) -> None:
    cells = Cells(EXPORTS / file, header)
    rates, clicks = cells.column(printed), cells.column("Clics de productos")
    rows = list(zip(rates, clicks, cells.column(over), strict=True))
    assert all(
        rate == pytest.approx(top / base, abs=6e-5)
        for rate, top, base in rows
        if base and rate is not None and top is not None
    )


def test_creator_live_prints_both_ratios_beside_each_other() -> None:
    cells = Cells(EXPORTS / "es_mx_creator_live_performance.csv", 2)
    clicks, views = cells.column("Product clicks"), cells.column("Views")
    shown = cells.column("Product impressions")
    for name, bottom in (("CTR", views), ("LIVE CTR", shown)):
        for rate, top, base in zip(cells.column(name), clicks, bottom, strict=True):
            if rate is not None and top is not None and base:
                assert rate == pytest.approx(top / base, abs=6e-7)


def test_affiliate_clicks_are_impressions_times_ctr_and_ctor_confirms_them() -> None:
    path = EXPORTS / "us_affiliate_creator_list_cleaned.csv"
    cells = Cells(path)
    frame = table_of(read(path), "creator").frame
    shown, rates = cells.column("Product impressions"), cells.column("CTR")
    clicks = [(s or 0) * (r or 0) for s, r in zip(shown, rates, strict=True)]
    assert frame["product_clicks"].to_list() == pytest.approx(clicks)
    sold = [
        (orders, rate, round(click))
        for orders, rate, click in zip(
            cells.column("Attributed orders"), cells.column("CTOR"), clicks, strict=True
        )
        if orders
    ]
    assert len(sold) == 8
    assert all(rate == pytest.approx(orders / click, rel=0.01) for orders, rate, click in sold)


def test_affiliate_views_of_videos_are_not_the_views_that_clicks_come_from() -> None:
    table = table_of(read(EXPORTS / "us_affiliate_creator_list_cleaned.csv"), "creator")
    assert "views" not in table.counts
    assert "video_views" in table.counts


def _api(name: str) -> Any:
    path = EXPORTS / f"doc_example_shop_api_{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["data"]


def test_an_api_interval_ends_the_day_before_its_end_date() -> None:
    reading = read(EXPORTS / "doc_example_shop_api_shop_performance.json")
    assert reading.kind == "api-shop-performance"
    assert reading.period == Period(date(2024, 4, 1), date(2024, 4, 7))
    assert table_of(reading, "shop").grain is Grain.PERIOD


def test_an_api_product_keeps_an_id_above_the_whole_numbers_of_a_float() -> None:
    reading = read(EXPORTS / "doc_example_shop_api_shop_product_performance_list.json")
    (product,) = _api("shop_product_performance_list")["products"]
    assert product["id"] > 2**53
    assert float(product["id"]) != product["id"]
    assert table_of(reading, "product").frame["key"].to_list() == [str(product["id"])]


def test_an_api_live_has_the_day_and_the_counts_of_its_answer() -> None:
    reading = read(EXPORTS / "doc_example_shop_api_shop_live_performance_list.json")
    (live,) = _api("shop_live_performance_list")["live_stream_sessions"]
    table = table_of(reading, "live")
    got = sums(table)
    started = datetime.fromtimestamp(int(live["start_time"]), UTC)
    assert table.frame["from"].to_list() == [started.date()]
    assert got["gmv"] == float(live["sales_performance"]["gmv"]["amount"])
    seen = live["interaction_performance"]
    assert got["product_clicks"] == seen["product_clicks"]
    assert got["watch_seconds"] == seen["views"] * float(seen["avg_viewing_duration"])


def test_an_api_video_is_read_with_its_creator() -> None:
    reading = read(EXPORTS / "doc_example_shop_api_shop_video_performance_list.json")
    assert reading.kind == "api-shop-videos"
    assert table_of(reading, "video").frame["parent.creator"].to_list() == ["Video Username"]
