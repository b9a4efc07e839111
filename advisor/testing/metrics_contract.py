"""What everything behind `advisor_metrics` promises: see MetricsContract."""

import inspect
from collections.abc import Iterator, Sequence

import polars as pl

from advisor.errors import AdvisorError, unknown
from advisor.model import Reading, Vocabulary
from advisor.plugin import Derived, ReadContext
from advisor.testing.contract import Contract, fail_with
from advisor.testing.installed import registry_with
from advisor.testing.shops import TODAY, Shop

_PARTS = ("", ".lo", ".hi", ".n", ".se")
_HOOK = "advisor_metrics"


class MetricsContract(Contract):
    """Derived metrics and symbols are declared, one row a subject, and change nothing.

    *plugin* is the module, or object, with the hook. *shops* are shops that it has something to say
    of, made by `shop`; *readings* are such readings, where a shop of a few rows is not enough.
    *plugins* are further modules with hooks that are not installed.
    """

    plugin: object
    shops: Sequence[Shop] = ()
    readings: Sequence[Sequence[Reading]] = ()
    plugins: Sequence[object] = ()

    def test_says_something(self) -> None:
        """Of each shop it gives at least one row; else nothing was tried."""
        fail_with(
            f"{at}: nothing comes of it"
            for at, found in self._each()
            if not any(derived.frame.height for derived in found)
        )

    def test_gives_what_is_declared(self) -> None:
        """Each column is a derived metric with its limits, or a symbol with one of its words, of a
        kind of subject that is known."""
        words = self._words()
        fail_with(
            f"{at}: {text}"
            for at, found in self._each()
            for derived in found
            for text in _undeclared(derived, words)
        )

    def test_gives_one_row_a_subject(self) -> None:
        """Keys are there, are text, and are never there twice."""
        wrong: list[str] = []
        for at, found in self._each():
            for derived in found:
                frame = derived.frame
                if "key" not in frame.columns or frame.schema["key"] != pl.String:
                    wrong.append(f"{at}: {derived.subject}: has no text column 'key'")
                    continue
                if frame["key"].null_count():
                    wrong.append(f"{at}: {derived.subject}: {frame['key'].null_count()} empty keys")
                twice = frame.filter(pl.col("key").is_duplicated())["key"].unique().sort()
                if twice.len():
                    wrong.append(f"{at}: {derived.subject}: {twice[0]!r} has more than one row")
        fail_with(wrong)

    def test_limits_hold_their_value(self) -> None:
        """Low, value and high are in this order, finite, and known together or not at all."""
        words = self._words()
        fail_with(
            f"{at}: {text}"
            for at, found in self._each()
            for derived in found
            for text in _disordered(derived, words)
        )

    def test_leaves_the_frames_as_they_are(self) -> None:
        """What it was given is the same afterwards: other plugins get it too."""
        wrong: list[str] = []
        for at, readings, context in self._given():
            tables = [table for reading in readings for table in reading.tables]
            before = [table.frame.clone() for table in tables]
            columns = [frame.columns for frame in before]
            self._derived(readings, context)
            for table, was, names in zip(tables, before, columns, strict=True):
                if table.frame.columns != names or not table.frame.equals(was):
                    wrong.append(f"{at}: the table of every {table.subject} was changed")
        fail_with(wrong)

    def test_does_not_depend_on_the_order_of_files(self) -> None:
        """The same readings in another order, and once more, give the same."""
        wrong: list[str] = []
        for at, readings, context in self._given():
            first = _sorted(self._derived(readings, context))
            for other in (readings, readings[::-1]):
                again = _sorted(self._derived(other, context))
                if len(first) != len(again) or not all(map(_same, first, again)):
                    wrong.append(f"{at}: gives something else the next time")
                    break
        fail_with(wrong)

    def test_makes_nothing_of_nothing(self) -> None:
        """Without readings it gives no rows, and does not fail."""
        context = ReadContext(TODAY)
        found = self._derived((), context)
        fail_with(
            f"gives {one.frame.height} rows of every {one.subject}"
            for one in found
            if one.frame.height
        )

    def _given(self) -> Iterator[tuple[str, tuple[Reading, ...], ReadContext]]:
        if not self.shops and not self.readings:
            raise AssertionError("it has neither shops nor readings to try")
        for number, one in enumerate(self.shops, start=1):
            about = one.settings.shop
            context = ReadContext(one.today, about.currency, about.region, one.window)
            yield f"shop {number}", one.readings, context
        for number, readings in enumerate(self.readings, start=1):
            ends = [reading.period.last for reading in readings if reading.period is not None]
            period = next((r.period for r in readings if r.period is not None), None)
            today = max(ends, default=TODAY)
            yield f"readings {number}", tuple(readings), ReadContext(today, None, None, period)

    def _each(self) -> Iterator[tuple[str, list[Derived]]]:
        for at, readings, context in self._given():
            yield at, self._derived(readings, context)

    def _derived(self, readings: Sequence[Reading], context: ReadContext) -> list[Derived]:
        """What the hook gives; it may leave out arguments that it does not need, as in a run."""
        hook = getattr(self.plugin, _HOOK, None)
        if hook is None:
            raise AssertionError(f"{self.plugin!r} has no {_HOOK}")
        given = {"readings": tuple(readings), "context": context}
        wanted = inspect.signature(hook).parameters
        found = list(hook(**{name: value for name, value in given.items() if name in wanted}))
        wrong = [one for one in found if not isinstance(one, Derived)]
        if wrong:
            raise AssertionError(f"gives {type(wrong[0]).__name__} where Derived is expected")
        return found

    def _words(self) -> Vocabulary:
        try:
            return registry_with((*self.plugins, self.plugin)).vocabulary()
        except AdvisorError as error:
            raise AssertionError(str(error)) from None


