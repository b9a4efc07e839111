"""docs/languages.md: in which languages which file is read, and how sure that is."""

from collections.abc import Iterator, Sequence

from advisor.plugin import Registry
from advisor.tabular import Kind, load_kinds, supported
from docs.pages.exports import LANGUAGES, pages
from docs.pages.markdown import page, table

_INTRO = """\
A file is read in a language where every column that it can't do without has a name in it, and its
totals row is known. `●`: these names are those of real exports or of TikTok's own pages.
`○`: some are our translation; they are read, but never the only thing that recognizes a file: at
least one column that the file needs must have a name that was seen. A file with other names can be
read with a mapping: `advisor inspect FILE --map`.

Answers of an API and tables of loaders have no language and aren't listed.
"""


def render(registry: Registry) -> str:
    """The page."""
    return page("Languages", _INTRO, table(("File", *LANGUAGES.values()), _rows(registry)))


def spoken(registry: Registry) -> Sequence[Kind]:
    """The kinds of the platform's exports that have names in a language."""
    packages = [p.module for p in registry.plugins if "advisor_metric_providers" in p.hooks]
    kinds = [kind for package in packages for kind in load_kinds(package)]
    return [kind for kind in kinds if not kind.template and _speaks(kind)]


def _speaks(kind: Kind) -> bool:
    names = [n for spec in kind.columns.values() for n in spec.headers.get("en", ())]
    return any(" " in name or name.istitle() for name in names)


def _rows(registry: Registry) -> Iterator[Sequence[str]]:
    path = pages(registry)
    for kind in sorted(spoken(registry), key=lambda kind: kind.title):
        found = supported(kind)
        marks = {True: "●", False: "○", None: ""}
        title = f"[{kind.title}]({path[kind.id]}#{kind.id})"
        yield (title, *(marks[found.get(language)] for language in LANGUAGES))
