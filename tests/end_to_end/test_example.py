"""The example's plan is what was planted in it and nothing else; its numbers are the files' own."""

import json
import random
import re
import shutil
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest

from advisor.diagnosis import diagnose_gathered, gather_shop
from advisor.document import Document, FindingInfo, Kpi, as_json
from advisor.document.compose import compose_document
from advisor.ingest.facts import read_facts, write_facts
from advisor.knowledge.pack import load_pack
from advisor.report.formats import render_json
from examples.generate import FOLDER
from examples.shop import ADS, PRODUCTS, USD_RATE, VIDEOS, Ad
from tests.end_to_end.runs import document, registry, reports, request, rows_of, unexplained

FIRST, LAST = date(2026, 10, 4), date(2026, 10, 31)
MARGIN = 0.45

PLANTED = {
    ("guide/violations", "Luna Beauty"),
    ("operator/appeal-runs-out", "Luna Beauty"),
    ("guide/low-ctor", PRODUCTS[7].name),
    ("guide/weak-hook", ADS[2].name),
    ("guide/weak-hook", ADS[3].name),
    ("guide/product-page", ADS[5].name),
    ("guide/applause-without-sales", VIDEOS[4].title),
    ("guide/low-engagement", VIDEOS[7].title),
}
LEVERS = {
    "operator/appeal-runs-out": "account.standing",
    "guide/low-ctor": "page.content",
    "guide/weak-hook": "creative.hook",
    "guide/product-page": "page.content",
    "guide/applause-without-sales": "creative.format",
    "guide/low-engagement": "creative.format",
}
HEALTHY = {
    "guide/ad-views-no-checkout",
    "guide/falling-conversion",
    "guide/falling-live-gmv",
    "guide/falling-roas",
    "guide/falling-sales",
    "guide/flat-sales",
    "guide/hit-without-sales",
    "guide/live-applause-without-sales",
    "guide/live-call-to-action",
    "guide/live-slot",
    "guide/low-conversion",
    "guide/low-live-ctor",
    "guide/low-stream-gmv",
    "guide/low-watch-gpm",
    "guide/shrinking-live-gmv",
    "guide/shrinking-sales",
    "guide/slow-follower-growth",
    "guide/territory",
    "guide/territory-region",
    "guide/views-no-checkout",
    "operator/link-the-product",
    "operator/creative-fatigue",
    "operator/ctr-low-for-days",
    "operator/fewer-hours-on-air",
    "operator/many-returns",
    "operator/nobody-enters",
    "operator/not-one-sale",
    "operator/reach-fell-with-a-violation",
    "operator/reach-without-followers",
    "operator/replaced-campaign",
    "operator/shown-less-an-hour",
    "operator/stopped-by-a-limit",
    "operator/they-do-not-buy",
    "operator/they-do-not-click",
    "operator/they-leave",
    "operator/watched-not-clicked",
    "operator/weak-body",
    "operator/weak-concept",
    "operator/weak-opening",
}


@cache
def made() -> Document:
    return document(FOLDER)


def test_exactly_what_was_planted_is_found() -> None:
    assert unexplained(made()) == PLANTED


def test_each_planted_thing_leads_to_its_action() -> None:
    assert {action.rule: action.lever for action in made().plan} == LEVERS


def test_what_a_planted_thing_causes_brings_no_action_of_its_own() -> None:
    explained = {
        (f.rule, f.subject.name, f.explained_by) for f in made().findings if f.explained_by
    }
    assert explained == {
        ("guide/high-cpc", ADS[2].name, ("guide/weak-hook",)),
        ("guide/high-cpc", ADS[3].name, ("guide/weak-hook",)),
        ("guide/high-cpp", ADS[5].name, ("guide/product-page",)),
        ("guide/low-roas", ADS[5].name, ("guide/high-cpp", "guide/product-page")),
        ("guide/test-call-to-action", VIDEOS[4].title, ("guide/applause-without-sales",)),
    }


def test_the_account_comes_first_then_what_an_hour_brings_to_the_goal() -> None:
    plan = made().plan
    packs = [load_pack(pack, registry().vocabulary()) for pack in registry().rule_packs()]
    goals = {rule.id: rule.goal for rules in packs for rule in rules}
    account = [action for action in plan if action.severity == "critical"]
    rest = plan[len(account) :]
    serves = [goals[action.rule] == made().shop.goal for action in rest]
    assert account
    assert account == list(plan[: len(account)])
    assert [action.rank for action in plan] == list(range(1, len(plan) + 1))
    assert serves[0] is True
    assert all(one.priority.value >= other.priority.value for one, other in pairwise(rest))
    assert sum(action.gain is not None for action in plan) == 4


