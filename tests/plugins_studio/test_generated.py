"""TikTok Studio's downloads with made-up numbers, and what is computed from them."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from advisor.model.reading import Period, Reading
from advisor_tiktok_studio import advisor_metrics
from advisor_tiktok_studio.followers import steady_paces
from tests.blocks import block
from tests.plugins_shop.reads import CONTEXT, read, sums, table_of, written
from tests.shapes import Form, Row, studio

DAYS: tuple[Row, ...] = (
    {"date": date(2026, 10, 13), "views": 900, "profile_views": 40, "likes": 50, "comments": 3},
    {"date": date(2026, 10, 14), "views": 700, "profile_views": 30, "likes": 20, "shares": 2},
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_overview_is_the_account_by_day(form: Form, tmp_path: Path) -> None:
    reading = read(written(tmp_path, f"Overview.{form}", studio.overview(DAYS, form=form)))
    table = table_of(reading, "account")
    assert reading.kind == "studio-overview"
    assert sums(table) == {
        "views": 1600,
        "profile_views": 70,
        "likes": 70,
        "comments": 3,
        "shares": 2,
    }
    assert table.frame["from"].to_list() == [day["date"] for day in DAYS]
    assert table.frame["name"].unique().to_list() == ["TikTok account"]


def test_the_overview_is_known_in_portuguese(tmp_path: Path) -> None:
    header = (
        "Data,Visualizações de vídeo,Visualizações do perfil,Curtidas,Comentários,Compartilhamentos"
    )
    reading = read(written(tmp_path, "o.csv", f"{header}\n13 de outubro,9,4,5,3,1\n".encode()))
    assert sums(table_of(reading, "account"))["views"] == 9
    assert reading.period == Period(date(2026, 10, 13), date(2026, 10, 13))


def test_a_day_whose_viewers_are_undefined_is_left_out_with_its_zeros(tmp_path: Path) -> None:
    lines = '"Date","Total Viewers","New Viewers","Returning Viewers"'
    data = f'{lines}\n"October 13","5","4","1"\n"October 14","undefined","0","0"\n'.encode()
    reading = read(written(tmp_path, "Viewers.csv", data))
    assert sums(table_of(reading, "account")) == {
        "viewers": 5,
        "new_viewers": 4,
        "returning_viewers": 1,
    }
    assert (reading.rows, sum(reading.left_out.values())) == (1, 1)


def test_the_row_of_viewers_that_is_undefined_everywhere_is_left_out_too(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"date": date(2026, 10, day), "viewers": 5, "new_viewers": 4, "returning_viewers": 1}
        for day in (13, 14)
    ]
    reading = read(written(tmp_path, "Viewers.csv", studio.viewers(rows)))
    assert (reading.rows, sum(reading.left_out.values())) == (1, 1)


def test_genders_are_segments_of_the_audience_in_percent_or_fractions(tmp_path: Path) -> None:
    fractions = read(
        written(tmp_path, "g.csv", studio.follower_gender({"Female": 0.61, "Male": 0.39}))
    )
    percent = read(
        written(tmp_path, "p.csv", "Gênero,Distribuição\nFemale,61%\nMale,39%\n".encode())
    )
    for reading in (fractions, percent):
        frame = table_of(reading, "segment").frame
        shares = dict(frame.select("key", "audience_share").iter_rows())
        assert shares == pytest.approx({"gender:Female": 0.61, "gender:Male": 0.39})
        assert frame["name"].to_list() == ["Female", "Male"]


def test_a_post_without_an_id_in_its_link_is_left_out(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"date": date(2026, 10, 14), "title": "A", "video_id": "7629867741511486001", "views": 5},
        {
            "date": date(2026, 10, 14),
            "title": "B",
            "link": "https://www.tiktok.com/@luna",
            "views": 7,
        },
        {
            "date": date(2026, 10, 14),
            "title": "C",
            "link": "https://www.tiktok.com/@luna/photo/7629867741511486003",
            "views": 2,
        },
    ]
    filled = [{"video_id": "", **row} for row in rows]
    reading = read(written(tmp_path, "Content.csv", studio.content(filled, "luna")))
    keys = table_of(reading, "video").frame["key"].to_list()
    link = "https://www.tiktok.com/@luna"
    assert keys == ["7629867741511486001", link, "7629867741511486003"]
    assert reading.left_out == {}
    assert reading.rows == 3


def _history(tmp_path: Path, followers: Sequence[int], first: date = date(2026, 10, 1)) -> Reading:
    rows: list[Row] = [
        {"date": first + timedelta(days=at), "followers": count}
        for at, count in enumerate(followers)
    ]
    return read(written(tmp_path, "FollowerHistory.csv", studio.follower_history(rows)))


def _growth(reading: Reading, window: Period | None = None) -> dict[str, float] | None:
    given = block(reading, today=CONTEXT.today, window=window)
    found = advisor_metrics(given.counts, given.context)
    if not found:
        return None
    (derived,) = found
    assert derived.subject == "account"
    (row,) = derived.frame.to_dicts()
    assert row["key"] == table_of(reading, "account").frame["key"][0]
    return row


def test_growth_is_net_change_over_the_followers_at_the_start_per_thirty_days(
    tmp_path: Path,
) -> None:
    # 12 days: 1000 at the start, 40 won, 10 lost, so 3 % in 12 days and 7.5 % in 30.
    steps = [4, 0, 6, -10, 5, 0, 5, 5, 5, 0, 5, 5]
    followers = [1000]
    for step in steps:
        followers.append(followers[-1] + step)
    found = _growth(_history(tmp_path, followers))
    assert found is not None
    assert found["follower_growth"] == pytest.approx(0.075)
    # Exact Poisson limits of 40 are 28.58 and 54.47; the losses are what they are.
    assert found["follower_growth.lo"] == pytest.approx((28.58 - 10) / 1000 * 2.5, abs=2e-4)
    assert found["follower_growth.hi"] == pytest.approx((54.47 - 10) / 1000 * 2.5, abs=2e-4)


def test_a_spike_of_one_day_is_no_pace_of_a_month(tmp_path: Path) -> None:
    steps = [3] * 28
    steps[9] = 900
    followers = [1000 + sum(steps[:day]) for day in range(29)]
    found = _growth(_history(tmp_path, followers))
    assert found is not None
    assert found["follower_growth"] == pytest.approx(3 * 30 / 1000)
    assert found["follower_growth.hi"] > 0.5  # so wild a month may be the start of another pace


def test_a_steady_pace_is_known_better_the_longer_it_lasts(tmp_path: Path) -> None:
    widths = []
    for days in (14, 28, 84):
        steps = [4, 6, 5, 5, 7, 3, 5] * (days // 7)
        followers = [1000 + sum(steps[:day]) for day in range(days + 1)]
        found = _growth(_history(tmp_path, followers, date(2026, 8, 1)))
        assert found is not None
        assert found["follower_growth"] == pytest.approx(0.15, rel=0.05)
        widths.append(found["follower_growth.hi"] - found["follower_growth.lo"])
    assert widths == sorted(widths, reverse=True)


def test_the_limits_of_a_steady_pace_hold_what_is_true() -> None:
    rng = np.random.default_rng(1)
    runs = 120
    accounts = []
    for at in range(runs):
        changes = rng.negative_binomial(3, 3 / 13, 28).astype(float)  # 10 a day, uneven
        accounts.append(
            pl.DataFrame(
                {
                    "shop": f"shop {at}",
                    "key": "account",
                    "from": pl.date_range(date(2026, 10, 1), date(2026, 10, 28), eager=True),
                    "followers": 5000 + changes.cumsum(),
                    "follower_change": changes,
                }
            )
        )
    paces = steady_paces(pl.concat(accounts)).collect()
    assert paces.height == runs
    assert (paces["steady"].is_between(paces["steady_low"], paces["steady_high"])).all()
    held = pl.lit(10).is_between("steady_low", "steady_high")
    assert paces.select(held.mean()).item() > 0.88


def test_growth_takes_the_days_of_the_window_alone(tmp_path: Path) -> None:
    reading = _history(tmp_path, [100, 200, 210, 220, 400])
    window = Period(date(2026, 10, 3), date(2026, 10, 4))
    found = _growth(reading, window)
    assert found is not None
    assert found["follower_growth"] == pytest.approx(20 / 200 * 30 / 2)


def test_an_account_that_only_loses_shrinks_for_sure(tmp_path: Path) -> None:
    found = _growth(_history(tmp_path, [1000, 990, 980, 900]))
    assert found is not None
    assert found["follower_growth"] == pytest.approx(-1.0)
    assert found["follower_growth.lo"] == pytest.approx(-1.0)


def test_growth_is_not_known_from_one_day_or_from_no_followers(tmp_path: Path) -> None:
    assert _growth(_history(tmp_path, [1000])) is None
    assert _growth(_history(tmp_path, [0, 10])) is None
    outside = Period(date(2026, 1, 1), date(2026, 1, 28))
    assert _growth(_history(tmp_path, [100, 110]), outside) is None


def test_one_day_in_two_downloads_counts_once(tmp_path: Path) -> None:
    early = _history(tmp_path, [1000, 1010, 1020])
    late = _history(tmp_path, [1010, 1020, 1030], date(2026, 10, 2))
    given = block(early, late, today=CONTEXT.today)
    (derived,) = advisor_metrics(given.counts, given.context)
    assert derived.frame["follower_growth"].to_list() == pytest.approx([30 / 1000 * 30 / 3])
