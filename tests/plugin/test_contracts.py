"""What plugins compute is checked as data, and one that fails brings no metrics."""

from collections.abc import Callable, Sequence
from datetime import date
from types import ModuleType
from typing import Any

import attrs
import polars as pl
import pytest

from advisor.model.reading import Reading
from advisor.model.vocabulary import VocabularyFile
from advisor.plugin.contracts import derived_breaks
from advisor.plugin.hookspecs import Derived, ReadContext
from advisor.plugin.registry import add, empty
from tests.core import WORDS
from tests.plugin.test_calls import CASES, hookimpl, plugin

TODAY = ReadContext(date(2026, 11, 2))
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


def metrics(hook: Callable[[Sequence[Reading]], object]) -> ModuleType:
    def advisor_metrics(readings: Sequence[Reading]) -> object:
        return hook(readings)

    module = ModuleType("stranger")
    vars(module)["advisor_metrics"] = hookimpl(advisor_metrics)
    return module


def derived(**columns: Any) -> Derived:
    return Derived("ad", pl.DataFrame({"key": ["1"], "driver": ["ctr"]} | columns))


LIMITS = {"pace": [0.1], "pace.lo": [0.05], "pace.hi": [0.2]}
BREAKS: dict[str, tuple[Derived, str]] = {
    "no frame": (Derived("ad", [1]), "gave list where a frame is expected"),  # type: ignore[arg-type]
    "an unknown subject": (Derived("advert", derived().frame), "unknown subject 'advert'"),
    "no key": (Derived("ad", pl.DataFrame({"driver": ["ctr"]})), "without a text column 'key'"),
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
    add(made, metrics(lambda readings: [derived()]), "agency")

    found = made.derived([], TODAY)

    assert [one.subject for one in found.derived] == ["ad"]
    assert found.failures == {}
    assert made.uncomputed(found) == {}


@pytest.mark.parametrize(
    ("hook", "says"),
    [*((hook, None) for hook, _ in CASES.values()), (lambda: [derived(driver=[1])], "gave Int64")],
)
def test_a_plugin_that_fails_to_compute_brings_no_columns_and_the_others_do(
    hook: Callable[[], object], says: str | None
) -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda readings: hook()), "agency")
    add(made, metrics(lambda readings: [derived()]), "sound")

    found = made.derived([], TODAY)

    assert [one.subject for one in found.derived] == ["ad"]
    assert list(found.failures) == ["agency"]
    (line,) = found.lines()
    assert line.startswith("plugin agency: advisor_metrics ")
    assert says is None or says in line
    assert made.failures() == []  # it failed on this shop, and serves the next one


def test_what_a_plugin_failed_to_compute_is_told_with_how() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda readings: 1 / 0), "agency")

    found = made.uncomputed(made.derived([], TODAY))

    why = "plugin agency failed: advisor_metrics failed: ZeroDivisionError: division by zero"
    assert found == dict.fromkeys(WORDS.symbols, why)


def test_of_two_plugins_that_compute_one_column_the_first_is_used_and_both_are_named() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda readings: [derived(driver=["ctr"])]), "one")
    add(made, metrics(lambda readings: [derived(driver=["cpm"])]), "two")

    found = made.derived([], TODAY)

    assert [one.frame["driver"].to_list() for one in found.derived] == [["ctr"]]
    assert found.failures == {"two": "driver of ad is computed by one"}
