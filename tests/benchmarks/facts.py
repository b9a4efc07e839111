"""Facts of many shops, with so many ads and days each: a few shops are read, and kept again and
again under other names.

    python -m tests.benchmarks.facts FOLDER SHOPS [ADS] [DAYS]
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from advisor.plugin import load_plugins
from advisor.portfolio import Facts, LocalEngine, Options, Worker, gather_shops
from advisor.portfolio.facts import ShopFacts, index_frame
from tests.benchmarks.shops import TODAY, profile_of
from tests.shapes.large import write_ads_manager_csv

READ = 96  # shops that are read, and shops of a block


def write_facts(folder: Path, shops: int, ads: int = 50, days: int = 60) -> Facts:
    """A dataset of *shops*, whose numbers repeat after READ of them."""
    facts, rows = Facts(folder), []
    read = _read(min(shops, READ), ads, days)
    for start in range(0, shops, READ):
        part = [_named(one, start + at) for at, one in enumerate(read) if start + at < shops]
        blocks = facts.write(f"{start // READ:05}-0", part)
        rows += [
            {"folder": one.folder, "block": blocks[one.folder], "stamp": one.stamp} for one in part
        ]
    facts.finish(index_frame(rows), (), facts.version())
    return facts


def _read(shops: int, ads: int, days: int) -> list[ShopFacts]:
    with TemporaryDirectory() as scratch:
        folders = [_write_shop(Path(scratch, f"shop-{n}"), n, ads, days) for n in range(shops)]
        facts = Facts(Path(scratch, "facts"))
        engine = LocalEngine(Worker(load_plugins()))
        gather_shops(folders, facts, Options(today=TODAY), engine=engine)
        index = facts.index()
        found: dict[str, ShopFacts] = {}
        for block in index["block"].unique():
            found |= facts.read(block, index["folder"].to_list())
        return [found[folder.name] for folder in folders]


def _write_shop(folder: Path, number: int, ads: int, days: int) -> Path:
    folder.mkdir()
    profile = re.sub("usd_rate = .*", "usd_rate = 1.0", profile_of(number))
    (folder / "advisor.toml").write_text(profile, encoding="utf-8")
    path = folder / "ads.csv"
    write_ads_manager_csv(path, rows=ads * days, subjects=ads, days=days, seed=number)
    (currency,) = re.findall('currency = "(.*)"', profile)
    path.write_bytes(path.read_bytes().replace(b",USD", f",{currency}".encode()))
    return folder


def _named(shop: ShopFacts, number: int) -> ShopFacts:
    name = f"shop-{number:06}"
    settings = re.sub('id = ".*"', f'id = "{name}"', shop.settings, count=1)
    return attrs.evolve(shop, folder=name, stamp=f"{number:032}", settings=settings)


def main() -> None:
    """Writes a dataset into a folder."""
    folder, shops, *more = sys.argv[1:]
    write_facts(Path(folder), int(shops), *map(int, more))


if __name__ == "__main__":
    main()
