"""From a diagnosis to the result document."""

from advisor.document.compose.done import experience
from advisor.document.compose.since import since_info
from advisor.document.compose.whole import compose_document

__all__ = ["compose_document", "experience", "since_info"]
