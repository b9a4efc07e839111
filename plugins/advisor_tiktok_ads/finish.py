"""What is done to the readings of single kinds, and what the rows of our templates mean."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import polars as pl

from advisor import Note, Reading, Table, lazy_gettext
from advisor.tabular import Shape
from advisor_tiktok_ads.accounts import accounts
from advisor_tiktok_ads.airbyte import REPORT
from advisor_tiktok_ads.audience import audience
from advisor_tiktok_ads.gmv_max_rows import apart
from advisor_tiktok_ads.history import newest_versions
from advisor_tiktok_ads.hours import hours_to_days
from advisor_tiktok_ads.loads import newest_loads
from advisor_tiktok_ads.own_lists import campaign_budgets, campaign_changes
from advisor_tiktok_ads.purchases import one_source

_FEW = 100
SHAPES: Mapping[str, Shape] = {
    "campaign-budgets": campaign_budgets,
    "campaign-changes": campaign_changes,
}


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
            text = lazy_gettext(
                "the file has no IDs, so rows with the same name count as one. Export it with IDs "
                "to tell them apart"
            )
            note = Note("names-as-keys", text, reading.file.name)
            return attrs.evolve(reading, notes=(*reading.notes, note))
    return reading


def _has_ids(keys: pl.Series) -> bool:
    return bool(keys.str.contains(r"^\d+$").any())


STEPS: Mapping[str, Sequence[Callable[[Reading], Reading]]] = {
    "ads-manager-report": (
        _budget_of_campaigns_only,
        _names_as_keys,
        one_source,
        apart,
        audience,
    ),
    REPORT: (newest_loads, hours_to_days, one_source, apart, audience),
    "gmv-max-report-api": (newest_loads, hours_to_days),
    "advertisers": (accounts,),
    "fivetran-campaign-history": (newest_versions,),
    "fivetran-adgroup-history": (newest_versions,),
    "fivetran-ad-history": (newest_versions,),
}
