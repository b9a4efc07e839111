"""An agency's rules and bands for shops that sell nail care."""

from collections.abc import Sequence
from importlib.resources import files

from advisor import BandFile, RulePack, VocabularyFile, band_file, hookimpl, vocabulary_file

FOLDER = files(__name__) / "rules"


@hookimpl
def advisor_vocabulary() -> Sequence[VocabularyFile]:
    text = (FOLDER / "vocabulary.toml").read_text(encoding="utf-8")
    return [vocabulary_file(text, where="vocabulary.toml")]


@hookimpl
def advisor_rule_packs() -> Sequence[RulePack]:
    return [RulePack("atelier", "Atelier's practice", FOLDER)]


@hookimpl
def advisor_benchmarks() -> Sequence[BandFile]:
    text = (FOLDER / "bands.toml").read_text(encoding="utf-8")
    return [band_file(text, where="bands.toml")]
