"""What the machine gives this process."""

import os


def cores() -> int:
    """The cores that this process may use: what a container gives, not what the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
