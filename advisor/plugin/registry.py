"""Plugins, called one by one, in use or out.

A plugin that cannot be imported (`plugin/loading.py`), fails in a hook, gives what no hook gives or
clashes with a plugin before it is out, whole, with one line; the run goes on, and its exit code
tells. What fails later, on a file or on the data of a shop, costs that file or those columns. A
third-party plugin, one that did not come with the project, adds, but replaces nothing unless the
user allows it (see advisor.plugin.overrides).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any

import attrs
import pluggy

from advisor.errors import AdvisorError, Mistakes, PluginError, names_unknown_word
from advisor.model import (
    SOURCE,
    BandFile,
    Language,
    Note,
    RulePack,
    Vocabulary,
    VocabularyFile,
    check_bands,
    define,
    frozen,
    merge,
)
from advisor.plugin.calls import ANSWERS, DISTRIBUTION, HookCaller, Owned, PluginInfo
from advisor.plugin.catalogues import (
    catalogue_files,
    find_language,
    host_folder,
    make_language,
    plugin_folder,
)
from advisor.plugin.checked_provider import CheckedProvider
from advisor.plugin.contracts import derived_breaks
from advisor.plugin.counts import Counts, MetricsContext
from advisor.plugin.guard import describe_error
from advisor.plugin.hookspecs import (
    FORMATS,
    Derived,
    Provider,
    ReportFormat,
    Templates,
    takes_blocks,
)
from advisor.plugin.overrides import order_bands, order_templates

__all__ = ["DISTRIBUTION", "PluginInfo", "Registry"]

_METRICS = "advisor_metrics"
_NAMES: Mapping[str, tuple[str, Callable[[Any], Iterable[str]]]] = {
    "advisor_metric_providers": ("kind of file", lambda provider: provider.kinds),
    "advisor_rule_packs": ("rule pack", lambda pack: (pack.id,)),
    "advisor_report_formats": ("format", lambda one: (one.name,)),
}
"""What only one plugin may bring under one name, by hook."""
_LABELS = {"shop", "key", "name", "days"}


@frozen
class Computed:
    """The metrics that plugins computed from the counts of a block of shops; *failures* says by
    shop which plugins failed, and how."""

    derived: tuple[Derived, ...] = ()
    failures: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)

    def lines(self, shop: str) -> list[str]:
        """Describe each failure on *shop* in a line."""
        failures = self.failures.get(shop, {})
        return [f"plugin {owner}: {why}" for owner, why in failures.items()]


@define(eq=False)
class Registry(HookCaller):
    """All plugins of a run, behind one typed method for each hook. *isolated* are notes on what
    plugins cannot do in a child."""

    isolated: list[Note] = attrs.field(factory=list)
    _vocabulary: Vocabulary | None = None

    def call_all(self, hook: str) -> Owned:
        """Call *hook* of every plugin that fits (see `HookCaller.call_all`)."""
        if hook != "advisor_vocabulary":
            self.vocabulary()
        return super().call_all(hook)

    def vocabulary(self) -> Vocabulary:
        """Return the words of all plugins. A third-party plugin that does not fit is left out.

        Raises Mistakes where words of the bundled plugins clash.
        """
        if self._vocabulary is None:
            self._ask_third_parties()
            words = self._merged()
            while misfit := self._misfit(words):
                self.fail(*misfit)
                words = self._merged()
            self._vocabulary = words
        return self._vocabulary

    def name_failed(self, error: AdvisorError) -> AdvisorError:
        """Return *error*, which names the failed plugins if it is about an unknown word: the word
        may be one of theirs."""
        failed = self.failed_plugins()
        if not failed or not names_unknown_word(str(error)):
            return error
        hint = "; ".join(filter(None, (error.hint, failed)))
        return AdvisorError(error.message, where=error.where, hint=hint)

    def providers(self) -> list[Provider]:
        """List the providers."""
        return [provider for _, provider in self.owned_providers()]

    def owned_providers(self) -> list[tuple[str, Provider]]:
        """List the providers with their plugins."""
        return self.call_all("advisor_metric_providers")

    def reading_providers(self) -> list[Provider]:
        """List the providers as files are offered to them: guarded, traced and checked."""
        return [self.checked(owner, provider) for owner, provider in self.owned_providers()]

    def checked(self, owner: str, provider: Provider) -> Provider:
        """Return *provider* as files are offered to it; *owner* is who brought it."""
        words, third_party = self.vocabulary(), self.is_third_party(owner)
        return CheckedProvider(provider, owner, words, third_party, self.trace)

    def rule_packs(self) -> list[RulePack]:
        """List the rule packs. One without a version has that of its distribution."""
        versions = {plugin.name: plugin.version for plugin in self.plugins}
        return [
            pack if pack.version else attrs.evolve(pack, version=versions.get(owner, ""))
            for owner, pack in self.call_all("advisor_rule_packs")
        ]

    def pack_owners(self) -> dict[str, str]:
        """Map the ids of rule packs to the plugins that brought them."""
        return {pack.id: owner for owner, pack in self.call_all("advisor_rule_packs")}

    def band_files(self) -> list[BandFile]:
        """List the bands."""
        return [file for _, file in self.owned_bands()]

    def owned_bands(self) -> list[tuple[str, BandFile]]:
        """List the bands with their plugins."""
        return self.call_all("advisor_benchmarks")

    def ordered_bands(self, allow: Sequence[str] = ()) -> tuple[list[BandFile], list[Note]]:
        """Bands in their layers where the user allows these plugins, and what is to be said."""
        ours, others = self._by_origin(self.owned_bands())
        niches: dict[str, set[str]] = {}
        for owner, file in self.call_all("advisor_vocabulary"):
            niches.setdefault(owner, set()).update(niche.id for niche in file.niche)
        bundled = {n for o, names in niches.items() if not self.is_third_party(o) for n in names}
        own_niches = {owner: names - bundled for owner, names in niches.items()}
        return order_bands(ours, others, own_niches, allow)

    def derived(self, counts: Counts, context: MetricsContext) -> Computed:
        """Have plugins compute metrics from *counts*. A plugin that fails on a shop, or computes
        what one before it did, brings none of it."""
        found: list[Derived] = []
        owners: dict[tuple[str, str], str] = {}
        failures: dict[str, dict[str, str]] = {}
        for implementation in self.implementations(_METRICS):
            owner = implementation.plugin_name
            given, failed = self._compute(implementation, counts, context)
            merged = _merged(given)
            columns = {(one.subject, name): owner for one in merged for name in _computed(one)}
            twice = sorted(columns.keys() & owners.keys())
            if twice:
                subject, name = twice[0]
                why = f"{name} of {subject} is computed by {owners[twice[0]]}"
                failed |= dict.fromkeys(context.shops["shop"], why)
            else:
                owners |= columns
                found += merged
            for shop, why in failed.items():
                failures.setdefault(shop, {})[owner] = why
        return Computed(tuple(found), failures)

    def _compute(
        self, implementation: pluggy.HookImpl, counts: Counts, context: MetricsContext
    ) -> tuple[list[Derived], dict[str, str]]:
        """What one plugin computes, and by shop how it failed. A block on which it fails is halved
        until the shops are found; a plugin that does not take blocks is called once a shop."""
        shops: list[str] = context.shops["shop"].to_list()
        blocks = takes_blocks(implementation.function)
        if blocks or len(shops) == 1:
            try:
                return self._compute_once(implementation, counts, context), {}
            except PluginError as error:
                if len(shops) == 1:
                    return [], {shops[0]: error.message}
        half = len(shops) // 2
        parts = (shops[:half], shops[half:]) if blocks else ([shop] for shop in shops)
        given: list[Derived] = []
        failed: dict[str, str] = {}
        for part in parts:
            own = self._compute(implementation, counts.only(part), context.only(part))
            given += own[0]
            failed |= own[1]
        return given, failed

    def _compute_once(
        self, implementation: pluggy.HookImpl, counts: Counts, context: MetricsContext
    ) -> list[Derived]:
        values = {"counts": counts, "context": context}
        given = self.call_one(_METRICS, implementation, Derived, values)
        shops = context.shops["shop"]
        if len(shops) == 1:
            given = [_of_shop(one, shops[0]) for one in given]
        breaks = (derived_breaks(one, self.vocabulary()) for one in given)
        again = (derived_breaks(one, self.vocabulary()) for one in _merged(given))
        # One subject may be in two parts of a column, which shows when they are put together.
        broken = next(filter(None, chain(breaks, again)), "")
        if broken:
            raise PluginError(f"{_METRICS} {broken}")
        return given

    def uncomputed(self, computed: Computed, shop: str) -> dict[str, str]:
        """Map the derived metrics and symbols that nobody computed of *shop* to how a plugin
        failed, where a plugin of the same distribution declares them."""
        distribution = {plugin.name: plugin.distribution for plugin in self.plugins}
        found: dict[str, str] = {}
        for failed, why in computed.failures.get(shop, {}).items():
            for owner, file in self.call_all("advisor_vocabulary"):
                if distribution[owner] == distribution[failed]:
                    words = (
                        *(m.id for m in file.metric if m.derived),
                        *(s.id for s in file.symbol),
                    )
                    found |= dict.fromkeys(words, f"plugin {failed} failed: {why}")
        if not found:
            return {}
        of_shop = (one.frame for one in computed.derived if shop in one.frame["shop"])
        there = {column for frame in of_shop for column in frame.columns}
        return {word: why for word, why in found.items() if word not in there}

    def catalogues(
        self, folders: Iterable[Traversable] = ()
    ) -> Mapping[str, Sequence[Traversable]]:
        """The PO files of each language, by its code."""
        return catalogue_files(self.text_folders(folders))

    def text_folders(self, folders: Iterable[Traversable] = ()) -> tuple[Traversable, ...]:
        """Where texts and their catalogues are: the host's folder, those of plugins in use, ours
        first, and the user's own *folders* of rules."""
        ours, others = self._by_origin(
            [(plugin.name, plugin.name) for plugin in self.plugins if plugin.problem is None]
        )
        names = [*ours, *(name for name, _ in others)]
        owned = (plugin_folder(self.manager.get_plugin(name)) for name in names)
        packs = (pack.folder for pack in self.rule_packs())
        return tuple(dict.fromkeys((host_folder(), *filter(None, owned), *packs, *folders)))

    def languages(self) -> tuple[str, ...]:
        """The languages that a report may be in."""
        return tuple(sorted({SOURCE, *self.catalogues()}))

    def language(
        self,
        name: str,
        region: str | None,
        folders: Iterable[Traversable] = (),
        *,
        where: str = "--language",
    ) -> Language:
        """The language called *name* as it is written in *region*. Raises AdvisorError where there
        is none."""
        if name == SOURCE:
            return Language(SOURCE, region)
        found = self.catalogues(folders)
        code = find_language(name, sorted({SOURCE, *found}), where=where)
        return make_language(code, region, found)

    def report_formats(self) -> list[ReportFormat]:
        """List the report formats."""
        return [one for _, one in self.owned_formats()]

    def owned_formats(self) -> list[tuple[str, ReportFormat]]:
        """List the report formats with their plugins."""
        return self.call_all("advisor_report_formats")

    def templates(self, allow: Sequence[str] = ()) -> list[Templates]:
        """List the folders of templates in the order in which they are searched."""
        return self._ordered_templates(allow)[0]

    def template_notes(self, allow: Sequence[str] = ()) -> list[Note]:
        """List what the templates of plugins would replace and may not."""
        return [*self._ordered_templates(allow)[1], *self.isolated]

    def third_party_templates(self) -> list[Templates]:
        """List the folders of templates of third-party plugins."""
        return [one for _, one in self._by_origin(self.owned_templates())[1]]

    def owned_templates(self) -> list[tuple[str, Templates]]:
        """List the folders of templates with their plugins."""
        return self.call_all("advisor_templates")

    def _ordered_templates(self, allow: Sequence[str]) -> tuple[list[Templates], list[Note]]:
        ours, others = self._by_origin(self.owned_templates())
        return order_templates(ours, others, allow)

    def _by_origin(self, owned: Owned) -> tuple[list[Any], Owned]:
        """Split what plugins brought: that of bundled ones, and that of others with its plugin."""
        ours = [one for owner, one in owned if not self.is_third_party(owner)]
        return ours, [pair for pair in owned if self.is_third_party(pair[0])]

    def _ask_third_parties(self) -> None:
        """Call every hook without arguments of third-party plugins: one that fails in any of them
        brings nothing at all. What came with the project is called when it is needed."""
        for hook in ANSWERS:
            self.answers.setdefault(hook, {})
            for implementation in list(self.implementations(hook)):
                if self.is_third_party(implementation.plugin_name):
                    self._answer(hook, implementation)

    def _merged(self) -> Vocabulary:
        """Merge the words of all plugins; third-party ones whose words do not fit are out."""
        files: list[tuple[str, VocabularyFile]] = super().call_all("advisor_vocabulary")
        try:
            return merge(files)
        except Mistakes:
            kept = [pair for pair in files if not self.is_third_party(pair[0])]
            merge(kept)
        waiting = [pair for pair in files if self.is_third_party(pair[0])]
        wrong: dict[str, Mistakes] = {}
        before = -1
        while len(waiting) != before:  # one may need the words of another one
            before = len(waiting)
            for owner in dict.fromkeys(owner for owner, _ in waiting):
                theirs = [pair for pair in waiting if pair[0] == owner]
                try:
                    merge([*kept, *theirs])
                except Mistakes as error:
                    wrong[owner] = error
                    continue
                kept += theirs
                waiting = [pair for pair in waiting if pair[0] != owner]
        for owner in dict.fromkeys(owner for owner, _ in waiting):
            why, failed = "; ".join(wrong[owner].mistakes), self.failed_plugins()
            self.fail(owner, f"{why}; {failed}" if failed and names_unknown_word(why) else why)
        return merge(kept)

    def _misfit(self, words: Vocabulary) -> tuple[str, str] | None:
        """Find the first third-party plugin that clashes with one before it, or whose bands do not
        fit the vocabulary; with the reason."""
        for owner, files in self.answers["advisor_benchmarks"].items():
            try:
                for file in files if self.is_third_party(owner) else ():
                    check_bands(file, words)
            except AdvisorError as error:
                return owner, describe_error(error)
        for hook, (title, names_of) in _NAMES.items():
            if any(map(self.is_third_party, self.answers[hook])):
                found = _clash(super().call_all(hook), title, names_of)
                if found is not None:
                    return found
        return None


