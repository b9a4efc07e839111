"""What experienced operators look at beyond the guide: its rules, bands and words."""

from collections.abc import Sequence
from importlib.resources import files

from advisor import BandFile, RulePack, VocabularyFile, band_file, hookimpl, vocabulary_file

_FOLDER = files(__name__)


@hookimpl
def advisor_rule_packs() -> Sequence[RulePack]:
    return [RulePack("operator", "TikTok Shop operator checks", _FOLDER)]


@hookimpl
def advisor_benchmarks() -> Sequence[BandFile]:
    text = (_FOLDER / "bands.toml").read_text(encoding="utf-8")
    return [band_file(text, where="advisor_rules_operator/bands.toml")]


@hookimpl
def advisor_vocabulary() -> Sequence[VocabularyFile]:
    text = (_FOLDER / "vocabulary.toml").read_text(encoding="utf-8")
    return [vocabulary_file(text, where="advisor_rules_operator/vocabulary.toml")]
