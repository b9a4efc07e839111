"""What each shop of a block has of the judgement of all of them."""

from collections.abc import Mapping

import attrs
import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Graded
from advisor.judge.outcome import Judgement, Match
from advisor.metrics import CountedRows, Measured


class JudgementSlices:
    """A judgement cut by shop. The rows of a shop are one stretch of each graded frame."""

    def __init__(self, judgement: Judgement) -> None:
        self._judgement = judgement
        self._ordered = sorted(judgement.evaluations, key=lambda one: one.start)
        self._frames: dict[int, Mapping[str, pl.DataFrame]] = {}
        self._starts: dict[int, Mapping[str, int]] = {}
        for evaluation in judgement.evaluations:
            at = id(evaluation.graded)
            if at not in self._frames:
                # Copies: the last digits of a sum may depend on where in memory a slice begins.
                self._frames[at] = _by_shop(evaluation.graded.frame)
                self._starts[at] = _starts(evaluation.graded.frame)
        self._outcomes = _by_shop(judgement.outcomes)
        self._matches: dict[str, list[Match]] = {}
        for match in judgement.matches:
            self._matches.setdefault(match.shop, []).append(match)

    def of(
        self, shop: str, measured: Mapping[str, Measured], sources: Mapping[int, CountedRows]
    ) -> Judgement:
        """The judgement of *shop*, whose *measured* subjects are given by kind; *sources* are its
        rows of counts, by the id of those of all shops."""
        graded: dict[int, Graded] = {}
        evaluations: dict[int, RuleEvaluation] = {}
        start = 0
        for whole in self._ordered:
            at = id(whole.graded)
            frame = self._frames[at].get(shop)
            if frame is None:
                continue
            if at not in graded:
                graded[at] = _of_shop(whole, frame, measured, sources)
            evaluations[whole.number] = attrs.evolve(whole, start=start, graded=graded[at])
            start += frame.height
        matches = (
            attrs.evolve(
                match,
                evaluation=evaluations[match.evaluation.number],
                row=match.row - self._starts[id(match.evaluation.graded)][shop],
            )
            for match in self._matches.get(shop, ())
        )
        outcomes = self._outcomes.get(shop, self._judgement.outcomes.clear())
        first = pl.col("row").min().over("evaluation")
        own = (evaluations.get(one.number) for one in self._judgement.evaluations)
        return Judgement(
            tuple(one for one in own if one is not None),
            outcomes.with_columns(pl.col("row") - first),
            tuple(matches),
            self._judgement.lost,
        )


def _of_shop(
    whole: RuleEvaluation,
    frame: pl.DataFrame,
    measured: Mapping[str, Measured],
    sources: Mapping[int, CountedRows],
) -> Graded:
    if whole.measured_as is None:
        return attrs.evolve(whole.graded, measured=measured[whole.kind], frame=frame)
    of = whole.graded.measured
    own = tuple(sources[id(rows)] for rows in of.source if id(rows) in sources)
    pooled = attrs.evolve(of, frame=frame, source=own)
    return attrs.evolve(whole.graded, measured=pooled, frame=frame)


def _by_shop(frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    parts = frame.partition_by("shop", as_dict=True, maintain_order=True)
    return {str(shop): part.rechunk() for (shop,), part in parts.items()}


def _starts(frame: pl.DataFrame) -> Mapping[str, int]:
    """The first row of each shop."""
    runs = frame["shop"].rle().struct.unnest()
    starts = runs["len"].cum_sum() - runs["len"]
    found = dict(zip(runs["value"], starts, strict=True))
    if len(found) < runs.height:
        raise ValueError("the rows of a shop do not lie together")
    return found
