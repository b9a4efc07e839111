"""A made-up trade from readings to the result document, all through the plugin door."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from advisor.diagnosis import Diagnosis, diagnose_gathered
from advisor.document import Document
from advisor.document.compose import compose_document
from advisor.ingest.result import Gathered
from advisor.judge.engine import Engine
from advisor.judge.engine.reference import ReferenceEngine
from advisor.model.bands import Band, BandFile
from advisor.model.reading import Grain, Reading
from advisor.model.request import Request
from advisor.model.rule import RulePack
from advisor.model.settings import Settings, ShopSection
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.hookspecs import KindInfo, Provider, hookimpl
from advisor.plugin.loading import add, empty
from advisor.plugin.registry import Registry
from tests.core import TODAY, USUAL, WORDS
from tests.files_and_frames import reading

Row = dict[str, object]
Brought = Provider | VocabularyFile | BandFile | RulePack
SETTINGS = Settings(shop=ShopSection(id="here", name="Here", size="small", currency="USD"))


class Ads:
    """A provider that is only asked where its exports come from."""

    name = "ads"
    kinds: Mapping[str, KindInfo] = {
        "ads": KindInfo("Ad report", "Ads Manager > Reports", ("ad",), ("clicks", "impressions")),
        "stock": KindInfo("Stock list", "Products > Export", ("product", "ad"), ("stock",)),
    }

    def recognise(self, source: object) -> tuple[()]:
        return ()

    def read(self, source: object, match: object, context: object) -> Reading:
        raise NotImplementedError


RULE = """
id = "{name}"
subject = "{subject}"
severity = "medium"
{more}
[when]
{when}
[says]
healthy = "{name} is well"
finding = "{{{subject}.name}}: {name}"
why = "So."
[[action]]
lever = "hook"
direction = "change"
do = "Do it"
steps = ["First"]
owner = "creative"
effort = 4
{done}
"""


def written(
    folder: Path, name: str, when: str, *, subject: str = "ad", more: str = "", done: str = ""
) -> None:
    """Writes a rule file of the pack in *folder*."""
    text = RULE.format(name=name, when=when, subject=subject, more=more, done=done)
    (folder / f"{name}.toml").write_text(text)


def registry(folder: Path, bands: Sequence[Band] | None = None) -> Registry:
    words = VocabularyFile(
        subject=tuple(WORDS.subjects.values()),
        relation=tuple(WORDS.relations.values()),
        count=tuple(WORDS.counts.values()),
        metric=tuple(WORDS.metrics.values()),
        symbol=tuple(WORDS.symbols.values()),
        lever=tuple(WORDS.levers.values()),
        goal=tuple(WORDS.goals.values()),
        niche=tuple(WORDS.niches.values()),
    )
    file = BandFile("test", "the test", USUAL.files[0].band if bands is None else tuple(bands))
    plugin = ModuleType("trade")
    brings: dict[str, Sequence[Brought]] = {
        "advisor_vocabulary": [words],
        "advisor_benchmarks": [file],
        "advisor_rule_packs": [RulePack("test", "The test", folder)],
        "advisor_metric_providers": [Ads()],
    }
    for hook, given in brings.items():
        setattr(plugin, hook, hookimpl(_giving(given)))
    made = empty()
    add(made, plugin, "trade")
    return made


def _giving(what: Sequence[Brought]) -> Callable[[], Sequence[Brought]]:
    return lambda: what


def ads(*rows: Row, name: str = "ads.csv", subject: str = "ad", by_day: bool = False) -> Reading:
    grain = Grain.DAY if by_day else Grain.PERIOD
    base: Row = {} if by_day else {"from": 4, "to": 31}
    return reading(
        name, [base | {"key": "1"} | row for row in rows], subject=subject, grain=grain, ends=31
    )


def diagnosed(
    folder: Path,
    *readings: Reading,
    engine: Engine | None = None,
    bands: Sequence[Band] | None = None,
    settings: Settings = SETTINGS,
) -> Diagnosis:
    return diagnose_gathered(
        Gathered(readings=readings),
        Request(paths=(), today=TODAY, settings=settings),
        registry(folder, bands),
        engine=engine or ReferenceEngine(),
    )


def composed(
    folder: Path,
    *readings: Reading,
    engine: Engine | None = None,
    bands: Sequence[Band] | None = None,
    settings: Settings = SETTINGS,
) -> Document:
    return compose_document(
        diagnosed(folder, *readings, engine=engine, bands=bands, settings=settings)
    )
