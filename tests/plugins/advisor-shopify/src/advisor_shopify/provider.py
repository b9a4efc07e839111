"""The provider: a described table, and amounts below zero turned into amounts."""

import attrs
import polars as pl

from advisor import ReadContext, Reading
from advisor.tabular.kind import Kind
from advisor.tabular.kinds import load_kinds
from advisor.tabular.reader import TabularProvider

# What Shopify takes off the gross sales, and prints below zero.
_TAKEN_OFF = ("store_discounts", "store_returns")


class ShopifyProvider(TabularProvider):
    """Reads the reports of Shopify's analytics."""

    def finish(self, kind: Kind, reading: Reading, context: ReadContext) -> Reading:
        tables = []
        for table in reading.tables:
            taken = [name for name in _TAKEN_OFF if name in table.counts]
            # 0 - x and not -x: of nothing, minus nothing is nothing.
            frame = table.frame.with_columns((0.0 - pl.col(name)).alias(name) for name in taken)
            tables.append(attrs.evolve(table, frame=frame))
        return attrs.evolve(reading, tables=tuple(tables))


def shopify() -> ShopifyProvider:
    """The provider with every kind of file that it knows."""
    return ShopifyProvider("shopify", load_kinds("advisor_shopify"))
