"""Sheets of an xlsx workbook as grids of text."""

import functools
from collections.abc import Collection, Sequence

import polars as pl
from fastexcel import ExcelReader, FastExcelError

from advisor.errors import AdvisorError
from advisor.model import HEAD_ROWS, define, lazy_ngettext, native_output_hidden
from advisor.tabular.cells import tidied


@define(eq=False)
class SheetGrid:
    """One sheet; calamine reads every cell, whatever the file says its dimension is."""

    name: str
    _book: ExcelReader
    _where: str
    _cut: tuple[str, ...] = ()  # cells far from any table, which are not there

    @property
    def remarks(self) -> Sequence[tuple[str, str]]:
        """Code and text of notes on the sheet."""
        if not self._cut:
            return ()
        text = lazy_ngettext(
            "{n} cell is far from the table ({first}); it is skipped",
            "{n} cells are far from the table (first: {first}); they are skipped",
            len(self._cut),
            first=self._cut[0],
        )
        return (("far-cells", text),)

    @functools.cached_property
    def _cells(self) -> pl.DataFrame:
        # skip_rows=0 keeps leading blank rows, so that row numbers are those of the sheet.
        try:
            with native_output_hidden():
                sheet = self._book.load_sheet(
                    self.name, header_row=None, skip_rows=0, dtypes="string"
                )
                return sheet.to_polars()
        except FastExcelError as error:
            raise self._broken(str(error)) from None
        except BaseException as error:  # a panic inside the reader is no Exception
            if type(error).__name__ != "PanicException":
                raise
            raise self._broken("its cells cannot be read") from None

    def _broken(self, why: str) -> AdvisorError:
        return AdvisorError(
            f"the sheet {self.name!r} is broken: {why.strip().splitlines()[0]}",
            where=self._where,
            hint="export or download the file again",
        )

    @functools.cached_property
    def head(self) -> Sequence[Sequence[str]]:
        rows = self._cells.head(HEAD_ROWS).rows()
        return [[(cell or "").strip() for cell in row] for row in rows]

    def body(
        self,
        after: int,
        columns: Sequence[int],
        numbers: Collection[int] = (),  # noqa: ARG002
    ) -> pl.DataFrame:
        cells = self._cells.slice(after + 1)
        none = pl.Series([None], dtype=pl.String).new_from_index(0, cells.height)
        named = (
            (cells.to_series(at) if at < cells.width else none).alias(f"c{at}") for at in columns
        )
        return tidied(pl.DataFrame(list(named))).with_row_index("_row", offset=after + 2)
