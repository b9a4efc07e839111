"""docs/document.md: the result document, field by field: what templates and programs are given."""

import ast
import inspect
from collections.abc import Iterator, Sequence
from types import ModuleType

from advisor.document import actions, findings, numbers, origin, outcomes, since, whole
from advisor.report import index
from docs.pages.hooks import class_lines
from docs.pages.markdown import page

PARTS = (whole, origin, numbers, findings, actions, outcomes, since)

_INTRO = """\
All that a run found is one document. `plan.json` holds it, every report is printed from it, and it
is what a template of the plan is given: each field of `Document` is a name in it, and other names
are a mistake. `index.md.j2`, for many shops, is given `Index`; `diff.md.j2` and `diff.html.j2`, for
two runs, are given `RunDiff`. [Write a theme](write-a-theme.md) says how to print them; the JSON
Schema is `advisor/document/schema/plan.schema.json`.

Numbers come with a `text` that has their unit; lists are whole. Names, captions and file names are
the words of strangers.
"""


def render() -> str:
    """The page."""
    return page(
        "The result document",
        _INTRO,
        ["## Of one shop", ""],
        *_classes(PARTS, first="Document"),
        ["## Of many shops", ""],
        *_classes((index,), first="Index"),
    )


def _classes(modules: Sequence[ModuleType], *, first: str) -> Sequence[Iterator[str]]:
    """The classes of *modules*: *first*, then the others as they stand."""
    trees = [ast.parse(inspect.getsource(module)) for module in modules]
    classes = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    classes.sort(key=lambda node: node.name != first)
    return [class_lines(node) for node in classes if _is_public(node)]


def _is_public(node: ast.ClassDef) -> bool:
    return not node.name.startswith("_") and bool(inspect.cleandoc(ast.get_docstring(node) or ""))
