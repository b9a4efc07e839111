"""Who leads a list: those that surely differ, by what their data carry."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from advisor.document import Ranking
from advisor.document.compose.rankings import rankings
from advisor.metrics.rankings import LEAST, MOST
from tests.document.compose.shops import Row, ads, diagnosed, written


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    written(tmp_path, "weak", 'ctr = "low"\ncpc = "high"')
    return tmp_path


def made(pack: Path, rows: Sequence[Row], *by: str) -> tuple[Ranking, ...]:
    """The rankings of ads with these counts, where *by* is what ranks ads."""
    named = [{"key": f"{number:02}", **row} for number, row in enumerate(rows)]
    diagnosis = diagnosed(pack, ads(*named))
    words = diagnosis.vocabulary
    ad = attrs.evolve(words.subjects["ad"], ranked_by=by)
    subjects = {**words.subjects, "ad": ad}
    block = attrs.evolve(diagnosis.block, vocabulary=attrs.evolve(words, subjects=subjects))
    return rankings(attrs.evolve(diagnosis, block=block))


def keys(ranked: Sequence[object]) -> list[str]:
    return [one.subject.key for one in ranked]  # type: ignore[attr-defined]


def clicks(*of: int) -> list[Row]:
    return [{"clicks": count, "impressions": 20_000} for count in of]


SPREAD = clicks(100, 120, 140, 160, 180, 400, 640, 660, 680, 700, 720, 740)


def test_three_lucky_clicks_lead_no_list(pack: Path) -> None:
    lucky: Row = {"clicks": 3, "impressions": 20}

    (ranking,) = made(pack, [lucky, *SPREAD], "ctr")

    assert keys(ranking.best) == ["12", "11", "10", "09", "08"]
    assert keys(ranking.worst) == ["01", "02", "03", "04", "05"]
    assert "00" not in keys(ranking.best)
    assert len(ranking.best) == len(ranking.worst) == MOST


def test_a_rate_stands_beside_what_was_measured_and_how_much_it_rests_on(pack: Path) -> None:
    (ranking,) = made(pack, SPREAD, "ctr")

    first = ranking.best[0]
    assert (first.value, first.text, first.n) == (0.037, "3.7%", 20_000)
    assert ranking.usual < first.low < first.shrunk < first.value < first.high
    assert ranking.subjects == len(SPREAD)
    assert (ranking.kind, ranking.metric, ranking.plural) == ("ad", "ctr", "ads")


def test_where_less_is_better_the_least_is_best(pack: Path) -> None:
    rows: list[Row] = [{**row, "spend": 100.0} for row in SPREAD]

    (ranking,) = made(pack, rows, "cpc")

    assert keys(ranking.best)[0] == "11"
    assert keys(ranking.worst)[0] == "00"


def test_where_nobody_surely_differs_nobody_is_named(pack: Path) -> None:
    (ranking,) = made(pack, clicks(196, 199, 200, 201, 203, 205, 198, 202), "ctr")

    assert (ranking.best, ranking.worst) == ((), ())
    assert ranking.usual_text == "1%"


def test_a_few_subjects_make_no_list(pack: Path) -> None:
    assert made(pack, SPREAD[: LEAST - 1], "ctr") == ()
    # A value is what counts: ads that nobody saw are no subjects of a list.
    unseen: Row = {"clicks": 0, "impressions": 0}
    assert made(pack, [*SPREAD[: LEAST - 1], unseen], "ctr") == ()


def test_what_no_file_counts_ranks_nobody(pack: Path) -> None:
    assert made(pack, SPREAD, "roas", "cpc") == ()
    assert made(pack, SPREAD) == ()
