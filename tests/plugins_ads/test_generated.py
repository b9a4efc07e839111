"""Files of every shape, written from known rows: what is read is what was written."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from advisor.model.reading import Grain, Reading
from tests.plugins_ads.reads import claims, only_table, read, sums, written
from tests.shapes import Row, ads_manager, api, gmv_max

DAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(4)]
CLASSIC = {"spend", "impressions", "clicks", "conversions", "purchases", "ad_revenue", "plays_2s"}


def ad_days() -> list[Row]:
    return [
        {
            "date": day,
            "campaign_name": f"Camp | {ad % 2}",
            "campaign_id": f"18000000000000{ad % 2:02}",
            "ad_group_name": f'Group "{ad}", broad',
            "ad_group_id": f"18100000000000{ad:02}",
            "ad_name": f"ad {ad} 🎩",
            "ad_id": f"18200000000000{ad:02}",
            "spend": 20.25 * (ad + 1) + n,
            "impressions": 9000 + 700 * ad + n,
            "clicks": 0 if ad == 2 else 90 + 7 * n,
            "reach": 5000 + n,
            "conversions": ad * n,
            "purchases": ad + n,
            "revenue": 31.5 * (ad + n),
            "views_2s": 4000 + n,
            "checkouts": 3 * n,
            "page_views": 40 + n,
        }
        for ad in range(3)
        for n, day in enumerate(DAYS)
    ]


def ad_totals() -> list[Row]:
    return [row for row in ad_days() if row["date"] == DAYS[-1]]


def creatives() -> list[Row]:
    return [
        {
            "campaign_name": "Soap",
            "campaign_id": "1865607983000001",
            "product_id": f"17308299741173800{n:02}",
            **({"video_id": f"76034112393430000{n:02}"} if n != 1 else {}),
            "video_title": f"clip {n}",
            "spend": 161.074 + n,
            "sku_orders": 5 * n,
            "revenue": 929.035 * n,
            "product_impressions": 2980 + n,
            "product_clicks": 217,
            "view_rate_2s": 0.5,
        }
        for n in range(4)
    ]


def total(rows: Iterable[Row], key: str) -> float:
    return round(sum(float(str(row.get(key) or 0)) for row in rows), 2)


def ads(rows: list[Row], **more: str) -> dict[str, float]:
    """Counts expected of ad rows; a count and the name it has in the rows."""
    names = {"spend": "spend", "impressions": "impressions", "clicks": "clicks"}
    names |= {"conversions": "conversions", **more}
    return {count: total(rows, key) for count, key in names.items()}


def of_the_shop(rows: list[Row]) -> dict[str, float]:
    return ads(rows, purchases="purchases", ad_revenue="revenue")


def of_gmv_max(rows: list[Row]) -> dict[str, float]:
    names = {"cost": "spend", "orders": "sku_orders", "revenue": "revenue"}
    names |= {"impressions": "product_impressions", "clicks": "product_clicks"}
    return {f"gmv_max_{count}": total(rows, key) for count, key in names.items()}


LIVES: list[Row] = [
    {
        "live_name": f"Friday {n}",
        "launched": datetime(2026, 10, 2 + n, 20, 15),
        "campaign_name": "LIVE",
        "campaign_id": "1865607983000009",
        "spend": 80.5,
        "sku_orders": 9,
        "sku_orders_shop": 7,
        "revenue": 400.0,
        "revenue_shop": 350.0,
    }
    for n in range(2)
]
OVERVIEW: list[Row] = [
    {"date": day, "spend": 50.25, "sku_orders": 10 + n, "revenue": 500.5}
    for n, day in enumerate(DAYS)
]
HOURS: list[Row] = [
    {**row, "hour": datetime.combine(DAYS[n % 2], datetime.min.time()).replace(hour=n)}
    for n, row in enumerate(ad_days())
]
HISTORY: list[Row] = [
    {"campaign_id": "1", "campaign_name": name, "updated": datetime(2026, 10, day, hour)}
    for name, day, hour in (("older", 3, 9), ("newest", 3, 17), ("oldest", 1, 23))
]


@attrs.frozen
class Shape:
    name: str
    data: Callable[[], bytes]
    kind: str
    subject: str
    grain: Grain
    rows: int
    keys: int
    counts: Mapping[str, float]
    left_out: int = 0
    notes: frozenset[str] = frozenset({"purchases-source"})


def daily(**options: Any) -> Callable[[], bytes]:
    return lambda: ads_manager.daily_csv(ad_days(), **options)


def table(**options: Any) -> Callable[[], bytes]:
    return lambda: ads_manager.table_xlsx(ad_totals(), **options)


SHAPES = (
    Shape("en-2026.csv", daily(), "ads-manager-report", "ad", Grain.DAY, 12, 3,
          of_the_shop(ad_days()) | {"plays_2s": 48_018, "ad_checkouts": 54, "ad_page_views": 498},
          left_out=1),
    Shape("ko-2026.csv", daily(language="ko"), "ads-manager-report", "ad", Grain.DAY, 12, 3,
          of_the_shop(ad_days()), left_out=1),
    Shape("no-totals.csv", daily(totals_row=False), "ads-manager-report", "ad", Grain.DAY, 12,
          3, of_the_shop(ad_days())),
    Shape("en-2024.csv", daily(era="2024"), "ads-manager-report", "ad", Grain.DAY, 12, 3,
          ads(ad_days()), left_out=1, notes=frozenset({"names-as-keys"})),
    Shape("ads.xlsx", table(), "ads-manager-report", "ad", Grain.PERIOD, 3, 3,
          of_the_shop(ad_totals()), left_out=1),
    Shape("ads-ko.xlsx", table(language="ko"), "ads-manager-report", "ad", Grain.PERIOD, 3, 3,
          of_the_shop(ad_totals()), left_out=1),
    Shape("campaigns.xlsx", table(level="campaign"), "ads-manager-report", "campaign",
          Grain.PERIOD, 3, 2, ads(ad_totals()), left_out=1, notes=frozenset()),
    Shape("creatives.xlsx", lambda: gmv_max.creatives_xlsx(creatives()), "gmv-max-creatives",
          "creative", Grain.PERIOD, 4, 4, of_gmv_max(creatives()), notes=frozenset()),
    Shape("creatives-zh.xlsx", lambda: gmv_max.creatives_xlsx(creatives(), language="zh"),
          "gmv-max-creatives", "creative", Grain.PERIOD, 4, 4, of_gmv_max(creatives()),
          notes=frozenset()),
    Shape("creatives-id.tsv", lambda: gmv_max.creatives_tsv(creatives()), "gmv-max-creatives",
          "creative", Grain.PERIOD, 4, 4, of_gmv_max(creatives()), notes=frozenset()),
    Shape("lives.xlsx", lambda: gmv_max.lives_xlsx(LIVES), "gmv-max-lives", "campaign",
          Grain.DAY, 2, 1,
          {"gmv_max_cost": 161, "gmv_max_orders": 14, "gmv_max_revenue": 700}, notes=frozenset()),
    Shape("lives-id.xlsx", lambda: gmv_max.lives_xlsx(LIVES, language="id", currency="IDR"),
          "gmv-max-lives", "campaign", Grain.DAY, 2, 1,
          {"gmv_max_cost": 161, "gmv_max_orders": 14, "gmv_max_revenue": 700}, notes=frozenset()),
    Shape("overview.xlsx", lambda: gmv_max.overview_xlsx(OVERVIEW), "gmv-max-overview", "shop",
          Grain.DAY, 4, 1,
          {"gmv_max_cost": 201, "gmv_max_orders": 46, "gmv_max_revenue": 2002}, left_out=1,
          notes=frozenset()),
    Shape("page.json", lambda: api.marketing_pages(ad_days())[0], "marketing-api-report", "ad",
          Grain.DAY, 12, 3, of_the_shop(ad_days())),
    Shape("campaigns.json", lambda: api.marketing_pages(ad_days(), level="campaign")[0],
          "marketing-api-report", "campaign", Grain.DAY, 12, 2, of_the_shop(ad_days())),
    Shape("flat.json", lambda: api.marketing_flattened(ad_days()), "marketing-api-report",
          "campaign", Grain.DAY, 12, 2, of_the_shop(ad_days())),
    Shape("gmv-max.json", lambda: api.gmv_max_report([r for r in creatives() if "video_id" in r]),
          "gmv-max-report-api", "creative", Grain.PERIOD, 3, 3,
          of_gmv_max([r for r in creatives() if "video_id" in r]), notes=frozenset()),
    Shape("airbyte.jsonl", lambda: api.airbyte_jsonl(ad_days()), "airbyte-reports", "ad",
          Grain.DAY, 12, 3, of_the_shop(ad_days())),
    Shape("fivetran.csv", lambda: api.fivetran_report_hourly(HOURS), "marketing-api-report",
          "campaign", Grain.DAY, 12, 2, ads(HOURS, plays_2s="views_2s"), notes=frozenset()),
    Shape("fivetran-lower.csv", lambda: api.fivetran_report_hourly(HOURS, level="ad", lower=True),
          "marketing-api-report", "ad", Grain.DAY, 12, 3, ads(HOURS), notes=frozenset()),
)  # fmt: skip


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.name)
def shape(request: pytest.FixtureRequest) -> Shape:
    found = request.param
    assert isinstance(found, Shape)
    return found


def test_what_is_read_is_what_was_written(shape: Shape, tmp_path: Path) -> None:
    reading = read(written(tmp_path, shape.name, shape.data()))
    assert reading.kind == shape.kind
    assert (reading.rows, sum(reading.left_out.values())) == (shape.rows, shape.left_out)
    table = only_table(reading)
    assert (table.subject, table.grain) == (shape.subject, shape.grain)
    assert table.frame["key"].n_unique() == shape.keys
    found = sums(table)
    read_counts = {name: found.get(name) for name in shape.counts}
    assert read_counts == pytest.approx(shape.counts, abs=0.02)
    # Rows of ads without a column for the ad are parts of their campaign.
    assert {note.code for note in reading.notes} - {"added-parts"} == shape.notes


def test_gmv_max_never_has_a_count_of_classic_ads(shape: Shape, tmp_path: Path) -> None:
    reading = read(written(tmp_path, shape.name, shape.data()))
    for table in reading.tables:
        gmv_max_counts = {name for name in table.counts if name.startswith("gmv_max_")}
        assert gmv_max_counts in (set(), set(table.counts))
        if gmv_max_counts:
            assert table.family == "gmv-max"
            assert not CLASSIC & set(table.counts)


def test_days_are_the_days_that_were_written(shape: Shape, tmp_path: Path) -> None:
    frame = only_table(read(written(tmp_path, shape.name, shape.data()))).frame
    if shape.grain is Grain.DAY:
        assert frame.select((pl.col("from") == pl.col("to")).all()).item()
        assert frame["from"].min() in (DAYS[0], DAYS[1])


# ── the same file, handled by people ────────────────────────────────────────────────────────────


def table_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def csv_of(grid: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(grid)
    return out.getvalue().encode()


def reversed_columns(grid: list[list[str]]) -> list[list[str]]:
    return [row[::-1] for row in grid]


def without(*headers: str) -> Callable[[list[list[str]]], list[list[str]]]:
    def drop(grid: list[list[str]]) -> list[list[str]]:
        keep = [at for at, name in enumerate(grid[0]) if name not in headers]
        return [[row[at] for at in keep] for row in grid]

    return drop


def with_column(grid: list[list[str]]) -> list[list[str]]:
    return [["My notes" if n == 0 else "keep", *row] for n, row in enumerate(grid)]


def with_preamble(grid: list[list[str]]) -> list[list[str]]:
    width = len(grid[0])
    top = ["Report of October", *[""] * (width - 1)]
    return [top, [""] * width, *grid]


HANDLED = {
    "columns in another order": (reversed_columns, {}),
    "a column added in front": (with_column, {}),
    "a preamble above the header": (with_preamble, {}),
    "ratios dropped": (without("CTR (destination)", "CPC (destination)", "CPM"), {}),
    "revenue dropped, ROAS kept": (without("Gross revenue (Shop)"), {"ad_revenue": 1.0}),
    "ids dropped": (without("Campaign ID", "Ad group ID", "Ad ID"), {}),
}


@pytest.mark.parametrize(("change", "loose"), HANDLED.values(), ids=HANDLED.keys())
def test_a_report_is_understood_however_it_was_handled(
    change: Callable[[list[list[str]]], list[list[str]]],
    loose: Mapping[str, float],
    tmp_path: Path,
) -> None:
    # The duplicate names of the Korean export would depend on their order.
    grid = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
    reading = read(written(tmp_path, "report.csv", csv_of(change(grid))))
    table = only_table(reading)
    assert (table.subject, reading.rows, table.frame["key"].n_unique()) == ("ad", 12, 3)
    found = sums(table)
    for count, expected in of_the_shop(ad_days()).items():
        assert found[count] == pytest.approx(expected, abs=0.02 + 5 * loose.get(count, 0.0))


def test_a_report_of_ad_groups_is_about_ad_groups(tmp_path: Path) -> None:
    grid = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
    reading = read(written(tmp_path, "r.csv", csv_of(without("Ad ID", "Ad name")(grid))))
    table = only_table(reading)
    assert (table.subject, table.frame["key"].n_unique()) == ("ad-group", 3)
    assert set(table.frame["parent.campaign"]) == {"1800000000000000", "1800000000000001"}


def test_a_report_without_destination_clicks_is_told_what_it_lacks(tmp_path: Path) -> None:
    grid = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
    path = written(tmp_path, "r.csv", csv_of(without("Clicks (destination)")(grid)))
    best = claims(path)[0]
    assert (best.kind, best.lacks) == ("ads-manager-report", ("Clicks (destination)",))


def test_ages_become_a_breakdown_not_more_ads(tmp_path: Path) -> None:
    grid = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
    aged = [[*row, "Age" if n == 0 else "25-34"] for n, row in enumerate(grid)]
    frame = only_table(read(written(tmp_path, "r.csv", csv_of(aged))), "ad").frame
    assert frame["by.age"].unique().to_list() == ["25-34"]
    assert frame["key"].n_unique() == 3


def test_the_budget_of_a_campaign_is_no_budget_of_its_ads(tmp_path: Path) -> None:
    def counts(*dropped: str) -> set[str]:
        grid = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
        with_budget = [[*row, "Campaign budget" if n == 0 else "500"] for n, row in enumerate(grid)]
        data = csv_of(without(*dropped)(with_budget))
        return set(only_table(read(written(tmp_path, "r.csv", data))).counts)

    assert "budget" not in counts()
    assert "budget" in counts("Ad ID", "Ad name", "Ad group ID", "Ad group name")


def wrong(row: list[str], at: int) -> list[str]:
    return [*row[:at], "9.99", *row[at + 1 :]]


def test_a_printed_ctr_that_contradicts_the_counts_is_noted(tmp_path: Path) -> None:
    header, *rows = table_of(ads_manager.daily_csv(ad_days(), totals_row=False))
    at = header.index("CTR (destination)")
    data = csv_of([header, *(wrong(row, at) for row in rows)])
    notes = read(written(tmp_path, "r.csv", data)).notes
    assert any("CTR (destination)" in note.text for note in notes)


# ── other languages ─────────────────────────────────────────────────────────────────────────────

ES = "Por día,Nombre de la campaña,Nombre del anuncio,Gasto,Impresiones,Clics (destino),Moneda"
ID = "Tanggal,Nama kampanye,Nama iklan,Biaya,Impresi,Klik (tujuan),Mata uang"
ZH = "按天,系列名称,广告名称,消耗,展示量,点击量（目标页面）,币种"
TOTALS = {ES: "Total: 2 resultados", ID: "Total 2 hasil", ZH: "共 2 条结果"}


@pytest.mark.parametrize("header", TOTALS, ids=("es", "id", "zh"))
def test_a_report_is_read_in_the_language_of_who_exported_it(header: str, tmp_path: Path) -> None:
    lines = [
        header,
        "2026-10-01,C,a,1000,20000,300,IDR",
        "2026-10-02,C,b,500,10000,100,IDR",
        f"{TOTALS[header]},-,-,1500,30000,400,IDR",
    ]
    reading = read(written(tmp_path, "r.csv", "\n".join(lines).encode("utf-8-sig")))
    table = only_table(reading)
    assert (table.subject, table.grain, reading.currency) == ("ad", Grain.DAY, "IDR")
    assert sums(table) == {"spend": 1500, "impressions": 30_000, "clicks": 400}
    assert dict(reading.left_out) == {"totals row": 1}


# ── loaders ─────────────────────────────────────────────────────────────────────────────────────


def test_only_the_newest_version_of_a_campaign_is_kept(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "history.csv", api.fivetran_history(HISTORY)))
    frame = only_table(reading).frame
    assert frame["name"].to_list() == ["newest"]
    assert frame["to"].to_list() == [date(2026, 10, 3)]
    assert (reading.rows, dict(reading.left_out)) == (1, {"older version": 2})


def test_two_hours_with_the_same_counts_are_two_hours(tmp_path: Path) -> None:
    same: Row = {"campaign_id": "7", "spend": 2.5, "impressions": 100, "clicks": 3}
    hours: list[Row] = [{**same, "hour": datetime(2026, 10, 1, hour)} for hour in (9, 10)]
    table = only_table(read(written(tmp_path, "h.csv", api.fivetran_report_hourly(hours))))
    assert table.grain is Grain.DAY
    assert set(table.frame["from"]) == {date(2026, 10, 1)}
    assert sums(table)["spend"] == 5


def records(stream: str, *data: Mapping[str, object]) -> str:
    return "".join(json.dumps({"stream": stream, "data": one}) + "\n" for one in data)


def test_airbyte_records_without_counts_are_left_out_by_their_stream(tmp_path: Path) -> None:
    settings = records("campaigns", {"campaign_id": 1, "budget": 50.0}, {"campaign_id": 2})
    data = api.airbyte_jsonl(ad_days()) + settings.encode()
    reading: Reading = read(written(tmp_path, "a.jsonl", data))
    assert reading.rows == 12
    assert list(reading.left_out.values()) == [2]
    assert "stream campaigns" in next(iter(reading.left_out))


def test_singer_records_are_read_and_its_messages_left_out(tmp_path: Path) -> None:
    ad = {"ad_id": 182, "campaign_id": 2, "stat_time_day": "2026-10-01 00:00:00"}
    lines: list[Mapping[str, object]] = [
        {"type": "SCHEMA", "schema": {"properties": {}}, "key_properties": ["ad_id"]},
        *(
            {"type": "RECORD", "stream": "ad_insights", "record": {**ad, **counts}}
            for counts in (
                {"spend": 5.5, "impressions": 1000, "clicks": 9},
                {"spend": 4.5, "impressions": 900, "clicks": 8},
            )
        ),
        {"type": "STATE", "value": {"bookmark": "2026-10-01"}},
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines)
    reading = read(written(tmp_path, "singer.jsonl", data.encode()))
    table = only_table(reading)
    assert (table.subject, table.grain, reading.rows) == ("ad", Grain.DAY, 1)
    assert sums(table) == {"spend": 5.5, "impressions": 1000, "clicks": 9}  # the larger one, whole
    assert dict(reading.left_out) == {"loader message": 2, "restated row": 1}


def test_airbyte_settings_alone_are_no_report(tmp_path: Path) -> None:
    data = records("campaigns", {"campaign_id": 1, "campaign_name": "x", "budget": 50.0})
    found = claims(written(tmp_path, "a.jsonl", data.encode()))
    assert all(claim.lacks for claim in found)


# ── GMV Max ─────────────────────────────────────────────────────────────────────────────────────


def test_two_lives_of_a_campaign_on_one_day_with_the_same_counts_are_two(tmp_path: Path) -> None:
    day = {**LIVES[0], "live_views": 900, "live_views_10s": 300, "follows": 4}
    both: list[Row] = [{**day, "launched": datetime(2026, 10, 2, hour)} for hour in (9, 20)]
    reading = read(written(tmp_path, "l.xlsx", gmv_max.lives_xlsx(both)))
    assert reading.left_out == {}
    found = sums(only_table(reading))
    assert (found["gmv_max_cost"], found["gmv_max_live_views"]) == (161.0, 1800.0)
    assert (found["gmv_max_live_views_10s"], found["gmv_max_follows"]) == (600.0, 8.0)


def test_rooms_of_the_api_with_the_same_counts_are_all_kept(tmp_path: Path) -> None:
    counts = {"cost": "80.50", "orders": "7", "gross_revenue": "350.00", "live_views": "900"}
    rooms = [
        {
            "dimensions": {"campaign_id": "9", "room_id": f"77{n}", "stat_time_day": "2026-10-02"},
            "metrics": counts,
        }
        for n in range(2)
    ]
    page = {"code": 0, "message": "OK", "data": {"list": rooms}}
    reading = read(written(tmp_path, "p.json", json.dumps(page).encode()))
    assert sums(only_table(reading))["gmv_max_live_views"] == 1800.0


@pytest.mark.parametrize("form", ["tsv", "xlsx"])
@pytest.mark.parametrize("currency", ["IDR", "USD"])
def test_three_zeros_behind_a_dot_are_decimals_in_any_currency(
    tmp_path: Path, form: str, currency: str
) -> None:
    rows: list[Row] = [
        {**row, "spend": 271.0 + n, "revenue": 900.0} for n, row in enumerate(creatives())
    ]
    write = gmv_max.creatives_tsv if form == "tsv" else gmv_max.creatives_xlsx
    data = write(rows, currency=currency)
    found = sums(only_table(read(written(tmp_path, f"c.{form}", data))))
    assert (found["gmv_max_cost"], found["gmv_max_revenue"]) == (1090.0, 3600.0)


def test_the_newest_name_of_an_ad_and_its_group_is_kept(tmp_path: Path) -> None:
    header = "ad_id,updated_at,adgroup_id,campaign_id,ad_name"
    lines = ("1,2026-10-01 09:00:00,11,111,old", "1,2026-10-02 09:00:00,11,111,new")
    ads = read(written(tmp_path, "ad_history.csv", "\n".join((header, *lines)).encode()))
    assert (ads.kind, only_table(ads, "ad").frame["name"].to_list()) == (
        "fivetran-ad-history",
        ["new"],
    )
    header = "adgroup_id,updated_at,campaign_id,adgroup_name"
    groups = read(
        written(tmp_path, "g.csv", f"{header}\n11,2026-10-01 09:00:00,111,group".encode())
    )
    assert groups.kind == "fivetran-adgroup-history"
    table = only_table(groups)
    assert (table.subject, table.frame["name"].to_list()) == ("ad-group", ["group"])


# ── every level in both spellings ───────────────────────────────────────────────────────────────

LEVELS: Mapping[str, tuple[str, ...]] = {  # what a report of the level has no column for
    "ad": (),
    "ad-group": ("ad name", "ad id"),
    "campaign": ("ad name", "ad id", "ad group name", "ad group id"),
    "shop": ("ad name", "ad id", "ad group name", "ad group id", "campaign name", "campaign id"),
}


@pytest.mark.parametrize("era", ["2024", "2026"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_report_of_any_level_has_the_same_sums_in_both_spellings(
    tmp_path: Path, level: str, era: ads_manager.Era
) -> None:
    grid = table_of(ads_manager.daily_csv(ad_days(), era=era, totals_row=False))
    absent = [name for name in grid[0] if name.lower() in LEVELS[level]]
    reading = read(written(tmp_path, "r.csv", csv_of(without(*absent)(grid))))
    table = only_table(reading)
    assert (reading.kind, table.subject) == ("ads-manager-report", level)
    assert {name: sums(table)[name] for name in ads([])} == ads(ad_days())
