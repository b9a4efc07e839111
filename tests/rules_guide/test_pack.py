"""The guide's pack: its bands are the guide's numbers, its rules say what their cases expect."""

from datetime import date
from functools import cache
from importlib.resources import files

import pytest

import advisor_rules_guide as guide
from advisor.judge.engine import Engine
from advisor.judge.engine.durable import DurableEngine, available
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.pack import load_pack
from advisor.knowledge.references import check_references
from advisor.model.bands import Bands, check_bands
from advisor.model.rule import Profile, Rule, Strength
from advisor.model.shop import Business
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, Outcome, pack_cases, run_cases

TODAY = date(2026, 6, 1)
(PACK,) = guide.advisor_rule_packs()
BANDS = Bands(tuple(guide.advisor_benchmarks()))

# What the guide's index calls a diagnosis, and the two of its practices that are one too.
DIAGNOSES = {
    "diag.views-no-checkout",
    "diag.territory",
    "diag.low-engagement",
    "diag.weak-hook",
    "diag.product-page",
    "diag.demographics",
    "diag.violations",
    "practice.test-cta",
    "practice.live-slot",
}
# Ends of a rule that its cases cannot show: a number that is known exactly is never unsure.
EXACT = {"violations", "territory", "territory-region", "demographics"}


@cache
def words() -> Vocabulary:
    bundled = [
        (name, vocabulary_file((files(name) / "vocabulary.toml").read_text("utf-8"), where=name))
        for name in ("advisor_tiktok_shop", "advisor_tiktok_ads")
    ]
    return merge([*bundled, *(("guide", file) for file in guide.advisor_vocabulary())])


@cache
def rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_pack(PACK, words())}


@cache
def cases() -> dict[str, tuple[Case, ...]]:
    return dict(pack_cases(PACK, vocabulary=words()))


def each_case() -> list[tuple[str, str]]:
    return [(rule_id, case.name) for rule_id, found in cases().items() for case in found]


@pytest.fixture(scope="module")
def durable() -> DurableEngine:
    reason = available()
    if reason is not None:
        pytest.skip(reason)
    return DurableEngine()


def judged(rule_id: str, name: str, engine: Engine) -> str:
    case = next(case for case in cases()[rule_id] if case.name == name)
    runner = CaseRunner(words(), BANDS, tuple(rules().values()), engine)
    rule = rules()[rule_id]
    (result,) = run_cases(rule, [case], lambda one: runner.judge(rule, one))
    return result.difference


@pytest.mark.parametrize(("rule_id", "name"), each_case())
def test_a_case_ends_as_it_says(rule_id: str, name: str) -> None:
    assert judged(rule_id, name, ReferenceEngine()) == ""


def test_durable_rules_says_the_same_of_every_case(durable: DurableEngine) -> None:
    different = [each for each in each_case() if judged(*each, durable)]

    assert different == []


def test_every_rule_has_cases_and_every_case_file_a_rule() -> None:
    assert cases().keys() == rules().keys()


@pytest.mark.parametrize("rule_id", list(rules()))
def test_the_cases_of_a_rule_show_every_way_it_can_end(rule_id: str) -> None:
    shown = {case.outcome for case in cases()[rule_id]}
    expected = {Outcome.FIRES, Outcome.CLEAR, Outcome.UNSURE, Outcome.MISSING}
    if rule_id.removeprefix("guide/") in EXACT:
        expected -= {Outcome.UNSURE}

    assert shown == expected
    assert len(cases()[rule_id]) >= 4


def test_every_diagnosis_of_the_guide_has_a_rule() -> None:
    assert {item for rule in rules().values() for item in rule.guide} >= DIAGNOSES


def test_rules_explain_only_rules_that_are_there() -> None:
    check_references(rules().values())


