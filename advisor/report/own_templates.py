"""Plans with templates of a shop's own, rendered in a child of the one runner.

A template may come from anybody. The sandbox keeps it from files and code, not from using time and
memory; the child has limits for both. It is handed the document and the texts of the templates, and
gives back files or the one line that says what is wrong.
"""

import base64
import json
import os
import pickle
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.document import Document
from advisor.errors import AdvisorError
from advisor.model import Language
from advisor.plugin import (
    MIB,
    Child,
    ChildDied,
    Limits,
    Registry,
    Templates,
    load_plugins,
    python_command,
    serve,
)
from advisor.report.formats import render

LIMITS = Limits(seconds=60.0, memory=4 * 1024 * MIB, output=64 * MIB)


def render_shop(
    document: Document,
    formats: Sequence[str],
    registry: Registry,
    own: Sequence[Templates],
    *,
    allow: Sequence[str],
    isolate: bool,
    language: Language,
) -> dict[str, str | bytes]:
    """The files of a shop's plan, with templates of its *own* where it has some; what fails beside
    them goes to the registry's faults."""
    if own:
        return render_with_own(
            document,
            formats,
            own,
            allow,
            isolate=isolate,
            failed=registry.faults,
            language=language,
        )
    return render(
        document,
        formats,
        registry.templates(allow),
        registry.report_formats(),
        third_party=registry.third_party_templates(),
        failed=registry.faults,
        language=language,
    )


def render_with_own(
    document: Document,
    formats: Sequence[str],
    own: Sequence[Templates],
    allow: Sequence[str],
    *,
    isolate: bool = False,
    failed: list[str],
    language: Language,
    limits: Limits = LIMITS,
) -> dict[str, str | bytes]:
    """What `render` makes with the templates *own* before those of plugins, which *allow* names
    where they may replace bundled ones.

    Raises AdvisorError for a template that is at fault or takes more than *limits*.
    """
    asked = {
        "document": document,
        "formats": tuple(formats),
        "own": tuple(own),
        "allow": tuple(allow),
        "isolate": isolate,
        "language": language,
    }
    env = {**os.environ, "POLARS_MAX_THREADS": "1"}
    child = Child(python_command("-P", "-m", "advisor.report.own_templates"), limits, env=env)
    try:
        # Pickle is for the child alone, from us; what it answers is JSON.
        answer: Mapping[str, Any] = json.loads(child.ask(pickle.dumps(asked)))
    except ChildDied as died:
        hint = "check the templates of the shop"
        text = f"rendering was stopped: {died}"
        raise AdvisorError(text, where="report.templates", hint=hint) from None
    finally:
        child.close()
    if "error" in answer:
        wrong = answer["error"]
        raise AdvisorError(wrong["message"], where=wrong["where"], hint=wrong["hint"])
    failed += answer["failed"]
    return {
        name: base64.b64decode(content["bytes"]) if "bytes" in content else content["text"]
        for name, content in answer["files"].items()
    }


def _answer(message: bytes) -> bytes:
    asked = pickle.loads(message)  # noqa: S301 (from our parent)
    registry = load_plugins(isolate=asked["isolate"])
    failed: list[str] = []
    try:
        files = render(
            asked["document"],
            asked["formats"],
            [*asked["own"], *registry.templates(asked["allow"])],
            registry.report_formats(),
            third_party=registry.third_party_templates(),
            failed=failed,
            language=asked["language"],
        )
    except AdvisorError as error:
        wrong = {"message": error.message, "where": error.where, "hint": error.hint}
        return json.dumps({"error": wrong}).encode()
    packed = {
        name: {"text": content}
        if isinstance(content, str)
        else {"bytes": base64.b64encode(content).decode()}
        for name, content in files.items()
    }
    return json.dumps({"files": packed, "failed": failed}).encode()


if __name__ == "__main__":
    serve(_answer, LIMITS.seconds)
