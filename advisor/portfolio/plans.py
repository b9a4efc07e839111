"""Where the plans of a run wait until all of it is there, and how they come to count.

In a folder they wait in a pending set (advisor.ingest), which is put in place with the index and
the manifest; what a former run wrote and this one did not is removed then. A store has no renames:
plans and index lie where no other run writes, and count once the manifest names them.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import attrs

from advisor.ingest import PendingSet
from advisor.model import frozen
from advisor.portfolio.dataset import DIGEST, MANIFEST, NAME, Dataset

PLANS, INDEX = "plans", "index"
_PLANS = re.compile(rf"{NAME}/[^/]+/[^/]+")
_INDEX = re.compile(rf"[0-9a-f]{{{DIGEST}}}/[^/]+")


@frozen
class Plan:
    """The *files* of a shop's plan, in the folder of this *name* among those of its block, *of* a
    name that no plans made of anything else have."""

    name: str
    of: str
    files: tuple[str, ...]


@frozen
class PlanLink:
    """Where a shop's plan is, seen from the index, and whether it has a *page*."""

    folder: str
    page: bool


class PlanPlace(Protocol):
    """Takes the plans of a run."""

    def at(self, of: str, name: str) -> str:
        """The folder into which a plan is written."""

    def begin(self, of: Collection[str]) -> None:
        """Drops what waits here and is not of these."""

    def still_there(
        self, of: str, names: Collection[str], written: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Plan]:
        """The plans of *names* that former runs wrote; *written* is what a finished block says."""

    def links(self, plans: Mapping[str, Plan]) -> Mapping[str, PlanLink]:
        """Where the index finds the plans."""

    def refused(self, plans: Mapping[str, Plan]) -> Mapping[str, str]:
        """The plans that cannot be put in place, and why."""

    def publish(
        self, draft: Dataset, plans: Mapping[str, Plan], reports: Mapping[str, str | bytes]
    ) -> tuple[str, ...]:
        """Puts plans, reports and the manifest in place. Gives where the reports are."""


def plan_place(dataset: Dataset, top: Path | None, stack: ExitStack) -> PlanPlace:
    """Where the plans of a run into *dataset* wait, until *stack* is closed; each goes into a
    folder of its name in *top*, or in the results."""
    if top is None and dataset.folder is None:
        return _StorePlans(dataset, dataset.storage.version(MANIFEST))
    pending = stack.enter_context(PendingSet(top or dataset.folder or Path()))
    if top is not None:
        stack.callback(pending.discard)  # without results to go on with, all is done again
    return _FolderPlans(dataset, pending, inside="" if top else PLANS)


@attrs.define(eq=False)
class _FolderPlans:
    """Plans that wait in a *pending* set, and go *inside* its folder."""

    _dataset: Dataset
    _pending: PendingSet
    _inside: str

    def _final(self, name: str) -> Path:
        return self._pending.folder / self._inside / name

    def at(self, of: str, name: str) -> str:
        final = self._final(name)
        # Where nothing may be written, trying to costs that shop its plan, and no other.
        refused = final.exists() and not (final.is_dir() and os.access(final, os.W_OK))
        return str(final if refused else self._pending.place / of / name)

    def begin(self, of: Collection[str]) -> None:
        self._pending.keep(of)

    def still_there(
        self, of: str, names: Collection[str], written: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Plan]:
        del written  # by this or a run that was killed: it is there, or not
        former: Mapping[str, Any] = self._dataset.former().get(PLANS, {})
        found = {}
        for name in names:
            waiting = self._pending.place / of / name
            known = former.get(name)
            files = sorted(one.name for one in waiting.iterdir()) if waiting.is_dir() else ()
            if files and not any(file.startswith(".") for file in files):  # else begun
                found[name] = Plan(name, of, tuple(files))
            elif (
                known is not None
                and known["of"] == of
                and all((self._final(name) / file).is_file() for file in known["files"])
            ):
                found[name] = Plan(name, of, tuple(known["files"]))
        return found

    def links(self, plans: Mapping[str, Plan]) -> Mapping[str, PlanLink]:
        inside = f"{self._inside}/" if self._inside else ""
        return {
            name: PlanLink(f"{inside}{name}", "plan.html" in plan.files)
            for name, plan in plans.items()
        }

    def refused(self, plans: Mapping[str, Plan]) -> Mapping[str, str]:
        return {
            name: f"cannot be written: {file} is a folder"
            for name, plan in plans.items()
            for file in plan.files
            if (self._final(name) / file).is_dir()
        }

    def publish(
        self, draft: Dataset, plans: Mapping[str, Plan], reports: Mapping[str, str | bytes]
    ) -> tuple[str, ...]:
        former: Mapping[str, Any] = self._dataset.former().get(PLANS, {})
        for name, plan in plans.items():
            waiting = self._pending.place / plan.of / name
            if waiting.is_dir():
                target = self._pending.place / self._inside / name
                target.parent.mkdir(parents=True, exist_ok=True)
                waiting.rename(target)
        self._pending.keep([self._inside] if self._inside else plans)
        if self._inside:
            self._dataset.publish({**draft.manifest(), **_named(plans)}, self._pending, reports)
            self._remove(former, plans)
        else:
            self._pending.commit(reports)
            self._dataset.publish({**draft.manifest(), **_named(plans)})
        return tuple(str(self._pending.folder / name) for name in reports)

    def _remove(self, former: Mapping[str, Any], plans: Mapping[str, Plan]) -> None:
        """Removes the files of *former* plans that are none of this run."""
        for name, known in former.items():
            kept = plans[name].files if name in plans else ()
            with contextlib.suppress(OSError):
                for file in set(known["files"]) - set(kept):
                    (self._final(name) / file).unlink(missing_ok=True)
                if not kept:
                    self._final(name).rmdir()  # unless the user keeps something there