def _undeclared(derived: Derived, words: Vocabulary) -> Iterator[str]:
    if derived.subject not in words.subjects:
        yield unknown("subject", derived.subject, words.subjects)
    metrics = {metric.id for metric in words.metrics.values() if metric.derived}
    columns = set(derived.frame.columns) - {"key", "name", "shop", "days"}
    for name in sorted(columns):
        metric = next((name.removesuffix(part) for part in _PARTS[1:] if name.endswith(part)), name)
        if name in words.symbols:
            values = derived.frame[name].drop_nulls().unique().sort().to_list()
            yield from (
                f"{name}: {unknown('value', str(value), words.symbols[name].values)}"
                for value in values
                if value not in words.symbols[name].values
            )
        elif metric not in metrics:
            yield f"{unknown('derived metric or symbol', name, {*metrics, *words.symbols})}"
        elif name == metric:
            lacks = [part for part in (".lo", ".hi") if f"{name}{part}" not in columns]
            yield from (f"{name}: comes without {name}{part}" for part in lacks)
        elif metric not in columns:
            yield f"{name}: comes without {metric}"


def _disordered(derived: Derived, words: Vocabulary) -> Iterator[str]:
    frame = derived.frame
    for name in frame.columns:
        ends = [f"{name}.lo", name, f"{name}.hi"]
        if name not in words.metrics or not set(ends) <= set(frame.columns):
            continue
        low, value, high = (pl.col(end).cast(pl.Float64) for end in ends)
        slack = 1e-9 * value.abs()
        known = pl.sum_horizontal(end.is_not_null() for end in (low, value, high))
        wrong = frame.filter(
            (low > value + slack)
            | (value > high + slack)
            | value.is_nan()
            | value.is_infinite()
            | known.is_in([1, 2])
        )
        if wrong.height:
            shown = wrong.select("key", *ends).row(0)
            told = f"{shown[2]}, from {shown[1]} to {shown[3]}"
            yield f"{derived.subject}: {name} of {shown[0]!r} is {told}"


def _sorted(found: Sequence[Derived]) -> list[Derived]:
    return sorted(found, key=lambda one: (one.subject, one.frame.columns))


def _same(one: Derived, other: Derived) -> bool:
    frames = [d.frame.sort("key") if "key" in d.frame.columns else d.frame for d in (one, other)]
    return one.subject == other.subject and frames[0].equals(frames[1])
