"""The contract of derived metrics: each promise can be broken."""

from collections.abc import Callable, Sequence

import attrs
import polars as pl
import pytest

from advisor import Derived, Reading, VocabularyFile, hookimpl, vocabulary_file
from advisor.testing import (
    MetricsContract,
    shop,
)
from tests.testing.broken import broken_promises
from tests.testing.test_assertions import SLOW

SYMBOL = '[[symbol]]\nid = "asks"\ntitle = "asks"\nvalues = ["yes", "no"]\n'
PACE = (
    '[[metric]]\nid = "pace"\ntitle = "pace"\nkind = "exact"\nunit = "number"\nnumerator = []\n'
    'derived = true\ndefinition = "Ours."\n'
)
Change = Callable[[pl.DataFrame], pl.DataFrame]


@attrs.frozen(eq=False)
class Asking:
    """Says of every product whether it asks, and its pace."""

    change: Change = lambda frame: frame
    spoil: Callable[[Sequence[Reading]], object] = lambda readings: None
    __name__: str = "asking"

    @hookimpl
    def advisor_vocabulary(self) -> Sequence[VocabularyFile]:
        return [vocabulary_file(SYMBOL + PACE, where="words")]

    @hookimpl
    def advisor_metrics(self, readings: Sequence[Reading]) -> Sequence[Derived]:
        self.spoil(readings)
        frames = [table.frame for one in readings for table in one.tables]
        if not frames:
            return ()
        frame = pl.concat(frames).select("key").unique().sort("key")
        pace = {"pace": pl.lit(2.0), "pace.lo": pl.lit(1.0), "pace.hi": pl.lit(3.0)}
        return (Derived("product", self.change(frame.with_columns(asks=pl.lit("no"), **pace))),)


def adds(**columns: object) -> Change:
    return lambda frame: frame.with_columns(**columns)  # type: ignore[arg-type]


def widen(readings: Sequence[Reading]) -> None:
    for reading in readings:
        for table in reading.tables:
            table.frame.insert_column(0, pl.lit(1).alias("mine"))


@pytest.mark.parametrize(
    ("plugin", "promise", "message"),
    [
        (Asking(lambda frame: frame.clear()), "says_something", "nothing comes of it"),
        (Asking(adds(asks=pl.lit("perhaps"))), "gives_what_is_declared", "unknown value 'perhaps'"),
        (Asking(adds(mood=pl.lit("good"))), "gives_what_is_declared", "'mood'"),
        (Asking(lambda frame: frame.drop("pace.hi")), "gives_what_is_declared", "without pace.hi"),
        (Asking(lambda frame: frame.drop("pace")), "gives_what_is_declared", "comes without pace"),
        (
            Asking(lambda frame: pl.concat([frame, frame])),
            "gives_one_row_a_subject",
            "'Iron' has more than one row",
        ),
        (
            Asking(adds(key=pl.lit(None, pl.String))),
            "gives_one_row_a_subject",
            "1 empty keys",
        ),
        (Asking(adds(key=pl.lit(1))), "gives_one_row_a_subject", "has no text column 'key'"),
        (Asking(adds(pace=pl.lit(9.0))), "limits_hold_their_value", "is 9.0, from 1.0 to 3.0"),
        (Asking(adds(pace=pl.lit(None))), "limits_hold_their_value", "is None, from 1.0 to 3.0"),
        (Asking(spoil=widen), "leaves_the_frames_as_they_are", "every product was changed"),
    ],
)
def test_a_promise_of_metrics_can_be_broken(plugin: object, promise: str, message: str) -> None:
    given = {"plugin": plugin, "shops": [shop({"product": SLOW})]}

    assert message in broken_promises(MetricsContract, given)[promise]


def test_what_differs_from_one_time_to_the_next_breaks_a_promise() -> None:
    times: list[float] = []

    def count(frame: pl.DataFrame) -> pl.DataFrame:
        times.append(1.0)
        return frame.with_columns(pl.lit(1.0 + 1 / len(times)).alias("pace"))

    given = {"plugin": Asking(count), "shops": [shop({"product": SLOW})]}
    said = broken_promises(MetricsContract, given)

    assert "something else" in said["does_not_depend_on_the_order_of_files"]


def test_sound_metrics_keep_their_promises() -> None:
    MetricsContract.holds(plugin=Asking(), shops=[shop({"product": SLOW})])
