"""What is changed: a file of every kind, as it comes."""

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

import attrs
import polars as pl

from advisor.ingest import gather, write_facts
from advisor.knowledge import CASES
from advisor.plugin import ReadContext
from tests.cli.exports import PROFILE, ad_days
from tests.end_to_end.runs import TODAY, registry
from tests.plugins_shop.test_partner_api import ANSWERS
from tests.shapes import ads_manager, api
from tests.shapes.answers import Document, answers
from tests.shapes.forms import FORMS, Form

__all__ = ["ADS", "CONTEXT", "FORMS", "SETTINGS", "Form", "containers", "documents", "rule_files"]

CONTEXT = ReadContext(today=TODAY)
ADS = ads_manager.daily_csv(ad_days(weak=True, days=3))
SETTINGS = (
    PROFILE
    + """niche = "fashion-beauty"
region = "US"
timezone = "America/New_York"

[goal]
focus = "sales"
market_growth = 0.08

[costs]
goods = 0.4
referral_fee = 0.08
commission = 0.1
shipping = 0.05
returns = 0.05

[rules]
disable = ["guide/territory"]
profile = "standard"

[rules.limits]
lost-orders = 5

[report]
language = "en"
formats = ["md", "json"]

[bands.ctr]
low = 0.012
high = 0.03

[history]
enabled = true

[[mute]]
rule = "guide/low-roas"
subject = "Brand*"
reason = "awareness"
until = 2026-12-31

[[source]]
file = "agency-*.csv"
subject = "campaign"
key = "Campaign no."
day = "Day"
grain = "day"
family = "agency"
[source.columns]
"Cost" = "spend"
"Shown" = "impressions"
"Clicks" = "clicks"
"CTR" = "clicks / impressions"
"""
)


@cache
def documents() -> tuple[tuple[str, Document], ...]:
    """Answers of APIs, as trees."""
    rows = ad_days(weak=True, days=3)
    made = [*answers(ANSWERS)]
    made += [
        ("marketing", json.loads(api.marketing_flattened(rows))),
        ("gmv-max", json.loads(api.gmv_max_report([{**row, "video_id": "7"} for row in rows]))),
        ("shop", json.loads(api.shop_performance([{"date": TODAY, "gmv": 9.0, "orders": 3}]))),
    ]
    return tuple(made)


@cache
def containers() -> Mapping[str, bytes]:
    """Zips: facts of some forms, and a bundle of them."""
    chosen = [form for form in FORMS if form.language in ("en", "US")][::9]
    bundle = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        place = Path(folder)
        for number, form in enumerate(chosen):
            (place / f"{number}{form.suffix}").write_bytes(form.write())
            archive.writestr(f"{number}{form.suffix}", form.write())
        facts = place / "shop.facts"
        write_facts(facts, gather([place], registry().providers(), CONTEXT))
        written = facts.read_bytes()
    return {"shop.facts": written, "exports.zip": bundle.getvalue()}


@cache
def databases() -> Mapping[str, bytes]:
    """What loaders write: the same table as Parquet, plain and compressed, and in SQLite."""
    days = [
        (f"187000000000000{ad}", f"2026-10-{day:02} 00:00:00", ad + day / 10, 900 + day, 10 + ad)
        for ad in (1, 2, 3)
        for day in (1, 2, 3)
    ]
    names = ("ad_id", "stat_time_day", "spend", "impressions", "clicks")
    frame = pl.DataFrame(days, schema=names, orient="row")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        frame.write_parquet(place / "plain.parquet", compression="uncompressed")
        texts = frame.with_columns(pl.all().cast(pl.String))
        texts.write_parquet(place / "zstd.parquet", compression="zstd", use_pyarrow=False)
        with closing(sqlite3.connect(place / "ads.db")) as db, db:
            db.execute(f"CREATE TABLE ads_reports_daily ({', '.join(names)})")
            db.executemany("INSERT INTO ads_reports_daily VALUES (?, ?, ?, ?, ?)", days)
        return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


@attrs.frozen
class RuleFile:
    """A file of a bundled pack, and the limits that its rules may name."""

    name: str
    text: str
    limits: bytes


@cache
def rule_files() -> tuple[RuleFile, ...]:
    """The rules of the bundled packs, as those of a pack of the user's own."""
    packs = Path(__file__).parents[2] / "rules"
    found = (path for path in sorted(packs.rglob("*.toml")) if path.parent.parent.parent == packs)
    return tuple(
        RuleFile(
            path.name,
            _as_own(path.read_text(encoding="utf-8"), path),
            (path.parents[1] / "limits.toml").read_bytes(),
        )
        for path in found
        if not path.name.endswith(CASES)
    )


def _as_own(text: str, path: Path) -> str:
    """Rules whose ids are of another pack, and which explain those of the bundled one."""
    pack = path.parent.parent.name.removeprefix("advisor_rules_")

    def whole(name: re.Match[str]) -> str:
        return name[0] if "/" in name[1] else f'"{pack}/{name[1]}"'

    def of_pack(names: re.Match[str]) -> str:
        return re.sub(r'"([^"]*)"', whole, names[0])

    text = re.sub(r"^explains\s*=\s*\[[^\]]*\]", of_pack, text, flags=re.MULTILINE)
    return re.sub(r'^id = "[^/"]*/', 'id = "own/', text, flags=re.MULTILINE)
