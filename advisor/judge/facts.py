"""What the engine is told, and what its word means for the rows of the outcomes.

Subjects of a kind of which the same conditions are true, and that no link or finding has to be
followed from, are one fact: what the engine derives for it holds for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.conditions import Earlier
from advisor.judge.engine.program import Derivation, LinkFact, SubjectFact
from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.question import truth_column
from advisor.judge.relations import Relations, link_facts, subject_id
from advisor.model import Truth, frozen
from advisor.stats import partitions

_BITS = 62  # conditions that one column of patterns holds
_MEMBERS = {"kind_id": pl.String, "row": pl.UInt32, "fact": pl.String}


@frozen(eq=False)
class Facts:
    """The facts of one stratum. *members* says which fact each subject is told as: `kind_id`,
    `row`, `fact`."""

    subjects: tuple[SubjectFact, ...]
    links: tuple[LinkFact, ...]
    members: pl.DataFrame


def facts_of(
    rows: pl.DataFrame,
    evaluations: Sequence[RuleEvaluation],
    relations: Relations,
    earlier: Earlier,
) -> Facts:
    """The facts of *rows* (`evaluation`, `row`), with all that they are linked to."""
    if not rows.height:
        return Facts((), (), pl.DataFrame(schema=_MEMBERS))
    by_kind: dict[str, list[RuleEvaluation]] = {}
    for one in evaluations:
        by_kind.setdefault(one.kind_id, []).append(one)
    named = _Named(relations, earlier)
    subjects: list[SubjectFact] = []
    members: list[pl.DataFrame] = []
    for (kind_id, linked), part in _by_kind(rows, evaluations).items():
        several = by_kind[str(kind_id)]
        if linked:
            members.append(named.add(several, part["row"]))
            continue
        alike, where = _patterns(several, part["row"])
        subjects += alike
        members.append(where)
    by_number: dict[object, RuleEvaluation] = {one.number: one for one in evaluations}
    for (number,), part in partitions(rows, ["evaluation"]).items():
        if by_number[number].linked:
            named.follow(by_number[number], part["row"])
    subjects += named.facts()
    return Facts(tuple(subjects), tuple(named.links), pl.concat(members))


def _by_kind(
    rows: pl.DataFrame, evaluations: Sequence[RuleEvaluation]
) -> Mapping[tuple[object, ...], pl.DataFrame]:
    """Each row once, by its kind and by whether something is linked to it."""
    about = pl.DataFrame(
        {
            "evaluation": [one.number for one in evaluations],
            "kind_id": [one.kind_id for one in evaluations],
            "linked": [one.linked for one in evaluations],
        },
        schema_overrides={"evaluation": pl.UInt32},
    )
    kinds = (
        rows.lazy()
        .join(about.lazy(), on="evaluation")
        .group_by("kind_id", "row")
        .agg(pl.col("linked").any())
        .sort("kind_id", "row")
        .collect(engine="in-memory")
    )
    return partitions(kinds, ["kind_id", "linked"])


def _patterns(
    evaluations: Sequence[RuleEvaluation], rows: pl.Series
) -> tuple[list[SubjectFact], pl.DataFrame]:
    """A fact for each set of conditions that is true of some of *rows*, and who it stands for."""
    first = evaluations[0]
    symbols = list(dict.fromkeys(s for one in evaluations for s in one.symbols()))
    packs = [symbols[at : at + _BITS] for at in range(0, len(symbols), _BITS)] or [[]]
    columns = [f"__pattern_{number}" for number in range(len(packs))]
    patterns = (
        first.graded.frame[["key", *symbols]][rows]
        .lazy()
        .select(
            pl.sum_horizontal(
                pl.lit(0, pl.UInt64),
                *(
                    (pl.col(symbol) == int(Truth.TRUE)).cast(pl.UInt64)
                    * pl.lit(1 << bit, pl.UInt64)
                    for bit, symbol in enumerate(pack)
                ),
            ).alias(column)
            for pack, column in zip(packs, columns, strict=True)
        )
        .with_columns(rows.alias("row"))
        .group_by(columns, maintain_order=True)
        .agg("row")
        .collect(engine="in-memory")
    )
    # No subject's id has a star where its shop would be.
    names = [f"{first.kind_id}*{number}" for number in range(patterns.height)]
    facts = [
        SubjectFact(
            name,
            first.kind_id,
            frozenset(
                symbol
                for pack, bits in zip(packs, values, strict=True)
                for bit, symbol in enumerate(pack)
                if bits >> bit & 1
            ),
        )
        for name, values in zip(names, patterns[columns].iter_rows(), strict=True)
    ]
    alike = list(zip(names, patterns["row"].to_list(), strict=True))
    told = [name for name, places in alike for _ in places]
    return facts, _members(first.kind_id, [row for _, places in alike for row in places], told)


def _members(kind_id: str, rows: Sequence[int] | pl.Series, facts: Sequence[str]) -> pl.DataFrame:
    columns = {"kind_id": [kind_id] * len(facts), "row": rows, "fact": facts}
    return pl.DataFrame(columns, schema=_MEMBERS)


@frozen(eq=False)
class _Named:
    """Facts of subjects that have links or findings to be followed, each under its own name."""

    relations: Relations
    earlier: Earlier
    links: dict[LinkFact, None] = attrs.field(factory=dict)
    _true: dict[tuple[str, str], set[str]] = attrs.field(factory=dict)

    def facts(self) -> list[SubjectFact]:
        return [
            SubjectFact(subject, kind_id, frozenset(true))
            for (kind_id, subject), true in self._true.items()
        ]

    def add(self, evaluations: Sequence[RuleEvaluation], rows: pl.Series) -> pl.DataFrame:
        """Adds *rows* of a kind, with all that is true of them."""
        first = evaluations[0]
        symbols = list(dict.fromkeys(s for one in evaluations for s in one.symbols()))
        frame = first.graded.frame
        names = first.subject_ids(frame[["shop", "key"]][rows].iter_rows())
        self._add_true(first.kind_id, names, frame[["key", *symbols]][rows])
        return _members(first.kind_id, rows, names)

    def _add_true(self, kind_id: str, names: Sequence[str], truths: pl.DataFrame) -> None:
        """*truths* has the key of each subject, then the truth of each symbol."""
        _, *symbols = truths.columns
        for name, (_, *row) in zip(names, truths.iter_rows(), strict=True):
            true = self._true.setdefault((kind_id, name), set())
            true.update(s for s, truth in zip(symbols, row, strict=True) if truth == Truth.TRUE)

    def follow(self, evaluation: RuleEvaluation, rows: pl.Series) -> None:
        """Adds the links of *rows*, and the partners that they lead to."""
        subjects = evaluation.graded.frame[["shop", "key"]][rows]
        mine = pl.DataFrame([subjects["shop"], subjects["key"].alias("from")])
        for related in evaluation.related():
            pairs = self.relations.pairs(related.relation, evaluation.kind, related.kind)
            other = self.relations.graded.get(related.kind)
            if not related.joins or pairs is None or other is None:
                continue
            near = pairs.join(mine, on=["shop", "from"], how="semi")
            theirs = pl.DataFrame([near["shop"], near["to"].alias("key")])
            partners = other.frame.join(theirs, on=["shop", "key"], how="semi")
            keys = partners[["shop", "key"]].iter_rows()
            names = [subject_id(related.kind, shop, key) for shop, key in keys]
            tests = dict.fromkeys(truth_column(test) for test in related.tests)
            truths = partners[["key", *tests]]
            self._add_true(related.kind, names, truths)
            kind_id = evaluation.kind_id
            self.links.update(link_facts(near, related.relation, kind_id, related.kind))
        after = evaluation.rule.after
        if after is None or after.over is None:
            return
        kinds = {one.kind for finding in after.findings for one, _ in self.earlier.of(finding)}
        for kind in sorted(kinds):
            pairs = self.relations.pairs(after.over, evaluation.kind, kind)
            if pairs is not None:
                near = pairs.join(mine, on=["shop", "from"], how="semi")
                self.links.update(link_facts(near, after.over, evaluation.kind_id, kind))


def fired_rows(
    true_rows: pl.DataFrame,
    derived: Iterable[Derivation],
    members: pl.DataFrame,
    evaluations: Sequence[RuleEvaluation],
) -> pl.DataFrame:
    """Of *true_rows* those of which the engine derived that the rule fires, and nothing that blocks
    it; with the `partners` of its joins, and their `place` among all outcomes."""
    fires: dict[tuple[str, str], set[str]] = {}
    blocked: set[tuple[str, str]] = set()
    for one in derived:
        if one.head == "fires":
            fires.setdefault((one.rule, one.subject), set()).update(one.partners)
        elif one.head == "blocked":
            blocked.add((one.rule, one.subject))
    open_ = {at: sorted(partners) for at, partners in fires.items() if at not in blocked}
    about = pl.DataFrame(
        {
            "evaluation": [one.number for one in evaluations],
            "kind_id": [one.kind_id for one in evaluations],
            "rule_id": [one.rule.id for one in evaluations],
            "start": [one.start for one in evaluations],
        },
        schema_overrides={"evaluation": pl.UInt32},
    )
    derivations = pl.DataFrame(
        {
            "rule_id": [rule for rule, _ in open_],
            "fact": [fact for _, fact in open_],
            "partners": list(open_.values()),
        },
        schema={"rule_id": pl.String, "fact": pl.String, "partners": pl.List(pl.String)},
    )
    # Only where every condition is true can a rule fire; the engine is the one who says so.
    return (
        true_rows.lazy()
        .join(about.lazy(), on="evaluation")
        .join(members.lazy(), on=["kind_id", "row"])
        .join(derivations.lazy(), on=["rule_id", "fact"])
        .sort("evaluation", "row")
        .select(
            *("evaluation", "row", "shop", "key", "blocked", "asked", "partners"),
            (pl.col("start") + pl.col("row")).alias("place"),
        )
        .collect(engine="in-memory")
    )
