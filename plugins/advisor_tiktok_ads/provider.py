"""The provider of all files that TikTok's advertising side gives."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from advisor import Column, KindInfo, Match, Provider, ReadContext, Reading, Source, Steps
from advisor.tabular import Kind, TabularProvider, Template, TemplateProvider, load_kinds
from advisor_tiktok_ads import airbyte
from advisor_tiktok_ads.audience_kinds import BY_AUDIENCE, kind_info
from advisor_tiktok_ads.purchases import counts_after

if TYPE_CHECKING:
    import polars as pl

    from advisor import Table
    from advisor.tabular import Shape

# Whatever needs Polars is imported when a file is read: the list of kinds need not wait for it.

NAME = "tiktok-ads"
_CREATIVES = "gmv-max-creatives"
_REPORT = airbyte.REPORT


def providers() -> Sequence[Provider]:
    """One for what the platform exports, one for our own templates."""
    kinds = load_kinds("advisor_tiktok_ads", platform="tiktok")
    exported = [kind for kind in kinds if not kind.template]
    templates = [Template(kind, _shape(kind.id)) for kind in kinds if kind.template]
    return (
        AdsProvider(NAME, exported, not_additive=("reach",)),
        TemplateProvider(f"{NAME} templates", templates),
    )


class AdsProvider(TabularProvider):
    """Kinds as data, and what data cannot say: whose purchases count, versions, streams."""

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        kinds = {
            name: attrs.evolve(info, counts=counts_after(info.counts))
            for name, info in super().kinds.items()
        }
        reached = {
            new: kind_info(kinds[base], *words) for base, (new, *words) in BY_AUDIENCE.items()
        }
        creatives = kinds[_CREATIVES]  # a list of them also says how many a campaign has
        kinds[_CREATIVES] = attrs.evolve(creatives, subjects=(*creatives.subjects, "campaign"))
        return {**kinds, **reached, airbyte.KIND: airbyte.kind_info(kinds[_REPORT])}

    def recognise(self, source: Source) -> Sequence[Match]:
        from advisor_tiktok_ads.json_columns import unpacked

        source = unpacked(source)
        if airbyte.is_airbyte(source):
            return airbyte.recognise(source, super().recognise)
        return super().recognise(source)

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        from advisor_tiktok_ads.json_columns import unpacked

        source = unpacked(source)
        if match.kind == airbyte.KIND:
            streams = airbyte.read(source, super().recognise, super().reading, context)
            return (yield from streams)
        reading = yield from super().reading(source, match, context)
        return airbyte.of_its_grain(reading, match.grid or "")

    def finish(self, kind: Kind, reading: Reading, context: ReadContext) -> Reading:  # noqa: ARG002
        from advisor_tiktok_ads.finish import STEPS

        for step in STEPS.get(kind.id, ()):
            reading = step(reading)
        return reading

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """*readings* with the time zones of their ad accounts, those of loaders with currencies."""
        from advisor_tiktok_ads.accounts import of_their_accounts

        return of_their_accounts(readings)

    def explain(self, reading: Reading) -> tuple[Column, ...]:
        bases = {new: base for base, (new, *_) in BY_AUDIENCE.items()}
        base = _REPORT if reading.kind == airbyte.KIND else bases.get(reading.kind, reading.kind)
        return super().explain(attrs.evolve(reading, kind=base))


def _shape(template: str) -> "Shape":
    def shape(kind: Kind, rows: "pl.DataFrame", context: ReadContext) -> "Sequence[Table]":
        from advisor_tiktok_ads.finish import SHAPES

        return SHAPES[template](kind, rows, context)

    return shape
