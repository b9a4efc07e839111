"""The course of sales in the document: what is said of it, and what to aim at in the quarter."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from advisor.document import CourseInfo, Document
from advisor.model.settings import GoalSection, Settings, ShopSection
from tests.end_to_end.runs import document, reports, unexplained
from tests.series import WEEK, logarithms
from tests.shapes import Row, seller_center

FIRST = date(2026, 6, 1)  # a Monday
STEADY = 1000 * np.exp(WEEK[np.arange(153) % 7])  # June to October


def written(folder: Path, values: Sequence[float], first: date = FIRST) -> None:
    """Key metrics by day, as Seller Center writes them."""
    rows: list[Row] = [
        {
            "date": first + timedelta(days=at),
            "gmv": round(float(value), 2),
            "orders": max(1, round(float(value) / 25)),
            "customers": max(1, round(float(value) / 26)),
            "items_sold": max(1, round(float(value) / 20)),
            "visitors": max(30, round(float(value) / 0.8)),
            "page_views": 2000,
        }
        for at, value in enumerate(values)
    ]
    last = first + timedelta(days=len(values) - 1)
    data = seller_center.shop_analytics(rows, first, last)
    (folder / f"Shop Analytics_Key metrics_{first:%Y%m%d}.xlsx").write_bytes(data)


def plan(folder: Path, size: str | None = "mid", market: float | None = None) -> Document:
    settings = Settings(
        shop=ShopSection(size=size, currency="USD"), goal=GoalSection(market_growth=market)
    )
    return document(folder, settings=settings)


def course(folder: Path, size: str | None = "mid", market: float | None = None) -> CourseInfo:
    (found,) = plan(folder, size, market).courses
    return found


def grown(monthly: float) -> list[float]:
    return list(STEADY * (1 + monthly) ** (np.arange(153) / 30))


def test_a_course_names_its_trend_its_week_and_what_is_not_settled(tmp_path: Path) -> None:
    written(tmp_path, grown(0.1))
    found = course(tmp_path)

    assert found.growth == pytest.approx(0.1, abs=1e-3)
    assert found.weekdays[5] / found.weekdays[2] == pytest.approx(np.exp(0.7), rel=0.01)
    assert (found.first, found.last, found.days, found.left_out) == (
        "2026-06-01",
        "2026-10-29",
        151,
        2,
    )
    assert found.says == (
        "Sales: up 10% a month (likely 10%).",
        "Trend: robust slope over 151 days.",
        "Best weekday: Saturday, 2.01 times the weakest (Wednesday).",
        "The newest 2 days are left out: their numbers are not final yet.",
    )
    assert found.needs == ""


def test_months_stand_with_their_growth(tmp_path: Path) -> None:
    written(tmp_path, grown(0.1))
    months = course(tmp_path).months

    assert [one.month for one in months] == [f"2026-{month:02}" for month in range(6, 11)]
    assert [one.whole for one in months] == [True, True, True, True, False]
    assert months[0].change is None
    assert all(one.change == pytest.approx(0.1, abs=0.04) for one in months[1:])


def test_the_target_is_where_a_rising_trend_leads(tmp_path: Path) -> None:
    written(tmp_path, grown(0.1))
    target = course(tmp_path).target
    later = 1000 * np.exp(WEEK[np.arange(214) % 7]) * 1.1 ** (np.arange(214) / 30)

    assert target is not None
    assert (target.first, target.last) == ("2026-10-01", "2026-12-31")
    assert target.known == pytest.approx(later[122:151].sum(), rel=1e-4)
    assert target.mid == pytest.approx(later[122:214].sum(), rel=1e-3)
    assert target.low <= target.mid <= target.high
    assert target.target == target.mid


def test_a_falling_trend_is_no_target(tmp_path: Path) -> None:
    written(tmp_path, grown(-0.1))
    target = course(tmp_path).target

    assert target is not None
    assert target.mid < target.level == target.target
    assert "today's level, which is more than the trend gives" in target.says[0]


def test_a_market_that_grows_more_is_the_target(tmp_path: Path) -> None:
    written(tmp_path, grown(0.0))
    alone, market = course(tmp_path).target, course(tmp_path, market=0.5).target

    assert alone is not None
    assert market is not None
    assert market.mid == alone.mid
    # From the end of October to the middle of November and December: about 33 days of half a year's
    # worth, on two of three months.
    assert market.target / alone.target == pytest.approx(
        1 + 0.68 * (1.5 ** (33 / 365) - 1), abs=3e-3
    )
    assert "plus the market growth you set" in market.says[0]


@pytest.mark.parametrize(
    ("months", "says"),
    [
        ([50_000, 50_000, 50_000], "add up to $150,000: above the likely range."),
        ([10_000, 10_000, 10_000], "add up to $30,000: below the likely range."),
        ([50_000, 50_000], "Only 2 of its three months have a target of your own."),
    ],
)
def test_own_targets_stand_beside_the_range(
    tmp_path: Path, months: Sequence[int], says: str
) -> None:
    written(tmp_path, np.exp(logarithms(np.random.default_rng(1), 153)) / 2.6)
    lines = [f"2026-{10 + at},gmv,{value},USD," for at, value in enumerate(months)]
    (tmp_path / "targets.csv").write_text(
        "\n".join(["month,metric,target,currency,note", *lines]) + "\n"
    )
    target = course(tmp_path).target

    assert target is not None
    assert any(says in line for line in target.says), target.says
    assert target.stated == (sum(months) if len(months) == 3 else None)


@pytest.mark.parametrize(("size", "due"), [("small", False), ("enterprise", True), (None, True)])
def test_a_target_is_for_medium_and_large_shops(
    tmp_path: Path, size: str | None, due: bool
) -> None:
    written(tmp_path, grown(0.02))
    assert (course(tmp_path, size).target is not None) is due


def test_too_few_days_say_how_many_are_missing(tmp_path: Path) -> None:
    written(tmp_path, list(STEADY[:43]))
    found = course(tmp_path)

    assert (found.growth, found.target) == (None, None)
    assert found.needs == (
        "Sales: a trend and a quarterly target need 56 days with final numbers; 41 found, 15 more "
        "days needed. Older downloads of the same file count too."
    )
    assert course(tmp_path, "small").needs.startswith("Sales: a trend needs 56 days")


def test_a_growth_that_could_not_be_judged_says_what_it_takes(tmp_path: Path) -> None:
    written(tmp_path, list(STEADY[:43]))
    told = {one.rule: (one.because, one.remedy) for one in plan(tmp_path).coverage}

    assert told["guide/shrinking-sales"] == (
        "monthly sales growth needs 56 final days, or reports of six months",
        "Add older downloads of the same files",
    )


def test_a_shop_that_is_due_a_target_hears_of_it_without_any_daily_file(tmp_path: Path) -> None:
    (tmp_path / "targets.csv").write_text(
        "month,metric,target,currency,note\n2026-10,gmv,500,USD,\n"
    )
    assert course(tmp_path).needs.endswith(
        "56 days with final numbers; 0 found, 56 more days needed. "
        "Older downloads of the same file count too."
    )
    assert plan(tmp_path, "small").courses == ()


def test_months_of_a_slow_fall_are_one_finding_and_one_thing_to_do(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    written(tmp_path, np.exp(logarithms(rng, 153, monthly=-0.14)))
    made = plan(tmp_path, "small")
    trend = [f for f in made.findings if f.rule == "guide/shrinking-sales"]
    window = [f for f in made.findings if f.rule == "guide/falling-sales"]

    assert len(trend) == 1
    assert trend[0].evidence[0].n == 151
    assert "guide/flat-sales" not in {f.rule for f in made.findings}
    assert bool(trend[0].explained_by) == bool(window)
    assert len([rule for rule, _ in unexplained(made) if rule.endswith("ing-sales")]) <= 1


def test_a_shop_that_grows_has_no_finding_of_its_course(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    written(tmp_path, np.exp(logarithms(rng, 153, monthly=0.08)))
    made = plan(tmp_path, "small")

    assert not {f.rule for f in made.findings} & {
        "guide/shrinking-sales",
        "guide/flat-sales",
        "guide/falling-sales",
    }
    assert "guide/flat-sales" in {one.rule for one in made.healthy}


def test_the_reports_print_the_course(tmp_path: Path) -> None:
    written(tmp_path, grown(0.1))
    made = reports(plan(tmp_path))
    markdown = made["appendix.md"].replace("\u2009", " ")

    assert "## Trend of sales, Jun 1 – Oct 29, 2026" in markdown
    assert "Sales: up 10% a month" in markdown
    assert "- Target for Oct 1 – Dec 31, 2026:" in markdown
    assert "| Jul 2026 | " in markdown
