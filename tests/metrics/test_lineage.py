"""Every value names the rows of the file that it was summed from."""

from pathlib import Path

import pytest

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.lineage import Rows, lineage
from advisor.model.reading import File, Grain
from tests.core import WINDOW, counted, measured

Row = dict[str, object]
FILES = tuple(File(Path(name), name, 1, name) for name in ("a.csv", "b.csv"))


def sources(*tables: CountedRows, keys: tuple[str, ...] = ("1",)) -> dict[str, Rows]:
    (found,) = measured(*tables, metrics=["ctr"]).values()
    found_rows = lineage(found, keys, ("clicks", "impressions"), WINDOW, FILES)
    return {key: rows for (_, key), rows in found_rows.items()}


def rows(*numbers: int, key: str = "1", file: int = 0, **more: object) -> list[Row]:
    base: Row = {"key": key, "clicks": 1, "impressions": 10, "_file": file}
    return [base | {"day": n, "_row": n} | more for n in numbers]


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [
        ((3,), ((3, 3),)),
        ((3, 4, 5), ((3, 5),)),
        ((2, 4, 5, 9), ((2, 2), (4, 5), (9, 9))),
        ((5, 3, 4), ((3, 5),)),
    ],
)
def test_rows_are_told_as_ranges(
    numbers: tuple[int, ...], ranges: tuple[tuple[int, int], ...]
) -> None:
    table = counted("ad", rows(*numbers), grain=Grain.DAY)

    assert sources(table) == {"1": Rows("a.csv", ranges)}


def test_subjects_whose_rows_follow_each_other_are_told_apart() -> None:
    table = counted("ad", rows(2, 3) + rows(4, 5, key="2"), grain=Grain.DAY)

    assert sources(table, keys=("2", "1")) == {
        "1": Rows("a.csv", ((2, 3),)),
        "2": Rows("a.csv", ((4, 5),)),
    }


def test_rows_outside_the_window_or_without_a_count_were_not_summed() -> None:
    table = counted("ad", rows(2, 3) + rows(4, clicks=None) + rows(5) + rows(99), grain=Grain.DAY)

    assert sources(table) == {"1": Rows("a.csv", ((2, 3), (5, 5)))}


def test_the_rows_are_those_of_the_source_that_the_value_is_from() -> None:
    without = counted("ad", rows(2, impressions=None), family="a", grain=Grain.DAY)
    with_both = counted("ad", rows(7, file=1), family="b", grain=Grain.DAY)

    assert sources(without, with_both) == {"1": Rows("b.csv", ((7, 7),))}


def test_nothing_is_said_of_what_no_file_has() -> None:
    table = counted("ad", [{"clicks": 1}])
    (found,) = measured(table, metrics=["clicks"]).values()

    assert lineage(found, ["1"], ("clicks", "impressions"), WINDOW, FILES) == {}
