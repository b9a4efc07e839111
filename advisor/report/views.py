"""What templates may ask of the document beside its fields, as Jinja2 filters."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from advisor.model import hours, listed
from advisor.report.escape import clean, shorten
from advisor.report.parts import Findings, Part


def of(findings: Iterable[Part], ids: Iterable[str]) -> list[Part]:
    """The findings with these *ids*, in the order of the ids."""
    if isinstance(findings, Findings):
        return findings.of(ids)
    found = {finding["id"]: finding for finding in findings}
    return [found[id_] for id_ in ids if id_ in found]


def for_goal(kpis: Sequence[Part], goal: str | None) -> list[Part]:
    """The KPIs of *goal* first, then those of impact; else in their own order."""
    return sorted(kpis, key=lambda kpi: (goal is None or kpi["goal"] != goal, not kpi["impact"]))


def left_out(counts: Mapping[str, int]) -> str:
    """`total row: 2, duplicate: 1`, or `0`."""
    return ", ".join(f"{reason}: {count:,}" for reason, count in counts.items() if count) or "0"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`, `1,000 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def events(number: float | None) -> str:
    """`12,345`, or a dash where it is not known how many there were."""
    return "–" if number is None else f"{number:,.0f}"


def capital(text: str) -> str:
    """*text* with a capital letter first; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """*text* from a capital letter to a full stop."""
    text = capital(text.strip())
    return text if not text or text.endswith((".", "!", "?", "…")) else text + "."


def some_files(names: Sequence[str], most: int = 3) -> str:
    """`a.csv, b.csv, c.csv and 2 more`."""
    return listed(map(shorten, names), most)


def by_remedy(coverage: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    """What could not be judged, together under the remedy that makes it possible."""
    groups: dict[str, list[Part]] = {}
    for item in coverage:
        groups.setdefault(item["remedy"], []).append(item)
    return list(groups.items())


def by_part(story: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    """The four parts of the story, each with its sentences, however few."""
    lines = list(story)
    return [(part, [line for line in lines if line["part"] == part]) for part in _PARTS]


_PARTS = ("excites", "frustrates", "shines", "stalls")


def soonest(watch: Iterable[Part], most: int) -> list[Part]:
    """The first *most* things to watch of which it is known when they can be told, the soonest
    first; one for each rule."""
    first: dict[str, Part] = {}
    dated = (item for item in watch if item["days"] is not None)
    for item in sorted(dated, key=lambda item: item["days"]):
        first.setdefault(item["rule"], item)
    return list(first.values())[:most]


def origins(kpis: Iterable[Part]) -> list[str]:
    """Where the targets of *kpis* come from, each source once."""
    return list(dict.fromkeys(kpi["band"]["origin"] for kpi in kpis if kpi["band"]))


def mark(origin: str, known: Sequence[str]) -> str:
    """The mark of the footnote for *origin*, one of *known*: `¹`, `²`."""
    return str(known.index(origin) + 1).translate(_RAISED)


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def slug(heading: str) -> str:
    """The anchor that readers of Markdown make of *heading*."""
    return _NO_WORD.sub("", heading.strip().lower()).replace(" ", "-")


_NO_WORD = re.compile(r"[^\w\- ]")


def day(iso: str) -> str:
    """`Nov 9`."""
    from babel.dates import format_skeleton  # slow to import

    return format_skeleton("MMMd", date.fromisoformat(iso), locale=LOCALE)


def days(first: str, last: str) -> str:
    """`Oct 4 – 31, 2026`."""
    from babel.dates import format_interval

    ends = date.fromisoformat(first), date.fromisoformat(last)
    return clean(format_interval(*ends, "yMMMd", locale=LOCALE))


def weekday(number: int) -> str:
    """`Mon` of 0."""
    from babel.dates import get_day_names

    return str(get_day_names("abbreviated", locale=LOCALE)[number])


LOCALE = "en_US"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "days": days,
    "mark": mark,
    "of": of,
    "origins": origins,
    "slug": slug,
    "soonest": soonest,
    "weekday": weekday,
    "hours": hours,
    "for_goal": for_goal,
    "left_out": left_out,
    "counted": counted,
    "events": events,
    "shorten": shorten,
    "capital": capital,
    "sentence": sentence,
    "by_part": by_part,
    "by_remedy": by_remedy,
    "some_files": some_files,
}
