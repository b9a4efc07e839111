"""Many shops in one run: results in columns, spread over processes, resumable."""

from advisor.portfolio.dataset import SCHEMA_VERSION, Dataset, ShopRecord
from advisor.portfolio.engines import Engine, LocalEngine, ProcessEngine
from advisor.portfolio.run import Options, Plans, Result, run_portfolio
from advisor.portfolio.views import failed_shops, report_of, worst_shops, write_index
from advisor.portfolio.worker import Worker

__all__ = [
    "SCHEMA_VERSION",
    "Dataset",
    "Engine",
    "LocalEngine",
    "Options",
    "Plans",
    "ProcessEngine",
    "Result",
    "ShopRecord",
    "Worker",
    "failed_shops",
    "report_of",
    "run_portfolio",
    "worst_shops",
    "write_index",
]
