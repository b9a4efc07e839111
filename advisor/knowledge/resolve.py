"""Everything that a run knows of a shop beside its data, worked out once."""

from collections.abc import Callable, Hashable, Sequence
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
from advisor.model import BandFile, Business, Note, Request, Vocabulary, business_of, frozen
from advisor.plugin import Registry

T = TypeVar("T")


def check_profile(request: Request, registry: Registry) -> None:
    """Raises Mistakes for what nobody knows in a shop's profile."""
    where = request.config.name if request.config else "command line"
    try:
        check_names(request.settings, registry.vocabulary(), where=where)
    except AdvisorError as error:
        raise registry.name_failed(error) from None
    check_plugins(request.settings, registry)


@frozen(eq=False)
class ShopKnowledge:
    """One shop of a run: what is asked of it, who it is, the rules in force, the bands that others
    have too, and its own."""

    request: Request
    business: Business
    rules: RuleSet
    bands: tuple[BandFile, ...]
    own: tuple[BandFile, ...]
    notes: tuple[Note, ...]


@attrs.define(eq=False)
class Resolver:
    """Resolves the shops of a run: shops whose settings name the same rules and bands share
    them."""

    registry: Registry
    vocabulary: Vocabulary = attrs.field(init=False)
    _known: dict[Hashable, Any] = attrs.field(factory=dict, init=False)

    @vocabulary.default
    def _words(self) -> Vocabulary:
        return self.registry.vocabulary()

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
            asked = ("rules", places, allow, disable, profile, business.region, request.today)
            rules = self._once(
                asked,
                lambda: load_rules(
                    registry,
                    settings,
                    business,
                    request.today,
                    folders=request.rules,
                    base=base,
                ),
            )
        notes = self._once(("notes", allow), lambda: self._notes(allow))
        return ShopKnowledge(request, business, rules, bands, own_bands(settings), notes)

    def _notes(self, allow: Sequence[str]) -> tuple[Note, ...]:
        """What plugins would replace and may not."""
        return (*self.registry.ordered_bands(allow)[1], *self.registry.template_notes(allow))

    def _once(self, asked: Hashable, work: Callable[[], T]) -> T:
        if asked not in self._known:
            self._known[asked] = work()
        found: T = self._known[asked]
        return found
