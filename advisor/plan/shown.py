"""The value that each finding is about, in columns: that of the first condition of its rule that
holds."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.judge import truth_column
from advisor.model import Truth
from advisor.plan.pricing import PricedFindings

_ENDS = {
    "value": "",
    "low": ".lo",
    "high": ".hi",
    "edge_low": ".edge.low",
    "edge_high": ".edge.high",
}
_ROWS = {"block": pl.UInt32, "matched": pl.UInt32, "row": pl.UInt32}
_TESTS = {
    **dict.fromkeys(("block", "evaluation", "place"), pl.UInt32),
    **dict.fromkeys(("metric", "truth"), pl.String),
}
_TRUTHS = {**_ROWS, "truth": pl.String, "holds": pl.Boolean}
_VALUES = {**_ROWS, "metric": pl.String, **dict.fromkeys(_ENDS, pl.Float64)}


def shown_values(blocks: Sequence[PricedFindings]) -> pl.DataFrame:
    """The `metric` that each finding (number of the `block`, `index`) is about, with its `value`,
    limits (`low`, `high`) and the edges of its band; a finding that shows none has no row."""
    tests: list[tuple[object, ...]] = []
    truths = [pl.LazyFrame(schema=_TRUTHS)]
    values = [pl.LazyFrame(schema=_VALUES)]
    own = [pl.LazyFrame(schema={**_ROWS, "index": pl.UInt32, "evaluation": pl.UInt32})]
    for number, findings in enumerate(blocks):
        block = pl.lit(number, pl.UInt32).alias("block")
        own.append(findings.frame.lazy().select(block, "matched", "row", "index", "evaluation"))
        for matched, rows in enumerate(findings.rows):
            asked = [
                (number, one.number, at, test.name, truth_column(test))
                for one in rows.evaluations
                for at, test in enumerate(dict.fromkeys(one.rule.when.own()))
                if not test.earlier and f"{test.name}.lo" in rows.frame.columns
            ]
            tests += asked
            row = pl.Series("row", list(rows.places), pl.UInt32)
            place = (block, pl.lit(matched, pl.UInt32).alias("matched"), pl.lit(row))
            frame = rows.frame.lazy()
            truths += [
                frame.select(*place, truth=pl.lit(truth), holds=pl.col(truth) == int(Truth.TRUE))
                for truth in dict.fromkeys(test[-1] for test in asked)
            ]
            values += [
                frame.select(*place, metric=pl.lit(metric), **_parts(rows.frame, metric))
                for metric in dict.fromkeys(test[-2] for test in asked)
            ]
    floats = pl.col(pl.Float64)
    return (
        pl.concat(own)
        .join(pl.LazyFrame(tests, schema=_TESTS, orient="row").unique(), on=["block", "evaluation"])
        .join(pl.concat(truths), on=[*_ROWS, "truth"])
        .filter("holds")
        .sort("block", "index", "place")
        .unique(["block", "index"], keep="first", maintain_order=True)
        .join(pl.concat(values), on=[*_ROWS, "metric"])
        .select("block", "index", "metric", *_ENDS)
        .with_columns(pl.when(floats.is_finite()).then(floats))
        .collect(engine="in-memory")
    )


def _parts(frame: pl.DataFrame, metric: str) -> Mapping[str, pl.Expr]:
    names = {name: f"{metric}{end}" for name, end in _ENDS.items()}
    return {
        name: (pl.col(column) if column in frame.columns else pl.lit(None)).cast(pl.Float64)
        for name, column in names.items()
    }
