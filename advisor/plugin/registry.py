"""Plugins: found one by one, asked one by one.

A broken plugin costs what it would have brought, and one line; the run goes on, and its exit code
tells. A guest is a plugin that did not come with the project: it has a time limit, and adds, but
replaces nothing without the user's leave (see advisor.plugin.overrides).
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

import attrs
import pluggy

from advisor.errors import AdvisorError, Mistakes
from advisor.model import (
    BandFile,
    Note,
    Reading,
    RulePack,
    Vocabulary,
    VocabularyFile,
    check_bands,
    merge,
)
from advisor.plugin.calls import DISTRIBUTION, Asking, Owned, PluginInfo
from advisor.plugin.distributions import Described, describe, meets
from advisor.plugin.guest import GuestFault, directly, what
from advisor.plugin.guest_provider import GuestProvider
from advisor.plugin.guest_readings import Lent, derived_breaks
from advisor.plugin.hookspecs import (
    PROJECT,
    Derived,
    Hooks,
    KindInfo,
    Provider,
    ReadContext,
    ReportFormat,
    Templates,
)
from advisor.plugin.lost_words import LostWords, because, file_words, module_words
from advisor.plugin.overrides import order_bands, order_templates
from advisor.plugin.plugin_check import api_mistake, hook_mistakes
from advisor.plugin.prune import prune
from advisor.plugin.traced_provider import TracedProvider
from advisor.plugin.tracing import Trace

__all__ = ["DISTRIBUTION", "PluginInfo", "Registry", "add", "empty", "load_plugins", "own_version"]


@attrs.define(eq=False)
class Registry(Asking):
    """All plugins of a run, behind one typed method for each hook. *pack_owners* are the plugins of
    rule packs, by the id of the pack; *computed_by* those of derived columns."""

    pack_owners: dict[str, str] = attrs.field(factory=dict)
    computed_by: dict[str, str] = attrs.field(factory=dict)
    _vocabulary: Vocabulary | None = None
    _lost: LostWords = attrs.field(factory=LostWords)

    def vocabulary(self) -> Vocabulary:
        """The words of all plugins. A guest whose words clash with others is left out whole, and so
        are words that need those of a plugin that failed; raises Mistakes where the bundled ones
        clash."""
        if self._vocabulary is None:
            files = self.once("advisor_vocabulary", VocabularyFile)
            self._note_lost()
            try:
                self._vocabulary = merge(files)
            except Mistakes:
                self._vocabulary = self._without_lost(files)
        return self._vocabulary

    def lost_words(self) -> LostWords:
        """What failed plugins would have said."""
        self.vocabulary()
        return self._lost

    def providers(self) -> list[Provider]:
        """Providers; one with a kind that another one has is left out."""
        return [provider for _, provider in self.owned_providers()]

    def owned_providers(self) -> list[tuple[str, Provider]]:
        """Providers with their plugins."""
        if "providers" not in self.answers:
            owners: dict[str, str] = {}
            found: Owned = []
            for owner, provider in self.once("advisor_metric_providers", Provider):
                wrong = self._unfit(owner, provider, owners)
                if wrong:
                    self.problem(owner, wrong)
                    continue
                owners |= dict.fromkeys(provider.kinds, owner)
                found.append((owner, provider))
            self.answers["providers"] = found
        return self.answers["providers"]

    def reading_providers(self) -> list[Provider]:
        """Providers as files are offered to them: a guest's within its time limit."""
        found: list[Provider] = []
        for owner, bare in self.owned_providers():
            guest = self.is_guest(owner)
            asked = bare
            if guest:
                asked = GuestProvider(bare, owner, self.time_limit, self.vocabulary())
            found.append(TracedProvider(asked, owner, self.trace) if self.trace else asked)
        return found

    def rule_packs(self) -> list[RulePack]:
        """Rule packs; two with one id are a clash that names both owners. One without a version has
        that of its distribution."""
        packs = self.unique("advisor_rule_packs", RulePack, "rule pack", lambda pack: pack.id)
        self.pack_owners = {pack.id: owner for owner, pack in packs}
        versions = {plugin.name: plugin.version for plugin in self.plugins}
        return [
            pack if pack.version else attrs.evolve(pack, version=versions.get(owner, ""))
            for owner, pack in packs
        ]

    def band_files(self) -> list[BandFile]:
        """Bands whose names the vocabulary knows; a file with mistakes is left out, and said."""
        return [file for _, file in self.owned_bands()]

    def owned_bands(self) -> list[tuple[str, BandFile]]:
        """Bands with their plugins."""
        if "bands" not in self.answers:
            found: Owned = []
            for owner, file in self.once("advisor_benchmarks", BandFile):
                try:
                    check_bands(file, self.vocabulary())
                except AdvisorError as error:
                    self.problem(owner, str(error))
                    continue
                found.append((owner, file))
            self.answers["bands"] = found
        return self.answers["bands"]

    def ordered_bands(self, allow: Sequence[str] = ()) -> tuple[list[BandFile], list[Note]]:
        """Bands in their layers where the user allows these plugins, and what is to be said."""
        hosts = [file for owner, file in self.owned_bands() if not self.is_guest(owner)]
        guests = [(owner, file) for owner, file in self.owned_bands() if self.is_guest(owner)]
        niches: dict[str, set[str]] = {}
        for owner, file in self.once("advisor_vocabulary", VocabularyFile):
            niches.setdefault(owner, set()).update(niche.id for niche in file.niche)
        ours = {n for owner, names in niches.items() if not self.is_guest(owner) for n in names}
        return order_bands(hosts, guests, {o: names - ours for o, names in niches.items()}, allow)

    def derived(self, readings: Sequence[Reading], context: ReadContext) -> list[Derived]:
        """What plugins computed of *readings*; a column that two have is the first one's."""
        found: list[Derived] = []
        owners: dict[tuple[str, str], str] = {}
        hook = "advisor_metrics"
        for implementation in self.implementations(hook):
            owner = implementation.plugin_name
            lent = Lent(readings) if self.is_guest(owner) else None
            values = {"readings": lent.readings if lent else readings, "context": context}
            given = self.ask_one(hook, implementation, Derived, values)
            broken = lent.changes() if lent else ""
            for one in given:
                broken = broken or derived_breaks(one, self.vocabulary())
            if broken:
                self.fail(hook, owner, broken)
                continue
            for one in given:
                columns = {c.partition(".")[0] for c in one.frame.columns} - {"key", "name", "days"}
                twice = sorted(c for c in columns if (one.subject, c) in owners)
                for column in twice:
                    also = owners[one.subject, column]
                    self.problem(owner, f"{column} of {one.subject} is computed by {also} already")
                drop = [c for c in one.frame.columns if c.partition(".")[0] in twice]
                owners |= {(one.subject, column): owner for column in columns - set(twice)}
                self.computed_by |= dict.fromkeys(columns - set(twice), owner)
                found.append(attrs.evolve(one, frame=one.frame.drop(drop)) if drop else one)
        return found

    def report_formats(self) -> list[ReportFormat]:
        """Formats; one with the name of another is left out."""
        return [one for _, one in self.owned_formats()]

    def owned_formats(self) -> list[tuple[str, ReportFormat]]:
        """Formats with their plugins."""
        return self.unique("advisor_report_formats", ReportFormat, "format", lambda one: one.name)

    def templates(self, allow: Sequence[str] = ()) -> list[Templates]:
        """Folders of templates in the order in which they are searched (see order_templates)."""
        return self._ordered_templates(allow)[0]

    def template_notes(self, allow: Sequence[str] = ()) -> list[Note]:
        """What the templates of plugins would replace and may not."""
        return self._ordered_templates(allow)[1]

    def guest_templates(self) -> list[Templates]:
        """Folders of templates that guests brought."""
        return [one for owner, one in self.owned_templates() if self.is_guest(owner)]

    def owned_templates(self) -> list[tuple[str, Templates]]:
        """Folders of templates with their plugins."""
        return self.once("advisor_templates", Templates)

    def _ordered_templates(self, allow: Sequence[str]) -> tuple[list[Templates], list[Note]]:
        owned = self.owned_templates()
        hosts = [one for owner, one in owned if not self.is_guest(owner)]
        guests = [(owner, one) for owner, one in owned if self.is_guest(owner)]
        return order_templates(hosts, guests, allow)

    def _note_lost(self) -> None:
        for plugin in self.plugins:
            failed = plugin.name in self.broken.get("advisor_vocabulary", {})
            words = module_words(plugin.module) if failed or plugin.problem else frozenset()
            if words or words is None:
                self._lost.by[plugin.name] = words

    def _without_lost(self, files: Owned) -> Vocabulary:
        kept, out = prune(files, lambda word: bool(self._lost.whose(word)))
        leaning: dict[str, dict[str, str]] = {}
        for owner, word, needed in out:
            self._lost.leaning[word] = self._lost.whose(needed)
            leaning.setdefault(owner, {})[word] = needed
        for owner, words in leaning.items():
            owners = [name for word in words for name in self._lost.leaning[word]]
            one = len(words) == 1
            told = because(words.values(), owners, one=one)
            self.problem(owner, f"{len(words)} of its words {told}")
        self.answers["advisor_vocabulary"] = kept
        try:
            return merge(kept)
        except Mistakes:
            return self._without_clashes(kept)

    def _without_clashes(self, files: Owned) -> Vocabulary:
        kept = [pair for pair in files if not self.is_guest(pair[0])]
        merge(kept)
        waiting = list(dict.fromkeys(owner for owner, _ in files if self.is_guest(owner)))
        wrong: dict[str, Mistakes] = {}
        while waiting:  # a guest may need the words of another one
            fitting = ""
            for owner in waiting:
                try:
                    merge([*kept, *(pair for pair in files if pair[0] == owner)])
                except Mistakes as error:
                    wrong[owner] = error
                    continue
                fitting = owner
                break
            if not fitting:
                break
            kept += [pair for pair in files if pair[0] == fitting]
            waiting.remove(fitting)
        for owner in waiting:
            self.out.add(owner)
            self.problem(owner, f"is left out: {'; '.join(wrong[owner].mistakes)}")
            theirs = (file_words(file) for of, file in files if of == owner)
            self._lost.by[owner] = frozenset().union(*theirs)
        self.answers["advisor_vocabulary"] = kept
        return merge(kept)

    def before(self, hook: str) -> None:
        """Whose words clash with others is not asked for more."""
        if hook != "advisor_vocabulary":
            self.vocabulary()

    def _unfit(self, owner: str, provider: Provider, owners: dict[str, str]) -> str:
        """Why *provider* cannot serve; *owners* are the kinds that are there already."""

        def ask() -> tuple[object, dict[str, KindInfo]]:
            return provider.name, dict(provider.kinds)

        try:
            name, kinds = self.call(owner, ask)
        except (GuestFault, AdvisorError) as error:
            return f"a provider cannot be asked what it is: {error}"
        wrong = [value for value in kinds.values() if not isinstance(value, KindInfo)]
        if not isinstance(name, str) or wrong:
            got = type(wrong[0] if wrong else name).__name__
            return f"a provider gave {got} where {'KindInfo' if wrong else 'its name'} is expected"
        twice = [f"{kind} is read by {owners[kind]} already" for kind in kinds if kind in owners]
        return f"provider {name} is left out: {'; '.join(twice)}" if twice else ""


