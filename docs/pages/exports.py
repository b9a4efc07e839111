"""docs/exports.md and its pages: which files are understood, where they come from and what they
give."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from advisor.model import Vocabulary
from advisor.plugin import KindInfo, Registry
from advisor.tabular import Kind, load_kinds, supported
from docs.pages.markdown import code, page, table

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "pt": "Portuguese",
    "id": "Indonesian",
    "vi": "Vietnamese",
    "th": "Thai",
    "ms": "Malay",
    "ko": "Korean",
    "ja": "Japanese",
    "zh": "Chinese",
    "de": "German",
    "fr": "French",
    "it": "Italian",
}

_INTRO = """\
Files are recognized by what is in them, never by their names: columns may be reordered, dropped
or added, and lines above the header do no harm. CSV (any delimiter and encoding), XLSX and JSON
are read. `advisor inspect FILE` says what a file was understood as, column by column, and which
rows were left out and why.

They may lie in a folder, in a zip as it was downloaded, or come through a pipe (`-`). What loaders
write is read where it is, each table that a kind below knows by its columns, and of it only those:

| Where | How | Needs |
| --- | --- | --- |
| SQLite | `advisor diagnose warehouse.db` | nothing more |
| Parquet: files, or a folder of parts | `advisor diagnose lake/` | nothing more |
| DuckDB | `advisor diagnose warehouse.duckdb` | `pip install 'shop-advisor[duckdb]'` |
| PostgreSQL | `advisor diagnose postgresql://user@host/database` | \
`pip install 'shop-advisor[postgres]'` |

The password of a database belongs in `PGPASSWORD`; wherever it stands, no output has it. Nothing is
ever written into a database. A file with several tables (sheets, streams, lists) gives a reading
for each that is known.

Zips and workbooks are refused where they hold more than 20,000 files, a file of more than 2 GiB or
4 GiB in all, or where more than 10 MiB unpack from less than a 200th; so is XML with entities.

For a table that is none of these, `advisor inspect FILE --map` proposes how to read it: see
`[[source]]` in [advisor.toml](advisor-toml.md#tables-of-your-own).
"""


def render(registry: Registry) -> Mapping[str, str]:
    """Return the pages by their paths in docs/."""
    vocabulary, kinds, path = registry.vocabulary(), _tabular(registry), pages(registry)
    named = {
        name: info
        for provider in registry.providers()
        for name, info in sorted(provider.kinds.items())
    }
    return {
        "exports.md": page(
            "Exports",
            _INTRO,
            table(
                ("File", "Where to get it", "About"),
                (
                    (f"[{info.title}]({path[name]}#{name})", info.where, code(info.subjects))
                    for name, info in named.items()
                ),
            ),
            _own_lists(named, path),
        ),
        **{
            one: page(
                f"Exports: {PurePosixPath(one).stem}",
                *(
                    _kind(name, info, kinds.get(name), vocabulary)
                    for name, info in named.items()
                    if path[name] == one
                ),
            )
            for one in sorted(set(path.values()))
        },
    }


def pages(registry: Registry) -> Mapping[str, str]:
    """Return where each kind of file is described: a page for each plugin's files, its answers of
    an API, and its own lists."""
    return {
        name: f"exports/{owner}{_part(name, info)}.md"
        for owner, provider in registry.owned_providers()
        for name, info in provider.kinds.items()
    }


def _part(name: str, info: KindInfo) -> str:
    if info.template:
        return "-lists"
    return "-api" if name.startswith("api-") else ""


def _own_lists(kinds: Mapping[str, KindInfo], path: Mapping[str, str]) -> Iterator[str]:
    yield from ("## Your own lists", "")
    yield from (
        "No export has everything. `advisor init FOLDER --templates` writes these files with their",
        "headers, and `templates.md`, which explains them; fill in what you have and remove the",
        "rest. A file with a mistake is not read: every mistake is named with its row.",
        "",
    )
    yield from table(
        ("File", "What it gives"),
        (
            (f"[{name}.csv]({path[name]}#{name})", code(info.counts))
            for name, info in kinds.items()
            if info.template
        ),
    )


def _tabular(registry: Registry) -> Mapping[str, Kind]:
    packages = [
        info.module for info in registry.plugins if "advisor_metric_providers" in info.hooks
    ]
    return {kind.id: kind for name in packages for kind in load_kinds(name)}


def _kind(name: str, info: KindInfo, kind: Kind | None, vocabulary: Vocabulary) -> Iterator[str]:
    yield from (f"## {name}", "")
    yield from (f"**{info.title}**: {info.where}", "")
    if info.documentation:
        yield from (info.documentation.strip(), "")
    yield f"- about: {', '.join(vocabulary.subjects[s].title for s in info.subjects)}"
    if kind is not None:
        yield f"- one row covers: {_GRAINS[kind.grain.value]}"
        names = [LANGUAGES[one] for one in supported(kind) if one in LANGUAGES]
        if len(names) > 1:
            yield f"- read in {len(names)} [languages](../languages.md): {', '.join(names)}"
        needed = [next(iter(kind.columns[name].headers.values()))[0] for name in kind.requires]
        yield f"- recognized by: {code(needed)}"
    yield f"- counts: {code(info.counts)}"
    yield ""


_GRAINS = {
    "day": "one day",
    "period": "the file's period, or one day where it has a day column",
    "lifetime": "everything since the subject exists",
}
