"""The child of a portfolio run: `python -m advisor.portfolio.worker`.

It answers one request after another: `block` reads and judges a block of shops and writes its
tables; `plans` writes the plans of some shops. Requests and answers are JSON; results are files.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from advisor.diagnosis import BlockDiagnosis
from advisor.ingest import write_facts, write_outputs
from advisor.judge import choose
from advisor.knowledge import ShopKnowledge
from advisor.model import CONFIG_NAME, Request
from advisor.pipeline import (
    Memory,
    OnDocument,
    Progress,
    diagnose_many,
    own_templates,
)
from advisor.plugin import Registry, load_plugins, serve
from advisor.portfolio.dataset import CHANGES, SHOPS, TABLES, Dataset, empty_tables
from advisor.report import FailedShop, render

if TYPE_CHECKING:
    from advisor.document import Document

SECONDS = 600.0  # for a block


class Worker:
    """What is kept between requests: plugins, rules and the engine are loaded once. In the process
    of a command it works with the *registry* that is there, and tells its *progress*."""

    def __init__(self, registry: Registry | None = None, progress: Progress | None = None) -> None:
        self._registries = {} if registry is None else dict.fromkeys((False, True), registry)
        self._progress = progress
        self._engine = choose()

    def answer(self, message: bytes) -> bytes:
        """The answer to one request of a parent process."""
        return json.dumps(self.work(json.loads(message))).encode()

    def work(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one request."""
        registry = self._registry(isolate=asked["isolate"])
        memory = Memory()
        work = self._block if asked["do"] == "block" else self._plans
        answer = work(asked, registry, memory)
        return {**answer, "notes": memory.problems}

    def _registry(self, *, isolate: bool) -> Registry:
        if isolate not in self._registries:
            self._registries[isolate] = load_plugins(isolate=isolate)
        return self._registries[isolate]

    def _block(
        self, asked: Mapping[str, Any], registry: Registry, memory: Memory
    ) -> Mapping[str, Any]:
        dataset = Dataset(Path(asked["out"]))
        tables = empty_tables()
        settings: dict[str, str] = {}
        changes: list[Mapping[str, Any]] = []

        def keep(opened: Sequence[Path], found: BlockDiagnosis) -> None:
            made = {
                "findings": found.findings,
                "actions": found.actions,
                "kpis": found.kpis,
                "outcomes": found.outcomes,
                "shops": _shops(opened, found),
            }
            if asked["facts"]:
                for folder, shop in zip(opened, found.shops, strict=True):
                    write_facts(dataset.facts(folder.name), shop.gathered)
            for name, frame in made.items():
                tables[name].append(frame)
            settings.update((one.name, _profile(one)) for one in opened)

        plans = set(asked["plans"])
        failed = diagnose_many(
            [Path(folder) for folder in asked["folders"]],
            _request(asked),
            registry,
            _writer(registry, asked, changes) if plans else None,
            on_block=keep,
            engine=self._engine,
            memory=memory,
            progress=self._progress,
            wanted=lambda folder: folder.name in plans,
        )
        tables["changes"].append(pl.DataFrame(changes, schema=CHANGES))
        frames = {
            name: pl.concat(parts, how="vertical_relaxed").select(*TABLES[name])
            for name, parts in tables.items()
        }
        frames["shops"] = _with_problems(frames["shops"], failed)
        dataset.write_tables(asked["name"], frames)
        return {"settings": settings, "failures": registry.failures()}

    def _plans(
        self, asked: Mapping[str, Any], registry: Registry, memory: Memory
    ) -> Mapping[str, Any]:
        failed = diagnose_many(
            [Path(folder) for folder in asked["folders"]],
            _request(asked),
            registry,
            _writer(registry, asked, []),
            engine=self._engine,
            memory=memory,
            progress=self._progress,
        )
        lines = [f"{one.id}: {one.problem}" for one in failed]
        return {"failures": [*registry.failures(), *lines]}


