"""Languages for which no writer exists: headers of Thai and Vietnamese shops, written out."""

from pathlib import Path

import attrs
import pytest

from tests.plugins_shop.reads import read, sums, table_of, written


@attrs.frozen
class Foreign:
    kind: str
    subject: str
    cells: tuple[tuple[str, str], ...]  # header, value
    counts: dict[str, float]


FILES = {
    "thai videos": Foreign(
        "video-list",
        "video",
        (
            ("ชื่อครีเอเตอร์", "luna"),
            ("ข้อมูลวิดีโอ", "One"),
            ("วิดีโอ ID", "7646166143702453001"),
            ("เวลา", "2026/10/02 15:09:53"),
            ("VV", "10000"),
            ("การกดถูกใจ", "300"),
            ("ผู้ติดตามใหม่", "9"),
            ("การคลิกผลิตภัณฑ์", "150"),
            ("คำสั่งซื้อ", "4"),
            ("GMV ที่มาจากวิดีโอขายสินค้า (฿)", "1200"),
            ("มูลค่าสินค้ารวม (วิดีโอ) (฿)", "1000"),
            ("อัตราการคลิกผ่าน (วิดีโอ)", "1.50%"),
            ("อัตราการดูวิดีโอจนจบ", "25.00%"),
        ),
        {
            "views": 10_000,
            "likes": 300,
            "new_followers": 9,
            "product_clicks": 150,
            "sku_orders": 4,
            "gmv": 1200,
            "direct_gmv": 1000,
            "complete_plays": 2500,
        },
    ),
    "thai lives": Foreign(
        "live-sessions",
        "live",
        (
            ("ครีเอเตอร์ ID", "7241715178701194001"),
            ("ครีเอเตอร์", "luna"),
            ("ชื่อเล่น", "Luna"),
            ("เริ่ม", "2026-10-13 15:00"),
            ("ระยะเวลา", "4ชั่วโมง9นาที28วินาที"),
            ("มูลค่าสินค้ารวมจาก LIVE (฿)", "900"),
            ("คำสั่งซื้อ SKU ที่สร้างขึ้น", "7"),
            ("คำสั่งซื้อ SKU จาก LIVE", "5"),
            ("GMV ที่มาจากไลฟ์ (฿)", "1100"),
            ("ผู้ชม", "400"),
            ("ยอดการดู", "500"),
            ("การคลิกผลิตภัณฑ์", "20"),
            ("อัตราการคลิกผ่าน (CTR)", "4.00%"),
        ),
        {
            "live_seconds": 14_968,
            "direct_gmv": 900,
            "created_sku_orders": 7,
            "sku_orders": 5,
            "gmv": 1100,
            "viewers": 400,
            "views": 500,
            "product_clicks": 20,
        },
    ),
    "vietnamese days": Foreign(
        "shop-analytics-daily",
        "shop",
        (
            ("Ngày", "13/10/2026"),
            ("GMV", "627.840₫"),
            ("Đơn hàng", "6"),
            ("Khách hàng", "5"),
            ("Lượt xem trang", "400"),
            ("Khách truy cập", "300"),
            ("Tỷ lệ chuyển đổi", "0.0167"),
            ("Hoàn tiền", "0₫"),
            ("Lượt hiển thị sản phẩm", "9000"),
            ("Lượt nhấp vào sản phẩm", "200"),
        ),
        {
            "gmv": 627_840,
            "orders": 6,
            "customers": 5,
            "page_views": 400,
            "visitors": 300,
            "refunds": 0,
            "product_impressions": 9000,
            "product_clicks": 200,
        },
    ),
}


@pytest.mark.parametrize("case", FILES.values(), ids=FILES.keys())
def test_headers_of_other_languages_are_known(case: Foreign, tmp_path: Path) -> None:
    lines = (",".join(cell[at] for cell in case.cells) for at in (0, 1))
    reading = read(written(tmp_path, "file.csv", "\n".join(lines).encode()))
    assert reading.kind == case.kind
    assert sums(table_of(reading, case.subject)) == case.counts
    assert [column.header for column in reading.columns if not column.means] == []
    assert [note for note in reading.notes if "disagree" in note.code] == []


def test_a_vietnamese_shop_sells_in_dong(tmp_path: Path) -> None:
    case = FILES["vietnamese days"]
    lines = (",".join(cell[at] for cell in case.cells) for at in (0, 1))
    assert read(written(tmp_path, "file.csv", "\n".join(lines).encode())).currency == "VND"
