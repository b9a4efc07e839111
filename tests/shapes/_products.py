# ruff: noqa: E501 - one line a column, with its headers in every language
"""Seller Center's product tables: the product list, product traffic and the product card list.

Canonical names: product_name, product_id, gmv, orders, sku_orders, items_sold, customers,
product_impressions, product_clicks, add_to_cart, unique_product_impressions, unique_clicks,
add_to_cart_users, refunds, items_refunded. Those of a channel carry its name in front, as in
`seller_live.attributed_gmv`; channels: seller_live, seller_video, affiliate, seller_card.
"""

from collections.abc import Sequence
from datetime import date

from tests.shapes._cells import Cell, Language, Row, Style
from tests.shapes._table import Column, Form, between, body, columns, headers, seller_file

_INFO = """
product_name text | Product Name | Nombre del producto | Nama
product_id id | Product ID | ID del producto | ID Produk
gmv_range text | GMV range | Rango de GMV | Rentang GMV
status text | Listing status | Estado del listado | Status daftar produk
"""

_CHANNEL_GMV = """
gmv signed | GMV | GMV | GMV
seller_live.attributed_gmv signed | Seller LIVE-attributed GMV | GMV atribuido al LIVE del vendedor | GMV dari LIVE penjual
seller_live.gmv signed | Seller LIVE GMV | GMV de LIVE del vendedor | GMV LIVE penjual
seller_live.indirect_gmv signed | Seller LIVE indirect GMV | GMV indirecto de LIVE de vendedor | GMV tidak langsung dari LIVE penjual
seller_video.attributed_gmv signed | Seller video-attributed GMV | GMV atribuido al video de un vendedor | GMV dari video penjual
seller_video.gmv signed | Seller video GMV | GMV de videos de vendedor | GMV video penjual
seller_video.indirect_gmv signed | Seller video indirect GMV | GMV indirecto de video de vendedor | GMV tidak langsung dari video penjual
affiliate.attributed_gmv signed | Creator-attributed GMV | GMV atribuido a creadores | GMV dari kreator
affiliate.live_attributed_gmv signed | Creator LIVE-attributed GMV | GMV atribuido al LIVE del creador | GMV dari LIVE kreator
affiliate.live_gmv signed | Creator LIVE GMV | GMV de LIVE de creadores | GMV LIVE afiliasi
affiliate.live_indirect_gmv signed | Creator LIVE indirect GMV | GMV indirecto de LIVE del creador | GMV tidak langsung dari LIVE kreator
affiliate.video_attributed_gmv signed | Creator video-attributed GMV | GMV atribuido a videos de afiliados | GMV dari video afiliasi
affiliate.video_gmv signed | Creator video GMV | GMV de videos de creadores | GMV video Afiliasi
affiliate.video_indirect_gmv signed | Creator video indirect GMV | GMV indirecto de video del creador | GMV tidak langsung dari video kreator
seller_card.attributed_gmv signed | Seller product card GMV | GMV de tarjeta de producto de vendedor | GMV kartu produk penjual
"""

_ORDERS = """
orders int | Orders | Pedidos | Pesanan
sku_orders int | SKU orders | Pedidos con SKU | Pesanan SKU
items_sold int | Items sold | Artículos vendidos | Produk terjual
customers int | Est. customers | Clientes estimados | Est. pembeli
aov signed gmv/sku_orders | AOV (SKU orders) | AOV (pedidos con SKU) | AOV (pesanan SKU)
"""

_FUNNEL = """
@product_impressions int | Product impressions | Impresiones del producto | Impresi produk
@product_clicks int | Product clicks | Clics en el producto | Klik produk
@ctr pct @product_clicks/@product_impressions | CTR | CTR | CTR
@add_to_cart int | Add-to-cart count | Cantidad de adiciones al carrito | Jumlah tambahkan ke keranjang
@add_to_cart_rate pct @add_to_cart/@product_clicks | Add-to-cart rate | Tasa de adición al carrito | Persentase tambahkan ke keranjang
@ctor pct @ORDERS/@product_clicks | CTOR (SKU order) | CTOR (pedido con SKU) | CTOR (pesanan SKU)
@unique_product_impressions int | Unique product impressions | Impresiones únicas de productos | Impresi produk unik
@unique_clicks int | Unique clicks | Clics únicos | Klik unik
@unique_ctr pct @unique_clicks/@unique_product_impressions | Unique CTR | CTR única | CTR unik
@add_to_cart_users int | Add-to-cart users | Usuarios de Agregar al carrito | Pembeli yang menambahkan ke keranjang
@unique_atc_rate pct @add_to_cart_users/@unique_clicks | Unique ATC rate | Tasa de ATC única | Persentase ATC unik
@unique_ctor pct @customers/@unique_clicks | Unique CTOR (SKU order) | CTOR (pedido con SKU) única | CTOR unik (pesanan SKU)
"""

_MONEY_AND_TAB = """
gmv_with_tax signed | GMV with tax | GMV con impuestos | GMV dengan pajak
tax signed | Tax | Impuesto | Pajak
cofunded_gmv signed | Gross merchandise value (with TikTok co-funding) | GMV (con cofinanciación de TikTok) | GMV (dengan subsidi dari TikTok)
shipping signed | Shipping fees | Tarifas de envío | Shipping fees
refunds signed | Refunds | Reembolsos | Pengembalian dana
items_refunded int | Items refunded | Artículos reembolsados | Produk yang dikembalikan dananya
refund_customers int | Refund customers | Clientes reembolsados | Pembeli yang dikembalikan dananya
tab.product_impressions int | Shop tab product impressions | Impresiones del producto en la pestaña Tienda | Impresi produk tab Toko
tab.product_clicks int | Shop tab product clicks | Clics en el producto en la pestaña Tienda | Klik produk tab Toko
tab.unique_clicks int | Unique Shop tab product clicks | Clics en el producto únicos en la pestaña Tienda | Klik produk tab Toko unik
tab.customers int | Est. Shop tab customers | Clientes est. de la pestaña Tienda | Est. pembeli tab Toko
tab.ctr pct tab.product_clicks/tab.product_impressions | Shop tab CTR | CTR de la pestaña Tienda | CTR tab Toko
tab.ctor pct tab.sku_orders/tab.product_clicks | Shop tab CTOR (SKU) | CTOR de la pestaña Tienda (SKU) | CTOR tab Toko (SKU)
tab.gmv signed | Shop tab GMV | GMV de la pestaña Tienda | GMV tab Toko
tab.items_sold int | Shop tab items sold | Artículos vendidos en la pestaña Tienda | Produk terjual dari tab Toko
"""

_ATTRIBUTED = """
@attributed_gmv signed | Attributed GMV | GMV atribuido | Perolehan GMV
@gmv signed | GMV | GMV | GMV
@indirect_gmv signed | Indirect GMV | GMV indirecto | GMV tidak langsung
@attributed_orders int | Attributed orders | Pedidos atribuidos | Pesanan teratribusi
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos | Pesanan SKU teratribusi
@sku_orders int | SKU orders | Pedidos con SKU | Pesanan SKU
@indirect_sku_orders int | Indirect SKU orders | Pedidos con SKU indirectos | Pesanan SKU tidak langsung
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas | Produk terjual dengan atribusi
@items_sold int | Items sold | Artículos vendidos | Produk terjual
@indirect_items int | Indirect items sold | Artículos vendidos indirectamente | Produk yang terjual secara tidak langsung
@customers int | Est. customers | Clientes estimados | Est. pembeli
@aov signed @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos) | AOV (pesanan SKU teratribusi)
"""
_NEW_LIVES = "@new_lives int | New LIVE count | Recuento de nuevos LIVE | Jumlah LIVE baru\n"
_NEW_VIDEOS = "@new_videos int | New video count | Recuento de videos nuevos | Jumlah video baru\n"

