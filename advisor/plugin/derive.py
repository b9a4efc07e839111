"""Lazy frames of a plugin into columns of subjects, in one query."""

from collections.abc import Iterable

import polars as pl

from advisor.plugin.hookspecs import Derived


def derive(frames: Iterable[tuple[str, pl.LazyFrame]]) -> tuple[Derived, ...]:
    """Collect lazy frames, each about one kind of subject, all at once, which takes half the time
    of one after the other; those without rows say nothing."""
    kinds, plans = zip(*pairs, strict=True) if (pairs := list(frames)) else ((), ())
    collected = pl.collect_all(plans, engine="in-memory")
    return tuple(
        Derived(kind, frame)
        for kind, frame in zip(kinds, collected, strict=True)
        if not frame.is_empty()
    )
