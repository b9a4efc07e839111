"""What an agency expects of its shops: `[[expect]]` tables.

```toml
[[expect]]
tags     = ["beauty"]   # shops with one of these; all without it
metric   = "roas"
at-least = 2.0
```
"""

from collections.abc import Collection
from pathlib import Path

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

    def __str__(self) -> str:
        """`roas at least 2`."""
        limits = (("at least", self.at_least), ("at most", self.at_most))
        said = " and ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None)
        return f"{self.metric} {said}"


@frozen
class _File:
    expect: tuple[Expectation, ...] = ()


def read_expectations(path: Path, metrics: Collection[str]) -> tuple[Expectation, ...]:
    """The `[[expect]]` tables of a file. Raises Mistakes with all that is wrong in them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AdvisorError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise AdvisorError("this is no UTF-8 text", where=str(path)) from None
    found = structure(parse_toml(text, where=str(path)), _File, where=str(path)).expect
    wrong = []
    for number, one in enumerate(found, start=1):
        if one.metric not in metrics:
            wrong.append(f"expect {number}.metric: {unknown('metric', one.metric, metrics)}")
        if one.at_least is None and one.at_most is None:
            wrong.append(f"expect {number}: give at-least, at-most or both")
    if not found:
        wrong.append("there is no [[expect]] table")
    if wrong:
        raise Mistakes(wrong, where=str(path))
    return found
