"""The windows of a block: which days of each shop are judged, and which they are compared with."""

from collections.abc import Mapping
from functools import cached_property

import polars as pl

from advisor.model import NO_WINDOW, Window, frozen

DAYS = ("first", "last", "before_first", "before_last", "until")


@frozen(eq=False)
class Windows:
    """The window of each shop, by its id. *subjects* are those that have another one: see
    advisor.metrics.subject_windows."""

    by_shop: Mapping[str, Window]
    subjects: pl.DataFrame | None = None

    def of(self, shop: str) -> Window:
        """The window of *shop*."""
        return self.by_shop.get(shop, NO_WINDOW)

    @cached_property
    def common(self) -> Window | None:
        """The window of all shops, where they have the same."""
        distinct = set(self.by_shop.values())
        return next(iter(distinct)) if len(distinct) == 1 else None

    @cached_property
    def frame(self) -> pl.DataFrame:
        """`shop` and DAYS; null where there is none."""
        spans = [(window.current, window.before) for window in self.by_shop.values()]
        columns = {
            "first": [now.first if now else None for now, _ in spans],
            "last": [now.last if now else None for now, _ in spans],
            "before_first": [then.first if then else None for _, then in spans],
            "before_last": [then.last if then else None for _, then in spans],
            "until": [window.until for window in self.by_shop.values()],
        }
        schema = {"shop": pl.String, **dict.fromkeys(DAYS, pl.Date)}
        return pl.DataFrame({"shop": list(self.by_shop), **columns}, schema=schema)


def with_days(frame: pl.LazyFrame, window: Window | Windows) -> pl.LazyFrame:
    """*frame* with the first and last days of the windows of each row's shop (see DAYS)."""
    if isinstance(window, Windows) and window.common is None:
        return frame.join(window.frame.lazy(), on="shop", how="left", maintain_order="left")
    common = window.common if isinstance(window, Windows) else window
    now, then = (common.current, common.before) if common else (None, None)
    ends = (now and now.first, now and now.last, then and then.first, then and then.last)
    days = (*ends, common.until if common else None)
    return frame.with_columns(
        pl.lit(day, pl.Date).alias(name) for name, day in zip(DAYS, days, strict=True)
    )
