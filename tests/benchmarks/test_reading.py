"""What reading costs: each large kind against the library that only parses the same file.

    pytest tests/benchmarks/test_reading.py --benchmark-only -s -n 0

Processor time in one process, the median of pairs of runs. `BENCHMARK_ROWS` is the number of rows
of a CSV; a workbook has a tenth of it.
"""

import hashlib
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from advisor.model.reading import File, Reading
from advisor.plugin.hookspecs import Provider, ReadContext
from advisor.tabular.containers.open import open_source
from advisor_tiktok_ads import advisor_metric_providers as ads_providers
from advisor_tiktok_shop import advisor_metric_providers as shop_providers
from tests.benchmarks.large_exports import large_csv, large_workbook
from tests.benchmarks.test_benchmarks import ROWS, once
from tests.plugins_shop.samples import SAMPLES
from tests.shapes import Row, ads_manager, orders
from tests.shapes.large import write_ads_manager_csv

PAIRS = 3
CONTEXT = ReadContext(today=date(2026, 11, 2))
FEW = 200  # rows of the small file that a large one repeats

Write = Callable[[Path], object]


def _orders() -> bytes:
    rows: list[Row] = [
        {
            "order_id": f"57{n:016d}",
            "sku_id": f"17{n % 9:017d}",
            "created": datetime(2026, 10, 1 + n % 28, 9, n % 60),
            "price": 10 + n % 7,
            "quantity": 1 + n % 3,
            "buyer": f"b{n % 90}",
        }
        for n in range(FEW)
    ]
    return orders.orders(rows, description_row=False)


def _ads() -> bytes:
    rows: list[Row] = [
        {
            "ad_id": str(1_870_000_000_000_000 + n),
            "ad_name": f"Cut {n}",
            "ad_group_id": str(n // 6),
            "ad_group_name": f"Group {n // 6}",
            "spend": 5.0 + n % 11,
            "impressions": 1000 + n,
            "clicks": 10 + n % 9,
            "conversions": n % 3,
        }
        for n in range(FEW)
    ]
    return ads_manager.table_xlsx(rows, totals_row=False)


def _sample(kind: str) -> bytes:
    (sample,) = (sample for sample in SAMPLES if sample.kind == kind)
    return sample.write("en", "xlsx")


KINDS: dict[str, tuple[str, Write]] = {
    "ads-manager-report": (
        "ads.csv",
        lambda path: write_ads_manager_csv(path, rows=ROWS, subjects=max(100, ROWS * 18 // 1000)),
    ),
    "orders": ("orders.csv", lambda path: large_csv(path, _orders(), "Order ID", ROWS)),
    "ads-manager-report xlsx": (
        "ads 2026-10-01 2026-10-31.xlsx",
        lambda path: large_workbook(path, _ads(), "Ad ID", ROWS // 10),
    ),
    "product-list": (
        "products.xlsx",
        lambda path: large_workbook(path, _sample("product-list"), "Product ID", ROWS // 10),
    ),
    "video-list": (
        "videos.xlsx",
        lambda path: large_workbook(path, _sample("video-list"), "Video ID", ROWS // 10),
    ),
}


def _parsed(path: Path) -> pl.DataFrame:
    if path.suffix == ".csv":
        return pl.read_csv(path, null_values="-", infer_schema_length=1000)
    return fastexcel.read_excel(path).load_sheet(0).to_polars()


def _read(path: Path) -> Reading:
    file = File(path, path.name, path.stat().st_size, hashlib.sha256().hexdigest())
    source = open_source(file)
    claims = [
        (match.strength, provider, match)
        for provider in PROVIDERS
        for match in provider.recognise(source)
        if not match.lacks
    ]
    _, provider, match = max(claims, key=lambda claim: claim[0])
    return provider.read(source, match, CONTEXT)


PROVIDERS: list[Provider] = [*ads_providers(), *shop_providers()]


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.parametrize("kind", KINDS)
def test_reading_against_parsing(benchmark: BenchmarkFixture, tmp_path: Path, kind: str) -> None:
    name, write = KINDS[kind]
    path = tmp_path / name
    write(path)

    def measure() -> list[tuple[str, float]]:
        reading = _read(path)
        assert reading.kind == kind.split(maxsplit=1)[0]
        assert reading.rows == (ROWS if path.suffix == ".csv" else ROWS // 10)
        _parsed(path)
        pairs = [
            (_seconds(lambda: _read(path)), _seconds(lambda: _parsed(path))) for _ in range(PAIRS)
        ]
        return [("times the time", statistics.median(ours / theirs for ours, theirs in pairs))]

    once(benchmark, measure)
