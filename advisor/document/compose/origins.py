"""Where a target comes from, in words."""

from collections.abc import Iterable, Iterator

from advisor.diagnosis import Diagnosis
from advisor.knowledge import OWN_BANDS
from advisor.model import Edges, Where


def origin_of(edges: Iterable[Edges], diagnosis: Diagnosis) -> str:
    """The sources of *edges*, each once: `the guide (small shops)`."""
    return "; ".join(dict.fromkeys(_source(one, diagnosis) for one in edges))


def _source(edges: Edges, diagnosis: Diagnosis) -> str:
    language = diagnosis.language
    if edges.source == OWN_BANDS:
        return language.gettext("your advisor.toml")
    title = language.gettext(edges.source)
    sizes = {where.size for where in edges.where}
    if len(sizes) > 1:
        return language.gettext("{source} (all sizes, as yours isn't set)", source=title)
    places = dict.fromkeys(", ".join(_places(where, diagnosis)) for where in edges.where)
    return language.gettext("{source} ({place})", source=title, place=language.either(list(places)))


def _places(where: Where, diagnosis: Diagnosis) -> Iterator[str]:
    language, vocabulary = diagnosis.language, diagnosis.vocabulary
    if where.size is not None:
        yield {
            "small": language.gettext("small shops"),
            "mid": language.gettext("mid-size shops"),
            "enterprise": language.gettext("enterprise shops"),
        }.get(where.size, where.size)
    if where.niche is not None:
        niche = vocabulary.niches.get(where.niche)
        yield where.niche if niche is None else niche.title
    if where.region is not None:
        yield where.region
    if where.subject:
        yield ", ".join(vocabulary.subjects[kind].plural for kind in where.subject)
    if where.from_ is not None and where.until is not None:
        yield language.days(where.from_, where.until)
    elif where.from_ is not None:
        yield language.gettext("from {day}", day=language.full_day(where.from_))
    elif where.until is not None:
        yield language.gettext("until {day}", day=language.full_day(where.until))
    if where.margin:
        yield language.gettext("from your margin")
    if where == Where(of=where.of):
        yield language.gettext("all shops")
