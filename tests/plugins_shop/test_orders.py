"""Orders and returns: counts and money by day, and nothing about a person."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from advisor.model.reading import Grain, Period, Reading, Table
from advisor_tiktok_shop.buyers import LOOK_BACK
from tests.plugins_shop.reads import read, written
from tests.plugins_shop.samples import Records, as_csv, records
from tests.shapes import Form, Row, Value, orders

NOON = datetime(2026, 10, 13, 14, 3, 11)
BUYERS = ("quimby_rosalind", "zoe.of.riga", "xaver+12")
SECRETS = (*orders.PERSONAL.values(), *BUYERS, orders.NOTE)


def _order(order: int, **values: Value) -> Row:
    return {
        "order_id": f"5770000000000{order:05d}",
        "sku_id": f"1729{order:014d}",
        "created": NOON,
        "buyer": BUYERS[0],
        **values,
    }


TWO_SKUS: tuple[Row, ...] = (
    _order(1, quantity=3, platform_discount=2, seller_discount=4, product_name="Serum"),
    _order(1, sku_id="172900000000000099", quantity=2, product_name="Brush"),
    _order(2, buyer=BUYERS[1], returned=1, product_name="Serum"),
    _order(3, buyer=BUYERS[2], status="cancelled"),
    _order(4, buyer=BUYERS[2], status="unpaid"),
)


def _shop(reading: Reading) -> Table:
    return next(table for table in reading.tables if "by.product" not in table.frame.columns)


def _products(reading: Reading) -> Table:
    return next(table for table in reading.tables if "by.product" in table.frame.columns)


def _read(tmp_path: Path, rows: Sequence[Row], region: orders.Region = "US") -> Reading:
    return read(written(tmp_path, "All order.csv", orders.orders(rows, region=region)))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("region", list(orders.STATUSES))
def test_an_order_counts_once_and_its_skus_add_up_in_every_region(
    region: orders.Region, form: Form, tmp_path: Path
) -> None:
    data = orders.orders(TWO_SKUS, region=region, form=form)
    reading = read(written(tmp_path, f"orders.{form}", data))
    (day,) = _shop(reading).frame.to_dicts()
    assert reading.kind == "orders"
    assert (day["from"], day["to"]) == (date(2026, 10, 13), date(2026, 10, 13))
    # 3 x 10 less the seller's 4, 2 x 10, and 10: what the platform paid is in GMV.
    assert (day["gmv"], day["platform_discount"], day["seller_discount"]) == (56, 2, 4)
    assert (day["orders"], day["sku_orders"], day["items_sold"]) == (2, 3, 6)
    assert (day["items_refunded"], day["customers"]) == (1, 2)
    assert reading.left_out == {
        "description row": 1,
        "cancelled order": 1,
        "unpaid order": 1,
    }
    assert [column.header for column in reading.columns if not column.means] == []


def test_the_same_orders_are_broken_down_by_product_in_a_table_of_their_own(tmp_path: Path) -> None:
    reading = _read(tmp_path, TWO_SKUS)
    found = _products(reading)
    assert (found.subject, found.family, found.grain) == ("shop", "shop-orders", Grain.DAY)
    counts = found.frame.select("by.product", "orders", "items_sold", "gmv").rows()
    assert sorted(counts) == [("Brush", 1, 2, 20), ("Serum", 2, 4, 36)]
    assert _shop(reading).frame["gmv"].sum() == found.frame["gmv"].sum()


def test_a_file_without_its_row_of_explanations_loses_no_order(tmp_path: Path) -> None:
    data = orders.orders(TWO_SKUS, description_row=False)
    reading = read(written(tmp_path, "orders.csv", data))
    assert (reading.rows, sum(reading.left_out.values())) == (3, 2)


def test_months_come_first_in_the_united_states_alone(tmp_path: Path) -> None:
    row = _order(1, created=datetime(2026, 5, 31, 14, 3, 11))
    for region in ("US", "ID"):
        assert _read(tmp_path, [row], region).period == Period(date(2026, 5, 31), date(2026, 5, 31))


def test_an_order_exported_twice_counts_once(tmp_path: Path) -> None:
    reading = _read(tmp_path, [*TWO_SKUS, *TWO_SKUS])
    assert _shop(reading).frame["orders"].to_list() == [2]
    assert reading.left_out["identical row"] == len(TWO_SKUS)


_TIMES = ("Paid Time", "Cancelled Time", "Shipped Time", "Delivered Time")
_TYPE = "Cancelation/Return Type"


def _with_cells(tmp_path: Path, *cells: Mapping[str, str]) -> Reading:
    """Orders in a language that nobody knows, with these cells alone."""
    made = [_order(number + 1, status="Quimby") for number in range(len(cells))]
    header, *rows = records(orders.orders(made, description_row=False))
    for row, filled in zip(rows, cells, strict=True):
        for name in (*_TIMES, _TYPE):
            if name in header:
                row[header.index(name)] = filled.get(name, "")
    return read(written(tmp_path, "orders.csv", as_csv([header, *rows])))


def test_a_status_in_no_language_is_no_sale_and_said_without_quoting_it(tmp_path: Path) -> None:
    reading = _with_cells(tmp_path, {}, {})
    (note,) = (note for note in reading.notes if note.code == "unknown-status")
    assert "2 rows" in note.text
    assert "Quimby" not in note.text
    assert reading.left_out["order whose status is not known"] == 2
    assert reading.rows == 0


def test_times_decide_before_the_words_of_any_language(tmp_path: Path) -> None:
    paid = {"Paid Time": "13/09/2026 10:00:00"}
    cancelled = {"Cancelled Time": "14/09/2026 10:00:00"}
    reading = _with_cells(tmp_path, paid, paid | cancelled, cancelled, {}, paid | {_TYPE: "Cancel"})
    assert reading.rows == 1
    assert reading.left_out["cancelled order"] == 3
    assert reading.left_out["unpaid order"] == 1
    assert not [note for note in reading.notes if note.code == "unknown-status"]


def test_ids_that_a_spreadsheet_ruined_cost_the_number_of_orders_and_no_sale(
    tmp_path: Path,
) -> None:
    header, *rows = records(orders.orders(TWO_SKUS, description_row=False))
    spoilt = [["5.77E+17", *row[1:]] for row in rows]
    reading = read(written(tmp_path, "orders.csv", as_csv([header, *spoilt])))
    (day,) = _shop(reading).frame.to_dicts()
    assert (day["gmv"], day["items_sold"], day["customers"]) == (56, 6, 2)
    assert "orders" not in day
    assert "ids-ruined" in {note.code for note in reading.notes}


def test_a_file_of_cancelled_orders_counts_none(tmp_path: Path) -> None:
    reading = _read(tmp_path, [_order(1, status="cancelled"), _order(2, status="cancelled")])
    assert (reading.rows, reading.left_out["cancelled order"], reading.period) == (0, 2, None)
    assert [table.frame.height for table in reading.tables] == [0, 0]


def test_a_row_without_an_order_id_is_left_out_by_that_reason(tmp_path: Path) -> None:
    rows = records(orders.orders(TWO_SKUS))
    rows[2][0] = "Rosalind Quimby"
    reading = read(written(tmp_path, "orders.csv", as_csv(rows)))
    assert reading.left_out["no order id"] == 1
    assert reading.rows + sum(reading.left_out.values()) == len(rows) - 1


# ── repeat customers ────────────────────────────────────────────────────────────────────────────


FIRST = date(2026, 7, 1)


def _visits(*days: tuple[int, int]) -> list[Row]:
    """Orders as (day, buyer)."""
    first = datetime(FIRST.year, FIRST.month, FIRST.day, 9, 0, 0)
    return [
        _order(at, created=first + timedelta(days=day), buyer=f"buyer_{buyer}")
        for at, (day, buyer) in enumerate(days)
    ]


def _repeats(tmp_path: Path, visits: Sequence[Row]) -> dict[int, tuple[float, float | None]]:
    frame = _shop(_read(tmp_path, visits)).frame
    rows = frame.select("from", "customers", "repeat_customers").iter_rows()
    return {(day - FIRST).days: (customers, again) for day, customers, again in rows}


def test_who_bought_in_the_days_before_is_a_repeat_customer(tmp_path: Path) -> None:
    found = _repeats(tmp_path, _visits((0, 1), (20, 2), (30, 2), (30, 3), (70, 2)))
    # On day 70 buyer 2 came back too late to count: every day looks back equally far.
    assert [found[30], found[70]] == [(2, 1), (1, 0)]


def test_nobody_knows_who_had_bought_before_the_file_begins(tmp_path: Path) -> None:
    found = _repeats(tmp_path, _visits((0, 1), (1, 1), (LOOK_BACK - 1, 1), (LOOK_BACK, 1)))
    assert [again for _, again in found.values()] == [None, None, None, 1]


def test_two_orders_on_one_day_make_nobody_come_back(tmp_path: Path) -> None:
    found = _repeats(tmp_path, _visits((0, 9), (40, 1), (40, 1)))
    assert found[40] == (1, 0)


def test_repeat_customers_are_what_a_loop_over_the_orders_counts(tmp_path: Path) -> None:
    seed = random.Random(5)
    visits = [(seed.randrange(90), seed.randrange(25)) for _ in range(300)] + [(0, 99)]
    days: dict[int, set[int]] = {}
    for day, buyer in visits:
        days.setdefault(day, set()).add(buyer)
    expected = {
        day: sum(
            any(buyer in days.get(earlier, ()) for earlier in range(day - LOOK_BACK, day))
            for buyer in who
        )
        for day, who in days.items()
        if day >= LOOK_BACK
    }
    found = _repeats(tmp_path, _visits(*visits))
    assert {day: again for day, (_, again) in found.items() if again is not None} == expected


def test_masked_names_tell_no_buyer_from_another(tmp_path: Path) -> None:
    rows = [_order(1, buyer="q***y"), _order(2, buyer="q***y")]
    reading = _read(tmp_path, rows)
    assert "customers" not in _shop(reading).frame.columns
    assert "no-buyers" in {note.code for note in reading.notes}


# ── returns ─────────────────────────────────────────────────────────────────────────────────────

RETURNS: tuple[Row, ...] = tuple(
    {
        "return_id": f"40350000000000{at:04d}",
        "order_id": f"5770000000000{at:05d}",
        "sku_id": f"1729{at:014d}",
        "refund": 62.9,
        "quantity": 2,
        "requested": datetime(2026, 10, 13, 9, 0, 0),
        "refunded": datetime(2026, 10, 15, 9, 0, 0),
        "status": status,
        "buyer": BUYERS[at % 3],
    }
    for at, status in enumerate(
        ("Completed", "Refunded", "Refund rejected", "In process", "To process", "Cancelled")
    )
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_only_a_finished_refund_is_a_loss_and_the_amount_is_all_of_it(
    form: Form, tmp_path: Path
) -> None:
    reading = read(written(tmp_path, f"returns.{form}", orders.returns(RETURNS, form=form)))
    (day,) = _shop(reading).frame.to_dicts()
    assert reading.kind == "returns"
    assert day["from"] == date(2026, 10, 15)
    # 62.9 and R$ 62,90 of two pieces each: not multiplied.
    assert (day["refunds"], day["items_refunded"], day["refunded_orders"]) == (125.8, 4, 2)
    assert reading.left_out == {
        "refund rejected": 1,
        "return cancelled": 1,
        "return not finished": 2,
    }


def test_the_short_file_dates_a_refund_by_its_request_and_knows_no_items(tmp_path: Path) -> None:
    data = orders.returns(RETURNS, short=True)
    assert len(records(data)[0]) == 19
    reading = read(written(tmp_path, "returns.csv", data))
    (day,) = _shop(reading).frame.to_dicts()
    assert (day["from"], day["refunds"]) == (date(2026, 10, 13), 125.8)
    assert "items_refunded" not in day


# ── persons ─────────────────────────────────────────────────────────────────────────────────────


def _shifted(rows: Records) -> Records:
    """Rows that lost or won cells, as unquoted commas do: persons under any other header."""
    broken = [row[at:] + row[:at] for at in (1, 5, 30, 40, -3) for row in rows[-2:]]
    return [*rows, *broken]


@pytest.mark.parametrize("broken", [False, True], ids=["whole rows", "shifted rows"])
def test_no_person_gets_past_the_reader(broken: bool, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    files = {
        "All order.csv": orders.orders(TWO_SKUS, region="ID"),
        "Returns.csv": orders.returns(RETURNS),
    }
    for name, data in files.items():
        assert BUYERS[0].encode() in data
        text = as_csv(_shifted(records(data))) if broken else data
        written(shop, name, text)
        reading = read(shop / name)
        frames = [table.frame.write_csv() for table in reading.tables]
        _nobody("".join([*frames, repr(reading.notes), repr(reading.columns)]))
        rows = len(records(text)) - 1
        assert reading.rows + sum(reading.left_out.values()) == rows
    written(shop, "broken.csv", records_without_ids(files["All order.csv"]))
    facts = tmp_path / "shop.facts"
    for words in (
        ["gather", shop, "-o", facts],
        ["inspect", shop],
        ["diagnose", shop, "-o", tmp_path / "out", "--format", "json", "--format", "html"],
    ):
        result = CliRunner().invoke(main, [*map(str, words), "--today", "2026-11-22"])
        _nobody(result.output)
        _nobody(result.stderr)
    for path in [facts, *(tmp_path / "out").iterdir()]:
        _nobody(path.read_bytes().decode("utf-8", errors="replace"))


def records_without_ids(data: bytes) -> bytes:
    """A file of orders that cannot be read: it lacks a column, and keeps the buyers'."""
    rows = records(data)
    at = rows[0].index("SKU Subtotal After Discount")
    return as_csv([row[:at] + row[at + 1 :] for row in rows])


def _nobody(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


# ── the rule that waits for it ──────────────────────────────────────────────────────────────────


def test_falling_retention_is_found_in_orders(tmp_path: Path) -> None:
    seed = random.Random(7)
    last = datetime(2026, 11, 20, 12, 0, 0)
    first = last - timedelta(days=83)
    visits: list[Row] = []
    for day in range(84):
        loyal = 12 if day < 56 else 2
        who = [f"loyal_{seed.randrange(40)}" for _ in range(loyal)]
        who += [f"new_{day}_{n}" for n in range(20)]
        visits += [
            _order(len(visits) + n, created=first + timedelta(days=day), buyer=buyer)
            for n, buyer in enumerate(who)
        ]
    written(tmp_path, "All order.csv", orders.orders(visits))
    toml = '[shop]\nname = "Corner"\nsize = "small"\ncurrency = "USD"\n'
    (tmp_path / "advisor.toml").write_text(toml, encoding="utf-8")
    words = ["diagnose", str(tmp_path), "--format", "md", "--today", "2026-11-22"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "Repeat buyers fell to" in result.stdout
