"""A shop from a small table: what an export would have said, in a few rows of counts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs
import polars as pl

from advisor.errors import Mistakes
from advisor.knowledge import check_names
from advisor.model import (
    WINDOW_DAYS,
    File,
    GoalSection,
    Grain,
    Links,
    OwnBand,
    Period,
    Reading,
    Settings,
    ShopSection,
    Table,
    Vocabulary,
    before,
    frozen,
    impossible,
)
from advisor.plugin import Derived, Registry
from advisor.testing.installed import registry_with, with_given
from advisor.testing.rows import Row, read_rows

TODAY = date(2026, 1, 29)
Rows = Mapping[str, object] | Sequence[Mapping[str, object]] | pl.DataFrame
_FAMILY = "testing"
_WHERE = "shop(...)"
_FILE = "the shop of a test"


@frozen(eq=False)
class Shop:
    """A shop of a test. *rows* are its subjects by kind; *today* is the day of the run, the window
    the 28 days before it."""

    settings: Settings
    rows: Mapping[str, tuple[Row, ...]]
    links: Mapping[str, tuple[tuple[str, str], ...]] = attrs.field(factory=dict)
    today: date = TODAY
    plugins: tuple[object, ...] = ()

    @property
    def window(self) -> Period:
        """The days that are judged."""
        return Period(self.today - timedelta(days=WINDOW_DAYS), self.today - timedelta(days=1))

    @property
    def registry(self) -> Registry:
        """The plugins, with the symbols and metrics that the rows give."""
        return with_given(registry_with(self.plugins), tuple(self._given()))

    @property
    def vocabulary(self) -> Vocabulary:
        return registry_with(self.plugins).vocabulary()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The shop as a provider would have read it: what a plugin's `advisor_metrics` gets."""
        tables = tuple(self._table(kind, rows) for kind, rows in self.rows.items() if rows)
        if not tables:
            return ()
        digest = hashlib.sha256(repr((self.rows, self.links)).encode()).hexdigest()
        return (
            Reading(
                file=File(Path(_FILE), _FILE, 0, digest),
                provider="testing",
                kind="testing",
                title="a table of a test",
                tables=tables,
                rows=sum(map(len, self.rows.values())),
                links=tuple(_links(relation, pairs) for relation, pairs in self.links.items()),
                period=self.window,
                currency=self.settings.shop.currency,
            ),
        )

    def _table(self, kind: str, rows: Sequence[Row]) -> Table:
        parents = sorted({parent for row in rows for parent in row.parents})
        counts = sorted({count for row in rows for count in (*row.counts, *row.before)})
        current, earlier = self.window, before(self.window)
        told: list[dict[str, object]] = []
        for number, row in enumerate(rows, start=1):
            for period, values in ((current, row.counts), (earlier, row.before)):
                if period is current or values:
                    told.append(
                        {"key": row.key, "name": row.name, "_row": number}
                        | {f"parent.{parent}": row.parents.get(parent) for parent in parents}
                        | {"from": period.first, "to": period.last}
                        | {"currency": self.settings.shop.currency}
                        | {count: values.get(count) for count in counts}
                    )
        schema: dict[str, type[pl.DataType]] = {"key": pl.String, "name": pl.String}
        schema |= {"_row": pl.UInt32} | {f"parent.{parent}": pl.String for parent in parents}
        schema |= {"from": pl.Date, "to": pl.Date, "currency": pl.String}
        schema |= dict.fromkeys(counts, pl.Float64)
        return Table(kind, _FAMILY, Grain.PERIOD, pl.DataFrame(told, schema=schema))

    def _given(self) -> Iterable[Derived]:
        for kind, rows in self.rows.items():
            told = [row for row in rows if row.symbols or row.metrics]
            if not told:
                continue
            symbols = sorted({name for row in told for name in row.symbols})
            metrics = sorted({name for row in told for name in row.metrics})
            columns: dict[str, list[object]] = {
                "shop": [self.settings.shop.id for _ in told],
                "key": [row.key for row in told],
            }
            columns |= {name: [row.symbols.get(name) for row in told] for name in symbols}
            none = (None, None, None, None)
            for name in metrics:
                for part, end in enumerate(("", ".lo", ".hi", ".n")):
                    columns[name + end] = [row.metrics.get(name, none)[part] for row in told]
            texts = ("shop", "key", *symbols)
            schema = {name: pl.String if name in texts else pl.Float64 for name in columns}
            yield Derived(kind, pl.DataFrame(columns, schema=schema))