def empty() -> Registry:
    """A registry without plugins; `add` them."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return Registry(manager, [])


def add(registry: Registry, plugin: object, name: str, entry: EntryPoint | None = None) -> None:
    """Registers one plugin; a hook it implements wrongly is its problem, not the run's."""
    described = describe(entry.dist if entry is not None else None, DISTRIBUTION)
    module = entry.value if entry else type(plugin).__name__
    info = PluginInfo(name, described.name, described.version, module)
    try:
        wrong = directly(lambda: _mistake(registry, plugin, info))
        if not wrong:
            directly(lambda: registry.manager.register(plugin, name))
    except (GuestFault, AdvisorError) as error:
        wrong = str(error)
    if wrong:
        _refuse(registry, info, f"plugin {name} cannot be used: {wrong}", wrong)
        return
    callers = registry.manager.get_hookcallers(plugin) or []
    hooks = tuple(sorted(caller.name for caller in callers))
    registry.plugins.append(attrs.evolve(info, hooks=hooks))


def _mistake(registry: Registry, plugin: object, info: PluginInfo) -> str:
    """Why *plugin* cannot be used; "" where it can."""
    for other in registry.plugins:
        if other.name == info.name:
            first, second = (one.distribution or one.module for one in (other, info))
            return f"{first} and {second} both bring a plugin of this name; the first is used"
    return api_mistake(plugin, own_version()) or "; ".join(hook_mistakes(plugin))


