"""What the rules find in sick shops, and what they say of healthy ones, as numbers."""

from collections import Counter
from collections.abc import Sequence

import attrs
import numpy as np

from advisor.model.rule import Rule
from tests.corpus.batch import World, batch, judged, shop_name
from tests.corpus.exceptions import MAY_SPEAK
from tests.corpus.healthy import PROFILES, Profile, herds
from tests.corpus.nature import Nature
from tests.corpus.sick import Ward, business_of, ward

STRENGTHS = (1.5, 2.0, 3.0)
SAMPLES = (100, 1_000, 10_000, 100_000)
SHOPS = 10  # of each strength and sample
FOUND = 0.9  # of them: then a problem counts as found
WITHOUT_DAYS = ("product", "video")  # lists of these often have sums of a period only


@attrs.frozen
class Power:
    """How often a rule found what was planted: a share for each strength (row) and sample."""

    rule: str
    unit: str
    given: tuple[str, ...]
    found: tuple[tuple[float, ...], ...]

    def least(self, strength: int) -> int | None:
        """The smallest sample from which on (mostly) nine of ten are found at a strength; 0 where
        how much there is does not matter."""
        shares = self.found[strength]
        if not self.unit:
            return 0 if sum(shares) / len(shares) >= FOUND else None
        return next((n for n, share in zip(SAMPLES, shares, strict=True) if share >= FOUND), None)


@attrs.frozen
class Alarms:
    """Of *shops* healthy ones, how many had any alarm, and each rule in how many; rules that may
    speak are counted in *spoke* alone."""

    shops: int
    alarmed: int
    rules: tuple[tuple[str, int], ...]
    spoke: tuple[tuple[str, int], ...]


def power(
    rule: Rule,
    world: World,
    *,
    seed: int = 1,
    strengths: Sequence[float] = STRENGTHS,
    samples: Sequence[int] = SAMPLES,
    shops: int = SHOPS,
) -> Power:
    """Tries *rule* on sick shops; all rules are judged beside it, as they would be."""
    shape = (len(strengths), len(samples), shops)
    strength = np.broadcast_to(np.array(strengths)[:, None, None], shape).ravel()
    sample = np.broadcast_to(np.array(samples, dtype=float)[None, :, None], shape).ravel()
    rng = np.random.default_rng([seed, *rule.id.encode()])
    one = ward(rule, world, strength, sample, rng)
    matches = judged(one.shops, world, derive=asks_plugins(one, world)).matches
    hit = {(f.shop, f.key) for f in matches if f.rule.id == rule.id and f.kind == rule.subject}
    found = np.array([(shop_name(i), key) in hit for i, key in enumerate(one.keys)]).reshape(shape)
    rows = tuple(tuple(float(v) for v in row) for row in found.mean(axis=2).round(4))
    return Power(rule.id, one.unit, one.given, rows)


def asks_plugins(one: Ward, world: World) -> bool:
    """Whether a plugin has a word in the rule: to ask it shop by shop is what takes longest."""
    words = world.vocabulary
    names = {test.name for test in one.rule.own_tests()} - set(one.given)
    return any(
        n in words.symbols or (n in words.metrics and words.metrics[n].derived) for n in names
    )


def alarms(
    world: World,
    shops: int,
    *,
    seed: int = 1,
    profiles: Sequence[Profile] = PROFILES,
    nature: Nature = Nature(),  # noqa: B008 (frozen)
) -> Alarms:
    """Judges *shops* healthy shops of each profile, half of them without days of their products
    and videos."""
    alarmed = 0
    rules: Counter[str] = Counter()
    for profile in profiles:
        rng = np.random.default_rng([seed, *repr(profile).encode()])
        business = business_of(profile)
        grader = world.grader(business)
        for part, totals in ((shops - shops // 2, ()), (shops // 2, WITHOUT_DAYS)):
            if not part:
                continue
            made = batch(business, herds(world, grader, part, rng), nature, rng, totals=totals)
            matches = judged(made, world).matches
            said = {(f.rule.id, f.shop) for f in matches}
            rules.update(rule for rule, _ in said)
            alarmed += len({shop for rule, shop in said if rule not in MAY_SPEAK})
    spoke = tuple(sorted((r, n) for r, n in rules.items() if r in MAY_SPEAK))
    false = tuple(sorted((r, n) for r, n in rules.items() if r not in MAY_SPEAK))
    return Alarms(shops * len(profiles), alarmed, false, spoke)
