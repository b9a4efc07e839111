"""What a pack sets out to encode, and which of its items rules, bands, goals, niches, metrics and
features of the report name: `guide.toml` at the top of a pack's folder.

    [items]
    "metric.ctr" = "share of viewers who click"

    [[feature]]                             # what no rule can be: a part of the program
    id   = "practice.focus"
    by   = "advisor.metrics.kpis:kpi_names"
    says = "the KPIs of the goal lead the report"

    [[not-yet]]                             # what is missing, wholly or in part
    id   = "practice.ab"
    what = "how many viewers a test needs"
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.errors import Mistakes, unknown
from advisor.knowledge.installed import installed_rules
from advisor.knowledge.pack import GUIDE
from advisor.model import RulePack, frozen, parse_toml, structure
from advisor.plugin import Registry


@frozen
class Feature:
    """An item that a part of the program encodes: *by* is `module:name`."""

    id: str
    by: str
    says: str


@frozen
class NotYet:
    """What of an item nothing encodes."""

    id: str
    what: str


@frozen
class GuideFile:
    """A guide.toml: *items* are ids with a few words each."""

    items: Mapping[str, str]
    feature: tuple[Feature, ...] = ()
    not_yet: tuple[NotYet, ...] = ()


@frozen
class Covered:
    """An item and its *encoders* (`rule guide/weak-hook`); *open* is what is not encoded yet."""

    id: str
    about: str
    encoders: tuple[str, ...]
    open: str = ""

    @property
    def state(self) -> str:
        """In a word or two: encoded, in part, not yet; or *nothing*, which nobody admitted."""
        if self.encoders:
            return "in part" if self.open else "encoded"
        return "not yet" if self.open else "nothing"


@frozen
class Coverage:
    """Every item, in the order of the files; *wrong* says which encoders name an unknown id."""

    items: tuple[Covered, ...]
    wrong: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether no encoder is wrong and no item is silently left out."""
        return not self.wrong and all(item.state != "nothing" for item in self.items)


def guide_file(text: str, *, where: str) -> GuideFile:
    """Reads a guide.toml; raises Mistakes with everything that is wrong in it."""
    file = structure(parse_toml(text, where=where), GuideFile, where=where)
    wrong = [
        f"{at} {one.id}: {unknown('item', one.id, file.items)}"
        for at, ones in (("feature", file.feature), ("not-yet", file.not_yet))
        for one in ones
        if one.id not in file.items
    ]
    if wrong:
        raise Mistakes(wrong, where=where)
    return file


def guides(packs: Iterable[RulePack]) -> tuple[GuideFile, ...]:
    """The guide.toml of every pack that has one."""
    found = ((pack, pack.folder / GUIDE) for pack in packs)
    return tuple(
        guide_file(file.read_text(encoding="utf-8"), where=f"{pack.id}/{GUIDE}")
        for pack, file in found
        if file.is_file()
    )


def coverage(registry: Registry) -> Coverage:
    """What of the guides of all packs is encoded by what; raises Mistakes for files that cannot be
    read."""
    files = guides(registry.rule_packs())
    encoders: dict[str, list[str]] = {}
    for name, ids in (*_named(registry), *_features(files)):
        for id_ in ids:
            named = encoders.setdefault(id_, [])
            if name not in named:
                named.append(name)
    items = {id_: about for file in files for id_, about in file.items.items()}
    missing: dict[str, list[str]] = {}
    for one in (one for file in files for one in file.not_yet):
        missing.setdefault(one.id, []).append(one.what)
    return Coverage(
        tuple(
            Covered(id_, about, tuple(encoders.get(id_, ())), "; ".join(missing.get(id_, ())))
            for id_, about in items.items()
        ),
        tuple(
            f"{name}: {unknown('item', id_, items)}"
            for id_, names in encoders.items()
            if id_ not in items
            for name in names
        ),
    )


def _named(registry: Registry) -> Iterator[tuple[str, Sequence[str]]]:
    """Everything that names ids of a guide, as `what id`, with the ids."""
    vocabulary = registry.vocabulary()
    for rules in installed_rules(registry).values():
        for rule in rules:
            yield f"rule {rule.id}", rule.guide
    for file in registry.band_files():
        for band in file.band:
            yield f"band {file.id}: {band.metric}", band.guide
    for metric in vocabulary.metrics.values():
        yield f"metric {metric.id}", metric.guide
    for goal in vocabulary.goals.values():
        yield f"goal {goal.id}", goal.guide
    for niche in vocabulary.niches.values():
        yield f"niche {niche.id}", niche.guide
    for course in vocabulary.courses.values():
        yield f"course {course.id}", course.guide


def _features(files: Iterable[GuideFile]) -> Iterator[tuple[str, Sequence[str]]]:
    for file in files:
        for feature in file.feature:
            yield f"{feature.by} ({feature.says})", (feature.id,)
