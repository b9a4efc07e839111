"""What is said of measured subjects beside their numbers."""

import math

import polars as pl
import pytest

from advisor.metrics import Measured, told_apart, with_derived
from advisor.plugin import Derived
from tests.core import WORDS

LONG = "Watch me unbox every single thing that I bought for my sister " * 2


@pytest.mark.parametrize(
    ("key", "name", "shown"),
    [
        ("2026-10-29 20:01 / Live!", "Live!", "Live! (2026-10-29 20:01)"),
        ("Spring / Broad / Video 1", "Video 1", "Video 1 (Spring / Broad)"),
        ("1729400000000000001", "Lip gloss", "Lip gloss (1729400000000000001)"),
        (
            "1865607983072722 / 1730829974100000 / 7456000000000000001",
            "Serum",
            "Serum (7456000000000000001)",
        ),
        ("17", LONG, f"{LONG[:54]}… (17)"),
    ],
)
def test_names_that_print_alike_are_told_apart(key: str, name: str, shown: str) -> None:
    rows = [("a", key, name), ("a", f"{key[0]}-other / {name}", f"{name}"), ("b", key, name)]
    frame = pl.DataFrame(rows, schema=["shop", "key", "name"], orient="row")

    names = told_apart({"ad": Measured("ad", frame, frozenset(), ())})["ad"].frame["name"]

    assert names[0] == shown
    assert names[1].startswith(name[:20]) and names[1].endswith(f"({key[0]}-other)")
    assert names[2] == name  # another shop's subject is no twin
    assert max(map(len, names[:2])) <= 60


def test_what_is_infinite_is_not_known() -> None:
    frame = pl.DataFrame({"shop": ["a", "a"], "key": ["1", "2"], "ctr": [math.inf, 0.1],
                          "ctr.lo": [0.0, 0.0], "ctr.hi": [math.inf, 0.2]})  # fmt: skip

    found = with_derived({}, [Derived("ad", frame)], WORDS)["ad"].frame

    assert found["ctr", "ctr.lo", "ctr.hi"].rows() == [(None, None, None), (0.1, 0.0, 0.2)]
    assert found["ctr.se"][0] is None


def test_a_subject_without_a_name_keeps_its_key() -> None:
    rows = [("a", "1", "1"), ("a", "2", "1")]
    frame = pl.DataFrame(rows, schema=["shop", "key", "name"], orient="row")

    names = told_apart({"ad": Measured("ad", frame, frozenset(), ())})["ad"].frame["name"]

    assert names.to_list() == ["1", "1 (2)"]