def test_every_action_has_a_price_or_says_why_not() -> None:
    for action in made().plan:
        assert (action.gain is None) == bool(action.no_gain_because)


def test_what_is_healthy_is_said() -> None:
    assert {one.rule for one in made().healthy} == HEALTHY


def test_nothing_is_both_healthy_and_found() -> None:
    found = {finding.rule for finding in made().findings}
    assert not found & {one.rule for one in made().healthy}


# The same sums, from the files and without the readers.


def day_of(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


@cache
def shop_sums(first: date = FIRST, last: date = LAST) -> dict[str, float]:
    sums: dict[str, float] = {}
    for path in sorted(FOLDER.glob("Shop Analytics*.xlsx")):
        rows = rows_of(path)
        head = next(i for i, row in enumerate(rows) if row[0] == "Fecha")
        for row in rows[head + 1 :]:
            if first <= day_of(row[0]) <= last:
                for name, cell in zip(rows[head][1:], row[1:], strict=True):
                    sums[name] = sums.get(name, 0.0) + float(cell)
    return sums


@cache
def ad_sums(ad: str = "") -> dict[str, float]:
    (path,) = FOLDER.glob("Tiktok Ads*.csv")
    head, *rows = rows_of(path)
    days = [row for row in rows if FIRST.isoformat() <= row[0] <= LAST.isoformat()]
    days = [row for row in days if not ad or row[head.index("Ad ID")] == ad]
    names = (
        "Cost",
        "Impressions",
        "Clicks (destination)",
        "Purchases (Shop)",
        "Gross revenue (Shop)",
    )
    return {name: sum(float(row[head.index(name)]) for row in days) for name in names}


def kpi(name: str) -> Kpi:
    return next(one for one in made().kpis if one.metric == name)


def test_the_shops_numbers_are_the_sums_of_its_days() -> None:
    sums = shop_sums()
    assert kpi("gmv").value == pytest.approx(sums["GMV"])
    assert kpi("items_sold").value == sums["Artículos vendidos"]
    assert kpi("page_views").value == sums["Vistas de página"]
    assert kpi("conversion").value == pytest.approx(sums["Clientes"] / sums["Visitantes"])
    expected = sums["Pedidos con SKU"] / sums["Clics en el producto"]
    assert kpi("ctor").value == pytest.approx(expected)


def test_the_window_before_is_the_28_days_before() -> None:
    sums = shop_sums(date(2026, 9, 6), date(2026, 10, 3))
    assert kpi("gmv").before == pytest.approx(sums["GMV"])
    assert kpi("conversion").before == pytest.approx(sums["Clientes"] / sums["Visitantes"])


def test_the_ads_numbers_are_ratios_of_sums() -> None:
    sums = ad_sums()
    assert kpi("ctr").value == pytest.approx(sums["Clicks (destination)"] / sums["Impressions"])
    assert kpi("cpc").value == pytest.approx(sums["Cost"] / sums["Clicks (destination)"])
    assert kpi("roas").value == pytest.approx(sums["Gross revenue (Shop)"] / sums["Cost"])
    assert kpi("cpp").value == pytest.approx(sums["Cost"] / sums["Purchases (Shop)"])


def test_the_audiences_numbers_are_the_files() -> None:
    (history,) = FOLDER.glob("*FollowerHistory.csv")
    followers = {row[0]: float(row[1]) for row in rows_of(history)[1:]}
    growth = followers["October 31"] / followers["October 3"] - 1
    assert kpi("follower_growth").value == pytest.approx(growth * 30 / 28, rel=0.02)
    (viewers,) = FOLDER.glob("Viewers*.csv")
    days = [row for row in rows_of(viewers)[1:] if row[0] in {f"October {d}" for d in range(4, 31)}]
    assert kpi("viewers").value == pytest.approx(sum(float(row[1]) for row in days) / len(days))
    assert kpi("territory_share").value == pytest.approx(0.83)


def holds_by_hand(finding: FindingInfo, by_hand: float) -> None:
    """The price is the product that it says, and near the plain one: chance is taken out of it."""
    price = finding.price
    assert price is not None
    gap = abs(price.target - price.value) / price.scale
    assert finding.stake == pytest.approx(gap * price.volume * price.worth * price.kept, rel=1e-3)
    assert finding.stake == pytest.approx(by_hand, rel=0.2)


@pytest.mark.parametrize("ad", [ADS[2], ADS[3]], ids=lambda ad: ad.name)
def test_a_weak_hooks_evidence_and_price_follow_from_its_rows(ad: Ad) -> None:
    key = ad.id
    sums = ad_sums(key)
    clicks, shown = sums["Clicks (destination)"], sums["Impressions"]
    finding = next(
        f for f in made().findings if f.rule == "guide/weak-hook" and f.subject.key == key
    )
    values = {one.metric: one.value for one in finding.evidence}
    assert values["ctr"] == pytest.approx(clicks / shown)
    assert values["cpc"] == pytest.approx(sums["Cost"] / clicks)
    assert sums["Cost"] / clicks * USD_RATE > 1.5
    more_clicks = (0.01 - clicks / shown) * shown
    brings = sums["Gross revenue (Shop)"] / clicks * MARGIN
    holds_by_hand(finding, more_clicks * brings * 30 / 28)


def test_the_product_pages_price_follows_from_its_rows() -> None:
    rows = rows_of(FOLDER / "product_list_20261102.xlsx")
    head = next(row for row in rows if "Product ID" in row)
    row = next(row for row in rows if PRODUCTS[7].id in row)
    clicks, orders = float(row[head.index("Product clicks")]), float(row[head.index("SKU orders")])
    gmv = float(row[head.index("GMV")].removeprefix("MX$").replace(",", ""))
    finding = next(f for f in made().findings if f.rule == "guide/low-ctor")
    assert finding.evidence[0].value == pytest.approx(orders / clicks)
    holds_by_hand(finding, (0.03 * clicks - orders) * gmv / orders * MARGIN * 30 / 31)


def in_ranges(rows: Sequence[Sequence[str]], ranges: Sequence[tuple[int, int]]) -> list[str]:
    return ["\x1f".join(row) for first, last in ranges for row in rows[first - 1 : last]]


def test_every_finding_names_the_rows_that_hold_its_subject() -> None:
    for finding in made().findings:
        assert finding.evidence
        for evidence in finding.evidence:
            if registry().vocabulary().metrics[evidence.metric].derived:
                assert not evidence.rows  # of many rows, worked out by a plugin
                continue
            rows = in_ranges(rows_of(FOLDER / evidence.file), evidence.rows)
            assert rows, finding.rule
            if finding.subject.kind != "shop":
                assert all(finding.subject.key in row for row in rows), finding.rule


@pytest.mark.parametrize("ad", [ADS[2], ADS[3], ADS[5]], ids=lambda ad: ad.name)
def test_all_rows_of_an_ad_in_the_window_are_named_and_no_other(ad: Ad) -> None:
    key = ad.id
    (path,) = FOLDER.glob("Tiktok Ads*.csv")
    rows = rows_of(path)
    expected = {
        number
        for number, row in enumerate(rows, start=1)
        if key in row and FIRST.isoformat() <= row[0] <= LAST.isoformat()
    }
    finding = next(f for f in made().findings if f.subject.key == key)
    for evidence in finding.evidence:
        named = {n for first, last in evidence.rows for n in range(first, last + 1)}
        assert named == expected


def test_a_second_run_gives_identical_bytes() -> None:
    again = document(FOLDER)
    assert reports(again) == reports(made())


def without_files(one: Document) -> Any:
    """The document without names of files, and without the order that they give."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key not in ("file", "files")}
        return [bare(item) for item in value] if isinstance(value, list) else value

    plain = bare(as_json(attrs.evolve(one, inputs=())))
    for note in plain["data_notes"]:
        note["text"] = re.sub(r"[^:;,]*\.(xlsx|csv)", "a file", note["text"])
    plain["data_notes"].sort(key=str)
    return plain


def test_other_names_of_the_files_give_the_same_plan(tmp_path: Path) -> None:
    paths = sorted(path for path in FOLDER.iterdir() if path.name != "advisor.toml")
    random.Random(7).shuffle(paths)
    shutil.copy(FOLDER / "advisor.toml", tmp_path)
    for number, path in enumerate(paths):
        shutil.copy(path, tmp_path / f"{number:02} download{path.suffix}")
    assert without_files(document(tmp_path)) == without_files(made())


def test_facts_give_the_same_plan_as_the_folder(tmp_path: Path) -> None:
    asked = request(FOLDER)
    write_facts(tmp_path / "shop.facts", gather_shop(asked, registry()))
    again = attrs.evolve(asked, paths=(str(tmp_path / "shop.facts"),))
    from_facts = compose_document(
        diagnose_gathered(gather_shop(again, registry()), again, registry())
    )
    assert render_json(from_facts) == render_json(made())
    assert read_facts(tmp_path / "shop.facts").readings


def test_the_json_report_is_the_document() -> None:
    assert json.loads(reports(made())["plan.json"]) == as_json(made())
