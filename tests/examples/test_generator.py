"""The committed example is what its generator writes, and its files agree with each other."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from examples.generate import FOLDER, MONTHS, SEED, files, write
from examples.shop import ADS, PRODUCTS, USD_RATE, VIDEOS
from examples.simulate import Shop, simulate, within

MADE = files()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook: what counts, where another zlib packs them in other bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", sorted(MADE))
def test_generating_again_gives_the_committed_file(name: str) -> None:
    committed = (FOLDER / name).read_bytes()
    if name.endswith(".xlsx"):
        assert unpacked(committed) == unpacked(MADE[name])
    else:
        assert committed == MADE[name]


def test_nothing_else_lies_in_the_folder() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(MADE)


def test_generating_twice_gives_the_same_bytes() -> None:
    assert files() == MADE


def test_writing_creates_the_folder(tmp_path: Path) -> None:
    assert len(write(tmp_path / "new" / "shop")) == len(MADE)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate(SEED)


@pytest.mark.parametrize(("first", "last"), MONTHS)
def test_channels_add_up_to_the_shop_and_ads_sell_less(shop: Shop, first: date, last: date) -> None:
    visits = within(shop.visits, first, last)
    gmv = sum(v.gmv for v in visits)
    parts = [sum(v.gmv for v in visits if v.channel == c) for c in ("live", "video", "card")]
    products = [sum(v.gmv for v in visits if v.product == n) for n in range(len(PRODUCTS))]
    assert sum(parts) == pytest.approx(gmv)
    assert sum(products) == pytest.approx(gmv)
    assert sum(d.revenue for d in shop.ads if first <= d.day <= last) < gmv


@pytest.mark.parametrize("ad", ADS, ids=lambda ad: ad.name)
def test_only_the_planted_ads_are_ill(shop: Shop, ad: object) -> None:
    days = [d for d in shop.ads if d.ad is ad and d.day >= date(2026, 10, 4)]
    clicks, spend = sum(d.clicks for d in days), sum(d.spend for d in days)
    ctr = clicks / sum(d.impressions for d in days)
    cpc = spend / clicks * USD_RATE
    roas = sum(d.revenue for d in days) / spend
    weak_hook, weak_page = ad in (ADS[2], ADS[3]), ad is ADS[5]
    assert (ctr < 0.0065 and cpc > 1.9) == weak_hook
    assert (0.012 < ctr < 0.026 and 0.5 < cpc < 1.4) == (not weak_hook)
    assert (roas < 0.8) == weak_page
    assert (roas > 2.7) == (not weak_page)


@pytest.mark.parametrize("index", range(len(PRODUCTS)))
def test_only_the_planted_product_is_clicked_but_not_bought(shop: Shop, index: int) -> None:
    visits = [v for v in shop.visits if v.product == index and v.day >= date(2026, 10, 4)]
    ctor = sum(v.sku_orders for v in visits) / sum(v.clicks for v in visits)
    assert (ctor < 0.012) == (index == 7)
    assert (0.036 < ctor < 0.047) == (index != 7)


@pytest.mark.parametrize("index", range(len(VIDEOS)))
def test_only_the_planted_videos_are_ill(shop: Shop, index: int) -> None:
    days = [v for v in shop.videos if v.video == index]
    visits = [v for v in shop.visits if v.source == VIDEOS[index].id]
    views = sum(v.views for v in days)
    ctr = sum(v.clicks for v in visits) / views
    engagement = sum(v.likes + v.comments + v.shares for v in days) / views
    assert (ctr < 0.005) == (index == 4)
    assert (0.016 < ctr < 0.024) == (index != 4)
    assert (engagement < 0.015) == (index == 7)
    assert (0.045 < engagement < 0.055) == (index != 7)


def test_lives_grow_in_sales_and_in_talk(shop: Shop) -> None:
    gpm, gmv, talk = [], [], []
    for first, last in MONTHS:
        lives = [live for live in shop.lives if first <= live.started.date() <= last]
        views = sum(live.views for live in lives)
        sold = USD_RATE * sum(v.gmv for v in within(shop.visits, first, last, channel="live"))
        gpm.append(1000 * sold / views)
        gmv.append(sold / len(lives))
        talk.append(sum(live.comments + live.shares for live in lives) / views)
    assert all(15 < value < 23 for value in gpm)
    assert 200 < gmv[0] < gmv[1] / 1.2 < 1000
    assert talk[1] > 1.2 * talk[0]
