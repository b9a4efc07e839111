"""Everything that a run knows of a shop beside its data, worked out once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import attrs

from advisor.errors import AdvisorError
from advisor.knowledge.load import (
    RuleSet,
    check_names,
    check_plugins,
    load_rules,
    own_bands,
    own_folders,
    shared_bands,
)
from advisor.model import (
    SOURCE,
    BandFile,
    Business,
    Language,
    Note,
    Request,
    Rule,
    Vocabulary,
    business_of,
    define,
    frozen,
)
from advisor.plugin import Failure, Registry

T = TypeVar("T")


def check_profile(request: Request, registry: Registry) -> None:
    """Raises Mistakes for what nobody knows in a shop's profile."""
    where = request.config.name if request.config else "command line"
    try:
        check_names(
            request.settings,
            registry.vocabulary(),
            where=where,
            languages=_languages(request.settings.report.language, registry),
        )
    except AdvisorError as error:
        raise registry.name_failed(error) from None
    check_plugins(request.settings, registry)


def _languages(name: str, registry: Registry) -> Sequence[str]:
    """The languages that a report may be in; English is known without a look at catalogues."""
    return (SOURCE,) if name == SOURCE else registry.languages()


@frozen(eq=False)
class ShopKnowledge:
    """One shop of a run: what is asked of it, who it is, the rules in force, the bands that others
    have too, and its own. *vocabulary* and *translated* are words and rules in its *language*."""

    request: Request
    business: Business
    rules: RuleSet
    bands: tuple[BandFile, ...]
    own: tuple[BandFile, ...]
    notes: tuple[Note, ...]
    language: Language
    vocabulary: Vocabulary
    translated: RuleSet

    def in_language(self, rule: Rule) -> Rule:
        """*rule* in the language of the report."""
        return self._translated.get(rule.id, rule)

    @cached_property
    def _translated(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.translated.rules}


@define(eq=False)
class Resolver:
    """Resolves the shops of a run: shops whose settings name the same rules and bands share
    them."""

    registry: Registry
    vocabulary: Vocabulary = attrs.field(init=False)
    _known: dict[Hashable, Any] = attrs.field(factory=dict, init=False)
    _loaded: list[RuleSet] = attrs.field(factory=list, init=False)

    @vocabulary.default
    def _words(self) -> Vocabulary:
        return self.registry.vocabulary()

    @property
    def size(self) -> int:
        """How much it has resolved: more where shops have rules of their own."""
        return len(self._known)

    def resolve(self, request: Request, *, rules: RuleSet | None = None) -> ShopKnowledge:
        """What is known of a shop whose profile was checked; with *rules*, those are in force.

        Raises AdvisorError for mistakes in its own folders of rules.
        """
        settings, registry = request.settings, self.registry
        business = business_of(settings, size=request.size, niche=request.niche, goal=request.goal)
        base = request.config.parent if request.config else None
        folders = (*own_folders(settings, base), *request.rules)
        allow = settings.plugins.allow
        places = tuple(map(Path.absolute, folders))
        bands = self._once(
            ("bands", places, allow), lambda: tuple(shared_bands(settings, registry, folders))
        )
        if rules is None:
            disable, profile = settings.rules.disable, settings.rules.profile
            about = (business.region, business.tags, tuple(sorted(settings.rules.limits.items())))
            asked = ("rules", places, allow, disable, profile, *about, request.today)
            rules = self._once(
                asked,
                lambda: self._same(
                    load_rules(
                        registry,
                        settings,
                        business,
                        request.today,
                        folders=request.rules,
                        base=base,
                    )
                ),
            )
        notes = self._once(("notes", allow), lambda: self._notes(allow))
        language = self._language(request, business, folders, places)
        return ShopKnowledge(
            request,
            business,
            rules,
            bands,
            own_bands(settings),
            notes,
            language,
            self._once(("words", id(language)), lambda: language.translate(self.vocabulary)),
            self._once(("translated", id(language), id(rules)), lambda: language.translate(rules)),
        )

    def _language(
        self,
        request: Request,
        business: Business,
        folders: Sequence[Path],
        places: tuple[Path, ...],
    ) -> Language:
        """The language of the shop's report; raises AdvisorError where nobody knows it."""
        name = request.language or request.settings.report.language
        asked = ("language", name, business.region, places)
        where = "--language" if request.language else "report.language"
        return self._once(
            asked,
            lambda: self.registry.language(name, business.region, folders, where=where),
        )

    def _notes(self, allow: Sequence[str]) -> tuple[Note, ...]:
        """What plugins would replace and may not."""
        return (*self.registry.ordered_bands(allow)[1], *self.registry.template_notes(allow))

    def _same(self, rules: RuleSet) -> RuleSet:
        """*rules*, or those that are there already and equal them: tags and regions that no rule
        asks for make no difference, and shops with the same rules are worked on together."""
        for one in self._loaded:
            if one == rules:
                return one
        self._loaded.append(rules)
        return rules

    def _once(self, asked: Hashable, work: Callable[[], T]) -> T:
        """What *work* gives or raises, worked out for the first shop that asks."""
        if asked not in self._known:
            try:
                self._known[asked] = work()
            except AdvisorError as error:
                self._known[asked] = Failure(error)
        found: T | Failure = self._known[asked]
        if isinstance(found, Failure):
            raise found.error.with_traceback(None)
        return found