def test_no_rule_explains_what_explains_it() -> None:
    explains = {rule.id: set(rule.explains) for rule in rules().values()}

    def reached(rule_id: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for further in explains[rule_id] - seen:
            seen = reached(further, seen | {further})
        return seen

    assert [rule_id for rule_id in explains if rule_id in reached(rule_id)] == []


def test_only_what_endangers_the_account_is_critical() -> None:
    critical = [rule.id for rule in rules().values() if rule.severity == "critical"]

    assert critical == ["guide/violations"]


def test_the_bands_use_known_names_and_possible_edges() -> None:
    for file in BANDS.files:
        check_bands(file, words())


def test_every_band_names_what_it_encodes() -> None:
    assert [band.metric for file in BANDS.files for band in file.band if not band.guide] == []


def test_a_band_that_is_not_the_guides_says_so() -> None:
    ours = [
        b
        for f in BANDS.files
        for b in f.band
        if b.metric in ("page_order_rate", "ad_checkout_rate")
    ]

    assert ours
    assert all(b.note.startswith("Our own target") for b in ours)
    assert all(b.origin and b.origin.strength is Strength.DERIVED for b in ours)


SMALL, MID, LARGE = (Business(size=s, currency="USD") for s in ("small", "mid", "enterprise"))
FASHION, TECH, HEALTH = (
    Business(size="small", niche=n, currency="USD")
    for n in ("fashion-beauty", "ecommerce-tech", "health-wellness")
)
ANY = Business(currency="USD")


@pytest.mark.parametrize(
    ("business", "metric", "kind", "low", "high"),
    [
        (ANY, "ctr", "ad", 0.01, 0.03),
        (ANY, "view_ctr", "video", 0.01, 0.03),
        (ANY, "view_ctr", "live", 0.01, 0.03),
        (ANY, "ctor", "product", 0.03, 0.05),
        (SMALL, "conversion", "shop", 0.02, 0.04),
        (MID, "conversion", "shop", 0.04, 0.06),
        (LARGE, "conversion", "shop", 0.05, 0.08),
        (TECH, "conversion", "shop", 0.03, 0.06),
        (FASHION, "conversion", "shop", 0.02, 0.04),
        (HEALTH, "conversion", "shop", 0.02, 0.04),
        (ANY, "conversion", "shop", 0.02, 0.08),
        (SMALL, "stream_gmv", "live", 200, 1000),
        (MID, "stream_gmv", "live", 1000, 10_000),
        (LARGE, "stream_gmv", "live", 10_000, None),
        (SMALL, "watch_gpm", "live", 10, 25),
        (MID, "watch_gpm", "live", 25, 50),
        (LARGE, "watch_gpm", "live", 50, None),
        (SMALL, "engagement", "video", 0.03, 0.05),
        (MID, "engagement", "video", 0.05, 0.07),
        (LARGE, "engagement", "video", 0.07, None),
        (FASHION, "engagement", "video", 0.04, 0.06),
        (HEALTH, "engagement", "video", 0.02, 0.04),
        (TECH, "engagement", "video", 0.03, 0.05),
        (ANY, "cpc", "ad", 0.5, 1.5),
        (SMALL, "roas", "ad", 2, None),
        (MID, "roas", "ad", 3, 5),
        (LARGE, "roas", "ad", 3, 5),
        (ANY, "violations", "shop", 0, 0),
        (SMALL, "follower_growth", "account", 0.05, None),
        (MID, "follower_growth", "account", 0.08, 0.1),
        (LARGE, "follower_growth", "account", 0.08, 0.1),
    ],
)
def test_the_band_is_the_guides_number(
    business: Business, metric: str, kind: str, low: float, high: float | None
) -> None:
    (edges,) = BANDS.resolve(metric, kind, business, TODAY).edges

    assert (edges.low, edges.high) == (low, high)


def test_the_cost_of_a_buyer_has_a_limit_for_each_price_tier() -> None:
    edges = BANDS.resolve("cpp", "ad", ANY, TODAY).edges
    tiers = [(e.of.at_least, e.of.below, e.low, e.high) for e in edges if e.of is not None]

    assert tiers == [(None, 25, None, 5), (25, 100, None, 20)]


@pytest.mark.parametrize("rule_id", list(rules()))
def test_a_rule_gives_no_advice_that_harms(rule_id: str) -> None:
    rule = rules()[rule_id]
    texts = [rule.says.finding, rule.says.why]
    texts += [sentence for a in rule.actions for sentence in (a.do, *a.steps)]
    harmful = (
        "buy followers",
        "buy likes",
        "fake",
        "raise the list price",
        "spend more",
        "only today",
    )

    assert [t for t in texts for word in harmful if word in t.lower()] == []


def test_the_niches_are_the_guides() -> None:
    assert set(words().niches) == {"fashion-beauty", "ecommerce-tech", "health-wellness"}


def test_the_starter_profile_has_a_rule_for_each_thing_that_a_shop_lives_on() -> None:
    starters = {rule.goal for rule in rules().values() if rule.profile is Profile.STARTER}

    assert starters == {"compliance", "sales", "ads", "engagement"}
