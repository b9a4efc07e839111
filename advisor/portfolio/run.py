"""A portfolio run: blocks of shops, done by an engine in several places at once, count together."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import attrs
import polars as pl

from advisor.model import frozen, is_remote
from advisor.plugin import own_version
from advisor.portfolio.blocks import Blocks, write_plans
from advisor.portfolio.dataset import FOLDERS, Dataset
from advisor.portfolio.engines import Engine, ProcessEngine
from advisor.portfolio.facts import Facts, index_frame, stable_blocks
from advisor.portfolio.history import clean_history, keep_list, keep_noticed, lists_of
from advisor.portfolio.mutes import read_mutes
from advisor.portfolio.options import Options, Plans
from advisor.portfolio.plans import PlanLink, plan_place
from advisor.portfolio.pool import Count, Pool, Progress, most_shops
from advisor.portfolio.source import check_apart, of_facts, of_folders

Reports = Callable[[Dataset, Mapping[str, PlanLink]], Mapping[str, str | bytes]]
"""What is written beside the plans, by name: made of the results, and of where the plans are."""


@frozen
class Result:
    """What became of a run: how many shops it has, how many of them were done *before*, which
    *reports* were written and where, what failed beside shops, what is to be said, and how long it
    took in seconds."""

    shops: int
    before: int
    reports: tuple[str, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


def run_portfolio(
    shops: Sequence[Path] | Facts,
    out: Path | str,
    options: Options,
    *,
    plans: Plans | None = None,
    reports: Reports | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Result:
    """Diagnoses *shops*, folders of exports or a dataset of facts, into the dataset *out*, a folder
    or a place in a store, and writes *plans* and *reports*: all of a run counts at once.

    *engine* does the work; without one, processes on all cores. Raises AdvisorError for what the
    user can fix.
    """
    began = time.monotonic()
    dataset, asked = Dataset(out), plans or Plans()
    dataset.storage.check()
    dataset.former()
    if not isinstance(shops, Facts):
        check_apart(shops, dataset.folder, FOLDERS)
    with ExitStack() as stack:
        place = plan_place(dataset, asked.top, stack)
        source = (
            of_facts(shops)
            if isinstance(shops, Facts)
            else of_folders(shops, Facts(dataset.storage.at("facts")), keeps=options.facts)
        )
        mutes = read_mutes(dataset.storage)
        source.mute(mutes)
        pool = Pool(engine or ProcessEngine(), dataset, options, asked)
        names = list(source.shops)
        blocks = Blocks(pool, source, place, Count(len(names), progress, began))
        most = most_shops(len(names), pool.engine)
        parts = stable_blocks(names, blocks.numbers(), most, source.alike)
        waiting = [number for number, part in parts.items() if not blocks.is_done(number, part)]
        place.begin(blocks.plans_of())
        kept = sum(len(one.folders) for one in blocks.done.values())
        pool.run([partial(blocks.work, number, parts[number]) for number in waiting])
        done = [blocks.done[number] for number in parts]
        history = dict(lists_of(dataset.storage))
        files = [file for block in done for file in block.files]
        if options.partition:
            kept_runs = keep_list(dataset.storage, options.partition, files)
            history.pop(options.partition, None)
            history |= {options.partition: kept_runs} if kept_runs else {}
        draft = dataset.draft(
            done,
            {
                "version": own_version(),
                "options": attrs.asdict(options),
                "facts": _from(shops.address, dataset) if isinstance(shops, Facts) else None,
                "shops": None if isinstance(shops, Facts) else _above(shops, dataset),
                "mutes": {name: said for name, said in mutes.items() if name in source.shops},
                "history": history,
            },
        )
        planned = draft.table("shops").filter(pl.col("problem").is_null()).select("folder")
        wanted = set(asked.folders if asked.choose is None else asked.choose(draft))
        wanted &= {*planned.collect(engine="in-memory")["folder"]}
        chosen = [name for name in names if name in wanted and name not in blocks.written]
        write_plans(chosen, blocks, progress)
        plans_of = blocks.written
        written = {name: plans_of[name] for name in names if name in wanted and name in plans_of}
        for name, problem in place.refused(written).items():
            pool.keep_lines({"failures": [f"{name}: {problem}"], "notes": ()})
            del written[name]
        made = reports(draft, place.links(written)) if reports is not None else {}
        at = place.publish(draft, written, made)
    clean_history(dataset.storage, history)
    if options.partition:
        keep_noticed(dataset.storage, options.partition, files)
    if source.facts_to is not None:
        named = draft.table("shops").select(pl.col("facts").drop_nulls().unique())
        facts = named.collect(engine="in-memory")["facts"]
        kept_facts = Facts(source.facts_to)
        kept_facts.finish(index_frame(source.index()), facts, kept_facts.version())
    seconds = time.monotonic() - began
    return Result(len(names), kept, at, tuple(pool.failures), tuple(pool.notes), seconds)


def _above(folders: Sequence[Path], out: Dataset) -> str | None:
    """Where the folders of the shops lie, seen from the results."""
    return _from(str(folders[0].parent), out) if folders else None


def _from(address: str, out: Dataset) -> str:
    """Where *address* is, seen from the results."""
    if is_remote(address):
        return address
    return (
        str(Path(address).absolute())
        if out.folder is None
        else os.path.relpath(address, out.folder)
    )
