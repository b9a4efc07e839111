"""Nothing is counted twice, whatever files lie side by side."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.ingest.combination import Counted, CountSet, combine
from advisor.ingest.download_time import stamp
from advisor.model.reading import Grain, Reading
from tests.files_and_frames import WORDS, day, reading

Row = Mapping[str, object]


def only(counted: Counted) -> CountSet:
    (found,) = counted.sets
    return found


def content(frame: pl.DataFrame | None, *columns: str) -> Counter[tuple[object, ...]]:
    if frame is None:
        return Counter()
    return Counter(frame.select(columns or ("key", "from", "clicks")).iter_rows())


def total(frame: pl.DataFrame | None, count: str = "clicks") -> float:
    return 0.0 if frame is None else float(frame[count].sum())


def test_one_file_is_passed_on_with_its_shop_and_place() -> None:
    rows = [{"key": "1", "day": 1, "clicks": 3.0}, {"key": "2", "day": 1, "clicks": 4.0}]

    counted = combine([reading("a.csv", rows)], WORDS, shop="north")

    kept = only(counted).rows
    assert kept is not None
    assert kept.select("shop", "_file", "_row").rows() == [("north", 0, 2), ("north", 0, 3)]
    assert kept.schema["_file"] == pl.UInt32
    assert counted.notes == ()


def test_the_file_that_ends_later_wins_the_shared_day() -> None:
    older = reading("a.csv", [{"key": "1", "day": 1, "clicks": 9.0}], ends=1)
    newer = reading("b.csv", [{"key": "1", "day": 1, "clicks": 5.0}], ends=2)

    counted = combine([older, newer], WORDS)

    assert content(only(counted).rows) == {("1", day(1), 5.0): 1}
    (note,) = counted.notes
    assert (note.code, note.file) == ("overlap", "a.csv")
    assert note.text == "1 row skipped: b.csv has the same days (Ad)"


def test_of_two_files_that_end_together_the_larger_counts_win() -> None:
    small = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    large = reading("b.csv", [{"key": "1", "day": 1, "clicks": 6.0}])

    assert content(only(combine([small, large], WORDS)).rows) == {("1", day(1), 6.0): 1}


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.PERIOD])
def test_of_two_files_that_end_together_the_newer_download_wins_and_that_is_said(
    grain: Grain,
) -> None:
    older, newer = "list_20261102235959.csv", "list_20261103000000.csv"
    rows = {older: 9.0, newer: 5.0}
    readings = [
        reading(name, [{"key": "1", "day": 1, "clicks": clicks}], grain=grain)
        for name, clicks in rows.items()
    ]

    counted = combine(readings, WORDS)

    kept = only(counted)
    assert content(kept.rows if grain is Grain.DAY else kept.totals) == {("1", day(1), 5.0): 1}
    (note,) = counted.notes
    assert (note.code, note.file) == ("overlap", older)
    assert note.text.startswith(f"1 row skipped: {newer} was downloaded later and has the same ")


def test_a_longer_period_that_overlaps_loses_to_the_newer_download_of_the_same_end() -> None:
    older = {"key": "1", "from": 1, "to": 9, "clicks": 9.0}
    newer = {"key": "1", "from": 3, "to": 9, "clicks": 5.0}
    names = "list_20261102.csv", "list_20261103.csv"

    counted = combine(
        [
            reading(name, [row], grain=Grain.PERIOD)
            for name, row in zip(names, (older, newer), strict=True)
        ],
        WORDS,
    )

    assert content(only(counted).totals) == {("1", day(3), 5.0): 1}
    assert ["was downloaded later" in note.text for note in counted.notes] == [True]


def test_a_stamp_beside_a_name_without_one_says_nothing() -> None:
    stamped = reading("list_20261103.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    plain = reading("list.csv", [{"key": "1", "day": 1, "clicks": 6.0}])

    counted = combine([stamped, plain], WORDS)

    assert content(only(counted).rows) == {("1", day(1), 6.0): 1}
    assert [note.text for note in counted.notes] == [
        "1 row skipped: list.csv has the same days (Ad)"
    ]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("Video Performance List_20261102102130.xlsx", "2026-11-02 10:21:30"),
        ("product_list_20261102.xlsx", "2026-11-02 00:00:00"),
        ("20250101/in.zip/product_list_20261102 (1).xlsx", "2026-11-02 00:00:00"),
        ("Tiktok Ads_Report_shop_20230404-20240403.csv", "None"),
        ("video_1730829974117385557.csv", "None"),
        ("list_20261350.csv", "None"),
        ("orders.csv", "None"),
    ],
)
def test_the_moment_of_a_download_is_in_its_name(name: str, moment: str) -> None:
    assert str(stamp(name)) == moment


def test_a_second_export_of_the_same_days_adds_its_columns() -> None:
    clicks = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}], ends=2)
    spend = reading("b.csv", [{"key": "1", "day": 1, "clicks": 4.0, "spend": 2.5}], ends=1)

    counted = combine([clicks, spend], WORDS)

    frame = only(counted).rows
    assert content(frame, "key", "clicks", "spend") == {("1", 5.0, 2.5): 1}
    a, b = ([file.name for file in counted.files].index(name) for name in ("a.csv", "b.csv"))
    assert content(frame, "_file", "_row", "_also_file", "_also_row") == {(a, 2, b, 2): 1}
    assert "adds Spend to a file that has the same days (Ad)" in {
        note.text for note in counted.notes if note.file == "b.csv"
    }


def test_missing_counts_are_filled_and_zero_counts_are_not() -> None:
    rows = [{"key": "1", "day": 1, "clicks": 0.0, "spend": None}]
    newer = reading("a.csv", rows, ends=2)
    older = reading("b.csv", [{"key": "1", "day": 1, "clicks": 7.0, "spend": 1.0}], ends=1)

    counted = combine([newer, older], WORDS)

    assert content(only(counted).rows, "clicks", "spend") == {(0.0, 1.0): 1}


def test_a_name_that_repeats_on_a_day_keeps_its_largest_multiplicity() -> None:
    twice = [{"key": "x", "day": 1, "clicks": n} for n in (1.0, 2.0)]
    thrice = [{"key": "x", "day": 1, "clicks": n} for n in (1.0, 2.0, 4.0)]

    counted = combine([reading("a.csv", twice, ends=9), reading("b.csv", thrice)], WORDS)

    assert total(only(counted).rows) == 7.0


def test_filling_a_repeated_name_never_doubles_a_count() -> None:
    first = [{"key": "x", "day": 1, "clicks": n} for n in (5.0, None)]
    second = [{"key": "x", "day": 1, "clicks": n} for n in (None, 5.0)]

    counted = combine([reading("a.csv", first), reading("b.csv", second)], WORDS)

    assert total(only(counted).rows) == 5.0


def test_campaigns_and_ads_of_the_same_spend_stay_apart() -> None:
    ads = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    campaigns = reading("b.csv", [{"key": "7", "day": 1, "clicks": 5.0}], subject="campaign")

    counted = combine([ads, campaigns], WORDS)

    assert [total(one.rows) for one in counted.of("ad")] == [5.0]
    assert [total(one.rows) for one in counted.of("campaign")] == [5.0]


def test_families_are_never_merged() -> None:
    ads = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    shop = reading("b.csv", [{"key": "1", "day": 1, "clicks": 6.0}], family="shop")

    assert [total(one.rows) for one in combine([ads, shop], WORDS).sets] == [5.0, 6.0]


def test_a_broken_down_export_is_another_set_of_the_same_events() -> None:
    whole = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    by_age = [{"key": "1", "day": 1, "clicks": n, "by.age": age} for n, age in ((2, "a"), (3, "b"))]

    counted = combine([whole, reading("b.csv", by_age)], WORDS)

    totals = [(one.breakdowns, total(one.rows)) for one in counted.sets]
    assert totals == [((), 5.0), (("age",), 5.0)]


def test_months_one_file_each_are_a_history() -> None:
    spans = [{"key": "1", "from": n, "to": n + 9, "clicks": 5.0} for n in (1, 11, 21)]
    files = [reading(f"{n}", [span], grain=Grain.PERIOD) for n, span in enumerate(spans)]

    assert total(only(combine(files, WORDS)).totals) == 15.0


def test_of_overlapping_periods_the_later_is_kept_and_what_only_the_loser_met_too() -> None:
    spans = {"a": (1, 10), "b": (8, 20), "c": (18, 30)}
    files = [
        reading(name, [{"key": "1", "from": f, "to": t, "clicks": f}], grain=Grain.PERIOD)
        for name, (f, t) in spans.items()
    ]

    counted = combine(files, WORDS)

    assert content(only(counted).totals, "from") == {(day(1),): 1, (day(18),): 1}
    assert [note.file for note in counted.notes] == ["b"]


def test_a_period_of_unknown_days_gives_way_to_a_known_one() -> None:
    known = reading("a", [{"key": "1", "from": 1, "to": 9, "clicks": 5.0}], grain=Grain.PERIOD)
    unknown = reading("b", [{"key": "1", "clicks": 50.0}], grain=Grain.PERIOD)

    assert total(only(combine([known, unknown], WORDS)).totals) == 5.0


def test_of_lifetime_counts_the_last_export_is_kept() -> None:
    files = [
        reading(name, [{"key": "1", "from": 1, "to": to, "clicks": n}], grain=Grain.LIFETIME)
        for name, to, n in (("a", 10, 5.0), ("b", 20, 8.0))
    ]

    assert total(only(combine(files, WORDS)).lifetime) == 8.0


@pytest.mark.parametrize(("days", "kept"), [(5, 0.0), (4, 90.0)])
def test_a_period_gives_way_to_days_that_are_at_least_half_of_it(days: int, kept: float) -> None:
    daily = reading("d", [{"key": "1", "day": n, "clicks": 1.0} for n in range(1, days + 1)])
    whole = reading("p", [{"key": "1", "from": 1, "to": 10, "clicks": 90.0}], grain=Grain.PERIOD)

    found = only(combine([daily, whole], WORDS))

    assert total(found.rows) == days
    assert total(found.totals) == kept
    assert total(found.covered) == 90.0 - kept


def test_days_without_a_row_of_a_subject_are_covered_by_a_file_that_has_them_for_others() -> None:
    rows = [{"key": "busy", "day": n, "clicks": 1.0} for n in range(1, 11)]
    daily = reading("d", [*rows, {"key": "1", "day": 3, "clicks": 2.0}])
    whole = reading("p", [{"key": "1", "from": 1, "to": 10, "clicks": 2.0}], grain=Grain.PERIOD)

    assert only(combine([daily, whole], WORDS)).totals is None


def test_a_subject_without_days_keeps_its_period() -> None:
    daily = reading("d", [{"key": "1", "day": n, "clicks": 1.0} for n in range(1, 11)])
    whole = reading("p", [{"key": "2", "from": 1, "to": 10, "clicks": 4.0}], grain=Grain.PERIOD)

    assert total(only(combine([daily, whole], WORDS)).totals) == 4.0


NAMELESS = {"key": "Camp / Hook", "name": "Hook", "parent.campaign": "Camp"}
KNOWN = {"key": "1700000000000001", "name": "Hook", "parent.campaign": "1700000000000009"}


def test_an_export_without_ids_joins_the_ids_where_names_are_unique() -> None:
    nameless = reading("a.csv", [{**NAMELESS, "day": n, "clicks": 5.0} for n in (1, 2)])
    known = reading("b.csv", [{**KNOWN, "day": n, "clicks": 5.0} for n in (2, 3)])

    counted = combine([nameless, known], WORDS)

    frame = only(counted).rows
    assert frame is not None
    assert content(frame, "key", "parent.campaign") == {("1700000000000001", "1700000000000009"): 3}
    assert total(frame) == 15.0


def test_links_follow_the_names_that_became_ids() -> None:
    nameless = reading(
        "a.csv", [{**NAMELESS, "day": 1, "clicks": 5.0}], links=[("Camp / Hook", "p1")]
    )
    known = reading("b.csv", [{**KNOWN, "day": 1, "clicks": 5.0}], links=[(KNOWN["key"], "p1")])

    links = combine([nameless, known], WORDS).links

    assert links["ad-product"].select("from", "to").rows() == [("1700000000000001", "p1")]


def test_names_that_could_be_two_ids_are_left_out_on_days_that_have_ids() -> None:
    nameless = reading("a.csv", [{**NAMELESS, "day": n, "clicks": 5.0} for n in (1, 2)])
    twins = [{**KNOWN, "key": f"170000000000000{n}", "day": 2, "clicks": 4.0} for n in (1, 2)]

    counted = combine([nameless, reading("b.csv", twins)], WORDS)

    assert content(only(counted).rows, "from", "clicks") == {(day(1), 5.0): 1, (day(2), 4.0): 2}
    assert [note.text for note in counted.notes] == [
        "1 row skipped: it has a name but no ID, and a file with IDs has the same days"
    ]


def test_names_that_no_file_with_ids_knows_are_kept() -> None:
    other = {"key": "Other / Ad", "name": "Ad", "day": 1, "clicks": 5.0}
    known = reading("b.csv", [{**KNOWN, "day": 1, "clicks": 4.0}])

    assert total(only(combine([reading("a.csv", [other]), known], WORDS)).rows) == 9.0


def test_names_give_way_to_ids_that_come_without_names() -> None:
    nameless = reading("a.csv", [{**NAMELESS, "day": n, "clicks": 5.0} for n in (1, 2)])
    bare = reading("b.csv", [{"key": "1700000000000001", "day": 2, "clicks": 4.0}])

    assert total(only(combine([nameless, bare], WORDS)).rows) == 9.0


@pytest.mark.parametrize("dates", [{"from": 1, "to": 10}, {"from": None, "to": None}])
def test_the_days_of_a_period_are_said_where_it_was_left_out(dates: Row) -> None:
    daily = reading("d.csv", [{"key": "1", "day": n, "clicks": 1.0} for n in range(1, 11)])
    whole = reading("p", [{"key": "1", **dates, "clicks": 9.0}], grain=Grain.PERIOD)

    assert [(note.file, note.text) for note in combine([daily, whole], WORDS).notes] == [
        ("p", "1 row skipped: d.csv has each day of that period")
    ]


def test_ids_that_nothing_names_are_still_ids() -> None:
    bare = reading("a.csv", [{"key": "1700000000000005", "day": 1, "clicks": 5.0}])
    known = reading("b.csv", [{**KNOWN, "day": 1, "clicks": 4.0}])

    assert total(only(combine([bare, known], WORDS)).rows) == 9.0


def test_links_are_the_distinct_pairs_of_all_files() -> None:
    row = {"key": "1", "day": 1, "clicks": 1.0}
    files = [
        reading("a", [row], links=[("1", "p"), ("1", "q")]),
        reading("b", [row], links=[("1", "q"), ("1", "r")]),
    ]

    assert combine(files, WORDS).links["ad-product"]["to"].to_list() == ["p", "q", "r"]


def test_money_in_another_currency_is_dropped_and_its_counts_are_kept() -> None:
    row = {"key": "1", "clicks": 5.0, "spend": 10.0}
    ours = [reading(f"{n}", [{**row, "day": n}], currency="USD") for n in (1, 2)]
    theirs = reading("x.csv", [{**row, "day": 3, "currency": "IDR"}], currency="IDR")

    counted = combine([*ours, theirs], WORDS)

    frame = only(counted).rows
    assert counted.currency == "USD"
    assert (total(frame), total(frame, "spend")) == (15.0, 20.0)
    (note,) = counted.notes
    assert (note.code, note.file) == ("mixed-currencies", "x.csv")
    assert note.text == (
        "has amounts in IDR, but your shop's currency is USD: its counts are used, its amounts "
        "aren't"
    )


def test_amounts_without_a_currency_are_taken_as_the_shops_and_said_once() -> None:
    files = [reading(f"{n}", [{"key": "1", "day": n, "spend": 1.0}]) for n in (1, 2)]

    counted = combine(files, WORDS, currency="MXN")

    assert total(only(counted).rows, "spend") == 2.0
    assert [note.text for note in counted.notes] == [
        "2 files don't say their currency; their amounts are read as MXN"
    ]


def test_the_given_currency_beats_the_most_frequent() -> None:
    files = [
        reading(f"{n}", [{"key": "1", "day": n, "spend": 1.0}], currency=money)
        for n, money in ((1, "USD"), (2, "USD"), (3, "MXN"))
    ]

    assert total(only(combine(files, WORDS, currency="MXN")).rows, "spend") == 1.0


def rows_of(events: Sequence[tuple[int, int, int]]) -> list[Row]:
    return [{"key": f"k{k}", "day": d, "clicks": float(c)} for k, d, c in events]


EVENTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=14
)
FILES = st.lists(EVENTS, min_size=1, max_size=4)


def readings_of(files: Sequence[Sequence[tuple[int, int, int]]]) -> list[Reading]:
    return [reading(f"{n}.csv", rows_of(events)) for n, events in enumerate(files)]


@settings(deadline=None, max_examples=60)
@given(EVENTS)
def test_a_file_beside_its_copy_changes_nothing(events: list[tuple[int, int, int]]) -> None:
    once = combine([reading("a.csv", rows_of(events))], WORDS)
    twice = combine([reading(name, rows_of(events)) for name in ("a.csv", "copy.csv")], WORDS)

    assert content(only(twice).rows) == content(only(once).rows)


@settings(deadline=None, max_examples=60)
@given(FILES, st.randoms(use_true_random=False))
def test_the_order_of_files_never_matters(
    files: list[list[tuple[int, int, int]]], chance: random.Random
) -> None:
    readings = readings_of(files)
    shuffled = list(readings)
    chance.shuffle(shuffled)

    one, other = combine(readings, WORDS), combine(shuffled, WORDS)

    left, right = only(one).rows, only(other).rows
    assert left is not None
    assert right is not None
    assert left.equals(right)
    assert one.notes == other.notes


@settings(deadline=None, max_examples=60)
@given(FILES)
def test_no_day_of_a_subject_is_more_than_all_files_say(
    files: list[list[tuple[int, int, int]]],
) -> None:
    frame = only(combine(readings_of(files), WORDS)).rows
    assert frame is not None

    said: Counter[tuple[str, object]] = Counter()
    rows: dict[tuple[str, object], int] = {}
    for events in files:
        often = Counter((f"k{k}", day(d)) for k, d, _ in events)
        rows |= {place: max(count, rows.get(place, 0)) for place, count in often.items()}
        for k, d, c in events:
            said[f"k{k}", day(d)] += c
    kept = frame.group_by("key", "from").agg(pl.len(), pl.col("clicks").sum())
    assert {(k, d): n for k, d, n, _ in kept.iter_rows()} == rows
    assert all(clicks <= said[k, d] for k, d, _, clicks in kept.iter_rows())


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.lists(st.sets(st.integers(1, 5), min_size=1), min_size=1, max_size=4))
def test_downloads_of_some_days_give_exactly_the_days_that_any_has(
    events: list[tuple[int, int, int]], downloads: list[set[int]]
) -> None:
    """So the total is never less than the largest file's, nor more than the sum of all."""
    files = [[event for event in events if event[1] in days] for days in downloads]
    shown = set().union(*downloads)
    expected = [event for event in events if event[1] in shown]

    sets = combine(readings_of(files), WORDS).sets

    kept = sets[0].rows if sets else None
    assert content(kept) == Counter((f"k{k}", day(d), float(c)) for k, d, c in expected)


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.sets(st.tuples(st.integers(0, 3), st.integers(1, 5))))
def test_a_file_cut_in_two_gives_the_same_counts(
    events: list[tuple[int, int, int]], first: set[tuple[int, int]]
) -> None:
    parts = [[e for e in events if (e[:2] in first) is side] for side in (True, False)]

    whole = combine(readings_of([events]), WORDS)
    cut = combine(readings_of(parts), WORDS)

    assert content(only(cut).rows) == content(only(whole).rows)


