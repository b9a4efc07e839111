"""Many shops in one run: results in columns, spread over processes, resumable."""

from advisor.portfolio.bands import bands_of
from advisor.portfolio.cluster import ClusterEngine
from advisor.portfolio.dataset import SCHEMA_VERSION, Dataset
from advisor.portfolio.engines import Engine, LocalEngine, ProcessEngine
from advisor.portfolio.expect import Expectation, read_expectations
from advisor.portfolio.facts import Facts, is_dataset
from advisor.portfolio.gathering import Gathering, gather_shops
from advisor.portfolio.history import History
from advisor.portfolio.mutes import mutes_file
from advisor.portfolio.options import Options, Plans
from advisor.portfolio.plans import PlanLink, linked
from advisor.portfolio.run import Result, run_portfolio
from advisor.portfolio.summary import Filter
from advisor.portfolio.views import check_filter, failed_shops, make_index, report_of, worst_shops
from advisor.portfolio.worker import Worker

__all__ = [
    "SCHEMA_VERSION",
    "ClusterEngine",
    "Dataset",
    "Engine",
    "Expectation",
    "Facts",
    "Filter",
    "Gathering",
    "History",
    "LocalEngine",
    "Options",
    "PlanLink",
    "Plans",
    "ProcessEngine",
    "Result",
    "Worker",
    "bands_of",
    "check_filter",
    "failed_shops",
    "gather_shops",
    "is_dataset",
    "linked",
    "make_index",
    "mutes_file",
    "read_expectations",
    "report_of",
    "run_portfolio",
    "worst_shops",
]
