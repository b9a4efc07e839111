"""What templates may ask of the document beside its fields, as Jinja2 filters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from advisor.model import hours, listed
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
    """The four parts of the story by their titles, each with its sentences, however few."""
    lines = list(story)
    return [(title, [line for line in lines if line["part"] == part]) for part, title in _PARTS]


_PARTS = (
    ("excites", "What excites the audience"),
    ("frustrates", "What puts it off"),
    ("shines", "Where the shop shines"),
    ("stalls", "Where it stalls"),
)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "of": of,
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
