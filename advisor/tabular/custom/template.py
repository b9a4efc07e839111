"""CSV templates that people fill in themselves, for what no export gives.

What a cell may hold is said in the kind (CellRule). People make mistakes, and a mistake here would
become wrong advice, so a template with any is not read: all are named at once, each with its row.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from advisor.errors import Mistakes
from advisor.model import Column, Reading, Source, Table, frozen
from advisor.plugin import KindInfo, Match, ReadContext
from advisor.tabular.headers import Recogniser, first_name
from advisor.tabular.kind import Kind
from advisor.tabular.reader import info

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 50  # mistakes that a message lists

Shape = Callable[[Kind, "pl.DataFrame", ReadContext], Sequence[Table]]
"""Makes tables of a template's rows: a frame with one typed column for each column of the kind
(dates, months as their first day, numbers, text) and `_row`, all of it valid."""


@frozen(eq=False)
class Template:
    """A template and what its rows mean; *subjects* are the kinds that its tables are about."""

    kind: Kind
    shape: Shape

    @property
    def header(self) -> tuple[str, ...]:
        """The header that a user fills in under."""
        return tuple(first_name(spec) for spec in self.kind.columns.values())


class TemplateProvider:
    """Reads filled-in templates. A file with the header alone has no rows, which may mean much:
    that is for the template's shape to say."""

    def __init__(self, name: str, templates: Sequence[Template]) -> None:
        self.name = name
        self._templates = {template.kind.id: template for template in templates}
        self._recognisers = {t.kind.id: Recogniser(t.kind) for t in templates}

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        """What it reads."""
        return {name: _info(template) for name, template in self._templates.items()}

    def recognise(self, source: Source) -> Sequence[Match]:
        """A claim for each template that *source* is, or nearly is."""
        claims: list[Match] = []
        for name, recogniser in self._recognisers.items():
            located = recogniser.locate(source)
            if located is not None:
                claims.append(Match(name, located.strength, located.lacks))
        return claims

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """The rows of *source* as counts; raises Mistakes with all that is wrong in it."""
        from advisor.tabular.custom import template_rows as of_rows

        template = self._templates[match.kind]
        kind = template.kind
        located = self._recognisers[kind.id].locate(source)
        if located is None or located.lacks:
            lacks = located.lacks if located else tuple(map(repr, kind.requires))
            raise Mistakes([f"the header lacks {', '.join(lacks)}"], where=source.file.name)
        written = of_rows.written_rows(kind, located.found)
        rows = of_rows.typed_rows(kind, written)
        wrong = list(of_rows.mistakes(kind, written, rows))
        if wrong:
            shown = wrong[:_SHOWN]
            if len(wrong) > _SHOWN:
                shown.append(f"first {_SHOWN} of {len(wrong)}")
            raise Mistakes(shown, where=source.file.name, hint="fix these rows and run it again")
        places = {at: name for name, at in located.found.columns.items()}
        return Reading(
            file=source.file,
            provider=self.name,
            kind=kind.id,
            title=kind.title,
            tables=tuple(template.shape(kind, rows, context)),
            rows=rows.height,
            period=of_rows.period_of(kind, rows),
            columns=tuple(
                Column(cell, places.get(at, ""))
                for at, cell in enumerate(located.found.grid.head[located.found.row])
                if cell or at in places
            ),
            by_hand=True,
        )


def _info(template: Template) -> KindInfo:
    known = info(template.kind)
    counts = dict.fromkeys((*template.kind.makes, *known.counts))
    return attrs.evolve(known, counts=tuple(counts))