SPANS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 8), st.integers(0, 4), st.integers(1, 9)),
        min_size=1,
        max_size=5,
        unique_by=lambda span: span[0],
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(SPANS)
def test_kept_periods_of_a_subject_never_overlap_and_the_last_is_always_kept(
    files: list[list[tuple[int, int, int, int]]],
) -> None:
    readings = [
        reading(
            f"{n}.xlsx",
            [{"key": f"k{k}", "from": f, "to": f + d, "clicks": float(c)} for k, f, d, c in spans],
            grain=Grain.PERIOD,
        )
        for n, spans in enumerate(files)
    ]

    totals = only(combine(readings, WORDS)).totals

    assert totals is not None
    ordered = totals.sort("key", "from")
    before = ordered.select(pl.col("to").shift(1).over("key")).to_series()
    assert not (ordered["from"] <= before).any()
    last = {f"k{k}": day(0) for spans in files for k, *_ in spans}
    for spans in files:
        for k, f, d, _ in spans:
            last[f"k{k}"] = max(last[f"k{k}"], day(f + d))
    assert dict(totals.group_by("key").agg(pl.col("to").max()).iter_rows()) == last


def test_a_table_without_counts_is_combined_too() -> None:
    files = [reading(name, [{"key": "1", "day": 1}]) for name in ("a", "b")]

    assert content(only(combine(files, WORDS)).rows, "key") == {("1",): 1}


