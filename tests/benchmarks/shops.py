"""Folders of shops that are all different: in numbers, currency, size, niche, margin, own targets
and the days of their files.

    python -m tests.benchmarks.shops FOLDER [COUNT]
"""

import sys
from datetime import timedelta
from pathlib import Path

import attrs

from examples.generate import MONTHS, _ad, _month
from examples.shop import FIRST, USD_RATE
from examples.simulate import Shop, simulate
from tests.shapes import ads_manager

TODAY = "2026-11-02"
_PROFILE = """\
[shop]
id = "shop-{number:03}"
name = "Shop {number}"
size = "{size}"
niche = "{niche}"
region = "{region}"
currency = "{currency}"
usd_rate = {rate}
margin = {margin}
owner = "{owner}"
tags = ["{tag}"]
"""
_OWN_BAND = """
[bands.ctr]
low = {low}
"""
_SIZES = ("small", "mid", "enterprise")
_NICHES = ("fashion-beauty", "health-wellness")
_OWNERS, _TAGS = ("Ana", "Ben", "Caro"), ("north", "south")
_COUNTRIES = (  # region, currency, one unit in US dollars
    ("MX", "MXN", 0.055),
    ("US", "USD", 1.0),
    ("BR", "BRL", 0.18),
    ("ID", "IDR", 0.00006),
    ("DE", "EUR", 1.15),
)
_ADS_DAYS = 7
_WANTED = ("Shop Analytics", "product_list", "Video Performance List", "Live Performance Core")


def write_shops(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Folders of *count* shops with five small files each: daily ads, and the lists of a month of
    videos, products, LIVE days and the shop's days."""
    return [write_shop(folder / f"shop-{n:03}", n) for n in range(first, first + count)]


def write_shop(folder: Path, number: int) -> Path:
    """One shop; another *number* is another shop."""
    _, currency, rate = _COUNTRIES[number % len(_COUNTRIES)]
    shop = _in_currency(simulate(number), USD_RATE / rate)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "advisor.toml").write_text(profile_of(number), encoding="utf-8")
    first, last = MONTHS[1]
    last -= timedelta(days=number % 7)
    files = {
        name: data
        for name, data in _month(shop, first, last, currency).items()
        if name.startswith(_WANTED)
    }
    name = ads_manager.file_name(FIRST, last, report="Daily ad report", account=f"Shop {number}")
    days = [_ad(day) for day in shop.ads if 0 <= (last - day.day).days < _ADS_DAYS]
    files[name] = ads_manager.daily_csv(days, currency=currency)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder


def profile_of(number: int) -> str:
    """The advisor.toml of a shop."""
    region, currency, rate = _COUNTRIES[number % len(_COUNTRIES)]
    profile = _PROFILE.format(
        number=number,
        size=_SIZES[number % 3],
        niche=_NICHES[number // 3 % 2],
        region=region,
        currency=currency,
        rate=rate,
        margin=0.3 + number % 11 / 100,
        owner=_OWNERS[number // 2 % 3],
        tag=_TAGS[number // 4 % 2],
    )
    if number % 4 == 0:
        profile += _OWN_BAND.format(low=0.008 + number % 9 / 1000)
    return profile


def _in_currency(shop: Shop, factor: float) -> Shop:
    """*shop* with its money in another currency, of which *factor* are one of its own."""

    def money(amount: float) -> float:
        return round(amount * factor, 2)

    return attrs.evolve(
        shop,
        visits=[attrs.evolve(one, gmv=money(one.gmv)) for one in shop.visits],
        ads=[
            attrs.evolve(one, spend=money(one.spend), revenue=money(one.revenue))
            for one in shop.ads
        ],
    )


def main() -> None:
    """Writes shops into a folder."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100
    made = write_shops(folder, count)
    sizes = sorted(path.stat().st_size for one in made[:10] for path in one.glob("*.*"))
    line = f"{count} shops, files of {sizes[0] / 1000:.1f} to {sizes[-1] / 1000:.1f} kB: {folder}"
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