_AFFILIATE = """
@attributed_gmv signed | Attributed GMV | GMV atribuido | Perolehan GMV
@live_attributed_gmv signed | LIVE-attributed GMV | GMV atribuido a LIVE | GMV dari LIVE
@live_gmv signed | Creator LIVE GMV | GMV de LIVE de creadores | GMV LIVE afiliasi
@live_indirect_gmv signed | Creator LIVE indirect GMV | GMV indirecto de LIVE del creador | GMV tidak langsung dari LIVE kreator
@video_attributed_gmv signed | Video-attributed GMV | GMV atribuido al video | GMV dari video
@video_gmv signed | Creator video GMV | GMV de videos de creadores | GMV video Afiliasi
@video_indirect_gmv signed | Creator video indirect GMV | GMV indirecto de video del creador | GMV tidak langsung dari video kreator
@attributed_orders int | Attributed orders | Pedidos atribuidos | Pesanan teratribusi
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos | Pesanan SKU teratribusi
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas | Produk terjual dengan atribusi
@customers int | Est. customers | Clientes estimados | Est. pembeli
@aov signed @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos) | AOV (pesanan SKU teratribusi)
@creators int | promoting_creators_metric_name_short_ui | promoting_creators_metric_name_short_ui | Rata-rata kreator yang memosting konten harian
"""

_SPLIT = """
@live.product_impressions int | Product impressions (LIVE) | Impresiones de los productos (LIVE) | Impresi produk (LIVE)
@live.product_clicks int | Product clicks (LIVE) | Clics en el producto (LIVE) | Klik produk (LIVE)
@live.ctr pct @live.product_clicks/@live.product_impressions | CTR (LIVE) | CTR (LIVE) | CTR (LIVE)
@live.add_to_cart int | Add-to-cart count (LIVE) | Cantidad de adiciones al carrito (LIVE) | Jumlah tambahkan ke keranjang (LIVE)
@live.add_to_cart_rate pct @live.add_to_cart/@live.product_clicks | Add-to-cart rate (LIVE) | Tasa de adición al carrito (LIVE) | Persentase tambahkan ke keranjang (LIVE)
@live.ctor pct @live.sku_orders/@live.product_clicks | CTOR (SKU order) (LIVE) | CTOR (pedido con SKU) (LIVE) | CTOR (pesanan SKU) (LIVE)
@live.unique_product_impressions int | Unique product impressions (LIVE) | Impresiones únicas del producto (LIVE) | Impresi produk unik (LIVE)
@live.unique_clicks int | Unique clicks (LIVE) | Clics únicos (LIVE) | Klik unik (LIVE)
@live.unique_ctr pct @live.unique_clicks/@live.unique_product_impressions | Unique CTR (LIVE) | CTR única (LIVE) | CTR unik (LIVE)
@live.add_to_cart_users int | ATC users (LIVE) | Usuarios de ATC (LIVE) | Pembeli ATC (LIVE)
@live.unique_atc_rate pct @live.add_to_cart_users/@live.unique_clicks | Unique ATC rate (LIVE) | Tasa de ATC única (LIVE) | Persentase ATC unik (LIVE)
@live.unique_ctor pct @live.customers/@live.unique_clicks | Unique CTOR (SKU) (LIVE) | CTOR única (SKU) (LIVE) | CTOR unik (SKU) (LIVE)
@video.product_impressions int | Product impressions (video) | Impresiones de productos (video) | Impresi produk (video)
@video.product_clicks int | Product clicks (video) | Clics en el producto (video) | Klik produk (video)
@video.ctr pct @video.product_clicks/@video.product_impressions | CTR (video) | CTR (video) | CTR (video)
@video.add_to_cart int | Add-to-cart count (videos) | Cantidad de adiciones al carrito (videos) | Jumlah tambahkan ke keranjang (video)
@video.add_to_cart_rate pct @video.add_to_cart/@video.product_clicks | Add-to-cart rate (videos) | Tasa de adición al carrito (videos) | Persentase tambahkan ke keranjang (video)
@video.ctor pct @video.sku_orders/@video.product_clicks | CTOR (SKU order) (video) | CTOR (pedido con SKU) (video) | CTOR (pesanan SKU) (video)
@video.unique_product_impressions int | Unique product impressions (videos) | Impresiones únicas del producto (videos) | Impresi produk unik (video)
@video.unique_clicks int | Unique clicks (video) | Clics únicos (video) | Klik unik (video)
@video.unique_ctr pct @video.unique_clicks/@video.unique_product_impressions | Unique CTR (videos) | CTR única (videos) | CTR unik (video)
@video.add_to_cart_users int | ATC users (video) | Usuarios de ATC (video) | Pembeli ATC (video)
@video.unique_atc_rate pct @video.add_to_cart_users/@video.unique_clicks | Unique ATC rate (videos) | Tasa de ATC única (videos) | Persentase ATC unik (video)
@video.unique_ctor pct @video.customers/@video.unique_clicks | Unique CTOR (SKU) (videos) | CTOR única (SKU) (videos) | CTOR unik (SKU) (video)
"""