def _clash(
    owned: Owned, title: str, names_of: Callable[[Any], Iterable[str]]
) -> tuple[str, str] | None:
    owners = dict.fromkeys(FORMATS, DISTRIBUTION) if title == "format" else {}
    for owner, one in owned:
        for name in names_of(one):
            if name in owners:
                return owner, f"{title} {name!r} is brought by {owners[name]} already"
            owners[name] = owner
    return None


def _computed(derived: Derived) -> set[str]:
    frame: Any = derived.frame
    columns = getattr(frame, "columns", ())
    return {c.partition(".")[0] for c in columns} - _LABELS


def _of_shop(derived: Derived, shop: str) -> Derived:
    """*derived* with the shop that it is of, where it does not say so itself."""
    import polars as pl

    frame: object = derived.frame
    if not isinstance(frame, pl.DataFrame) or "shop" in frame.columns:
        return derived
    return attrs.evolve(derived, frame=frame.with_columns(pl.lit(shop).alias("shop")))


def _merged(given: Iterable[Derived]) -> list[Derived]:
    """*given* with the rows of columns that came in parts (a shop, a few keys) put together."""
    import polars as pl

    merged: list[Derived] = []
    for one in given:
        columns = set(one.frame.columns) - _LABELS
        for at, other in enumerate(merged):
            if other.subject == one.subject and columns & set(other.frame.columns):
                rows = pl.concat([other.frame, one.frame], how="diagonal_relaxed")
                merged[at] = attrs.evolve(other, frame=rows)
                break
        else:
            merged.append(one)
    return merged
