"""What a finding is worth: the gap to what can be reached, volume, and what one more brings."""

from pathlib import Path
from types import ModuleType

import attrs
import pytest

from advisor.diagnosis import Diagnosis, diagnose_gathered
from advisor.document import ActionInfo, Document, PriceInfo
from advisor.document.compose import compose_document
from advisor.explain.assumptions import as_if, supposing
from advisor.ingest.result import Gathered
from advisor.judge.engine.reference import ReferenceEngine
from advisor.model.bands import Band
from advisor.model.request import Request
from advisor.model.settings import ShopSection
from advisor.model.vocabulary import Count, CountUnit, MarginSource
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.hookspecs import hookimpl
from advisor.plugin.loading import add
from tests.core import TODAY
from tests.document.compose.shops import SETTINGS, Row, ads, composed, registry, written

DAYS = 28
MONTH = 30 / DAYS
LOW: Row = {"impressions": 100_000, "clicks": 500, "orders": 25, "gmv": 500, "spend": 100}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    written(tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }')
    return tmp_path


def only(made: Document) -> ActionInfo:
    (action,) = made.plan
    return action


def price(made: Document) -> PriceInfo:
    (finding,) = made.findings
    assert finding.price is not None
    return finding.price


def others(*rates: float) -> list[Row]:
    """Ads of a hundred thousand impressions, each with this share of clicks."""
    return [
        {**LOW, "key": f"o{i}", "clicks": rate * 100_000, "orders": rate * 5_000, "gmv": rate * 1e5}
        for i, rate in enumerate(rates)
    ]


def test_alone_the_target_is_the_near_edge_of_the_band(pack: Path) -> None:
    made = composed(pack, ads(LOW))

    assert (price(made).target, price(made).target_origin) == (
        0.01,
        "the near end of the target range",
    )
    assert only(made).gain is not None
    # 500 more clicks in 28 days, each worth a dollar.
    assert only(made).gain.mid == pytest.approx(500 * MONTH, rel=1e-3)  # type: ignore[union-attr]


def test_what_the_better_half_has_is_the_target_where_it_is_nearer(pack: Path) -> None:
    made = composed(pack, ads(*others(*(0.006,) * 5, *(0.008,) * 5)))
    worst = min(made.findings, key=lambda f: f.price.target if f.price else 1.0)

    assert worst.price is not None
    assert worst.price.target == pytest.approx(0.008, rel=0.03)
    assert worst.price.target_origin == "the average of the better half of your own"


def test_the_chance_is_how_many_of_the_shop_s_own_are_there(pack: Path) -> None:
    made = composed(pack, ads(*others(0.002, *(0.015,) * 9)))

    assert only(made).chance == pytest.approx((1 + 9) / (2 + 10))
    assert only(made).chance_text == "about 83% of your own ads are there already"


def test_too_few_siblings_tell_no_chance(pack: Path) -> None:
    assert only(composed(pack, ads(LOW))).chance_text == "50% assumed (no history yet)"


def test_a_value_is_drawn_towards_its_siblings_by_no_more_than_its_own_error(pack: Path) -> None:
    thin: Row = {"key": "x", "impressions": 4_000, "clicks": 12, "orders": 1, "gmv": 20}
    made = composed(pack, ads(*others(*(0.02,) * 9), thin))
    found = price(made)

    error = (0.003 * 0.997 / 4_000) ** 0.5
    assert 0.003 < found.value <= 0.003 + 1.05 * error


def test_what_one_more_brings_is_drawn_towards_what_the_others_bring(pack: Path) -> None:
    lucky: Row = {**LOW, "orders": 1, "gmv": 900}
    rest = others(*(0.02,) * 9)

    own = price(composed(pack, ads(lucky))).worth
    among = price(composed(pack, ads(lucky, *rest))).worth

    assert own == pytest.approx(900 / 500)
    assert 1.0 <= among < own


def test_money_is_counted_with_the_margin_where_it_is_known(pack: Path) -> None:
    shop = attrs.evolve(SETTINGS, shop=ShopSection(id="here", currency="USD", margin=0.25))
    sales, kept = (only(composed(pack, ads(LOW), settings=one)).gain for one in (SETTINGS, shop))

    assert sales is not None
    assert kept is not None
    assert (sales.what, kept.what) == ("sales", "margin")
    assert kept.mid == pytest.approx(sales.mid / 4)
    assert price(composed(pack, ads(LOW), settings=shop)).text.count("25% margin") == 1


