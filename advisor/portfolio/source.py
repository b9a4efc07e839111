"""Where the shops of a run are, and what is known of their files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from advisor.portfolio.facts import Facts, stamp_of


@attrs.define(eq=False)
class Source:
    """The shops of a run, by the name of their folder: `folder` (where it is), `stamp` (its files
    as they are), `block` (that holds what was read of them, in *facts_from*) and `problem`. What is
    read now is kept in *facts_to*, where that is given."""

    shops: Mapping[str, dict[str, Any]]
    facts_from: str
    facts_to: str | None = None

    @property
    def blocks(self) -> Mapping[str, str]:
        """The number of the block that each shop was in before."""
        return {
            name: one["block"].partition("-")[0]
            for name, one in self.shops.items()
            if one["block"] is not None
        }

    def message(self, name: str, shops: Sequence[str]) -> Mapping[str, Any]:
        """What a worker needs to read *shops*, as the block with this *name*."""
        return {
            "shops": [self.shops[shop] for shop in shops],
            "facts_from": self.facts_from,
            "facts_to": self.facts_to,
            "facts_name": name,
        }

    def take(self, answer: Mapping[str, Any]) -> None:
        """Keeps where a worker put what it read, and what it could not read."""
        for name, block in answer["facts"].items():
            self.shops[name]["block"] = block
        for name, (problem, kind) in answer.get("problems", {}).items():
            self.shops[name] |= {"problem": problem, "problem_kind": kind}

    def fail(self, shops: Sequence[Mapping[str, Any]], problem: str, kind: str) -> None:
        """Says why *shops* cannot be read."""
        for one in shops:
            name = Path(one["folder"]).name
            self.shops[name] |= {"problem": problem, "problem_kind": kind}

    def index(self) -> list[Mapping[str, Any]]:
        """The rows of an index of facts."""
        return [
            {**{key: one[key] for key in _KEPT}, "folder": name}
            for name, one in self.shops.items()
            if one["block"] is not None or one["problem"] is not None
        ]


_KEPT = ("block", "stamp", "problem", "problem_kind")


def of_folders(folders: Sequence[Path], facts: Facts, *, keeps: bool) -> Source:
    """Shops with exports, of which *facts* may hold what was read before; with *keeps* it keeps
    what is read now."""
    stamps = {folder.name: stamp_of(folder) for folder in folders}
    known = {
        folder: block
        for folder, block, stamp in facts.known().iter_rows()
        if stamps.get(folder) == stamp
    }
    shops = {
        folder.name: {
            "folder": str(folder),
            "stamp": stamps[folder.name],
            "block": known.get(folder.name),
            "problem": None,
            "problem_kind": None,
        }
        for folder in folders
    }
    return Source(shops, facts.address, facts.address if keeps else None)


def of_facts(facts: Facts) -> Source:
    """The shops of a dataset of facts."""
    rows = facts.index().iter_rows(named=True)
    return Source(
        {row["folder"]: {**row, "folder": f"{facts.address}/{row['folder']}"} for row in rows},
        facts.address,
    )
