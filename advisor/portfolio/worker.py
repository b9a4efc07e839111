"""The child of a portfolio run: `python -m advisor.portfolio.worker`.

It answers one request after another: `diagnose` reads and judges a block of shops, writes its
tables and the plans that are asked for; `gather` reads it alone. Requests and answers are JSON;
results are files.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from advisor.diagnosis import FAILURES, BlockDiagnosis, Shop
from advisor.errors import AdvisorError, NothingReadable
from advisor.judge import choose
from advisor.knowledge import Resolver, ShopKnowledge, check_profile
from advisor.model import (
    CONFIG_NAME,
    Request,
    Settings,
    make_settings,
    named_settings,
    parse_toml,
    with_agency,
    with_mutes,
    without_folder,
)
from advisor.pipeline import (
    Memory,
    OnDocument,
    Progress,
    Recalled,
    diagnose_many,
    gather_many,
    open_folders,
    own_templates,
)
from advisor.plugin import Failure, Registry, load_plugins, serve
from advisor.portfolio.dataset import SHOPS, TABLES, Dataset, empty_tables
from advisor.portfolio.facts import BlockWriter, Facts, ShopFacts
from advisor.portfolio.history import History, write_partition
from advisor.portfolio.storage import open_storage
from advisor.report import UNREADABLE, FailedShop, render_shop

if TYPE_CHECKING:
    from advisor.document import Document

SECONDS = 600.0  # for a block
_RESOLVED = 2_000  # settings of shops that are kept: memory is not to grow with the portfolio


class Worker:
    """What is kept between requests: plugins, rules and the engine are loaded once. In the process
    of a command it works with the *registry* that is there, and tells its *progress*."""

    def __init__(self, registry: Registry | None = None, progress: Progress | None = None) -> None:
        self._registries = {} if registry is None else dict.fromkeys((False, True), registry)
        self._resolvers: dict[bool, Resolver] = {}
        self._progress = progress
        self._engine = choose()

    def answer(self, message: bytes) -> bytes:
        """The answer to one request of a parent process."""
        return json.dumps(self.work(json.loads(message))).encode()

    def work(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one request."""
        registry = self._registry(isolate=asked["isolate"])
        memory = Memory(records=bool(asked.get("name")))
        if asked["partition"]:
            storage = open_storage(asked["out"])
            memory.partitions = lambda shops: History(storage, shops, asked["name"])
        source = _Source(asked)
        answer = (
            self._gather(asked, source, registry)
            if asked["do"] == "gather"
            else self._diagnose(asked, source, registry, memory)
        )
        return {**answer, "notes": memory.problems}

    def _registry(self, *, isolate: bool) -> Registry:
        if isolate not in self._registries:
            self._registries[isolate] = load_plugins(isolate=isolate)
        return self._registries[isolate]

    def _resolver(self, registry: Registry, *, isolate: bool) -> Resolver:
        """What blocks share of rules, bands and words."""
        known = self._resolvers.get(isolate)
        if known is None or known.size > _RESOLVED:
            known = self._resolvers[isolate] = Resolver(registry)
        return known

    def _gather(
        self, asked: Mapping[str, Any], source: "_Source", registry: Registry
    ) -> Mapping[str, Any]:
        """Reads shops and keeps their facts."""
        failed = gather_many(
            source.folders, request_of(asked), registry, source.open, self._progress
        )
        return {
            "facts": source.written(),
            "problems": {one.id: [one.problem, one.kind] for one in failed},
            "failures": registry.failures(),
        }

    def _diagnose(
        self, asked: Mapping[str, Any], source: "_Source", registry: Registry, memory: Memory
    ) -> Mapping[str, Any]:
        """Writes the tables of a block of shops where it has a name, and the plans that are asked
        for."""
        tables = empty_tables()

        def keep(opened: Sequence[Path], found: BlockDiagnosis, recalled: Recalled) -> None:
            made = {
                "findings": found.findings,
                "actions": found.actions,
                "kpis": found.kpis,
                "outcomes": found.outcomes,
                "shops": _shops(opened, found),
            }
            if recalled.changes is not None:
                made["changes"] = recalled.changes
            # All or none: a block that raises comes again in halves.
            chosen = {name: frame.select(*TABLES[name]) for name, frame in made.items()}
            for name, frame in chosen.items():
                tables[name].append(frame)

        plans, name = asked["plans"], asked["name"]
        written: dict[str, list[str]] = {}
        failed = diagnose_many(
            source.folders,
            request_of(asked),
            registry,
            _writer(registry, asked, written) if plans else None,
            on_block=keep if name else None,
            engine=self._engine,
            memory=memory,
            progress=self._progress,
            wanted=lambda folder: folder.name in plans,
            opener=source.open,
            resolver=self._resolver(registry, isolate=asked["isolate"]),
        )
        facts = source.written()
        if not name:
            lines = [f"{one.id}: {one.problem}" for one in failed]
            failures = [*registry.failures(), *lines]
            return {"facts": facts, "plans": written, "failures": failures}
        frames = {
            name: pl.concat(parts, how="vertical_relaxed").select(*TABLES[name])
            for name, parts in tables.items()
        }
        blocks = {**{Path(one["folder"]).name: one["block"] for one in asked["shops"]}, **facts}
        kept = pl.col("folder").replace_strict(blocks, default=None, return_dtype=pl.String)
        frames["shops"] = _with_problems(frames["shops"].with_columns(facts=kept), failed)
        dataset = Dataset(asked["out"])
        dataset.write_tables(name, frames)
        if asked["partition"]:
            try:
                write_partition(dataset.storage, asked["partition"], name, memory.kept)
            except AdvisorError as error:
                memory.problems.append(f"this run is not in the history: {error}")
        return {"facts": facts, "plans": written, "failures": registry.failures()}


