"""Ad accounts say the currency that the other tables of a loader have not, and the time zone."""

from collections.abc import Sequence

import attrs
import polars as pl

from advisor import Grain, Note, Reading, Table, lazy_gettext, time_zone_named

KIND = "advertisers"
_OF_A_LOADER = ("marketing-api-report", "airbyte-reports", "gmv-max-report-api")
_ZONE, _ACCOUNT, _CURRENCY = "_zone", "_account", "_currency"
_TEXT_ZONE = "by.time_zone"


def accounts(reading: Reading) -> Reading:
    """*reading* of ad accounts with a note on their time zones, which break nothing down."""
    zones = sorted(
        {
            str(zone)
            for table in reading.tables
            if _TEXT_ZONE in table.frame.columns
            for zone in table.frame[_TEXT_ZONE].drop_nulls().unique()
        }
    )
    named = {zone: time_zone_named(zone) for zone in zones}
    tables = tuple(attrs.evolve(t, frame=_with_zones(t.frame, named)) for t in reading.tables)
    notes = list(reading.notes)
    if zones:
        text = lazy_gettext("time zone of the ad accounts: {zones}", zones=", ".join(zones))
        notes.append(Note("ad-time-zone", text, reading.file.name))
    return attrs.evolve(reading, tables=tables, notes=tuple(notes))


def _with_zones(frame: pl.DataFrame, named: dict[str, str | None]) -> pl.DataFrame:
    if _TEXT_ZONE not in frame.columns:
        return frame
    zone = pl.col(_TEXT_ZONE).replace_strict(
        list(named), list(named.values()), default=None, return_dtype=pl.String
    )
    return frame.with_columns(zone.alias(_ZONE)).drop(_TEXT_ZONE)


def of_their_accounts(readings: Sequence[Reading]) -> Sequence[Reading]:
    """*readings* with the time zones of the ad accounts where the file names none, those of loaders
    with their currencies. The account of a row is named beside it, else by the history of its
    campaign, ad group or ad; without either, what all accounts have in common holds."""
    known = [
        table.frame.select(
            pl.col(_ACCOUNT), _text(table, _ZONE), pl.col("currency").alias(_CURRENCY)
        )
        for reading in readings
        if reading.kind == KIND
        for table in reading.tables
        if _ACCOUNT in table.frame.columns
    ]
    if known:
        table_of_accounts = pl.concat(known).unique(_ACCOUNT, maintain_order=True)
        owners = _owners(readings)
        readings = [_settled(reading, table_of_accounts, owners) for reading in readings]
    return [
        attrs.evolve(reading, tables=tuple(_without(t, _ACCOUNT) for t in reading.tables))
        for reading in readings
    ]


def _text(table: Table, name: str) -> pl.Expr:
    found = pl.col(name) if name in table.frame.columns else pl.lit(None, pl.String)
    return found.alias(name)


def _without(table: Table, name: str) -> Table:
    if name not in table.frame.columns:
        return table
    return attrs.evolve(table, frame=table.frame.drop(name))


def _owners(readings: Sequence[Reading]) -> dict[str, pl.DataFrame]:
    """By kind of subject: the account of each key, as histories tell it."""
    found: dict[str, list[pl.DataFrame]] = {}
    for reading in readings:
        for table in reading.tables:
            if reading.kind != KIND and table.subject != "shop" and _ACCOUNT in table.frame.columns:
                pairs = table.frame.select("key", _ACCOUNT).drop_nulls()
                found.setdefault(table.subject, []).append(pairs)
    return {kind: pl.concat(pairs).unique("key") for kind, pairs in found.items()}


def _settled(
    reading: Reading, of_accounts: pl.DataFrame, owners: dict[str, pl.DataFrame]
) -> Reading:
    """*reading* with what its accounts say."""
    if reading.kind == KIND:
        return attrs.evolve(reading, tables=tuple(_without(t, _ZONE) for t in reading.tables))
    if not any(t.counts and t.grain is not Grain.LIFETIME for t in reading.tables):
        return reading  # an account's name is of no day
    frames = [_beside(table, of_accounts, owners) for table in reading.tables]
    priced = reading.kind in _OF_A_LOADER and not any(
        column.means == "currency" for column in reading.columns
    )  # the file itself says no currency: the shop's own would be a guess
    notes = list(reading.notes)
    if priced:
        currencies = sorted({str(c) for f in frames for c in f[_CURRENCY].drop_nulls().unique()})
        priced = bool(currencies)
        if priced:
            frames = [
                f.with_columns(pl.coalesce(_CURRENCY, "currency").alias("currency")) for f in frames
            ]
            text = lazy_gettext(
                "its currency is that of the ad accounts: {currency}",
                currency=", ".join(currencies),
            )
            notes.append(Note("currency-of-accounts", text, reading.file.name))
            reading = attrs.evolve(
                reading, currency=currencies[0] if len(currencies) == 1 else None
            )
    frames = [frame.drop(_CURRENCY) for frame in frames]
    zones = {str(zone) for f in frames for zone in f[_ZONE].unique() if zone is not None}
    unknown = any(frame[_ZONE].null_count() for frame in frames)
    if len(zones) == 1 and not unknown and reading.time_zone is None:
        reading = attrs.evolve(reading, time_zone=zones.pop())
    if reading.time_zone is not None or not zones:
        frames = [frame.drop(_ZONE) for frame in frames]
    tables = (attrs.evolve(t, frame=f) for t, f in zip(reading.tables, frames, strict=True))
    return attrs.evolve(reading, tables=tuple(tables), notes=tuple(notes))


def _beside(
    table: Table, of_accounts: pl.DataFrame, owners: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """The rows of *table* with `_zone` and `_currency` of their account; a zone that the file has
    itself is kept."""
    frame = table.frame
    account = [pl.col(_ACCOUNT)] if _ACCOUNT in frame.columns else []
    for kind, pairs in owners.items():
        key = "key" if kind == table.subject else f"parent.{kind}"
        if key in frame.columns:
            named = pl.col(key).replace_strict(
                pairs["key"], pairs[_ACCOUNT], default=None, return_dtype=pl.String
            )
            account.append(named)
    own = pl.coalesce(account) if account else pl.lit(None, pl.String)
    rows = (
        frame.with_columns(own.alias(_ACCOUNT))
        .select(_ACCOUNT)
        .join(of_accounts, on=_ACCOUNT, how="left", maintain_order="left")
    )
    common = {
        name: of_accounts[name][0] if of_accounts[name].n_unique() == 1 else None
        for name in (_ZONE, _CURRENCY)
    }
    stated = pl.col(_ZONE) if _ZONE in frame.columns else pl.lit(None, pl.String)
    return frame.with_columns(
        rows[_CURRENCY].fill_null(pl.lit(common[_CURRENCY], pl.String)),
        pl.coalesce(stated, pl.lit(rows[_ZONE].fill_null(pl.lit(common[_ZONE], pl.String)))).alias(
            _ZONE
        ),
    )
