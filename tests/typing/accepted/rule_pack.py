"""A pack of rules, its bands and its words, as an author writes them."""

from collections.abc import Sequence
from importlib.resources import files

from advisor import BandFile, RulePack, VocabularyFile, band_file, hookimpl, vocabulary_file

FOLDER = files(__name__) / "rules"


@hookimpl
def advisor_rule_packs() -> list[RulePack]:
    return [RulePack("mine", "What we have learnt", FOLDER)]


@hookimpl
def advisor_benchmarks() -> Sequence[BandFile]:
    text = (FOLDER / "bands.toml").read_text(encoding="utf-8")
    return (band_file(text, where="bands.toml"),)


class Words:
    """A plugin may be an object too."""

    @hookimpl
    def advisor_vocabulary(self) -> tuple[VocabularyFile, ...]:
        return (vocabulary_file("", where="vocabulary.toml"),)


pack: RulePack = advisor_rule_packs()[0]
title: str = pack.title
