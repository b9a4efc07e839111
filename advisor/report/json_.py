"""The whole result as JSON."""

import json
from collections.abc import Iterator, Mapping

from advisor.document import Document, one_level
from advisor.report.escape import json_text


def render_json(document: Document) -> str:
    """plan.json. Raises ValueError where a number is NaN or infinite: that is a bug."""
    return write_json(one_level(document))


def write_json(value: Mapping[str, object]) -> str:
    """*value* as JSON in its own order, UTF-8, unseen characters as `\\uXXXX`.

    One line a field, and of a list one line an item: it compares well, and is written fast.
    """
    fields = ",\n".join(f"  {_compact(name)}: {_value(item)}" for name, item in value.items())
    return json_text(f"{{\n{fields}\n}}") + "\n"


def _value(value: object) -> str:
    if not isinstance(value, list | tuple | Iterator):
        return _compact(value)
    items = ",\n".join(f"    {_compact(item)}" for item in value)
    return f"[\n{items}\n  ]" if items else "[]"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=one_level)
