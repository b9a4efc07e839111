"""Readings side by side, so that nothing is ever counted twice.

Files overlap: two downloads of one week, a daily and a monthly report of the same spend, an export
with ids and one without. For each family of counts and kind of subject one file is believed for
each day; the others fill what it lacks. What was left out becomes a note.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import polars as pl

from advisor.ingest.currency import settle_currency
from advisor.ingest.deduplicate import Settled, covered_by_days, overlapping_periods, same_days
from advisor.ingest.download_time import stamp
from advisor.ingest.hours import of_own_files, without_hours
from advisor.ingest.implausible import HeldAmount, hold_back, money_per_event
from advisor.ingest.match_ids import Piece, named, names_to_ids
from advisor.ingest.row_order import in_order
from advisor.ingest.time_zones import ZONE
from advisor.model import (
    File,
    Grain,
    Listed,
    Note,
    Quantity,
    Reading,
    Table,
    Unit,
    Vocabulary,
    frozen,
    lazy_gettext,
    lazy_ngettext,
)

_SHOWN = 3  # files and counts that a note names
UNDATED = "undated"  # the code of a note that the plan asks its reader about
_Place = tuple[str, str, tuple[str, ...], Grain]


@frozen(eq=False)
class CountSet:
    """Counts of one *family* about one kind of *subject*, broken down in one way.

    Columns are those of a Table, and `shop` (str) and `_file` (UInt32, index into Counted.files).
    Where counts that the believed file lacks were filled from another, `_also_file` and
    `_also_row` say from where. The frames are views of the same events, never added to each other:
    *rows* has days, *totals* whole periods whose days are not in *rows*, *lifetime* all since a
    subject exists. *covered* has the periods whose days are in *rows*: only they know people
    counted once.
    """

    subject: str
    family: str
    breakdowns: tuple[str, ...] = ()
    rows: pl.DataFrame | None = None
    totals: pl.DataFrame | None = None
    lifetime: pl.DataFrame | None = None
    covered: pl.DataFrame | None = None

    def by_grain(self) -> tuple[tuple[Grain, pl.DataFrame], ...]:
        """The frames that have rows, with what a row of each covers."""
        frames = (
            (Grain.DAY, self.rows),
            (Grain.PERIOD, self.totals),
            (Grain.LIFETIME, self.lifetime),
        )
        return tuple((grain, frame) for grain, frame in frames if frame is not None and len(frame))


@frozen(eq=False)
class ShopReadings:
    """The readings of one shop on their way into a block. *currency* is the shop's; without it, the
    one that most of its readings have."""

    shop: str
    readings: Sequence[Reading]
    currency: str | None = None


@frozen(eq=False)
class Counted:
    """All counts of a block of shops, each event once in each set; *links* by relation (`shop`,
    `from`, `to`). *currencies* and *remarks* are by shop; *files* are those of all of them, of
    which *ends* has the last day that each says it covers, and *by_hand* are kept by the owner."""

    files: tuple[File, ...]
    owners: tuple[str, ...]  # the shop of each file
    sets: tuple[CountSet, ...]
    links: Mapping[str, pl.DataFrame]
    currencies: Mapping[str, str | None]
    remarks: Mapping[str, tuple[Note, ...]]
    ends: tuple[date | None, ...] = ()
    by_hand: tuple[bool, ...] = ()

    @property
    def currency(self) -> str | None:
        """The currency of the only shop, or of the first."""
        return next(iter(self.currencies.values()), None)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is to be said of the files of all shops."""
        return tuple(chain.from_iterable(self.remarks.values()))

    def of(self, subject: str) -> tuple[CountSet, ...]:
        """The sets about one kind of subject. Sets of one family are never added up either."""
        return tuple(one for one in self.sets if one.subject == subject)


def combine(
    readings: Sequence[Reading],
    vocabulary: Vocabulary,
    *,
    shop: str = "",
    currency: str | None = None,
) -> Counted:
    """Readings of one shop as counts that can be added up over subjects and days.

    The order of *readings* does not matter. Of two files with the same days of a subject, the one
    that ends later wins, then the one that was downloaded later if the names of both say when, then
    the one with larger counts, then the lower sha256. *currency* is the shop's; without it, the one
    that most readings have.
    """
    return combine_shops((ShopReadings(shop, readings, currency),), vocabulary)


