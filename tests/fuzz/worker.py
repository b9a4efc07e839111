"""The child: answers whether a trial, or a case as JSON, holds."""

import json
from typing import Any

import attrs

from advisor.plugin import serve
from tests.fuzz.trial import Made, Trial, check, with_traces

SECONDS = 600.0


def answer(message: bytes) -> bytes:
    """The problems of trials, by number, or of one case."""
    asked = json.loads(message)
    if "case" in asked:
        problem = check(Made.from_json(asked["case"]))
        return json.dumps(problem and attrs.asdict(problem)).encode()
    found: dict[int, Any] = {}
    for number in asked["numbers"]:
        problem = check(Trial.of(asked["seed"], number).make())
        if problem is not None:
            found[number] = attrs.asdict(problem)
    return json.dumps(found).encode()


if __name__ == "__main__":
    with_traces()
    serve(answer, SECONDS)
