"""Subjects of one kind together: a LIVE happens once, all LIVEs have a past."""

import polars as pl

from advisor.metrics.counted_rows import CountedRows, with_pools
from advisor.model.reading import Grain
from advisor.model.vocabulary_files import merge, vocabulary_file

WORDS = """
subject = [
  { id = "shop", title = "shop", plural = "shops" },
  { id = "live", title = "LIVE", plural = "LIVEs", parent = "shop" },
  { id = "lives", title = "LIVEs", plural = "LIVEs together", parent = "shop", pools = "live" },
]
"""


def test_a_kind_that_pools_another_gets_its_rows_as_one_subject() -> None:
    vocabulary = merge([("test", vocabulary_file(WORDS, where="test"))])
    frame = pl.DataFrame(
        {
            "shop": ["s", "s"],
            "key": ["1", "2"],
            "name": ["a", "b"],
            "parent.account": ["x", "y"],
            "views": [3.0, 4.0],
        }
    )
    rows = CountedRows("live", "sessions", Grain.DAY, frame)

    own, pooled = with_pools([rows], vocabulary)

    assert own is rows
    assert (pooled.subject, pooled.family, pooled.grain) == ("lives", "sessions", Grain.DAY)
    assert pooled.frame.rows(named=True) == [
        {"shop": "s", "key": "live", "name": "LIVEs", "views": 3.0},
        {"shop": "s", "key": "live", "name": "LIVEs", "views": 4.0},
    ]


def test_a_kind_that_nothing_pools_is_left_alone() -> None:
    vocabulary = merge([("test", vocabulary_file(WORDS, where="test"))])
    rows = CountedRows("shop", "core", Grain.DAY, pl.DataFrame({"shop": ["s"], "key": ["s"]}))

    assert list(with_pools([rows], vocabulary)) == [rows]
