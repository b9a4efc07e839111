"""The document as templates see it: plain, and of long lists only what they ask for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import attrs

from advisor.document import Document, FindingInfo, plain

Part = Mapping[str, Any]


class Findings(Sequence[Part]):
    """Findings as dictionaries, each made when it is asked for: reports show few of many."""

    def __init__(self, findings: Sequence[FindingInfo]) -> None:
        self._findings = findings
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._findings)

    @overload
    def __getitem__(self, at: int) -> Part: ...
    @overload
    def __getitem__(self, at: slice) -> "Findings": ...
    def __getitem__(self, at: int | slice) -> "Part | Findings":
        if isinstance(at, slice):
            return Findings(self._findings[at])
        found: Part = plain(self._findings[at])
        return found

    def __iter__(self) -> Iterator[Part]:
        return map(plain, self._findings)

    def of(self, ids: Iterable[str]) -> list[Part]:
        """Those with these *ids*, in the order of the ids."""
        if not self._places:
            self._places = {finding.id: at for at, finding in enumerate(self._findings)}
        return [self[self._places[id_]] for id_ in ids if id_ in self._places]


def for_templates(document: Document) -> dict[str, object]:
    """The fields of *document*, plain; the findings as Findings."""
    rest = plain(attrs.evolve(document, findings=()))
    return {**rest, "findings": Findings(document.findings)}