def combine_shops(shops: Sequence[ShopReadings], vocabulary: Vocabulary) -> Counted:
    """Readings of many shops, each as `combine` makes it of one alone. Rows are in an order that
    their contents decide, so that sums are the same for any order of them in the files."""
    settled: list[Reading] = []
    owners: list[str] = []
    currencies: dict[str, str | None] = {}
    remarks: dict[str, list[Note]] = {}
    for one in shops:
        # By content, never by name: even the last digit of a sum is the same under another name.
        ordered = sorted(one.readings, key=lambda r: (r.file.sha256, r.file.name))
        of, money, notes = settle_currency(ordered, vocabulary, one.currency)
        settled += of
        owners += [one.shop] * len(of)
        currencies[one.shop] = money
        remarks[one.shop] = list(notes)
    files = tuple(reading.file for reading in settled)
    kinds = [reading.kind for reading in settled]
    log = _Log(files, kinds, owners, vocabulary, remarks, currencies)
    pieces = [
        _piece(table, index, owners[index])
        for index, reading in enumerate(settled)
        for table in reading.tables
        if table.frame.height
    ]
    rekeyed = names_to_ids(pieces)
    for file, rows in rekeyed.joined.items():
        text = lazy_ngettext(
            "has no IDs; {n} row was matched by name",
            "has no IDs; {n} rows were matched by name",
            rows,
        )
        log.say("joined-by-name", file, text)
    for file, rows in rekeyed.dropped.items():
        text = lazy_ngettext(
            "{n} row skipped: it has a name but no ID, and a file with IDs has the same days",
            "{n} rows skipped: they have names but no IDs, and a file with IDs has the same days",
            rows,
        )
        log.say("overlap", file, text)
    stacks: dict[_Place, list[Piece]] = {}
    for piece in rekeyed.pieces:
        if piece.frame.height:
            place = (piece.subject, piece.family, piece.breakdowns, piece.grain)
            stacks.setdefault(place, []).append(piece)
    frames = [(place[0], _stack(of)) for place, of in stacks.items()]
    groups: dict[tuple[str, str, tuple[str, ...]], dict[Grain, pl.DataFrame]] = {}
    for (subject, family, breakdowns, grain), frame in zip(stacks, named(frames), strict=True):
        groups.setdefault((subject, family, breakdowns), {})[grain] = frame
    ranks = _ranks(settled)
    sets = tuple(_set(*place, grains, ranks, log) for place, grains in sorted(groups.items()))
    links = _links(settled, owners, vocabulary, rekeyed.keys)
    told = {shop: tuple(notes) for shop, notes in remarks.items()}
    return Counted(
        files,
        tuple(owners),
        sets,
        links,
        currencies,
        told,
        tuple(reading.period.last if reading.period else None for reading in settled),
        tuple(reading.by_hand for reading in settled),
    )


def _piece(table: Table, index: int, shop: str) -> Piece:
    frame = table.frame
    # A breakdown that never has a value breaks nothing down.
    blank = [n for n in frame.columns if n[:3] == "by." and frame[n].null_count() == frame.height]
    blank += [n for n in (ZONE,) if n in frame.columns]  # its hours are on the shop's days by now
    if blank:
        frame = frame.drop(blank)
    whose = [pl.Series("shop", [shop]), pl.Series("_file", [index], pl.UInt32)]
    frame = frame.hstack([one.new_from_index(0, frame.height) for one in whose])
    breakdowns = tuple(sorted(name[3:] for name in frame.columns if name.startswith("by.")))
    return Piece(shop, table.subject, table.family, table.grain, breakdowns, index, frame)


def _stack(pieces: Sequence[Piece]) -> pl.DataFrame:
    if len(pieces) == 1:
        return pieces[0].frame
    return pl.concat([piece.frame for piece in pieces], how="diagonal", rechunk=True)


def _ranks(readings: Sequence[Reading]) -> pl.DataFrame:
    """What decides between files: `_end`, the last day of each, `_stamp`, then `_rank`."""
    hashes = sorted(range(len(readings)), key=lambda i: (readings[i].file.sha256, i))
    rank = {index: place for place, index in enumerate(hashes)}
    return pl.DataFrame(
        {
            "_file": range(len(readings)),
            "_end": [_end(reading) for reading in readings],
            "_stamp": [stamp(reading.file.name) for reading in readings],
            "_rank": [rank[index] for index in range(len(readings))],
        },
        schema={
            "_file": pl.UInt32,
            "_end": pl.Date,
            "_stamp": pl.Datetime("us"),
            "_rank": pl.UInt32,
        },
    )


def _end(reading: Reading) -> object:
    if reading.period is not None:
        return reading.period.last
    ends = [table.frame["to"].max() for table in reading.tables]
    return max((end for end in ends if end is not None), default=None)


