"""Answers that come in pages: which of them are here, and which are missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.model import Listed, Source, frozen, lazy_gettext, lazy_ngettext

ONE_PAGE = "one-page"  # the code of the note that says what is missing
_LONG = 12  # digits of no number of pages
_SHOWN = 5  # pages that a message names
_MORE = ("has_more", "has_next", "hasMore", "has_next_page")
_TOKENS = ("next_page_token", "nextPageToken", "next_cursor")


@frozen
class Page:
    """What one answer says about the whole: its *number* of *pages*, that it holds *held* of
    *total* rows, whether there is *more* after it; None where it does not say."""

    held: int
    number: int | None = None
    pages: int | None = None
    total: int | None = None
    more: bool | None = None

    @property
    def alone(self) -> bool:
        """Whether it is the whole answer, as far as it says."""
        short = self.total is not None and self.total > self.held > 0
        return not (self.pages or 1) > 1 and not self.more and not short

    @property
    def of_answer(self) -> tuple[int | None, int | None]:
        """What the pages of one answer have in common."""
        return self.pages, self.total


def page_of(document: Any) -> Page | None:
    """The page that *document*, an answer of an API, says it is; None where it says nothing."""
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        return None
    info = data.get("page_info")
    said = {**data, **info} if isinstance(info, dict) else data
    numbers = {
        name: int(value)
        for name, value in said.items()
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _LONG
    }
    totals = [numbers[name] for name in ("total_number", "total_count") if name in numbers]
    more = _more(said)
    if more is None and not totals and "total_page" not in numbers:
        return None
    held = max((len(value) for value in data.values() if isinstance(value, list)), default=0)
    pages = numbers.get("total_page")
    number = numbers.get("page", 1) if pages is not None else None
    return Page(held, number, pages, max(totals, default=None), more and held > 0)


def pages_of(source: Source) -> tuple[Page, ...]:
    """The pages that a file says it is."""
    return next((tuple(found) for g in source.grids if (found := getattr(g, "pages", ()))), ())


def _more(said: Mapping[str, Any]) -> bool | None:
    for name in _MORE:
        if name in said:
            return str(said[name]).lower() == "true"
    for name in _TOKENS:
        if name in said:
            return bool(said[name])
    return None


def pages_missing(pages: Sequence[Page]) -> str:
    """What is missing of an answer of which these *pages* are here; "" where nothing is."""
    if len(pages) == 1:
        return _missing_of_one(pages[0])
    count = pages[0].pages
    if count is not None and count > 1:
        here = {page.number for page in pages}
        gaps = [str(number) for number in range(1, count + 1) if number not in here]
        if not gaps:
            return ""
        return lazy_ngettext(
            "{here} of {all} pages of an API answer are here, without page {missing}; save it too",
            "{here} of {all} pages of an API answer are here, without pages {missing}; save them "
            "too",
            len(gaps),
            here=len(here),
            all=count,
            missing=Listed(tuple(gaps), _SHOWN),
        )
    total, held = pages[0].total, sum(page.held for page in pages)
    if total is not None:
        if held >= total:
            return ""
        return lazy_gettext(
            "{pages} pages of an API answer have {held} of {total} rows; save the other pages too",
            pages=len(pages),
            held=held,
            total=total,
        )
    if all(page.more for page in pages):
        return lazy_gettext(
            "the API answer is incomplete: each page has a next one; save the last pages too"
        )
    return ""


def _missing_of_one(page: Page) -> str:
    if page.alone:
        return ""
    if (page.pages or 1) > 1:
        return lazy_gettext(
            "this is page {number} of {all} of an API answer; save the other pages too",
            number=page.number or 0,
            all=page.pages or 0,
        )
    if page.more and not page.total:
        return lazy_gettext(
            "the API answer is incomplete: it has a next page; save the other pages too"
        )
    return lazy_gettext(
        "the API answer has {held} of {total} rows; save the other pages too",
        held=page.held,
        total=page.total or 0,
    )
