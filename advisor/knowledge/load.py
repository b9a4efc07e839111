"""What the run knows beside the data: the shop, the words, the bands, the rules that apply."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path

import attrs

from advisor.errors import AdvisorError, Mistakes, one_line, unknown
from advisor.knowledge.installed import fault, left_out, read_installed
from advisor.knowledge.packs import read_pack, without_dangling
from advisor.knowledge.rule_file import check_circles, check_references, resolve_aliases
from advisor.model import (
    Band,
    BandFile,
    Bands,
    Business,
    Note,
    Profile,
    Rule,
    RulePack,
    Settings,
    Status,
    Vocabulary,
    band_file,
    business_of,
    check_bands,
    wrong_edges,
)
from advisor.plugin import Overridden, Override, Registry, override_rules, own_version
from advisor.tabular import source_mistakes

__all__ = [
    "Loaded",
    "bands_of",
    "business_of",
    "check_names",
    "check_plugins",
    "load_rules",
    "own_version",
    "why_resting",
]

FOLDER_LAYER, OWN_LAYER = 1, 2
BANDS = "bands.toml"  # beside the rules of a folder
REGION_UNKNOWN = "the shop's region is not known"
NAME_REGION = "add region to [shop] in advisor.toml"  # what to do about it


@attrs.frozen
class Loaded:
    """The rules of a run. *resting* are those that do not apply here, and why."""

    rules: tuple[Rule, ...]
    resting: tuple[tuple[Rule, str], ...]
    packs: tuple[tuple[RulePack, int], ...]
    notes: tuple[Note, ...] = ()
    overrides: tuple[Override, ...] = ()


def check_names(settings: Settings, vocabulary: Vocabulary, *, where: str) -> None:
    """Raises Mistakes for names in an advisor.toml that no plugin knows."""
    wrong: list[str] = []
    shop, goal = settings.shop, settings.goal.focus
    if shop.niche is not None and shop.niche not in vocabulary.niches:
        wrong.append(f"shop.niche: {unknown('niche', shop.niche, vocabulary.niches)}")
    if goal is not None and goal not in vocabulary.goals:
        wrong.append(f"goal.focus: {unknown('goal', goal, vocabulary.goals)}")
    for name, band in settings.bands.items():
        metric = vocabulary.metrics.get(name)
        if metric is None:
            wrong.append(f"bands.{name}: {unknown('metric', name, vocabulary.metrics)}")
        wrong += [f"bands.{name}: {text}" for text in wrong_edges(band.low, band.high, metric)]
    wrong += source_mistakes(settings.source, vocabulary)
    if wrong:
        raise Mistakes(wrong, where=where)


def bands_of(settings: Settings, registry: Registry, folders: Sequence[Path] = ()) -> Bands:
    """Every band that holds for a shop of these *settings*: the shared ones, and its own."""
    return Bands((*shared_bands(settings, registry, folders), *own_bands(settings)))


def shared_bands(
    settings: Settings, registry: Registry, folders: Sequence[Path] = ()
) -> list[BandFile]:
    """Every pack's bands, and above them the `bands.toml` of the user's *folders* of rules; a
    guest's stand below the bundled ones unless *settings* allow it more (see
    advisor.plugin.overrides). Raises Mistakes for a bands.toml with mistakes."""
    files, _ = registry.ordered_bands(settings.plugins.allow)
    for place in (folder / BANDS for folder in folders):
        if place.is_file():
            file = band_file(place.read_text(encoding="utf-8-sig"), where=str(place))
            check_bands(file, registry.vocabulary())
            files.append(attrs.evolve(file, layer=FOLDER_LAYER))
    return files


def own_bands(settings: Settings) -> tuple[BandFile, ...]:
    """The bands of the shop's own advisor.toml, which stand above all others."""
    own = tuple(
        Band(metric=metric, low=band.low, high=band.high) for metric, band in settings.bands.items()
    )
    return (BandFile("own", "your advisor.toml", own, layer=OWN_LAYER),) if own else ()


def check_plugins(settings: Settings, registry: Registry) -> None:
    """Raises Mistakes for plugins in an advisor.toml that are not installed."""
    names = [plugin.name for plugin in registry.plugins]
    allow = settings.plugins.allow
    wrong = [f"plugins.allow: {unknown('plugin', n, names)}" for n in allow if n not in names]
    if wrong:
        raise Mistakes(wrong, where="advisor.toml", hint="see `advisor plugins list`")