class _Log:
    """Notes on the files of each shop, in the order in which they come up."""

    def __init__(
        self,
        files: Sequence[File],
        kinds: Sequence[str],
        owners: Sequence[str],
        vocabulary: Vocabulary,
        notes: Mapping[str, list[Note]],
        currencies: Mapping[str, str | None],
    ) -> None:
        self._files = files
        self._currencies = currencies
        self._kinds = kinds
        self._owners = owners
        self._words = vocabulary
        self._compared = money_per_event(vocabulary)
        self._notes = notes
        self._absurd: set[int] = set()  # files of which an absurd amount is told

    def say(self, code: str, file: int, text: str) -> None:
        self._notes[self._owners[file]].append(Note(code, text, self._files[file].name))

    def name(self, file: int) -> str:
        return self._files[file].name

    def subject(self, kind: str) -> str:
        known = self._words.subjects.get(kind)
        return lazy_gettext(known.title) if known else kind

    def count(self, name: str) -> str:
        known = self._words.counts.get(name)
        return lazy_gettext(known.title) if known else name

    def held_back(self, frame: pl.DataFrame | None, subject: str) -> pl.DataFrame | None:
        """Return *frame* without absurd amounts of money, and say which they were: of the whole
        shop only where no part of it is known to be the cause."""
        if frame is None:
            return None
        kept, amounts = hold_back(frame, self._compared)
        by_file: dict[int, list[HeldAmount]] = {}
        for amount in amounts:
            by_file.setdefault(amount.file, []).append(amount)
        for file, held in by_file.items():
            if subject == "shop" and file in self._absurd:
                continue
            self._absurd.add(file)
            text = lazy_gettext(
                "{count}: amounts far above normal are not used, please check them: {amounts}",
                count=self.count(held[0].money),
                amounts=Listed(tuple(map(self._amount, held)), _SHOWN),
            )
            self.say("implausible", file, text)
        return kept

    def _amount(self, held: HeldAmount) -> str:
        currency = self._currencies.get(self._owners[held.file])
        values: dict[str, Any] = {
            "name": held.name,
            "amount": Quantity(held.amount, Unit.MONEY, currency),
            "n": Quantity(round(held.events), Unit.NUMBER),
            "event": self.count(held.event),
            "usual": Quantity(held.usual, Unit.MONEY, currency),
        }
        if not isinstance(held.day, date):
            return lazy_gettext("{name}: {amount} ({event}: {n}; normally {usual} each)", **values)
        if not held.name:
            return lazy_gettext(
                "on {day}: {amount} ({event}: {n}; normally {usual} each)", day=held.day, **values
            )
        return lazy_gettext(
            "{name} on {day}: {amount} ({event}: {n}; normally {usual} each)",
            day=held.day,
            **values,
        )

    def undated_beside(self, frame: pl.DataFrame, told: Settled, what: str) -> None:
        """Asks for the days of files without dates beside others of their kind, whose subjects
        differ: they may be of different periods, and nothing else says so."""
        if not frame["from"].null_count():
            return
        whole = (pl.col("from").is_null() & pl.col("to").is_null()).all().alias("undated")
        files = frame.group_by("shop", "_file").agg(whole).sort("shop", "_file")
        asked = set(told.dropped["_file"].to_list())
        alike: dict[tuple[str, str], list[tuple[int, bool]]] = {}
        for shop, file, undated in files.iter_rows():
            alike.setdefault((shop, self._kinds[file]), []).append((file, undated))
        for of_kind in alike.values():
            first = of_kind[0][0]
            for file, undated in of_kind if len(of_kind) > 1 else ():
                others = tuple(sorted(self.name(other) for other, _ in of_kind if other != file))
                # Of two without dates one question is enough.
                if undated and file not in asked and (file != first or not of_kind[1][1]):
                    text = lazy_gettext(
                        "has no dates, so its rows ({subject}) may be of another period than "
                        "those of {file}, and both count. Which days are they of? Export them by "
                        "day, or put the days into the names of the files, like 20260901-20260930",
                        subject=what,
                        file=Listed(others, _SHOWN),
                    )
                    self.say(UNDATED, file, text)

    def settled(self, settled: Settled, what: str, code: str = "overlap") -> None:
        losers: dict[tuple[int, bool], list[tuple[int, int]]] = {}
        for file, winner, rows, newer in sorted(settled.dropped.iter_rows()):
            losers.setdefault((file, newer), []).append((winner, rows))
        for (file, newer), winners in losers.items():
            rows = sum(count for _, count in winners)
            names = tuple(sorted({self.name(winner) for winner, _ in winners}))
            told: dict[str, Any] = {"what": what, "file": Listed(names, _SHOWN)}
            text = (
                lazy_ngettext(
                    "{n} row skipped: {file} was downloaded later and has the same {what}",
                    "{n} rows skipped: {file} was downloaded later and has the same {what}",
                    rows,
                    **told,
                )
                if newer
                else lazy_ngettext(
                    "{n} row skipped: {file} has the same {what}",
                    "{n} rows skipped: {file} has the same {what}",
                    rows,
                    **told,
                )
            )
            self.say(code, file, text)
        fills: dict[int, list[str]] = {}
        for file, count in sorted(settled.filled.iter_rows()):
            fills.setdefault(file, []).append(self.count(count))
        for file, counts in fills.items():
            text = lazy_gettext(
                "adds {counts} to a file that has the same {what}",
                counts=Listed(tuple(sorted(set(counts))), _SHOWN),
                what=what,
            )
            self.say("joined", file, text)


