"""What an agency expects of its shops: `[[expect]]` tables.

```toml
[[expect]]
tags     = ["beauty"]   # shops with one of these; all without it
metric   = "roas"
at-least = 2.0
```
"""

import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from advisor.errors import AdvisorError, Mistakes, unknown
from advisor.model import frozen, parse_toml, structure


@frozen
class Expectation:
    """A *metric* that lies within limits in the shops with one of *tags*."""

    metric: str
    tags: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None

    def is_of(self, tags: Collection[str]) -> bool:
        """Whether a shop with these *tags* is meant."""
        return not self.tags or any(tag in self.tags for tag in tags)

    def broken(self, value: float) -> bool:
        """Whether *value* lies outside."""
        low = self.at_least is not None and value < self.at_least
        return low or (self.at_most is not None and value > self.at_most)

    def broken_in(self, kpis: pl.LazyFrame, shops: pl.LazyFrame) -> pl.DataFrame:
        """The shops that break it, with their value (`shop`, `value`)."""
        rows = kpis.filter(pl.col("metric") == self.metric).join(
            shops.select("shop", "tags").unique("shop"), on="shop"
        )
        if self.tags:
            rows = rows.filter(pl.col("tags").list.set_intersection([*self.tags]).list.len() > 0)
        outside = pl.lit(value=False)
        if self.at_least is not None:
            outside |= pl.col("value") < self.at_least
        if self.at_most is not None:
            outside |= pl.col("value") > self.at_most
        return rows.filter(outside).select("shop", "value").sort("shop").collect(engine="in-memory")

    def vain_in(self, kpis: pl.LazyFrame, shops: pl.LazyFrame) -> list[str]:
        """Why it asks for nothing: tags that no shop has, or a metric of which none has a value."""
        tags = shops.select(pl.col("tags").explode(empty_as_null=True).drop_nulls().unique())
        known = sorted(tags.collect(engine="in-memory")["tags"])
        wrong = [unknown("tag", tag, known) for tag in self.tags if tag not in known]
        values = kpis.filter((pl.col("metric") == self.metric) & pl.col("value").is_not_null())
        if values.select(pl.len()).collect(engine="in-memory").item() == 0:
            wrong.append(f"no shop has a value of {self.metric} among its KPIs")
        return wrong

    def __str__(self) -> str:
        """`roas at least 2`."""
        limits = (("at least", self.at_least), ("at most", self.at_most))
        said = " and ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None)
        return f"{self.metric} {said}"


def read_expectations(path: Path, metrics: Collection[str]) -> tuple[Expectation, ...]:
    """The `[[expect]]` tables of a file. Raises Mistakes with all that is wrong in them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AdvisorError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise AdvisorError("this is no UTF-8 text", where=str(path)) from None
    raw = parse_toml(text, where=str(path))
    tables = raw.get("expect", [])
    if not isinstance(tables, list):
        raise Mistakes(["write each of them as [[expect]]"], where=str(path))
    found: list[Expectation] = []
    wrong = [unknown("key", key, ("expect",)) for key in raw if key != "expect"]
    for number, table in enumerate(tables, start=1):
        try:
            found.append(structure(table, Expectation, where=str(path)))
            lines = []
        except Mistakes as error:
            lines = [line.replace("at_", "at-") for line in error.mistakes]
        if isinstance(table, Mapping):
            lines += _impossible(table, metrics, whole=not lines)
        wrong += [f"expect {number}: {line}" for line in lines]
    if not tables:
        wrong.append("there is no [[expect]] table")
    if wrong:
        raise Mistakes(wrong, where=str(path))
    return tuple(found)


def _impossible(
    table: Mapping[str, Any], metrics: Collection[str], *, whole: bool
) -> Iterator[str]:
    """What the values of a table cannot be; those that cannot be read are told elsewhere."""
    metric = table.get("metric")
    if isinstance(metric, str) and metric not in metrics:
        yield f"metric: {unknown('metric', metric, metrics)}"
    limits = [table.get("at-least"), table.get("at-most")]
    numbers = [one for one in limits if isinstance(one, int | float)]
    if whole and not numbers:
        yield "give at-least, at-most or both"
    yield from (f"{one} is no limit" for one in numbers if not math.isfinite(one))
    if len(numbers) == len(limits) and numbers[0] > numbers[1]:
        yield f"at-least {numbers[0]:g} lies above at-most {numbers[1]:g}"