def test_two_tables_of_one_file_are_not_taken_for_an_overlap() -> None:
    one = reading("a.xlsx", [{"key": "1", "day": 1, "clicks": 5.0}])
    both = attrs.evolve(one, tables=(*one.tables, *one.tables))

    assert total(only(combine([both], WORDS)).rows) == 10.0


def test_an_ad_known_by_its_id_alone_gets_the_newest_name_that_any_file_has() -> None:
    counts = reading("a.csv", [{"key": "70001", "day": 3, "clicks": 3.0}])
    older = reading("b.csv", [{"key": "70001", "name": "Summer", "day": 1, "spend": 3.0}])
    newer = reading("c.csv", [{"key": "70001", "name": "Autumn", "day": 2, "spend": 3.0}])

    counted = combine([counts, older, newer], WORDS)

    names = dict(only(counted).rows.select("from", "name").iter_rows())  # type: ignore[union-attr]
    assert names == {day(1): "Summer", day(2): "Autumn", day(3): "Autumn"}


def test_two_exports_without_dates_are_asked_about() -> None:
    one, two = (
        reading(name, [{"key": "a", "from": None, "to": None, "clicks": 1.0}], grain=Grain.PERIOD)
        for name in ("a.csv", "b.csv")
    )
    (note,) = combine([one, two], WORDS).notes
    assert note.code == "undated"
    assert "Which days are they of?" in note.text


