"""From a diagnosis to the result document."""

from advisor.document.compose.whole import compose_document

__all__ = ["compose_document"]
