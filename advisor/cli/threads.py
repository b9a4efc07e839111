"""How many threads Polars gets, how it keeps memory, and how thoroughly it plans."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.model import cores, walk

VARIABLE = "POLARS_MAX_THREADS"
MEMORY = "_RJEM_MALLOC_CONF"  # what jemalloc, the allocator of Polars on Linux, is set by
# Memory that a step gives back serves the next one, instead of going back to the system at once.
KEPT = "narenas:1,dirty_decay_ms:5000,muzzy_decay_ms:5000"
LOADED = "polars._plr"  # of Polars, once it is more than a promise of lazy_loader
# Bytes. In smaller files a second thread costs more processor time than it saves in waiting.
LARGE_FILE = 16 << 20
LEFT_OUT = (  # what remains cuts columns and rows off early, and finds what stands twice in a row
    "simplify_expression",
    "comm_subplan_elim",
    "cluster_with_columns",
    "check_order_observe",
    "fast_projection",
    "sort_collapse",
    "join_order",
    "row_estimate",
)


def limit_threads(paths: Iterable[str], *, jobs: int = 1) -> None:
    """Sets the number of Polars threads of this process and its children: one where every file of
    *paths* is small, else the cores divided by *jobs*; and for large files that memory is kept.

    Does nothing where the user has set the number, or Polars is imported already.
    """
    if VARIABLE in os.environ or LOADED in sys.modules:
        return
    there, large = cores(), any(size >= LARGE_FILE for size in _sizes(paths))
    threads = there // jobs if large else 1
    if threads < there:
        os.environ[VARIABLE] = str(max(1, threads))
    if large:
        os.environ.setdefault(MEMORY, KEPT)


@contextmanager
def planned_simply(paths: Iterable[str]) -> Iterator[None]:
    """Has Polars leave out the passes of its optimizer that find nothing in our queries and take a
    tenth of their time, where every file of *paths* is small: there the rest takes longer than the
    work."""
    if any(size >= LARGE_FILE for size in _sizes(paths)):
        yield
        return
    from polars.lazyframe.opt_flags import DEFAULT_QUERY_OPT_FLAGS as FLAGS

    before = {name: getattr(FLAGS, name) for name in LEFT_OUT if hasattr(FLAGS, name)}
    FLAGS.update(**dict.fromkeys(before, False))
    try:
        yield
    finally:
        FLAGS.update(**before)


def _sizes(paths: Iterable[str]) -> Iterator[int]:
    """The sizes of the files at *paths*, whatever lies there; what cannot be looked at is counted
    as large."""
    for path in paths:
        given = Path(path)
        try:
            if not given.is_dir():
                yield given.stat().st_size
                continue
        except OSError:  # standard input, an address, a mistake that is reported later
            yield LARGE_FILE
            continue
        for folder, names in walk(given):
            for name in names:
                try:
                    yield os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 (fast)
                except OSError:
                    continue
