"""What is changed, and whose tests are asked first."""

from collections.abc import Mapping, Sequence

import attrs


@attrs.frozen
class Room:
    """The modules of a room, and the tests that speak of it alone."""

    modules: Sequence[str]
    tests: Sequence[str]


ROOMS: Mapping[str, Room] = {
    "stats": Room(["advisor/stats"], ["tests/stats"]),
    "metrics": Room(["advisor/metrics"], ["tests/metrics"]),
    "plan": Room(["advisor/plan"], ["tests/plan"]),
    "combine": Room(
        ["advisor/ingest/combination.py", "advisor/ingest/deduplicate.py"],
        ["tests/ingest"],
    ),
}
MODULES = [module for room in ROOMS.values() for module in room.modules]
# Tests that run what is changed, in the order in which they are asked. Whatever starts processes
# or waits for them tells nothing more of a sum.
TESTS = [
    *(folder for room in ROOMS.values() for folder in room.tests),
    *(
        "tests/judge",
        "tests/document",
        "tests/explain",
        "tests/experiment",
        "tests/cli/test_mute.py",
    ),
    "tests/end_to_end/test_example.py",
]
NOT = ("tests/ingest/test_atomic_write.py", "tests/ingest/test_special_files.py")
