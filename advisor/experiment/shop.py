"""The versions of a test from the shop's own files: counts of subjects, before and after a day."""

import contextlib
import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import attrs
import polars as pl

from advisor.diagnosis import gather_shop
from advisor.errors import AdvisorError, unknown
from advisor.experiment.arms import Arm
from advisor.experiment.before_after import Change
from advisor.experiment.worth import Pace, own_money
from advisor.ingest import combine
from advisor.metrics import (
    CountedRows,
    Measured,
    RequiredMetrics,
    as_counted_rows,
    choose_windows,
    days_column,
    measure,
    totals,
    with_pools,
)
from advisor.model import (
    WINDOW_DAYS,
    Business,
    Grain,
    Metric,
    MetricKind,
    Period,
    Progress,
    Request,
    Vocabulary,
    Window,
    before,
    business_of,
    chosen,
    frozen,
    text,
)
from advisor.plugin import Registry
from advisor.stats import DEFAULT_SPREAD

_SHOWN = 5  # subjects of one name that a message lists


@frozen(eq=False)
class Shop:
    """One shop's counts, nothing twice, and the window that is looked at."""

    business: Business
    vocabulary: Vocabulary
    rows: tuple[CountedRows, ...]
    window: Window


@frozen
class Found:
    """A version as the files have it: a subject, or the whole shop. *pace* is None where no period
    or no price is known; *others* is how many times its events the others of its kind have."""

    kind: str
    key: str
    arm: Arm
    per_day: float | None
    pace: Pace | None
    others: float | None = None


@frozen
class FoundChange:
    """One subject before and after a day, the untouched ones of its kind, and the days that were
    compared."""

    kind: str
    changed: Change
    untouched: tuple[Change, ...]
    window: Window
    pace: Pace | None


def open_shop(request: Request, registry: Registry, *, progress: Progress | None = None) -> Shop:
    """Reads the files of one shop, as diagnose does. Raises AdvisorError."""
    vocabulary = registry.vocabulary()
    gathered = gather_shop(request, registry, progress=progress)
    business = business_of(
        request.settings, size=request.size, niche=request.niche, goal=request.goal
    )
    shop = business.id
    counted = combine(gathered.readings, vocabulary, shop=shop, currency=business.currency)
    business = attrs.evolve(business, currency=business.currency or counted.currency)
    names = {shop: business.name or shop}
    rows = tuple(with_pools(as_counted_rows(counted, names, vocabulary), vocabulary))
    asked = chosen(request.first, request.last, request.month, request.today)
    windows = choose_windows(rows, (shop,), asked, request.today, vocabulary, counted)
    return Shop(business, vocabulary, rows, windows.of(shop))


def subject(shop: Shop, metric: Metric, name: str, *, where: str) -> Found:
    """The subject with this key or name. Raises AdvisorError, with the nearest name."""
    measured = _measured(shop, metric, shop.rows, shop.window)
    kind, row = _row(measured, metric, name, where=where)
    frame = measured[kind].frame
    each = _each(metric, row, frame)
    found = _version_of(shop, metric, kind, row, _name(row), each)
    part = "e" if metric.kind is MetricKind.MONEY else "d"
    events = _number(frame[f"{metric.id}.{part}"].sum())
    own = found.arm.rests_on(metric)
    return attrs.evolve(found, others=events / own - 1 if own and events else None)


def whole(shop: Shop, metric: Metric, name: str, *, where: str) -> Found:
    """The metric over the whole shop. Raises AdvisorError where no file has its counts."""
    names = [metric.id, *([metric.money] if metric.money else [])]
    found = totals(names, shop.rows, shop.window, shop.vocabulary).get(shop.business.id, {})
    total = found.get(metric.id)
    if total is None:
        raise _uncounted(shop, metric, where)
    money = found.get(metric.money) if metric.money else None
    each = None
    if money is not None and money.kind == total.kind:
        each = _ratio(money.row.get(f"{metric.money}.x"), total.row.get(f"{metric.id}.x"))
    return _version_of(shop, metric, total.kind, {**total.row, "key": shop.business.id}, name, each)


