"""Which subjects belong together, and on which kind of subject a rule is judged."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.engine.program import LinkFact
from advisor.judge.grade import Graded, Grader
from advisor.judge.question import truth_column
from advisor.metrics import Measured
from advisor.model import Quantifier, Related, Rule, Truth, Vocabulary, frozen

_DIGITS = 9  # of a share


@frozen(eq=False)
class Relations:
    """The pairs of subjects of a run. *links* are pairs of keys (`from`, `to`) by relation."""

    graded: Mapping[str, Graded]
    links: Mapping[str, pl.DataFrame]
    vocabulary: Vocabulary

    def pairs(self, relation: str, kind: str, other: str) -> pl.DataFrame | None:
        """Pairs of `from` and `to` in *relation*, as seen from *kind*, with their shop."""
        if relation == "parent":
            column = f"parent.{other}"
            frame = self.graded[kind].frame
            if column not in frame.columns:
                if other != "shop":
                    return None
                column = "shop"
            ends = {"shop": frame["shop"], "from": frame["key"], "to": frame[column]}
            return pl.DataFrame(ends)
        if relation == "children":
            up = self.pairs("parent", other, kind) if other in self.graded else None
            return None if up is None else reversed_pairs(up)
        pairs = self.links.get(relation.removeprefix("~"))
        if pairs is None:
            return None
        return reversed_pairs(pairs) if relation.startswith("~") else pairs["shop", "from", "to"]

    def partners(self, related: Related, kind: str, shop: str, key: str) -> list[str]:
        """Keys of the subjects that one subject of *kind* is related to."""
        if kind not in self.graded or related.kind not in self.graded:
            return []
        pairs = self.pairs(related.relation, kind, related.kind)
        if pairs is None:
            return []
        near = pairs.filter((pl.col("shop") == shop) & (pl.col("from") == key))
        return near["to"].drop_nulls().unique(maintain_order=True).to_list()

    def near(self, on: Mapping[str, str]) -> Iterable[LinkFact]:
        """Every link between the subjects *on* (their kinds by id): upward, and over relations in
        both directions."""
        keys: dict[str, list[tuple[str, str]]] = {}
        for subject, kind in on.items():
            shop, key = split_subject_id(subject)[1:]
            keys.setdefault(kind, []).append((shop, key))
        ways: list[tuple[pl.DataFrame, str, str, str]] = []
        for kind in sorted(keys):
            above = self.vocabulary.ancestors(kind)[1:] if kind in self.graded else ()
            for other in above:
                pairs = self.pairs("parent", kind, other) if other in keys else None
                if pairs is not None:
                    ways.append((pairs, kind, other, "parent"))
        for relation in self.vocabulary.relations.values():
            if relation.from_ not in keys or relation.to not in keys:
                continue
            pairs = self.pairs(relation.id, relation.from_, relation.to)
            if pairs is not None:
                ways.append((pairs, relation.from_, relation.to, relation.id))
                back = reversed_pairs(pairs)
                ways.append((back, relation.to, relation.from_, f"~{relation.id}"))
        ends = {(kind, end): _keys(keys[kind], end) for kind in keys for end in ("from", "to")}
        near = [
            pairs.lazy()
            .join(ends[kind, "from"].lazy(), on=["shop", "from"], how="semi")
            .join(ends[other, "to"].lazy(), on=["shop", "to"], how="semi")
            .unique(maintain_order=True)
            .select("shop", "from", "to", way=pl.lit(number, pl.UInt32))
            for number, (pairs, kind, other, _) in enumerate(ways)
        ]
        if not near:
            return
        for shop, source, target, number in pl.concat(near).collect(engine="in-memory").iter_rows():
            _, kind, other, relation_id = ways[number]
            yield LinkFact(
                relation_id, subject_id(kind, shop, source), subject_id(other, shop, target)
            )


def reversed_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The same pairs, seen from the other side."""
    return pl.DataFrame({"shop": pairs["shop"], "from": pairs["to"], "to": pairs["from"]})


def subject_id(kind: str, shop: str, key: str) -> str:
    """The engine's id of a subject, which no other subject has: ids of shops are escaped, as a key
    may hold anything but stands last."""
    return f"{kind}|{_escaped(shop)}|{key}"


def split_subject_id(subject: str) -> tuple[str, str, str]:
    """Kind, shop and key of the subject whose id this is."""
    kind, shop, key = subject.split("|", 2)
    return kind, shop.replace("%7C", "|").replace("%25", "%"), key


def _escaped(shop: str) -> str:
    return shop.replace("%", "%25").replace("|", "%7C")


def link_facts(pairs: pl.DataFrame, relation: str, kind_id: str, kind: str) -> dict[LinkFact, None]:
    """*pairs* as facts; *kind_id* begins the ids of the first subjects, *kind* of the second."""
    return {
        LinkFact(relation, subject_id(kind_id, shop, source), subject_id(kind, shop, target)): None
        for shop, source, target in pairs["shop", "from", "to"].iter_rows()
    }


def _keys(subjects: Sequence[tuple[str, str]], end: str) -> pl.DataFrame:
    """The `shop` of each of *subjects*, and its key as the *end* of a link."""
    return pl.DataFrame(subjects, schema={"shop": pl.String, end: pl.String}, orient="row")


