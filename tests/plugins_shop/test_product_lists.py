"""The product list in its widths: 176 columns, 175, 44 and the classic 38."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins_shop.more_samples import PRODUCT
from tests.plugins_shop.reads import claims, counts_of, read, written
from tests.plugins_shop.samples import FIRST, LAST, Records, as_csv, records
from tests.shapes import more, seller_center

HEADER = 3
COUNTS = {
    "gmv": 90,
    "orders": 3,
    "sku_orders": 3,
    "items_sold": 4,
    "customers": 3,
    "product_impressions": 1000,
    "product_clicks": 40,
    "cart_adds": 8,
}


def _wide() -> Records:
    return records(seller_center.product_list([PRODUCT], FIRST, LAST, form="csv"))


def _without(rows: Records, *columns: int) -> Records:
    return [[cell for at, cell in enumerate(row) if at not in columns] for row in rows]


def _short(rows: Records) -> Records:
    """The 44 columns of the product without direct and indirect parts, and no row of groups."""
    header = rows[HEADER]
    end = header.index("Attributed GMV")
    parts = [at for at, name in enumerate(header[:end]) if name.startswith(("Seller", "Creator"))]
    kept = _without([row[:end] for row in rows], *parts[: end - 44])
    return [*kept[:2], *kept[3:]]


WIDTHS: dict[int, Callable[[], Records]] = {
    176: _wide,
    175: lambda: _without(_wide(), _wide()[HEADER].index("Shop tab GMV")),
    44: lambda: _short(_wide()),
}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_width_counts_the_product_once(width: int, tmp_path: Path) -> None:
    rows = WIDTHS[width]()
    assert max(map(len, rows)) == width
    path = written(tmp_path, "product_list.csv", as_csv(rows))
    assert [match.kind for match, _ in claims(path) if not match.lacks] == ["product-list"]
    found = counts_of(read(path), "product")
    assert {name: found[name] for name in COUNTS} == COUNTS


def test_the_classic_list_is_of_the_same_family(tmp_path: Path) -> None:
    classic = more.table("product-list-classic", [PRODUCT], FIRST, LAST, form="csv")
    (old,) = read(written(tmp_path, "old.csv", classic)).tables
    (new,) = read(written(tmp_path, "new.csv", as_csv(_wide()))).tables
    assert (old.subject, old.family) == (new.subject, new.family)
    assert old.frame["key"].to_list() == new.frame["key"].to_list()


@pytest.mark.parametrize(
    ("kind", "channel", "own"),
    [
        ("search-product-list", "search", set()),
        ("creator-products", "creator", set()),
        ("affiliate-products", "affiliate", {"samples_shipped", "commission", "videos"}),
    ],
)
def test_a_part_is_never_taken_for_the_product(
    kind: str, channel: str, own: set[str], tmp_path: Path
) -> None:
    data = more.table(kind, [PRODUCT], FIRST, LAST, form="csv")
    reading = read(written(tmp_path, "part.csv", data))
    broken = [table for table in reading.tables if "by.channel" in table.frame.columns]
    whole = [table for table in reading.tables if "by.channel" not in table.frame.columns]
    assert [table.frame["by.channel"].to_list() for table in broken] == [[channel]]
    assert own <= {count for table in whole for count in table.counts}
    assert not {"gmv", "gross_revenue", "product_clicks"} & {c for t in whole for c in t.counts}


SEARCH = """ID del producto,Nombre del producto,Espectadores de productos,\
Clics de los usuarios en productos,Compradores,Pedidos,GMV de la pestaña Tienda (MX$),\
Diagnóstico del producto
1729000000000000001,Olla,1200,80,4,4,1600,Información de producto deficiente
1729000000000000002,Taza,900,60,3,3,300,
1729000000000000003,Plato,900,60,3,3,300,Datos insuficientes
1729000000000000004,Vaso,900,60,3,3,300,ข้อมูลสินค้าไม่ดี
"""


def test_what_tiktok_says_of_a_products_information_is_the_products(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "search.csv", SEARCH.encode()))

    told = [table for table in reading.tables if "poor_information" in table.counts]
    (whole,) = told
    assert "by.channel" not in whole.frame.columns
    assert whole.frame["poor_information"].to_list() == [1.0, 0.0, None, None]
