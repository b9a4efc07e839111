"""What every vocabulary promises: see VocabularyContract."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isclose

import attrs

from advisor.errors import AdvisorError
from advisor.model import Identity, Metric, Vocabulary, VocabularyFile, frozen, vocabulary_file
from advisor.plugin import hookimpl
from advisor.testing.contract import Contract, fail_with
from advisor.testing.installed import registry_with

_ID = re.compile(r"[a-z0-9]+([_.-][a-z0-9]+)*")
# Numbers without common factors, so that no two sums are alike by chance.
_PRIMES = (10_007, 20_011, 30_011, 40_009, 50_021, 60_013, 70_001, 80_021, 90_001, 100_003)


class VocabularyContract(Contract):
    """A plugin's words stand beside everybody's, and say what they mean.

    *vocabulary* is a VocabularyFile or the TOML text of one. *plugins* are modules with hooks that
    are not installed, whose words it uses.
    """

    vocabulary: VocabularyFile | str
    plugins: Sequence[object] = ()

    def test_merges_with_the_installed_words(self) -> None:
        """No id is declared otherwise by another plugin, and no name leads nowhere."""
        self._words()

    def test_has_ids_that_rules_can_write(self) -> None:
        """Ids are small letters and digits, joined by `_`, `-` or `.`."""
        fail_with(
            f"{section} {item.id!r}: is no id; write small letters, digits, _ and -"
            for section, item in _items(self._file())
            if not _ID.fullmatch(item.id)
        )

    def test_says_what_its_words_mean(self) -> None:
        """Everything has a title, and every metric a definition: readers see both."""
        wrong: list[str] = []
        for section, item in _items(self._file()):
            if not getattr(item, "title", "-").strip():
                wrong.append(f"{section} {item.id!r}: has no title")
            if isinstance(item, Metric) and not item.definition.strip():
                wrong.append(f"{section} {item.id!r}: has no definition")
        fail_with(wrong)

    def test_metrics_are_made_of_counts(self) -> None:
        """A metric has counts to be made of, or is `derived`."""
        fail_with(
            f"metric {metric.id!r}: has no counts; is it derived = true?"
            for metric in self._file().metric
            if not metric.derived and not metric.numerator
        )

    def test_identities_hold(self) -> None:
        """Both sides of an identity are the same for the same counts."""
        words = self._words()
        fail_with(
            said
            for identity in self._file().identity
            if (said := _unequal(identity, words.metrics))
        )

    def _file(self) -> VocabularyFile:
        given = self.vocabulary
        if isinstance(given, VocabularyFile):
            return given
        try:
            return vocabulary_file(given, where="vocabulary.toml")
        except AdvisorError as error:
            raise AssertionError(str(error)) from None

    def _words(self) -> Vocabulary:
        try:
            return registry_with((*self.plugins, _Speaker(self._file()))).vocabulary()
        except AdvisorError as error:
            raise AssertionError(str(error)) from None


@attrs.frozen(eq=False)  # the name of a class is no plain field
class _Speaker:
    """A plugin of words alone."""

    file: VocabularyFile
    __name__: str = "the vocabulary"

    @hookimpl
    def advisor_vocabulary(self) -> Sequence[VocabularyFile]:
        return (self.file,)


def _items(file: VocabularyFile) -> Iterator[tuple[str, "_Named"]]:
    for field in attrs.fields(VocabularyFile):
        for item in getattr(file, field.name):
            yield field.name, item


@frozen
class _Named:
    """What all items of a vocabulary have."""

    id: str


def _unequal(identity: Identity, metrics: Mapping[str, Metric]) -> str:
    """What the two sides come to where they differ; "" where they agree, or where a plugin computes
    one of the metrics."""
    names = (identity.left, *identity.times, *identity.over)
    if any(metrics[name].derived for name in names):
        return ""
    counts = sorted({count for name in names for count in metrics[name].counts()})
    given = {count: float(_PRIMES[at % len(_PRIMES)] + at) for at, count in enumerate(counts)}
    left = _value(metrics[identity.left], given)
    right = identity.factor
    for name in identity.times:
        right *= _value(metrics[name], given)
    for name in identity.over:
        right /= _value(metrics[name], given)
    if isclose(left, right, rel_tol=identity.tolerance):
        return ""
    told = ", ".join(f"{name} = {value:,.0f}" for name, value in given.items())
    return f"identity {identity.id!r}: {left:.6g} is not {right:.6g}, for {told}"


def _value(metric: Metric, given: Mapping[str, float]) -> float:
    above = sum(given[name.rstrip("?")] for name in metric.numerator)
    below = sum(given[name.rstrip("?")] for name in metric.denominator) or 1.0
    return metric.scale * above / below
