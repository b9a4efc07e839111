"""`advisor experiment`: what is printed, from counts and from files, and what mistakes say."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run
from tests.cli.exports import FINE, LAST, PROFILE, TODAY, WEAK
from tests.shapes import ads_manager
from tests.shapes._cells import Row

CHANGED = LAST - timedelta(days=13)
SURE = (
    "then the hoped gain is found 80% of the time, and where there is none a difference is seen "
    "5% of the time"
)
FITS = (
    "Each version needs about 29,000 ad impressions to tell CTR of 1.5% from 1.8%: about 19 days "
    "at your current pace."
)
OTHERWISE = (
    "Or before and after, with others left untouched: 12 days after the change against 12 before"
)
BETTER = "+0.48 points (+0.071 to +0.88), +31.7% (+4.15% to +66.4%); 95% confidence interval"
ADS = (WEAK, FINE, "Third", "Fourth")


def ad_rows(*, effect: float = 1.5, season: float = 1.2) -> Sequence[Row]:
    """Four ads on 28 days; the first was changed on CHANGED, when a season began for all."""
    rows: list[Row] = []
    for back in range(28):
        day = LAST - timedelta(days=back)
        late = day >= CHANGED
        for place, name in enumerate(ADS):
            clicks = 100 * (season if late else 1.0) * (effect if late and place == 0 else 1.0)
            clicks *= 1 + place / 2
            rows.append(
                {
                    "date": day,
                    "campaign_name": "Autumn",
                    "campaign_id": "1",
                    "ad_group_name": "All",
                    "ad_group_id": "2",
                    "ad_name": name,
                    "ad_id": str(31 + place),
                    "spend": 100.0,
                    "impressions": 10_000,
                    "clicks": round(clicks) + (back + place) % 5 * 6 - 12,
                    "conversions": 20,
                    "purchases": 20,
                    "revenue": 400.0 + 10 * ((back + place) % 7),
                }
            )
    return rows


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "corner"
    folder.mkdir()
    (folder / "ads.csv").write_bytes(ads_manager.daily_csv(ad_rows()))
    (folder / "advisor.toml").write_text(PROFILE + "margin = 0.5\n", encoding="utf-8")
    return folder


def told(run: Run, *words: object) -> str:
    result = asked(run, *words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def line(run: Run, words: str, *more: str) -> str:
    return told(run, *words.split(), *more)


def asked(run: Run, *words: object) -> Result:
    return run("experiment", *words, "--today", TODAY)


def test_a_plan_says_size_days_what_shows_and_what_fits(run: Run) -> None:
    said = line(run, "plan --metric ctr --now 1.5% --hoped +20% --per-day 3000")
    assert said.splitlines() == [
        "CTR: 1.5% now, 1.8% hoped (+20%)",
        "each of 2 versions needs 28,304 ad impressions",
        SURE,
        "at 3,000 ad impressions a day for all versions together: 19 days",
        "",
        "Days  Ad impressions each  CTR that shows",
        "7     10,500               at least 2.01%",
        "14    21,000               at least 1.85%",
        "30    45,000               at least 1.74%",
        "60    90,000               at least 1.66%",
        "90    135,000              at least 1.63%",
        "",
        "Proposed: side by side",
        f"  {FITS}",
        OTHERWISE,
    ]


def test_a_plan_without_a_pace_asks_for_it(run: Run) -> None:
    said = line(run, "plan --metric ctr --now 1.5% --hoped 2% --share 20%")
    assert "the present version needs 26,038 ad impressions, the other 6,510" in said
    assert said.endswith("Add --per-day N for the days, and for the design that fits the pace.\n")


def test_a_plan_as_data_has_the_same_numbers(run: Run) -> None:
    words = "plan --metric aov --now 350 --hoped 385 --cv 0.8 --arms 3 --per-day 12 --json"
    made = json.loads(line(run, words))
    assert (made["events"], made["needs"], made["days"]) == ("orders", [1_340] * 3, 335)
    assert made["design"]["kind"] == "before-after"
    assert made["spans"][0] == {"days": 7, "each": 28, "shows": pytest.approx(676.6, abs=0.1)}


def test_a_plan_takes_value_and_pace_from_the_files(run: Run, trial: Path) -> None:
    subject = told(run, "plan", trial, "--metric", "ctr", "--hoped", "+20%", "--subject", FINE)
    assert "CTR: 1.65% now, 1.98% hoped (+20%)" in subject
    assert "at 10,000 ad impressions a day" in subject

    shop = told(run, "plan", trial, "--metric", "roas", "--hoped", "+10%", "--json")
    made = json.loads(shop)
    assert made["per_day"] == pytest.approx(80)
    assert made["now"] == pytest.approx(4.3)


def test_a_plan_says_where_days_vary_more_than_chance(run: Run, tmp_path: Path) -> None:
    # Odd and even days 140 above and below their mean of 160: 28/27 x 140^2 / (160 x 0.984) = 129
    rows = [
        {**row, "clicks": 300 if place // len(ADS) % 2 else 20}
        for place, row in enumerate(ad_rows())
    ]
    (tmp_path / "ads.csv").write_bytes(ads_manager.daily_csv(rows))
    said = told(run, "plan", tmp_path, "--metric", "ctr", "--hoped", "+20%", "--subject", FINE)
    assert "Beware: its days vary 129 times as much as chance." in said


def test_a_subject_may_be_named_with_its_kind(run: Run, tmp_path: Path) -> None:
    rows = [{**row, "ad_name": "Autumn"} for row in ad_rows()]
    (tmp_path / "ads.csv").write_bytes(ads_manager.daily_csv(rows))
    words = ("plan", tmp_path, "--metric", "ctr", "--hoped", "+20%", "--subject")
    result = asked(run, *words, "Autumn")
    assert result.exit_code == 2
    assert "4 subjects are called 'Autumn': ad 31, ad 32, ad 33, ad 34; write kind and key" in (
        result.stderr
    )
    assert "CTR: 1.65% now" in told(run, *words, "ad 32")


def test_reading_says_table_verdict_and_worth(run: Run) -> None:
    words = "read --metric ctr --a 120/8000 --b 160/8100 --per-day 3000 --worth 0.5 --planned 8000"
    assert line(run, words).splitlines() == [
        "Version  destination clicks  ad impressions  CTR    95% confidence interval",
        "A        120                 8,000           1.5%   1.26–1.79%",
        "B        160                 8,100           1.98%  1.69–2.3%",
        "",
        "B is better than A",
        f"  B against A: {BETTER}",
        "  B instead of A is worth about 214 in 30 days (32 to 397)",
    ]


def test_reading_without_a_plan_warns_of_looking_often(run: Run) -> None:
    said = line(run, "read --metric ctr --a 120/8000 --b 160/8100")
    assert "Beware: read at the planned end, alike versions seem to differ 5% of the time" in said


def test_reading_before_the_planned_end_is_too_early(run: Run) -> None:
    said = line(run, "read --metric ctr --a 120/8000 --b 160/8100 --planned 20000")
    assert "too early: B and A need 12,000 more ad impressions each to the planned end" in said
    assert "better" not in said


def test_reading_says_how_much_more_would_show_a_difference(run: Run) -> None:
    said = line(run, "read --metric ctr --a 120/8000 --b 140/8100")
    assert "is shown yet; if it stays as it is, about 40,000 more ad impressions each" in said
    close = line(run, "read --metric ctr --a 120/8000 --b 121/8000")
    assert "is shown yet, and it is too close to call" in close


def test_several_versions_are_told_one_by_one(run: Run) -> None:
    words = "read --metric ctr --a 120/8000 --b 110/8000 --b 180/8000 --split 1/1/1"
    said = line(run, words)
    assert "no difference between B and A is shown yet" in said
    assert "C is better than A" in said
    assert "97.5% confidence interval" in said


def test_parts_that_were_not_planned_are_told(run: Run) -> None:
    said = line(run, "read --metric ctr --a 120/8000 --b 160/9100 --split 50/50")
    assert "Beware: the versions did not get the parts that were planned" in said


def test_money_needs_the_events_that_it_came_from(run: Run) -> None:
    said = line(run, "read --metric roas --a 1200/310/45 --b 1500/305/60 --per-day 100")
    assert "Version  revenue from ads  ad spend  purchases  ROAS" in said
    assert "B instead of A is worth about 3,140 in sales in 30 days (-4,460 to 10,800)" in said


def test_reading_as_data_has_no_infinity(run: Run) -> None:
    words = "read --metric cpc --a 300/0 --b 200/100 --b 200/90 --json"
    made = json.loads(line(run, words))
    assert made["versions"][0] == {
        "name": "A",
        "numerator": 300,
        "denominator": 0,
        "events": 0,
        "value": None,
        "low": 0,
        "high": None,
    }
    assert [one["verdict"] for one in made["results"]] == ["early", "early"]


def test_subjects_of_one_export_are_compared(run: Run, trial: Path) -> None:
    said = told(run, "read", trial, "--metric", "ctr", "--subject-a", "31", "--subject-b", FINE)
    assert f"{FINE} is better than {WEAK}" in said
    assert f"{FINE} instead of {WEAK} is worth about" in said
    assert "USD" not in said
    assert "in margin in 30 days" in said
    assert "Beware: unless chance divided people among these versions" in said


def test_whole_exports_are_compared(run: Run, trial: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "ads.csv").write_bytes(ads_manager.daily_csv(ad_rows(effect=4.0)))
    said = told(run, "read", "--metric", "ctr", "--a", trial, "--b", other)
    assert "B is better than A" in said
    both = told(run, "read", "--metric", "ctr", "--a", trial, "--b", "160/8100")
    assert "B        160" in both


def test_before_and_after_are_told_without_the_season(run: Run) -> None:
    words = (
        "read --metric ctr --before 1000/90000 --after 1600/91000 "
        "--control-before 3000/200000 --control-after 3100/210000"
    )
    said = line(run, words)
    assert said.startswith("the change of it helped\n")
    assert "the untouched changed by -1.59%, so 1.09% was to be expected" in said
    assert "the change made +60.8% (" in said
    made = json.loads(line(run, words, "--json", "--per-day", "1000", "--worth", "2"))
    assert made["verdict"] == "better"
    assert made["effect"]["value"] == pytest.approx(1.608, abs=0.001)
    assert made["worth"]["value"] == pytest.approx(30 * 2_000 * (made["after"] - made["expected"]))


def test_before_and_after_are_read_from_daily_files(run: Run, trial: Path) -> None:
    words = ("read", trial, "--metric", "ctr", "--subject", WEAK, "--changed", CHANGED)
    said = told(run, *words)
    assert said.startswith(
        f"{WEAK}: 2026-10-18 to 2026-10-31, against the 14 days before, and 3 untouched of its kind"
    )
    assert f"the change of {WEAK} helped" in said
    effect = json.loads(told(run, *words, "--json"))
    assert effect["untouched"] == pytest.approx(1.2, abs=0.01)
    assert effect["effect"]["value"] == pytest.approx(1.5, abs=0.05)
    assert effect["effect"]["low"] > 1

    one = json.loads(told(run, *words, "--json", "--control", "Third", "--days", "7"))
    assert one["wander"] is None
    assert one["effect"]["value"] == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "plan --metric ctrr --now 1% --hoped 2%",
            "--metric: unknown metric 'ctrr'; did you mean 'ctr'?",
        ),
        (
            "plan --metric violations --now 1 --hoped 2",
            "--metric: violations is counted, not a ratio that versions can be compared by",
        ),
        ("plan --metric ctr --hoped 2%", "--now: the present value is not known"),
        ("plan --metric ctr --now 2% --hoped 2%", "--hoped: the hoped value is no other than"),
        ("plan --metric ctr --now 1.5 --hoped 2%", "CTR is at most 100 %, not 1.5; write 1.5%"),
        ("plan --metric ctr --now 1% --hoped 2% --power 1.2", "--power: '1.2' is no part"),
        ("plan --metric ctr --now 1% --hoped 2% --subject x", "--subject: a subject needs a PATH"),
        (
            "plan --metric ctr --now 1% --hoped 2% --share 20% --arms 3",
            "--share: more than two versions are shared evenly",
        ),
        ("read --metric ctr --b 160/8100", "--a: a test has two versions"),
        ("read --metric ctr --a 160/8100", "--b: a test has two versions"),
        ("read --metric ctr --a 160/80 --b 1/x", "command line: 2 mistakes"),
        (
            "read --metric ctr --a 160/80 --b 16/80",
            "--a: 160/80: of 80 ad impressions there cannot be 160 destination clicks",
        ),
        ("read --metric ctr --a 1/9 --b 2/9 --split 1/1/1", "--split: '1/1/1' is no split among 2"),
        (
            "read --metric roas --a 1/9/1 --b 2/9/1 --split 1/1",
            "--split: ad spend is given, not shared by chance",
        ),
        ("read --metric ctr --a 1/9 --b 2/9 --worth 3", "--worth: a price needs a pace"),
        ("read --metric ctr --a 1/9 --b 2/9 --per-day 3", "--per-day: what one more of CTR brings"),
        ("read --metric ctr --a 1/9 --b 2/9 --days 3", "--days: goes with --changed"),
        ("read --metric ctr --before 1/9 --after 2/9", "--control-before: before and after need"),
        ("read --metric ctr --before 1/9 --a 2/9", "--a: says nothing of before and after"),
        ("read --metric ctr --subject x", "a change needs PATH and --changed too"),
        ("read --metric ctr --subject-a x", "subjects need PATH and --subject-b too"),
        ("read --metric ctr --subject-a x --a 1/2", "versions are counts or subjects, not both"),
        ("read . --metric ctr --a 1/9 --b 1/9", "PATH: counts and a PATH do not go together"),
    ],
)
def test_a_mistake_says_where_and_what_to_do(run: Run, line: str, said: str) -> None:
    result = asked(run, *line.split())
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--subject-a", "Logo frist", "--subject-b", "32"),
            f"--subject-a: unknown subject 'Logo frist'; did you mean '{WEAK}'?",
        ),
        (("--subject-a", "31", "--subject-b", WEAK), "cannot be compared with itself"),
        (
            ("--subject", WEAK, "--changed", "2026-11-01"),
            "--changed: the files end on 2026-10-31, before the change; add newer exports",
        ),
        (
            ("--subject", WEAK, "--changed", "2026-10-30", "--days", "7"),
            "--days: the files have 2 days from 2026-10-30 on, not 7; wait, or ask for fewer days",
        ),
        (
            ("--subject", WEAK, "--changed", "2026-10-18", "--control", "31"),
            "--control: what was changed cannot be its own control",
        ),
    ],
)
def test_a_mistake_about_the_files_says_what_they_have(
    run: Run, trial: Path, words: tuple[str, ...], said: str
) -> None:
    result = asked(run, "read", trial, "--metric", "ctr", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_counts_that_no_file_has_name_the_exports(run: Run, trial: Path) -> None:
    result = asked(run, "plan", trial, "--metric", "ctor", "--hoped", "+10%")
    assert result.exit_code == 2
    assert "together; `advisor metrics show ctor` lists the exports that do" in result.stderr


def test_names_in_the_files_cannot_write_to_the_terminal(run: Run, tmp_path: Path) -> None:
    rows = [
        {**row, "ad_name": "\x1b[31mred" if row["ad_id"] == "31" else row["ad_name"]}
        for row in ad_rows()
    ]
    folder = tmp_path / "corner"
    folder.mkdir()
    (folder / "ads.csv").write_bytes(ads_manager.daily_csv(rows))
    said = told(run, "read", folder, "--metric", "ctr", "--subject-a", "31", "--subject-b", "32")
    assert "red" in said
    assert "\x1b" not in said


def test_the_same_command_says_the_same(run: Run, trial: Path) -> None:
    words = ("read", trial, "--metric", "ctr", "--subject", "31", "--changed", date(2026, 10, 18))
    assert told(run, *words) == told(run, *words)