class _Source:
    """Where the shops of a request are read: from what was kept of them where their files are still
    the same, else from their exports, which are kept then."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self.folders = [Path(one["folder"]) for one in asked["shops"]]
        self._asked = {Path(one["folder"]).name: one for one in asked["shops"]}
        self._known = Facts(asked["facts_from"])
        self._cache: dict[str, Mapping[str, ShopFacts]] = {}
        self._writer = (
            BlockWriter(Facts(asked["facts_to"]), asked["facts_name"])
            if asked["facts_to"]
            else None
        )

    def open(
        self, folders: Iterable[Path], request: Request, resolver: Resolver
    ) -> Iterator[Shop | Failure]:
        """Reads shops."""
        asked: deque[Path] = deque()
        kept: dict[Path, Shop | Failure] = {}

        def exports() -> Iterator[Path]:
            for folder in folders:
                asked.append(folder)
                if self._is_to_be_read(folder):
                    yield folder
                else:
                    kept[folder] = self._known_shop(folder, request, resolver)

        for shop in open_folders(exports(), request, resolver, self._with_mutes):
            while asked[0] in kept:
                yield kept.pop(asked.popleft())
            self._keep(asked.popleft(), shop)
            yield shop
        while asked:
            yield kept.pop(asked.popleft())

    def _with_mutes(self, folder: Path, settings: Settings) -> Settings:
        return with_mutes(settings, self._asked[folder.name]["mutes"])

    def _is_to_be_read(self, folder: Path) -> bool:
        one = self._asked[folder.name]
        return one["problem"] is None and one["block"] is None

    def _known_shop(self, folder: Path, request: Request, resolver: Resolver) -> Shop | Failure:
        one = self._asked[folder.name]
        if one["problem"] is not None:
            failed = NothingReadable if one["problem_kind"] == UNREADABLE else AdvisorError
            return Failure(failed(one["problem"]))
        try:
            return self._kept(folder, one, request, resolver)
        except FAILURES as error:
            return Failure(error)

    def _keep(self, folder: Path, shop: Shop | Failure) -> None:
        """Keeps the facts of a shop that was read."""
        if self._writer is None or isinstance(shop, Failure):
            return
        # What a plugin failed on may be read another time.
        stamp = "" if shop.gathered.faults else self._asked[folder.name]["stamp"]
        self._writer.add(ShopFacts(folder.name, stamp, _profile(folder), shop.gathered))

    def _kept(
        self, folder: Path, one: Mapping[str, Any], request: Request, resolver: Resolver
    ) -> Shop:
        block = one["block"]
        if block not in self._cache:
            names = [name for name, other in self._asked.items() if other["block"] == block]
            self._cache[block] = self._known.read(block, names)
        facts = self._cache[block].get(folder.name)
        if facts is None:
            raise AdvisorError("its facts are damaged", hint="gather it again")
        facts = attrs.evolve(facts, agency=one["agency"])
        own = facts_request(request, facts, folder, one["mutes"])
        check_profile(own, resolver.registry)
        return Shop(resolver.resolve(own), facts.gathered)

    def written(self) -> Mapping[str, str]:
        """The blocks of what was read now, by folder."""
        if self._writer is None:
            return {}
        self._writer.flush()
        return self._writer.blocks


def facts_request(
    request: Request, facts: ShopFacts, folder: Path, mutes: str | None = None
) -> Request:
    """*request* of a shop whose facts were kept, with what is muted in the results. Raises
    AdvisorError where its advisor.toml names folders that are not there."""
    own = make_settings(parse_toml(facts.settings, where=CONFIG_NAME))
    settings = named_settings(with_mutes(with_agency(own, facts.agency), mutes), folder.name)
    config = folder / CONFIG_NAME
    if not config.is_file():
        return attrs.evolve(request, settings=without_folder(settings))
    return attrs.evolve(request, settings=settings, config=config)


def _writer(
    registry: Registry, asked: Mapping[str, Any], written: dict[str, list[str]]
) -> OnDocument:
    """What writes the plan of a shop and adds its files to those *written*."""
    formats, plans = asked["formats"], asked["plans"]

    def write(folder: Path, known: ShopKnowledge, document: "Document") -> None:
        settings = known.request.settings
        files = render_shop(
            document,
            formats or settings.report.formats,
            registry,
            own_templates(known.request),
            allow=settings.plugins.allow,
            isolate=asked["isolate"],
            language=known.language,
        )
        open_storage(plans[folder.name]).write(files)
        written[folder.name] = sorted(files)

    return write


def request_of(asked: Mapping[str, Any]) -> Request:
    """The request that the options of a run make, without a shop."""
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
                "kinds": sorted({one.title for one in shop.gathered.readings}),
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
