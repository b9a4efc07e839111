"""The contract of derived metrics: each promise can be broken."""

from collections.abc import Callable, Sequence

import attrs
import polars as pl
import pytest

from advisor import Counts, Derived, VocabularyFile, hookimpl, vocabulary_file
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
    __name__: str = "asking"

    @hookimpl
    def advisor_vocabulary(self) -> Sequence[VocabularyFile]:
        return [vocabulary_file(SYMBOL + PACE, where="words")]

    @hookimpl(blocks=True)
    def advisor_metrics(self, counts: Counts) -> Sequence[Derived]:
        frames = [table.rows().select("shop", "key") for table in counts.tables]
        if not frames:
            return ()
        frame = pl.concat(frames).unique().sort("shop", "key")
        pace = {"pace": pl.lit(2.0), "pace.lo": pl.lit(1.0), "pace.hi": pl.lit(3.0)}
        return (Derived("product", self.change(frame.with_columns(asks=pl.lit("no"), **pace))),)


def adds(**columns: object) -> Change:
    return lambda frame: frame.with_columns(**columns)  # type: ignore[arg-type]


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


def test_what_one_shop_says_must_not_depend_on_others() -> None:
    def share(frame: pl.DataFrame) -> pl.DataFrame:
        of_all = pl.lit(1.0) / pl.len()
        return frame.with_columns(of_all.alias(f"pace{end}") for end in ("", ".lo", ".hi"))

    given = {"plugin": Asking(share), "shops": [shop({"product": SLOW})] * 2}
    said = broken_promises(MetricsContract, given)

    message = said["gives_the_same_for_any_cut_of_the_shops"]
    assert "pace of product 'Iron' of shop 1 is 0.5 beside others, 1.0 without" in message


def test_a_block_names_the_shop_of_each_row() -> None:
    given = {"plugin": Asking(lambda frame: frame.drop("shop")), "shops": [shop({"product": SLOW})]}
    said = broken_promises(MetricsContract, given)

    assert "product: has no column 'shop'" in said["gives_the_same_for_any_cut_of_the_shops"]
