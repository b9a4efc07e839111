"""Many shops in one run: results in columns, spread over processes, resumable."""

from advisor.portfolio.dataset import SCHEMA_VERSION, Dataset, ShopRecord
from advisor.portfolio.run import Options, Result, run_portfolio
from advisor.portfolio.views import index_of, report_of, worst_shops

__all__ = [
    "SCHEMA_VERSION",
    "Dataset",
    "Options",
    "Result",
    "ShopRecord",
    "index_of",
    "report_of",
    "run_portfolio",
    "worst_shops",
]
