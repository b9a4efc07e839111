"""What the run knows beside the data: the shop, the words, the bands, the rules that apply."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import attrs

from advisor.errors import AdvisorError, Mistakes, unknown
from advisor.knowledge.installed import left_out, read_installed
from advisor.knowledge.pack import folder_pack, load_pack
from advisor.knowledge.references import (
    check_circles,
    check_references,
    resolve_aliases,
    unknown_references,
)
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
    frozen,
    named_folder,
    read_text,
    wrong_edges,
)
from advisor.plugin import (
    Overridden,
    Override,
    Registry,
    find_language,
    override_rules,
    own_version,
)

__all__ = [
    "RuleSet",
    "bands_of",
    "business_of",
    "check_names",
    "check_plugins",
    "inactive_reason",
    "load_rules",
    "own_version",
]

FOLDER_LAYER, OWN_LAYER = 1, 2
OWN_BANDS = "your advisor.toml"  # what the shop's own bands are called
BANDS = "bands.toml"  # beside the rules of a folder
Packs = dict[RulePack, tuple[Rule, ...]]
REGION_UNKNOWN = "the shop's region is not known"


@frozen
class RuleSet:
    """The rules of a run. *inactive* are those that do not apply here, and why."""

    rules: tuple[Rule, ...]
    inactive: tuple[tuple[Rule, str], ...]
    packs: tuple[tuple[RulePack, int], ...]
    notes: tuple[Note, ...] = ()
    overrides: tuple[Override, ...] = ()


def check_names(
    settings: Settings,
    vocabulary: Vocabulary,
    *,
    where: str,
    languages: Sequence[str] | None = None,
) -> None:
    """Raises Mistakes for names in an advisor.toml that no plugin knows; the language of the report
    is checked where *languages* are given."""
    wrong: list[str] = []
    shop, goal = settings.shop, settings.goal.focus
    if shop.niche is not None and shop.niche not in vocabulary.niches:
        wrong.append(f"shop.niche: {unknown('niche', shop.niche, vocabulary.niches)}")
    if goal is not None and goal not in vocabulary.goals:
        wrong.append(f"goal.focus: {unknown('goal', goal, vocabulary.goals)}")
    if languages is not None:
        try:
            find_language(settings.report.language, languages, where="report.language")
        except AdvisorError as error:
            wrong.append(str(error))
    for name, band in settings.bands.items():
        metric = vocabulary.metrics.get(name)
        if metric is None:
            wrong.append(f"bands.{name}: {unknown('metric', name, vocabulary.metrics)}")
        wrong += [f"bands.{name}: {text}" for text in wrong_edges(band.low, band.high, metric)]
    if settings.source:
        from advisor.tabular import source_mistakes

        wrong += source_mistakes(settings.source, vocabulary)
    if wrong:
        raise Mistakes(wrong, where=where)


def bands_of(settings: Settings, registry: Registry, folders: Sequence[Path] = ()) -> Bands:
    """Every band that holds for a shop of these *settings*: the shared ones, and its own."""
    return Bands((*shared_bands(settings, registry, folders), *own_bands(settings)))


def shared_bands(
    settings: Settings, registry: Registry, folders: Sequence[Path] = ()
) -> list[BandFile]:
    """Every pack's bands, and above them the `bands.toml` of the user's *folders* of rules; those
    of third-party plugins stand below the bundled ones unless *settings* allow it more (see
    advisor.plugin.overrides). Raises Mistakes for a bands.toml with mistakes."""
    files, _ = registry.ordered_bands(settings.plugins.allow)
    for place in (folder / BANDS for folder in folders):
        if place.is_file():
            file = band_file(read_text(place), where=str(place))
            check_bands(file, registry.vocabulary())
            files.append(attrs.evolve(file, layer=FOLDER_LAYER))
    return files


def own_bands(settings: Settings) -> tuple[BandFile, ...]:
    """The bands of the shop's own advisor.toml, which stand above all others."""
    own = tuple(
        Band(metric=metric, low=band.low, high=band.high) for metric, band in settings.bands.items()
    )
    return (BandFile("own", OWN_BANDS, own, layer=OWN_LAYER),) if own else ()


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
) -> RuleSet:
    """Load the rules of every pack, and of the user's own folders.

    A pack of a plugin that has a mistake, or does not fit to the others, is left out with one note;
    the user's own folder with mistakes is an error that names them all. A rule that `overrides`
    another one stands in its place, where *settings* allow that to its plugin.
    """
    check_plugins(settings, registry)
    installed, notes = read_installed(registry)
    own = _read_own([*own_folders(settings, base), *folders], registry)
    owners = registry.pack_owners()

    def resolve(packs: Packs) -> Overridden:
        """Resolve references and overrides among *packs*; raises AdvisorError where they do not fit
        together."""
        rules = [rule for loaded in packs.values() for rule in loaded]
        check_references(rules)
        found = override_rules(
            rules,
            {pack.id: owners[pack.id] for pack in packs if pack in installed},
            settings.plugins.allow,
            lambda rule: inactive_reason(rule, settings, business, day),
        )
        found = attrs.evolve(found, rules=resolve_aliases(found.rules))
        check_circles(found.rules)
        return found

    packs = {**installed, **own}
    try:
        overridden = resolve(packs)
    except AdvisorError:
        packs, misfits = _fitting(installed, own, resolve, registry)
        notes += [left_out(registry, pack, error) for pack, error in misfits.items()]
        try:
            overridden = resolve(packs)
        except AdvisorError as error:
            raise registry.name_failed(error) from None
    everyone = [*overridden.rules, *(rule for rule, _ in overridden.inactive)]
    if not registry.failed:  # what is disabled may be what is not used
        _check_disabled(settings.rules.disable, everyone)
        _check_limits(settings.rules.limits, everyone)
    active: list[Rule] = []
    inactive = list(overridden.inactive)
    for rule in overridden.rules:
        reason = inactive_reason(rule, settings, business, day)
        if reason:
            inactive.append((rule, reason))
        else:
            active.append(rule.with_limits(settings.rules.limits))
    return RuleSet(
        tuple(active),
        tuple(inactive),
        tuple((pack, len(loaded)) for pack, loaded in packs.items()),
        (*notes, *overridden.notes),
        tuple(one for one in overridden.done if one.by in {rule.id for rule in active}),
    )