def shop(
    subjects: Mapping[str, Rows] | None = None,
    /,
    *,
    name: str = "",
    size: str | None = None,
    niche: str | None = None,
    region: str | None = None,
    currency: str | None = "USD",
    usd_rate: float | None = None,
    margin: float | None = None,
    goal: str | None = None,
    bands: Mapping[str, tuple[float | None, float | None]] | None = None,
    links: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    plugins: Sequence[object] = (),
    today: date = TODAY,
) -> Shop:
    """A shop with these *subjects*: rows by kind of subject, a dictionary or a Polars row each.

    A row has a `name` (and a `key`, else the name is the key), and counts of the 28 days before
    *today*; a count that is not named, or None, is missing. `before` holds the counts of the 28
    days before those. The id of a kind names the subject of that kind that it belongs to
    (`"campaign": "Autumn"`). A symbol has one of its words, a derived metric a number, or value,
    low, high and perhaps events. *links* join subjects by relation, as pairs of names.

        shop({"ad": [{"name": "Spring haul", "impressions": 90_000, "clicks": 400}]}, size="small")

    *bands* are the shop's own, low and high by metric. *plugins* (modules or objects with hooks)
    are used beside those that are installed. Raises Mistakes with every name that no plugin knows.
    """
    registry = registry_with(tuple(plugins))
    vocabulary = registry.vocabulary()
    settings = Settings(
        shop=ShopSection(
            id="shop",
            name=name,
            size=size,
            niche=niche,
            region=region,
            currency=currency,
            usd_rate=usd_rate,
            margin=margin,
        ),
        goal=GoalSection(focus=goal),
        bands={metric: OwnBand(*edges) for metric, edges in (bands or {}).items()},
    )
    wrong = impossible(settings.shop)
    try:
        check_names(settings, vocabulary, where=_WHERE)
    except Mistakes as error:
        wrong += error.mistakes
    tables = {kind: _listed(rows) for kind, rows in (subjects or {}).items()}
    read, mistakes = read_rows(tables, vocabulary)
    pairs, unlinked = _joined(links or {}, read, vocabulary)
    wrong += [*mistakes, *unlinked]
    if wrong:
        raise Mistakes(wrong, where=_WHERE)
    return Shop(settings, read, pairs, today, tuple(plugins))


def _listed(rows: Rows) -> Sequence[Mapping[str, object]]:
    if isinstance(rows, pl.DataFrame):
        return rows.to_dicts()
    return [rows] if isinstance(rows, Mapping) else rows


def _joined(
    links: Mapping[str, Sequence[tuple[str, str]]],
    rows: Mapping[str, Sequence[Row]],
    vocabulary: Vocabulary,
) -> tuple[dict[str, tuple[tuple[str, str], ...]], list[str]]:
    from advisor.errors import unknown

    found: dict[str, tuple[tuple[str, str], ...]] = {}
    wrong: list[str] = []
    for name, pairs in links.items():
        relation = vocabulary.relations.get(name)
        if relation is None:
            wrong.append(f"links: {unknown('relation', name, vocabulary.relations)}")
            continue
        ends = [
            {word: row.key for row in rows.get(kind, ()) for word in (row.name, row.key)}
            for kind in (relation.from_, relation.to)
        ]
        wrong += [
            f"links.{name}: {unknown('subject', word, known)}"
            for pair in pairs
            for word, known in zip(pair, ends, strict=True)
            if word not in known
        ]
        found[name] = tuple(
            (ends[0].get(one, one), ends[1].get(other, other)) for one, other in pairs
        )
    return found, wrong


def _links(relation: str, pairs: Sequence[tuple[str, str]]) -> Links:
    schema = {"from": pl.String, "to": pl.String}
    return Links(relation, pl.DataFrame(list(pairs), schema=schema, orient="row"))