def changes(
    shop: Shop,
    metric: Metric,
    name: str,
    day: date,
    *,
    days: int | None = None,
    control: Iterable[str] = (),
) -> FoundChange:
    """The subject of this *name* before *day* and from it on, and others of its kind as control:
    those of *control*, else all others.

    As many days before as after: *days*, or as many as the files have, at most 28. Only daily files
    take part. Raises AdvisorError where days or subjects are missing.
    """
    daily = tuple(rows for rows in shop.rows if rows.grain is Grain.DAY)
    last = _last_day(daily, metric)
    if last is None:
        raise _uncounted(shop, metric, "--changed", " day by day")
    if last < day:
        raise AdvisorError(
            f"the files end on {last}, before the change",
            where="--changed",
            hint="add newer exports, or check the day",
        )
    length = min((last - day).days + 1, days or WINDOW_DAYS)
    if days is not None and length < days:
        raise AdvisorError(
            f"the files have {length} days from {day} on, not {days}",
            where="--days",
            hint="wait, or ask for fewer days",
        )
    current = Period(day, day + timedelta(days=length - 1))
    window = Window(current, before(current))
    measured = _measured(shop, metric, daily, window, past=True)
    kind, row = _row(measured, metric, name, where="--subject")
    frame = measured[kind].frame
    others = frame.filter(pl.col("key") != row["key"])
    wanted = list(control)
    if wanted:
        chosen = [_row(measured, metric, one, where="--control", kind=kind)[1] for one in wanted]
        if any(one["key"] == row["key"] for one in chosen):
            raise AdvisorError("what was changed cannot be its own control", where="--control")
        untouched = [change_of(metric, one) for one in chosen]
    else:
        untouched = [change_of(metric, one) for one in others.iter_rows(named=True)]
    each = _each(metric, row, frame)
    return FoundChange(
        kind=kind,
        changed=change_of(metric, row),
        untouched=tuple(one for one in untouched if one.before.bottom > 0 < one.after.bottom),
        window=window,
        pace=_pace(shop, metric, row, each),
    )


def _measured(
    shop: Shop,
    metric: Metric,
    rows: Iterable[CountedRows],
    window: Window,
    *,
    past: bool = False,
) -> Mapping[str, Measured]:
    names = frozenset([metric.id, *([metric.money] if metric.money else [])])
    asked = RequiredMetrics(names, frozenset([metric.id]) if past else frozenset())
    kinds = dict.fromkeys(shop.vocabulary.subjects, asked)
    found = measure(rows, kinds, window, shop.vocabulary)
    return {kind: one for kind, one in found.items() if metric.id in one.metrics}


