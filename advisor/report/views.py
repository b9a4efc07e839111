"""What templates may ask of the document beside its fields, as Jinja2 filters."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from advisor.model import ENGLISH, Language
from advisor.report.escape import shorten
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


def capital(text: str) -> str:
    """*text* with a capital letter first; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """*text* from a capital letter to a full stop."""
    text = capital(text.strip())
    return text if not text or text.endswith((".", "!", "?", "…")) else text + "."


def stated(finding: Part) -> str:
    """What *finding* says, as a sentence without its full stop; a name keeps its first letter."""
    text = str(finding["message"]["text"]).strip().removesuffix(".")
    return text if text.startswith(finding["subject"]["name"] or "\0") else capital(text)


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
    first; one for each rule, and one for LIVEs of one name, of which a shop has many: all of them
    are in the appendix."""
    first: dict[str, Part] = {}
    dated = (item for item in watch if item["days"] is not None)
    for item in sorted(dated, key=lambda item: item["days"]):
        first.setdefault(item["rule"], item)
    by_name = {
        (item["subject"]["kind"], _OWN.sub("", item["subject"]["name"])): item
        for item in reversed(first.values())
    }
    return list(reversed(by_name.values()))[:most]


_OWN = re.compile(r" \([^()]*\)$")  # what tells subjects of one name apart


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


FILTERS: Mapping[str, Callable[..., Any]] = {
    "mark": mark,
    "of": of,
    "by_part": by_part,
    "origins": origins,
    "slug": slug,
    "soonest": soonest,
    "for_goal": for_goal,
    "shorten": shorten,
    "capital": capital,
    "sentence": sentence,
    "stated": stated,
    "by_remedy": by_remedy,
}


def filters(language: Language) -> Mapping[str, Callable[..., Any]]:
    """All filters; those that make words or print numbers do so in *language*."""

    def events(number: float | None) -> str:
        """`12,345`, or a dash where it is not known how many there were."""
        return "–" if number is None else language.integer(number)

    def some_files(names: Sequence[str], most: int = 3) -> str:
        """`a.csv, b.csv, c.csv and 2 more`."""
        return language.listed(map(shorten, names), most)

    return {
        **FILTERS,
        "left_out": partial(left_out, language=language),
        "counted": partial(counted, language=language),
        "events": events,
        "some_files": some_files,
        "hours": language.hours,
        "day": language.day,
        "full_day": language.full_day,
        "days": language.days,
        "weekday": language.short_weekday,
        "month": language.month,
        "integer": language.integer,
    }


def _reasons(language: Language) -> Mapping[str, str]:
    """Why rows are left out of any kind of file; kinds have further reasons of their own."""
    return {
        "totals row": language.gettext("totals row"),
        "blank row": language.gettext("blank row"),
        "repeated header": language.gettext("repeated header"),
        "not a row of data": language.gettext("not a row of data"),
        "undefined row": language.gettext("undefined row"),
        "line above a header": language.gettext("line above a header"),
        "about something else": language.gettext("about something else"),
        "without a key": language.gettext("without a key"),
        "without a date": language.gettext("without a date"),
        "description row": language.gettext("description row"),
    }


def left_out(counts: Mapping[str, int], *, language: Language = ENGLISH) -> str:
    """`total row: 2, duplicate: 1`, or `0`."""
    known = _reasons(language)
    said = (
        f"{known.get(reason) or language.gettext(reason)}: {language.integer(count)}"
        for reason, count in counts.items()
        if count
    )
    return ", ".join(said) or "0"


def counted(number: int, one: str, many: str | None = None, *, language: Language = ENGLISH) -> str:
    """`1 file`, `2 files`, `1,000 files`."""
    return f"{language.integer(number)} {one if number == 1 else many or one + 's'}"