def _writer(
    registry: Registry, asked: Mapping[str, Any], changes: list[Mapping[str, Any]]
) -> OnDocument:
    """What writes the plan of a shop, and adds to *changes* those since its run before."""
    top, formats = Path(asked["top"]), asked["formats"]

    def write(folder: Path, known: ShopKnowledge, document: "Document") -> None:
        settings = known.request.settings
        files = render(
            document,
            formats or settings.report.formats,
            [*own_templates(known.request), *registry.templates(settings.plugins.allow)],
            registry.report_formats(),
            third_party=registry.third_party_templates(),
            failed=registry.faults,
            language=known.language,
        )
        write_outputs({top / folder.name / name: text for name, text in files.items()})
        changes.extend(_changes(document))

    return write


def _changes(document: "Document") -> Iterator[Mapping[str, Any]]:
    if document.since is None:
        return
    for one in document.since.findings:
        about = one.subject
        yield {
            "shop": document.shop.id,
            "id": one.id,
            "rule": one.rule,
            "severity": one.severity,
            "kind": about.kind,
            "key": about.key,
            "name": about.name,
            "change": one.change,
            "reason": one.reason,
        }


def _request(asked: Mapping[str, Any]) -> Request:
    return Request(
        paths=(),
        today=date.fromisoformat(asked["today"]),
        goal=asked["goal"],
        size=asked["size"],
        niche=asked["niche"],
        first=_day(asked["first"]),
        last=_day(asked["last"]),
        month=asked["month"],
        rules=tuple(map(Path, asked["rules"])),
        language=asked["language"],
        history=asked["history"],
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _profile(folder: Path) -> str:
    return (folder / CONFIG_NAME).read_text(encoding="utf-8-sig")


def _shops(folders: Sequence[Path], found: BlockDiagnosis) -> pl.DataFrame:
    """A row for each shop of a block."""
    rows = []
    for folder, shop in zip(folders, found.shops, strict=True):
        plan, business, window = shop.plan, shop.business, shop.window.current
        severities = [finding.rule.severity.value for finding in plan.findings]
        about = shop.request.settings.shop
        rows.append(
            {
                "shop": shop.id,
                "folder": folder.name,
                "name": about.name or shop.id,
                "currency": business.currency,
                "usd_rate": business.usd_rate,
                "size": about.size,
                "niche": about.niche,
                "region": about.region,
                "owner": about.owner,
                "tags": list(about.tags),
                "first": window.first if window else None,
                "last": window.last if window else None,
                "critical": severities.count("critical"),
                "findings": len(severities),
                "actions": len(plan.plan.actions),
                "stake": sum(gain.mid for gain in plan.plan.total) if plan.plan.total else None,
                "total": [attrs.asdict(gain) for gain in plan.plan.total],
                "action": plan.plan.actions[0].planned.action.do if plan.plan.actions else None,
                "engine": f"{shop.engine.name} {shop.engine.version}",
            }
        )
    return _rows(rows)


def _with_problems(shops: pl.DataFrame, failed: Sequence[FailedShop]) -> pl.DataFrame:
    """*shops* with a row for each that *failed*: a new one, or the one that its results gave it."""
    rows = [{"folder": one.id, "problem": one.problem, "problem_kind": one.kind} for one in failed]
    schema = {name: SHOPS[name] for name in ("folder", "problem", "problem_kind")}
    problems = pl.DataFrame(rows, schema=schema)
    whole = shops.drop("problem", "problem_kind").join(
        problems, on="folder", how="full", coalesce=True, maintain_order="left_right"
    )
    return whole.select(*SHOPS)


def _rows(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(SHOPS), **row} for row in rows], schema=SHOPS)


def main() -> None:
    """Answers until the parent says no more."""
    serve(Worker().answer, SECONDS)


if __name__ == "__main__":
    main()