_ALL = _CHANNEL_GMV + _ORDERS + _FUNNEL.replace("@ORDERS", "sku_orders").replace("@", "")
_LIST_GROUPS: tuple[tuple[tuple[str, str, str], str, str], ...] = (
    (("All", "Todo", "Semua"), "", _ALL + _MONEY_AND_TAB),
    (
        ("Seller LIVE", "LIVE del vendedor", "LIVE penjual"),
        "seller_live.",
        _ATTRIBUTED + _NEW_LIVES + _FUNNEL,
    ),
    (
        ("Seller video", "Video del vendedor", "Video penjual"),
        "seller_video.",
        _ATTRIBUTED + _NEW_VIDEOS + _FUNNEL,
    ),
    (
        ("Affiliate", "Afiliado", "Afiliasi"),
        "affiliate.",
        _AFFILIATE + _NEW_LIVES + _NEW_VIDEOS + _FUNNEL + _SPLIT,
    ),
    (
        ("Seller product card", "Tarjeta de producto de vendedores", "Kartu produk penjual"),
        "seller_card.",
        _ATTRIBUTED + _FUNNEL,
    ),
)
_ORDER = ("en", "es", "id")


def _grouped(
    groups: Sequence[tuple[tuple[str, str, str], str, str]], language: Language
) -> tuple[list[Cell], list[Column]]:
    names: list[Cell] = []
    cols: list[Column] = []
    for titles, prefix, lines in groups:
        made = columns(
            lines.replace("@ORDERS", "@attributed_sku_orders").replace("@", prefix), language
        )
        cols += made
        names += [titles[_ORDER.index(language)]] * len(made)
    return names, cols


_DATE_LINE = {"en": "Analysis date", "es": "Fecha del análisis", "id": "Tanggal analisis"}
_ACTIVE = {"en": "Active", "es": "Activo", "id": "Aktif"}
_NO_SALES = {
    "en": "GMV and items sold = 0",
    "es": "GMV y artículos vendidos = 0",
    "id": "GMV dan produk terjual = 0",
}


def product_list(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    currency: str = "USD",
    form: Form = "xlsx",
    merged: bool = False,
) -> bytes:
    """176 columns under a row of five groups; the same names come back in every group.

    With *merged* a group is named in its first cell only, as merged cells read.
    """
    groups, grouped = _grouped(_LIST_GROUPS, language)
    if merged:
        groups = ["" if n and groups[n - 1] == name else name for n, name in enumerate(groups)]
    cols = [*columns(_INFO, language), *grouped]
    filled: list[Row] = [
        {
            "status": _ACTIVE[language],
            "gmv_range": None if row.get("gmv") else _NO_SALES[language],
            **row,
        }
        for row in rows
    ]
    return seller_file(
        [
            [f"{_DATE_LINE[language]}: {between(first, last, '~', '%d/%m/%Y')}"],
            [],
            ["", "", "", "", *groups],
            headers(cols),
            *body(filled, cols, Style(language, currency)),
        ],
        form,
    )


