"""On how many examples an expensive property is tried."""

import os


def tried(few: int, release: int) -> int:
    """*few* in ordinary runs; *release* with HYPOTHESIS_PROFILE=release, as .ci/release sets it."""
    return release if os.environ.get("HYPOTHESIS_PROFILE") == "release" else few
