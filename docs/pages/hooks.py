"""docs/hooks.md: every hook as it is specified, and what plugins hand over."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from advisor.plugin import Counts, hookspecs
from docs.pages.markdown import page

_HANDED = (
    "Match",
    "KindInfo",
    "ReadContext",
    "Provider",
    "Together",
    "MetricsContext",
    "Counts",
    "CountTable",
    "Coverage",
    "Derived",
    "Templates",
    "ReportFormat",
)

_INTRO = """\
A plugin is a module named in the entry-point group `advisor`. It implements any of these with
`@advisor.hookimpl` and may leave out arguments that it does not need. [Write a
plugin](write-a-plugin.md) walks through one.
"""


def render() -> str:
    """The page."""
    files = (hookspecs.__file__, inspect.getfile(Counts))
    trees = [ast.parse(Path(file).read_text(encoding="utf-8")) for file in files]
    bodies = (node for tree in trees for node in tree.body)
    classes = {node.name: node for node in bodies if isinstance(node, ast.ClassDef)}
    hooks = [node for node in classes["Hooks"].body if isinstance(node, ast.FunctionDef)]
    rules = inspect.cleandoc(hookspecs.__doc__ or "").split("\n\n", 2)[2]
    return page(
        "Hooks",
        _INTRO,
        [*_examples(rules), ""],
        *(_hook(hook) for hook in hooks),
        ["## What is handed over", ""],
        *(class_lines(classes[name]) for name in _HANDED),
    )


def _examples(text: str) -> Iterator[str]:
    """*text* with its indented blocks as fenced ones."""
    for block in text.split("\n\n"):
        if block.startswith("    "):
            yield from ("```text", inspect.cleandoc(block), "```", "")
        else:
            yield from (block, "")


def _hook(hook: ast.FunctionDef) -> Iterator[str]:
    names = ", ".join(
        f"{argument.arg}: {_annotation(argument.annotation)}"
        for argument in hook.args.args
        if argument.arg != "self"
    )
    yield from (f"## {hook.name}", "")
    yield from ("```text", f"{hook.name}({names}) -> {_annotation(hook.returns)}", "```", "")
    yield from (inspect.cleandoc(ast.get_docstring(hook) or ""), "")


def _annotation(node: ast.expr | None) -> str:
    return ast.unparse(node).strip("'") if node is not None else ""


def class_lines(node: ast.ClassDef) -> Iterator[str]:
    """A class with its docstring, fields and methods."""
    yield from (f"### {node.name}", "")
    yield from (inspect.cleandoc(ast.get_docstring(node) or ""), "")
    for member in node.body:
        if isinstance(member, ast.AnnAssign) and ast.unparse(member.target).startswith("_"):
            continue
        if isinstance(member, ast.AnnAssign):
            default = f" = {_default(member.value)}" if member.value else ""
            yield f"- `{ast.unparse(member.target)}: {_annotation(member.annotation)}{default}`"
        elif isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
            named = (*member.args.args, *member.args.kwonlyargs)
            arguments = ", ".join(a.arg for a in named if a.arg not in ("self", "cls"))
            told = " ".join((ast.get_docstring(member) or "").split())
            says = f": {told}" if told else ""
            yield f"- `{member.name}({arguments}) -> {_annotation(member.returns)}`{says}"
    yield ""


def _default(value: ast.expr) -> str:
    """A field's default as one writes it, also where attrs is told it in other words."""
    if not isinstance(value, ast.Call):
        return ast.unparse(value)
    told = {word.arg: ast.unparse(word.value) for word in value.keywords}
    return {"dict": "{}"}.get(told.get("factory", ""), told.get("default", ast.unparse(value)))
