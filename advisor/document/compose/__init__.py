"""From a diagnosis to the result document."""

from advisor.document.compose.whole import compose_document, compose_with_history, learned

__all__ = ["compose_document", "compose_with_history", "learned"]