def _fitting(
    installed: Packs, own: Packs, resolve: Callable[[Packs], object], registry: Registry
) -> tuple[Packs, dict[RulePack, AdvisorError]]:
    """Leave out *installed* packs that do not fit to the others, with the reason: bundled ones
    whose rules refer to rules that are not there, then third-party ones that do not fit to these.
    The user's *own* stay, whatever is wrong with them."""
    owners = registry.pack_owners()
    kept = {p: rules for p, rules in installed.items() if not registry.is_third_party(owners[p.id])}
    misfits: dict[RulePack, AdvisorError] = {}
    while wrong := _dangling(kept):
        misfits |= wrong
        kept = {pack: rules for pack, rules in kept.items() if pack not in wrong}
    resolve(kept)
    waiting = {p: rules for p, rules in installed.items() if p not in kept and p not in misfits}
    before = -1
    while len(waiting) != before:  # one may refer to another that comes later
        before = len(waiting)
        for pack in list(waiting):
            try:
                resolve({**kept, pack: waiting[pack]})
            except AdvisorError as error:
                misfits[pack] = error
                continue
            misfits.pop(pack, None)
            kept[pack] = waiting.pop(pack)
    return {**{pack: rules for pack, rules in installed.items() if pack in kept}, **own}, misfits


def _dangling(packs: Packs) -> dict[RulePack, AdvisorError]:
    """Find the *packs* that refer to rules of none of them."""
    names = {
        name for rules in packs.values() for rule in rules for name in (rule.id, *rule.aliases)
    }
    found: dict[RulePack, AdvisorError] = {}
    for pack, rules in packs.items():
        wrong = [line for rule in rules for line in unknown_references(rule, names)]
        if wrong:
            found[pack] = Mistakes(wrong, where=f"rule pack {pack.id!r}")
    return found


def _read_own(folders: Sequence[Path], registry: Registry) -> Packs:
    """Load the rules of the user's own folders; raises Mistakes with what is wrong in a folder."""
    own: dict[RulePack, tuple[Rule, ...]] = {}
    for folder in folders:
        pack = folder_pack(folder)
        try:
            own[pack] = load_pack(pack, registry.vocabulary())
        except AdvisorError as error:
            raise registry.name_failed(error) from None
    return own


def own_folders(settings: Settings, base: Path | None) -> list[Path]:
    """The folders of rules that an advisor.toml names; *base* is where it lies."""
    place = base or Path()
    return [named_folder(place, path, key="rules.paths") for path in settings.rules.paths]


def _check_disabled(disabled: Sequence[str], rules: Sequence[Rule]) -> None:
    names = {name for rule in rules for name in rule.names}
    wrong = [f"rules.disable: {unknown('rule', n, names)}" for n in disabled if n not in names]
    if wrong:
        raise Mistakes(wrong, where="advisor.toml")


def _check_limits(limits: Mapping[str, float], rules: Sequence[Rule]) -> None:
    from advisor.knowledge.rule_checks import wrong_numbers

    names = {name for rule in rules for name in rule.limits}
    wrong = [f"rules.limits.{n}: {unknown('limit', n, names)}" for n in limits if n not in names]
    for rule in rules:
        if rule.limits.keys() & limits.keys():
            wrong += [f"rules.limits: {line}" for line in wrong_numbers(rule.with_limits(limits))]
    if wrong:
        raise Mistakes(wrong, where="advisor.toml")


def inactive_reason(rule: Rule, settings: Settings, business: Business, day: date) -> str:
    """Say why *rule* does not apply to this shop on this day; empty where it does."""
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
    return _wrong_tags(rule, business)


def _wrong_tags(rule: Rule, business: Business) -> str:
    """Say which tags of the shop keep *rule* from applying; empty where none do."""
    without = [tag[1:] for tag in rule.tags if tag.startswith("!")]
    wanted = [tag for tag in rule.tags if not tag.startswith("!")]
    there = [tag for tag in without if tag in business.tags]
    if there:
        return f"not for shops tagged {', '.join(there)}"
    if wanted and not set(wanted) & set(business.tags):
        return f"only for shops tagged {' or '.join(wanted)}"
    return ""
