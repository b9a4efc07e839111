"""Reports by age, gender or country say who was reached: segments and territories of the audience.

The report's own tables stay as they are. Rows whose age or gender is not known are in no segment.
"""

from collections.abc import Iterator, Sequence

import attrs
import polars as pl

from advisor import Grain, Reading, Table
from advisor_tiktok_ads.audience_kinds import BY_AUDIENCE, COUNTS

FAMILY = "tiktok-ads-audience"
_UNKNOWN = ("", "-", "none", "unknown", "unlimited", "age_unknown", "gender_unknown")
_COUNTRIES = ("by.country", "by.country_code")


def audience(reading: Reading) -> Reading:
    """*reading* with a table of segments by age, one by gender and one of territories, where its
    rows are broken down so. Shares are of the impressions of the whole file."""
    tables = [made for table in reading.tables for made in _tables(table)]
    if not tables:
        return reading
    kind, title, _ = BY_AUDIENCE[reading.kind]
    return attrs.evolve(reading, kind=kind, title=title, tables=(*reading.tables, *tables))


def _tables(table: Table) -> Iterator[Table]:
    columns = table.frame.columns
    if "impressions" not in columns:
        return
    if "by.age" in columns:
        yield from _segments(table, "age", _age(pl.col("by.age")))
    if "by.gender" in columns:
        yield from _segments(table, "gender", _gender(pl.col("by.gender")))
    country = next((name for name in _COUNTRIES if name in columns), None)
    if country is not None:
        named = table.frame.with_columns(_known(pl.col(country)).alias("_name")).drop_nulls("_name")
        yield from _table(table, "territory", "country", named, pl.col("_name"))


def _segments(table: Table, by: str, name: pl.Expr) -> Iterator[Table]:
    named = table.frame.with_columns(name.alias("_name")).drop_nulls("_name")
    key = pl.lit(f"{by}:") + pl.col("_name")
    yield from _table(table, "segment", by, named, key)
    shares = {"audience_share", "age_share"} if by == "age" else {"audience_share"}
    yield from _shares(by, named, key, sorted(shares))


def _table(
    table: Table, subject: str, by: str, named: pl.DataFrame, key: pl.Expr
) -> Iterator[Table]:
    """The counts of each part of the audience on the days of the report."""
    counts = [name for name in COUNTS if name in named.columns]
    if named.is_empty():
        return
    known = (pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in counts)
    frame = (
        named.with_columns(key.alias("key"))
        .group_by("key", "from", "to", "currency", maintain_order=True)
        .agg(pl.col("_name").first().alias("name"), *known, pl.col("_row").min())
        .select("key", "name", "from", "to", "currency", *counts, "_row")
    )
    yield Table(subject, f"{FAMILY}-{by}", table.grain, frame)


def _shares(by: str, named: pl.DataFrame, key: pl.Expr, shares: Sequence[str]) -> Iterator[Table]:
    """How much of the impressions each part had, over all days of the report."""
    seen = pl.col("impressions")
    frame = (
        named.with_columns(key.alias("key"))
        .group_by("key", maintain_order=True)
        .agg(pl.col("_name").first().alias("name"), seen.sum(), pl.col("_row").min())
        .with_columns((seen / seen.sum()).alias("_share"))
        .filter(pl.col("_share").is_finite())
    )
    if frame.is_empty():
        return
    ends = named.select(pl.col("from").min(), pl.col("to").max()).row(0)
    yield Table(
        "segment",
        f"{FAMILY}-{by}-share",
        Grain.PERIOD,
        frame.select(
            "key",
            "name",
            *(
                pl.lit(end, pl.Date).alias(name)
                for name, end in zip(("from", "to"), ends, strict=True)
            ),
            pl.lit(None, pl.String).alias("currency"),
            *(pl.col("_share").alias(share) for share in shares),
            "_row",
        ),
    )


def _known(text: pl.Expr) -> pl.Expr:
    """Text that names something; null where it says that it is not known."""
    tidy = text.str.strip_chars()
    return pl.when(~tidy.str.to_lowercase().is_in(_UNKNOWN)).then(tidy)


def _age(text: pl.Expr) -> pl.Expr:
    """`18-24` and `55+`, also where the API says AGE_18_24 and AGE_55_100."""
    plain = _known(text).str.replace("(?i)^age_", "").str.replace_all("[_–]", "-")
    return plain.str.replace("-100$", "+").str.replace_all(" ", "", literal=True)


def _gender(text: pl.Expr) -> pl.Expr:
    """`Female` and `Male`, also where the API says FEMALE and MALE."""
    known = _known(text)
    return pl.when(known.str.contains("^[A-Z]+$")).then(known.str.to_titlecase()).otherwise(known)
