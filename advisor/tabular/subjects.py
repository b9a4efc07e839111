"""What the rows of a file are about: keys, names, parents, and tables of counts."""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import xor

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.model import Grain, Links, Table, define, frozen, is_count, lazy_gettext, lazy_ngettext
from advisor.stats import places_by_day, rises
from advisor.tabular.columns import Values
from advisor.tabular.headers import first_name
from advisor.tabular.kind import CellType, Kind, SubjectSpec
from advisor.tabular.notes import Notes, quotable

_LONG = 10_000  # rows that are worth a look whether they are in order
_MANY = 2  # rows, and counts, that must agree before a row is taken for their sum
# What tells the larger of two rows, the weightiest first.
_WEIGHT = {
    name: at
    for at, name in enumerate(
        ("spend", "gmv_max_cost", "cost", "gmv", "impressions", "views", "clicks", "orders")
    )
}
_GROWTH = 2.5  # times; more is another row, not a later state of it
_LARGER = "larger than all others"
_LINKED = r"[(（][0-9]{6,}[)）]"  # name(id)
_LINKED_JSON = r'"id":\s*"?[0-9]+'


@frozen(eq=False)
class Tables:
    """The tables of a file, their links, and the rows that came into none, by reason."""

    tables: tuple[Table, ...]
    links: tuple[Links, ...]
    left_out: dict[str, int]


