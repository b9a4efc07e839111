"""Where the shops of a run are, and what is known of their files."""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from advisor.errors import AdvisorError
from advisor.model import (
    ALLOWED,
    CONFIG_NAME,
    Settings,
    agency_text,
    make_settings,
    parse_toml,
    read_text,
    with_agency,
)
from advisor.portfolio.facts import Facts, stamp_of


@attrs.define(eq=False)
class Source:
    """The shops of a run, by the name of their folder: `folder` (where it is), `stamp` (its files
    as they are), `block` (that holds what was read of them, in *facts_from*), `problem`, and the
    texts of what adds to its settings: `agency` (agency.toml) and `mutes` (in the results). What is
    read now is kept in *facts_to*, where that is given. *beside* is a stamp of what a shop's
    settings name elsewhere."""

    shops: Mapping[str, dict[str, Any]]
    facts_from: str
    facts_to: str | None = None
    beside: Mapping[str, str] = attrs.field(factory=dict)

    def stamp(self, name: str) -> Sequence[str | None]:
        """What the results of a shop depend on, beside the options of the run."""
        one = self.shops[name]
        return (one["stamp"], one["agency"], one["mutes"], self.beside.get(name))

    def mute(self, mutes: Mapping[str, str]) -> None:
        """Adds what is muted in the results, by folder."""
        for name, one in self.shops.items():
            one["mutes"] = mutes.get(name)

    @property
    def blocks(self) -> Mapping[str, str]:
        """The number of the block that each shop was in before."""
        return {
            name: one["block"].partition("-")[0]
            for name, one in self.shops.items()
            if one["block"] is not None
        }

    def alike(self, name: str) -> str:
        """What a shop has in common with those that it is worked on together with, as a text: the
        block that its facts are in, else what its advisor.toml says of the rules in force."""
        one = self.shops[name]
        return one["block"] or _of_rules(Path(one["folder"]))

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


def _of_rules(folder: Path) -> str:
    """What decides which rules are in force for the shop in *folder*; whoever reads its settings
    says what is wrong with them."""
    try:
        settings = parse_toml(read_text(folder / CONFIG_NAME), where=CONFIG_NAME)
    except AdvisorError:
        return ""
    shop = settings.get("shop")
    region = shop.get("region") if isinstance(shop, dict) else None
    return json.dumps([region, settings.get("rules")], default=str, sort_keys=True)


_KEPT = ("block", "stamp", "problem", "problem_kind", "agency")


def of_folders(folders: Sequence[Path], facts: Facts, *, keeps: bool) -> Source:
    """Shops with exports, of which *facts* may hold what was read before; with *keeps* it keeps
    what is read now."""
    stamps = {folder.name: stamp_of(folder) for folder in folders}
    known = {
        folder: block
        for folder, block, stamp in facts.known().iter_rows()
        if stamps.get(folder) == stamp
    }
    agencies: dict[Path, str | None] = {}
    shops = {
        folder.name: {
            "folder": str(folder),
            "stamp": stamps[folder.name],
            "block": known.get(folder.name),
            "problem": None,
            "problem_kind": None,
            "agency": _agency_of(folder, agencies),
            "mutes": None,
        }
        for folder in folders
    }
    kept_in = facts.address if keeps else None
    return Source(shops, facts.address, kept_in, dict(_named_elsewhere(folders)))


def check_apart(folders: Sequence[Path], place: Path | None, own: Collection[str]) -> None:
    """Raises AdvisorError where the shops in *folders* and what is written into *place*, into its
    *own* folders, would lie in one another; None is a store."""
    if place is None:
        return
    top = place.resolve()
    taken, above = {top / name for name in own}, {top, *top.parents}
    parents = {parent: parent.resolve() for parent in {folder.parent for folder in folders}}
    if any(
        parent == top or {parent, *parent.parents} & taken for parent in parents.values()
    ) or any(parents[folder.parent] / folder.name in above for folder in folders):
        hint = "choose a folder of its own with -o, like results/"
        problem = "the shops and what is written would be mixed"
        raise AdvisorError(problem, where=str(place), hint=hint)


def of_facts(facts: Facts) -> Source:
    """The shops of a dataset of facts."""
    return Source(
        {
            row["folder"]: {**row, "folder": f"{facts.address}/{row['folder']}", "mutes": None}
            for row in facts.index().iter_rows(named=True)
        },
        facts.address,
    )


def _agency_of(folder: Path, known: dict[Path, str | None]) -> str | None:
    """The text of the agency.toml beside *folder*, one for all shops there. Raises AdvisorError for
    one that cannot be used, as no shop could be diagnosed."""
    above = folder.resolve().parent
    if above not in known:
        known[above] = agency_text(folder)
        with_agency(Settings(), known[above])
    return known[above]


def _named_elsewhere(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The shops whose advisor.toml names folders outside of theirs, with a stamp of those; whoever
    runs the program has to allow that."""
    if not os.environ.get(ALLOWED):
        return
    stamps: dict[Path, str] = {}
    for folder in folders:
        top = folder.resolve()
        places = [place.resolve() for place in _named_folders(folder)]
        elsewhere = [place for place in places if not place.is_relative_to(top)]
        for place in elsewhere:
            stamps.setdefault(place, stamp_of(place))
        if elsewhere:
            yield folder.name, " ".join(stamps[place] for place in elsewhere)


def _named_folders(folder: Path) -> Iterator[Path]:
    """The folders that the advisor.toml in *folder* names; none where it cannot be read."""
    try:
        settings = make_settings(parse_toml(read_text(folder / CONFIG_NAME), where=CONFIG_NAME))
    except AdvisorError:
        return
    for named in (*settings.rules.paths, settings.report.templates):
        if named is not None:
            yield folder / named
