"""Ad accounts say the currency that the other tables of a loader have not, and the time zone."""

from collections.abc import Sequence

import attrs
import polars as pl

from advisor import Grain, Note, Reading, Table, lazy_gettext, time_zone_named

KIND = "advertisers"
_OF_A_LOADER = ("marketing-api-report", "airbyte-reports", "gmv-max-report-api")
_ZONE = "by.time_zone"


def accounts(reading: Reading) -> Reading:
    """*reading* of ad accounts with a note on their time zones, which break nothing down."""
    zones = sorted(
        {
            str(zone)
            for table in reading.tables
            if _ZONE in table.frame.columns
            for zone in table.frame[_ZONE].drop_nulls().unique()
        }
    )
    tables = tuple(
        attrs.evolve(t, frame=t.frame.drop([c for c in (_ZONE,) if c in t.frame.columns]))
        for t in reading.tables
    )
    notes = list(reading.notes)
    if zones:
        text = lazy_gettext("time zone of the ad accounts: {zones}", zones=", ".join(zones))
        notes.append(Note("ad-time-zone", text, reading.file.name))
    known = {time_zone_named(zone) for zone in zones}
    return attrs.evolve(
        reading,
        tables=tables,
        notes=tuple(notes),
        time_zone=known.pop() if len(known) == 1 else None,
    )


def with_time_zone(readings: Sequence[Reading]) -> Sequence[Reading]:
    """*readings* with the time zone of the ad accounts, where all have the same one and the file
    names none."""
    told = {reading.time_zone for reading in readings if reading.kind == KIND}
    if len(told) != 1:
        return readings
    (zone,) = told
    return [
        attrs.evolve(reading, time_zone=zone)
        if reading.time_zone is None and _counts(reading)
        else reading
        for reading in readings
    ]


def _counts(reading: Reading) -> bool:
    """Whether *reading* has what happened on days: an account's name is of no day."""
    return any(t.counts and t.grain is not Grain.LIFETIME for t in reading.tables)


def with_currency(readings: Sequence[Reading]) -> Sequence[Reading]:
    """*readings* of loaders with the currency of the ad accounts, where all have the same one."""
    told = {
        str(currency)
        for reading in readings
        if reading.kind == KIND
        for table in reading.tables
        for currency in table.frame["currency"].drop_nulls().unique()
    }
    if len(told) != 1:
        return readings
    (currency,) = told
    return [
        _priced(reading, currency)
        if reading.kind in _OF_A_LOADER and _without_currency(reading)
        else reading
        for reading in readings
    ]


def _without_currency(reading: Reading) -> bool:
    """Whether the file itself says no currency: the shop's own would be a guess."""
    return not any(column.means == "currency" for column in reading.columns)


def _priced(reading: Reading, currency: str) -> Reading:
    def filled(table: Table) -> Table:
        return attrs.evolve(table, frame=table.frame.with_columns(currency=pl.lit(currency)))

    text = lazy_gettext("its currency is that of the ad accounts: {currency}", currency=currency)
    return attrs.evolve(
        reading,
        tables=tuple(filled(table) for table in reading.tables),
        currency=currency,
        notes=(*reading.notes, Note("currency-of-accounts", text, reading.file.name)),
    )
