"""The vocabulary of this plugin, read once."""

from functools import cache
from importlib.resources import files

from advisor import VocabularyFile, vocabulary_file

_PACKAGE = "advisor_tiktok_shop"
_FILE = "vocabulary.toml"
PLACED_ORDERS = "placed_orders"  # a count that no kind of file describes


@cache
def vocabulary() -> VocabularyFile:
    """Subjects, counts, metrics, goals and levers of TikTok Shop."""
    text = (files(_PACKAGE) / _FILE).read_text(encoding="utf-8")
    return vocabulary_file(text, where=f"{_PACKAGE}/{_FILE}")