@attrs.define(eq=False)
class _StorePlans:
    """Plans in a store, each below the name that it is of. The manifest is to stay what it is in
    this *version*: no run in a store can keep others out."""

    _dataset: Dataset
    _version: Any

    def at(self, of: str, name: str) -> str:
        return self._dataset.storage.at(f"{PLANS}/{of}/{name}")

    def begin(self, of: Collection[str]) -> None:
        del of  # what no manifest names shows to nobody

    def still_there(
        self, of: str, names: Collection[str], written: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Plan]:
        former: Mapping[str, Any] = self._dataset.former().get(PLANS, {})
        known = {name: one["files"] for name, one in former.items() if one["of"] == of}
        found = {**known, **written}
        return {name: Plan(name, of, tuple(found[name])) for name in names if name in found}

    def links(self, plans: Mapping[str, Plan]) -> Mapping[str, PlanLink]:
        return {
            name: PlanLink(f"../../{PLANS}/{plan.of}/{name}", "plan.html" in plan.files)
            for name, plan in plans.items()
        }

    def refused(self, plans: Mapping[str, Plan]) -> Mapping[str, str]:
        del plans  # nothing is in the way in a store
        return {}

    def publish(
        self, draft: Dataset, plans: Mapping[str, Plan], reports: Mapping[str, str | bytes]
    ) -> tuple[str, ...]:
        storage = self._dataset.storage
        digest = hashlib.sha256()
        for name, content in reports.items():
            made = content.encode() if isinstance(content, str) else content
            digest.update(name.encode() + b"\0" + made)
        index = f"{INDEX}/{digest.hexdigest()[:DIGEST]}" if reports else None
        storage.write({f"{index}/{name}": content for name, content in reports.items()})
        manifest = {**draft.manifest(), **_named(plans), INDEX: index}
        self._dataset.publish(manifest, version=self._version)
        used = {f"{plan.of}/{plan.name}/{file}" for plan in plans.values() for file in plan.files}
        storage.clean(PLANS, _PLANS, used.__contains__)
        storage.clean(INDEX, _INDEX, lambda name: f"{INDEX}/{name}".startswith(f"{index}/"))
        return tuple(storage.at(f"{index}/{name}") for name in reports)


def _named(plans: Mapping[str, Plan]) -> Mapping[str, Any]:
    """What the manifest says of plans."""
    return {PLANS: {name: {"of": one.of, "files": one.files} for name, one in plans.items()}}


def linked(dataset: Dataset, place: Path) -> Mapping[str, PlanLink]:
    """The plans of a finished run, seen from the folder *place*."""
    plans: Mapping[str, Any] = dataset.manifest()[PLANS]
    folder = dataset.folder
    if folder is None:
        top = {name: dataset.storage.at(f"{PLANS}/{one['of']}") for name, one in plans.items()}
    else:
        top = dict.fromkeys(plans, Path(os.path.relpath(folder / PLANS, place)).as_posix())
    return {
        name: PlanLink(f"{top[name]}/{name}", "plan.html" in one["files"])
        for name, one in plans.items()
    }
