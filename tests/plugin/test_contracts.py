"""What plugins compute is checked as data, and one that fails brings no metrics."""

from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

import attrs
import polars as pl
import pytest

from advisor import Counts, MetricsContext
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.contracts import derived_breaks
from advisor.plugin.hookspecs import Derived, hookimpl
from advisor.plugin.loading import add, empty
from tests.core import WORDS
from tests.plugin.test_calls import CASES, plugin

ONE = MetricsContext.of_one(date(2026, 11, 2), "s")
PACE = attrs.evolve(WORDS.metrics["ctr"], id="pace", derived=True)
DERIVED = attrs.evolve(WORDS, metrics={**WORDS.metrics, "pace": PACE})


def words() -> VocabularyFile:
    return VocabularyFile(
        subject=tuple(WORDS.subjects.values()),
        relation=tuple(WORDS.relations.values()),
        count=tuple(WORDS.counts.values()),
        metric=tuple(WORDS.metrics.values()),
        symbol=tuple(WORDS.symbols.values()),
        goal=tuple(WORDS.goals.values()),
    )


def metrics(
    hook: Callable[[Counts, MetricsContext], object], *, blocks: bool = False
) -> ModuleType:
    def advisor_metrics(counts: Counts, context: MetricsContext) -> Any:
        return hook(counts, context)

    module = ModuleType("stranger")
    vars(module)["advisor_metrics"] = hookimpl(blocks=blocks)(advisor_metrics)
    return module


def derived(**columns: Any) -> Derived:
    return Derived("ad", pl.DataFrame({"shop": "s", "key": ["1"], "driver": ["ctr"]} | columns))


LIMITS = {"pace": [0.1], "pace.lo": [0.05], "pace.hi": [0.2]}
BREAKS: dict[str, tuple[Derived, str]] = {
    "no frame": (Derived("ad", [1]), "gave list where a frame is expected"),  # type: ignore[arg-type]
    "an unknown subject": (Derived("advert", derived().frame), "unknown subject 'advert'"),
    "no shop": (Derived("ad", pl.DataFrame({"key": ["1"]})), "without a text column 'shop'"),
    "no key": (Derived("ad", pl.DataFrame({"shop": ["s"]})), "without a text column 'key'"),
    "a number as key": (derived(key=[1]), "without a text column 'key'"),
    "rows without a key": (derived(key=pl.Series([None], dtype=pl.String)), "column 'key'"),
    "two rows with one key": (
        derived(key=["1", "1"], driver=["ctr", "cpm"]),
        "two rows with one key",
    ),
    "an unknown metric": (derived(ctrr=[0.1]), "unknown metric or symbol 'ctrr'; did you mean"),
    "a metric of counts": (
        derived(ctr=[0.1]),
        "gave ctr, which the vocabulary does not declare as derived",
    ),
    "an unknown part": (
        derived(**LIMITS, **{"pace.mid": [0.1]}),
        "unknown metric or symbol 'pace.mid'",
    ),
    "a metric without limits": (derived(pace=[0.1]), "gave pace without all of pace, pace.lo and"),
    "a metric as text": (derived(**(LIMITS | {"pace": ["x"]})), "gave String where pace is a num"),
    "a symbol as number": (derived(driver=[1]), "gave Int64 where the symbol driver is text"),
}


@pytest.mark.parametrize(("given", "says"), BREAKS.values(), ids=BREAKS)
def test_what_a_plugin_computed_is_checked(given: Derived, says: str) -> None:
    assert says in derived_breaks(given, DERIVED)


def test_a_metric_with_its_limits_is_as_it_should_be() -> None:
    assert derived_breaks(derived(**LIMITS), DERIVED) == ""


def test_a_plugin_that_computes_brings_its_columns() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda *_: [derived()]), "agency")

    found = made.derived(Counts(), ONE)

    assert [one.subject for one in found.derived] == ["ad"]
    assert found.failures == {}
    assert made.uncomputed(found, "s") == {}


@pytest.mark.parametrize(
    ("hook", "says"),
    [*((hook, None) for hook, _ in CASES.values()), (lambda: [derived(driver=[1])], "gave Int64")],
)
def test_a_plugin_that_fails_to_compute_brings_no_columns_and_the_others_do(
    hook: Callable[[], object], says: str | None
) -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda *_: hook()), "agency")
    add(made, metrics(lambda *_: [derived()]), "sound")

    found = made.derived(Counts(), ONE)

    assert [one.subject for one in found.derived] == ["ad"]
    assert list(found.failures["s"]) == ["agency"]
    (line,) = found.lines("s")
    assert line.startswith("plugin agency: advisor_metrics ")
    assert says is None or says in line
    assert made.failures() == []  # it failed on this shop, and serves the next one


def test_what_a_plugin_failed_to_compute_is_told_with_how() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda *_: 1 / 0), "agency")

    found = made.uncomputed(made.derived(Counts(), ONE), "s")

    why = "plugin agency failed: advisor_metrics failed: ZeroDivisionError: division by zero"
    assert found == dict.fromkeys(WORDS.symbols, why)


def test_of_two_plugins_that_compute_one_column_the_first_is_used_and_both_are_named() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda *_: [derived(driver=["ctr"])]), "one")
    add(made, metrics(lambda *_: [derived(driver=["cpm"])]), "two")

    found = made.derived(Counts(), ONE)

    assert [one.frame["driver"].to_list() for one in found.derived] == [["ctr"]]
    assert found.failures == {"s": {"two": "driver of ad is computed by one"}}


MANY = MetricsContext(
    date(2026, 11, 2),
    pl.concat(ONE.shops.with_columns(pl.lit(f"s{number}").alias("shop")) for number in range(9)),
)


def test_a_block_that_raises_is_halved_until_the_shop_is_found() -> None:
    calls: list[int] = []

    def hook(_: Counts, context: MetricsContext) -> list[Derived]:
        shops = context.shops["shop"]
        calls.append(len(shops))
        if "s5" in shops:
            raise ValueError("no such day")
        frame = pl.DataFrame({"shop": shops, "key": "1", "driver": "ctr"})
        return [Derived("ad", frame)]

    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(hook, blocks=True), "agency")

    found = made.derived(Counts(), MANY)

    (one,) = found.derived
    assert sorted(one.frame["shop"]) == [f"s{n}" for n in range(9) if n != 5]
    assert found.lines("s5") == ["plugin agency: advisor_metrics failed: ValueError: no such day"]
    assert list(found.failures) == ["s5"]
    assert len(calls) < 9
    assert found.lines("s4") == []
    assert list(made.uncomputed(found, "s5")) == list(WORDS.symbols)
    assert made.uncomputed(found, "s4") == {}


def test_without_blocks_a_hook_is_called_once_a_shop_which_it_need_not_name() -> None:
    calls: list[str] = []

    def hook(_: Counts, context: MetricsContext) -> list[Derived]:
        calls.extend(context.shops["shop"])
        assert context.window is None
        return [Derived("ad", pl.DataFrame({"key": ["1"], "driver": ["ctr"]}))]

    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(hook), "agency")

    (one,) = made.derived(Counts(), MANY).derived

    assert calls == one.frame["shop"].to_list() == [f"s{n}" for n in range(9)]
