"""Writes what the documentation takes from the data: `python -m docs.generate`.

With --check nothing is written; it says which files differ and ends with 1 where one does.
"""

import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from advisor.plugin import DISTRIBUTION, PROJECT, Registry, load_plugins
from docs.pages import (
    bands,
    cli,
    contracts,
    document,
    example,
    exports,
    guide,
    hooks,
    languages,
    memory,
    metrics,
    power,
    proof,
    questions,
    rules,
)
from docs.pages.markdown import NOTICE

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PLAN = ROOT / "examples" / "plan" / "plan.md"
BEGIN, END = "<!-- picture -->", "<!-- end of picture -->"


def bundled() -> Registry:
    """What comes with the project; plugins that happen to be installed are left out."""
    points = entry_points(group=PROJECT)
    return load_plugins([p for p in points if p.dist is not None and p.dist.name == DISTRIBUTION])


def generated() -> Mapping[Path, str]:
    """Every generated file, as it should be."""
    registry = bundled()
    made = example.document(registry)
    return {
        **{
            DOCS / name: text
            for some in (metrics, rules, exports)
            for name, text in some.render(registry).items()
        },
        DOCS / "power.md": power.render(),
        DOCS / "bands.md": bands.render(registry),
        DOCS / "languages.md": languages.render(registry),
        DOCS / "guide-coverage.md": guide.render(registry),
        DOCS / "questions.md": questions.render(registry),
        DOCS / "plan-proof.md": proof.render(),
        DOCS / "memory-proof.md": memory.render(),
        DOCS / "hooks.md": hooks.render(),
        DOCS / "cli.md": cli.render(),
        DOCS / "contracts.md": contracts.render(),
        DOCS / "document.md": document.render(),
        PLAN: example.plan(made, registry),
        README: _with_picture(README.read_text(encoding="utf-8"), example.picture(made)),
    }


def _with_picture(readme: str, picture: str) -> str:
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n```text\n{picture}```\n{END}{after}"


def written() -> set[Path]:
    """Return the pages in docs/ that say that they are generated."""
    return {
        path for path in DOCS.rglob("*.md") if path.read_text(encoding="utf-8").startswith(NOTICE)
    }


def differing(texts: Mapping[Path, str]) -> list[Path]:
    """List the generated files that are not as they should be, or should not be at all."""
    stale = [
        path
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    return [*stale, *sorted(written() - texts.keys())]


def main(arguments: list[str]) -> int:
    """Writes, or checks; the exit code."""
    texts = generated()
    stale = differing(texts)
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: python -m docs.generate")
        return 1 if stale else 0
    for path in stale:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
