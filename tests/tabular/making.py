"""Small files and a small kind, for the tests of this folder."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from advisor.model.reading import File, Reading
from advisor.plugin.hookspecs import ReadContext
from advisor.tabular.containers.open import OpenSource, open_source
from advisor.tabular.kind import Kind
from advisor.tabular.kinds import kind_of
from advisor.tabular.reader import TabularProvider

TODAY = date(2026, 11, 22)

VIDEOS = """
id = "videos"
title = "Videos"
where = "Shop > Videos > Export"
family = "shop-video"
grain = "period"
percent = "sign"
requires = ["video_id", "views"]
totals = ["^total"]
not-data.growth = ["^growth"]
links = { video-products = "products" }

[[subject]]
kind = "video"
key = ["video_id"]
name = "title"
parents = { creator = ["creator"] }

[columns.video_id]
type = "id"
role = "text"
headers = { en = ["Video ID"], es = ["ID del video"] }
[columns.title]
type = "text"
role = "text"
headers = { en = ["Title"], es = ["Título"] }
[columns.creator]
type = "text"
role = "text"
headers = { en = ["Creator"], es = ["Creador"] }
[columns.buyer]
type = "text"
role = "personal"
headers = { en = ["Buyer"] }
[columns.products]
type = "text"
role = "text"
headers = { en = ["Products"] }
[columns.day]
type = "date"
role = "day"
headers = { en = ["Date"], es = ["Fecha"] }
[columns.currency]
type = "text"
role = "currency"
headers = { en = ["Currency"] }
[columns.views]
count = "views"
headers = { en = ["Views", "VV"], es = ["Vistas"] }
[columns.clicks]
count = "clicks"
headers = { en = ["Clicks"], es = ["Clics"] }
[columns.followers_change]
count = "followers_change"
headers = { en = ["New followers"] }
[columns.viewers]
count = "viewers"
headers = { en = ["Viewers"] }
[columns.gmv]
type = "money"
count = "gmv"
headers = { en = ["GMV"], es = ["GMV"] }
[columns.finish_rate]
type = "rate"
count = "complete_plays"
of = "views"
headers = { en = ["Finish rate"] }
[columns.watch]
type = "duration"
count = "watch_seconds"
headers = { en = ["Watch time"] }
[columns.ctr]
type = "rate"
check = { numerator = ["clicks"], denominator = ["views"] }
headers = { en = ["CTR"], es = ["Tasa de clics"] }
"""


def kind(text: str = VIDEOS) -> Kind:
    """A kind from its TOML."""
    return kind_of(text, where="videos.toml")


def opened(folder: Path, data: bytes | str, name: str = "export.csv") -> OpenSource:
    """A file with this content, opened."""
    raw = data.encode() if isinstance(data, str) else data
    path = folder / name
    path.write_bytes(raw)
    return open_source(File(path, name, len(raw), hashlib.sha256(raw).hexdigest()))


def grid(folder: Path, data: bytes | str) -> list[Sequence[str]]:
    """The rows of the first grid of a file, as its head shows them."""
    return list(opened(folder, data).grids[0].head)


def read(
    folder: Path,
    data: bytes | str,
    name: str = "export.csv",
    *,
    toml: str = VIDEOS,
    currency: str | None = None,
    region: str | None = None,
) -> Reading:
    """A file read as the one kind of *toml*."""
    provider = TabularProvider("test", [kind(toml)], not_additive=["viewers"])
    source = opened(folder, data, name)
    (match,) = provider.recognise(source)
    assert match.lacks == ()
    return provider.read(source, match, ReadContext(TODAY, currency, region))


def column(reading: Reading, name: str) -> list[object]:
    """A column of a reading's only table."""
    (table,) = reading.tables
    return table.frame[name].to_list()


def codes(reading: Reading) -> list[str]:
    """The codes of a reading's notes."""
    return [note.code for note in reading.notes]
