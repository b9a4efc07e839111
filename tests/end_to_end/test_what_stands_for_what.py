"""Totals stand only for what they are the totals of, and a price only for what was sold."""

from datetime import date, timedelta
from pathlib import Path

from tests.end_to_end.runs import document
from tests.shapes import Row, seller_center

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def shop_file(folder: Path) -> None:
    """A shop by day: many clicks on products, and not one order."""
    days: list[Row] = [
        {"date": FIRST + timedelta(days=day), "product_clicks": 500, "visitors": 400}
        for day in range(31)
    ]
    (folder / "shop.xlsx").write_bytes(seller_center.shop_analytics(days, FIRST, LAST))


def test_a_shops_own_clicks_are_those_of_its_products_but_not_of_its_videos_or_lives(
    tmp_path: Path,
) -> None:
    shop_file(tmp_path)

    judged = {(o.rule, o.kind) for o in document(tmp_path).outcomes if o.fires + o.clear + o.unsure}

    assert ("guide/low-ctor", "shop") in judged
    assert not {rule for rule, _ in judged} & {"guide/low-video-ctor", "guide/low-live-ctor"}


def test_a_shop_without_any_sale_is_told_no_price(tmp_path: Path) -> None:
    shop_file(tmp_path)

    plan = document(tmp_path).plan

    assert plan
    assert all(action.gain is None and action.no_gain_because for action in plan)