_TRAFFIC_ALL = (
    "gmv signed | GMV | GMV | GMV\n"
    + _ORDERS
    + _FUNNEL.replace("@ORDERS", "sku_orders").replace("@", "")
    + _MONEY_AND_TAB
)
_TRAFFIC_LIVE = """
@attributed_gmv signed | Seller LIVE-attributed GMV | GMV atribuido al LIVE del vendedor
@gmv signed | Seller LIVE GMV | GMV de LIVE del vendedor
@indirect_gmv signed | Seller LIVE indirect GMV | GMV indirecto de LIVE de vendedor
@attributed_orders int | Attributed orders | Pedidos atribuidos
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
@sku_orders int | LIVE SKU orders | Pedidos con SKU de LIVE
@indirect_sku_orders int | Indirect LIVE SKU orders | Pedidos con SKU indirectos de LIVE
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas
@items_sold int | LIVE items sold | Artículos vendidos en LIVE
@indirect_items int | Indirect LIVE items sold | Artículos vendidos indirectamente desde LIVE
@customers int | Est. customers | Clientes estimados
@aov signed? @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos)
"""
_TRAFFIC_VIDEO = """
@attributed_gmv signed | Seller video-attributed GMV | GMV atribuido al video de un vendedor
@gmv signed | Seller video GMV | GMV de videos de vendedor
@indirect_gmv signed | Seller video indirect GMV | GMV indirecto de video de vendedor
@attributed_orders int | Attributed orders | Pedidos atribuidos
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
@sku_orders int | Video SKU orders | Pedidos con SKU de videos
@indirect_sku_orders int | Indirect video SKU orders | Pedidos con SKU indirectos de videos
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas
@items_sold int | Video items sold | Artículos de video vendidos
@indirect_items int | Indirect video items sold | Artículos vendidos indirectamente desde videos
@customers int | Est. customers | Clientes estimados
@aov signed? @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos)
"""
_TRAFFIC_CARD = """
@attributed_gmv signed | Seller product card GMV | GMV de tarjeta de producto de vendedor
@attributed_orders int | Attributed orders | Pedidos atribuidos
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas
@customers int | Est. customers | Clientes estimados
@aov signed? @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos)
"""
_TRAFFIC_AFFILIATE = """
@attributed_gmv signed | Creator-attributed GMV | GMV atribuido a creadores
@live_attributed_gmv signed | Creator LIVE-attributed GMV | GMV atribuido al LIVE del creador
@live_gmv signed | Creator LIVE GMV | GMV de LIVE del creador
@live_indirect_gmv signed | Creator LIVE indirect GMV | GMV indirecto de LIVE del creador
@video_attributed_gmv signed | Creator video-attributed GMV | GMV atribuido a videos de afiliados
@video_gmv signed | Creator video GMV | GMV de videos del creador
@video_indirect_gmv signed | Creator video indirect GMV | GMV indirecto de video del creador
@attributed_orders int | Attributed orders | Pedidos atribuidos
@attributed_sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
@attributed_items int | Attributed items sold | Ventas de artículos atribuidas
@items_sold int | Items sold | Artículos vendidos
@aov signed? @attributed_gmv/@attributed_sku_orders | AOV (attributed SKU orders) | AOV (pedidos con SKU atribuidos)
@creators int | Avg. daily creators posted content | Prom. diario de creadores que publicaron contenido
"""
_TRAFFIC_GROUPS: tuple[tuple[tuple[str, str, str], str, str], ...] = (
    (("All", "Todo", "Semua"), "", _TRAFFIC_ALL),
    (
        ("Seller LIVE", "LIVE del vendedor", "LIVE penjual"),
        "seller_live.",
        _TRAFFIC_LIVE + _NEW_LIVES + _FUNNEL,
    ),
    (
        ("Seller video", "Video del vendedor", "Video penjual"),
        "seller_video.",
        _TRAFFIC_VIDEO + _NEW_VIDEOS + _FUNNEL,
    ),
    (
        ("Seller product card", "Tarjeta de producto de vendedores", "Kartu produk penjual"),
        "seller_card.",
        _TRAFFIC_CARD + _FUNNEL,
    ),
    (
        ("Affiliate", "Afiliado", "Afiliasi"),
        "affiliate.",
        _TRAFFIC_AFFILIATE
        + _NEW_LIVES
        + _NEW_VIDEOS
        + _FUNNEL
        + _SPLIT.replace(
            "\n@video.product_impressions",
            "\n@customers int | Est. customers | Clientes est.\n@video.product_impressions",
        ),
    ),
)


