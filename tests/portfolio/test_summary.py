"""What is said across shops: money once, patterns beyond chance, benchmarks without a face."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from advisor.errors import AdvisorError, Mistakes
from advisor.ingest import write_outputs
from advisor.model import ENGLISH, band_file, check_bands
from advisor.plugin import load_plugins
from advisor.portfolio import (
    Dataset,
    Expectation,
    Filter,
    bands_of,
    check_filter,
    linked,
    make_index,
    read_expectations,
)
from advisor.portfolio.dataset import TABLES, Block
from advisor.portfolio.summary import lessons, patterns, rolled_up, summary_table
from advisor.report import Index

DAY = date(2026, 11, 2)
VOCABULARY = load_plugins().vocabulary()


def dataset(
    root: Path,
    *,
    language: str | None = None,
    blocks: int = 1,
    **rows: Iterable[Mapping[str, object]],
) -> Dataset:
    """A finished run with these rows, dealt out to *blocks*."""
    made, done = Dataset(root), []
    for number in range(blocks):
        frames = {
            name: pl.DataFrame(
                [{**dict.fromkeys(schema), **row} for row in [*rows.get(name, ())][number::blocks]],
                schema=schema,
            )
            for name, schema in TABLES.items()
        }
        name = f"{number:05}"
        made.write_tables(name, frames)
        done.append(Block(name, "", (), (name,)))
        made.finish_block(done[-1])
    about = {"options": {"today": "2026-11-02", "language": language}, "shops": None}
    made.publish(made.draft(done, about).manifest())
    return made


def shop(number: int, **more: object) -> dict[str, object]:
    return {"shop": f"s{number:03}", "folder": f"s{number:03}", "tags": [], "kinds": [], **more}


def outcome(number: int, rule: str, *, fires: bool) -> dict[str, object]:
    return {"shop": f"s{number:03}", "rule": rule, "fires": int(fires), "clear": int(not fires)}


def test_money_is_rolled_up_by_currency_and_a_shop_counts_once(tmp_path: Path) -> None:
    profit = [{"what": "margin", "low": 1.0, "mid": 100.0, "high": 200.0}]
    shops = [
        shop(1, currency="USD", total=profit),
        shop(2, currency="EUR", total=profit),
        shop(3, currency="USD", total=profit),
    ]
    twice = [*shops, {**shops[0], "folder": "copy"}]
    made = rolled_up(summary_table(dataset(tmp_path, shops=twice)), ENGLISH)
    assert [(one.currency, one.mid, one.shops) for one in made] == [
        ("USD", 200.0, 2),
        ("EUR", 100.0, 1),
    ]


def test_the_sum_of_money_is_the_same_in_any_order(tmp_path: Path) -> None:
    gains = (0.1, 1e16, 0.3, -1e16, 0.7)
    shops = [
        shop(n, currency="USD", total=[{"what": "margin", "mid": mid}])
        for n, mid in enumerate(gains)
    ]
    table = summary_table(dataset(tmp_path, shops=shops))
    assert rolled_up(table, ENGLISH) == rolled_up(table.reverse(), ENGLISH)


def test_there_is_an_index_where_no_shop_has_a_plan(tmp_path: Path) -> None:
    made = dataset(tmp_path, shops=[shop(1, problem="no such niche", problem_kind="settings")])
    index, files = make_index(made, load_plugins(), DAY, plans={}, whole=True)
    assert (len(index.shops), [one.id for one in index.failed]) == (0, ["s001"])
    assert "no such niche" in str(files["index.md"])


def test_the_index_links_plans_from_wherever_it_lies(tmp_path: Path) -> None:
    none = {"name": "", "critical": 0, "findings": 0, "actions": 0, "engine": "durable 2"}
    made = dataset(tmp_path / "out", shops=[shop(n, **{**none, "findings": n}) for n in (1, 2)])
    plans = {"s001": {"of": "00000-5f2e", "files": ["plan.html"]}}
    made.publish({**made.manifest(), "plans": plans})
    for place, where in ((tmp_path / "out", "plans"), (tmp_path / "ana", "../out/plans")):
        index, files = make_index(made, load_plugins(), DAY, plans=linked(made, place))
        assert [(one.rank, one.folder, one.page) for one in index.shops] == [
            (1, "", ""),
            (2, f"{where}/s001", f"{where}/s001/plan.html"),
        ]
        assert [index.shops[-1], *index.shops[:1]] == [*index.shops][::-1]
        assert json.loads(files["index.json"])["shops"][1]["id"] == "s001"


def test_a_finding_that_is_new_in_many_shops_at_once_is_a_pattern(tmp_path: Path) -> None:
    numbers = range(40)
    rules = [f"guide/r{rule}" for rule in range(10)]
    beauty = [number for number in numbers if number % 2]
    made = dataset(
        tmp_path,
        shops=[shop(n, niche="beauty" if n % 2 else "tech") for n in numbers],
        outcomes=[outcome(n, rule, fires=False) for n in numbers for rule in rules],
        changes=[
            {"shop": f"s{n:03}", "rule": "guide/r1", "change": "new", "reason": "shop"}
            for n in beauty[:7]
        ]
        + [
            {"shop": f"s{n:03}", "rule": "guide/r2", "change": "unchanged", "reason": ""}
            for n in numbers
        ],
    )
    found = patterns(made, summary_table(made))
    assert {(one.kind, one.rule) for one in found} == {("new", "guide/r1")}
    assert ("beauty", 7, 20) in {(one.group, one.shops, one.of) for one in found}


def test_patterns_of_shops_in_many_files_are_those_of_one(tmp_path: Path) -> None:
    """Also where two shops have one id and lie in two files: they count once."""
    numbers = [*range(40), 1]
    rows: dict[str, Any] = {
        "shops": [shop(n, niche="beauty" if n % 2 else "tech") for n in numbers],
        "outcomes": [outcome(n, "guide/r1", fires=bool(n % 2)) for n in numbers],
        "changes": [
            {
                "shop": f"s{n:03}",
                "rule": "guide/r1",
                "change": "new" if n < 9 else "",
                "reason": "shop",
            }
            for n in numbers
        ],
    }
    one, many = (dataset(tmp_path / str(n), blocks=n, **rows) for n in (1, 41))
    found = patterns(one, summary_table(one))
    assert {(each.kind, each.shops, each.of) for each in found} >= {("common", 20, 20)}
    assert patterns(many, summary_table(many)) == found


def test_what_chance_explains_is_no_pattern(tmp_path: Path) -> None:
    numbers = range(40)
    made = dataset(
        tmp_path,
        shops=[shop(n, niche="beauty" if n % 2 else "tech") for n in numbers],
        outcomes=[outcome(n, "guide/r1", fires=n % 4 < 2) for n in numbers],
    )
    assert not patterns(made, summary_table(made))


def test_the_best_shops_are_compared_with_others_of_their_kind(tmp_path: Path) -> None:
    numbers = range(24)
    made = dataset(
        tmp_path,
        shops=[
            shop(n, niche="tech", size="mid", region="US", currency="USD", usd_rate=1.0)
            for n in numbers
        ],
        kpis=[{"shop": f"s{n:03}", "metric": "gmv", "value": 1000.0 + n} for n in numbers]
        + [
            {"shop": f"s{n:03}", "metric": "ctor", "value": 0.05 if n >= 18 else 0.01 + n / 1e4}
            for n in numbers
        ]
        + [{"shop": f"s{n:03}", "metric": "ctr", "value": n * 7 % 24 / 1e3} for n in numbers],
    )
    (lesson,) = lessons(made, summary_table(made), VOCABULARY, ENGLISH)
    assert (lesson.metric, lesson.best, lesson.shops) == ("ctor", 6, 24)
    assert (lesson.cell, lesson.theirs_text) == ("tech, mid, US", "5%")


def test_shops_of_two_currencies_are_not_compared(tmp_path: Path) -> None:
    """Where the region is not known, they may be in one cell."""
    numbers = range(24)
    made = dataset(
        tmp_path,
        shops=[
            shop(n, niche="tech", currency=("USD", "IDR", None)[n % 3], usd_rate=None)
            for n in numbers
        ],
        kpis=[
            {
                "shop": f"s{n:03}",
                "metric": metric,
                "value": (1.0, 16_000.0, 1.0)[n % 3] * (1 + n * 7 % 8 / 10),
            }
            for n in numbers
            for metric in ("gmv", "aov")
        ],
    )
    found = lessons(made, summary_table(made), VOCABULARY, ENGLISH)
    assert not [one for one in found if one.metric != "aov"]
    assert all(one.theirs / one.others < 2 for one in found)


def test_a_shop_that_lacks_what_most_give_is_named_and_filters_hold(tmp_path: Path) -> None:
    made = dataset(
        tmp_path,
        shops=[
            shop(1, kinds=["Ads", "Videos"], owner="Ana", tags=["north"]),
            shop(2, kinds=["Ads", "Videos"], owner="Ben"),
            shop(3, kinds=["Ads"], owner="Ana"),
        ],
    )
    table = summary_table(made)
    assert table["lacks"].to_list() == [[], [], ["Videos"]]
    assert Filter(owner="Ana").of(table)["shop"].to_list() == ["s001", "s003"]
    assert Filter(owner="Ana", tag="north").of(table)["shop"].to_list() == ["s001"]


def test_an_index_of_one_owner_tells_nothing_of_the_shops_of_others(tmp_path: Path) -> None:
    none = {"name": "", "critical": 0, "findings": 0, "actions": 0, "engine": "durable 2"}
    bens = [shop(n, owner="Ben", niche="beauty" if n % 2 else "tech", **none) for n in range(40)]
    lost = {"problem": "no data", "problem_kind": "unreadable"}
    made = dataset(
        tmp_path,
        shops=[
            *bens,
            {**bens[0], "folder": "copy"},
            {**shop(50, owner="Ben"), "shop": None, **lost},
            shop(60, owner="Ana", **none),
            {**shop(61, owner="Ana"), "shop": None, **lost},
        ],
        outcomes=[outcome(n, "guide/weak-hook", fires=bool(n % 2)) for n in range(40)],
    )

    def index(owner: str) -> Index:
        only = Filter(owner=owner)
        index, files = make_index(made, load_plugins(), DAY, plans={}, only=only)
        write_outputs({tmp_path / owner / name: text for name, text in files.items()})
        return index

    hers, his = index("Ana"), index("Ben")
    assert [one.id for one in hers.shops] == ["s060"]
    assert [one.id for one in hers.failed] == ["s061"]
    assert (hers.patterns, hers.notes) == ((), ())
    assert [one.id for one in his.failed] == ["s050"]
    assert {one.check for one in his.patterns} == {"Ads get enough clicks at the target cost"}
    text = (tmp_path / "Ben" / "index.md").read_text(encoding="utf-8")
    assert f"Check failed: “{his.patterns[0].check}” (guide/weak-hook)" in text
    assert len(his.notes) == 1


def test_the_index_as_a_workbook_is_in_the_language_of_the_run(tmp_path: Path) -> None:
    none = {"name": "", "critical": 0, "findings": 0, "actions": 0, "engine": "durable 2"}
    made = dataset(tmp_path, language="es", shops=[shop(1, **none)])
    _, files = make_index(made, load_plugins(), DAY, plans={}, whole=True)
    write_outputs({tmp_path / "index.xlsx": files["index.xlsx"]})
    book = openpyxl.load_workbook(tmp_path / "index.xlsx")
    assert "Mejores tiendas" in book.sheetnames
    assert "Tienda" in [cell.value for cell in book.worksheets[0][1]]


def test_benchmarks_are_of_twenty_shops_at_least_and_can_be_used(tmp_path: Path) -> None:
    def kpis(many: int) -> list[dict[str, object]]:
        return [
            {"shop": f"s{n:03}", "metric": metric, "value": 0.01 + n / 1000}
            for n in range(many)
            for metric in ("ctr", "cpc")
        ]

    shops = [
        shop(n, niche="health-wellness", size="mid", region="US" if n < 20 else "MX", usd_rate=0.5)
        for n in range(30)
    ]
    text = bands_of(dataset(tmp_path / "many", shops=shops, kpis=kpis(30)), VOCABULARY)
    file = band_file(text, where="bands.toml")
    check_bands(file, VOCABULARY)
    cells = {(one.metric, one.where.niche, one.where.region) for one in file.band}
    assert ("ctr", "health-wellness", "US") in cells
    assert all("MX" not in str(cell) for cell in cells)
    assert {one.usd for one in file.band if one.metric == "cpc"} == {True}
    with pytest.raises(AdvisorError, match="20 shops"):
        bands_of(dataset(tmp_path / "few", shops=shops, kpis=kpis(19)), VOCABULARY)


def test_expectations_name_the_shops_that_break_them(tmp_path: Path) -> None:
    made = dataset(
        tmp_path / "out",
        shops=[shop(1, tags=["beauty"]), shop(2, tags=["beauty"]), shop(3)],
        kpis=[{"shop": f"s{n:03}", "metric": "roas", "value": float(n)} for n in (1, 2, 3)],
    )
    path = tmp_path / "expect.toml"
    path.write_text('[[expect]]\ntags = ["beauty"]\nmetric = "roas"\nat-least = 2\n')
    (one,) = read_expectations(path, VOCABULARY.metrics)
    assert one.broken_in(made.table("kpis"), made.table("shops"))["shop"].to_list() == ["s001"]
    assert [one.is_of(["beauty"]), one.is_of([]), one.broken(1.9)] == [True, False, True]
    vain = Expectation("gmv", ("beuaty",), at_most=1.0)
    assert vain.vain_in(made.table("kpis"), made.table("shops")) == [
        "unknown tag 'beuaty'; did you mean 'beauty'?",
        "no shop has a value of gmv among its KPIs",
    ]
    path.write_text(
        '[[expect]]\nmetric = "raos"\nat-leest = 2\n[[expect]]\nmetric = "roas"\ntags = "a"\n'
        '[[expect]]\nmetric = "roas"\nat-least = 3\nat-most = 1\n'
        '[[expect]]\nmetric = "ctr"\nat-most = nan\n[[expct]]\n'
    )
    with pytest.raises(Mistakes) as told:
        read_expectations(path, VOCABULARY.metrics)
    assert len(told.value.mistakes) == 6
    path.write_text('[[expect]]\nmetric = "raos"\n')
    with pytest.raises(Mistakes, match="did you mean 'roas'"):
        read_expectations(path, VOCABULARY.metrics)


def test_a_filter_that_no_shop_meets_names_the_nearest(tmp_path: Path) -> None:
    shops = [shop(1, owner="Ana", tags=["beauty"]), shop(2, owner="Ben")]
    made = dataset(tmp_path / "out", shops=shops)
    check_filter(made, Filter(owner="Ana", tag="beauty"))
    for only, nearest in ((Filter(owner="ana"), "Ana"), (Filter(tag="beuaty"), "beauty")):
        with pytest.raises(AdvisorError, match=f"did you mean '{nearest}'"):
            check_filter(made, only)
