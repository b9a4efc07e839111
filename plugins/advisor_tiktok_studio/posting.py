"""When the shop posts, and when its followers are on the app."""

from collections.abc import Sequence

import polars as pl

from advisor import Derived, Grain, Period, ReadContext, Reading
from advisor.stats import wilson
from advisor_tiktok_studio.audience import ACCOUNT
from advisor_tiktok_studio.territories import DAY, hour_there, main_territory, territory

FAMILY = "studio-activity"
BUSY = 8  # hours: a third of the day, so a third of posts would meet them by chance. Ours.
STRETCH = 4  # hours in a row that are told as the best. Ours.
LEAST_HOURS = 20  # of a day that the file must know


def posting(readings: Sequence[Reading], context: ReadContext) -> Derived | None:
    """Of each account: `posting_fit`, the share of the window's videos and LIVEs that began in the
    BUSY hours in which most followers are on the app, with 95 % limits; and from when on the best
    STRETCH hours are: `audience_hour` where most of the audience lives, `audience_hour_here` by the
    shop's clocks. Files print hours in the shop's time zone. None without both kinds of file."""
    active = _active(readings)
    hours = _posted(readings, context.window)
    if active is None or hours.is_empty():
        return None
    busy = active.sort("active_followers", "hour", descending=[True, False])["hour"].head(BUSY)
    fit = float(hours.is_in(busy.implode()).sum())
    best = _best(active)
    there = _there(readings, context, float(best))
    counts = pl.DataFrame({"x": [fit], "n": [float(len(hours))]})
    low, high = counts.select(*(e.alias(n) for e, n in zip(_limits(), "ab", strict=True))).row(0)
    values: dict[str, tuple[float | None, ...]] = {
        "posting_fit": (fit / len(hours), low, high),
        "audience_hour": (there,) * 3,
        "audience_hour_here": (float(best),) * 3,
    }
    row = {
        f"{name}{end}": [at]
        for name, ends in values.items()
        for end, at in zip(("", ".lo", ".hi"), ends, strict=True)
    }
    frame = pl.DataFrame(
        {
            "key": [_account(readings)],
            "name": [ACCOUNT],
            **row,
            "posting_fit.n": [float(len(hours))],
        }
    )
    return Derived("account", frame)


def _limits() -> tuple[pl.Expr, pl.Expr]:
    return wilson(pl.col("x"), pl.col("n"))


def _active(readings: Sequence[Reading]) -> pl.DataFrame | None:
    """`hour` (0 to 23) and the mean of `active_followers` in it; None where too few are known."""
    frames = [
        table.frame.select("from", "by.hour", "active_followers")
        for reading in readings
        for table in reading.tables
        if table.family == FAMILY and "by.hour" in table.frame.columns
    ]
    if not frames:
        return None
    hour = pl.col("by.hour").str.extract(r"^([0-9]{1,2})(?::00)?$").cast(pl.Int64, strict=False)
    found = (
        pl.concat(frames)
        .with_columns(hour.alias("hour"))
        .drop_nulls(("hour", "active_followers"))
        .filter(pl.col("hour") < DAY)
        .group_by("from", "hour")  # of two downloads of one day either will do
        .agg(pl.col("active_followers").max())
        .sort("from", "hour")
        .group_by("hour")
        .agg(pl.col("active_followers").mean())
        .sort("hour")
    )
    return found if found.height >= LEAST_HOURS else None


def _posted(readings: Sequence[Reading], window: Period | None) -> pl.Series:
    """The hours in which videos and LIVEs of *window* began; each of them once."""
    frames = [
        table.frame.select(
            pl.lit(table.subject).alias("kind"), "key", "from", "to", pl.col("posted_hour")
        )
        for reading in readings
        for table in reading.tables
        if table.subject in ("video", "live")
        and table.grain in (Grain.DAY, Grain.PERIOD)
        and "posted_hour" in table.frame.columns
    ]
    if not frames:
        return pl.Series("hour", dtype=pl.Int64)
    rows = pl.concat(frames).drop_nulls("posted_hour")
    if window is not None:
        meets = (pl.col("from") <= window.last) & (pl.col("to") >= window.first)
        rows = rows.filter(meets.fill_null(value=True))
    once = rows.sort("kind", "key", "to").unique(("kind", "key"), keep="last", maintain_order=True)
    return once["posted_hour"].floor().cast(pl.Int64).alias("hour")


def _best(active: pl.DataFrame) -> int:
    """The hour from which on STRETCH hours in a row have most followers; they may pass midnight."""
    hours = pl.DataFrame({"hour": range(DAY)}, schema={"hour": pl.Int64})
    day = hours.join(active, on="hour", how="left").fill_null(0.0)["active_followers"]
    round_ = pl.concat([day, day.head(STRETCH - 1)])
    sums = round_.rolling_sum(STRETCH).slice(STRETCH - 1)
    best = sums.arg_max()
    return 0 if best is None else best


def _there(readings: Sequence[Reading], context: ReadContext, hour: float) -> float | None:
    """*hour* of the shop's clocks where most of the audience lives; None where it is not known."""
    home, there = territory(context.region), main_territory(readings)
    if home is None or there is None:
        return None
    return float(round(hour_there(hour, home, there, context.today)) % DAY)


def _account(readings: Sequence[Reading]) -> str:
    """The key of the account that the activity is of."""
    keys = (
        table.frame["key"][0]
        for reading in readings
        for table in reading.tables
        if table.family == FAMILY and table.frame.height
    )
    return str(next(keys, ""))
