"""Which test fits the traffic there is: side by side, of a bolder change, or before and after."""

import math
from enum import StrEnum

from advisor.model import ENGLISH, Language, Metric, frozen
from advisor.stats.sample_size import (
    SPREAD,
    USUAL,
    Certainty,
    chance_of,
    detectable,
    round_up,
    sizes,
)

MONTH = 30  # days; a longer test is seldom carried through
WEEK = 7  # days; fewer do not hold every day of the week
LONGEST = 90  # days before, and after; beyond, the season moves more than the change
BOLDER = 2.0  # times the hoped gain: more is not a bolder change but another product
_NONE = 1e-3  # events a day: one in three years is none
CONTROL = 4.0  # events of what is left untouched, for one of what is changed


class DesignKind(StrEnum):
    """How a change is put to the test."""

    SPLIT = "split"  # versions side by side, subjects by chance in one of them
    BOLDER = "bolder"  # the same, of a change whose gain shows within a month
    BEFORE_AFTER = "before-after"  # difference in differences against untouched subjects


@frozen
class Design:
    """How to put a change to the test, and why so; *text* in words.

    *each* is how many events each of two versions side by side needs for the hoped gain, two
    digits, rounded up. *days* is how long the test runs at the present pace (before-and-after: so
    many before, and so many after); None where the pace is not known, or there is no traffic at
    all. *detectable* is the nearest value that shows within a month side by side, or within the
    days of a before-and-after; None where none does.
    """

    kind: DesignKind
    each: int
    days: int | None
    detectable: float | None
    text: str


def design(
    metric: Metric,
    now: float,
    hoped: float,
    per_day: float | None,
    events: str,
    *,
    spread: float = SPREAD,
    currency: str | None = None,
    certainty: Certainty = USUAL,
    versions: int = 2,
    control: float = CONTROL,
    language: Language = ENGLISH,
) -> Design | None:
    """The test that can tell *hoped* from *now* with the traffic there is.

    *per_day* is how many *events* (their title, in the plural) the subject gets in a day, all
    versions together: events of the metric's denominator, or for a money ratio of the count that
    carries its chance (orders), whose values vary by *spread*. Side by side, *versions* share them
    evenly; more than two are each compared with the present one, *certainty* being that of one
    comparison. Where that takes longer than a month, a change whose gain shows within a month is
    proposed, if that is no more than twice the hoped gain; else the change is made at once and
    compared before and after with untouched subjects (difference in differences), which have
    *control* times its events.

    None for a metric that no test tells (an exact one), and where *now* and *hoped* are the same.
    """
    chance = chance_of(metric, spread)
    both = sizes(chance, now, hoped, certainty) if chance is not None else None
    if chance is None or both is None:
        return None
    each = max(1.0, both[0])
    told = _Told(metric, now, hoped, events, currency, certainty, language)
    if per_day is None:
        return Design(DesignKind.SPLIT, round_up(each), None, None, told.split(each, None))
    if not per_day > _NONE:
        return Design(DesignKind.BEFORE_AFTER, round_up(each), None, None, told.nothing(each))
    days = max(WEEK, math.ceil(versions * each / per_day))
    shows = detectable(chance, now, per_day * MONTH / versions, certainty, higher=hoped > now)
    if days <= MONTH:
        return Design(DesignKind.SPLIT, round_up(each), days, shows, told.split(each, days))
    if shows is not None and abs(shows - now) <= BOLDER * abs(hoped - now):
        said = told.bolder(each, days, shows)
        return Design(DesignKind.BOLDER, round_up(each), MONTH, shows, said)
    after = before_after_days(each, per_day, control)
    alone = per_day * after / (1 + 1 / control)
    shows = detectable(chance, now, alone, certainty, higher=hoped > now)
    said = told.before_after(each, days, after, shows)
    return Design(DesignKind.BEFORE_AFTER, round_up(each), after, shows, said)


def before_after_days(each: float, per_day: float, control: float = CONTROL) -> int:
    """How many days before, and as many after, tell what *each* events side by side would.

    All traffic goes into either period. The untouched subjects, with *control* times the events,
    add their own chance: the variance grows by 1 + 1 / control. At least a week, at most LONGEST.
    """
    return min(LONGEST, max(WEEK, math.ceil(each * (1 + 1 / control) / per_day)))


@frozen
class _Told:
    """The sentences."""

    metric: Metric
    now: float
    hoped: float
    events: str
    currency: str | None
    certainty: Certainty
    language: Language

    def split(self, each: float, days: int | None) -> str:
        if days is None:
            return self.language.gettext(
                "Each version needs about {count} {events} to tell {metric} of {now} from {hoped}.",
                **self._named(each),
            )
        return self.language.ngettext(
            "Each version needs about {count} {events} to tell {metric} of {now} from {hoped}: "
            "about {n} day at your current pace.",
            "Each version needs about {count} {events} to tell {metric} of {now} from {hoped}: "
            "about {n} days at your current pace.",
            days,
            **self._named(each),
        )

    def nothing(self, each: float) -> str:
        return self.language.gettext(
            "Each version would need about {count} {events} to tell {metric} of {now} from "
            "{hoped}, and right now there are none.",
            **self._named(each),
        )

    def bolder(self, each: float, days: int, shows: float) -> str:
        advice = self.language.ngettext(
            "Within {n} day only {metric} of {reach} would show, so test a bolder change.",
            "Within {n} days only {metric} of {reach} would show, so test a bolder change.",
            MONTH,
            metric=self.metric.title,
            reach=self._reach(shows),
        )
        return f"{self._too_long(each, days)} {advice}"

    def before_after(self, each: float, days: int, after: int, shows: float | None) -> str:
        advice = self.language.ngettext(
            "Make the change now, leave similar ones as they are, and compare {n} day after with "
            "{n} day before, minus what changed for the untouched ones.",
            "Make the change now, leave similar ones as they are, and compare {n} days after with "
            "{n} days before, minus what changed for the untouched ones.",
            after,
        )
        if shows is None:
            limit = self.language.gettext("Even then a gain would not show for certain.")
        else:
            limit = self.language.gettext(
                "{metric} of {reach} would show.",
                metric=self.metric.title,
                reach=self._reach(shows),
            )
        return f"{self._too_long(each, days)} {advice} {limit}"

    def _too_long(self, each: float, days: int) -> str:
        return self.language.ngettext(
            "Side by side, each version would need about {count} {events} to tell {metric} of "
            "{now} from {hoped}: {n} day at your current pace.",
            "Side by side, each version would need about {count} {events} to tell {metric} of "
            "{now} from {hoped}: {n} days at your current pace.",
            days,
            **self._named(each),
        )

    def _named(self, each: float) -> dict[str, object]:
        now, hoped = (
            self.language.number(value, self.metric.unit, self.currency)
            for value in (self.now, self.hoped)
        )
        return {
            "count": round_up(each),
            "events": self.events,
            "metric": self.metric.title,
            "now": now,
            "hoped": hoped,
        }

    def _reach(self, value: float) -> str:
        low, high = (value, None) if self.hoped > self.now else (None, value)
        return self.language.band(low, high, self.metric.unit, self.currency)
