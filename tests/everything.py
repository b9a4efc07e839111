"""A shop of which every metric of the bundled plugins can be computed, as files that overlap."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from advisor.model.reading import File, Grain, Links, Period, Reading, Table
from advisor.model.vocabulary import CountUnit, Vocabulary

WINDOW = Period(date(2026, 10, 4), date(2026, 10, 31))
TODAY = date(2026, 11, 2)
ALL = Period(date(2026, 5, 20), WINDOW.last)
Cells = Mapping[str, object]

_RATES = (
    "late_dispatch",
    "invalid_tracking",
    "late_delivery",
    "seller_cancellation",
    "seller_return",
    "late_answer_24h",
    "late_answer_12h",
)


def restated(vocabulary: Vocabulary, *, shop: str = "shop") -> tuple[Reading, Reading]:
    """Two files of the same days: events of the second, downloaded a day later, are nine tenths."""
    return (
        everything(f"{shop} 20261101.csv", vocabulary),
        everything(f"{shop} 20261102.csv", vocabulary, times=0.9),
    )


def everything(name: str, vocabulary: Vocabulary, *, times: float = 1.0) -> Reading:
    """One file with all tables; what is counted is *times* as much."""
    file = File(Path(name), name, 0, hashlib.sha256(name.encode()).hexdigest())
    tables = tuple(_tables(vocabulary, name, times))
    rows = sum(table.frame.height for table in tables)
    shown = Links("video-products", pl.DataFrame({"from": ["video 0"], "to": ["1"]}))
    return Reading(file, "test", "test", "test", tables, rows, links=(shown,), period=ALL)


def _tables(vocabulary: Vocabulary, name: str, times: float) -> Iterator[Table]:
    events = {count.id for count in vocabulary.counts.values() if count.unit is not CountUnit.STATE}
    for subject, family, grain, rows in _ROWS:
        frame = pl.DataFrame([*rows()], infer_schema_length=None)
        if "by.file" in frame.columns:
            frame = frame.with_columns(pl.lit(name).alias("by.file"))
        counts = [c for c in frame.columns if c in vocabulary.counts]
        frame = frame.with_columns(
            pl.col("key").alias("name") if "name" not in frame.columns else pl.col("name"),
            pl.col("from", "to").cast(pl.Date),
            pl.lit(None, pl.String).alias("currency"),
            pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias("_row"),
            *(pl.col(c).cast(pl.Float64) * (times if c in events else 1.0) for c in counts),
        )
        yield Table(subject, family, grain, frame)


def _day(key: str, day: date, **cells: object) -> Cells:
    return {"key": key, "from": day, "to": day, **cells}


def _month(key: str, **cells: object) -> Cells:
    return {"key": key, "from": WINDOW.first, "to": WINDOW.last, **cells}


def _days(first: date, last: date = WINDOW.last) -> Iterator[date]:
    return (first + timedelta(days=i) for i in range((last - first).days + 1))


def _shop() -> Iterator[Cells]:
    for n, day in enumerate(_days(ALL.first)):
        less = 1.0 if day < WINDOW.first else 0.5
        yield _day(
            "",
            day,
            gmv=(2_000.0 + n % 7 * 10) * less,
            orders=100.0,
            customers=90.0 * less,
            visitors=3_000.0,
            sku_orders=120.0,
            product_viewers=1_000.0,
            product_clickers=200.0 + n % 5,
        )


def _own() -> Iterator[Cells]:
    for day in _days(date(2026, 7, 1)):
        yield _day(
            "", day, promotions=float(day.day % 2), commission_rate=0.2 if day.month < 9 else 0.1
        )


def _scores() -> Iterator[Cells]:
    for n, day in enumerate(WINDOW.first + timedelta(days=9 * i) for i in range(4)):
        cases = {f"{rate}_cases": 200.0 for rate in _RATES}
        missed = {f"{rate}_missed": 2.0 + n for rate in _RATES}
        yield _day("", day, account_health_rating=180.0 - n, **cases, **missed)


def _channels() -> Iterator[Cells]:
    for day in _days(WINDOW.first - timedelta(days=28)):
        sold = 200.0 if day < WINDOW.first else 100.0
        for key in ("product-card", "shop-tab", "search"):
            yield _day(
                key,
                day,
                gmv=sold,
                sku_orders=5.0,
                card_viewers=500.0,
                card_clickers=40.0,
                product_viewers=400.0,
                product_clickers=60.0,
            )


def _lives() -> Iterator[Cells]:
    for n, day in enumerate(_days(WINDOW.first - timedelta(days=20))):
        yield _day(
            f"live {n}",
            day,
            gmv=300.0 + 5 * n,
            sku_orders=30.0 if n % 9 else 3.0,
            views=1_000.0,
            live_impressions=9_000.0,
            watch_seconds=60_000.0,
            product_clicks=200.0,
            comments=20.0 + n % 4,
            shares=10.0,
            posted_hour=float(n % 24),
        )


def _videos() -> Iterator[Cells]:
    for n in range(12):
        yield _month(
            f"video {n}",
            views=1_000.0 * (n + 1),
            likes=50.0 + n,
            comments=9.0,
            shares=4.0,
            gmv=100.0,
            sku_orders=8.0,
            posted_hour=float(2 * n),
        )


def _posts(subject: str) -> Iterator[Cells]:
    for day in _days(date(2026, 7, 20)):
        yield _day("" if subject == "shop" else "mia", day, posts=4.0 if day.month < 10 else 2.0)


def _creators() -> Iterator[Cells]:
    for n in range(4):
        yield _month(f"creator {n}", gmv=900.0 / (n + 1), items_sold=90.0 / (n + 1))


def _stock() -> Iterator[Cells]:
    for n in range(3):
        yield _day(f"product {n}", WINDOW.last, stock=60.0, incoming_stock=10.0, lead_days=14.0 + n)


def _products() -> Iterator[Cells]:
    for n in range(3):
        for day in _days(WINDOW.first):
            yield _day(f"product {n}", day, items_sold=10.0 + day.day % 3)


def _places() -> Iterator[Cells]:
    for n in range(3):
        for place in range(3):
            labels = {"by.file": "", "by.product": f"product {n}", "by.place": str(place)}
            yield _month("", **labels, placed_orders=200.0 if n == place else 40.0)


def _results() -> Iterator[Cells]:
    for day in _days(WINDOW.first):
        yield _day("7", day, gmv_max_cost=100.0, gmv_max_orders=40.0, gmv_max_revenue=200.0)


def _budgets() -> Iterator[Cells]:
    for day in _days(WINDOW.first):
        yield _day("7", day, daily_budget=125.0, target_roi=4.0, bid=5.0, max_delivery=0.0)


def _changes() -> Iterator[Cells]:
    for day in _days(WINDOW.first, WINDOW.first + timedelta(days=6)):
        yield _day("7", day, budget_changes=2.0, target_changes=0.0)


def _creatives() -> Iterator[Cells]:
    for n in range(4):
        yield _month(
            f"7|1|{n}",
            **{"parent.campaign": "7", "parent.product": "1"},
            gmv_max_cost=100.0,
            gmv_max_orders=40.0 if n else 0.0,
            gmv_max_revenue=400.0 if n else 0.0,
            gmv_max_impressions=100_000.0,
            gmv_max_clicks=1_000.0,
            gmv_max_plays_2s=30_000.0 if n else 9_000.0,
            gmv_max_plays_6s=12_000.0,
        )


def _ads(kind: str) -> Iterator[Cells]:
    for day in _days(WINDOW.first):
        for n in range(4):
            yield _day(
                f"{kind} {n}",
                day,
                name="VSA serum" if n else "serum",
                spend=400.0 if n else 900.0,
                impressions=50_000.0,
                clicks=500.0,
                purchases=40.0 if n else 10.0,
                ad_revenue=900.0 if n else 200.0,
                plays_2s=15_000.0 if n else 4_000.0,
                plays_6s=6_000.0,
            )


def _followers() -> Iterator[Cells]:
    followers = 10_000.0
    for day in _days(WINDOW.first):
        change = 20.0 + day.day % 5
        followers += change
        yield _day("", day, followers=followers, follower_change=change)


def _activity() -> Iterator[Cells]:
    for day in _days(WINDOW.last - timedelta(days=6)):
        for hour in range(24):
            yield _day("", day, **{"by.hour": str(hour)}, active_followers=100.0 + hour)


def _territories() -> Iterator[Cells]:
    for key, share in (("US", 0.6), ("GB", 0.3)):
        yield {"key": key, "from": None, "to": WINDOW.last, "audience_share": share}


def _violations(subject: str) -> Iterator[Cells]:
    yield _day("" if subject == "shop" else "video 1", WINDOW.last, violations=1.0)


def _deadlines() -> Iterator[Cells]:
    yield _day("", TODAY + timedelta(days=3), appeals_ending=1.0)


_ROWS: Sequence[tuple[str, str, Grain, Callable[[], Iterator[Cells]]]] = (
    ("shop", "shop", Grain.DAY, _shop),
    ("shop", "own", Grain.DAY, _own),
    ("shop", "scores", Grain.DAY, _scores),
    ("channel", "channels", Grain.DAY, _channels),
    ("live", "shop-live", Grain.DAY, _lives),
    ("video", "shop-video", Grain.PERIOD, _videos),
    ("shop", "shop-video-posts", Grain.DAY, lambda: _posts("shop")),
    ("creator", "shop-video-posts", Grain.DAY, lambda: _posts("creator")),
    ("creator", "affiliate", Grain.PERIOD, _creators),
    ("product", "stock", Grain.DAY, _stock),
    ("product", "products", Grain.DAY, _products),
    ("shop", "shop-orders-places", Grain.PERIOD, _places),
    ("campaign", "gmv-max", Grain.DAY, _results),
    ("campaign", "budgets", Grain.DAY, _budgets),
    ("campaign", "changes", Grain.DAY, _changes),
    ("creative", "gmv-max", Grain.PERIOD, _creatives),
    ("ad", "ads", Grain.DAY, lambda: _ads("ad")),
    ("ad-group", "ads", Grain.DAY, lambda: _ads("ad-group")),
    ("campaign", "ads", Grain.DAY, lambda: _ads("campaign")),
    ("account", "studio-followers", Grain.DAY, _followers),
    ("account", "studio-activity", Grain.DAY, _activity),
    ("territory", "studio-territories", Grain.LIFETIME, _territories),
    ("shop", "violations", Grain.DAY, lambda: _violations("shop")),
    ("video", "violations", Grain.DAY, lambda: _violations("video")),
    ("shop", "violations-deadlines", Grain.DAY, _deadlines),
)
