"""An answer of the Partner API gives the same counts however it was saved."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from advisor.ingest.combination import combine
from advisor.ingest.gathering import gather
from advisor.model import is_count
from advisor.plugin import ReadContext
from docs.generate import bundled
from tests.plugins_shop.test_partner_api import ANSWERS
from tests.shapes.answers import CHANGES, Document, Files, answers, usual

REGISTRY = bundled()
PROVIDERS, VOCABULARY = REGISTRY.providers(), REGISTRY.vocabulary()
CONTEXT = ReadContext(today=date(2026, 11, 22))
Counts = Mapping[tuple[str, str, str, str], float]


@pytest.mark.parametrize(
    ("model", "document"), [pytest.param(*one, id=one[0]) for one in answers(ANSWERS)]
)
def test_an_answer_saved_in_another_way_gives_the_same_counts(
    model: str, document: Document, tmp_path: Path
) -> None:
    kinds, counts = _read(usual(document), tmp_path)
    assert (kinds, bool(counts)) == ({ANSWERS[model]}, True)
    for change in CHANGES:
        found, same = _read(change(document), tmp_path)
        assert (change.__name__, found) == (change.__name__, kinds)
        assert (change.__name__, same) == (change.__name__, counts)


def _read(files: Files, folder: Path) -> tuple[set[str], Counts]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    gathered = gather([folder], PROVIDERS, CONTEXT)
    for name in files:
        (folder / name).unlink()
    assert gathered.unread == ()
    sums: dict[tuple[str, str, str, str], float] = {}
    for one in combine(gathered.readings, VOCABULARY).sets:
        for _, frame in one.by_grain():
            counts = [c for c in frame.columns if is_count(c) and frame.schema[c].is_float()]
            for key, *values in frame.group_by("key").agg(pl.col(counts).sum()).iter_rows():
                for count, value in zip(counts, values, strict=True):
                    place = (one.subject, one.family, key, count)
                    sums[place] = round(sums.get(place, 0.0) + value, 6)
    return {reading.kind for reading in gathered.readings}, sums