def test_what_is_wasted_is_worth_all_of_it(tmp_path: Path) -> None:
    written(tmp_path, "wasted", "orders = { at-most = 0 }", done='waste = "spend"')
    made = composed(tmp_path, ads({**LOW, "orders": 0, "gmv": 0}))

    assert only(made).gain is not None
    assert only(made).gain.mid == pytest.approx(100 * MONTH)  # type: ignore[union-attr]
    assert price(made).text == "$107.14 of ad spend in 30 days"
    assert (only(made).chance, only(made).chance_text) == (
        1.0,
        "certain: the waste only has to stop",
    )


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ({**LOW, "gmv": 0}, "nothing has been sold yet, so one more sale has no known value"),
        (
            {k: v for k, v in LOW.items() if k != "gmv"},
            "no file has both sales and clicks",
        ),
        ({**LOW, "from": 28}, "fewer than 7 days are too few to estimate a month"),
    ],
)
def test_what_cannot_be_priced_says_why(pack: Path, row: Row, because: str) -> None:
    assert only(composed(pack, ads(row))).no_gain_because == because


def test_the_sum_of_a_price_is_its_text(pack: Path) -> None:
    assert price(composed(pack, ads(LOW))).text == (
        "107,143 impressions in 30 days × (1% − 0.5%) × $1 for each one; "
        "1% is the near end of the target range"
    )


def test_a_sum_of_money_is_told_as_money(tmp_path: Path) -> None:
    written(tmp_path, "dear", 'roas = "low"', done='done = { roas = ["good", "high"] }')
    made = composed(tmp_path, ads({**LOW, "spend": 500, "ad_revenue": 250, "purchases": 9}))

    assert price(made).text.startswith("$535.71 ad spend in 30 days × (")


@pytest.mark.parametrize(
    ("sold_by_the_other", "what", "kept"), [(100, "margin", 0.4), (9_000, "sales", 1.0)]
)
def test_own_margins_count_only_where_the_shop_s_is_known_too(
    tmp_path: Path, sold_by_the_other: float, what: str, kept: float
) -> None:
    written(tmp_path, "weak", 'ctr = "low"', done='done = { ctr = ["good", "high"] }')
    here = registry(tmp_path)
    plugin = ModuleType("margins")
    words = VocabularyFile(
        count=(Count("kept", "what is kept", CountUnit.STATE),),
        margin=(MarginSource("ads", "ad", "kept", "gmv"),),
    )
    plugin.advisor_vocabulary = hookimpl(lambda: [words])  # type: ignore[attr-defined]
    add(here, plugin, "margins")
    rows = ads({**LOW, "kept": 0.4}, {**LOW, "key": "2", "gmv": sold_by_the_other})
    request = Request(paths=(), today=TODAY, settings=SETTINGS)
    made = compose_document(
        diagnose_gathered(Gathered(readings=(rows,)), request, here, engine=ReferenceEngine())
    )

    prices = {f.subject.key: f.price for f in made.findings}
    assert prices["1"] is not None
    assert prices["1"].kept == kept
    assert only(made).gain is not None
    assert only(made).gain.what == what  # type: ignore[union-attr]


@pytest.mark.parametrize(("metric", "low"), [("ctr", 0.9), ("roas", 2.0)])
def test_a_price_is_what_supposing_the_target_brings(
    tmp_path: Path, metric: str, low: float
) -> None:
    written(tmp_path, "weak", f'{metric} = "low"', done=f'done = {{ {metric} = ["good", "high"] }}')
    # A rule that never fires, so that the sales of both are measured.
    written(tmp_path, "sales", "sales = { at-least = 1e12 }")
    here = registry(tmp_path, [Band(metric, low=low)])
    row: Row = {**LOW, "spend": 1_000, "clicks": 50_000, "orders": 5_000, "gmv": 500}
    gathered = Gathered(readings=(ads(row),))

    def diagnosed_as(*supposed: str) -> Diagnosis:
        words = here.vocabulary()
        return diagnose_gathered(
            gathered,
            Request(paths=(), today=TODAY, settings=SETTINGS),
            here,
            engine=ReferenceEngine(),
            as_if=as_if(supposing(supposed, words), words),
        )

    now = diagnosed_as()
    gain = only(compose_document(now)).gain
    then = diagnosed_as(f"ad.{metric}={price(compose_document(now)).target}")
    before, after = (d.measured["ad"].frame["sales"].item() for d in (now, then))
    assert gain is not None
    assert gain.mid == pytest.approx((after - before) * MONTH, rel=0.01)
