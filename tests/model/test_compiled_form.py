"""Knowledge that is kept in compiled form."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest

from advisor.errors import Mistakes
from advisor.model import band_file, vocabulary_file
from advisor.model.compiled_form import VARIABLE, cache_folder, compiled, digest_of, freeze, thaw
from advisor.model.rule import Origin
from advisor.model.vocabulary_files import VocabularyFile
from advisor.tabular import load_kinds
from advisor.tabular.kind import CellType, ColumnSpec, Kind

ROOT = Path(__file__).parents[2]
ORIGIN = Origin(title="a guide")
PACKAGES = ("advisor_tiktok_shop", "advisor_tiktok_ads", "advisor_tiktok_studio")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def never() -> Origin:
    raise AssertionError


@pytest.mark.parametrize("package", PACKAGES)
def test_kinds_are_the_same_from_both_forms(package: str, folder: Path) -> None:
    read = load_kinds(package)
    assert [path.name.partition("-")[0] for path in folder.iterdir()] == ["kinds"]
    kept = load_kinds(package)

    assert kept == read
    assert kept is not read
    assert [list(kind.columns) for kind in kept] == [list(kind.columns) for kind in read]
    for kind in kept:
        for spec in kind.columns.values():
            assert isinstance(spec.type, CellType)
            assert all(isinstance(names, tuple) for names in spec.headers.values())


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*/vocabulary.toml")), ids=str)
def test_words_are_the_same_from_both_forms(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read = vocabulary_file(text, where="x")
    assert vocabulary_file(text, where="x") == read


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*/bands.toml")), ids=str)
def test_bands_are_the_same_from_both_forms(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read = band_file(text, where="x")
    assert band_file(text, where="x") == read


def test_what_was_kept_is_not_made_again(folder: Path) -> None:
    assert compiled("test", ["a"], lambda: ORIGIN) == ORIGIN
    assert compiled("test", ["a"], never) == ORIGIN
    (path,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert path.read_text(encoding="utf-8").startswith('{"classes"')


@pytest.mark.parametrize("sources", [["b"], ["a", ""], ["", "a"], []])
def test_other_sources_are_made_anew(sources: list[str]) -> None:
    compiled("test", ["a"], lambda: ORIGIN)
    with pytest.raises(AssertionError):
        compiled("test", sources, never)


def test_mistakes_are_raised_each_time(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(Mistakes, match="unknown key"):
            vocabulary_file("[[metrik]]\nid = 'x'\n", where="x")
    assert not folder.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-3],
        lambda text: "",
        lambda text: text.replace("a guide", "b guide"),
        lambda text: text.replace("advisor.model.rule", "subprocess").replace("Origin", "Popen"),
        lambda text: text.replace('"Origin"', '"Mapping"'),
        lambda text: json.dumps([1, 2]),
        lambda text: "[" * 100_000,
    ],
)
def test_a_damaged_file_is_made_anew(damage: object, folder: Path) -> None:
    compiled("test", ["a"], lambda: ORIGIN)
    (path,) = folder.iterdir()
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]

    assert compiled("test", ["a"], lambda: ORIGIN) == ORIGIN
    assert compiled("test", ["a"], never) == ORIGIN


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("advisor.model.rule", "attrs")])
def test_other_things_than_known_classes_are_refused(module: str, name: str) -> None:
    text = freeze(ORIGIN).replace("advisor.model.rule", module).replace("Origin", name)
    with pytest.raises(LookupError):
        thaw(text)


def test_values_of_every_sort_come_back() -> None:
    value = {
        "days": (date(2026, 11, 2), None),
        "nested": ((1, (2.5, True)), ()),
        "set": frozenset({"a", "b"}),
        "column": ColumnSpec({"en": ("CTR",)}, type=CellType.RATE, group=""),
        "": "é",
    }
    assert thaw(freeze(value)) == value


@pytest.mark.parametrize("value", [Path("a"), [1], {1: "a"}, {"§": 1}, "\ud800", object()])
def test_what_has_no_compiled_form_is_made_each_time(value: object, folder: Path) -> None:
    assert compiled("test", ["a"], lambda: value) is value
    assert not folder.exists()


def test_an_empty_name_keeps_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert compiled("test", ["a"], lambda: ORIGIN) == ORIGIN
    assert cache_folder() is None
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_costs_nothing(folder: Path) -> None:
    folder.write_text("a file")
    assert compiled("test", ["a"], lambda: ORIGIN) == ORIGIN


def test_the_oldest_of_too_many_files_are_deleted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.model.compiled_form._MOST", 2)
    for source in "abc":
        compiled("test", [source], lambda: ORIGIN)
    assert len(list(folder.iterdir())) == 2
    compiled("test", ["c"], never)


@pytest.mark.parametrize("value", ["a", VocabularyFile(), vocabulary_file("", where="x")])
def test_equal_values_have_one_digest(value: object) -> None:
    assert digest_of(value) == digest_of(value)
    assert digest_of(value) != digest_of(ORIGIN)
    assert digest_of(VocabularyFile()) == digest_of(VocabularyFile())


def test_a_digest_goes_with_its_value() -> None:
    import gc

    for title in "abcdefgh":
        origin = Origin(title=title)
        assert digest_of(origin) == digest_of(Origin(title=title))
        del origin
        gc.collect()


def test_what_has_no_compiled_form_has_no_digest() -> None:
    assert digest_of(Path("a")) is None


def test_only_known_modules_are_named() -> None:
    assert thaw(freeze(VocabularyFile())) == VocabularyFile()
    assert Kind.__module__ == "advisor.tabular.kind"
