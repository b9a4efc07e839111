"""Sums of many rows are kept; they are those of a query made for the question."""

from datetime import date, timedelta

import polars as pl
import pytest

from advisor.metrics import subject_sums
from advisor.metrics.subject_sums import Aggregate, SubjectSums

CLICKS = Aggregate("clicks", pl.col("clicks"))
SQUARES = Aggregate("squares", pl.col("clicks") * pl.col("clicks") / pl.col("spend"))
ROWS = Aggregate("rows", value=pl.len())


def rows(*shops: str) -> pl.DataFrame:
    table = [
        (shop, f"{ad}", f"Ad {ad}", day, day, 1.1 + ad * 7 % 5, float(ad + at % 3))
        for shop in shops
        for at in range(9)
        for ad in range(4)
        if (day := date(2026, 9, 1) + timedelta(days=at + ad))
    ]
    columns = ["shop", "key", "name", "from", "to", "spend", "clicks"]
    return pl.DataFrame(table, schema=columns, orient="row")


def test_kept_sums_are_those_of_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [CLICKS, SQUARES, ROWS]
    short = SubjectSums(rows("a"), by_day=True)
    of_subjects = short.of_subjects(asked).sort("key").collect(engine="in-memory")
    monkeypatch.setattr(subject_sums, "_LONG", 1)
    kept = SubjectSums(rows("a"), by_day=True)
    assert kept.of_subjects([CLICKS]).collect(engine="in-memory")["clicks"].sum() == 90
    assert kept.of_subjects(asked).sort("key").collect(engine="in-memory").equals(of_subjects)


def test_a_name_may_mean_another_sum_to_each_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject_sums, "_LONG", 1)
    kept = SubjectSums(rows("a"), by_day=True)
    first = kept.of_subjects([Aggregate("sum", pl.col("clicks"))]).collect(engine="in-memory")
    other = kept.of_subjects([Aggregate("sum", pl.col("spend"))]).collect(engine="in-memory")
    assert first["sum"].to_list() != other["sum"].to_list()
    assert other["sum"].sum() == pytest.approx(rows("a")["spend"].sum())
