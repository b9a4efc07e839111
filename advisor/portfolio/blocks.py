"""The blocks of a run: which are done already, having the others done, and writing their plans.

A block whose shops, files and options are those of a block that is done already is not done again:
so a run that was stopped goes on where it was.
"""

import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.plugin import installed_versions
from advisor.portfolio.dataset import DIGEST, SHOPS, TABLES, Block, Dataset, empty_tables
from advisor.portfolio.engines import Message
from advisor.portfolio.facts import stamp_of
from advisor.portfolio.history import stamp_of_marks
from advisor.portfolio.options import Options
from advisor.portfolio.plans import Plan, PlanPlace
from advisor.portfolio.pool import Count, Pool, Progress, Talk, answers, most_shops
from advisor.portfolio.source import Source
from advisor.report import PROCESS


@attrs.define(eq=False)
class Blocks:
    """The blocks of a run by number: which are *done*, and which plans are *written*."""

    pool: Pool
    source: Source
    place: PlanPlace
    count: Count
    done: dict[str, Block] = attrs.field(factory=dict)
    written: dict[str, Plan] = attrs.field(factory=dict)
    _names: dict[str, str] = attrs.field(factory=dict)
    _plans_of: dict[str, str] = attrs.field(factory=dict)  # by folder: what its plan is of
    _fingerprints: dict[str, str] = attrs.field(factory=dict)
    _before: Mapping[str, Block] = attrs.field(init=False)
    _former: Mapping[str, Any] = attrs.field(init=False)
    _marks: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        dataset = self.pool.dataset
        self._before, self._former = dataset.done_blocks(), dataset.former()
        options = self.pool.options
        self._marks = stamp_of_marks(dataset.storage, options.today) if options.partition else ""

    def numbers(self) -> Mapping[str, str]:
        """The block of each folder, of all blocks that are done; those that the manifest names come
        before others."""
        named = set(self._former.get("blocks", ()))
        ordered = sorted(self._before.values(), key=lambda one: (one.name in named, one.name))
        return {folder: block.number for block in ordered for folder in block.folders}

    def is_done(self, number: str, shops: Sequence[str]) -> bool:
        """Whether a former run did this block with these files and options."""
        dataset = self.pool.dataset
        stamps = [(shop, self.source.stamp(shop)) for shop in shops]
        fingerprint = _fingerprint(stamps, self.pool.options, self._marks)
        name = f"{number}-{fingerprint[:DIGEST]}"
        self._fingerprints[number], self._names[number] = fingerprint, name
        of = _plans_of(number, fingerprint, self.pool.plans.formats)
        self._plans_of |= dict.fromkeys(shops, of)
        block = self._before.get(name)
        if block is None or block.fingerprint != fingerprint or not _whole(block, dataset):
            return False
        self.done[number] = block
        self.pool.keep_lines({"failures": block.failures, "notes": ()})
        known = block.plans if block.formats == self.pool.plans.formats else {}
        self.written |= self.place.still_there(of, shops, known)
        self.count.add(len(shops))
        return True

    def plans_of(self) -> Collection[str]:
        """What the plans of this run are of."""
        return set(self._plans_of.values())

    def work(self, number: str, shops: Sequence[str], talk: Talk) -> None:
        """Has a block done; a shop that ends its worker has a row that says so."""
        name, files = self._names[number], []
        plans: dict[str, Sequence[str]] = {}
        failures: dict[str, None] = {}
        wanted = [shop for shop in shops if shop in self.pool.plans.folders]
        message = {**self._message(number, shops, wanted), "name": name}
        for part, answer, died in answers(talk, message):
            files.append(part["name"])
            if answer is None:
                (shop,) = part["shops"]
                folder, problem = Path(shop["folder"]).name, f"its process ended: {died}"
                self._write_dead(part["name"], folder, problem)
                failures[f"{folder}: {problem}"] = None
            else:
                self.source.take(answer)
                plans |= answer["plans"]
                failures |= dict.fromkeys(answer["failures"])
        block = Block(
            name,
            self._fingerprints[number],
            tuple(shops),
            tuple(files),
            plans,
            self.pool.plans.formats,
            tuple(failures),
        )
        self.pool.dataset.finish_block(block)
        self.pool.keep_lines({"failures": block.failures, "notes": ()})
        self._take(plans)
        self.done[number] = block
        self.count.add(len(shops))

    def write_plans(self, shops: Sequence[str], talk: Talk) -> None:
        """Writes the plans of *shops*, whose results are there."""
        message = {**self._message("", shops, shops), "name": "", "facts_to": None}
        for part, answer, died in answers(talk, message):
            if answer is None:
                line = f"{Path(part['shops'][0]['folder']).name}: its process ended: {died}"
                self.pool.keep_lines({"failures": [line], "notes": []})
            else:
                self._take(answer["plans"])

    def _take(self, plans: Mapping[str, Sequence[str]]) -> None:
        self.written |= {
            name: Plan(name, self._plans_of[name], tuple(files)) for name, files in plans.items()
        }

    def _message(self, number: str, shops: Sequence[str], plans: Collection[str]) -> Message:
        wanted = {name: self.place.at(self._plans_of[name], name) for name in plans}
        return {"do": "diagnose", "plans": wanted, **self.source.message(number, shops)}

    def _write_dead(self, name: str, folder: str, problem: str) -> None:
        row: dict[str, Any] = {**dict.fromkeys(SHOPS)}
        row |= {"folder": folder, "problem": problem, "problem_kind": PROCESS}
        tables = {table: frames[0] for table, frames in empty_tables().items()}
        shops = pl.DataFrame([row], schema=SHOPS)
        self.pool.dataset.write_tables(name, {**tables, "shops": shops})


def write_plans(shops: Sequence[str], blocks: Blocks, progress: Progress | None) -> None:
    """Writes the plans of *shops*, whose results are there."""
    if not shops:
        return
    count = Count(len(shops), progress, time.monotonic())
    size = most_shops(len(shops), blocks.pool.engine)

    def write(some: Sequence[str], talk: Talk) -> None:
        blocks.write_plans(some, talk)
        count.add(len(some))

    parts = [shops[at : at + size] for at in range(0, len(shops), size)]
    blocks.pool.run([partial(write, part) for part in parts])


def _plans_of(number: str, fingerprint: str, formats: Sequence[str]) -> str:
    """A name for what the plans of a block are made of."""
    made_of = json.dumps([fingerprint, formats])
    return f"{number}-{hashlib.sha256(made_of.encode()).hexdigest()[:DIGEST]}"


def _fingerprint(
    stamps: Sequence[tuple[str, Sequence[str | None]]], options: Options, marks: str
) -> str:
    """What the results of a block depend on: the files of its shops as they are, the options, the
    rules in folders of the user's own, what was marked as done, and the versions."""
    rules = [stamp_of(Path(place)) for place in options.rules]
    made_by = {"versions": installed_versions(), "files": rules, "marks": marks, "shops": stamps}
    asked = {**attrs.asdict(options), **made_by}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _whole(block: Block, dataset: Dataset) -> bool:
    """Whether a block's files can be read; a crash of the machine may have left one that cannot."""
    if dataset.folder is None:
        return True  # a store has a whole file, or none
    try:
        for table in TABLES:
            for file in block.files:
                pl.read_parquet_schema(dataset.folder / table / f"{file}.parquet")
    except (OSError, pl.exceptions.PolarsError):
        return False
    return True
