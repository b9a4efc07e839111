"""The whole result as JSON."""

import json
from collections.abc import Mapping

from advisor.document import Document, as_json
from advisor.report.escape import json_text


def render_json(document: Document) -> str:
    """plan.json. Raises ValueError where a number is NaN or infinite: that is a bug."""
    return write_json(as_json(document))


def write_json(value: Mapping[str, object]) -> str:
    """*value* as indented JSON in its own order, UTF-8, unseen characters as `\\uXXXX`."""
    return json_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"
