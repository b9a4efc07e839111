"""What a portfolio's tables say at a glance: the index, the worst shops, one shop's report."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.diagnosis import diagnose_gathered
from advisor.document import Document, rounded_money
from advisor.ingest import write_outputs
from advisor.model import (
    CONFIG_NAME,
    ENGLISH,
    SOURCE,
    Language,
    Settings,
    Unit,
    text,
)
from advisor.pipeline import Memory
from advisor.plugin import Registry, own_version
from advisor.portfolio.dataset import Dataset
from advisor.portfolio.history import History
from advisor.portfolio.worker import facts_request, request_of
from advisor.report import (
    FailedShop,
    Index,
    ShopLine,
    ShopSummary,
    make_environment,
    make_index,
    render_index,
)

_MOST_NAMED = 5  # shops of one id, or entries, in a note


def worst_shops(dataset: Dataset, most: int) -> Sequence[str]:
    """The folders of the shops that need attention most, in the order of the index."""
    ordered = sorted(_summaries(dataset, ENGLISH), key=lambda one: one.badness)
    return [one.line.folder for one in ordered[:most]]


def failed_shops(dataset: Dataset) -> Sequence[FailedShop]:
    """The shops that have no plan, and why."""
    rows = dataset.table("shops").filter(pl.col("problem").is_not_null())
    named = rows.select("folder", "problem", "problem_kind").collect(engine="in-memory")
    return [FailedShop(*row) for row in named.iter_rows()]


def write_index(
    dataset: Dataset,
    registry: Registry,
    today: date,
    *,
    place: Path,
    plans: Path,
    others: Sequence[str] = (),
) -> tuple[Index, Sequence[Path]]:
    """Writes the index of a run into the folder *place*, and gives it with its files. *plans* holds
    the folders of the plans. *others* lie beside the shops and are none."""
    language = registry.language(dataset.manifest()["options"]["language"] or SOURCE, None)
    summaries = _summaries(dataset, language)
    pages = all((plans / one.line.folder / "plan.html").is_file() for one in summaries)
    index = make_index(
        summaries,
        version=own_version(),
        today=today.isoformat(),
        failed=failed_shops(dataset),
        notes=[*_shared_ids(dataset), *_no_shops(others)],
    )
    environment, page = (
        make_environment(registry.templates(), suffix, language) for suffix in ("md", "html")
    )
    files = render_index(index, environment, page if pages else None)
    outputs = {place / name: made for name, made in files.items()}
    write_outputs(outputs)
    return index, list(outputs)


def report_of(
    out: Path, shop_id: str, registry: Registry, language: str | None = None
) -> tuple[Document, Settings, Language]:
    """The document of one shop of a run, made from what was kept of it, its settings and its
    language. Raises AdvisorError where its facts were not kept."""
    dataset = Dataset(out)
    _, folder = dataset.find(shop_id)
    manifest = dataset.manifest()
    facts = dataset.facts.shop(folder)
    request = facts_request(
        request_of(manifest["options"]), facts, out / (manifest["shops"] or "facts") / folder
    )
    if language is not None:
        request = attrs.evolve(request, language=language)
    diagnosis = diagnose_gathered(facts.gathered, request, registry)
    memory = Memory(partitions=lambda shops: History(dataset.history, shops), records=False)
    document, _ = memory.compose(diagnosis, memory.past([diagnosis]))
    return document, request.settings, diagnosis.language


def _summaries(dataset: Dataset, language: Language) -> list[ShopSummary]:
    """What the index needs of each shop that has a plan."""
    rows = dataset.table("shops").filter(pl.col("problem").is_null()).collect(engine="in-memory")
    return [_summary(row, language) for row in rows.iter_rows(named=True)]


def _summary(row: Mapping[str, Any], language: Language) -> ShopSummary:
    stake, currency = row["stake"], row["currency"]
    in_dollars = (stake or 0.0) * (row["usd_rate"] or 1.0)
    line = ShopLine(
        rank=0,
        id=row["shop"],
        name=row["name"],
        critical=row["critical"],
        stake=stake,
        currency=currency,
        stake_text=None if stake is None else _money(row["total"], currency, language),
        findings=row["findings"],
        actions=row["actions"],
        first=row["action"],
        folder=row["folder"],
    )
    badness = (-row["critical"], -in_dollars, -row["findings"], row["shop"])
    return ShopSummary(line, badness, row["engine"])


def _money(total: Sequence[Mapping[str, Any]], currency: str | None, language: Language) -> str:
    """Each kind of money in words."""
    return " + ".join(
        language.number(rounded_money(gain["mid"]), Unit.MONEY, currency) for gain in total
    )


def _shared_ids(dataset: Dataset) -> list[str]:
    found = (
        dataset.table("shops")
        .filter(pl.col("shop").is_not_null())
        .group_by("shop")
        .agg(pl.col("folder").sort())
        .filter(pl.col("folder").list.len() > 1)
        .sort("shop")
        .collect(engine="in-memory")
    )
    return [
        f"{text.listed(folders, _MOST_NAMED)} have the same id {shop!r}: give each its own in "
        f"{CONFIG_NAME}"
        for shop, folders in found.iter_rows()
    ]


def _no_shops(others: Sequence[str]) -> list[str]:
    if not others:
        return []
    named = text.listed(others, _MOST_NAMED)
    return [f"not a shop, because there is no {CONFIG_NAME} in it: {named}"]
