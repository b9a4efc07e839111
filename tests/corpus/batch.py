"""Many shops of one profile as frames, judged in one pass, or one of them as readings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from importlib.metadata import entry_points
from pathlib import Path

import attrs
import numpy as np
import polars as pl

from advisor.judge import Judgement, judge
from advisor.judge.engine.reference import ReferenceEngine
from advisor.judge.grade import Grader
from advisor.knowledge.load import bands_of, inactive_reason
from advisor.knowledge.pack import load_pack
from advisor.metrics.counted_rows import CountedRows, with_pools
from advisor.metrics.derived import context_for_plugins, counts_for_plugins, with_derived
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import required_metrics
from advisor.metrics.running import with_over
from advisor.metrics.subject_windows import with_subject_windows
from advisor.metrics.windows import Windows
from advisor.model.bands import Bands
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor.model.rule import Profile, Rule
from advisor.model.settings import RulesSection, Settings
from advisor.model.shop import Business
from advisor.model.vocabulary import Vocabulary
from advisor.model.window import Window
from advisor.plugin.hookspecs import PROJECT
from advisor.plugin.loading import load_plugins
from advisor.plugin.registry import DISTRIBUTION, Registry
from tests.corpus.funnels import Floats, How
from tests.corpus.nature import WINDOW, Herd, Nature, days, with_goals

LAST = date(2026, 3, 1)
TODAY = LAST + timedelta(days=1)
NOW = Period(LAST - timedelta(days=WINDOW - 1), LAST)
PAST = Period(NOW.first - timedelta(days=WINDOW), NOW.first - timedelta(days=1))
FIRST = PAST.first
_FILE = File(Path("corpus"), "corpus", 0, "")


@attrs.frozen(eq=False)
class World:
    """What is the same for every batch: plugins, words, bands and rules."""

    registry: Registry
    vocabulary: Vocabulary
    bands: Bands
    rules: tuple[Rule, ...]

    @classmethod
    def bundled(cls) -> "World":
        """What comes with the project; plugins that happen to be installed are left out."""
        points = entry_points(group=PROJECT)
        registry = load_plugins(
            [p for p in points if p.dist is not None and p.dist.name == DISTRIBUTION]
        )
        words = registry.vocabulary()
        rules = (rule for pack in registry.rule_packs() for rule in load_pack(pack, words))
        return cls(registry, words, bands_of(Settings(), registry), tuple(rules))

    def acting(self, business: Business) -> list[Rule]:
        """The rules that apply to *business*, those of every profile."""
        every = Settings(rules=RulesSection(profile=Profile.STRICT))
        return [rule for rule in self.rules if not inactive_reason(rule, every, business, TODAY)]

    def grader(self, business: Business) -> Grader:
        return Grader(self.vocabulary, self.bands, {business.id: business}, TODAY)


@attrs.frozen(eq=False)
class Batch:
    """Shops of one profile, as rows of counts. *given*: what a plugin is taken to have computed,
    by kind: `shop`, `key` and columns."""

    business: Business
    rows: tuple[CountedRows, ...]
    given: Mapping[str, pl.DataFrame] = attrs.field(factory=dict)

    def readings(self) -> dict[str, list[Reading]]:
        """Each shop's files, as a provider would have read them."""
        found: dict[str, list[Reading]] = {}
        for rows in self.rows:
            parts = rows.frame.partition_by("shop", as_dict=True, include_key=False)
            for (shop,), part in parts.items():
                frame = part.drop("_file").with_columns(
                    pl.lit(self.business.currency, pl.String).alias("currency"),
                    pl.col("_row").cast(pl.UInt32),
                )
                table = Table(rows.subject, rows.family, rows.grain, frame)
                reading = Reading(_FILE, "corpus", rows.family, rows.family, (table,), part.height)
                found.setdefault(str(shop), []).append(reading)
        return found


def shop_name(number: int) -> str:
    return f"shop {number:05}"


def counted(herd: Herd, counts: Mapping[str, Floats], *, totals: bool) -> list[CountedRows]:
    """*counts* of *herd* as rows, a set for each family. *totals*: a period's sum and no days."""
    funnel = herd.funnel
    shops = np.array([shop_name(int(s)) for s in herd.shop])
    keys = shops if funnel.kind == "shop" else herd.key
    length = next(iter(counts.values())).shape[1]
    at = np.tile(np.arange(2 * WINDOW - length, 2 * WINDOW), herd.size)
    at = at if herd.day is None else herd.day
    day = np.datetime64(FIRST) + at.astype("timedelta64[D]")
    labels = {"shop": shops, "key": keys, "name": keys}
    for i, parent in enumerate(funnel.parents):
        labels[f"parent.{parent}"] = np.array(
            [
                f"{parent} {zlib(key) % (2 + i)}" if parent != "account" else "account"
                for key in keys
            ]
        )
    base = pl.DataFrame({name: np.repeat(values, length) for name, values in labels.items()})
    base = base.with_columns(pl.Series("from", day), pl.Series("to", day))
    found = []
    for family in funnel.families:
        steps = [step for step in funnel.steps if step.family == family]
        frame = base.with_columns(
            pl.Series(step.count, counts[step.count].ravel()) for step in steps
        )
        grain = Grain.DAY
        states = any(step.how is How.STATE for step in steps)
        if totals and not funnel.once and not states:
            frame, grain = _totals(frame, [step.count for step in steps]), Grain.PERIOD
        frame = frame.with_columns(
            pl.lit(0, pl.Int64).alias("_file"), pl.int_range(1, pl.len() + 1).alias("_row")
        )
        found.append(CountedRows(funnel.kind, family, grain, frame))
    return found


