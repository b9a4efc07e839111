"""Which days are judged, and which they are compared with."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from advisor.errors import AdvisorError
from advisor.model.reading import Period
from advisor.model.record import frozen

FIRST_YEAR = 2000  # nothing is older; what is was mistyped
WINDOW_DAYS = 28  # whole weeks: weekdays weigh the same in both windows
STALE_DAYS = 28  # a report that ended longer before the window says nothing about it


@frozen
class Window:
    """The current days and the ones before them; None where the files have no dates.

    *until* is the day up to which a state (stock, a score) that was noted after the current days
    holds; None where none does.
    """

    current: Period | None
    before: Period | None
    until: date | None = None


NO_WINDOW = Window(None, None)


def before(period: Period) -> Period:
    """The period of the same length that ends the day before *period*."""
    return Period(period.first - timedelta(days=period.days), period.first - timedelta(days=1))


def newest(last_days: Iterable[date], today: date) -> Window:
    """The newest full days that any daily file has: 28 days, and the 28 before.

    *last_days* is the last day of each daily table. A row of *today* is a part of a day.
    """
    full = [day for day in last_days if day < today]
    if not full:
        return NO_WINDOW
    last = max(full)
    current = Period(last - timedelta(days=WINDOW_DAYS - 1), last)
    return Window(current, before(current))


def chosen(first: date | None, last: date | None, month: str | None, today: date) -> Period | None:
    """The period that the user asked for by --from, --to or --month; None where nothing was.

    Raises AdvisorError on options that contradict each other or name no period.
    """
    if month is not None:
        if first or last:
            raise AdvisorError("choose --month or --from and --to, not both")
        try:
            start = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise AdvisorError(
                f"{month!r} is no month", where="--month", hint="write 2026-10"
            ) from None
        return _known(start, start.replace(day=monthrange(start.year, start.month)[1]), "--month")
    if first is None and last is None:
        return None
    if first is None:
        raise AdvisorError("--to needs --from")
    end = last or today - timedelta(days=1)
    if end < first:
        raise AdvisorError(f"the period ends on {end}, before it starts on {first}", where="--from")
    return _known(first, end, "--from")


def _known(first: date, last: date, option: str) -> Period:
    """The period, where there can be days before it."""
    if first.year < FIRST_YEAR:
        raise AdvisorError(f"no shop has files of the year {first.year}", where=option)
    return Period(first, last)
