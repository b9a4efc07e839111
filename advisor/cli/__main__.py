"""`python -m advisor.cli`: the command, where its script is not on the path."""

import contextlib
import os
import signal
import sys
import threading
import time

from advisor.cli import main

PARENT = "ADVISOR_PARENT"
"""The process that a command works for: when it has gone, the command ends too."""
_LOOK = 0.05  # seconds
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _end_with(parent: int) -> None:
    if sys.platform == "linux":  # at once: what it still wrote would come among the next page's
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


if __name__ == "__main__":
    works_for = os.environ.get(PARENT, "")
    if works_for.isdecimal() and os.name == "posix":
        threading.Thread(target=_end_with, args=(int(works_for),), daemon=True).start()
    main(prog_name="advisor")
