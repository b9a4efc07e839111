"""A broken file is one clear line that names it, and the rest of the folder is read."""

import csv
import io
import os
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli import main
from advisor.document import Document
from advisor.errors import AdvisorError, NothingReadable
from advisor.ingest.files import find_files
from advisor.model.reading import File, Note
from tests.cli.exports import ad_days, ads_file
from tests.end_to_end.bad_files import (
    compound_file,
    encrypted_workbook,
    html_table,
    old_workbook,
    zip_of,
)
from tests.end_to_end.runs import document, notes
from tests.shapes import Row, ads_manager, seller_center

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
ADS = ads_manager.daily_csv(ad_days(weak=True))
LINES = ADS.decode("utf-8-sig").split("\n")
HEADER = LINES[0].split(",")
PRODUCT: Row = {
    "product_name": "Lip balm",
    "product_id": "1735210048812760001",
    "gmv": 900.0,
    "orders": 90,
    "sku_orders": 90,
    "product_clicks": 10_000,
    "product_impressions": 100_000,
}
PRODUCTS = seller_center.product_list([PRODUCT], FIRST, LAST)


def with_cell(column: str, value: str, row: int = 1) -> bytes:
    """The ads with another value in one cell; row 0 is the header."""
    rows = list(csv.reader(LINES))
    rows[row][rows[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def problem(made: Document, file: str) -> str | None:
    return next(one.problem for one in made.inputs if one.file == file)


def kpis(made: Document) -> Mapping[str, float | None]:
    return {one.metric: one.value for one in made.kpis}


EMPTY = "the file is empty; export it again"
CUT_OFF = "cut off"
UNKNOWN = "is an unrecognized file"

BROKEN = {
    "empty.csv": (b"", EMPTY),
    "blank.csv": (b"\n\n  \n", EMPTY),
    "only-a-mark.csv": (b"\xef\xbb\xbf", EMPTY),
    "colours.csv": (b"Color,Shape\nred,round\n", UNKNOWN),
    "no-cost.csv": (
        "\n".join([",".join(name for name in HEADER if name != "Cost"), "a,b"]).encode(),
        f"{UNKNOWN}; nearest: Ads Manager report, but without Cost",
    ),
    "truncated.xlsx": (PRODUCTS[: len(PRODUCTS) // 2], CUT_OFF),
    "rubbish.xlsx": (b"PK\x03\x04" + random.Random(2).randbytes(5000), CUT_OFF),
    "password.xlsx": (
        encrypted_workbook(),
        "the workbook is protected by a password; open it, remove the password and save it again",
    ),
    "page.xls": (
        html_table(("Product ID", "GMV"), ("1", "2")),
        ("this is a web page (HTML), although it is named like a table; open it in a spreadsheet "
        "and save it as .xlsx or .csv"),
    ),
    "old.xls": (
        old_workbook(),
        "this is an old Excel file (.xls); open it in a spreadsheet and save it as .xlsx or .csv",
    ),
    "rubbish.csv": (
        random.Random(1).randbytes(5000),
        "this is neither a table nor JSON; give a .csv, .xlsx or .json export",
    ),
    "half.json": (
        b'{"a": 1',
        (
            "not valid JSON: Expecting ',' delimiter in line 1, column 8; "
            "save the whole answer of the API again"
        ),
    ),
    "deep.json": (
        b"[" * 100_000,
        "this JSON is nested too deeply to be an export; give the answer of the API as it came",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    content, expected = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    ads_file(tmp_path)

    made = document(tmp_path)

    told = problem(made, name)
    assert told is not None
    assert expected in told
    assert "\n" not in told
    assert kpis(made)["ctr"] == pytest.approx(6440 / 560_000)


def test_a_zip_that_is_named_like_a_workbook_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "archive.xlsx").write_bytes(zip_of("readme.txt", b"hello"))
    ads_file(tmp_path)

    made = document(tmp_path)

    (read,) = (one for one in made.inputs if one.file.startswith("archive.xlsx"))
    assert read.problem


def test_a_container_without_known_streams_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "thumbs.xls").write_bytes(compound_file("Catalog"))
    ads_file(tmp_path)

    made = document(tmp_path)

    assert problem(made, "thumbs.xls")


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def call(*words: object) -> Result:
        args = [*map(str, words), "--today", "2026-11-02"]
        return CliRunner().invoke(main, args, catch_exceptions=False)

    return call


def test_a_folder_with_nothing_known_says_what_was_nearest_and_what_it_lacked(
    tmp_path: Path, run: Run
) -> None:
    (tmp_path / "no-cost.csv").write_bytes(BROKEN["no-cost.csv"][0])
    (tmp_path / "empty.csv").touch()

    result = run("diagnose", tmp_path)

    assert result.exit_code == 3
    assert f"no-cost.csv: {BROKEN['no-cost.csv'][1]}" in result.output
    assert f"empty.csv: {EMPTY}" in result.output
    assert "Traceback" not in result.output


def test_an_empty_folder_is_said(tmp_path: Path, run: Run) -> None:
    result = run("diagnose", tmp_path)

    assert result.exit_code == 3
    assert "no files to read" in result.output


def test_a_header_without_rows_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text(LINES[0] + "\n", encoding="utf-8")
    ads_file(tmp_path)

    made = document(tmp_path)

    assert notes(made, "no-rows") == ["none.csv: the file has a header and no rows of data"]
    assert kpis(made)["ctr"] == pytest.approx(6440 / 560_000)


def test_a_header_without_rows_alone_gives_a_plan_without_findings(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text(LINES[0] + "\n", encoding="utf-8")

    made = document(tmp_path)

    assert made.findings == ()
    assert made.healthy == ()


def test_the_first_of_two_equal_headers_is_read_and_that_is_said(tmp_path: Path) -> None:
    lines = [
        line + ("," + ("Cost" if i == 0 else "7") if line else "") for i, line in enumerate(LINES)
    ]
    (tmp_path / "ads.csv").write_text("\n".join(lines), encoding="utf-8")

    made = document(tmp_path)

    (note,) = notes(made, "repeated-header")
    assert note == "ads.csv: several columns are called “Cost”; the first is read"
    assert kpis(made)["cpc"] == pytest.approx(5600 / 6440)


@pytest.mark.parametrize("value", ["inf", "-inf", "NaN", "many", "9" * 400])
def test_what_is_no_number_is_not_known_and_said(tmp_path: Path, value: str) -> None:
    (tmp_path / "ads.csv").write_bytes(with_cell("Impressions", value))

    made = document(tmp_path)

    (note,) = notes(made, "unreadable-cell")
    assert note.startswith("ads.csv: “Impressions” has 1 cell that isn't a number")
    without = 560_000 - 10_000
    rate = kpis(made)["ctr"]
    assert rate in (pytest.approx((6440 - 30) / without), pytest.approx((6440 - 200) / without))


@pytest.mark.parametrize(
    "column", ["Cost", "Impressions", "Clicks (destination)", "Purchases (Shop)"]
)
def test_a_negative_count_is_not_known_and_said(tmp_path: Path, column: str) -> None:
    (tmp_path / "ads.csv").write_bytes(with_cell(column, "-5000"))

    made = document(tmp_path)

    (note,) = notes(made, "negative-count")
    assert note.startswith(f"ads.csv: “{column}” is negative in 1 row (row 2)")
    assert all(value is None or value >= 0 for value in kpis(made).values())


def test_other_currencies_are_read_for_their_counts_only(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_bytes(ADS)
    (tmp_path / "ads-mx.csv").write_bytes(
        ads_manager.daily_csv(
            [{**row, "ad_id": f"9{row['ad_id']}"} for row in ad_days(weak=True)], currency="MXN"
        )
    )
    (tmp_path / "advisor.toml").write_text('[shop]\nid = "a"\ncurrency = "USD"\n', encoding="utf-8")

    made = document(tmp_path)

    (note,) = notes(made, "mixed-currencies")
    assert note.startswith("ads-mx.csv: has amounts in MXN, but your shop's currency is USD")
    assert kpis(made)["cpc"] == pytest.approx(5600 / 6440)
    assert kpis(made)["ctr"] == pytest.approx(2 * 6440 / 1_120_000)


def test_ids_that_a_spreadsheet_ruined_are_replaced_by_names(tmp_path: Path) -> None:
    text = "\n".join(LINES).replace(",31,", ",1.84771E+15,").replace(",32,", ",1.84771E+15,")
    (tmp_path / "ads.csv").write_text(text, encoding="utf-8")

    made = document(tmp_path)

    assert len(notes(made, "ids-ruined")) == 1
    assert {f.subject.name for f in made.findings} == {"Logo first"}


def test_two_downloads_of_the_same_days_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "monday.csv").write_bytes(ads_manager.daily_csv(ad_days(weak=True, days=20)))
    (tmp_path / "tuesday.csv").write_bytes(ADS)

    made = document(tmp_path)

    (note,) = notes(made, "overlap")
    assert "40 rows skipped" in note
    assert kpis(made) == kpis(document(tmp_path / "tuesday.csv"))


def test_the_same_file_under_two_names_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_bytes(ADS)
    (tmp_path / "ads (1).csv").write_bytes(ADS)

    made = document(tmp_path)

    assert notes(made, "duplicate-file") == ["ads.csv: skipped: it is the same file as ads (1).csv"]
    assert len(made.inputs) == 1
    assert kpis(made) == kpis(document(tmp_path / "ads.csv"))


def test_ads_and_their_campaigns_are_never_added_up(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_bytes(ADS)
    campaign: Row = {
        "campaign_name": "Autumn",
        "campaign_id": "1",
        "spend": 5600.0,
        "impressions": 560_000,
        "clicks": 6440,
        "conversions": 1120,
    }
    (tmp_path / "campaigns.xlsx").write_bytes(
        ads_manager.table_xlsx([campaign], level="campaign", currency="USD")
    )

    made = document(tmp_path)

    alone = kpis(document(tmp_path / "ads.csv"))
    assert {name: kpis(made)[name] for name in alone} == pytest.approx(alone)
    assert {finding.subject.kind for finding in made.findings} == {"ad"}


def test_a_file_that_vanishes_while_others_are_read_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ads_file(tmp_path)
    gone = ads_file(tmp_path, weak=False, name="gone.csv")

    def find_and_remove(paths: Iterable[Path | str]) -> tuple[list[File], list[Note]]:
        found = find_files(paths)
        gone.unlink()
        return found

    monkeypatch.setattr("advisor.ingest.gathering.find_files", find_and_remove)
    made = document(tmp_path)

    assert str(problem(made, "gone.csv")).startswith("disappeared while it was read")
    assert kpis(made)["ctr"] == pytest.approx(6440 / 560_000)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_note(tmp_path: Path) -> None:
    ads_file(tmp_path)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    try:
        made = document(tmp_path)
    finally:
        locked.chmod(0o700)

    assert notes(made, "unreadable") == ["locked: can't be opened: permission denied"]


def refused(folder: Path) -> AdvisorError:
    with pytest.raises(AdvisorError) as caught:
        document(folder)
    assert not isinstance(caught.value, NothingReadable)
    assert caught.value.exit_code == 2
    return caught.value


def test_unknown_keys_and_impossible_values_are_named_all_at_once(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "advisor.toml").write_text(
        """[shop]
colour = "red"
size = "tiny"
margin = 45
usd_rate = -1
currency = "dollar"
[goals]
focus = "sales"
[bands.ctr]
low = 3
high = 1
""",
        encoding="utf-8",
    )

    assert str(refused(tmp_path)) == (
        "advisor.toml: 7 mistakes\n"
        "  shop: unknown key 'colour'; known: currency, id, margin, name, niche, owner, region, "
        "size, tags, timezone, usd_rate\n"
        "  unknown key 'goals'; did you mean 'goal'?\n"
        "  shop.size: unknown size 'tiny'; known: enterprise, mid, small\n"
        "  shop.currency: 'dollar' is no currency code; write three capital letters, like USD\n"
        "  shop.usd_rate: -1 cannot be; it is what one unit of the currency is in US dollars\n"
        "  shop.margin: 45 is no share of revenue; write 45 % as 0.45\n"
        "  bands.ctr: low 3 lies above high 1"
    )


def test_unknown_names_are_named_all_at_once(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "advisor.toml").write_text(
        '[shop]\nniche = "fashon"\n[goal]\nfocus = "salez"\n[bands.ctrr]\nlow = 1\n',
        encoding="utf-8",
    )

    assert str(refused(tmp_path)) == (
        "advisor.toml: 3 mistakes\n"
        "  shop.niche: unknown niche 'fashon'; did you mean 'fashion-beauty'?\n"
        "  goal.focus: unknown goal 'salez'; did you mean 'sales'?\n"
        "  bands.ctrr: unknown metric 'ctrr'; did you mean 'ctr'?"
    )


def test_a_disabled_rule_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "advisor.toml").write_text(
        '[rules]\ndisable = ["guide/weak-hok"]\n', encoding="utf-8"
    )

    assert str(refused(tmp_path)) == (
        "advisor.toml: 1 mistake\n"
        "  rules.disable: unknown rule 'guide/weak-hok'; did you mean 'guide/weak-hook'?"
    )


FIVE_MISTAKES = """
id       = "own"
subject  = "adv"
goal     = "adz"
severity = "urgent"
colour   = "red"

[when]
ctrr = "low"

[says]
healthy = "Fine"
finding = "Not fine"
why     = "Because"

[[action]]
lever     = "creative.hook"
direction = "change"
do        = "Do it"
steps     = ["One", "Two"]
owner     = "creative"
effort    = 4
done      = { ctr = ["good", "high"] }
"""


def test_a_rule_file_with_five_mistakes_names_all_five(tmp_path: Path) -> None:
    shop = ads_file(tmp_path / "shop").parent
    (shop / "advisor.toml").write_text('[rules]\npaths = ["rules"]\n', encoding="utf-8")
    rules = shop / "rules"
    rules.mkdir()
    (rules / "own.toml").write_text(FIVE_MISTAKES, encoding="utf-8")

    message = str(refused(shop))

    for mistake in ("'adv'", "'adz'", "'urgent'", "'colour'", "'ctrr'"):
        assert message.count(mistake) == 1, message
    assert message.startswith("rule pack 'rules': 5 mistakes\n")
    assert message.count("own.toml: ") == 5


def test_nothing_of_a_broken_run_is_left_behind(tmp_path: Path, run: Run) -> None:
    shop = tmp_path / "shop"
    ads_file(shop)
    (shop / "advisor.toml").write_text("[shop\n", encoding="utf-8")

    result = run("diagnose", shop)

    assert result.exit_code == 2
    assert sorted(path.name for path in shop.iterdir()) == ["ads.csv", "advisor.toml"]