def load_rules(
    registry: Registry,
    settings: Settings,
    business: Business,
    day: date,
    *,
    folders: Sequence[Path] = (),
    base: Path | None = None,
) -> Loaded:
    """Rules of every pack, and of the user's own folders.

    A rule of a plugin's pack with mistakes is left out, with one note; the user's own folder with
    mistakes is an error that names them all. A rule that `overrides` another one stands in its
    place, where *settings* allow that to its plugin.
    """
    check_plugins(settings, registry)
    installed = read_installed(registry)
    own, resting_own, gone = _read_own([*own_folders(settings, base), *folders], registry)
    kept, dangling, gone = without_dangling(
        {**installed.packs, **own},
        installed.gone | gone,
        list(own),
        packs_failed=bool(installed.failed or registry.lacks("advisor_rule_packs")),
    )
    theirs = {pack: rules for pack, rules in kept.items() if pack not in own}
    notes = [*installed.notes, *(fault(registry, line) for line in (*resting_own, *dangling))]
    lost: dict[RulePack, str] = {}

    def resolved(kept: Mapping[RulePack, tuple[Rule, ...]]) -> Overridden:
        """The rules of *kept* as they stand together; raises AdvisorError where they cannot."""
        rules = [rule for loaded in kept.values() for rule in loaded]
        check_references(rules)
        found = override_rules(
            rules,
            {pack.id: registry.pack_owners[pack.id] for pack in kept if pack in theirs},
            settings.plugins.allow,
            lambda rule: why_resting(rule, settings, business, day),
        )
        found = attrs.evolve(found, rules=resolve_aliases(found.rules))
        check_circles(found.rules)
        return found

    guests = {pack for pack in theirs if registry.is_guest(registry.pack_owners[pack.id])}
    try:
        overridden = resolved(kept)
    except AdvisorError:
        kept, apart = _fitting(kept, guests, resolved)
        lost |= apart
        overridden = resolved(kept)
    everyone = [*overridden.rules, *(rule for rule, _ in overridden.resting)]
    _known(settings.rules.disable, everyone, gone)
    acting: list[Rule] = []
    resting = list(overridden.resting)
    for rule in overridden.rules:
        reason = why_resting(rule, settings, business, day)
        if reason:
            resting.append((rule, reason))
        else:
            acting.append(rule)
    notes += [left_out(registry, pack, why) for pack, why in lost.items()]
    return Loaded(
        tuple(acting),
        tuple(resting),
        tuple((pack, len(loaded)) for pack, loaded in kept.items()),
        (*notes, *overridden.notes),
        tuple(one for one in overridden.done if one.by in {rule.id for rule in acting}),
    )


def _fitting(
    packs: Mapping[RulePack, tuple[Rule, ...]],
    guests: AbstractSet[RulePack],
    check: Callable[[Mapping[RulePack, tuple[Rule, ...]]], object],
) -> tuple[dict[RulePack, tuple[Rule, ...]], dict[RulePack, str]]:
    """*packs* without the *guests* that do not fit to what was there before them, and why not.

    Raises AdvisorError where it is no guest's fault.
    """
    kept = {pack: rules for pack, rules in packs.items() if pack not in guests}
    check(kept)
    waiting = {pack: rules for pack, rules in packs.items() if pack in guests}
    wrong: dict[RulePack, str] = {}
    before = -1
    while len(waiting) != before:  # one may lean on another that comes later
        before = len(waiting)
        for pack in list(waiting):
            try:
                check({**kept, pack: waiting[pack]})
            except AdvisorError as error:
                wrong[pack] = one_line(error)
                continue
            kept[pack] = waiting.pop(pack)
    return kept, {pack: wrong[pack] for pack in waiting}


def _read_own(
    folders: Sequence[Path], registry: Registry
) -> tuple[dict[RulePack, tuple[Rule, ...]], list[str], frozenset[str]]:
    """The rules of the user's own folders, which of them rest because a plugin failed, and their
    ids; raises Mistakes with what is wrong in a folder."""
    own: dict[RulePack, tuple[Rule, ...]] = {}
    resting: list[str] = []
    gone: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            raise AdvisorError("no such folder of rules", where=str(folder))
        pack = RulePack(folder.name, folder.name, folder)
        read = read_pack(pack, registry.vocabulary(), registry.lost_words())
        if read.wrong:
            raise Mistakes(read.mistakes(), where=f"rule pack {pack.id!r}")
        own[pack] = read.rules
        resting += read.lines(pack)
        gone |= read.gone
    return own, resting, frozenset(gone)


def own_folders(settings: Settings, base: Path | None) -> list[Path]:
    """The folders of rules that an advisor.toml names; *base* is where it lies."""
    return [(base or Path()) / path for path in settings.rules.paths]


def _known(disabled: Sequence[str], rules: Sequence[Rule], gone: AbstractSet[str]) -> None:
    names = {name for rule in rules for name in rule.names}
    names |= gone | {name.partition("/")[2] for name in gone}
    wrong = [f"rules.disable: {unknown('rule', n, names)}" for n in disabled if n not in names]
    if wrong:
        raise Mistakes(wrong, where="advisor.toml")


def why_resting(rule: Rule, settings: Settings, business: Business, day: date) -> str:
    """Why *rule* does not apply to this shop on this day; empty where it does."""
    if rule.names & set(settings.rules.disable):
        return "disabled in advisor.toml"
    if rule.status is Status.DEPRECATED:
        return "deprecated"
    if rule.profile.rank > settings.rules.profile.rank:
        further = [p.value for p in Profile if p.rank >= rule.profile.rank]
        return f"only in the profile {' or '.join(further)}"
    if rule.effective_from is not None and day < rule.effective_from:
        return f"in force from {rule.effective_from}"
    if rule.effective_until is not None and day > rule.effective_until:
        return f"in force until {rule.effective_until}"
    if rule.region and business.region is None:
        return f"only in {', '.join(rule.region)}, and {REGION_UNKNOWN}"
    if rule.region and business.region not in rule.region:
        return f"only in {', '.join(rule.region)}"
    return ""
