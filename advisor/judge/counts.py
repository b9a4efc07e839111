"""How often each rule ended how, shop by shop."""

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from advisor.judge.outcome import Judgement, Outcome
from advisor.model import Rule, Truth

_ENDS = {outcome: outcome.name.lower() for outcome in Outcome}
_COUNTS = ("fires", "clear", "unsure", "missing", "not_applicable", "error", "seen")
OUTCOMES = {
    **dict.fromkeys(("shop", "rule", "kind"), pl.String()),
    **dict.fromkeys(_COUNTS, pl.Int64()),
}


def outcome_counts(
    judgement: Judgement,
    shops: Collection[str],
    rules: Iterable[Rule],
    inactive: Iterable[tuple[Rule, Outcome]],
) -> pl.DataFrame:
    """How many subjects of each kind ended how by each rule in each of *shops* (see OUTCOMES);
    *seen* of those that are *clear* were seen to be: a condition is false and all had data. A rule
    of *rules* with nothing to judge is missing once, or an error; one of *inactive* ends once as is
    said."""
    rules = list(rules)
    by_id = {rule.id: rule for rule in rules}
    ends = {rule.id: _END[bool(judgement.why_failed(rule, by_id))] for rule in rules}
    kinds = {one.number: one.kind for one in judgement.evaluations}
    seen = (pl.col("truth") == int(Truth.FALSE)) & pl.col("known")
    each = (
        judgement.outcomes.lazy()
        .group_by("shop", "evaluation")
        .agg(
            pl.col("rule").first().cast(pl.String),
            *((pl.col("outcome") == int(end)).sum().alias(name) for end, name in _ENDS.items()),
            seen.sum().alias("seen"),
        )
    )
    number = pl.col("evaluation")
    judged = each.with_columns(
        number.replace_strict(kinds, return_dtype=pl.String).alias("kind")
        if kinds
        else pl.lit(None, pl.String).alias("kind"),
        pl.col("shop").cast(pl.String),
        pl.col(_COUNTS).cast(pl.Int64),
    )
    once = [
        *((rule.id, rule.subject, _ENDS[ends[rule.id]], True) for rule in rules),
        *((rule.id, rule.subject, _ENDS[end], False) for rule, end in inactive),
    ]
    schema = {"rule": pl.String, "kind": pl.String, "end": pl.String, "open": pl.Boolean}
    known = judged.select("shop", "rule", is_judged=True).unique()
    others = (
        pl.LazyFrame(once, schema=schema, orient="row")
        .join(pl.LazyFrame({"shop": list(shops)}, schema={"shop": pl.String}), how="cross")
        .join(known, on=["shop", "rule"], how="left")
        .filter(~(pl.col("open") & pl.col("is_judged").fill_null(value=False)))
        .with_columns((pl.col("end") == name).cast(pl.Int64).alias(name) for name in _COUNTS)
    )
    return (
        pl.concat(
            [judged.select(*OUTCOMES, "evaluation"), others.select(*OUTCOMES, evaluation=None)],
            how="vertical_relaxed",
        )
        .sort("shop", "rule", "kind", "evaluation")
        .select(*OUTCOMES)
        .collect(engine="in-memory")
    )


def open_shares(judgement: Judgement) -> Mapping[str, Mapping[tuple[str, str], float]]:
    """By shop, the share of the money that a rule may call wasted which lies with subjects that it
    could not tell of: by rule and kind, where files have that money."""
    parts = [
        judgement.outcomes_of(one)
        .lazy()
        .select("shop", "rule", "outcome", pl.lit(one.kind).alias("kind"))
        .with_columns(one.graded.frame[count].alias("money"))
        for one in judgement.evaluations
        for count in dict.fromkeys(action.waste for action in one.rule.actions)
        if count in one.graded.columns and one.measured_as is None
    ]
    if not parts:
        return {}
    ends = pl.col("outcome")
    told = ends.is_in([int(Outcome.FIRES), int(Outcome.CLEAR)])
    open_ = ends.is_in([int(Outcome.UNSURE), int(Outcome.MISSING)])
    money = pl.col("money").fill_nan(None)
    shares = (
        pl.concat(parts)
        .group_by("shop", "rule", "kind")
        .agg((money.filter(open_).sum() / money.filter(open_ | told).sum()).alias("share"))
        .filter(pl.col("share").is_finite())
        .with_columns(pl.col("shop", "rule", "kind").cast(pl.String))
        .collect(engine="in-memory")
    )
    found: dict[str, dict[tuple[str, str], float]] = {}
    for shop, rule, kind, share in shares.select("shop", "rule", "kind", "share").iter_rows():
        found.setdefault(shop, {})[rule, kind] = share
    return found


_END = {False: Outcome.MISSING, True: Outcome.ERROR}
