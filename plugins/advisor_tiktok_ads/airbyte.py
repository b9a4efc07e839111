"""Airbyte and Singer write one file of many streams: each is a table of its own, read like an API
page."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs

from advisor import (
    Container,
    File,
    Grain,
    Grid,
    KindInfo,
    Match,
    Period,
    ReadContext,
    Reading,
    Source,
    Steps,
    Table,
)

KIND = "airbyte-reports"
REPORT = "marketing-api-report"  # what each stream is read as
TITLE = "Airbyte or Singer records"
_STREAM = "stream:"

Recognise = Callable[[Source], Sequence[Match]]
Read = Callable[[Source, Match, ReadContext], Steps[Reading]]


@attrs.frozen(eq=False)
class _OneStream:
    """A file as if it had one stream only."""

    file: File
    container: Container
    grids: tuple[Grid, ...]


def is_airbyte(source: Source) -> bool:
    """Whether *source* is a file of streams."""
    return any(grid.name.startswith(_STREAM) for grid in source.grids)


def kind_info(report: KindInfo) -> KindInfo:
    """The kind of such files; *report* is the one that each stream is read as."""
    return attrs.evolve(
        report,
        title=TITLE,
        where="The JSON lines of Airbyte's streams ads_, ad_groups_ and campaigns_reports_daily, "
        "or of Singer's ad_insights",
    )


def recognise(source: Source, of_stream: Recognise) -> Sequence[Match]:
    """One claim for the whole file, as strong as that on its best stream; without a stream of
    counts, what the best one lacks."""
    claims = [claim for stream in _streams(source) for claim in of_stream(stream)]
    claims.sort(key=lambda claim: (not claim.stands, -claim.strength))
    return [attrs.evolve(claim, kind=KIND, grid=None) for claim in claims[:1]]


def read(
    source: Source, recognise: Recognise, read_stream: Read, context: ReadContext
) -> Steps[Reading]:
    """All streams that have counts; the records of the others (names, settings) are left out."""
    readings: list[Reading] = []
    left_out: Counter[str] = Counter()
    for stream in _streams(source):
        (grid,) = stream.grids
        claims = recognise(stream)
        whole = [claim for claim in claims if claim.stands]
        if whole:
            best = max(whole, key=lambda claim: claim.strength)
            reading = yield from read_stream(stream, best, context)
            readings.append(of_its_grain(reading, grid.name))
        else:
            reason = next((c.refused for c in claims if c.refused and not c.lacks), "")
            left_out[_without_counts(grid, reason)] += grid.body(0, [0]).height
    return _together(readings, left_out)


def _streams(source: Source) -> Iterable[_OneStream]:
    for grid in source.grids:
        yield _OneStream(source.file, source.container, (grid,))


def _without_counts(grid: Grid, refused: str) -> str:
    stream = grid.name.removeprefix(_STREAM)
    if refused:
        return f"records of the stream {stream}, which {refused}"
    return f"records of the stream {stream}, which has no counts" if stream else "loader message"


def of_its_grain(reading: Reading, stream: str) -> Reading:
    """*reading*, whose rows cover all time where that is in the name of its stream or table."""
    if not stream.casefold().endswith("_lifetime"):
        return reading
    tables = (attrs.evolve(table, grain=Grain.LIFETIME) for table in reading.tables)
    return attrs.evolve(reading, tables=tuple(tables), period=None)


def _together(readings: Sequence[Reading], left_out: Counter[str]) -> Reading:
    for reading in readings:
        left_out.update(reading.left_out)
    periods = [reading.period for reading in readings if reading.period]
    currencies = {reading.currency for reading in readings}
    tables: list[Table] = [table for reading in readings for table in reading.tables]
    return attrs.evolve(
        readings[0],
        kind=KIND,
        title=TITLE,
        tables=tuple(tables),
        rows=sum(reading.rows for reading in readings),
        left_out=dict(left_out),
        period=_around(periods),
        currency=currencies.pop() if len(currencies) == 1 else None,
        columns=tuple(dict.fromkeys(c for reading in readings for c in reading.columns)),
        notes=tuple(dict.fromkeys(n for reading in readings for n in reading.notes)),
    )


def _around(periods: Sequence[Period]) -> Period | None:
    if not periods:
        return None
    return Period(min(p.first for p in periods), max(p.last for p in periods))