def product_traffic(
    total: Row,
    first: date,
    last: date,
    *,
    growth: Row | None = None,
    language: Language = "es",
    currency: str = "MXN",
    form: Form = "xlsx",
) -> bytes:
    """The shop's traffic in one row: 154 columns, a total and its growth (fractions, None for --)."""
    groups, cols = _grouped(
        [
            (titles, prefix, lines.replace(" pct ", " shortpct "))
            for titles, prefix, lines in _TRAFFIC_GROUPS
        ],
        language,
    )
    said = growth or {}
    labels = {"en": ("Total value", "Growth"), "es": ("Valor total", "Crecimiento")}[language]
    kind = {"en": "Content type: All", "es": "Tipo de contenido: Todo"}[language]
    compare = {"en": "Compare", "es": "Comparar"}[language]
    span = between(first, last, "-", "%d/%m/%Y")
    earlier = between(
        first - (last - first) - (date(2, 1, 2) - date(2, 1, 1)),
        first - (date(2, 1, 2) - date(2, 1, 1)),
        "-",
        "%d/%m/%Y",
    )
    grown: list[Cell] = [
        "--" if (value := said.get(col.key)) is None else f"{100 * float(str(value)):.2f}%"
        for col in cols
    ]
    return seller_file(
        [
            [kind],
            [f"{_DATE_LINE[language]}: {span}", "", f"{compare}: {earlier}"],
            [],
            [],
            ["", *groups],
            ["", *headers(cols)],
            [labels[0], *body([total], cols, Style(language, currency, missing="--"))[0]],
            [labels[1], *grown],
        ],
        form,
        sheet={"en": "Summary", "es": "Resumen"}[language],
    )


_CARD = """
product_id id | Product ID | ID del producto
product_name text | Product name | Nombre del producto
viewers int | Viewers | Espectadores
views int | Views | Vistas
unique_clicks int | Unique clicks | Clics únicos
product_clicks int | Clicks | Clics
sku_orders int | SKU orders | Pedidos con SKU
customers int | Customers | Clientes
add_to_cart_users int | Add-to-cart users | Usuario que agregó al carrito
add_to_cart int | Add-to-cart clicks | Clics para agregar al carrito
gmv money | GMV ({unit}) | GMV ({unit})
view_to_pay pct customers/viewers | View-to-payment rate | Tasa de vista a pago
view_to_click pct unique_clicks/viewers | View-to-click rate | Tasa de vistas a clics
click_to_cart pct add_to_cart_users/unique_clicks | Click-to-cart rate | Tasa de clic a carrito
click_to_pay pct customers/unique_clicks | Click-to-payment rate | Tasa de clics a pagos
cart_to_pay pct customers/add_to_cart_users | Cart-to-payment rate | Tasa de carrito a pago
content_gmv money | Content-attributed GMV ({unit}) | GMV atribuido al contenido ({unit})
"""


def product_cards(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "es",
    currency: str = "MXN",
    form: Form = "xlsx",
) -> bytes:
    """The product card list: all of its rates count people, not clicks."""
    style = Style(language, currency)
    cols = columns(_CARD, language, unit=style.unit)
    label = {"en": "Date range", "es": "Rango de fechas"}[language]
    return seller_file(
        [[f"{label}: {between(first, last)}\n"], [], headers(cols), *body(rows, cols, style)], form
    )


def product_list_name(downloaded: date) -> str:
    return f"product_list_{downloaded:%Y%m%d}.xlsx"


def product_traffic_name(first: date, last: date) -> str:
    return f"Product_Traffic_[total]_Key_Metrics_{between(first, last, '-', '%d_%m_%Y')}.xlsx"


def product_cards_name(downloaded: date) -> str:
    return f"Products Card List_{downloaded:%Y%m%d}173545.xlsx"
