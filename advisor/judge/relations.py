"""Which subjects belong together: parents, children and the links that files name."""

from collections.abc import Iterable, Mapping

import attrs
import polars as pl

from advisor.judge.engine.program import LinkFact
from advisor.judge.grade import Graded
from advisor.model import Vocabulary


@attrs.frozen(eq=False)
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
                frame = frame.with_columns(pl.col("shop").alias(column))
            return frame.select("shop", pl.col("key").alias("from"), pl.col(column).alias("to"))
        if relation == "children":
            up = self.pairs("parent", other, kind) if other in self.graded else None
            return None if up is None else turned(up)
        pairs = self.links.get(relation.removeprefix("~"))
        if pairs is None:
            return None
        return turned(pairs) if relation.startswith("~") else pairs.select("shop", "from", "to")

    def near(self, on: Mapping[str, str]) -> Iterable[LinkFact]:
        """Every link between the subjects *on* (their kinds by id): upward, and over relations in
        both directions."""
        for kind in sorted(set(on.values())):
            for above in self.vocabulary.ladder(kind)[1:] if kind in self.graded else ():
                pairs = self.pairs("parent", kind, above)
                if pairs is not None:
                    yield from _between(pairs, kind, above, "parent", on)
        for relation in self.vocabulary.relations.values():
            pairs = self.pairs(relation.id, relation.from_, relation.to)
            if pairs is None:
                continue
            yield from _between(pairs, relation.from_, relation.to, relation.id, on)
            back = f"~{relation.id}"
            yield from _between(turned(pairs), relation.to, relation.from_, back, on)


def turned(pairs: pl.DataFrame) -> pl.DataFrame:
    """The same pairs, seen from the other side."""
    return pairs.select("shop", pl.col("to").alias("from"), pl.col("from").alias("to"))


def subject_id(kind: str, shop: str, key: str) -> str:
    """What the engine calls a subject."""
    return f"{kind}|{shop}|{key}"


def link_facts(pairs: pl.DataFrame, relation: str, prefix: str, kind: str) -> dict[LinkFact, None]:
    """*pairs* as facts; *prefix* begins the ids of the first subjects, *kind* of the second."""
    return {
        LinkFact(relation, f"{prefix}|{shop}|{source}", subject_id(kind, shop, target)): None
        for shop, source, target in pairs.select("shop", "from", "to").iter_rows()
    }


def _between(
    pairs: pl.DataFrame, kind: str, other: str, relation: str, on: Mapping[str, str]
) -> Iterable[LinkFact]:
    mine, theirs = _keys(kind, "from", on), _keys(other, "to", on)
    if mine.height and theirs.height:
        near = pairs.join(mine, on=mine.columns, how="semi").join(
            theirs, on=theirs.columns, how="semi"
        )
        yield from link_facts(near.unique(maintain_order=True), relation, kind, other)


def _keys(kind: str, end: str, on: Mapping[str, str]) -> pl.DataFrame:
    """The subjects *on* of one kind: their `shop`, and their keys as the *end* of a link."""
    rows = [tuple(s.split("|", 2)[1:]) for s, k in on.items() if k == kind]
    return pl.DataFrame(rows, schema={"shop": pl.String, end: pl.String}, orient="row")
