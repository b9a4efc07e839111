"""Templates of first files, and values as TOML."""

import json
import re
import shlex
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import jinja2

from advisor.report import clean

TEMPLATES = files(__name__.rpartition(".")[0]) / "templates"

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(value: object) -> str:
    """*value* as TOML on one line: text, numbers, lists and tables."""
    if isinstance(value, str):
        return json.dumps(clean(value), ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:_.0f}" if float(value).is_integer() else repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{key(name)} = {toml(one)}" for name, one in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return toml(value[0]) if len(value) == 1 else "[" + ", ".join(map(toml, value)) + "]"
    raise TypeError(f"no value for TOML: {value!r}")


def key(name: str) -> str:
    """*name* as a key: in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def environment() -> jinja2.Environment:
    """What templates of first files are rendered with; every name in them must be given."""
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  TOML and Python, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {"toml": toml, "key": key, "shell": lambda text: shlex.quote(clean(text))}
    return found


def render(name: str, context: Mapping[str, object]) -> str:
    """The template *name* with *context*; one newline at the end."""
    return environment().get_template(name).render(context).strip("\n") + "\n"


def place(name: str) -> Traversable:
    """The file or folder of templates called *name*."""
    return TEMPLATES.joinpath(*name.split("/"))


def _source(name: str) -> str:
    return place(name).read_text(encoding="utf-8")
