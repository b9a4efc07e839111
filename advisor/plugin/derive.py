"""Lazy frames of a plugin into columns of subjects, in one query."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from advisor.plugin.hookspecs import Derived

if TYPE_CHECKING:
    import polars as pl


def derive(frames: "Iterable[tuple[str, pl.LazyFrame]]") -> tuple[Derived, ...]:
    """Collect lazy frames, each about one kind of subject, all at once, which takes half the time
    of one after the other; those without rows say nothing."""
    import polars as pl  # plugins import this module also where only their words are asked for

    kinds, plans = zip(*pairs, strict=True) if (pairs := list(frames)) else ((), ())
    collected = pl.collect_all(plans, engine="in-memory")
    return tuple(
        Derived(kind, frame)
        for kind, frame in zip(kinds, collected, strict=True)
        if not frame.is_empty()
    )
