"""What a portfolio's tables say at a glance: the index, the worst shops, one shop's report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, overload

import attrs
import polars as pl

from advisor.diagnosis import Shop, diagnose_block
from advisor.document import SCHEMA_VERSION, Document, rounded_money
from advisor.errors import AdvisorError, unknown
from advisor.knowledge import Resolver, installed_rules
from advisor.model import (
    CONFIG_NAME,
    SOURCE,
    Language,
    Request,
    Unit,
    frozen,
    make_settings,
    parse_toml,
    text,
)
from advisor.pipeline import Memory
from advisor.plugin import Registry, own_version
from advisor.portfolio.dataset import Dataset
from advisor.portfolio.history import History
from advisor.portfolio.plans import PlanLink
from advisor.portfolio.summary import Filter, lessons, patterns, rolled_up, summary_table
from advisor.portfolio.worker import facts_request, request_of
from advisor.report import (
    ORDER,
    FailedShop,
    Index,
    Maker,
    Pattern,
    ShopLine,
    make_environment,
    render_index,
    render_index_workbook,
)

_FAILED = ("folder", "problem", "problem_kind")
_SLICE = 1000  # shops whose lines are made together
_OF_LINE = (
    *("shop", "folder", "name", "critical", "stake", "currency", "stake_text", "findings"),
    *("actions", "action", "owner", "tags", "niche", "size", "region", "new", "worse", "lacks"),
)
_NO_PLAN = PlanLink("", page=False)
_MOST_NAMED = 5  # shops of one id, or entries, in a note


def worst_shops(dataset: Dataset, most: int) -> Sequence[str]:
    """The folders of the shops that need attention most, in the order of the index."""
    rows = dataset.table("shops").filter(pl.col("problem").is_null())
    worst = _worst_first(rows).select("folder").head(most).collect(engine="in-memory")
    return worst["folder"].to_list()


def failed_shops(dataset: Dataset, only: Filter | None = None) -> Sequence[FailedShop]:
    """The shops that have no plan, and why; of those that *only* lets through, as the results or
    else their advisor.toml describe them."""
    if only is None:
        rows = dataset.table("shops").filter(pl.col("problem").is_not_null())
        failed = rows.collect(engine="in-memory")
    else:
        failed = only.of(_failed_labels(dataset))
    return [FailedShop(*row) for row in failed.select(*_FAILED).iter_rows()]


def check_filter(dataset: Dataset, only: Filter) -> None:
    """Raises AdvisorError for what *only* asks for and no shop has, with the nearest that some
    have."""
    failed = _failed_labels(dataset)
    shops = pl.concat([dataset.table("shops").collect(engine="in-memory"), failed])
    for name, value in attrs.asdict(only).items():
        column = "tags" if name == "tag" else name
        known = shops.select(pl.col(column)).drop_nulls()
        known = known.explode(column, empty_as_null=True) if name == "tag" else known
        names = sorted(set(known[column].drop_nulls()))
        if value is not None and value not in names:
            raise AdvisorError(unknown(name, value, names), where=f"--{name}")


def _failed_labels(dataset: Dataset) -> pl.DataFrame:
    """The rows of shops that have no plan, described by the results or else by their
    advisor.toml."""
    rows = dataset.table("shops").filter(pl.col("problem").is_not_null())
    failed = rows.collect(engine="in-memory")
    labels = [
        row
        if row["shop"] is not None or (folder := dataset.exports_of(row["folder"])) is None
        else {**row, **_labels(folder)}
        for row in failed.iter_rows(named=True)
    ]
    return pl.DataFrame(labels, schema=failed.schema)


def _labels(folder: Path) -> Mapping[str, Any]:
    """What the advisor.toml in *folder* says of whose shop it is and what it is like; nothing where
    it cannot be read."""
    try:
        profile = (folder / CONFIG_NAME).read_text(encoding="utf-8-sig")
        about = make_settings(parse_toml(profile, where=CONFIG_NAME)).shop
    except (OSError, ValueError, AdvisorError):
        return {}
    labels = {name: getattr(about, name) for name in ("size", "niche", "region", "owner")}
    return {**labels, "tags": list(about.tags)}


def make_index(
    dataset: Dataset,
    registry: Registry,
    today: date,
    *,
    plans: Mapping[str, PlanLink],
    others: Sequence[str] = (),
    only: Filter | None = None,
    whole: bool = False,
) -> tuple[Index, Mapping[str, str | bytes]]:
    """Makes the index of a run, and gives it with its files by name. *plans* says where plans are.
    *others* lie beside the shops and are none. *only* leaves shops out; with *whole* there are
    index.html, also without a page of each shop, and index.xlsx."""
    language = registry.language(dataset.manifest()["options"]["language"] or SOURCE, None)
    shops = summary_table(dataset, only)
    vocabulary = language.translate(registry.vocabulary())
    index = Index(
        SCHEMA_VERSION,
        Maker(own_version(), tuple(sorted(shops["engine"].unique()))),
        today.isoformat(),
        ORDER,
        _Lines(shops, language, plans),
        tuple(sorted(failed_shops(dataset, only), key=lambda shop: shop.id)),
        notes=(*_shared_ids(dataset, only), *_no_shops(others)),
        money=rolled_up(shops, language),
        patterns=_named(patterns(dataset, shops), registry, language),
        lessons=lessons(dataset, shops, vocabulary, language),
    )
    environment, page = (
        make_environment(registry.templates(), suffix, language) for suffix in ("md", "html")
    )
    pages = whole or all(one.page for one in index.shops)
    files: dict[str, str | bytes] = {**render_index(index, environment, page if pages else None)}
    if whole and find_spec("xlsxwriter") is not None:
        files["index.xlsx"] = render_index_workbook(index, language)
    return index, files


def _named(found: Sequence[Pattern], registry: Registry, language: Language) -> tuple[Pattern, ...]:
    """*found* with what each rule checks, in words; rules of the user's own folders keep their
    ids alone."""
    rules = {rule.id: rule for pack in installed_rules(registry).values() for rule in pack}
    return tuple(
        attrs.evolve(one, check=language.translate(rules[one.rule]).says.healthy)
        if one.rule in rules
        else one
        for one in found
    )


@frozen(eq=False)
class ShopReport:
    """What a plan of the shop in *folder* is made of: its *document*, and the *request* and
    *language* that it is for."""

    folder: str
    document: Document
    request: Request
    language: Language


def report_of(
    out: Path | str, shop_id: str, registry: Registry, language: str | None = None
) -> ShopReport:
    """The report of one shop of a run, made from what was kept of it. Raises AdvisorError where its
    facts were not kept."""
    dataset = Dataset(out)
    _, folder = dataset.find(shop_id)
    facts = dataset.facts_of(folder)
    options = dataset.manifest()["options"]
    exports = dataset.exports_of(folder) or Path("facts", folder)
    request = facts_request(request_of(options), facts, exports, dataset.mutes_of(folder))
    if language is not None:
        request = attrs.evolve(request, language=language)
    memory = Memory(partitions=lambda shops: History(dataset.storage, shops), records=False)
    resolver = Resolver(registry)
    shops = memory.with_changes([Shop(resolver.resolve(request), facts.gathered)])
    diagnosed, recalled = memory.recall(diagnose_block(shops, resolver))
    (diagnosis,) = diagnosed.shops
    return ShopReport(folder, recalled.document(diagnosis), request, diagnosis.language)


def _worst_first(shops: pl.LazyFrame) -> pl.LazyFrame:
    """*shops* in the order that ORDER says."""
    rate = pl.when(pl.col("usd_rate") != 0).then("usd_rate").otherwise(1.0)
    in_dollars = pl.col("stake").fill_null(0.0) * rate
    return shops.sort(
        "critical",
        in_dollars,
        "findings",
        "shop",
        descending=[True, True, True, False],
        maintain_order=True,
    )


class _Lines(Sequence[ShopLine]):
    """What the index says of each of *shops*, worst first: a line is made when it is asked for.
    *plans* are linked."""

    def __init__(
        self, shops: pl.DataFrame, language: Language, plans: Mapping[str, PlanLink]
    ) -> None:
        said = [
            _stake(total, currency, language)
            for total, currency in shops.select("total", "currency").iter_rows()
        ]
        self._shops = (
            shops.lazy()
            .with_columns(pl.Series("stake_text", said, pl.String))
            .pipe(_worst_first)
            .select(*_OF_LINE)
            .collect(engine="in-memory")
        )
        self._plans = plans

    def __len__(self) -> int:
        return self._shops.height

    def __iter__(self) -> Iterator[ShopLine]:
        yield from self._made(self._shops, 1)

    @overload
    def __getitem__(self, at: int) -> ShopLine: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ShopLine, ...]: ...
    def __getitem__(self, at: int | slice) -> ShopLine | tuple[ShopLine, ...]:
        ranks = range(len(self))[at]
        if isinstance(ranks, int):
            return next(self._made(self._shops.slice(ranks, 1), ranks + 1))
        rows = self._shops[at]
        return tuple(self._made(rows, ranks.start + 1, ranks.step))

    def _made(self, shops: pl.DataFrame, rank: int, step: int = 1) -> Iterator[ShopLine]:
        rows = (row for part in shops.iter_slices(_SLICE) for row in part.iter_rows(named=True))
        for at, row in zip(count(rank, step), rows, strict=False):
            plan = self._plans.get(row.pop("folder"), _NO_PLAN)
            yield ShopLine(
                rank=at,
                id=row.pop("shop"),
                first=row.pop("action"),
                folder=plan.folder,
                tags=tuple(row.pop("tags") or ()),
                lacks=tuple(row.pop("lacks") or ()),
                page=f"{plan.folder}/plan.html" if plan.page else "",
                **row,
            )


def _stake(
    total: Sequence[Mapping[str, Any]] | None, currency: str | None, language: Language
) -> str | None:
    return _money(total, currency, language) if total else None


def _money(total: Sequence[Mapping[str, Any]], currency: str | None, language: Language) -> str:
    """Each kind of money in words."""
    return " + ".join(
        language.number(rounded_money(gain["mid"]), Unit.MONEY, currency) for gain in total
    )


def _shared_ids(dataset: Dataset, only: Filter | None) -> list[str]:
    shops = dataset.table("shops").filter(pl.col("shop").is_not_null())
    labels = ("shop", "folder", "owner", "niche", "region", "size", "tags")
    found = (
        (only or Filter())
        .of(shops.select(*labels).collect(engine="in-memory"))
        .group_by("shop")
        .agg(pl.col("folder").sort())
        .filter(pl.col("folder").list.len() > 1)
        .sort("shop")
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
