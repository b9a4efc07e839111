"""What everything behind `advisor_metrics` promises: see MetricsContract."""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import polars as pl

from advisor.errors import AdvisorError, unknown
from advisor.model import Reading, Vocabulary
from advisor.plugin import Counts, Derived, MetricsContext, takes_blocks
from advisor.testing.contract import Contract, fail_with
from advisor.testing.counts import Block, block_of, counts_of
from advisor.testing.installed import registry_with
from advisor.testing.shops import TODAY, Shop

_PARTS = ("", ".lo", ".hi", ".n", ".se")
_HOOK = "advisor_metrics"
_SUBJECT = ("shop", "key")


class MetricsContract(Contract):
    """Derived metrics and symbols are declared, one row a subject, and of each shop alone.

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
                labels = [label for label in _SUBJECT if label in frame.columns]
                twice = frame.filter(pl.struct(labels).is_duplicated())["key"].unique().sort()
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

    def test_does_not_depend_on_the_order_of_files(self) -> None:
        """The same files in another order, and once more, give the same."""
        wrong: list[str] = []
        for (at, block), (_, other) in zip(self._given(), self._given(-1), strict=True):
            first = _sorted(self._derived(block))
            for again in (_sorted(self._derived(one)) for one in (block, other)):
                if len(first) != len(again) or not all(map(_same, first, again)):
                    wrong.append(f"{at}: gives something else the next time")
                    break
        fail_with(wrong)

    def test_gives_the_same_for_any_cut_of_the_shops(self) -> None:
        """With `blocks=True`: many shops at once give what each gives alone, and name the shop of
        each row."""
        if not takes_blocks(self._hook()):
            return
        whole = block_of([block for _, block in self._given()])
        shops: list[str] = whole.context.shops["shop"].to_list()
        together = self._derived(whole)
        fail_with(
            f"{one.subject}: has no column 'shop'"
            for one in together
            if "shop" not in one.frame.columns
        )
        wrong: list[str] = []
        half = len(shops) // 2
        for cut in (shops[:half], shops[half:], *([one] for one in shops)):
            alone = _cells(self._derived(whole.only(cut)), cut)
            with_others = _cells(together, cut)
            for place in sorted(alone.keys() | with_others.keys(), key=str):
                if alone.get(place) != with_others.get(place):
                    subject, shop, key, column = place
                    values = f"{with_others.get(place)} beside others, {alone.get(place)} without"
                    wrong.append(f"{column} of {subject} {key!r} of {shop} is {values}")
                    break
        fail_with(wrong)

    def test_makes_nothing_of_nothing(self) -> None:
        """Without counts it gives no rows, and does not fail."""
        found = self._derived(Block(Counts(), MetricsContext.of_one(TODAY)))
        fail_with(
            f"gives {one.frame.height} rows of every {one.subject}"
            for one in found
            if one.frame.height
        )

    def _given(self, step: int = 1) -> Iterator[tuple[str, Block]]:
        if not self.shops and not self.readings:
            raise AssertionError("it has neither shops nor readings to try")
        words = (*self.plugins, self.plugin)
        for number, one in enumerate(self.shops, start=1):
            about = one.settings.shop
            yield (
                f"shop {number}",
                counts_of(
                    one.readings[::step],
                    today=one.today,
                    window=one.window,
                    shop=f"shop {number}",
                    region=about.region,
                    currency=about.currency,
                    plugins=words,
                ),
            )
        for number, readings in enumerate(self.readings, start=1):
            periods = [reading.period for reading in readings if reading.period is not None]
            yield (
                f"readings {number}",
                counts_of(
                    readings[::step],
                    today=max((period.last for period in periods), default=TODAY),
                    window=periods[0] if periods else None,
                    shop=f"readings {number}",
                    plugins=words,
                ),
            )

    def _each(self) -> Iterator[tuple[str, list[Derived]]]:
        for at, block in self._given():
            yield at, self._derived(block)

    def _hook(self) -> Callable[..., Iterable[Derived]]:
        hook: Callable[..., Iterable[Derived]] | None = getattr(self.plugin, _HOOK, None)
        if hook is None:
            raise AssertionError(f"{self.plugin!r} has no {_HOOK}")
        return hook

    def _derived(self, block: Block) -> list[Derived]:
        """What the hook gives; it may leave out arguments that it does not need, as in a run."""
        hook = self._hook()
        given = {"counts": block.counts, "context": block.context}
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
    frames = []
    for derived in (one, other):
        labels = [label for label in _SUBJECT if label in derived.frame.columns]
        frames.append(derived.frame.sort(labels) if labels else derived.frame)
    return one.subject == other.subject and frames[0].equals(frames[1])


def _cells(found: Iterable[Derived], shops: Collection[str]) -> dict[tuple[object, ...], object]:
    """Every value that is known, by kind, shop, key and column."""
    return {
        (derived.subject, row["shop"], row["key"], column): value
        for derived in found
        for row in derived.frame.iter_rows(named=True)
        if row["shop"] in shops
        for column, value in row.items()
        if value is not None and column not in _SUBJECT
    }
