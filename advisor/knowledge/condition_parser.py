"""The conditions of a rule file: tables of tests, alternatives, trends and related subjects."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from advisor.errors import unknown
from advisor.model import (
    LEVELS,
    MOST_DAYS,
    TRENDS,
    Against,
    Conditions,
    Named,
    Quantifier,
    Related,
    Test,
    Vocabulary,
)

_TEST_KEYS = ("is", "at-least", "at-most", "against")
_FIELDS = {"at-least": "at_least", "at-most": "at_most", "for": "days"}
_HOW_MANY = ("at-least", "share", "of")
_QUANTIFIERS = tuple(q.value for q in Quantifier)
_EXPECTED = "a level (low, good, high), a list of levels or { at-least = …, at-most = … }"


def wrong_days(days: float) -> str | None:
    """Say why a condition cannot ask of so many *days*; None where it can."""
    if days == int(days) and 2 <= days <= MOST_DAYS:
        return None
    return f"{days:g} cannot be; write from 2 to {MOST_DAYS} days"


class ConditionReader:
    """Reads conditions on subjects of one kind and keeps what is wrong with them.

    *kind* may be a kind that is not known: then only what does not depend on it is checked.
    *limits* are the numbers that conditions may name; *used* are those that they do.
    """

    def __init__(
        self, kind: str, vocabulary: Vocabulary, limits: Mapping[str, float] | None = None
    ) -> None:
        self.kind = kind
        self.vocabulary = vocabulary
        self.limits = limits or {}
        self.used: set[str] = set()
        self.wrong: list[str] = []

    def when(self, table: Any, with_: Any) -> Conditions:
        """`[when]` and `[with.…]`."""
        own = self._conditions(table, "when", related_in_place=False)
        related: list[Related] = []
        for key, value in self._items(with_, "with"):
            related += self._related(key, value, f"with.{key}")
        return Conditions(own.tests, own.alternatives, tuple(related))

    def unless(self, table: Any) -> Conditions:
        """`[unless]`, with `[unless.<kind or relation>.…]` inside."""
        return self._conditions(table, "unless", related_in_place=True)

    def relation(self, key: str, at: str) -> tuple[str, str] | None:
        """The relation that *key* (a relation, a kind, parent or children) leads over from this
        kind, and the kind it leads to. A relation that is followed backwards begins with `~`."""
        vocabulary = self.vocabulary
        if self.kind not in vocabulary.subjects:
            return None
        ways = self._ways()
        if key in vocabulary.subjects:
            found = [(relation, kind) for relation, kind in ways if kind == key]
        else:
            found = [
                (relation, kind)
                for relation, kind in ways
                if key.lstrip("~") == relation.lstrip("~")
            ]
            if key.startswith("~") and len(found) > 1:
                found = [way for way in found if way[0] == key]
        if len(found) == 1:
            return found[0]
        if found:
            options = ", ".join(f"{relation} to {kind}" for relation, kind in found)
            self.wrong.append(f"{at}: {key!r} can be several relations: {options}; name one")
        elif key in vocabulary.subjects or key in vocabulary.relations:
            there = ", ".join(dict.fromkeys(f"{kind} ({relation})" for relation, kind in ways))
            self.wrong.append(
                f"{at}: no relation leads from {self.kind} over {key!r}; "
                f"there is: {there or 'none'}"
            )
        else:
            known = {*vocabulary.subjects, *vocabulary.relations, "parent", "children"}
            self.wrong.append(f"{at}: {unknown('kind or relation', key, known)}")
        return None

    def _ways(self) -> list[tuple[str, str]]:
        """Every (relation, kind) that leads from this kind to another."""
        vocabulary = self.vocabulary
        ways = [("parent", kind) for kind in vocabulary.ancestors(self.kind)[1:]]
        ways += [
            ("children", kind)
            for kind in vocabulary.subjects
            if self.kind in vocabulary.ancestors(kind)[1:]
        ]
        for relation in vocabulary.relations.values():
            if relation.from_ == self.kind:
                ways.append((relation.id, relation.to))
            if relation.to == self.kind:
                ways.append((f"~{relation.id}", relation.from_))
        return ways

    def _items(self, table: Any, at: str) -> Iterable[tuple[str, Any]]:
        if table is None:
            return ()
        if not isinstance(table, Mapping):
            self.wrong.append(f"{at}: expected a table, found {table!r}")
            return ()
        return table.items()

    def _conditions(self, table: Any, at: str, *, related_in_place: bool) -> Conditions:
        tests: list[Test] = []
        alternatives: list[tuple[Test, ...]] = []
        related: list[Related] = []
        for key, value in self._items(table, at):
            here = f"{at}.{key}"
            if key == "any":
                alternatives += self._alternatives(value, here)
            elif related_in_place and self._is_related(key, value):
                related += self._related(key, value, here)
            else:
                tests += self._entry(key, value, here, self.kind)
        if len(alternatives) == 1:
            self.wrong.append(f"{at}.any: one alternative is none; write at least two")
        return Conditions(tuple(tests), tuple(alternatives), tuple(related))

    def _alternatives(self, value: Any, at: str) -> Iterable[tuple[Test, ...]]:
        if not isinstance(value, list):
            self.wrong.append(f"{at}: expected tables written [[{at}]], found {value!r}")
            return
        for i, branch in enumerate(value):
            here = f"{at}[{i}]"
            tests: list[Test] = []
            for key, entry in self._items(branch, here):
                tests += self._entry(key, entry, f"{here}.{key}", self.kind)
            if isinstance(branch, Mapping) and not branch:
                self.wrong.append(f"{here}: is empty")
            yield tuple(tests)

    def _is_related(self, key: str, value: Any) -> bool:
        vocabulary = self.vocabulary
        if key in vocabulary.metrics or key in vocabulary.counts or key in vocabulary.symbols:
            return False
        named = key in vocabulary.subjects or key.lstrip("~") in vocabulary.relations
        quantified = isinstance(value, Mapping) and any(q in value for q in _QUANTIFIERS)
        return named or key in ("parent", "children") or quantified

    def _related(self, key: str, value: Any, at: str) -> Iterable[Related]:
        way = self.relation(key, at)
        for word, table in self._items(value, at):
            here = f"{at}.{word}"
            if word not in _QUANTIFIERS:
                self.wrong.append(f"{at}: {unknown('key', word, _QUANTIFIERS)}")
                continue
            kind = way[1] if way else ""
            tests: list[Test] = []
            how_many: dict[str, Any] = {}
            for name, entry in self._items(table, here):
                if name in _HOW_MANY:
                    how_many[name] = entry
                else:
                    tests += self._entry(name, entry, f"{here}.{name}", kind)
            if isinstance(table, Mapping) and not table.keys() - _HOW_MANY:
                self.wrong.append(f"{here}: {'asks nothing of them' if how_many else 'is empty'}")
            quantifier = Quantifier(word)
            counted = self._how_many(how_many, quantifier, here)
            if way is not None and counted is not None:
                yield Related(way[0], way[1], quantifier, tuple(tests), **counted)
        if isinstance(value, Mapping) and not value:
            self.wrong.append(f"{at}: expected any, all or none")

    def _how_many(
        self, table: Mapping[str, Any], quantifier: Quantifier, at: str
    ) -> dict[str, Any] | None:
        """How many of the related subjects must pass, as fields of Related; None where that cannot
        be."""
        if not table:
            return {}
        before = len(self.wrong)
        if quantifier is not Quantifier.ANY:
            keys = ", ".join(table)
            self.wrong.append(f"{at}: {keys} can be asked of any alone, not of {quantifier}")
        at_least, share, of = (table.get(key) for key in _HOW_MANY)
        fields: dict[str, Any] = {}
        if at_least is not None:
            most = self._limit(at_least, f"{at}.at-least")
            if most is not None and (most < 1 or most != int(most)):
                self.wrong.append(f"{at}.at-least: {most:g} is no number of subjects")
            fields["at_least"] = most
        if share is not None:
            part = self._limit(share, f"{at}.share")
            if part is not None and not 0 < part <= 1:
                self.wrong.append(f"{at}.share: {part:g} is no share; write half of them as 0.5")
            fields["share"] = part
        if of is not None:
            counts = self.vocabulary.counts
            if of not in counts:
                self.wrong.append(f"{at}.of: {unknown('count', str(of), counts)}")
            elif share is None:
                self.wrong.append(f"{at}.of: needs a share of it")
            fields["of"] = of
        fields["named"] = self._named(table, ("at-least", "share"))
        return None if len(self.wrong) > before else fields

    def _entry(self, key: str, value: Any, at: str, kind: str) -> Iterable[Test]:
        if key == "days":
            yield from self._days(value, at, kind)
            return
        if key == "trend":
            for name, trend in self._items(value, at):
                yield from self._trend(name, trend, f"{at}.{name}", kind)
            return
        if key == "before":
            for name, level in self._items(value, at):
                yield from self._earlier(name, level, f"{at}.{name}", kind)
            return
        test = self._test(key, value, at, kind)
        if test is not None:
            yield test

    def _earlier(self, name: str, value: Any, at: str, kind: str) -> Iterable[Test]:
        """A level or a limit in the window before."""
        if not self._metric_on(name, kind, at):
            return
        test = self._test(name, value, at, kind)
        if test is not None and test.against is not Against.BAND:
            self.wrong.append(f"{at}: a level in the window before has no against")
        elif test is not None:
            yield attrs.evolve(test, earlier=True)

    def _days(self, tables: Any, at: str, kind: str) -> Iterable[Test]:
        """`[[when.days]]`: what must be so on each of the last days of the window."""
        if not isinstance(tables, list):
            self.wrong.append(f"{at}: expected tables written [[{at}]], found {tables!r}")
            return
        for i, table in enumerate(tables):
            for name, value in self._items(table, f"{at}[{i}]"):
                here = f"{at}[{i}].{name}"
                if not isinstance(value, Mapping) or "for" not in value:
                    self.wrong.append(
                        f'{here}: expected {{ is = "low", for = 3 }}, found {value!r}'
                    )
                    continue
                plain = {key: entry for key, entry in value.items() if key != "for"}
                test = self._test(name, plain, here, kind)
                days = self._limit(value["for"], f"{here}.for")
                wrong = None if days is None else wrong_days(days)
                if wrong is not None:
                    self.wrong.append(f"{here}.for: {wrong}")
                elif test is not None and test.name in self.vocabulary.symbols:
                    self.wrong.append(f"{here}: a symbol is not known by day")
                elif test is not None and test.against is not Against.BAND:
                    self.wrong.append(f"{here}.against: a day is held against the band alone")
                elif test is not None and days is not None:
                    named = (*test.named, *self._named(value, ("for",)))
                    yield attrs.evolve(test, days=days, named=named)

    def _trend(self, name: str, trend: Any, at: str, kind: str) -> Iterable[Test]:
        if not self._metric_on(name, kind, at):
            return
        if trend not in TRENDS:
            self.wrong.append(f"{at}: {unknown('trend', str(trend), TRENDS)}")
            return
        yield Test(name, trend=trend)

    def _metric_on(self, name: str, kind: str, at: str) -> bool:
        """Whether *name* is a metric that subjects of *kind* can have."""
        metrics = self.vocabulary.metrics
        if name not in metrics:
            self.wrong.append(f"{at}: {unknown('metric', name, metrics)}")
            return False
        return self._fits(name, kind, at)

    def _fits(self, name: str, kind: str, at: str) -> bool:
        metric = self.vocabulary.metrics[name]
        if not metric.subjects or kind not in self.vocabulary.subjects or kind in metric.subjects:
            return True
        where = ", ".join(metric.subjects)
        self.wrong.append(f"{at}: a {kind} has no {name}; it is a metric of: {where}")
        return False

    def _test(self, name: str, value: Any, at: str, kind: str) -> Test | None:
        vocabulary = self.vocabulary
        before = len(self.wrong)
        table = value if isinstance(value, Mapping) else {"is": value}
        for key in table:
            if key not in _TEST_KEYS:
                self.wrong.append(f"{at}: {unknown('key', str(key), _TEST_KEYS)}")
        is_ = self._words(table.get("is"), at)
        at_least = self._limit(table.get("at-least"), f"{at}.at-least")
        at_most = self._limit(table.get("at-most"), f"{at}.at-most")
        against = self._against(table.get("against"), f"{at}.against", kind)
        limited = "at-least" in table or "at-most" in table

        if name in vocabulary.metrics:
            if self._fits(name, kind, at):
                self._levels(is_, at)
        elif name in vocabulary.symbols:
            self._symbol(name, is_, at, plain="against" not in table and not limited)
        elif name in vocabulary.counts:
            if is_ or "against" in table:
                self.wrong.append(f"{at}: a count has no levels; give at-least or at-most")
        else:
            known = {*vocabulary.metrics, *vocabulary.counts, *vocabulary.symbols}
            self.wrong.append(f"{at}: {unknown('metric, count or symbol', name, known)}")

        if at_least is not None and at_most is not None and at_least > at_most:
            self.wrong.append(f"{at}: at-least {at_least:g} lies above at-most {at_most:g}")
        if not limited and "is" not in table:
            self.wrong.append(f"{at}: asks nothing; expected {_EXPECTED}")
        elif "against" in table and not is_:
            self.wrong.append(f"{at}: against needs the level it asks for, in is")
        if len(self.wrong) > before:
            return None
        named = self._named(table, ("at-least", "at-most"))
        return Test(name, is_, at_least, at_most, against, named=named)

    def _named(self, table: Mapping[str, Any], keys: Iterable[str]) -> Named:
        """The *keys* of *table* whose numbers are limits with a name, as fields."""
        return tuple(
            (_FIELDS.get(key, key), table[key]) for key in keys if isinstance(table.get(key), str)
        )

    def _words(self, value: Any, at: str) -> tuple[str, ...]:
        if value is None:
            return ()
        words = value if isinstance(value, list) else [value]
        if not words or not all(isinstance(word, str) for word in words):
            self.wrong.append(f"{at}: expected {_EXPECTED}, found {value!r}")
            return ()
        return tuple(dict.fromkeys(words))

    def _levels(self, words: Iterable[str], at: str) -> None:
        words = tuple(words)
        self.wrong += [f"{at}: {unknown('level', w, LEVELS)}" for w in words if w not in LEVELS]
        if set(words) == set(LEVELS):
            self.wrong.append(f"{at}: low, good and high together ask nothing")

    def _symbol(self, name: str, words: Iterable[str], at: str, *, plain: bool) -> None:
        values = self.vocabulary.symbols[name].values
        self.wrong += [f"{at}: {unknown('value', w, values)}" for w in words if w not in values]
        if not plain:
            self.wrong.append(f"{at}: a symbol has values only: {', '.join(values)}")

    def _limit(self, value: Any, at: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, str):  # a limit with a name
            if value not in self.limits:
                self.wrong.append(f"{at}: {unknown('limit', value, self.limits)}")
                return None
            self.used.add(value)
            return self.limits[value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong.append(f"{at}: expected a number or a limit's name, found {value!r}")
            return None
        return float(value)

    def _against(self, value: Any, at: str, kind: str) -> Against:
        if value is None:
            return Against.BAND
        known = [a.value for a in Against]
        if value not in known:
            self.wrong.append(f"{at}: {unknown('comparison', str(value), known)}")
            return Against.BAND
        subject = self.vocabulary.subjects.get(kind)
        against = Against(value)
        if against in (Against.PARENT, Against.SIBLINGS) and subject and subject.parent is None:
            self.wrong.append(f"{at}: a {kind} has no {value}")
        return against
