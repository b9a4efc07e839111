"""Readings are lent to guests that compute metrics of them: theirs to read, not to change."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from advisor.model.reading import Grain, Links, Reading, Table
from advisor.plugin.guest_readings import Lent, derived_breaks
from advisor.plugin.hookspecs import Derived, ReadContext
from advisor.plugin.registry import add, empty
from tests.core import WORDS
from tests.files_and_frames import file, frame
from tests.plugin.isolation.test_hooks import plugin

TODAY = ReadContext(date(2026, 11, 2))


def reading() -> Reading:
    rows = [{"key": str(i), "name": f"Ad {i}", "day": i, "clicks": float(i)} for i in range(1, 6)]
    table = Table("ad", "test", Grain.DAY, frame(rows))
    links = Links("ad-products", pl.DataFrame({"from": ["1"], "to": ["2"]}))
    return Reading(file("a.csv"), "test", "test", "Test", (table,), 5, {"empty": 1}, (links,))


def sets_a_cell(lent: Any) -> None:
    lent.tables[0].frame[0, "clicks"] = 99.0


def sets_a_column(lent: Any) -> None:
    lent.tables[0].frame.replace_column(0, pl.Series("key", ["9"] * 5))


def drops_a_column(lent: Any) -> None:
    lent.tables[0].frame.drop_in_place("clicks")


def renames_columns(lent: Any) -> None:
    lent.tables[0].frame.columns = [c.upper() for c in lent.tables[0].frame.columns]


def inserts_a_column(lent: Any) -> None:
    lent.tables[0].frame.insert_column(0, pl.Series("new", [1] * 5))


def grows(lent: Any) -> None:
    lent.tables[0].frame.extend(lent.tables[0].frame)


def writes_into_a_column(lent: Any) -> None:
    lent.tables[0].frame["clicks"][0] = 99.0


def links_others(lent: Any) -> None:
    lent.links[0].frame[0, "to"] = "3"


def counts_more_left_out(lent: Any) -> None:
    lent.left_out["empty"] = 1000


def forgets_a_table(lent: Any) -> None:
    object.__setattr__(lent, "tables", ())


def calls_itself_otherwise(lent: Any) -> None:
    object.__setattr__(lent, "rows", 4)


TOLD = (
    sets_a_cell,
    sets_a_column,
    drops_a_column,
    renames_columns,
    inserts_a_column,
    grows,
    links_others,
    counts_more_left_out,
    forgets_a_table,
    calls_itself_otherwise,
)


def the_same(one: Reading, other: Reading) -> bool:
    return (
        one.tables[0].frame.equals(other.tables[0].frame)
        and one.links[0].frame.equals(other.links[0].frame)
        and dict(one.left_out) == dict(other.left_out)
        and one.rows == other.rows
    )


@pytest.mark.parametrize("change", [*TOLD, writes_into_a_column])
def test_what_a_guest_does_to_what_it_was_lent_does_not_reach_the_host(
    change: Callable[[Any], None],
) -> None:
    own = reading()

    change(Lent([own]).readings[0])

    assert the_same(own, reading())


@pytest.mark.parametrize("change", TOLD)
def test_a_guest_that_changes_what_it_was_lent_loses_its_columns(
    change: Callable[[Any], None],
) -> None:
    own = reading()

    def hook(readings: Sequence[Reading]) -> list[Derived]:
        change(readings[0])
        return [derived()]

    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(hook), "agency")

    assert made.derived([own], TODAY) == []
    (line,) = made.failures()
    assert line.startswith("plugin agency: advisor_metrics changed ")
    assert line.endswith("which it was only lent")


def test_a_guest_that_only_reads_brings_its_columns() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda readings: [derived()]), "agency")

    assert [one.subject for one in made.derived([reading()], TODAY)] == ["ad"]
    assert made.failures() == []


def test_of_two_plugins_that_compute_one_column_the_first_is_used_and_both_are_named() -> None:
    made = empty()
    add(made, plugin(lambda: [words()]), "words")
    add(made, metrics(lambda readings: [derived(driver=["ctr"])]), "one")
    add(made, metrics(lambda readings: [derived(driver=["cpm"])]), "two")

    first, second = made.derived([reading()], TODAY)

    assert first.frame["driver"].to_list() == ["ctr"]
    assert "driver" not in second.frame.columns
    assert "plugin two: driver of ad is computed by one already" in made.failures()


def words() -> Any:
    from advisor.model.vocabulary import VocabularyFile

    return VocabularyFile(
        subject=tuple(WORDS.subjects.values()),
        relation=tuple(WORDS.relations.values()),
        count=tuple(WORDS.counts.values()),
        metric=tuple(WORDS.metrics.values()),
        symbol=tuple(WORDS.symbols.values()),
        goal=tuple(WORDS.goals.values()),
    )


def metrics(hook: Callable[[Sequence[Reading]], list[Derived]]) -> Any:
    from types import ModuleType

    from tests.plugin.isolation.test_hooks import hookimpl

    def advisor_metrics(readings: Sequence[Reading]) -> list[Derived]:
        return hook(readings)

    module = ModuleType("stranger")
    vars(module)["advisor_metrics"] = hookimpl(advisor_metrics)
    return module


def derived(**columns: Any) -> Derived:
    return Derived("ad", pl.DataFrame({"key": ["1"], "driver": ["ctr"]} | columns))


CTR = {"ctr": [0.1], "ctr.lo": [0.05], "ctr.hi": [0.2]}
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
    "an unknown part": (derived(**CTR, **{"ctr.mid": [0.1]}), "unknown metric or symbol 'ctr.mid'"),
    "a metric without limits": (derived(ctr=[0.1]), "gave ctr without all of ctr, ctr.lo and ctr."),
    "a metric as text": (derived(**(CTR | {"ctr": ["x"]})), "gave String where ctr is a number"),
    "a symbol as number": (derived(driver=[1]), "gave Int64 where the symbol driver is text"),
}


@pytest.mark.parametrize(("given", "says"), BREAKS.values(), ids=BREAKS)
def test_what_a_guest_computed_is_checked(given: Derived, says: str) -> None:
    assert says in derived_breaks(given, WORDS)


def test_a_metric_with_its_limits_is_as_it_should_be() -> None:
    assert derived_breaks(derived(**CTR), WORDS) == ""


def test_lending_costs_a_copy_of_no_data() -> None:
    import time

    many = pl.DataFrame({"key": ["k"], "clicks": [1.0]})
    big = pl.concat([many] * 1000).select(pl.all().repeat_by(1000).explode())
    table = Table("ad", "test", Grain.DAY, big)
    own = Reading(file("a.csv", str(Path("big"))), "test", "test", "Test", (table,), big.height)
    start = time.perf_counter()

    assert Lent([own]).changes() == ""

    assert time.perf_counter() - start < 0.5
