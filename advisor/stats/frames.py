"""Frames in parts."""

from collections.abc import Sequence

import polars as pl


def partitions(frame: pl.DataFrame, by: Sequence[str]) -> dict[tuple[object, ...], pl.DataFrame]:
    """The parts of *frame* by their values of *by*, in the order of their first rows. Polars makes
    this dictionary by a query for each part."""
    parts = frame.partition_by(by, maintain_order=True)
    return {tuple(part[name][0] for name in by): part for part in parts}