@pytest.mark.parametrize("days", [(None, None), (1, None)])
def test_undated_exports_of_different_subjects_are_asked_about(
    days: tuple[int | None, int | None],
) -> None:
    one, two = (
        reading(
            f"{key}.csv",
            [{"key": key, "from": at and day(at), "to": at and day(at), "clicks": 1.0}],
            grain=Grain.PERIOD,
        )
        for key, at in zip(("a", "b"), days, strict=True)
    )
    counted = combine([one, two], WORDS)
    assert total(only(counted).totals) == 2.0
    (note,) = counted.notes
    assert note.code == "undated"
    assert "may be of another period than those of" in note.text
    assert days[0] is None or note.file == "b.csv"


def test_an_undated_export_alone_and_one_of_another_kind_are_not_asked_about() -> None:
    rows = [{"key": "a", "from": None, "to": None, "clicks": 1.0}]
    one = reading("a.csv", rows, grain=Grain.PERIOD)
    other = reading("b.csv", [{**rows[0], "key": "b"}], grain=Grain.PERIOD)
    assert combine([one], WORDS).notes == ()
    assert combine([one, attrs.evolve(other, kind="another")], WORDS).notes == ()


def test_sets_are_asked_for_by_what_they_are_about() -> None:
    ads = reading("a.csv", [{"key": "1", "day": 1, "clicks": 5.0}])
    shop = reading("b.csv", [{"key": "s", "day": 1, "orders": 2.0}], subject="shop", family="shop")
    counted = combine([ads, shop], WORDS)
    assert [one.subject for one in counted.of("ad")] == ["ad"]
    assert [one.subject for one in counted.of("shop")] == ["shop"]
    assert counted.of("live") == ()
