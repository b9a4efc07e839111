"""The child of a portfolio run: `python -m advisor.portfolio.worker`.

It answers one request after another: `block` reads and judges a block of shops and writes its
tables; `plans` writes the plans of some shops. Requests and answers are JSON; results are files.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from advisor.diagnosis import BlockDiagnosis
from advisor.ingest import write_facts, write_outputs
from advisor.judge import choose
from advisor.knowledge import ShopKnowledge
from advisor.model import CONFIG_NAME, Request
from advisor.pipeline import OnDocument, diagnose_many
from advisor.plugin import Registry, load_plugins, serve
from advisor.portfolio.dataset import SHOPS, TABLES, Dataset, empty_tables
from advisor.report import render

if TYPE_CHECKING:
    from advisor.document import Document

SECONDS = 600.0  # for a block


class Worker:
    """What a child keeps between requests: plugins, rules and the engine are loaded once."""

    def __init__(self) -> None:
        self._registries: dict[bool, Registry] = {}
        self._engine = choose()

    def answer(self, message: bytes) -> bytes:
        """The answer to one request."""
        asked = json.loads(message)
        registry = self._registry(isolate=asked["isolate"])
        request = _request(asked)
        folders = [Path(folder) for folder in asked["folders"]]
        dataset = Dataset(Path(asked["out"]))
        if asked["do"] == "block":
            answer = self._block(folders, request, registry, dataset, asked)
        else:
            answer = self._plans(folders, request, registry, dataset, asked["formats"])
        return json.dumps(answer).encode()

    def _registry(self, *, isolate: bool) -> Registry:
        if isolate not in self._registries:
            self._registries[isolate] = load_plugins(isolate=isolate)
        return self._registries[isolate]

    def _block(
        self,
        folders: Sequence[Path],
        request: Request,
        registry: Registry,
        dataset: Dataset,
        asked: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        tables = empty_tables()
        settings: dict[str, str] = {}

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
        outcome = diagnose_many(
            folders,
            request,
            registry,
            self._writer(registry, dataset, asked["formats"]) if plans else None,
            on_block=keep,
            engine=self._engine,
            allow_none=True,
            wanted=lambda folder: folder.name in plans,
        )
        # Whose results are there, and only whose plan could not be made, is told and no row.
        told = [f"{one.id}: {one.problem}" for one in outcome.failed if one.id in settings]
        failed = [
            {"folder": one.id, "problem": one.problem}
            for one in outcome.failed
            if one.id not in settings
        ]
        tables["shops"].append(_rows(failed))
        frames = {
            name: pl.concat(parts, how="vertical_relaxed").select(*TABLES[name])
            for name, parts in tables.items()
        }
        dataset.write_tables(asked["name"], frames)
        return {"settings": settings, "failures": [*registry.failures(), *told]}

    def _plans(
        self,
        folders: Sequence[Path],
        request: Request,
        registry: Registry,
        dataset: Dataset,
        formats: Sequence[str],
    ) -> Mapping[str, Any]:
        outcome = diagnose_many(
            folders,
            request,
            registry,
            self._writer(registry, dataset, formats),
            engine=self._engine,
            allow_none=True,
        )
        failed = [f"{one.id}: {one.problem}" for one in outcome.failed]
        return {"failures": [*registry.failures(), *failed]}

    def _writer(self, registry: Registry, dataset: Dataset, formats: Sequence[str]) -> OnDocument:
        """What writes the plan of a shop."""

        def write(folder: Path, known: ShopKnowledge, document: "Document") -> None:
            settings = known.request.settings
            files = render(
                document,
                formats or settings.report.formats,
                registry.templates(settings.plugins.allow),
                registry.report_formats(),
                third_party=registry.third_party_templates(),
                failed=registry.faults,
                language=known.language,
            )
            place = dataset.root / "plans" / folder.name
            write_outputs({place / name: text for name, text in files.items()})

        return write


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
                "action": plan.plan.actions[0].planned.action.do if plan.plan.actions else None,
                "engine": f"{shop.engine.name} {shop.engine.version}",
            }
        )
    return _rows(rows)


def _rows(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(SHOPS), **row} for row in rows], schema=SHOPS)


def main() -> None:
    """Answers until the parent says no more."""
    serve(Worker().answer, SECONDS)


if __name__ == "__main__":
    main()