def own_version() -> str:
    """The version of the installed distribution; "0" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return describe(distribution(DISTRIBUTION), DISTRIBUTION).version
    except PackageNotFoundError:
        return "0"


def load_plugins(
    points: Iterable[EntryPoint] | None = None, *, trace: Trace | None = None
) -> Registry:
    """Every installed plugin; ours first, then by name. *points* replaces what is installed; with
    *trace* importing them and each of their calls is told."""
    registry = empty()
    registry.trace = trace
    chosen = entry_points(group=PROJECT) if points is None else points
    described = [(describe(point.dist, DISTRIBUTION), point) for point in chosen]
    for of, point in sorted(described, key=lambda one: (one[0].name != DISTRIBUTION, one[1].name)):
        _load_one(registry, point, of)
    return registry


def _load_one(registry: Registry, point: EntryPoint, described: Described) -> None:
    info = PluginInfo(point.name, described.name, described.version, point.value)
    if described.name != DISTRIBUTION and not meets(own_version(), described.needs):
        problem = f"it requires {DISTRIBUTION} {described.needs}, and this is {own_version()}"
        _refuse(registry, info, f"plugin {point.name} cannot be used: {problem}", problem)
        return
    try:
        trace = registry.trace
        load_it = trace.timed(point.name, "import", point.load) if trace else point.load
        plugin = directly(load_it)
    except (GuestFault, AdvisorError) as error:
        text = error.text if isinstance(error, GuestFault) else what(error)
        _refuse(registry, info, f"plugin {point.name} cannot be imported: {text}", text)
        return
    add(registry, plugin, point.name, point)


def _refuse(registry: Registry, info: PluginInfo, line: str, problem: str) -> None:
    registry.plugins.append(attrs.evolve(info, problem=problem))
    registry.problems.append(Note("plugin", line))
