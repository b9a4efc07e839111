"""A small trade with a vocabulary of its own, for tests of measuring, grading and judging."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from advisor.judge import Judgement, Outcome, judge
from advisor.judge.engine import Engine
from advisor.judge.engine.reference import ReferenceEngine
from advisor.judge.grade import Grader
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import RequiredMetrics, required_metrics
from advisor.model.bands import Band, BandFile, Bands
from advisor.model.condition import Conditions
from advisor.model.condition import Test as Ask
from advisor.model.reading import Grain, Period
from advisor.model.rule import Action, Rule, Says, Severity
from advisor.model.shop import Business
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from advisor.model.window import Window

WORDS: Vocabulary = merge(
    [
        (
            "test",
            vocabulary_file(
                """
subject = [
  { id = "shop", title = "Shop", plural = "shops" },
  { id = "campaign", title = "Campaign", plural = "campaigns", parent = "shop" },
  { id = "ad-group", title = "Ad group", plural = "ad groups", parent = "campaign", whole = true },
  { id = "ad", title = "Ad", plural = "ads", parent = "ad-group", whole = true },
  { id = "product", title = "Product", plural = "products", parent = "shop" },
]
relation = [{ id = "ad-products", from = "ad", to = "product" }]
count = [
  { id = "impressions", title = "impressions" },
  { id = "clicks", title = "clicks" },
  { id = "likes", title = "likes" },
  { id = "shares", title = "shares" },
  { id = "orders", title = "orders" },
  { id = "violations", title = "violations" },
  { id = "spend", title = "ad spend", unit = "money" },
  { id = "gmv", title = "sales", unit = "money" },
  { id = "visitors", title = "visitors", unit = "people" },
  { id = "stock", title = "stock", unit = "state" },
]
symbol = [{ id = "driver", title = "driver", values = ["ctr", "cpm"] }]
lever = [{ id = "hook", title = "Hook" }]
goal = [{ id = "ads", title = "Ads", kpis = ["ctr"] }]
niche = [{ id = "beauty", title = "Beauty" }, { id = "tech", title = "Tech" }]

[[metric]]
id = "ctr"
title = "CTR"
kind = "proportion"
unit = "share"
numerator = ["clicks"]
denominator = ["impressions"]
money = "gmv"
definition = "Clicks of impressions."

[[metric]]
id = "order_rate"
title = "Order rate"
kind = "rate"
unit = "share"
numerator = ["orders"]
denominator = ["clicks"]
definition = "Orders a click."

[[metric]]
id = "engagement"
title = "Engagement"
kind = "rate"
unit = "share"
numerator = ["likes", "shares?"]
denominator = ["impressions"]
definition = "Likes and shares an impression."

[[metric]]
id = "reactions"
title = "Reactions"
kind = "exact"
unit = "number"
numerator = ["likes?", "shares?"]
definition = "Whatever a source has of them."

[[metric]]
id = "cpc"
title = "CPC"
kind = "money-ratio"
unit = "money"
numerator = ["spend"]
denominator = ["clicks"]
events = "clicks"
varies = "events"
better = "lower"
definition = "Spend a click."

[[metric]]
id = "aov"
title = "AOV"
kind = "money-ratio"
unit = "money"
numerator = ["gmv"]
denominator = ["orders"]
events = "orders"
varies = "values"
definition = "Sales an order."

[[metric]]
id = "roas"
title = "ROAS"
kind = "money-ratio"
unit = "ratio"
numerator = ["gmv"]
denominator = ["spend"]
events = "orders"
definition = "Sales for one of spend."

