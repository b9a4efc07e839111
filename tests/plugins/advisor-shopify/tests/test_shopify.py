"""The provider and its words keep their promises on an export of one month."""

from pathlib import Path

import attrs
from advisor_shopify import advisor_metric_providers, advisor_vocabulary

from advisor.testing import ProviderContract, Sample, VocabularyContract

OCTOBER = attrs.evolve(
    Sample.of(Path(__file__).parent / "samples" / "total_sales_by_day.csv"),
    kind="shopify-sales-by-day",
    totals={
        "store_orders": 830,
        "store_gross_sales": 289_631.74,
        "store_discounts": 24_663.17,
        "store_returns": 6_093.69,
        "store_net_sales": 258_874.88,
        "store_total_sales": 320_629.87,
    },
    rows=28,
)
# As Shopify prints it for a period without sales, in another order of columns, with a last line.
QUIET = Sample(
    "quiet.csv",
    b'"Date","Gross sales","Discounts","Returns","Net sales","Orders"\n'
    b'"2026-10-04","0","0","0","0","0"\n'
    b'"2026-10-05","1,250.00","-50.00","0","1,200.00","3"\n'
    b'"Total","1,250.00","-50.00","0","1,200.00","3"\n',
    kind="shopify-sales-by-day",
    totals={"store_orders": 3, "store_discounts": 50},
)
OTHERS = [
    Sample("products.csv", b"Product,Orders,Gross sales,Net sales\nComb,3,30,28\n"),
    Sample("sessions.csv", b"Day,Sessions,Orders\n2026-10-04,120,3\n"),
]


class TestShopify(ProviderContract):
    provider = advisor_metric_providers()[0]
    samples = (OCTOBER, QUIET)
    others = OTHERS


class TestWords(VocabularyContract):
    vocabulary = advisor_vocabulary()[0]