def _set(
    subject: str,
    family: str,
    breakdowns: tuple[str, ...],
    grains: Mapping[Grain, pl.DataFrame],
    ranks: pl.DataFrame,
    log: _Log,
) -> CountSet:
    rows = totals = lifetime = covered = None
    what = log.subject(subject)
    if Grain.DAY in grains:
        days = same_days(without_hours(grains[Grain.DAY], ranks), ranks)
        log.settled(days, lazy_gettext("days ({subject})", subject=what))
        rows = of_own_files(days.frame)
    if Grain.PERIOD in grains:
        totals = _periods(grains[Grain.PERIOD], ranks, log, what)
    if Grain.LIFETIME in grains:
        lifetime = _periods(grains[Grain.LIFETIME], ranks, log, what, lifetime=True)
    if rows is not None and totals is not None:
        totals, covered = _uncovered(totals, rows, log)
    rows, totals, lifetime = (log.held_back(one, subject) for one in (rows, totals, lifetime))
    frames = (None if one is None else in_order(one) for one in (rows, totals, lifetime, covered))
    return CountSet(subject, family, breakdowns, *frames)


def _periods(
    frame: pl.DataFrame,
    ranks: pl.DataFrame,
    log: _Log,
    what: str,
    *,
    lifetime: bool = False,
) -> pl.DataFrame:
    undated = pl.col("from").is_null() & pl.col("to").is_null()
    unknown = not lifetime and bool(frame.select(undated.all()).item())
    same = same_days(frame, ranks)
    # Two exports without dates may be of two periods: that has to be asked.
    if unknown:
        asked = lazy_gettext(
            "rows ({subject}), and both have no dates, so they may be of different periods. Which "
            "days are they of? Export them by day, or put the days into the names of the files, "
            "like 20260901-20260930",
            subject=what,
        )
        log.settled(same, asked, UNDATED)
    else:
        log.settled(same, lazy_gettext("period ({subject})", subject=what))
    if not lifetime:
        log.undated_beside(same.frame, same, what)
    later = overlapping_periods(same.frame, ranks, lifetime=lifetime)
    log.settled(
        later,
        lazy_gettext("rows ({subject}) for a period that ends later or is exact", subject=what),
    )
    return later.frame


def _uncovered(
    totals: pl.DataFrame, rows: pl.DataFrame, log: _Log
) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    days = covered_by_days(totals, rows)
    if days.is_empty():
        return totals, None
    on = ["shop", "key", "from", "to"]
    kept = totals.join(days, on=on, how="anti", nulls_equal=True, maintain_order="left")
    covered = totals.join(days, on=on, nulls_equal=True, maintain_order="left")
    losers = covered.group_by("_file").agg(pl.len(), pl.col("_winner").min()).sort("_file")
    for file, count, winner in losers.iter_rows():
        text = (
            lazy_ngettext(
                "{n} row skipped: the file also has each day of that period",
                "{n} rows skipped: the file also has each day of that period",
                count,
            )
            if winner == file
            else lazy_ngettext(
                "{n} row skipped: {file} has each day of that period",
                "{n} rows skipped: {file} has each day of that period",
                count,
                file=log.name(winner),
            )
        )
        log.say("overlap", file, text)
    return (kept if kept.height else None), covered.drop("_winner")


def _links(
    readings: Sequence[Reading],
    owners: Sequence[str],
    vocabulary: Vocabulary,
    keys: Mapping[tuple[str, str], Mapping[str, str]],
) -> dict[str, pl.DataFrame]:
    found: dict[str, list[pl.DataFrame]] = {}
    for reading, shop in zip(readings, owners, strict=True):
        for links in reading.links:
            pairs = links.frame.select(pl.lit(shop).alias("shop"), "from", "to")
            pairs = _ids(pairs, links.relation, vocabulary, keys, shop)
            found.setdefault(links.relation, []).append(pairs)
    return {
        relation: pl.concat(frames).unique().sort("shop", "from", "to")
        for relation, frames in sorted(found.items())
    }


def _ids(
    frame: pl.DataFrame,
    relation: str,
    vocabulary: Vocabulary,
    keys: Mapping[tuple[str, str], Mapping[str, str]],
    shop: str,
) -> pl.DataFrame:
    known = vocabulary.relations.get(relation)
    ends = (("from", known.from_), ("to", known.to)) if known else ()
    mapped = {end: keys.get((shop, kind), {}) for end, kind in ends}
    changed = [
        pl.col(end).replace(list(ids), list(ids.values())) for end, ids in mapped.items() if ids
    ]
    return frame.with_columns(changed) if changed else frame
