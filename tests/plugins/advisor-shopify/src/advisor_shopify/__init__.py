"""Reads Shopify's sales by day."""

from collections.abc import Sequence
from importlib.resources import files

from advisor import Provider, VocabularyFile, hookimpl, vocabulary_file


@hookimpl
def advisor_metric_providers() -> Sequence[Provider]:
    from advisor_shopify.provider import shopify  # polars only where files are read

    return (shopify(),)


@hookimpl
def advisor_vocabulary() -> Sequence[VocabularyFile]:
    text = (files(__name__) / "vocabulary.toml").read_text(encoding="utf-8")
    return [vocabulary_file(text, where="vocabulary.toml")]
