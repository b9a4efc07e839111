"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by python -m docs.generate: change the data, not this page. -->"


def cell(text: object) -> str:
    """*text* as it can stand in a table."""
    return " ".join(str(text).split()).replace("|", "\\|") or "–"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table, as lines."""
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return [*lines, ""]


def code(names: Iterable[str]) -> str:
    """Names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def page(title: str, *parts: str | Iterable[str]) -> str:
    """A whole page that says it is generated: paragraphs, and parts made of lines."""
    lines = [NOTICE, ""]
    lines += [f"# {title}", ""]
    for part in parts:
        lines += [part] if isinstance(part, str) else part
    return "\n".join(lines).rstrip() + "\n"
