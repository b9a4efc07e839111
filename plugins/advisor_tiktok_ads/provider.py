"""The provider of all files that TikTok's advertising side gives."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import polars as pl

from advisor import Column, KindInfo, Match, Note, Provider, ReadContext, Reading, Source, Table
from advisor.tabular import Kind, Shape, TabularProvider, Template, TemplateProvider, load_kinds
from advisor_tiktok_ads import airbyte
from advisor_tiktok_ads.audience import BY_AUDIENCE, audience, kind_info
from advisor_tiktok_ads.gmv_max_rows import apart
from advisor_tiktok_ads.history import newest_versions
from advisor_tiktok_ads.hours import hours_to_days
from advisor_tiktok_ads.json_columns import unpacked
from advisor_tiktok_ads.loads import newest_loads
from advisor_tiktok_ads.own_lists import campaign_budgets, campaign_changes
from advisor_tiktok_ads.purchases import counts_after, one_source

NAME = "tiktok-ads"
_TEMPLATES: Mapping[str, Shape] = {
    "campaign-budgets": campaign_budgets,
    "campaign-changes": campaign_changes,
}
_CREATIVES = "gmv-max-creatives"
_REPORT = "marketing-api-report"  # what each stream of Airbyte is read as
_FEW = 100


def providers() -> Sequence[Provider]:
    """One for what the platform exports, one for our own templates."""
    kinds = load_kinds("advisor_tiktok_ads", platform="tiktok")
    exported = [kind for kind in kinds if not kind.template]
    templates = [Template(kind, _TEMPLATES[kind.id]) for kind in kinds if kind.template]
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
        source = unpacked(source)
        if airbyte.is_airbyte(source):
            return airbyte.recognise(source, super().recognise)
        return super().recognise(source)

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        source = unpacked(source)
        if match.kind == airbyte.KIND:
            return airbyte.read(source, super().recognise, super().read, context)
        return airbyte.of_its_grain(super().read(source, match, context), match.grid or "")

    def finish(self, kind: Kind, reading: Reading, context: ReadContext) -> Reading:  # noqa: ARG002
        for step in _STEPS.get(kind.id, ()):
            reading = step(reading)
        return reading

    def explain(self, reading: Reading) -> tuple[Column, ...]:
        bases = {new: base for base, (new, *_) in BY_AUDIENCE.items()}
        base = _REPORT if reading.kind == airbyte.KIND else bases.get(reading.kind, reading.kind)
        return super().explain(attrs.evolve(reading, kind=base))


def _budget_of_campaigns_only(reading: Reading) -> Reading:
    """A campaign's budget stands beside each of its ads, whose budget it is not."""

    def own(table: Table) -> Table:
        if table.subject == "campaign" or "budget" not in table.counts:
            return table
        return attrs.evolve(table, frame=table.frame.drop("budget"))

    return attrs.evolve(reading, tables=tuple(own(table) for table in reading.tables))


def _names_as_keys(reading: Reading) -> Reading:
    """A note where ads are known by name only."""
    for table in reading.tables:
        keys = table.frame["key"]
        # Where there are ids, one of the first keys usually is one.
        if not (_has_ids(keys.head(_FEW)) or _has_ids(keys)) and (keys != "").any():
            text = (
                f"the file has no ids, so each {table.subject.replace('-', ' ')} is known by its "
                "name; those of one name are taken together. Export it with ids to tell them apart"
            )
            note = Note("names-as-keys", text, reading.file.name)
            return attrs.evolve(reading, notes=(*reading.notes, note))
    return reading


def _has_ids(keys: pl.Series) -> bool:
    return bool(keys.str.contains(r"^\d+$").any())


_STEPS: Mapping[str, Sequence[Callable[[Reading], Reading]]] = {
    "ads-manager-report": (
        _budget_of_campaigns_only,
        _names_as_keys,
        one_source,
        apart,
        audience,
    ),
    _REPORT: (newest_loads, hours_to_days, one_source, apart, audience),
    "gmv-max-report-api": (newest_loads, hours_to_days),
    "fivetran-campaign-history": (newest_versions,),
    "fivetran-adgroup-history": (newest_versions,),
    "fivetran-ad-history": (newest_versions,),
}
