"""Which names of a template are not in the class that describes its context.

A template fails on a name that is not there only when it comes to it; here every branch is looked
at. What cannot be followed (the argument of a macro, the result of a filter that may give anything)
is taken as it is.
"""

import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import jinja2
from jinja2 import meta, nodes

from advisor.errors import unknown
from advisor.model import frozen

Scope = dict[str, Any]

# Filters whose result is of the kind of their input, and those that give one of its items.
_SAME = (
    "of",
    "for_goal",
    "sort",
    "reverse",
    "list",
    "selectattr",
    "rejectattr",
    "unique",
    "default",
)
_ONE = ("first", "last", "random", "min", "max")


def undocumented(
    environment: jinja2.Environment, source: str, context: type, also: Mapping[str, str]
) -> Iterator[str]:
    """Names that the template *source* uses and *context* does not have, each with its line and the
    nearest name; *also* are further names that the author documents."""
    tree = environment.parse(source)
    hints = _fields(context)
    made = {str(name) for found in tree.find_all(nodes.FromImport) for name in _imported(found)}
    made |= {node.target for node in tree.find_all(nodes.Import)}
    made |= {node.name for node in tree.find_all(nodes.Macro)}
    made |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    known = {*hints, *also, *made, *environment.globals, "self", "super", "caller", "varargs"}
    for name in sorted(meta.find_undeclared_variables(tree)):
        if name not in known:
            lines = [n.lineno for n in tree.find_all(nodes.Name) if n.name == name]
            yield f"line {min(lines, default=1)}: {unknown('name', name, {*hints, *also})}"
    walker = _Walker([])
    walker.walk(tree, dict(hints))
    yield from dict.fromkeys(walker.wrong)


def _imported(found: nodes.FromImport) -> Iterator[str]:
    for name in found.names:
        yield name[1] if isinstance(name, tuple) else name


@frozen
class _Walker:
    """Goes through a template and knows, where it can, what a name stands for."""

    wrong: list[str]

    def walk(self, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.For):
            items = _item(self.kind(node.iter, scope))
            inner = {**scope, "loop": None}
            self._bind(node.target, items, inner)
            for child in (node.test, *node.body, *node.else_):
                if child is not None:
                    self.walk(child, inner)
            return
        if isinstance(node, nodes.Macro | nodes.CallBlock):
            inner = scope | dict.fromkeys(arg.name for arg in node.args)
            for child in node.iter_child_nodes():
                self.walk(child, inner)
            return
        if isinstance(node, nodes.With):
            inner = dict(scope)
            for target, value in zip(node.targets, node.values, strict=True):
                self._bind(target, self.kind(value, scope), inner)
            for child in node.body:
                self.walk(child, inner)
            return
        if isinstance(node, nodes.Assign):
            self._bind(node.target, self.kind(node.node, scope), scope)
            return
        if isinstance(node, nodes.Expr):
            self.kind(node, scope)
            return
        for child in node.iter_child_nodes():
            self.walk(child, scope)

    def kind(self, node: nodes.Node, scope: Scope) -> Any:
        """What *node* is: a class, a generic like `tuple[X, ...]`, or None where that is not
        known."""
        if isinstance(node, nodes.Name):
            return _whole(scope.get(node.name))
        if isinstance(node, nodes.Getattr):
            return self._field(self.kind(node.node, scope), node.attr, node.lineno)
        if isinstance(node, nodes.Getitem):
            inside = self.kind(node.node, scope)
            if isinstance(node.arg, nodes.Slice):
                return inside
            if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
                return self._field(inside, node.arg.value, node.lineno)
            self.walk(node.arg, scope)
            return _item(inside)
        if isinstance(node, nodes.Filter):
            return self._filter(node, scope)
        for child in node.iter_child_nodes():
            self.walk(child, scope)
        return None

    def _filter(self, node: nodes.Filter, scope: Scope) -> Any:
        inside = self.kind(node.node, scope) if node.node is not None else None
        for child in (*node.args, *node.kwargs):
            self.walk(child, scope)
        named = [one.value for one in node.kwargs if one.key == "attribute"]
        named += node.args[:1] if node.name in ("selectattr", "rejectattr", "sum") else []
        for one in named:
            if isinstance(one, nodes.Const) and isinstance(one.value, str):
                self._field(_item(inside), one.value.partition(".")[0], node.lineno)
        if node.name in _SAME:
            return inside
        return _item(inside) if node.name in _ONE else None

    def _field(self, kind: Any, name: str, line: int) -> Any:
        if not (isinstance(kind, type) and attrs.has(kind)):
            return None
        fields = _fields(kind)
        if name not in fields:
            self.wrong.append(f"line {line}: {unknown(f'field of {kind.__name__}', name, fields)}")
            return None
        return _whole(fields[name])

    def _bind(self, target: nodes.Node, kind: Any, scope: Scope) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = kind
        elif isinstance(target, nodes.Tuple):
            scope.update(dict.fromkeys(n.name for n in target.items if isinstance(n, nodes.Name)))


@cache
def _fields(kind: type) -> Mapping[str, Any]:
    """The fields of a class of the document with their types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in attrs.fields(kind)}


def _whole(kind: Any) -> Any:
    """*kind* without the None that it may be."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    others = [one for one in get_args(kind) if one is not type(None)]
    return others[0] if len(others) == 1 else None


def _item(kind: Any) -> Any:
    """What a list of *kind* holds."""
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        return _whole(get_args(kind)[0])
    return None
