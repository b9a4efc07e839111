"""The child: answers whether a trial, or a case as JSON, holds."""

import gc
import json

import attrs

from advisor.plugin import serve
from tests.fuzz.check import check, check_all
from tests.fuzz.trial import Made, Trial

SECONDS = 600.0


def answer(message: bytes) -> bytes:
    """The problems of trials, by number, or of one case."""
    asked = json.loads(message)
    if "case" in asked:
        problem = check(Made.from_json(asked["case"]))
        return json.dumps(problem and attrs.asdict(problem)).encode()
    numbers = asked["numbers"]
    problems = check_all([Trial.of(asked["seed"], number).make() for number in numbers])
    pairs = zip(numbers, problems, strict=True)
    return json.dumps({n: attrs.asdict(one) for n, one in pairs if one is not None}).encode()


if __name__ == "__main__":
    gc.freeze()  # looking for garbage among what lives to the end is in vain
    gc.set_threshold(200_000)
    serve(answer, SECONDS)
