"""Which languages a kind of file is read in: those in which all that it requires has a name."""

import re
from collections.abc import Mapping

from advisor.tabular.header_text import header_text
from advisor.tabular.kind import ColumnSpec, Kind, Role

_WORDS = re.compile(r"[^\W\d_]{2,}")


def supported(kind: Kind) -> Mapping[str, bool]:
    """Languages in which every required column has a name, and rows that sum up others are known;
    each with whether a real export has shown all of these names."""
    required = [kind.columns[name] for name in kind.requires]
    named = {language for spec in kind.columns.values() for language in spec.headers}
    guessed = {language for spec in kind.columns.values() for language in spec.guesses}
    found: dict[str, bool] = {}
    for language in sorted(named | guessed):
        named_here = all(language in (*spec.headers, *spec.guesses) for spec in required)
        if named_here and any(_was_seen(spec, language) for spec in required):
            seen = all(language in spec.headers for spec in required)
            if seen or sums_without_language(kind):
                found[language] = seen
    return found


def _was_seen(spec: ColumnSpec, language: str) -> bool:
    """Whether a real export has shown a name that the column has in *language*."""
    seen = {header_text(name).key for names in spec.headers.values() for name in names}
    here = (*spec.headers.get(language, ()), *spec.guesses.get(language, ()))
    return any(header_text(name).key in seen for name in here)


def sums_without_language(kind: Kind) -> bool:
    """Whether the rows that sum up others are known in any language: by a dash, by the number of
    rows that they state, or because they have no day."""
    patterns = (*kind.totals, *kind.data_rows, *(p for ps in kind.not_data.values() for p in ps))
    worded = any(_WORDS.search(pattern) for pattern in patterns)
    dated = any(spec.role is Role.DAY for spec in kind.columns.values())
    return not worded or kind.counted_total or dated
