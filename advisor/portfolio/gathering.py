"""Gathering many shops: their exports are read into a dataset of facts."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from advisor.model import frozen
from advisor.portfolio.dataset import Dataset
from advisor.portfolio.engines import Engine, ProcessEngine
from advisor.portfolio.facts import FOLDERS, Facts, index_frame, stable_blocks
from advisor.portfolio.options import Options, Plans
from advisor.portfolio.pool import Count, Pool, Progress, Talk, answers, most_shops
from advisor.portfolio.source import check_apart, of_folders
from advisor.report import PROCESS, FailedShop


@frozen
class Gathering:
    """What became of gathering: how many shops there are, how many were *read* now, which of them
    *failed*, and what failed beside them."""

    shops: int
    read: int
    failed: tuple[FailedShop, ...]
    failures: tuple[str, ...]


def gather_shops(
    folders: Sequence[Path],
    facts: Facts,
    options: Options,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Gathering:
    """Reads the exports of *folders* into the dataset *facts*: of those whose files have changed
    since they were last read into it."""
    facts.storage.check()
    check_apart(folders, facts.folder, FOLDERS)
    with facts.storage.alone():
        return _gather(folders, facts, options, engine or ProcessEngine(), progress)


def _gather(
    folders: Sequence[Path],
    facts: Facts,
    options: Options,
    engine: Engine,
    progress: Progress | None,
) -> Gathering:
    version, former = facts.version(), facts.blocks()
    source = of_folders(folders, facts, keeps=True)
    pool = Pool(engine, Dataset(Path()), options, Plans())
    count = Count(len(folders), progress, time.monotonic())
    fresh = [name for name, one in source.shops.items() if one["block"] is None]
    count.add(len(folders) - len(fresh))

    def work(block: str, names: Sequence[str], talk: Talk) -> None:
        for part, answer, died in answers(talk, {"do": "gather", **source.message(block, names)}):
            if answer is None:
                source.fail(part["shops"], f"its process ended: {died}", PROCESS)
            else:
                source.take(answer)
        count.add(len(names))

    most = most_shops(len(fresh), pool.engine)
    parts = stable_blocks(fresh, source.blocks, most, source.alike)
    pool.run([partial(work, name, part) for name, part in parts.items()])
    rows = source.index()
    # Those of the former state stay for one more: a run may be reading them.
    facts.finish(index_frame(rows), former, version)
    failed = [
        FailedShop(row["folder"], row["problem"], row["problem_kind"])
        for row in rows
        if row["problem"] is not None
    ]
    return Gathering(len(folders), len(fresh), tuple(failed), tuple(pool.failures))
