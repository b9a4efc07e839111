"""Folders of shops that are all different: other numbers, sizes, currencies and margins."""

from datetime import date
from pathlib import Path

from examples.generate import MONTHS, _ad, _month
from examples.shop import CURRENCY, FIRST, LAST
from examples.simulate import simulate
from tests.shapes import ads_manager

TODAY = "2026-11-02"
_PROFILE = """\
[shop]
id = "shop-{number:03}"
name = "Shop {number}"
size = "{size}"
niche = "fashion-beauty"
region = "MX"
currency = "MXN"
usd_rate = {rate}
margin = {margin}
"""
_SIZES = ("small", "mid", "enterprise")
_ADS_FROM = date(2026, 10, 1)


def write_shops(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Folders of *count* shops with four small files each: daily ads, and the lists of a month of
    videos, products and the shop's days."""
    return [write_shop(folder / f"shop-{n:03}", n) for n in range(first, first + count)]


def write_shop(folder: Path, number: int) -> Path:
    """One shop; another *number* is another shop."""
    shop = simulate(number)
    folder.mkdir(parents=True, exist_ok=True)
    profile = _PROFILE.format(
        number=number,
        size=_SIZES[number % 3],
        rate=0.05 + number % 7 / 1000,
        margin=0.3 + number % 11 / 100,
    )
    (folder / "advisor.toml").write_text(profile, encoding="utf-8")
    month = _month(shop, *MONTHS[1])
    wanted = ("Shop Analytics", "product_list", "Video Performance List")
    files = {name: data for name, data in month.items() if name.startswith(wanted)}
    name = ads_manager.file_name(FIRST, LAST, report="Daily ad report", account=f"Shop {number}")
    days = [_ad(day) for day in shop.ads if day.day >= _ADS_FROM]
    files[name] = ads_manager.daily_csv(days, currency=CURRENCY)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder
