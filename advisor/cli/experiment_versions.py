"""The versions that `advisor experiment read` was given: counts, subjects, or whole exports."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from advisor.cli.experiment_shop import Tries, open_paths
from advisor.errors import AdvisorError
from advisor.model import frozen

if TYPE_CHECKING:
    from advisor.experiment import Arm, Change, Found, Pace, Shop
    from advisor.model import Metric, Period
    from advisor.plugin import Registry

_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"


@frozen
class ReadOptions:
    """What stands on the command line of `experiment read`. *four* are the counts of a before and
    after, by option; None where one was not given."""

    metric: "Metric"
    paths: tuple[str, ...]
    a: str | None
    b: tuple[str, ...]
    subject_a: str | None
    subject_b: tuple[str, ...]
    four: Mapping[str, str | None]
    subject: str | None
    changed: date | None
    days: int | None
    control: tuple[str, ...]
    cv: float | None
    per_day: float | None
    worth: float | None
    first: date | None
    last: date | None
    month: str | None
    today: date
    config: Path | None

    @property
    def of_change(self) -> bool:
        """Whether a change is asked for, and not versions side by side."""
        return (
            any(text is not None for text in self.four.values())
            or self.changed is not None
            or self.subject is not None
            or bool(self.control)
        )


@frozen
class Versions:
    """The present version and the others; *pace* is None where nothing can be priced. *as_ran*:
    they are subjects that ran as they ran, and nobody says that chance divided people."""

    a: "Arm"
    others: tuple["Arm", ...]
    pace: "Pace | None"
    currency: str | None
    as_ran: bool = False


@frozen
class Changed:
    """A change and what was left untouched; the days after it where files told them."""

    name: str
    changed: "Change"
    untouched: tuple["Change", ...]
    pace: "Pace | None"
    currency: str | None
    after: "Period | None" = None


def versions(asked: ReadOptions, registry: "Registry") -> Versions:
    """The versions side by side. Raises AdvisorError, with all mistakes at once."""
    if asked.subject_a is not None or asked.subject_b:
        return _subjects(asked, registry)
    if asked.a is None or not asked.b:
        raise AdvisorError(
            "a test has two versions",
            where="--a" if asked.a is None else "--b",
            hint="give --a 120/8000 --b 160/8100, or a PATH with --subject-a and --subject-b",
        )
    if asked.paths:
        raise AdvisorError(
            "counts and a PATH do not go together",
            where="PATH",
            hint="give --a and --b, or PATH with --subject-a and --subject-b",
        )
    tries = Tries()
    named = [("A", asked.a, "--a"), *_named(asked.b, "--b")]
    read = [tries(partial(_version, asked, registry, n, text, where)) for n, text, where in named]
    tries.done()
    a, *others = (one for one in read if one is not None)
    shop_pace = _together([a[1], *(one[1] for one in others)])
    return Versions(
        _spread(asked, a[0]),
        tuple(_spread(asked, one[0]) for one in others),
        _pace(asked, registry, shop_pace),
        a[2],
        as_ran=any(one[1] is not None for one in (a, *others)),
    )


def change(asked: ReadOptions, registry: "Registry") -> Changed:
    """A change and its control. Raises AdvisorError, with all mistakes at once."""
    from advisor.experiment import Change, changes, counts

    given = {option: text for option, text in asked.four.items() if text is not None}
    if given and (asked.paths or asked.changed or asked.subject):
        raise AdvisorError("counts and a PATH do not go together", where=next(iter(given)))
    if given:
        missing = [option for option in asked.four if option not in given]
        if missing:
            raise AdvisorError(
                "before and after need four counts", where=missing[0], hint="give it too"
            )
        tries = Tries()
        vocabulary = registry.vocabulary()
        read = [
            tries(partial(counts.arm, text, asked.metric, vocabulary, option, where=option))
            for option, text in given.items()
        ]
        tries.done()
        first, second, third, fourth = (_spread(asked, arm) for arm in read if arm is not None)
        return Changed(
            "it",
            Change(first, second),
            (Change(third, fourth),),
            _pace(asked, registry, None),
            None,
        )
    missing = [
        option
        for option, there in (
            ("PATH", asked.paths),
            ("--subject", asked.subject),
            ("--changed", asked.changed),
        )
        if not there
    ]
    if missing or asked.subject is None or asked.changed is None:
        raise AdvisorError(
            f"a change needs {' and '.join(missing)} too",
            where="command line",
            hint="give PATH, --subject and --changed, or the four counts from --before on",
        )
    shop = open_paths(asked.paths, registry, asked.today, asked.config)
    found = changes(
        shop, asked.metric, asked.subject, asked.changed, days=asked.days, control=asked.control
    )
    return Changed(
        found.changed.after.name,
        _spread_change(asked, found.changed),
        tuple(_spread_change(asked, one) for one in found.untouched),
        _pace(asked, registry, found.pace),
        shop.business.currency,
        found.window.current,
    )


def _subjects(asked: ReadOptions, registry: "Registry") -> Versions:
    from advisor.experiment import subject

    if asked.a is not None or asked.b:
        raise AdvisorError(
            "versions are counts or subjects, not both", where="--subject-a", hint="leave one out"
        )
    missing = [
        option
        for option, there in (
            ("PATH", asked.paths),
            ("--subject-a", asked.subject_a),
            ("--subject-b", asked.subject_b),
        )
        if not there
    ]
    if missing or asked.subject_a is None:
        raise AdvisorError(
            f"subjects need {' and '.join(missing)} too", where="command line", hint="give it"
        )
    shop = _open(asked, asked.paths, registry)
    tries = Tries()
    named = [(asked.subject_a, "--subject-a"), *((b, "--subject-b") for b in asked.subject_b)]
    read = [tries(partial(subject, shop, asked.metric, name, where=where)) for name, where in named]
    tries.done()
    found = [one for one in read if one is not None]
    twice = {(one.kind, one.key) for one in found}
    if len(twice) < len(found):
        raise AdvisorError("a version cannot be compared with itself", where="--subject-b")
    a, *others = (_spread(asked, one.arm) for one in found)
    pace = _pace(asked, registry, _together(found))
    return Versions(a, tuple(others), pace, shop.business.currency, as_ran=True)


def _version(
    asked: ReadOptions, registry: "Registry", name: str, text: str, where: str
) -> "tuple[Arm, Found | None, str | None]":
    """Counts, or the whole of an export."""
    from advisor.experiment import counts, whole

    if not counts.COUNTS.fullmatch(text) and Path(text).exists():
        shop = _open(asked, (text,), registry)
        found = whole(shop, asked.metric, name, where=where)
        return found.arm, found, shop.business.currency
    arm = counts.arm(text, asked.metric, registry.vocabulary(), name, where=where)
    return arm, None, None


def _open(asked: ReadOptions, paths: Sequence[str], registry: "Registry") -> "Shop":
    return open_paths(
        paths,
        registry,
        asked.today,
        asked.config,
        first=asked.first,
        last=asked.last,
        month=asked.month,
    )


def _named(texts: Sequence[str], option: str) -> list[tuple[str, str, str]]:
    if len(texts) > len(_LETTERS):
        raise AdvisorError(f"more than {len(_LETTERS)} versions", where=option)
    return [(letter, text, option) for letter, text in zip(_LETTERS, texts, strict=False)]


def _spread(asked: ReadOptions, arm: "Arm") -> "Arm":
    return arm if asked.cv is None else attrs.evolve(arm, spread=asked.cv**2)


def _spread_change(asked: ReadOptions, one: "Change") -> "Change":
    return attrs.evolve(one, before=_spread(asked, one.before), after=_spread(asked, one.after))


def _together(found: "Sequence[Found | None]") -> "Pace | None":
    """What all versions get in a day together: what the chosen one would get. One of the numerator
    is priced where it brings least: who clicks more seldom may buy more often."""
    paces = [one.pace for one in found if one is not None and one.pace is not None]
    if not paces or len(paces) < len(found):
        return None
    least = min(pace.each for pace in paces)
    return attrs.evolve(paces[0], per_day=sum(pace.per_day for pace in paces), each=least)


def _pace(asked: ReadOptions, registry: "Registry", found: "Pace | None") -> "Pace | None":
    """The pace of the files, with what the command line says instead."""
    from advisor.experiment import Pace, own_money

    base = found or own_money(asked.metric, registry.vocabulary(), None)
    if found is None:
        if asked.per_day is None:
            if asked.worth is not None:
                raise AdvisorError("a price needs a pace", where="--worth", hint="add --per-day")
            return None
        if base is None and asked.worth is None:
            raise AdvisorError(
                f"what one more of {asked.metric.title} brings is not known",
                where="--per-day",
                hint="add --worth, the money of one unit of its numerator",
            )
    per_day = asked.per_day if asked.per_day is not None else (base.per_day if base else 0.0)
    each = asked.worth if asked.worth is not None else (base.each if base else 0.0)
    what = "" if asked.worth is not None or base is None else base.what
    return Pace(per_day, each, what)