[[metric]]
id = "sales"
title = "Sales"
kind = "exact"
unit = "money"
numerator = ["gmv"]
events = "orders"
definition = "All sales."
""",
                where="test",
            ),
        )
    ]
)
TODAY = date(2026, 6, 1)
CURRENT = Period(date(2026, 5, 4), date(2026, 5, 31))
BEFORE = Period(date(2026, 4, 6), date(2026, 5, 3))
WINDOW = Window(CURRENT, BEFORE)
SHOP = "here"
US = Business(id=SHOP, name="Here", size="small", currency="USD")

_TYPES: dict[str, type[pl.DataType]] = {
    "shop": pl.String,
    "key": pl.String,
    "name": pl.String,
    "from": pl.Date,
    "to": pl.Date,
    "currency": pl.String,
    "_row": pl.UInt32,
    "_file": pl.UInt32,
}


def day(number: int) -> date:
    """Day 1 is the first of the current window; 0 and below are the window before."""
    return CURRENT.first + timedelta(days=number - 1)


def counted(
    kind: str,
    rows: Sequence[Mapping[str, object]],
    *,
    family: str = "files",
    grain: Grain = Grain.PERIOD,
    alike: bool = True,
) -> CountedRows:
    """Rows of counts. `day` stands for both ends; a period without ends is the current window, and
    its days are *alike*."""
    full = []
    for number, row in enumerate(rows, start=2):
        given = dict(row)
        if "day" in given:
            given["from"] = given["to"] = day(int(str(given.pop("day"))))
        base: dict[str, object] = {
            "shop": SHOP,
            "key": "1",
            "name": given.get("key", "1"),
            "from": CURRENT.first,
            "to": CURRENT.last,
            "currency": "USD",
            "_row": number,
            "_file": 0,
        }
        full.append(base | given)
    names = list(dict.fromkeys([*_TYPES, *(name for row in full for name in row)]))
    schema = {
        n: _TYPES.get(n) or (pl.String if n.startswith("parent.") else pl.Float64) for n in names
    }
    data = {n: [_number(row.get(n), schema[n]) for row in full] for n in names}
    return CountedRows(kind, family, grain, pl.DataFrame(data, schema=schema), alike)


def _number(value: object, dtype: type[pl.DataType]) -> object:
    return float(value) if dtype is pl.Float64 and isinstance(value, int) else value


def measured(
    *sources: CountedRows,
    metrics: Iterable[str] = (),
    before: Iterable[str] = (),
    window: Window = WINDOW,
) -> dict[str, Measured]:
    """*sources* measured, the same metrics for each kind."""
    past = frozenset(before)
    ask = RequiredMetrics(frozenset(metrics) | past, past)
    return measure(sources, {s.subject: ask for s in sources}, window, WORDS)


def one(
    *sources: CountedRows, metrics: Iterable[str] = (), before: Iterable[str] = ()
) -> dict[str, Any]:
    """The measured columns of the only subject there is."""
    found = measured(*sources, metrics=metrics, before=before)
    (kind,) = found.values()
    assert kind.frame.height == 1
    return kind.frame.row(0, named=True)


def band(metric: str, low: float | None, high: float | None) -> Band:
    return Band(metric=metric, low=low, high=high)


def bands(*of: Band) -> Bands:
    return Bands((BandFile("test", "the test", of),))


USUAL = bands(
    band("ctr", 0.01, 0.03),
    band("order_rate", 0.02, 0.05),
    band("cpc", 0.2, 1.0),
    band("roas", 2.0, 4.0),
)


def grader(with_bands: Bands = USUAL, business: Business = US) -> Grader:
    return Grader(WORDS, with_bands, {business.id: business}, TODAY)


def rule(
    name: str,
    *tests: Ask,
    subject: str = "ad",
    done: Mapping[str, tuple[str, ...]] | None = None,
    severity: Severity = Severity.MEDIUM,
    when: Conditions | None = None,
    **more: object,
) -> Rule:
    """A rule of the pack `test`; *more* are fields of Rule."""
    return Rule(
        id=f"test/{name}",
        subject=subject,
        severity=severity,
        when=Conditions(tests) if when is None else when,
        says=Says(healthy=f"{name} is well", finding=f"{{{subject}.name}}: {name}", why="So."),
        actions=(Action("hook", "change", "Do it", ("First",), "creative", 4.0, done or {}),),
        **more,  # type: ignore[arg-type]
    )


def judged(
    rules: Sequence[Rule],
    *sources: CountedRows,
    links: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    engine: Engine | None = None,
    with_grader: Grader | None = None,
    screen: bool = False,
    prefilter: bool = True,
) -> Judgement:
    """*rules* on *sources*, without the control of false discoveries unless *screen*."""
    acting = with_grader or grader()
    ask = required_metrics(rules, WORDS, acting.bands)
    pairs = {
        relation: pl.DataFrame(
            {
                "shop": [SHOP] * len(of),
                "from": [a for a, _ in of],
                "to": [b for _, b in of],
            },
            schema={"shop": pl.String, "from": pl.String, "to": pl.String},
        )
        for relation, of in (links or {}).items()
    }
    return judge(
        rules,
        measure(sources, ask, WINDOW, WORDS),
        pairs,
        acting,
        engine or ReferenceEngine(),
        screen=screen,
        prefilter=prefilter,
    )


def outcomes(judgement: Judgement, name: str) -> dict[tuple[str, str], str]:
    """How the rule ended, by kind and key."""
    rows = judgement.outcomes.filter(pl.col("rule").cast(pl.String) == f"test/{name}")
    return {
        (kind, key): Outcome(outcome).name.lower()
        for kind, key, outcome in rows.select("kind", "key", "outcome").iter_rows()
    }


def outcome(judgement: Judgement, name: str, key: str = "1", kind: str = "ad") -> str:
    return outcomes(judgement, name)[kind, key]