def _row(
    measured: Mapping[str, Measured],
    metric: Metric,
    name: str,
    *,
    where: str,
    kind: str | None = None,
) -> tuple[str, Mapping[str, object]]:
    """The kind and the row of the one subject with this key, or else this name. Where several are
    called so, the kind is written before it: `ad 31`."""
    for prefix in measured:
        if kind is None and name.startswith(f"{prefix} "):
            with contextlib.suppress(AdvisorError):
                rest = name.removeprefix(f"{prefix} ")
                return _row(measured, metric, rest, where=where, kind=prefix)
    kinds = {k: one.frame for k, one in sorted(measured.items()) if kind in (None, k)}
    counted = {k: f.filter(pl.col(f"{metric.id}.x").is_not_null()) for k, f in kinds.items()}
    for column in ("key", "name"):
        found = [
            (k, row)
            for k, frame in counted.items()
            for row in frame.filter(pl.col(column) == name).iter_rows(named=True)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(f"{k} {row['key']}" for k, row in found[:_SHOWN])
            raise AdvisorError(
                f"{len(found)} subjects are called {name!r}: {several}",
                where=where,
                hint="write kind and key of one of them, as above",
            )
    known = [
        value for f in counted.values() for c in ("key", "name") for value in f[c].drop_nulls()
    ]
    if not known:
        raise AdvisorError(f"no file has the counts of {metric.title} for any subject", where=where)
    raise AdvisorError(unknown("subject", name, set(known)), where=where)


def _version_of(
    shop: Shop,
    metric: Metric,
    kind: str,
    row: Mapping[str, object],
    name: str,
    each: float | None,
) -> Found:
    pace = _pace(shop, metric, row, each)
    days = _number(row.get(days_column(metric.id, tuple(row))))
    arm = _arm(row, metric.id, name)
    if metric.kind is MetricKind.MONEY and arm.events is None:
        count = shop.vocabulary.counts[metric.events or ""].title
        raise AdvisorError(
            f"the files do not say how many {count} stand behind {metric.title} of {name}",
            where=kind,
            hint="add an export that does, or give the counts with --a and --b",
        )
    per_day = arm.rests_on(metric) / days if days else None
    return Found(kind, str(row["key"]), arm, per_day, pace)


def change_of(metric: Metric, row: Mapping[str, object]) -> Change:
    """A measured row with its values before, as the counts of one subject."""
    name = _name(row)
    return Change(_arm(row, f"{metric.id}.before", name), _arm(row, metric.id, name))


def _name(row: Mapping[str, object]) -> str:
    return text.shorten(str(row["name"] or row["key"]))


def _arm(row: Mapping[str, object], columns: str, name: str) -> Arm:
    """The counts under *columns* of a measured row; what was not counted is nothing that speaks."""

    def at(part: str) -> float | None:
        return _number(row.get(f"{columns}.{part}"))

    spread, dispersion = at("cv2"), at("phi")
    return Arm(
        name=name,
        top=at("x") or 0.0,
        bottom=at("d") or 0.0,
        events=at("e"),
        dispersion=1.0 if dispersion is None else dispersion,
        spread=DEFAULT_SPREAD**2 if spread is None else spread,
        each=at("each"),
    )


def _pace(shop: Shop, metric: Metric, row: Mapping[str, object], each: float | None) -> Pace | None:
    """How many of the denominator there are in a day, and what one of the numerator brings."""
    days = _number(row.get(days_column(metric.id, tuple(row))))
    bottom = _number(row.get(f"{metric.id}.d"))
    if not days or bottom is None:
        return None
    margin = shop.business.margin
    own = own_money(metric, shop.vocabulary, margin)
    if own is not None:
        return attrs.evolve(own, per_day=bottom / days)
    if each is None:
        return None
    kept, what = (1.0, "sales") if margin is None else (margin, "margin")
    return Pace(bottom / days, each * kept, what)


def _each(metric: Metric, row: Mapping[str, object], frame: pl.DataFrame) -> float | None:
    """The money that one of the numerator brings: the subject's own, else that of its kind."""
    money = f"{metric.money}.x"
    if metric.money is None or money not in frame.columns:
        return None
    own = _ratio(row.get(money), row.get(f"{metric.id}.x"))
    if own:
        return own
    both = frame.filter(pl.col(money).is_not_null() & pl.col(f"{metric.id}.x").is_not_null())
    return _ratio(both[money].sum(), both[f"{metric.id}.x"].sum())


def _last_day(rows: Iterable[CountedRows], metric: Metric) -> date | None:
    days = [
        one.frame["to"].max()
        for one in rows
        if all(count in one.frame.columns for count in metric.required())
    ]
    return max((day for day in days if isinstance(day, date)), default=None)


def _uncounted(shop: Shop, metric: Metric, where: str, extra: str = "") -> AdvisorError:
    counts = " and ".join(shop.vocabulary.counts[name].title for name in metric.required())
    return AdvisorError(
        f"no file has {counts} together{extra}",
        where=where,
        hint=f"`advisor metrics show {metric.id}` lists the exports that do",
    )


def _ratio(money: object, units: object) -> float | None:
    top, bottom = _number(money), _number(units)
    return top / bottom if top is not None and bottom else None


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None
