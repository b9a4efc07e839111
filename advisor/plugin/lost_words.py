"""The words that failed plugins would have brought, so that who misses one is told the reason.

What a plugin that cannot be loaded would have said is read from its files, which are never run.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import attrs

from advisor.errors import Mistakes
from advisor.model import VocabularyFile, parse_toml

_FILE, _HOOK = "vocabulary.toml", "advisor_vocabulary"
_MOST = 500  # files that are looked at
_SHOWN = 6


@attrs.frozen
class LostWords:
    """*by* has the words of each plugin whose vocabulary is not in use, None where they are not
    known; *leaning* the words of others that need such words, with the plugins that had them."""

    by: dict[str, frozenset[str] | None] = attrs.field(factory=dict)
    leaning: dict[str, tuple[str, ...]] = attrs.field(factory=dict)

    def whose(self, word: str) -> tuple[str, ...]:
        """The plugins that would have brought *word*: those that surely would, else those that may
        have; none where it is nobody's."""
        if word in self.leaning:
            return self.leaning[word]
        sure = tuple(owner for owner, words in self.by.items() if words and word in words)
        return sure or tuple(owner for owner, words in self.by.items() if words is None)


def because(words: Iterable[str], owners: Iterable[str], *, one: bool) -> str:
    """`rest because they use words that plugin ads would have brought (…)`; of *one* it `rests`."""
    named = sorted(set(owners))
    plugins = f"plugin {named[0]}" if len(named) == 1 else f"plugins {' or '.join(named)}"
    rest = "rests because it uses" if one else "rest because they use"
    return f"{rest} words that {plugins} would have brought ({listed(words)})"


def listed(words: Iterable[str]) -> str:
    """`a, b, c and 3 more`, each once and by name."""
    each = sorted(set(words))
    more = len(each) - _SHOWN
    shown = ", ".join(each[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def file_words(file: VocabularyFile) -> frozenset[str]:
    """Every id that *file* declares."""
    parts = (part.name for part in attrs.fields(VocabularyFile))
    return frozenset(item.id for part in parts for item in getattr(file, part))


def module_words(module: str) -> frozenset[str] | None:
    """The words of the plugin whose entry point is *module*, as its files have them; empty where it
    brings none, None where that cannot be known."""
    try:
        spec = find_spec(module.partition(":")[0].partition(".")[0])  # runs nothing
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    try:
        if folders:
            return _of_folders(folders)
        return None if spec.origin is None or _speaks(Path(spec.origin)) else frozenset()
    except OSError:
        return None


def _of_folders(folders: Iterable[Path]) -> frozenset[str] | None:
    files = [file for folder in folders for file in islice(folder.rglob("*"), _MOST)]
    tables = [file for file in files if file.name == _FILE]
    if not tables:
        brings = any(_speaks(file) for file in files if file.suffix == ".py")
        return None if brings else frozenset()
    try:
        return frozenset(word for file in tables for word in _ids(file.read_text("utf-8")))
    except (Mistakes, UnicodeDecodeError):
        return None


def _speaks(file: Path) -> bool:
    return _HOOK in file.read_text("utf-8", errors="replace")


def _ids(text: str) -> Iterator[str]:
    """The ids in a vocabulary, whatever else may be wrong with it."""
    raw = parse_toml(text, where=_FILE)
    for part in attrs.fields(VocabularyFile):
        items = raw.get(part.name)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                yield item["id"]
