"""Names into ids: an export without ids joins one that has them, where names allow it. And the
other way: what is known by its id alone gets the name that another file has for it."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.model import Grain, frozen

_JOINT = " / "  # between the names that make up a key without ids
_Place = tuple[str, str, str]  # shop, kind of subject, family


@frozen(eq=False)
class Piece:
    """One file's table on its way into a set of counts."""

    shop: str
    subject: str
    family: str
    grain: Grain
    breakdowns: tuple[str, ...]
    file: int
    frame: pl.DataFrame


@frozen(eq=False)
class Rekeyed:
    """*keys*: by shop and kind of subject, keys of names to ids; *dropped* and *joined*: rows by
    file."""

    pieces: tuple[Piece, ...]
    keys: Mapping[tuple[str, str], Mapping[str, str]]
    dropped: Mapping[int, int]
    joined: Mapping[int, int]


def names_to_ids(pieces: Sequence[Piece]) -> Rekeyed:
    """Pieces of one shop, family and kind in one domain of keys, wherever two meet.

    A name that stands for exactly one id, in a file where exactly one subject has it, becomes that
    id. Where a name could be several ids, or a file has ids without names, rows without ids are
    dropped on days that the file with ids covers. What no file with ids knows is kept.
    """
    sets: dict[_Place, list[int]] = {}
    for index, piece in enumerate(pieces):
        sets.setdefault((piece.shop, piece.subject, piece.family), []).append(index)
    result = list(pieces)
    keys: dict[_Place, dict[str, str]] = {}
    dropped: dict[int, int] = {}
    joined: dict[int, int] = {}
    for place, members in sets.items():
        if len({pieces[index].file for index in members}) < 2:
            continue
        nameless = [index for index in members if _without_ids(pieces[index].frame)]
        known = [pieces[index] for index in members if index not in nameless]
        if not nameless or not known:
            continue
        ids = _ids(known)
        mapping = _one_to_one([pieces[index].frame for index in nameless], ids)
        keys[place] = dict(mapping.iter_rows())
        for index in nameless:
            piece, lost, found = _rekey(pieces[index], mapping, ids, known)
            result[index] = piece
            if lost:
                dropped[piece.file] = dropped.get(piece.file, 0) + lost
            if found:
                joined[piece.file] = joined.get(piece.file, 0) + found
    result = [_parents(piece, keys) for piece in result] if keys else result
    by_kind: dict[tuple[str, str], dict[str, str]] = {}
    for (shop, subject, _), names in keys.items():
        by_kind.setdefault((shop, subject), {}).update(names)
    return Rekeyed(tuple(result), by_kind, dropped, joined)


def _without_ids(frame: pl.DataFrame) -> bool:
    """Whether every key is made of names. Long numbers are ids, even without names."""
    if frame.height and not _may_be_a_name(frame["key"][0], frame["name"][0] or ""):
        return False
    key, name = pl.col("key"), pl.col("name").fill_null("")
    named = (key == name) | key.str.ends_with(pl.lit(_JOINT) + name)
    return bool(frame.select(named.all() & ~key.str.contains(r"^\d{8,}$").all()).item())


def _may_be_a_name(key: str, name: str) -> bool:
    return key == name or key.endswith(f"{_JOINT}{name}")


def _ids(known: Sequence[Piece]) -> pl.DataFrame:
    """Every (name, id) that was seen, with the parents of the id."""
    return pl.concat(
        [piece.frame.select("key", "name", pl.col("^parent\\..*$")) for piece in known],
        how="diagonal",
    ).unique(maintain_order=True)


def _one_to_one(nameless: Sequence[pl.DataFrame], ids: pl.DataFrame) -> pl.DataFrame:
    """`key` of names, `_id`: where both sides have one subject of that name."""
    one = pl.col("key").n_unique() == 1
    left = pl.concat([frame.select("key", "name") for frame in nameless]).unique()
    left = left.join(ids.select("key").unique(), on="key", how="anti")
    left = left.group_by("name").agg(one.alias("_one"), pl.col("key").first()).filter("_one")
    right = ids.select("key", "name").unique()
    right = right.group_by("name").agg(one.alias("_one"), pl.col("key").first().alias("_id"))
    right = right.filter("_one")
    found = left.join(right, on="name").select("key", "_id")
    # Two names of one id (it was renamed) cannot both be it on the same day.
    return found.filter(pl.len().over("_id") == 1)