def judgement_kind(rule: Rule, measured: Mapping[str, Measured], grader: Grader) -> str | None:
    """The finest kind that *rule* can be judged on: the first of those that may stand for its own
    whose rows have every metric it asks for, else the one that has most of them."""
    names = {test.name for test in rule.when.own()}
    best: tuple[int, str] | None = None
    linked = rule.when.related or rule.unless.related or (rule.after and rule.after.over)
    # Relations lead away from the rule's own kind, and from no other.
    vocabulary = grader.vocabulary
    kinds = (rule.subject,) if linked else vocabulary.equivalent_ancestors(rule.subject)
    for kind in kinds:
        if kind not in measured:
            continue
        columns = measured[kind].frame.columns
        have = sum(f"{name}.lo" in columns or name in columns for name in names)
        if have == len(names):
            return kind
        if best is None or have > best[0]:
            best = (have, kind)
    if best is None or (best[0] == 0 and best[1] != rule.subject):
        return None
    return best[1]


def related_column(related: Related) -> str:
    """The name of the truth column of a question over a relation."""
    tests = " and ".join(truth_column(test) for test in related.tests)
    most = "" if related.joins else f" {related.at_least:g} {related.share} {related.of}"
    return f"__{related.quantifier}{most} {related.relation} {related.kind}: {tests}"


def with_related(
    graded: Mapping[str, Graded], questions: Mapping[str, Iterable[Related]], relations: Relations
) -> dict[str, Graded]:
    """*graded* with a truth column for each question over a relation, by the kind that asks."""
    answered = dict(graded)
    for kind, asked in questions.items():
        by_way: dict[tuple[str, str], dict[Related, None]] = {}
        for related in asked:
            by_way.setdefault((related.relation, related.kind), {})[related] = None
        lazy = graded[kind].frame.lazy()
        for (relation, other), several in by_way.items():
            pairs = relations.pairs(relation, kind, other)
            names = [related_column(related) for related in several]
            if pairs is None or other not in graded:
                missing = pl.lit(int(Truth.MISSING), pl.UInt8)
                lazy = lazy.with_columns(missing.alias(name) for name in names)
                continue
            answers = _answers(pairs, graded[other].frame, list(several))
            lazy = lazy.join(
                answers,
                left_on=["shop", "key"],
                right_on=["shop", "from"],
                how="left",
                maintain_order="left",  # rows are known by their place in the graded frame
            ).with_columns(pl.col(names).fill_null(int(Truth.MISSING)))
        # In one piece: the last digits of what is summed later depend on where pieces end.
        answered[kind] = attrs.evolve(
            graded[kind], frame=lazy.collect(engine="in-memory").rechunk()
        )
    return answered


def _answers(
    pairs: pl.DataFrame, partners: pl.DataFrame, questions: Sequence[Related]
) -> pl.LazyFrame:
    """The truth of each question for each subject that has pairs."""
    truths = {f"__partner_{n}": related for n, related in enumerate(questions)}
    counts = sorted({one.of for one in questions if one.of and one.of in partners.columns})
    each = partners.lazy().select(
        "shop",
        pl.col("key").alias("to"),
        *(
            pl.min_horizontal(pl.col(truth_column(test)) for test in related.tests).alias(name)
            for name, related in truths.items()
        ),
        *(pl.col(count).alias(_weight(count)) for count in counts),
    )
    return (
        pairs.lazy()
        .unique(["shop", "from", "to"], maintain_order=True)  # each counts once
        .join(each, on=["shop", "to"], how="left")
        .with_columns(pl.col(list(truths)).fill_null(int(Truth.MISSING)))
        .group_by("shop", "from")
        .agg(
            _answer(related, pl.col(name), counts).cast(pl.UInt8).alias(related_column(related))
            for name, related in truths.items()
        )
    )


def _weight(count: str) -> str:
    return f"__weight_{count}"


def _answer(related: Related, truth: pl.Expr, counts: Collection[str]) -> pl.Expr:
    """The truth of *related* over the truths of all partners, of which the *counts* are known."""
    if related.quantifier is not Quantifier.ANY or related.joins:
        return quantified(related.quantifier, truth)
    answer = _highest(truth, lambda those: those.sum() >= related.at_least)
    if related.share is None:
        return answer
    if related.of is None:
        return pl.min_horizontal(answer, _of_share(truth, pl.lit(1.0), related.share))
    if related.of not in counts:
        return pl.when(answer.is_null()).then(answer).otherwise(int(Truth.MISSING))
    return pl.min_horizontal(answer, _of_share(truth, pl.col(_weight(related.of)), related.share))


def _of_share(truth: pl.Expr, weight: pl.Expr, share: float) -> pl.Expr:
    """The truth of passing with *share* of the *weight* of all, which has to be known."""
    weights = weight + truth * 0.0
    whole = weights.sum()
    known = (weights.null_count() == 0) & (whole > 0)
    # What the order of a sum leaves in the last digits decides nothing.
    answer = _highest(
        truth, lambda those: (weights.filter(those).sum() / whole).round(_DIGITS) >= share
    )
    return pl.when(known).then(answer).otherwise(int(Truth.MISSING))


def _highest(truth: pl.Expr, enough: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """The highest truth that *enough* partners have, or more than it."""
    return (
        pl.when(enough(truth >= int(Truth.TRUE)))
        .then(int(Truth.TRUE))
        .when(enough(truth >= int(Truth.UNSURE)))
        .then(int(Truth.UNSURE))
        .when(enough(truth >= int(Truth.MISSING)))
        .then(int(Truth.MISSING))
        .otherwise(int(Truth.FALSE))
    )


def quantified(quantifier: Quantifier, truth: pl.Expr) -> pl.Expr:
    """The truth of *quantifier* over the truths of all partners."""
    if quantifier is Quantifier.ANY:
        return truth.max()
    if quantifier is Quantifier.ALL:
        return truth.min()
    most = truth.max()
    return (
        pl.when(most == int(Truth.FALSE))
        .then(int(Truth.TRUE))
        .when(most == int(Truth.TRUE))
        .then(int(Truth.FALSE))
        .otherwise(most)
    )
