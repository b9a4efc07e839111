"""From a diagnosis to the result document."""

from advisor.compose.document import compose

__all__ = ["compose"]
