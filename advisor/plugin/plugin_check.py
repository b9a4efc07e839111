"""Whether a plugin fits this shop-advisor: its API, its distribution, its hooks.

Each check gives one line that says what to change, or nothing.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.errors import unknown
from advisor.plugin.hookspecs import API_ATTRIBUTE, OLDEST_PLUGIN_API, PLUGIN_API, PROJECT, Hooks

SPECS: Mapping[str, inspect.Signature] = {
    name: inspect.signature(spec)
    for name, spec in vars(Hooks).items()
    if name.startswith(f"{PROJECT}_")
}
_MARK = f"{PROJECT}_impl"
_UNKEYED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)


def api_mistake(plugin: object, version: str) -> str:
    """What is wrong with the plugin API that *plugin* states; *version* is that of the host."""
    stated = getattr(plugin, API_ATTRIBUTE, OLDEST_PLUGIN_API)
    numbers = stated if isinstance(stated, tuple | list | frozenset | set) else (stated,)
    if not numbers or any(type(number) is not int for number in numbers):
        return f"{API_ATTRIBUTE} is {stated!r:.60}; write the number of the plugin API, like 1"
    served = range(OLDEST_PLUGIN_API, PLUGIN_API + 1)
    if any(number in served for number in numbers):
        return ""
    has = f"shop-advisor {version} has {_span(served)}"
    newest = max(numbers)
    cure = "upgrade shop-advisor" if newest > PLUGIN_API else "install a newer version of it"
    return f"it was written for plugin API {newest}, and {has}; {cure}"


def hook_mistakes(plugin: object) -> Iterator[str]:
    """What is wrong with the hooks of *plugin*, each with the signature as it should be."""
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)
        function = getattr(static, "__func__", static)
        marked = getattr(function, _MARK, None) if callable(function) else None
        if not isinstance(marked, dict):
            if name in SPECS and callable(function):
                yield f"{name} is not marked; write @hookimpl above it"
            continue
        hook = marked.get("specname") or name
        if hook not in SPECS:
            yield unknown("hook", hook, SPECS)
            continue
        wrong = _wrong_signature(function, hook, marked, bound=not inspect.ismodule(plugin))
        if wrong:
            yield f"{name} {wrong}; write: {signature(hook)}"


def signature(hook: str) -> str:
    """How *hook* is written: `def advisor_metrics(readings: …, context: …) -> …`."""
    spec = SPECS[hook]
    shown = ", ".join(_parameter(p) for p in spec.parameters.values() if p.name != "self")
    return f"def {hook}({shown}) -> {_annotation(spec.return_annotation)}"


def _wrong_signature(function: Any, hook: str, marked: Mapping[str, Any], *, bound: bool) -> str:
    if marked.get("wrapper") or marked.get("hookwrapper"):
        return "is a wrapper, and hooks here are asked one by one"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "is asynchronous"
    allowed = [name for name in SPECS[hook].parameters if name != "self"]
    parameters = list(inspect.signature(function).parameters.values())
    if bound and parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.kind in _UNKEYED or parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return f"takes {parameter}, and arguments are given by name"
        if parameter.name not in allowed:
            known = f"; it is given {', '.join(allowed)}" if allowed else "; it is given none"
            return f"asks for an argument {parameter.name!r}{known}"
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            return f"asks for {parameter.name!r} behind a star"
    return ""


def _parameter(parameter: inspect.Parameter) -> str:
    return f"{parameter.name}: {_annotation(parameter.annotation)}"


def _annotation(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    for module in (
        "collections.abc.",
        "advisor.plugin.hookspecs.",
        "advisor.model.reading.",
        "advisor.",
    ):
        text = text.replace(module, "")
    return text.replace("vocabulary.", "")


def _span(served: range) -> str:
    return str(served[0]) if len(served) == 1 else f"{served[0]} to {served[-1]}"