@define(eq=False)
class SubjectReader:
    """Makes tables of rows. *whole* gives a hash of every cell of each row, for finding rows that
    are the same in all of the file's columns, known or not; *aspects* one of all but its counts."""

    kind: Kind
    headers: dict[str, str]
    notes: Notes
    whole: Callable[[], pl.DataFrame]
    aspects: Callable[[], pl.DataFrame]

    def tables(self, frame: pl.DataFrame, values: Values, grain: Grain) -> Tables:
        """One table for each subject that has rows: the first subject whose key columns are all in
        the file takes all rows, or those of its `only`, and the next one the rest."""
        rest = _all(frame.height, value=True)
        tables: list[Table] = []
        links: list[Links] = []
        left: dict[str, int] = {}
        for subject in self._usable(values):
            mask = rest
            for column, wanted in subject.only.items():
                named = values.texts[column].str.to_lowercase()
                mask = mask & named.is_in([w.lower() for w in wanted]).fill_null(value=False)
            rest = rest & ~mask if subject.only else _all(frame.height, value=False)
            keys = self._key(subject.key, values, frame.height)
            name = values.names.get(subject.name, keys) if subject.name else keys
            if len(subject.key) == 1 and subject.name and keys.null_count():
                keys = keys.fill_null(name)
            table, lost = self._table(subject, frame, values, mask, keys, name)
            tables.append(Table(subject.kind, self.kind.family, grain, table))
            links += self._links(keys, values, mask)
            for reason, count in lost.items():
                left[reason] = left.get(reason, 0) + count
            if not subject.only:
                break
        left["about something else"] = int(rest.sum())
        return Tables(tuple(tables), tuple(links), left)

    @property
    def _dashed_total(self) -> bool:
        """Whether a row that sums up others has a dash for its name."""
        return any(re.search(pattern, "-") for pattern in self.kind.totals)

    def _usable(self, values: Values) -> list[SubjectSpec]:
        """The subjects whose keys the file has; without any, one that goes by its name."""
        usable = [
            subject
            for subject in self.kind.subject
            if all(part in values.texts for part in (*subject.key, *subject.only))
            and not any(self._spoilt(part, values) for part in subject.key)
        ]
        if usable:
            return usable
        for subject in self.kind.subject:
            if subject.name and subject.name in values.texts:
                return [attrs.evolve(subject, key=(subject.name,), only={})]
        names = dict.fromkeys(
            repr(first_name(self.kind.columns[part]))
            for subject in self.kind.subject
            for part in subject.key
        )
        raise AdvisorError(
            f"no column says what a row is about; expected {' or '.join(names)}",
            where=self.notes.file,
            hint=f"export it again with ids: {self.kind.where}",
        )

    def _spoilt(self, column: str, values: Values) -> bool:
        if column not in values.ruined:
            return False
        ids = values.texts[column]
        header = self.headers[column]
        if quotable(self.kind, self.headers) and ids.null_count() < len(ids):
            text = lazy_gettext(
                "the IDs in “{header}” lost digits in a spreadsheet (such as {example}), so names "
                "are used instead; export the file again",
                header=header,
                example=str(ids.drop_nulls()[0]),
            )
        else:
            text = lazy_gettext(
                "the IDs in “{header}” lost digits in a spreadsheet, so names are used instead; "
                "export the file again",
                header=header,
            )
        self.notes.say("ids-ruined", text)
        return True

    def _table(
        self,
        subject: SubjectSpec,
        frame: pl.DataFrame,
        values: Values,
        mask: pl.Series,
        keys: pl.Series,
        name: pl.Series,
    ) -> tuple[pl.DataFrame, dict[str, int]]:
        parents = {
            f"parent.{kind}": self._key(columns, values, frame.height)
            for kind, columns in subject.parents.items()
            if all(column in values.texts for column in columns)
        }
        if name.null_count():
            name = name.fill_null(keys)
        labels = {"key": keys, "name": name, **parents}
        named = frame.hstack([column.alias(label) for label, column in labels.items()])
        picked = named if mask.all() else named.filter(mask)
        lost: dict[str, int] = {}
        if picked["key"].null_count():
            picked, lost = _named(picked, subject.kind, dashed=self._dashed_total)
            if lost.pop(_LARGER, 0):
                text = lazy_gettext(
                    "a row without a name has more than all other rows together: it is read as "
                    "their total"
                )
                self.notes.say("totals-disagree", text)
        picked, sums = _without_sum(picked)
        if sums:
            lost["totals row"] = lost.get("totals row", 0) + sums
            text = lazy_gettext("a row that is the sum of all others is read as their total")
            self.notes.say("row-is-total", text)
        ids = any(self.kind.columns[part].type is CellType.ID for part in subject.key)
        if ids and not _days_apart(picked):
            distinct = self._distinct(picked)
            lost["identical row"] = picked.height - distinct.height
            picked = self._newest(distinct, finest=subject.kind == self.kind.subject[0].kind)
            lost["restated row"] = distinct.height - picked.height
        broken = [column for column in picked.columns if column.startswith("by.")]
        order = ["key", "name", *parents, "from", "to", *broken, "currency"]
        counts = [column for column in picked.columns if column not in (*order, "_row")]
        return picked[[*order, *counts, "_row"]], lost

    def _distinct(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows that differ from every earlier one in some cell of the file. Only where all known
        columns are equal, whole rows are looked at."""
        if _apart(frame, *(c for c in frame.columns if c != "_row")):
            return frame
        joined = frame.join(self.whole(), on="_row", how="left", maintain_order="left")
        return joined.unique(subset="_cells", keep="first", maintain_order=True).drop("_cells")

    def _newest(self, frame: pl.DataFrame, *, finest: bool) -> pl.DataFrame:
        """One row of those that speak of the same with other numbers: the one that was loaded last,
        else the larger one, whole. Rows that differ in anything but counts are parts; so are those
        of a campaign whose ads have no column of their own, where it is not *finest*: rows of which
        none is the other one grown."""
        same = ["key", "from", "to", *(c for c in frame.columns if c.startswith("by."))]
        if frame.select(pl.struct(same).n_unique()).item() == frame.height:
            return frame
        counts = [c for c, kind in frame.schema.items() if is_count(c) and kind == pl.Float64]
        order = sorted(counts, key=lambda c: (_WEIGHT.get(c, len(_WEIGHT)), c))
        joined = frame.join(self.aspects(), on="_row", how="left", maintain_order="left")
        newest = (
            joined.with_columns(
                pl.col("_loaded").cast(pl.Float64, strict=False).alias("_loaded_number")
            )
            .sort("_loaded_number", "_loaded", *order, descending=True, nulls_last=True)
            .unique(subset=[*same, "_aspect"], keep="first", maintain_order=True)
            .sort("_row")
            .select(frame.columns)
        )
        lost = frame.height - newest.height
        stamped = joined["_loaded"].null_count() == 0
        if lost and not finest and not stamped and not _grown(joined, [*same, "_aspect"], counts):
            text = lazy_ngettext(
                "some IDs have several rows for the same days that differ only in their numbers "
                "({n} row): they are added up",
                "some IDs have several rows for the same days that differ only in their numbers "
                "({n} rows): they are added up",
                lost,
            )
            self.notes.say("added-parts", text)
            return frame
        if lost:
            first = joined.join(newest, on="_row", how="anti")["_row"][0]
            kept = (
                lazy_gettext("the row loaded last is used")
                if stamped
                else lazy_gettext("the largest row is used")
            )
            text = lazy_ngettext(
                "{n} row has other numbers for the same ID and days (first: row {row}); nothing "
                "is counted twice: {kept}",
                "{n} rows have other numbers for the same ID and days (first: row {row}); nothing "
                "is counted twice: {kept}",
                lost,
                row=str(first),
                kept=kept,
            )
            self.notes.say("restated", text)
        return newest

    def _key(self, columns: Sequence[str], values: Values, height: int) -> pl.Series:
        """Keys of rows; a key of several parts is joined, and null only where all are missing."""
        if not columns:  # the shop itself, which has no key of its own in a file
            return pl.Series([""]).new_from_index(0, height)
        parts = [values.texts[column] for column in columns]
        if len(parts) == 1:
            return parts[0]
        frame = pl.DataFrame({str(at): part for at, part in enumerate(parts)})
        joined = pl.concat_str(pl.all().fill_null("-"), separator=" / ")
        known = ~pl.all_horizontal(pl.all().is_null())
        return frame.select(pl.when(known).then(joined).alias("key"))["key"]

    def _links(self, keys: pl.Series, values: Values, mask: pl.Series) -> list[Links]:
        text = pl.col("text")
        ids = (
            pl.when(text.str.starts_with("["))
            .then(text.str.extract_all(_LINKED_JSON))
            .otherwise(text.str.extract_all(_LINKED))
        )
        return [
            Links(
                relation,
                pl.DataFrame({"from": keys, "text": values.texts[column]})
                .filter(mask)
                .select("from", ids.alias("to"))
                .explode("to")
                .drop_nulls()
                .with_columns(pl.col("to").str.extract(r"([0-9]+)[^0-9]*$"))
                .unique(maintain_order=True),
            )
            for relation, column in self.kind.links.items()
            if column in values.texts
        ]


def _days_apart(frame: pl.DataFrame) -> bool:
    """Whether rows surely differ in their ids and days, which usually are enough."""
    places = places_by_day(frame["from"], frame["key"]) if frame.height > _LONG else None
    return (places is not None and rises(places)) or _apart(frame, "key", "from")


def _apart(frame: pl.DataFrame, *columns: str) -> bool:
    """Whether rows surely differ in *columns*: different hashes are different rows."""
    hashes = (pl.col(c).hash(at) for at, c in enumerate(columns))
    return bool(frame.select(reduce(xor, hashes).n_unique()).item() == frame.height)


def _named(frame: pl.DataFrame, kind: str, *, dashed: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    """*frame* with its rows without a key under one name of ours: what they count is real. Those
    that count nothing are left out, and so is one that is the sum of all others. Where that one is
    known to be *dashed*, it may also be more than the rows that are there."""
    counts = [c for c, kind in frame.schema.items() if is_count(c) and kind == pl.Float64]
    nameless = frame["key"].is_null()
    some = [(pl.col(c).fill_null(0.0) != 0).alias(c) for c in counts]
    empty = nameless & ~frame.select(pl.any_horizontal(pl.lit(value=False), *some)).to_series()
    whole = nameless & ~empty
    reason = "without a key"
    lost = {reason: int(empty.sum())}
    if int(whole.sum()) == 1:
        same, more = _against_the_others(frame, nameless, whole, counts)
        if same or (dashed and more is not None):
            lost["totals row"] = 1
            lost[_LARGER] = int(not same and bool(more))
            empty = nameless
    named = frame.filter(~empty).with_columns(
        pl.col("key").fill_null("-"),
        pl.col("name").fill_null(f"{kind.replace('-', ' ')} without a name"),
    )
    return named, lost


def _grown(frame: pl.DataFrame, same: Sequence[str], counts: Sequence[str]) -> bool:
    """Whether all rows that are the *same* but for their *counts* are one row that has grown: one
    has most of everything, and not several times as much as another."""
    told = [c for c in counts if frame[c].null_count() < frame.height]
    groups = frame.group_by(same).agg(
        pl.len().alias("_rows"),
        *(pl.col(c).max().alias(f"most {c}") for c in told),
        *(pl.col(c).min().alias(f"least {c}") for c in told),
        *(pl.col(c).arg_max().alias(f"at {c}") for c in told if frame[c].n_unique() > 1),
    )
    several = groups.filter(pl.col("_rows") > 1)
    near = [pl.col(f"most {c}") <= _GROWTH * pl.col(f"least {c}") for c in told]
    differ = [c for c in told if f"at {c}" in several.columns]
    # A count that stayed as it was does not tell which row is the later one.
    last = [
        pl.when(pl.col(f"most {c}") > pl.col(f"least {c}")).then(pl.col(f"at {c}")) for c in differ
    ]
    one = [pl.max_horizontal(last) == pl.min_horizontal(last)] if last else []
    grown = pl.all_horizontal(pl.lit(value=True), *near, *one).fill_null(value=True)
    return bool(several.select(grown.all()).item())


def _without_sum(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """*frame* without its first or last row, where that is the sum of all others: totals have names
    in many languages. Beside ids, a name that is none needs less to be taken for one."""
    if frame.height <= _MANY or frame["from"].null_count() < frame.height:
        return frame, 0
    counts = [c for c, kind in frame.schema.items() if is_count(c) and kind == pl.Float64]
    is_id = frame["key"].str.contains(r"^[0-9]{8,}$")
    for at in (frame.height - 1, 0):
        same, said = _agreeing(frame, at, counts)
        odd = not is_id[at] and int(is_id.sum()) == frame.height - 1
        if same >= _MANY + (not odd) and (2 * same >= said if odd else same == said):
            return (frame.slice(1) if at == 0 else frame.slice(0, at)), 1
    return frame, 0


def _agreeing(frame: pl.DataFrame, at: int, counts: Sequence[str]) -> tuple[int, int]:
    """How many counts of the row *at* are the sum of all others, of how many that it has."""
    mine = {c: float(frame[c][at]) for c in counts if frame[c][at]}
    pairs = [(own, float(frame[c].sum() or 0.0) - own) for c, own in mine.items()]
    return sum(abs(a - b) <= 0.5 + 1e-4 * abs(a) for a, b in pairs), len(pairs)


def _against_the_others(
    frame: pl.DataFrame, nameless: pl.Series, whole: pl.Series, counts: Sequence[str]
) -> tuple[bool, bool | None]:
    """Whether a row without a key sums up the others, by most of its counts; and whether it has
    more than they, None where it has less of something."""
    others, own = frame.filter(~nameless).select(counts).sum(), frame.filter(whole).select(counts)
    pairs = [(float(own[c][0] or 0.0), float(others[c][0])) for c in counts]
    apart = [mine - theirs for mine, theirs in pairs]
    slack = [0.5 + 1e-4 * abs(mine) for mine, _ in pairs]
    same = sum(
        abs(gap) <= most for (mine, _), gap, most in zip(pairs, apart, slack, strict=True) if mine
    )
    said = sum(1 for mine, _ in pairs if mine)
    many = frame.height - int(nameless.sum()) >= _MANY
    is_sum = many and same >= _MANY and 2 * same >= said
    none = not any(theirs for _, theirs in pairs)
    if none or any(gap < -most for gap, most in zip(apart, slack, strict=True)):
        return is_sum, None
    return is_sum, any(gap > most for gap, most in zip(apart, slack, strict=True))


def _all(height: int, *, value: bool) -> pl.Series:
    return pl.Series([value]).new_from_index(0, height)