def zlib(text: str) -> int:
    """A number that is always the same for *text*."""
    return reduce(lambda at, letter: (at * 31 + ord(letter)) % 1_000_003, text, 7)


def _totals(frame: pl.DataFrame, counts: Sequence[str]) -> pl.DataFrame:
    """Two rows a subject: the window and the one before."""
    now = pl.col("from") >= NOW.first
    by = [c for c in frame.columns if c not in (*counts, "from", "to")]
    summed = frame.group_by(*by, now.alias("_now"), maintain_order=True).agg(pl.col(counts).sum())
    ends = (
        pl.when("_now").then(pl.lit(getattr(NOW, end))).otherwise(pl.lit(getattr(PAST, end)))
        for end in ("first", "last")
    )
    return summed.with_columns(**dict(zip(("from", "to"), ends, strict=True))).drop("_now")


def batch(
    business: Business,
    herds: Iterable[Herd],
    nature: Nature,
    rng: np.random.Generator,
    *,
    totals: Sequence[str] = (),
) -> Batch:
    """The counts of *herds*. Kinds in *totals* have sums of a period and no days."""
    rows: list[CountedRows] = []
    for plain in herds:
        if plain.size:
            herd = with_goals(plain, nature, rng)
            kind = herd.funnel.kind
            rows += counted(herd, days(herd, nature, rng), totals=kind in totals)
    return Batch(business, tuple(rows))


def judged(shops: Batch, world: World, *, derive: bool = True) -> Judgement:
    """What the rules that apply say of every shop of the batch, in one pass. *derive*: plugins are
    asked."""
    rules = world.acting(shops.business)
    rows = tuple(with_pools(shops.rows, world.vocabulary))
    asked = required_metrics(rules, world.vocabulary, world.bands)
    windows = Windows(
        dict.fromkeys(sorted({s for one in rows for s in one.shops}), Window(NOW, PAST))
    )
    own = with_subject_windows(windows, rows, asked, (), world.vocabulary)
    measured = measure(rows, asked, own, world.vocabulary)
    if derive:
        measured = _joined(measured, _derived(shops, world, rows))
    measured = _joined(measured, shops.given)
    measured, _ = with_over(measured, rows, windows, world.vocabulary)
    grader = world.grader(shops.business)
    return judge(rules, measured, {}, grader, ReferenceEngine())


def _derived(shops: Batch, world: World, rows: Sequence[CountedRows]) -> dict[str, pl.DataFrame]:
    """What plugins compute of all shops together."""
    ids = sorted({shop for one in shops.rows for shop in one.shops})
    windows = Windows(dict.fromkeys(ids, Window(NOW, PAST)))
    counts = counts_for_plugins(rows, windows, world.vocabulary)
    businesses = [attrs.evolve(shops.business, id=shop) for shop in ids]
    context = context_for_plugins(TODAY, businesses, windows)
    computed = world.registry.derived(counts, context)
    if computed.failures:
        raise AssertionError(str(computed.failures))
    if world.registry.problems:
        raise AssertionError("\n".join(note.text for note in world.registry.problems))
    return {
        kind: one.frame
        for kind, one in with_derived({}, computed.derived, world.vocabulary).items()
    }


def _joined(
    measured: Mapping[str, Measured], more: Mapping[str, pl.DataFrame]
) -> dict[str, Measured]:
    """*measured* with further columns of its subjects, which take the place of those of the same
    name where they are known."""
    found = dict(measured)
    for kind, extra in more.items():
        at = found.get(kind)
        if at is None:
            found[kind] = Measured(kind, extra.sort("shop", "key"), frozenset(), ())
            continue
        frame = extra.drop(c for c in ("name", "days") if c in extra.columns)
        both = at.frame.join(frame, on=["shop", "key"], how="full", coalesce=True, suffix="\x00")
        twins = [c[:-1] for c in both.columns if c.endswith("\x00")]
        both = both.with_columns(pl.coalesce(f"{c}\x00", c).alias(c) for c in twins).drop(
            f"{c}\x00" for c in twins
        )
        both = both.with_columns(pl.col("name").fill_null(pl.col("key"))).sort("shop", "key")
        found[kind] = attrs.evolve(at, frame=both)
    return found