def _rekey(
    piece: Piece, mapping: pl.DataFrame, ids: pl.DataFrame, known: Sequence[Piece]
) -> tuple[Piece, int, int]:
    frame = piece.frame
    at_home = ids.select(pl.col("key").unique(), pl.lit(value=True).alias("_known"))
    frame = frame.join(mapping, on="key", how="left", maintain_order="left")
    frame = frame.join(at_home, on="key", how="left", maintain_order="left")
    alien = pl.col("_id").is_null() & pl.col("_known").is_null()
    lost = alien & _meets(piece, known)
    count = int(frame.select(lost.sum()).item())
    frame = frame.filter(~lost)
    found = int(frame.select(pl.col("_id").is_not_null().sum()).item())
    parents = [n for n in ids.columns if n.startswith("parent.") and n in frame.columns]
    owners = ids.group_by("key").agg(pl.col(parents).drop_nulls().last().name.prefix("_"))
    frame = frame.join(
        owners, left_on="_id", right_on="key", how="left", maintain_order="left"
    ).with_columns(
        pl.coalesce("_id", "key").alias("key"),
        *(pl.coalesce(f"_{name}", name).alias(name) for name in parents),
    )
    return attrs.evolve(piece, frame=frame.select(piece.frame.columns)), count, found


def _meets(piece: Piece, known: Sequence[Piece]) -> pl.Expr:
    """Whether a file with ids may speak of the row: its days, and its name where it has names."""
    others = [k for k in known if (k.grain is Grain.LIFETIME) == (piece.grain is Grain.LIFETIME)]
    meets = pl.lit(value=False)
    for other in others:
        first, last = other.frame["from"].min(), other.frame["to"].max()
        dated = piece.grain is not Grain.LIFETIME and first is not None and last is not None
        inside = (pl.col("from") <= pl.lit(last)) & (pl.col("to") >= pl.lit(first))
        days = inside.fill_null(value=True) if dated else pl.lit(value=True)
        names = other.frame.filter(pl.col("name") != pl.col("key"))["name"].unique()
        same = pl.col("name").is_in(names.implode()) if len(names) else pl.lit(value=dated)
        meets = meets | (days & same)
    return meets


def _parents(piece: Piece, keys: Mapping[_Place, Mapping[str, str]]) -> Piece:
    columns = {
        f"parent.{subject}": names
        for (shop, subject, family), names in keys.items()
        if shop == piece.shop
        and family == piece.family
        and names
        and f"parent.{subject}" in piece.frame.columns
    }
    if not columns:
        return piece
    frame = piece.frame.with_columns(
        pl.col(name).replace(list(names), list(names.values())) for name, names in columns.items()
    )
    return attrs.evolve(piece, frame=frame)


def named(frames: Sequence[tuple[str, pl.DataFrame]]) -> list[pl.DataFrame]:
    """The *frames* (each with its kind of subject) with every name that is only the key replaced by
    the newest one that any frame of the same kind has for it in the shop."""
    nameless = [_nameless(frame) for _, frame in frames]
    kinds = {kind for (kind, _), asks in zip(frames, nameless, strict=True) if asks}
    known = {kind: _known([frame for at, frame in frames if at == kind]) for kind in kinds}
    return [
        _named(frame, known[kind]) if asks else frame
        for (kind, frame), asks in zip(frames, nameless, strict=True)
    ]


def _nameless(frame: pl.DataFrame) -> bool:
    return bool((frame["name"] == frame["key"]).any())


def _known(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """`shop`, `key` and `_name`: what each key is called, where anything calls it by more than its
    key."""
    told = [
        frame.lazy()
        .filter((pl.col("name") != pl.col("key")) & (pl.col("key") != ""))
        .group_by("shop", "key")
        .agg(pl.col("name", "to").sort_by("to", "name", nulls_last=False).last())
        for frame in frames
    ]
    together = pl.concat(told).sort("shop", "key", "to", "name", nulls_last=False)
    newest = together.group_by("shop", "key").agg(pl.col("name").last().alias("_name"))
    return newest.collect(engine="in-memory")


def _named(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    if known.is_empty():
        return frame
    called = frame.lazy().join(known.lazy(), on=["shop", "key"], how="left", maintain_order="left")
    name = pl.when(pl.col("name") == pl.col("key")).then("_name").otherwise("name")
    named_rows = called.with_columns(pl.coalesce(name, "name").alias("name")).drop("_name")
    return named_rows.collect(engine="in-memory")
